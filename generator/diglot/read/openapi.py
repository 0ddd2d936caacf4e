"""The fence dialect: a block, or a whole file, that is an OpenAPI document (3.0, 3.1, 3.2) or a Swagger 2.0 one.

Nothing is lost and nothing is changed: the document of the fragment is the tree of the block, in its own version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.ir import METHODS, Operation, OpKey, Page
from diglot.core.pointer import resolve
from diglot.core.tree import Map, Mark, mark_of
from diglot.read.block import Block, Heading, Recovered
from diglot.read.shapes import invalid

_HOPS = 10  # how many references in a row may lead to a path item


def recover(block: Block, _heading: Heading, page: Page) -> Recovered:
    """The operations of a block with its document as it stands; what has not the shape of OpenAPI becomes findings.

    A document may hold more operations than the info string names: all are given.
    """
    announced = _announced(block)
    tree = block.tree if isinstance(block.tree, Map) else Map()
    operations = tuple(dict.fromkeys(_operations(tree)))
    findings = [] if block.tree is None else list(invalid(block.tree, page.path, announced, block.mark))
    if not operations:
        mark = mark_of(tree, "paths") or mark_of(tree, "webhooks") or block.mark
        findings.append(Finding("page-block-empty", Location(page.path, *mark, "/paths"), announced))
    elif block.path is not None and not any(_same(block, operation) for operation in operations):
        findings.append(_mismatch(block, page, operations))
    return Recovered(operations, tree, findings=tuple(findings))


def _operations(tree: Map) -> Iterator[Operation]:
    for section, webhook in (("paths", False), ("webhooks", True)):
        items = tree.get(section)
        for path, item in items.items() if isinstance(items, dict) else ():
            if not path.startswith("x-"):
                yield from (Operation(method, path, webhook) for method in _methods(tree, item))


def _methods(tree: Map, item: Any) -> Iterator[str]:
    """The methods of one path item; `additionalOperations` are those of OpenAPI 3.2 beyond the named ones."""
    for _ in range(_HOPS):
        if not isinstance(item, dict):
            return
        yield from (key for key in item if key in METHODS and isinstance(item[key], dict))
        more = item.get("additionalOperations")
        if isinstance(more, dict):
            yield from (method.lower() for method, operation in more.items() if isinstance(operation, dict))
        reference = item.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return
        try:
            item = resolve(tree, reference)
        except LookupError:
            return


def _announced(block: Block) -> str:
    return str(OpKey.of(block.method, block.path)) if block.method and block.path is not None else ""


def _same(block: Block, operation: Operation) -> bool:
    if block.webhook or operation.webhook:
        return block.webhook and block.path == operation.path
    return block.method is not None and OpKey.of(block.method, block.path or "") == operation.key


def _mismatch(block: Block, page: Page, operations: tuple[Operation, ...]) -> Finding:
    """The info string names an operation that the document does not have."""
    verb = "WEBHOOK" if block.webhook else str(block.method).upper()
    args = {"announced": f"{verb} {block.path}", "declared": [str(operation.key) for operation in operations[:5]]}
    mark: Mark = block.mark
    return Finding("page-block-mismatch", Location(page.path, *mark), _announced(block), args=args)
