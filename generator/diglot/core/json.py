"""JSON with positions: the same tree that `yaml.load` gives, read by JSON's own grammar (RFC 8259)."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from diglot.core.tree import Map, Mark, Seq
from diglot.core.yaml import MAX_DEPTH, Duplicate, Loaded, YamlError

_TOKEN = re.compile(
    r'[ \t\r\n]*([{}\[\],:]|"(?:[^"\\\x00-\x1f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)'
)
_OPENING = re.compile(r"[\[{]")
_DECODER = json.JSONDecoder()
_MAX_FAILURES = 20
_WORDS = {"true": True, "false": False, "null": None}


def load(text: str, first_line: int = 1) -> Loaded:
    """Read one JSON document whose first line is line `first_line` of its file.

    Raises:
        YamlError: not JSON, nested deeper than 200 levels, or something follows the document.
    """
    return _Reader(text, first_line).read()


def documents_in(text: str) -> tuple[str, list[Any]]:
    """The JSON objects and arrays that stand in a text, such as server-sent events, and the text without them.

    A text that opens many braces and means none of them holds no documents.
    """
    found: list[Any] = []
    rest: list[str] = []
    at = failures = 0
    while (opening := _OPENING.search(text, at)) and failures < _MAX_FAILURES:
        try:
            value, end = _DECODER.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            failures, end = failures + 1, opening.end()
            rest.append(text[at:end])
        else:
            found.append(value)
            rest.append(text[at : opening.start()])
        at = end
    rest.append(text[at:])
    return ("".join(rest), found) if failures < _MAX_FAILURES else (text, [])


class _Reader:
    def __init__(self, text: str, first_line: int) -> None:
        self._text, self._first, self._at = text, first_line, 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._duplicates: list[Duplicate] = []

    def read(self) -> Loaded:
        value = self._value(*self._next(), 0)
        if self._text[self._at :].strip():
            raise self._error("something follows the document", self._at)
        return Loaded(value, tuple(self._duplicates))

    def _next(self) -> tuple[str, int]:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise self._error("this is not JSON", self._at)
        self._at = match.end()
        return match[1], match.start(1)

    def _value(self, token: str, at: int, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self._error(f"nested deeper than {MAX_DEPTH} levels", at)
        if token == "{":
            return self._object(at, depth + 1)
        if token == "[":
            return self._array(at, depth + 1)
        return self._scalar(token, at)

    def _object(self, at: int, depth: int) -> Map:
        mapping = Map(self._mark(at))
        token, at = self._next()
        while token != "}":
            if token[0] != '"':
                raise self._error("a key in quotes is expected", at)
            key, mark = self._scalar(token, at), self._mark(at)
            token, at = self._next()
            if token != ":":
                raise self._error("a colon is expected", at)
            if key in mapping:
                self._duplicates.append(Duplicate(key, mark, mapping.marks.get(key)))
            mapping.put(key, self._value(*self._next(), depth), mark)
            token, at = self._separator("}")
        return mapping

    def _array(self, at: int, depth: int) -> Seq:
        sequence = Seq(self._mark(at))
        token, at = self._next()
        while token != "]":
            mark = self._mark(at)
            sequence.add(self._value(token, at, depth), mark)
            token, at = self._separator("]")
        return sequence

    def _separator(self, end: str) -> tuple[str, int]:
        """The token after one member: the closing one, or the first of the next member."""
        token, at = self._next()
        if token == ",":
            token, at = self._next()
            if token == end:
                raise self._error("a comma stands before the end", at)
        elif token != end:
            raise self._error(f"a comma or {end} is expected", at)
        return token, at

    def _scalar(self, token: str, at: int) -> Any:
        if token in _WORDS:
            return _WORDS[token]
        try:
            value = json.loads(token)
            if isinstance(value, str):
                value.encode()  # half of a surrogate pair is no text that anybody could write out again
            return value
        except ValueError:
            raise self._error("this is not a JSON value", at) from None

    def _mark(self, at: int) -> Mark:
        row = bisect_right(self._starts, at) - 1
        return Mark(row + self._first, at - self._starts[row] + 1)

    def _error(self, message: str, at: int) -> YamlError:
        while at < len(self._text) and self._text[at] in " \t\r\n":
            at += 1
        return YamlError(message, *self._mark(min(at, max(len(self._text) - 1, 0))))
