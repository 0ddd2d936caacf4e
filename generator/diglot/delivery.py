"""What a command gives back, brought to its streams: findings to stdout or a file, summaries to stderr, exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from diglot import files
from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.core.usage import SEVERITIES


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a command writes, and in which language."""

    out: TextIO
    err: TextIO
    language: str

    def say(self, key: str, /, **words: Any) -> None:
        """One line of progress or summary to stderr."""
        self.err.write(phrase(key, self.language, **words) + "\n")
        self.err.flush()

    @property
    def colour(self) -> bool:
        """Colour only on a terminal, and never with NO_COLOR."""
        return self.out.isatty() and "NO_COLOR" not in os.environ


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a command: findings, those waived (each with its reason and last day), and what else it says.

    `value` is the JSON of the command; without one, it is `{"findings": [...]}`. `body` is its text, `markdown` its
    Markdown where that is no report of findings.
    """

    findings: Sequence[Finding] = ()
    waived: Sequence[tuple[Finding, str, str]] = ()
    value: Any = None
    body: str = ""
    markdown: str = ""


def severity(finding: Finding) -> str:
    """The rank of a finding."""
    return RULES[finding.rule].severity


def exit_code(findings: Sequence[Finding], fail_on: str) -> int:
    """1 when a finding is at or above `fail_on`, else 0."""
    limit = SEVERITIES.index(fail_on)
    return int(any(SEVERITIES.index(RULES[finding.rule].severity) <= limit for finding in findings))


def deliver(outcome: Outcome, arguments: Any, streams: Streams) -> int:
    """Write the outcome in the format asked for and return the exit code."""
    text = _rendered(outcome, arguments.format, streams, colour=streams.colour and not arguments.output)
    text = text.encode("utf-8", "backslashreplace").decode()  # a file name may hold bytes that are no text
    if arguments.output:
        files.write(Path(arguments.output), text)
    else:
        streams.out.write(text)
    return exit_code(outcome.findings, arguments.fail_on)


def _rendered(outcome: Outcome, form: str, streams: Streams, colour: bool) -> str:
    if form == "text" and not outcome.findings and not outcome.waived:
        return outcome.body  # most runs find nothing, and then need no format
    from diglot import report

    language, findings, waived = streams.language, outcome.findings, outcome.waived
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: _text(outcome, language, colour),
        "json": lambda: report.render_json(_value(outcome, language)),
        "jsonl": lambda: report.render_jsonl(_lines(outcome, language)),
        "sarif": lambda: report.render_sarif(findings, waived, language),
        "junit": lambda: report.render_junit(findings, waived, language),
        "github": lambda: report.render_github(findings, language),
        "markdown": lambda: outcome.markdown or report.render_markdown(findings, waived, language),
        "waivers": lambda: _waivers(findings, language),
    }
    return forms[form]()


def _waivers(findings: Sequence[Finding], language: str) -> str:
    from diglot.drift.waivers import write  # drift is no business of a command that writes no waivers

    return write(findings, language)


def _text(outcome: Outcome, language: str, colour: bool) -> str:
    from diglot import report

    lines = outcome.body + report.render_text(outcome.findings, language, colour)
    return lines + "".join(_waived_lines(outcome, language))


def _values(outcome: Outcome, language: str) -> list[dict[str, Any]]:
    from diglot import report

    values = [report.finding_value(finding, language) for finding in outcome.findings]
    return values + [
        {**report.finding_value(finding, language), "waived": {"reason": reason, "expires": expires}}
        for finding, reason, expires in outcome.waived
    ]


def _value(outcome: Outcome, language: str) -> Any:
    if outcome.value is not None:
        return outcome.value
    return {"summary": counts(outcome), "findings": _values(outcome, language)}


def _lines(outcome: Outcome, language: str) -> Iterable[Mapping[str, Any]]:
    """One object a line: the items of a command that gives a list, the findings of any other."""
    return outcome.value if isinstance(outcome.value, list) else _values(outcome, language)


def _waived_lines(outcome: Outcome, language: str) -> list[str]:
    from diglot import report

    lines = []
    for finding, reason, expires in outcome.waived:
        first, _, rest = report.render_text([finding], language).partition("\n")
        lines.append(f"{first} ({phrase('waived', language, reason=report.safe(reason), expires=expires)})\n{rest}")
    return lines


def counts(outcome: Outcome) -> dict[str, int]:
    """How many findings of each rank, and how many waived."""
    ranked = [severity(finding) for finding in outcome.findings]
    plural = {"error": "errors", "warning": "warnings", "note": "notes"}
    return {plural[rank]: ranked.count(rank) for rank in SEVERITIES} | {"waived": len(outcome.waived)}
