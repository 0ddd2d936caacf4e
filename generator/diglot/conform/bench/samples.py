"""Inputs chosen because they tell right from wrong: keywords for a set of texts, near misses for a schema."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.binding.surface import Surface

_MAX_DEPTH = 6
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_OF_TYPE: Mapping[str, Any] = {
    "string": "diglot",
    "integer": 7,
    "number": 7.5,
    "boolean": True,
    "array": [],
    "object": {},
    "null": None,
}


def keywords(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(what it tests, keyword) for a search in `texts`, plain ones first."""
    named = [text for text in dict.fromkeys(texts) if text.isprintable() and text == text.strip()]
    long = sorted((text for text in named if len(text) >= 4), key=len)
    if long:
        text = long[len(long) // 2]
        yield from (("substring", inner) for inner in _inner(text))
        yield "whole", text
        yield from (("letter-case", form) for form in _cased(long))
        yield "wildcard", text[:1] + "%" + text[-1:]
        yield "wildcard", text[:2] + "_" + text[3:]
        yield "wildcard", text[:2] + "." + text[3:] if text[2] != "." else text[:1] + ".*"
        yield "wildcard", text[:1] + "*"
    yield from (("beyond-ascii", inner) for inner in _foreign(named))
    yield from (("wildcard", sign) for sign in ("%", "_", "[", "\\", "'"))
    yield "no-match", "zq-diglot-no-such-text"


def _inner(text: str) -> Iterator[str]:
    """Pieces from within, from the start and from the end, without blanks at their edges."""
    third = max(len(text) // 3, 1)
    for piece in (text[third : 2 * third + 1], text[: third + 1], text[-third - 1 :]):
        if piece.strip() == piece:
            yield piece
    head, blank, tail = text.partition(" ")
    if blank and head and tail:
        yield head[-1] + blank + tail[0]


def _cased(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        letters = "".join(char for char in text if char.isascii())
        if letters == text and text.swapcase() != text:
            yield from dict.fromkeys((text.upper(), text.lower(), text.swapcase()))
            return


def _foreign(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        run = "".join(char if not char.isascii() else " " for char in text).split()
        if run:
            yield run[0][:2]
            return


def found_in(keyword: str, text: str) -> tuple[bool, bool]:
    """Whether a case-insensitive search must find `keyword` in `text`, and whether it may.

    They differ only in letters beyond ASCII, whose case databases treat differently.
    """
    must = _ascii_lower(keyword) in _ascii_lower(text)
    return must, must or keyword.casefold() in text.casefold()


def _ascii_lower(text: str) -> str:
    return text.translate(_LOWER)


def sample_of(surface: Surface, node: Any, depth: int = 0) -> Any:
    """A small value that a schema allows, as far as types and required members say."""
    schema = surface.schema(node)
    for given in ("example", "default", "const"):
        if given in schema:
            return schema[given]
    listed = schema.get("examples") or schema.get("enum")
    if isinstance(listed, list) and listed:
        return listed[0]
    types = schema.get("type")
    kind = str(types[0] if isinstance(types, list) and types else types)
    if depth > _MAX_DEPTH or kind not in _OF_TYPE:
        return {} if "properties" in schema else None
    if kind == "string":
        return "00000000-0000-4000-8000-000000000001" if schema.get("format") == "uuid" else "diglot"
    if kind == "array":
        return [sample_of(surface, schema.get("items"), depth + 1)]
    if kind == "object":
        properties = schema.get("properties")
        members = properties if isinstance(properties, Mapping) else {}
        return {name: sample_of(surface, below, depth + 1) for name, below in members.items()}
    return _OF_TYPE[kind]
