"""One finding a line, clickable: `path:line:column: severity rule-id message`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from diglot.core.catalogue import law_words, message, phrase
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES
from diglot.core.usage import SEVERITIES

_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "note": "\x1b[36m", "added": "\x1b[32m"}
_RESET = "\x1b[0m"
_DETAILS = ("expected", "got", "curl")
_MOST_VARIANTS, _MOST_OTHERS = 3, 5
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def render_text(findings: Iterable[Finding], language: str = "en", colour: bool = False) -> str:
    """The findings as lines; the other location and the details that help a person stand indented below each."""
    lines: list[str] = []
    for finding in findings:
        severity = RULES[finding.rule].severity
        shown = painted(severity, severity, colour)
        lines.append(f"{place(finding.location)}: {shown} {finding.rule} {sentence(finding, language)}")
        lines += (f"    {detail}" for detail in details(finding, language))
    return "".join(line + "\n" for line in lines)


def sentence(finding: Finding, language: str) -> str:
    """What was found, of which operation: one line without a break."""
    named = ", ".join(finding.operations)
    about = f"{named}: " if named else ""
    return safe(about + message(finding, language))


def details(finding: Finding, language: str) -> Iterator[str]:
    """The other location, and what helps a person: one line each."""
    if finding.other is not None:
        yield f"{phrase('other-line', language)} {place(finding.other)}"
    evidence = finding.evidence
    for key in _DETAILS:
        if evidence.get(key):
            yield f"{phrase(key, language)} {safe(str(evidence[key]))}"
    if words := law_words(str(evidence.get("law", "")), language):
        yield phrase("law", language, law=evidence["law"], says=words["says"])
    if evidence.get("source"):
        yield f"{phrase('source', language)} {safe(str(evidence['source']))}"
    yield from _others(finding, language)
    yield from _variants(finding, language)


def _others(finding: Finding, language: str) -> Iterator[str]:
    """What else has the same cause, a line for all operations that show the same."""
    told: dict[tuple[str, str], list[str]] = {}
    for part in finding.parts:
        told.setdefault((part.rule, message(part, language)), []).append(part.operation)
    told.pop((finding.rule, message(finding, language)))
    for (rule, words), operations in list(told.items())[:_MOST_OTHERS]:
        yield phrase("also", language, rule=rule, what=safe(f"{', '.join(dict.fromkeys(operations))}: {words}"))
    if len(told) > _MOST_OTHERS:
        yield phrase("also-more", language, count=len(told) - _MOST_OTHERS)


def _variants(finding: Finding, language: str) -> Iterator[str]:
    """In what other shapes the same was seen, a few of them."""
    shown = finding.evidence.get("variants")
    if isinstance(shown, list) and shown:
        count = finding.evidence.get("variant_count", len(shown))
        what = "; ".join(safe(str(one["what"])) for one in shown[:_MOST_VARIANTS])
        yield phrase("variants", language, count=count, what=what)


def worst_first(findings: Iterable[Finding]) -> Sequence[Finding]:
    """The findings by severity, otherwise as they came."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(RULES[finding.rule].severity))


def painted(text: str, role: str, colour: bool) -> str:
    """A text in the colour of its role (a severity, or `added`), where colour is wanted."""
    return f"{_COLOURS[role]}{text}{_RESET}" if colour and role in _COLOURS else text


def place(location: Location) -> str:
    """A location as `path:line:column`, or the path alone."""
    line = f":{location.line}:{location.column}" if location.line else ""
    return safe(location.path) + line


def cut(text: str, most: int) -> str:
    """At most so many characters, the last of them an ellipsis where some are gone."""
    return text if len(text) <= most else text[: most - 1] + "…"


def safe(text: str) -> str:
    """Text of a page or server that cannot steer a terminal: control and invisible characters become escapes."""
    if text.isprintable():
        return text
    return "".join(repr(char)[1:-1] if _is_hidden(char) else char for char in text.replace("\n", " "))


def _is_hidden(char: str) -> bool:
    """Whether a character is not to be seen, or is none at all (U+FFFE and its like, which XML refuses)."""
    return unicodedata.category(char) in _HIDDEN or ord(char) & 0xFFFE == 0xFFFE
