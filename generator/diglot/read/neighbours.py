"""Dialects that diglot knows by name and does not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diglot.core.finding import Finding, Location
from diglot.read.header import Header
from diglot.read.lines import Fence, Sheet

_FIELD_TAG = re.compile(r"\s*<(?:ParamField|ResponseField)\b")
_ASYNC_TITLE = re.compile(r"\s{0,3}##? AsyncAPI\s*\Z", re.IGNORECASE)
_ASYNC_KEY = re.compile(r"[\"']?asyncapi[\"']?[ \t]*:")
_GITBOOK = re.compile(r"\s*\{% (?:openapi-operation|openapi|swagger|api-method)\b")
_ZLIB = re.compile(r"eJ[A-Za-z0-9+/=]{30,}\Z")  # how zlib's header begins in base64
_STUB = re.compile(r"(?:\S{1,400} )?(?:get|put|post|delete|options|head|patch|trace|query|webhook) \S", re.IGNORECASE)


def beside(sheet: Sheet) -> list[Finding]:
    """What stands on a page in dialects of their own; it is named even where other blocks of the page can be read."""
    channel = _first(sheet, _ASYNC_TITLE)
    if channel is None:
        channel = next((fence.start for fence in sheet.fences if _is_async(sheet, fence)), None)
    found = (("AsyncAPI", channel), ("GitBook's openapi-operation", _first(sheet, _GITBOOK)))
    return [_unsupported(dialect, sheet.location(index)) for dialect, index in found if index is not None]


def instead(sheet: Sheet, header: Header) -> list[Finding]:
    """What a page without an operation has in place of one."""
    return list(_instead(sheet, header))[:1]


def _instead(sheet: Sheet, header: Header) -> Iterator[Finding]:
    api = header.fields.get("api")
    if api and _ZLIB.match(api.value):
        yield _unsupported("Docusaurus' encoded api: front matter", Location(sheet.path, *api.mark))
    tag = _first(sheet, _FIELD_TAG)
    if tag is not None:
        yield _unsupported("Mintlify's MDX components (ParamField)", sheet.location(tag))
    for key in ("openapi", "api"):
        stub = header.fields.get(key)
        if stub and _STUB.match(stub.value):
            yield _unsupported(f"front matter that only names an operation ({key}:)", Location(sheet.path, *stub.mark))


def _first(sheet: Sheet, pattern: re.Pattern[str]) -> int | None:
    return next((index for index in sheet.open_lines if pattern.match(sheet.lines[index])), None)


def _is_async(sheet: Sheet, fence: Fence) -> bool:
    return any(_ASYNC_KEY.match(line, fence.indent) for line in sheet.lines[fence.start + 1 : fence.start + 6])


def _unsupported(dialect: str, where: Location) -> Finding:
    return Finding("page-dialect-unsupported", where, args={"dialect": dialect})
