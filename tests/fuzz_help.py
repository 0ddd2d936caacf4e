"""Hostile variants of pages, each told by its number alone: what fails can be made again from the number."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from conftest import ROOT

CASES = Path(__file__).parent / "cases" / "pages"
NIGHTLY = int(os.environ.get("DIGLOT_FUZZ", "0"))
_LARGEST = 60_000
_MARKS = "``` ~~~~ --- # > /* */ &a *a |- >- null [] {} 1e999 .nan ! !!int <<: ? \t \r \0 \ufeff \u2028 中文"
_LINES = """
$ref: '#/components/schemas/A'
$ref: '#'
<<: *a
allOf: []
oneOf: 1
type: [string, 'null']
nullable: 1
schemaArray: {}
refIdentifier: '#/components/schemas/'
enum: {}
required: a
"half": "\\ud800"
示例响应
必須
Response
Body
200
GET
default:1
Available options:
"""
_TOKENS = (
    b"\xff",
    *(word.encode() for word in _MARKS.split(" ")),
    *(f"{line}\n".encode() for line in _LINES.split("\n")),
)
_WRONG = (
    "[]",
    "{}",
    "null",
    "true",
    "0",
    "-1.5",
    "''",
    "[{}]",
    "{a: 1}",
    "{$ref: '#'}",
    "[[x]]",
    "1e400",
    "[null]",
    "*a",
)


def corpus() -> list[tuple[str, bytes]]:
    """The pages of the project and of the golden cases: (name, bytes), in one order everywhere."""
    seeds = sorted((ROOT / "specs" / "pages").rglob("*.md"))
    golden = [path for path in sorted(CASES.rglob("*")) if path.is_file() and path.name != "read.json"]
    return [(path.name, path.read_bytes()) for path in [*seeds, *golden] if path.stat().st_size <= _LARGEST]


class Mutants:
    """An endless list of damaged pages."""

    def __init__(self, pages: list[tuple[str, bytes]]) -> None:
        self._pages = pages
        self._ways: tuple[Callable[[random.Random, bytes], bytes], ...] = (
            *(self._flip, self._insert, self._remove_lines, self._repeat_lines, self._move_line, self._truncate),
            *(self._splice, self._indent, self._swap_scalars, self._swap_values, self._repeat_much),
        )

    def __getitem__(self, number: int) -> tuple[str, bytes]:
        """The name and content of one damaged page."""
        chance = random.Random(number)
        name, data = self._pages[number % len(self._pages)]
        for _ in range(chance.choice((1, 1, 2, 3, 6))):
            data = chance.choice(self._ways)(chance, data)[:_LARGEST]
        if chance.random() < 0.1:
            name = chance.choice(("a.md", "zh/a.mdx", "llms-full.txt", "a.json", "a.yaml"))
        return name, data

    @staticmethod
    def _flip(chance: random.Random, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(chance.choice((1, 2, 10))):
            if changed:
                changed[chance.randrange(len(changed))] = chance.randrange(chance.choice((128, 256)))
        return bytes(changed)

    @staticmethod
    def _insert(chance: random.Random, data: bytes) -> bytes:
        at = chance.randrange(len(data) + 1)
        if chance.random() < 0.5:
            at = data.rfind(b"\n", 0, at) + 1
        return data[:at] + chance.choice(_TOKENS) + data[at:]

    @staticmethod
    def _span(chance: random.Random, lines: list[bytes], most: int) -> tuple[int, int]:
        first = chance.randrange(len(lines) + 1)
        return first, min(len(lines), first + chance.randint(1, most))

    def _remove_lines(self, chance: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        first, after = self._span(chance, lines, 12)
        return b"".join(lines[:first] + lines[after:])

    def _repeat_lines(self, chance: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        first, after = self._span(chance, lines, 30)
        return b"".join(lines[:after] + lines[first:])

    def _move_line(self, chance: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        first, after = self._span(chance, lines, 5)
        moved, rest = lines[first:after], lines[:first] + lines[after:]
        at = chance.randrange(len(rest) + 1)
        return b"".join(rest[:at] + moved + rest[at:])

    @staticmethod
    def _truncate(chance: random.Random, data: bytes) -> bytes:
        at = chance.randrange(len(data) + 1)
        return data[:at] if chance.random() < 0.7 else data[at:]

    def _splice(self, chance: random.Random, data: bytes) -> bytes:
        _, other = chance.choice(self._pages)
        lines, others = data.splitlines(keepends=True), other.splitlines(keepends=True)
        first, after = self._span(chance, lines, 20)
        begin, end = self._span(chance, others, 60)
        return b"".join(lines[:first] + others[begin:end] + lines[after:])

    def _indent(self, chance: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        first, after = self._span(chance, lines, 10)
        by = chance.choice((-4, -2, -1, 1, 2, 4))
        for index in range(first, after):
            lines[index] = b" " * by + lines[index] if by > 0 else lines[index].removeprefix(b" " * -by)
        return b"".join(lines)

    @staticmethod
    def _keyed(lines: list[bytes]) -> list[int]:
        return [index for index, line in enumerate(lines) if b": " in line]

    def _swap_scalars(self, chance: random.Random, data: bytes) -> bytes:
        """Give a key the value of another: well-formed still, and wrong in kind."""
        lines = data.splitlines(keepends=True)
        keyed = self._keyed(lines)
        for _ in range(3 if len(keyed) > 1 else 0):
            one, other = chance.choice(keyed), chance.choice(keyed)
            key, value = lines[one].partition(b": ")[0], lines[other].partition(b": ")[2]
            lines[one] = key + b": " + value
        return b"".join(lines)

    def _swap_values(self, chance: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        keyed = self._keyed(lines)
        for _ in range(3 if keyed else 0):
            at = chance.choice(keyed)
            lines[at] = lines[at].partition(b": ")[0] + b": " + chance.choice(_WRONG).encode() + b"\n"
        return b"".join(lines)

    @staticmethod
    def _repeat_much(chance: random.Random, data: bytes) -> bytes:
        at = chance.randrange(len(data) + 1)
        piece = data[at : at + chance.choice((1, 3, 40))] or b"x"
        return data[:at] + piece * chance.choice((10, 200, 2_000)) + data[at:]
