"""The JSON reader against a slow one that does one thing after another: same tree, same marks, same errors."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot.core import json as reader
from diglot.core.tree import Map, Mark, Seq
from diglot.core.yaml import MAX_DEPTH, YamlError

_TOKEN = re.compile(
    r"[{}\[\],:]"
    r'|"(?:[^"\\\x00-\x1f]|\\.)*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
    r"|true|false|null"
)


class Slow:
    """One token after the other, each error where the first token stands that cannot be right."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text, self.first_line, self.at = text, first_line, 0
        self.duplicates: list[tuple[str, Mark, Mark | None]] = []

    def mark(self, at: int) -> Mark:
        before = self.text[:at].split("\n")
        return Mark(self.first_line + len(before) - 1, len(before[-1]) + 1)

    def error(self, message: str, at: int) -> YamlError:
        return YamlError(message, *self.mark(min(at, max(len(self.text) - 1, 0))))

    def token(self) -> tuple[str, int]:
        while self.text[self.at : self.at + 1] in (" ", "\t", "\r", "\n"):
            self.at += 1
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            raise self.error("this is not JSON", self.at)
        self.at = match.end()
        return match[0], match.start()

    def document(self) -> Any:
        value = self.value(*self.token(), 0)
        rest = self.text[self.at :]
        if rest.strip():
            at = self.at + len(rest) - len(rest.lstrip(" \t\r\n"))
            raise self.error("something follows the document", at)
        return value

    def value(self, token: str, at: int, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels", at)
        if token == "{":
            return self.object(at, depth + 1)
        if token == "[":
            return self.array(at, depth + 1)
        try:
            value = json.loads(token)
            json.dumps(value, ensure_ascii=False).encode()
        except ValueError:
            raise self.error("this is not a JSON value", at) from None
        return value

    def object(self, at: int, depth: int) -> Map:
        mapping = Map(self.mark(at))
        token, at = self.token()
        while token != "}":
            if token[0] != '"':
                raise self.error("a key in quotes is expected", at)
            key, mark = self.value(token, at, 0), self.mark(at)
            token, at = self.token()
            if token != ":":
                raise self.error("a colon is expected", at)
            if key in mapping:
                self.duplicates.append((key, mark, mapping.marks.get(key)))
            mapping.put(key, self.value(*self.token(), depth), mark)
            token, at = self.comma("}")
        return mapping

    def array(self, at: int, depth: int) -> Seq:
        sequence = Seq(self.mark(at))
        token, at = self.token()
        while token != "]":
            mark = self.mark(at)
            sequence.add(self.value(token, at, depth), mark)
            token, at = self.comma("]")
        return sequence

    def comma(self, end: str) -> tuple[str, int]:
        token, at = self.token()
        if token == ",":
            token, at = self.token()
            if token == end:
                raise self.error("a comma stands before the end", at)
        elif token != end:
            raise self.error(f"a comma or {end} is expected", at)
        return token, at


def told(node: Any) -> Any:
    """A tree with all that it knows: kinds, values, marks, in order."""
    if isinstance(node, Map):
        return "map", node.own, [(key, node.marks.get(key), told(value)) for key, value in node.items()]
    if isinstance(node, Seq):
        return "seq", node.own, node.marks, [told(value) for value in node]
    return type(node).__name__, repr(node)


def fast(text: str, first_line: int) -> Any:
    try:
        loaded = reader.load(text, first_line)
    except YamlError as error:
        return error.message, error.line, error.column
    return told(loaded.value), [(double.key, double.mark, double.first) for double in loaded.duplicates]


def slow(text: str, first_line: int) -> Any:
    reading = Slow(text, first_line)
    try:
        value = reading.document()
    except YamlError as error:
        return error.message, error.line, error.column
    return told(value), reading.duplicates


_STRINGS = ('""', '"a"', '"b"', '"a\\"b"', '"\\u0061"', '"\\n"', '"中文"', '"\\ud83d\\ude00"', '"a  {}[],:1 true"')
_ODD_STRINGS = ('"\\ud800"', '"\\q"', '"\\u12"', '"\t"', '"\\\n"', '"open', "'a'")
_NUMBERS = ("0", "-0", "1", "-12", "1.50", "1e3", "1E-2", "1e999", "123456789012345678901234567890")
_ODD_NUMBERS = ("01", "-", "1.", ".5", "+1", "1e", "1_0", "NaN", "-Infinity", "Infinity", "0x1", "9" * 5000, "١")
_WORDS = ("true", "false", "null")
_ODD_WORDS = ("True", "nul", "truefalse", "//", "/* */", "\x00", "\ufeff", "\u00a0", "\ud800")
SCALARS = st.sampled_from((*_STRINGS, *_NUMBERS, *_WORDS))
ODD = st.sampled_from((*_ODD_STRINGS, *_ODD_NUMBERS, *_ODD_WORDS))
SPACE = st.text(" \n\t\r", max_size=3)
MARKS = st.sampled_from(tuple("{}[],:"))


@st.composite
def documents(draw: st.DrawFn, levels: int = 4) -> str:
    """A JSON text, written as oddly as its grammar allows; keys may stand twice."""
    before, after = draw(SPACE), draw(SPACE)
    kind = draw(st.sampled_from(("scalar", "array", "object"))) if levels else "scalar"
    if kind == "scalar":
        return before + draw(SCALARS) + after
    values = draw(st.lists(documents(levels - 1), max_size=3))
    if kind == "array":
        return f"{before}[{','.join(values) or draw(SPACE)}]{after}"
    members = [f"{draw(SPACE)}{draw(st.sampled_from(_STRINGS))}{draw(SPACE)}:{value}" for value in values]
    return f"{before}{{{','.join(members) or draw(SPACE)}}}{after}"


@given(documents(), st.integers(1, 1000))
def test_what_is_json_gives_the_same_tree(text: str, first_line: int) -> None:
    assert fast(text, first_line) == slow(text, first_line)


@given(documents(), st.data())
def test_json_that_is_damaged_somewhere_gives_the_same_tree_or_the_same_error(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 2))
    damaged = text[:at] + data.draw(st.just("") | MARKS | ODD | SCALARS) + text[at + cut :]
    assert fast(damaged, 1) == slow(damaged, 1)


