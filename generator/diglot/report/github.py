"""GitHub workflow commands: each finding becomes an annotation on its line of the pull request."""

from __future__ import annotations

from collections.abc import Iterable

from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.report.text import safe

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(findings: Iterable[Finding], language: str = "en") -> str:
    """One `::error file=…,line=…,col=…,title=…::message` a finding (GitHub Actions, workflow commands)."""
    lines = []
    for finding in findings:
        where = finding.location
        properties = {"file": where.path, "line": where.line, "col": where.column, "title": finding.rule}
        given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
        about = f"{finding.operation}: " if finding.operation else ""
        words = _data(safe(about + message(finding, language)))
        lines.append(f"::{_COMMANDS[RULES[finding.rule].severity]} {given}::{words}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")
