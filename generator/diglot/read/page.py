"""Bytes of a file -> the text of its pages.

Nothing of a page is moved: what is not the page (a byte order mark, the marks of a comment around it) is taken away or
blanked out, so that every line and column of a slice is that of the file.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from diglot.core.finding import Finding, Location
from diglot.read.comment import uncomment
from diglot.read.fence import is_candidate
from diglot.read.header import front_matter_end, is_index_line, is_source_line
from diglot.read.lines import Sheet

MAX_BYTES = 32_000_000

_SPEC_TITLE = re.compile(r"# OpenAPI(?: definition| specification)?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Start:
    """A sign that a page begins: its first line, the line behind it, and whether it holds the page's own title."""

    first: int
    after: int
    titled: bool = False


def decode(path: str, data: bytes) -> str | Finding:
    """The text of a file with `\\n` line ends and no byte order mark, or the finding that says why there is none."""
    if len(data) > MAX_BYTES:
        return Finding("page-too-large", Location(path), evidence={"size": len(data), "limit": MAX_BYTES})
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        where = Location(path, before.count(b"\n") + 1, column)
        return Finding("page-not-utf8", where, evidence={"offset": error.start + len(data) - len(body)})
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split(path: str, text: str) -> list[Sheet]:
    """The pages of a file in order, always at least one; an `llms-full.txt` and its like hold many."""
    lines = uncomment(text.split("\n"))
    whole = Sheet.of(path, lines)
    cuts = _cuts(lines, whole.open_lines)
    cuts = sorted({*cuts, *_cuts_by_title(whole, cuts)})
    if len(cuts) == 1:
        return [whole]
    return [Sheet.of(path, lines[first:after], first + 1) for first, after in pairwise([*cuts, len(lines)])]


def _cuts(lines: list[str], open_lines: list[int]) -> list[int]:
    """Where pages begin, by the headers that mirrors and generators write; one page alone keeps all that is before."""
    cuts: list[int] = []
    last: _Start | None = None
    for start in _starts(lines, open_lines):
        if last is None or not _continues(lines, last, start):
            cuts.append(start.first)
            last = start
        else:
            last = _Start(last.first, start.after, last.titled or start.titled)
    if len(cuts) < 2:
        return [0]
    preamble = any(line.strip() for line in lines[: cuts[0]])
    return [0, *cuts] if preamble else [0, *cuts[1:]]


def _continues(lines: list[str], last: _Start, start: _Start) -> bool:
    """Whether `start` still belongs to the header that `last` began: only blank lines and rules between them."""
    if last.titled and not is_index_line(lines[start.first]):
        return False
    return all(not line.strip() or set(line.strip()) == {"-"} for line in lines[last.after : start.first])


def _starts(lines: list[str], open_lines: list[int]) -> Iterator[_Start]:
    """Every sign outside a fence that a page begins."""
    covered = 0
    for index in open_lines:
        line = lines[index]
        if index < covered or not line or line[0] not in "#->< S":
            continue
        start = _start(lines, index)
        if start is not None:
            covered = start.after
            yield start


def _start(lines: list[str], index: int) -> _Start | None:
    line = lines[index].strip()
    if line == "---" and (index == 0 or not lines[index - 1].strip() or lines[index - 1].strip() == "---"):
        end = front_matter_end(lines, index)
        return _Start(index, end) if end else None
    if line == "<!--":
        return _source_comment(lines, index)
    if line == "Skip to main content":
        return _Start(index, index + 1)
    if is_index_line(line):
        end = index + 1
        while end < len(lines) and lines[end].lstrip().startswith(">"):
            end += 1
        return _Start(index, end)
    if line.startswith("# "):
        if is_source_line(line):
            return _Start(index, index + 1)
        below = next((at for at in range(index + 1, min(index + 3, len(lines))) if lines[at].strip()), None)
        if below is not None and not lines[below].startswith("#") and is_source_line(lines[below]):
            return _Start(index, below + 1, titled=True)
    return None


def _source_comment(lines: list[str], index: int) -> _Start | None:
    """An HTML comment of a few lines that says where the page was taken from."""
    head = lines[index + 1 : index + 8]
    end = next((at for at, line in enumerate(head) if line.strip().endswith("-->")), None)
    if end is None or not any(is_source_line(line) for line in head[: end + 1]):
        return None
    return _Start(index, index + end + 2)


def _cuts_by_title(sheet: Sheet, cuts: list[int]) -> list[int]:
    """Where pages begin that follow each other without a header: at each title with an OpenAPI block of its own."""
    lines = sheet.lines
    blocks = [fence.start for fence in sheet.fences if is_candidate(lines, fence)]
    if len(blocks) < 2:
        return []
    titles = [index for index in sheet.open_lines if lines[index].startswith("# ")]
    titles = [index for index in titles if not _SPEC_TITLE.match(lines[index].strip())]
    owners: list[int] = []
    for block in blocks:
        at = bisect_left(titles, block) - 1
        if at >= 0 and titles[at] not in owners[-1:]:
            owners.append(titles[at])
    pages = [bisect_right(cuts, owner) for owner in owners]
    return [owner for owner, (before, page) in zip(owners[1:], pairwise(pages), strict=True) if page == before]
