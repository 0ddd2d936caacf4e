"""SARIF 2.1.0 (OASIS Standard): findings for code scanning, with regions in the pages as published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from diglot import __version__
from diglot.core.catalogue import catalogue, message
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES
from diglot.report.json import render_json

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_UNQUOTED = "/:@!$&'()*+,;=~-._"


def render_sarif(
    findings: Sequence[Finding], waived: Iterable[tuple[Finding, str, str]] = (), language: str = "en"
) -> str:
    """One run; a waived finding is a suppressed result (§3.27.23) with its reason."""
    accepted = list(waived)
    used = sorted({finding.rule for finding in [*findings, *(item for item, _, _ in accepted)]})
    results = [_result(finding, used, language) for finding in findings]
    for finding, reason, _ in accepted:
        suppression = {"kind": "external", "status": "accepted", "justification": reason}
        results.append({**_result(finding, used, language), "suppressions": [suppression]})
    driver = {"name": "diglot", "version": __version__, "rules": [_rule(rule, language) for rule in used]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return render_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: str, language: str) -> dict[str, Any]:
    words = catalogue(language)["rules"][rule]
    return {
        "id": rule,
        "shortDescription": {"text": words["title"]},
        "fullDescription": {"text": words["explanation"]},
        "defaultConfiguration": {"level": RULES[rule].severity},
        "properties": {"stage": RULES[rule].stage, "speaks": RULES[rule].speaks},
    }


def _result(finding: Finding, rules: Sequence[str], language: str) -> dict[str, Any]:
    about = f"{finding.operation}: " if finding.operation else ""
    result = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": RULES[finding.rule].severity,
        "message": {"text": about + message(finding, language)},
        "locations": [_location(finding.location)],
        "partialFingerprints": {"diglot/v1": finding.fingerprint},
    }
    if finding.other is not None:
        result["relatedLocations"] = [{"id": 1, **_location(finding.other)}]
    return result


def _location(location: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(location.path, _UNQUOTED, errors="replace")}}
    if location.line:
        physical["region"] = {"startLine": location.line, "startColumn": max(location.column, 1)}
    found: dict[str, Any] = {"physicalLocation": physical}
    if location.pointer:
        found["logicalLocations"] = [{"fullyQualifiedName": location.pointer}]
    return found