def test_json_that_is_damaged_anywhere_gives_the_same_tree_or_the_same_error() -> None:
    text = ' {\n"a" : [1, "x\\n" ,\n {}, [ ] ],\n\t"b":{"a":true,"\\u0061":-0.5e3} }\n'
    seen = set()
    for at in range(len(text) + 1):
        for cut in (0, 1, 2):
            for piece in ("", *'{}[],:"\\x0', '"\\ud800"', '"\\q"', "null", "\n", "NaN", "[" * 300):
                damaged = text[:at] + piece + text[at + cut :]
                found = fast(damaged, 7)
                assert found == slow(damaged, 7), damaged
                seen.update(word for word in found if isinstance(word, str))
    assert seen == {
        *("this is not JSON", "this is not a JSON value", "a key in quotes is expected", "a colon is expected"),
        *("a comma or } is expected", "a comma or ] is expected", "a comma stands before the end"),
        *(f"nested deeper than {MAX_DEPTH} levels", "something follows the document"),
    }


@given(st.lists(st.one_of(SCALARS, MARKS, MARKS, SPACE, ODD), max_size=12).map("".join))
def test_any_tokens_give_the_same_tree_or_the_same_error(text: str) -> None:
    assert fast(text, 1) == slow(text, 1)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":\n'])
@pytest.mark.parametrize("inside", ["", "1", "[]", "{}", "x", "}", '"\\q"'])
@pytest.mark.parametrize("depth", [MAX_DEPTH // 2, MAX_DEPTH // 2 + 1, MAX_DEPTH, MAX_DEPTH + 1, MAX_DEPTH + 2])
def test_what_is_nested_at_the_limit_gives_the_same_tree_or_the_same_error(
    opening: str, inside: str, depth: int
) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(char, "") for char in reversed(opening))
    text = opening * depth + inside + closing * depth
    assert fast(text, 1) == slow(text, 1)
