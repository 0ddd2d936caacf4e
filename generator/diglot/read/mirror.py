"""A local copy of a published page: what the copy notes above the page stays when the page is fetched anew."""

from __future__ import annotations

import re

from diglot.core.finding import Finding
from diglot.read.header import front_matter_end, is_source_line, read_header
from diglot.read.lines import Sheet
from diglot.read.page import decode

_COMMENT_LINES = 8
# The notes of a copy that say when it was made.
_MADE = re.compile(
    r"(\s*(?:fetched|downloaded|retrieved|crawled|scraped|scrape)(?:_at|_date)?[ \t]*:[ \t]*[\"']?)\d{4}-\d{2}-\d{2}"
    r"(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?",
    re.IGNORECASE,
)


def same_text(old: bytes, new: bytes) -> bool:
    """Whether two files hold the same text; line ends, spaces before them and blank lines at the edges do not count."""
    return _lines(old) == _lines(new)


def refreshed(old: bytes, new: bytes, address: str, day: str | None = None) -> bytes:
    """The new page under the notes of the old one, where these alone told its `address`.

    `day` (ISO 8601) replaces the day on which the notes say that the copy was made; without it that stays.
    """
    if _published(new) or not _published(old):
        return new
    notes = _notes(old) or [f"# Source: {address}", ""]
    if day is not None:
        notes = [_MADE.sub(rf"\g<1>{day}", line, count=1) for line in notes]
    return "".join(f"{line}\n" for line in notes).encode() + new


def _lines(data: bytes) -> list[str] | bytes:
    text = decode("", data)
    return data if isinstance(text, Finding) else [line.rstrip() for line in text.strip().split("\n")]


def _sheet(data: bytes) -> Sheet:
    text = decode("", data)
    return Sheet.of("", [] if isinstance(text, Finding) else text.split("\n"))


def _published(data: bytes) -> bool:
    return (read_header(_sheet(data)).published or "").lower().startswith(("http://", "https://"))


def _notes(data: bytes) -> list[str]:
    """The lines above the page itself - front matter, `# Source:`, a comment - if they tell its address."""
    lines = _sheet(data).lines
    at = 0
    while at < len(lines):
        after = _after_note(lines, at)
        if after is None:
            break
        at = after
    return lines[:at] if _published("\n".join(lines[:at]).encode()) else []


def _after_note(lines: list[str], at: int) -> int | None:
    line = lines[at].strip()
    if not line or is_source_line(line):
        return at + 1
    if line == "---":
        return front_matter_end(lines, at)
    if line.startswith("<!--"):
        within = range(at, min(at + _COMMENT_LINES, len(lines)))
        return next((index + 1 for index in within if lines[index].rstrip().endswith("-->")), None)
    return None
