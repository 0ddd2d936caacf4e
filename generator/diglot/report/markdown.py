"""Markdown for a comment on a pull request: a table of findings, worst first. Words of a page never become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from diglot.core.catalogue import message, phrase
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES
from diglot.core.usage import SEVERITIES
from diglot.report.text import safe

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~@:&$])")


def render_markdown(
    findings: Sequence[Finding], waived: Iterable[tuple[Finding, str, str]] = (), language: str = "en"
) -> str:
    """A heading with the count, and one row a finding; waived findings are only counted."""
    accepted = len(list(waived))
    lines = [f"### {phrase('markdown-title', language, count=len(findings), waived=accepted)}", ""]
    if findings:
        lines += [f"| {phrase('markdown-head', language)} |", "|---|---|---|---|"]
    for finding in sorted(findings, key=lambda finding: SEVERITIES.index(RULES[finding.rule].severity)):
        places = [finding.location, *([finding.other] if finding.other else [])]
        cells = [
            RULES[finding.rule].severity,
            f"`{finding.rule}`",
            "<br>".join(_place(place) for place in places),
            _plain(f"{finding.operation}: " if finding.operation else "") + _plain(message(finding, language)),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _place(location: Location) -> str:
    return _plain(f"{location.path}:{location.line}" if location.line else location.path)


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", safe(text))


_OWN = re.compile(r"`[^`]+`|[\\`*_<>\[\]|~&]")


def own(text: str) -> str:
    """Words of the catalogue as Markdown: their code spans stay, whatever else could be markup is escaped."""
    return _OWN.sub(lambda match: match[0] if len(match[0]) > 1 else "\\" + match[0], text)


def fenced(lines: Iterable[str], language: str = "") -> Iterator[str]:
    """Lines as a block of code, behind a fence that is longer than any within."""
    body = list(lines)
    longest = max((len(run) for line in body for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (fence + language, *body, fence)
