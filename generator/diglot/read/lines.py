"""Markdown by lines: where fenced blocks begin and end (CommonMark 0.31, section 4.5, and MDX's deeper indents)."""

from __future__ import annotations

from dataclasses import dataclass

from diglot.core.finding import Location
from diglot.read.info import Info, parse_info

_SLACK = 3  # columns that a closing fence may stand deeper than the opening one


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block: indexes of the opening line and of the line after its content, indent, info string."""

    start: int
    end: int
    indent: int
    info: Info
    closed: bool

    @property
    def after(self) -> int:
        """The index of the first line behind the block."""
        return self.end + 1 if self.closed else self.end


@dataclass(frozen=True, slots=True)
class _Opening:
    start: int
    indent: int
    mark: str
    length: int
    info: Info


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as lines without line ends: its file, the line of the file it begins on, and what stands in fences.

    `open_lines` are the indexes of the lines that stand in no fence.
    """

    path: str
    lines: list[str]
    first_line: int
    fences: list[Fence]
    open_lines: list[int]

    @classmethod
    def of(cls, path: str, lines: list[str], first_line: int = 1) -> Sheet:
        """The sheet of these lines."""
        found = fences(lines)
        return cls(path, lines, first_line, found, outside(lines, found))

    def location(self, index: int, column: int = 1) -> Location:
        """Where line `index` stands in the file."""
        return Location(self.path, self.first_line + index, column)


def fences(lines: list[str]) -> list[Fence]:
    """Every fenced block of a page in order; one that is not closed ends with the page.

    A fence that announces an operation inside an open block of data shows that the block was never closed: no YAML or
    JSON line begins with the marks of a fence.
    """
    found: list[Fence] = []
    opening: _Opening | None = None
    for index, line in enumerate(lines):
        run = _run(line) if "```" in line or "~~~" in line else None
        if run is None:
            continue
        indent, mark, length, info = run
        if opening is None:
            opening = _open(index, run)
        elif mark == opening.mark and length >= opening.length and not info and indent <= opening.indent + _SLACK:
            found.append(Fence(opening.start, index, opening.indent, opening.info, True))
            opening = None
        elif indent <= opening.indent and _interrupts(opening, info):
            found.append(Fence(opening.start, index, opening.indent, opening.info, False))
            opening = _open(index, run)
    if opening is not None:
        found.append(Fence(opening.start, len(lines), opening.indent, opening.info, False))
    return found


def outside(lines: list[str], found: list[Fence]) -> list[int]:
    """The indexes of the lines that stand in no fence."""
    kept: list[int] = []
    at = 0
    for fence in found:
        kept.extend(range(at, fence.start))
        at = fence.after
    kept.extend(range(at, len(lines)))
    return kept


def _run(line: str) -> tuple[int, str, int, str] | None:
    """Indent, mark, length and info string of a line that could open or close a fence."""
    bare = line.lstrip(" \t")
    if bare[:3] not in ("```", "~~~"):
        return None
    mark = bare[0]
    info = bare.lstrip(mark)
    return len(line) - len(bare), mark, len(bare) - len(info), info.strip()


def _open(index: int, run: tuple[int, str, int, str]) -> _Opening | None:
    indent, mark, length, info = run
    if mark == "`" and "`" in info:  # code within a line of text
        return None
    return _Opening(index, indent, mark, length, parse_info(info))


def _interrupts(opening: _Opening, info: str) -> bool:
    return bool(info) and opening.info.path is not None and parse_info(info).path is not None
