"""JSON with positions: the same tree that `yaml.load` gives, read by JSON's own grammar (RFC 8259)."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from diglot.core.tree import Map, Mark, Seq, mark_at
from diglot.core.yaml import MAX_DEPTH, Duplicate, Loaded, YamlError

_BLANK = r"[ \t\r\n]*+"
_STRING = r'"([^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"'
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_TOKEN = re.compile(rf"{_BLANK}([{{}}\[\],:]|{_STRING}|{_NUMBER}|true|false|null)")
# What stands before a value, in one match: a key or an end. Only before the first member stands no comma.
_KEY = rf"{_STRING}{_BLANK}:{_BLANK}"
_FIRST_KEY = re.compile(rf"{_BLANK}(?:{_KEY}|\}})")
_NEXT_KEY = re.compile(rf"{_BLANK}(?:,{_BLANK}{_KEY}|\}})")
_FIRST_ITEM = re.compile(rf"{_BLANK}(\])?")
_NEXT_ITEM = re.compile(rf"{_BLANK}(?:,{_BLANK}(?!\])|(\]))")
_OPENING = re.compile(r"[\[{]")
_MAX_FAILURES = 20


def load(text: str, first_line: int = 1) -> Loaded:
    """Read one JSON document whose first line is line `first_line` of its file.

    Raises:
        YamlError: not JSON, nested deeper than 200 levels, or something follows the document.
    """
    return _Reader(text, first_line).read()


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity, which Python's scanner would take


_scan = json.JSONDecoder(parse_constant=_refuse).raw_decode


def documents_in(text: str) -> tuple[str, list[Any]]:
    """The JSON objects and arrays that stand in a text, such as server-sent events, and the text without them.

    A text that opens many braces and means none of them holds no documents.
    """
    found: list[Any] = []
    rest: list[str] = []
    at = failures = 0
    while (opening := _OPENING.search(text, at)) and failures < _MAX_FAILURES:
        try:
            value, end = _scan(text, opening.start())
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
    """Python's own scanner reads the scalars; the objects and arrays around them are read here, with their positions.

    The loops over members run once a line of a large document: they call little, and make nothing but the tree.
    """

    def __init__(self, text: str, first_line: int) -> None:
        self._text, self._first_line = text, first_line
        self._at = 0  # behind what has been read
        self._line, self._line_start, self._line_end = first_line, 0, text.find("\n")  # those of the last mark
        self._keys: dict[str, str] = {}  # as written -> as read; a key that stands a thousand times is kept once
        self._duplicates: list[Duplicate] = []

    def read(self) -> Loaded:
        value = self._value(len(self._text) - len(self._text.lstrip(" \t\r\n")), 0)
        if self._text[self._at :].strip():
            raise self._error("something follows the document", self._at)
        return Loaded(value, tuple(self._duplicates))

    def _value(self, at: int, depth: int) -> Any:
        """The value that begins at `at`."""
        first = self._text[at : at + 1]
        if depth > MAX_DEPTH:
            self._token(at)
            raise self._error(f"nested deeper than {MAX_DEPTH} levels", at)
        if first == "{":
            return self._object(at, depth + 1)
        if first == "[":
            return self._array(at, depth + 1)
        value, self._at = self._scalar(at)
        return value

    def _object(self, at: int, depth: int) -> Map:
        text, keys = self._text, self._keys
        mapping = Map(self._mark(at))
        marks = mapping.marks
        self._at = at + 1
        match = _FIRST_KEY.match(text, at + 1)
        while match:
            written = match[1]
            if written is None:
                self._at = match.end()
                return mapping
            at = match.start(1) - 1
            key = keys.get(written)
            if key is None:
                key = keys[written] = self._scalar(at)[0]
            mark = self._mark(at)
            if key in mapping:
                self._duplicates.append(Duplicate(key, mark, marks.get(key)))
            mapping[key] = self._value(match.end(), depth)
            marks[key] = mark
            match = _NEXT_KEY.match(text, self._at)
        raise self._odd("}", is_first=not mapping)

    def _array(self, at: int, depth: int) -> Seq:
        text = self._text
        sequence = Seq(self._mark(at))
        marks = sequence.marks
        match = _FIRST_ITEM.match(text, at + 1)
        while match:
            at = match.end()
            if match[1]:
                self._at = at
                return sequence
            marks.append(self._mark(at))
            sequence.append(self._value(at, depth))
            match = _NEXT_ITEM.match(text, self._at)
        raise self._odd("]", is_first=False)

    def _scalar(self, at: int) -> tuple[Any, int]:
        """A value that holds no other, and the place behind it."""
        try:
            value, end = _scan(self._text, at)
            if isinstance(value, str) and not value.isascii():
                value.encode()  # half of a surrogate pair is no text that anybody could write out again
        except ValueError:
            self._token(at)
            raise self._error("this is not a JSON value", at) from None
        return value, end

    def _odd(self, end: str, is_first: bool) -> YamlError:
        """What is wrong where neither a further member of an object or array nor its end stands."""
        token, at = self._token(self._at)
        if not is_first:
            if token != ",":
                return self._error(f"a comma or {end} is expected", at)
            token, at = self._token(at + 1)
            if token == end:
                return self._error("a comma stands before the end", at)
        if token[0] != '"':
            return self._error("a key in quotes is expected", at)
        _, at = self._token(self._scalar(at)[1])
        return self._error("a colon is expected", at)

    def _token(self, at: int) -> tuple[str, int]:
        match = _TOKEN.match(self._text, at)
        if match is None:
            raise self._error("this is not JSON", at)
        return match[1], match.start(1)

    def _mark(self, at: int) -> Mark:
        """The mark of a place; asked for in the order of the text, so that lines are counted once."""
        while 0 <= self._line_end < at:
            self._line += 1
            self._line_start = self._line_end + 1
            self._line_end = self._text.find("\n", self._line_start)
        return mark_at((self._line, at - self._line_start + 1))

    def _error(self, message: str, at: int) -> YamlError:
        text = self._text
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        at = min(at, max(len(text) - 1, 0))
        return YamlError(message, self._first_line + text.count("\n", 0, at), at - text.rfind("\n", 0, at))
