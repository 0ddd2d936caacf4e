"""Waivers: findings that a project accepts for now, each with its reason and, if it is to end, a date.

A waiver names a fingerprint, so it never hides a finding of another kind at the same place. One that is expired, or
that matches nothing, is itself a finding: a list of exceptions must not rot.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from diglot.core.catalogue import message
from diglot.core.finding import Finding, Location

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_TABLE = re.compile(r"[ \t]*\[\[[ \t]*waiver[ \t]*\]\]")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")
_MEMBERS = frozenset({"fingerprint", "reason", "expires"})
ADOPTED = "accepted when diglot was adopted"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted finding: fingerprint, why, until and including which day (None: no end), and where it is written."""

    fingerprint: str
    reason: str
    expires: date | None
    location: Location


def parse(text: str, path: str) -> tuple[tuple[Waiver, ...], tuple[Finding, ...]]:
    """The waivers of a TOML file `[[waiver]] fingerprint, reason, expires`, and what is wrong with it.

    A waiver that cannot be understood is a finding and waives nothing; the others hold.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        where = Location(path, int(at[1]), int(at[2])) if at else Location(path, 1)
        return (), (_invalid(where, _AT_LINE.sub("", str(error)), ""),)
    except RecursionError:
        return (), (_invalid(Location(path, 1), "nested too deeply", ""),)
    problems = [_invalid(Location(path, 1), f"unknown key {key}", key) for key in document if key != "waiver"]
    tables = document.get("waiver", [])
    if not isinstance(tables, list):
        return (), (*problems, _invalid(Location(path, 1), "waiver is not an array of tables", "waiver"))
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _TABLE.match(line)]
    waivers: dict[str, Waiver] = {}
    for index, table in enumerate(tables):
        where = Location(path, lines[index] if len(lines) == len(tables) else 1, 1, f"/waiver/{index}")
        problem = _problem(table) or ("fingerprint stands twice" if table["fingerprint"] in waivers else "")
        if problem:
            problems.append(_invalid(where, problem, str(index)))
            continue
        waiver = Waiver(table["fingerprint"], table["reason"], _day(table.get("expires")), where)
        waivers[waiver.fingerprint] = waiver
    return tuple(waivers.values()), tuple(problems)


def apply(
    findings: Iterable[Finding], waivers: Sequence[Waiver], today: date
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that stay open, those that are waived, and what is wrong with the waivers themselves.

    An expired waiver no longer waives. `today` is the day to judge by. Of findings that have one cause each is waived
    by itself, and what is left stays open.
    """
    by_fingerprint = {waiver.fingerprint: waiver for waiver in waivers}
    is_open: list[Finding] = []
    waived: list[Finding] = []
    used: dict[str, Finding] = {}
    for finding in findings:
        left: list[Finding] = []
        for part in finding.parts:
            waiver = by_fingerprint.get(part.fingerprint)
            if waiver is not None:
                used.setdefault(waiver.fingerprint, part)
            holds = waiver is not None and not _expired(waiver, today)
            (waived if holds else left).append(part)
        if left:
            is_open.append(replace(left[0], also=tuple(left[1:])))
    problems = []
    for waiver in waivers:
        found = used.get(waiver.fingerprint)
        if found is None:
            problems.append(_about("waiver-unmatched", waiver))
        elif _expired(waiver, today):
            problems.append(_about("waiver-expired", waiver, found))
    return tuple(is_open), tuple(waived), tuple(problems)


def write(findings: Iterable[Finding], language: str = "en") -> str:
    """A waiver file that accepts these findings, sorted by place; each under a comment that says what it accepts."""
    comments: dict[str, list[str]] = {}
    parts = [part for finding in findings for part in finding.parts]
    for finding in sorted(parts, key=_order):
        where = f"{finding.location.path}:{finding.location.line}"
        line = f"# {where}: {finding.rule} {message(finding, language)}"
        comments.setdefault(finding.fingerprint, []).append(_comment(line))
    tables = [
        "\n".join([*dict.fromkeys(lines), "[[waiver]]", f'fingerprint = "{fingerprint}"', f'reason = "{ADOPTED}"', ""])
        for fingerprint, lines in comments.items()
    ]
    return "\n".join(tables)


def _problem(table: Any) -> str:
    if not isinstance(table, dict):
        return "not a table"
    unknown = sorted(table.keys() - _MEMBERS)
    if unknown:
        return f"unknown key {unknown[0]}"
    fingerprint, reason = table.get("fingerprint"), table.get("reason")
    if not isinstance(fingerprint, str) or not _FINGERPRINT.fullmatch(fingerprint):
        return "fingerprint is not 16 hexadecimal digits"
    if not isinstance(reason, str) or not reason.strip():
        return "reason is missing"
    if "expires" in table and _day(table["expires"]) is None:
        return "expires is not a date such as 2027-01-31"
    return ""


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _expired(waiver: Waiver, today: date) -> bool:
    return waiver.expires is not None and today > waiver.expires


def _invalid(where: Location, problem: str, item: str) -> Finding:
    return Finding("waiver-invalid", where, args={"item": item}, evidence={"problem": problem})


def _about(rule: str, waiver: Waiver, found: Finding | None = None) -> Finding:
    return Finding(
        rule,
        waiver.location,
        other=found.location if found else None,
        args={"fingerprint": waiver.fingerprint},
        evidence={"expires": str(waiver.expires), "reason": waiver.reason, "waived": found.rule if found else ""},
    )


def _comment(line: str) -> str:
    """One line that TOML takes as a comment, whatever a page put into the message."""
    return "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in line)


def _order(finding: Finding) -> tuple[Any, ...]:
    where = finding.location
    return where.path, where.line, where.column, finding.rule, finding.fingerprint
