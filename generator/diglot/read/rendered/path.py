"""The method and path of a rendered page: `GET`, then `/`, `users`, `/`, `{id}` line by line, or all on one line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diglot.core.ir import METHODS
from diglot.core.tree import Mark
from diglot.read.block import Text
from diglot.read.rendered.lines import Item, Line
from diglot.read.rendered.words import is_chrome

_WORDS = {**{method.upper(): method for method in METHODS}, "DEL": "delete"}
_ONE_LINE = re.compile(rf"({'|'.join(_WORDS)})\s+(/.*|https?://\S+)\Z")
_URL = re.compile(r"(https?://[^/\s?#]+)([^\s?#]*)\S*\Z")
_PATH = re.compile(r"/[^\s?#]*")
LONGEST = 2000  # every pointer holds the path: a longer one is no path, and would cost without bound
_SEGMENT = re.compile(r"[^\s/?#]{1,200}\Z")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a page shows an operation. `strong`: in the broken form that only a rendered page has.

    `first` and `end` are the items that show it, `server` a URL shown between method and path.
    """

    method: Text
    path: Text
    first: int
    end: int
    strong: bool
    server: Text | None = None


def endpoints_of(items: list[Item]) -> list[Endpoint]:
    """Every method with a path among the items, in order."""
    found: list[Endpoint] = []
    at = 0
    while at < len(items):
        item = items[at]
        endpoint = _endpoint(items, at, item) if isinstance(item, Line) else None
        if endpoint is not None:
            found.append(endpoint)
        at = endpoint.end if endpoint else at + 1
    return found


def _endpoint(items: list[Item], at: int, line: Line) -> Endpoint | None:
    text = line.text.strip("`")
    if text in _WORDS:
        return _below(items, at, Text(_WORDS[text], line.mark))
    match = _ONE_LINE.match(text)
    if match is None or len(text) > LONGEST:
        return None
    method = Text(_WORDS[match[1]], line.mark)
    mark = Mark(line.mark.line, line.mark.column + line.text.index(text) + match.start(2))
    if url := _URL.match(match[2]):
        path = Text(url[2] or "/", Mark(mark.line, mark.column + len(url[1])))
        return Endpoint(method, path, at, at + 1, False, Text(url[1], mark))
    value = _path(match[2])
    return Endpoint(method, Text(value, mark), at, at + 1, False) if value else None


def _below(items: list[Item], at: int, method: Text) -> Endpoint | None:
    """The path that stands below a method: lines that begin with a slash, and a segment after each lone slash."""
    pieces: list[str] = []
    mark: Mark | None = None
    server: Text | None = None
    end = at + 1
    while end < len(items):
        item = items[end]
        if not isinstance(item, Line) or item.level:
            break
        text = item.text.strip("`")
        if text in _WORDS:  # the next operation; so no line is looked at for two of them
            break
        if not pieces and server is None and (url := _URL.match(text)):
            server = Text(url[1] + url[2].rstrip("/"), item.mark)
        elif text.startswith("/") and (value := _path(text)):
            pieces.append(value)
            mark = mark or item.mark
        elif pieces and pieces[-1] == "/" and _SEGMENT.match(text) and not is_chrome(text):
            pieces.append(text)
        else:
            break
        end += 1
    if mark is None or sum(map(len, pieces)) > LONGEST:
        return None
    return Endpoint(method, Text("".join(pieces), mark), at, end, True, server)


def _path(text: str) -> str | None:
    """A path on one line, blanks around its slashes taken out; None where it is prose."""
    joined = "/".join(piece.strip() for piece in text.split("/"))
    match = _PATH.match(joined)
    return match[0] if match and (match.end() == len(joined) or joined[match.end()] in "?#") else None
