"""Fern's pages: an OpenAPI block without announcement, and above it the method and the whole URL as a line of text."""

from __future__ import annotations

import re

from diglot.core.ir import Loss
from diglot.core.tree import Map, Mark
from diglot.read.block import Text
from diglot.read.lines import Sheet

_ENDPOINT = re.compile(r"(?:GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE|QUERY|WSS?) (?:https?|wss?)://\S+\Z")


def endpoint_line(sheet: Sheet, before: int) -> Text | None:
    """The line that names method and URL, if one stands outside the fences above line index `before`."""
    above = (index for index in sheet.open_lines if index < before)
    found = next((index for index in above if _ENDPOINT.match(sheet.lines[index].rstrip())), None)
    return Text(sheet.lines[found].rstrip(), Mark(sheet.first_line + found, 1)) if found is not None else None


def losses(document: Map, endpoint: Text) -> tuple[Loss, ...]:
    """What the block leaves to the text above it: where the server is."""
    if document.get("servers"):
        return ()
    return (Loss("/servers", "server-in-prose", "lost", endpoint.value, endpoint.mark),)
