"""GitHub workflow commands: each finding becomes an annotation on its line of the pull request."""

from __future__ import annotations

from collections.abc import Iterable

from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.report.text import cut, details, safe, sentence, worst_first

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_LONGEST = 4_000  # characters of one annotation; GitHub takes 64 kB


def render_github(findings: Iterable[Finding], language: str = "en") -> str:
    """One `::error file=…,line=…,col=…,title=…::message` a finding (GitHub Actions, workflow commands).

    Worst first: of each kind, GitHub shows the first ten of a step. Details follow on lines of their own.
    """
    lines = []
    for finding in worst_first(findings):
        where = finding.location
        properties = {"file": where.path, "line": where.line, "col": where.column, "title": finding.rule}
        given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
        words = cut("\n".join([sentence(finding, language), *details(finding, language)]), _LONGEST)
        lines.append(f"::{_COMMANDS[RULES[finding.rule].severity]} {given}::{_data(words)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")
