"""Markdown for a comment on a pull request: a table of findings, worst first. Words of a page never become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES
from diglot.report.text import cut, safe, sentence, worst_first

LONGEST = 65_000  # characters; GitHub takes 65,536 in a comment, and who posts it may add a line
_LONGEST_CELL = 1_000
_MARKUP = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~@:&$]")
_OWN = re.compile(r"`[^`]+`|[\\`*_<>\[\]|~&]")


def render_markdown(
    findings: Sequence[Finding], waived: Iterable[tuple[Finding, str, str]] = (), language: str = "en"
) -> str:
    """A heading with the count, and one row a finding, notes folded away; waived findings are only counted.

    What does not fit into a comment is counted in the last line.
    """
    accepted = len(list(waived))
    title = f"### {phrase('markdown-title', language, count=len(findings), waived=accepted)}\n"
    ranked = worst_first(findings)
    loud = [_row(finding, language) for finding in ranked if RULES[finding.rule].severity != "note"]
    quiet = [_row(finding, language) for finding in ranked[len(loud) :]]
    head = f"\n| {phrase('markdown-head', language)} |\n|---|---|---|---|\n"
    summary = phrase("markdown-notes", language, count=len(quiet))
    opening, closing = f"\n<details>\n<summary>{summary}</summary>\n{head}", "\n</details>\n"
    room = LONGEST - 200 - len(title + head + opening + closing)  # 200: the last line
    shown = _fitting(loud, room)
    folded = _fitting(quiet, room - sum(map(len, shown))) if len(shown) == len(loud) else []
    text = title + "".join([head, *shown] if shown else []) + "".join([opening, *folded, closing] if folded else [])
    missing = len(findings) - len(shown) - len(folded)
    return text + (f"\n{phrase('markdown-more', language, count=missing)}\n" if missing else "")


def _fitting(rows: Sequence[str], room: int) -> Sequence[str]:
    """The first rows, as far as there is room for them."""
    for count, row in enumerate(rows):
        room -= len(row)
        if room < 0:
            return rows[:count]
    return rows


def _row(finding: Finding, language: str) -> str:
    places = [finding.location, *([finding.other] if finding.other else [])]
    cells = [
        RULES[finding.rule].severity,
        f"`{finding.rule}`",
        "<br>".join(_place(place) for place in places),
        _plain(sentence(finding, language)),
    ]
    return f"| {' | '.join(cells)} |\n"


def _place(location: Location) -> str:
    return _plain(safe(f"{location.path}:{location.line}" if location.line else location.path))


def _plain(text: str) -> str:
    """Text without a meaning in Markdown; nobody is called by `@name`, and no issue is named by `#1` (GitHub)."""
    return _MARKUP.sub(_escaped, cut(text, _LONGEST_CELL))


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}&#8203;" if match[0] in "@#" else f"\\{match[0]}"


def own(text: str) -> str:
    """Words of the catalogue as Markdown: their code spans stay, whatever else could be markup is escaped."""
    return _OWN.sub(lambda match: match[0] if len(match[0]) > 1 else "\\" + match[0], text)


def fenced(lines: Iterable[str], language: str = "") -> Iterator[str]:
    """Lines as a block of code, behind a fence that is longer than any within."""
    body = list(lines)
    longest = max((len(run) for line in body for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (fence + language, *body, fence)
