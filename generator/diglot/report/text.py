"""One finding a line, clickable: `path:line:column: severity rule-id message`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from diglot.core.catalogue import message, phrase
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES

_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "note": "\x1b[36m"}
_RESET = "\x1b[0m"
_DETAILS = ("curl", "expected", "got", "source")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def render_text(findings: Iterable[Finding], language: str = "en", colour: bool = False) -> str:
    """The findings as lines; the other location and the details that help a person stand indented below each."""
    lines: list[str] = []
    for finding in findings:
        severity = RULES[finding.rule].severity
        shown = f"{_COLOURS[severity]}{severity}{_RESET}" if colour else severity
        about = f"{finding.operation}: " if finding.operation else ""
        lines.append(f"{_place(finding.location)}: {shown} {finding.rule} {safe(about + message(finding, language))}")
        if finding.other is not None:
            lines.append(f"    {phrase('other-line', language)} {_place(finding.other)}")
        for key in _DETAILS:
            if finding.evidence.get(key):
                lines.append(f"    {phrase(key, language)} {safe(str(finding.evidence[key]))}")
    return "".join(line + "\n" for line in lines)


def _place(location: Location) -> str:
    line = f":{location.line}:{location.column}" if location.line else ""
    return safe(location.path) + line


def safe(text: str) -> str:
    """Text of a page or server that cannot steer a terminal: control and invisible characters become escapes."""
    if text.isprintable():
        return text
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) in _HIDDEN else char for char in text.replace("\n", " ")
    )
