"""A JSON sample as a page shows it: strictly where it is JSON, and what is readable of it where it is not.

Copies of rendered pages lose the leaves of a sample and leave its brackets, commas and deepest closers behind. What
is read of such a sample keeps the nesting that its indentation shows; a key whose value is lost says nothing.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from diglot.core.json import load
from diglot.core.tree import Map, Mark, Seq
from diglot.core.yaml import MAX_DEPTH, YamlError
from diglot.read.rendered.lines import Code

_TOKEN = re.compile(r'//[^\n]*|[{}\[\],:]|"(?:[^"\\\n]|\\[^\n])*"?|[^\s{}\[\],:"]+')
_WORDS = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\Z")
_CLOSES = {"}": Map, "]": Seq}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: the tree, where it begins, and whether it was complete JSON."""

    value: Map | Seq
    mark: Mark
    complete: bool


def read_sample(code: Code) -> Sample | None:
    """The sample in a piece of code, or None when it does not begin as an object or array. Never raises."""
    text = code.text
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] not in ("{", "["):
        return None
    try:
        value = load(text, code.mark.line).value
        return Sample(value, value.own or code.mark, True)
    except YamlError:
        value = _Salvage(text, code.mark.line).read()
    return None if value is None else Sample(value, value.own or code.mark, False)


@dataclass(slots=True)
class _Open:
    node: Map | Seq
    indent: int
    key: str | None = None
    mark: Mark | None = None
    colon: bool = False


class _Salvage:
    """Reads tokens one by one and keeps every value whose place is certain."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text, self._first = text, first_line
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._root: Map | Seq | None = None
        self._stack: list[_Open] = []

    def read(self) -> Map | Seq | None:
        for match in _TOKEN.finditer(self._text):
            token, at = match[0], match.start()
            if token in "{[":
                if len(self._stack) >= MAX_DEPTH:
                    break
                self._enter(token, at)
            elif token in "}]":
                self._leave(token, at)
            elif self._stack:
                self._inside(token, at)
            if self._root is not None and not self._stack:
                break
        return self._root

    def _inside(self, token: str, at: int) -> None:
        if token[0] == '"':
            self._close_beside(at)
        top = self._stack[-1]
        if token == ",":
            top.key, top.colon = None, False
        elif token == ":":
            top.colon = top.key is not None
        elif token[0] == '"':
            self._text_token(top, token, at)
        elif token in _WORDS:
            self._place(_WORDS[token], at)
        elif _NUMBER.match(token):
            self._literal(token, at)

    def _close_beside(self, at: int) -> None:
        """A text that begins a line no deeper than an open node stands behind it: the node's closer was lost."""
        indent, first = self._indent(at)
        if first and indent > self._stack[0].indent:
            while self._stack[-1].indent >= indent:
                self._stack.pop()

    def _text_token(self, top: _Open, token: str, at: int) -> None:
        if isinstance(top.node, Map) and not top.colon:
            try:
                top.key, top.mark = str(json.loads(token)), self._mark(at)
            except ValueError:
                top.key = None
        else:
            self._literal(token, at)

    def _literal(self, token: str, at: int) -> None:
        try:
            self._place(json.loads(token), at)
        except ValueError:
            return

    def _place(self, value: Any, at: int) -> None:
        top = self._stack[-1]
        if isinstance(top.node, Seq):
            top.node.add(value, self._mark(at))
        elif top.key is not None and top.colon:
            top.node.put(top.key, value, top.mark)
            top.key, top.colon = None, False

    def _enter(self, token: str, at: int) -> None:
        node: Map | Seq = Map(self._mark(at)) if token == "{" else Seq(self._mark(at))
        if self._stack:
            self._place(node, at)
        else:
            self._root = node
        self._stack.append(_Open(node, self._indent(at)[0]))

    def _leave(self, token: str, at: int) -> None:
        indent, first = self._indent(at)
        if not self._stack or (first and indent > self._stack[-1].indent):
            return  # it closes a child whose opening was lost
        kind = _CLOSES[token]
        if any(isinstance(entry.node, kind) for entry in self._stack[-3:]):
            while not isinstance(self._stack.pop().node, kind):
                pass

    def _indent(self, at: int) -> tuple[int, bool]:
        """The indentation of the line that holds `at`, and whether the line begins there."""
        start = self._starts[bisect_right(self._starts, at) - 1]
        # Bounded: an indentation beyond this width is no layout.
        head = self._text[start : start + 400]
        indent = len(head) - len(head.lstrip(" \t"))
        return indent, at == start + indent

    def _mark(self, at: int) -> Mark:
        row = bisect_right(self._starts, at) - 1
        return Mark(row + self._first, at - self._starts[row] + 1)
