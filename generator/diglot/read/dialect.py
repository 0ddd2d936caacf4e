"""Which dialect a block is in, and what that dialect makes of it.

The dialects that take many modules are imported when a page is in them: a specification in a file pays for none.
"""

from __future__ import annotations

from diglot.core.finding import Finding, Location
from diglot.core.ir import Page
from diglot.core.tree import Map
from diglot.read import openapi
from diglot.read.block import Block, Heading, Recovered
from diglot.read.fence import is_flat

# The key by which a description of another kind names itself.
_OTHERS = {"asyncapi": "AsyncAPI", "arazzo": "Arazzo", "overlay": "OpenAPI Overlay"}


def recover_block(block: Block, heading: Heading, page: Page) -> tuple[str, Recovered]:
    """The name of the dialect and what was recovered; `unknown` with a finding for a description of another kind."""
    if is_flat(block.tree):
        from diglot.read import mintlify

        return "flat", mintlify.recover(block, heading, page)
    other = next((name for key, name in _OTHERS.items() if isinstance(block.tree, dict) and key in block.tree), None)
    if other is not None:
        where = Location(page.path, *block.mark)
        finding = Finding("page-dialect-unsupported", where, args={"dialect": other})
        return "unknown", Recovered((), Map(), findings=(finding,))
    return "openapi", openapi.recover(block, heading, page)
