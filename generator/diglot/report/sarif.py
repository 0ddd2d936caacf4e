"""SARIF 2.1.0 (OASIS Standard): findings for code scanning, with regions in the pages as published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from diglot import __version__
from diglot.core.catalogue import catalogue, phrase
from diglot.core.examples import example
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES
from diglot.report.json import render_json
from diglot.report.markdown import fenced, own
from diglot.report.rules import difference
from diglot.report.text import place, safe, sentence

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_URL = re.compile(r"(https?://(?:\[[0-9A-Fa-f:.]+\])?)(.*)", re.DOTALL)
_LINKING = re.compile(r"[\\\[\]]")


def render_sarif(
    findings: Sequence[Finding], waived: Iterable[tuple[Finding, str, str]] = (), language: str = "en"
) -> str:
    """One run; a waived finding is a suppressed result (§3.27.23) with its reason."""
    accepted = list(waived)
    used = sorted({finding.rule for finding in [*findings, *(item for item, _, _ in accepted)]})
    index = {rule: number for number, rule in enumerate(used)}
    results = [_result(finding, index, language) for finding in findings]
    for finding, reason, _ in accepted:
        suppression = {"kind": "external", "status": "accepted", "justification": safe(reason)}
        results.append({**_result(finding, index, language), "suppressions": [suppression]})
    driver = {"name": "diglot", "version": __version__, "language": language}
    run = {
        "tool": {"driver": {**driver, "rules": [_rule(rule, language) for rule in used]}},
        "language": language,
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return render_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str, language: str) -> dict[str, Any]:
    rule, words, sample = RULES[name], catalogue(language)["rules"][name], example(RULES[name])
    first, second = (phrase(f"kind-{kind}", language) for kind in sample.kinds)
    head, lines = phrase("rules-example", language, first=first, second=second), list(difference(sample))
    return {
        "id": name,
        "shortDescription": {"text": words["title"]},
        "fullDescription": {"text": words["explanation"]},
        "help": {
            "text": "\n".join([words["explanation"], "", head, *lines]),
            "markdown": "\n".join([own(words["explanation"]), "", own(head), "", *fenced(lines, "diff")]),
        },
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"stage": rule.stage, "speaks": rule.speaks, "breaks": rule.breaks, "tags": [rule.stage]},
    }


def _result(finding: Finding, index: dict[str, int], language: str) -> dict[str, Any]:
    words = _literal(sentence(finding, language))
    result = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": RULES[finding.rule].severity,
        "message": {"text": words},
        "locations": [_location(finding.location)],
        "partialFingerprints": {"diglot/v1": finding.fingerprint},
    }
    if finding.other is not None:
        against = phrase("other-line", language)
        result["message"] = {"text": f"{words} ({against} [{_literal(place(finding.other))}](1))"}
        result["relatedLocations"] = [{"id": 1, "message": {"text": against}, **_location(finding.other)}]
    return result


def _literal(text: str) -> str:
    """Text of a message without a meaning: no placeholder (§3.11.5) and no link (§3.11.6)."""
    return _LINKING.sub(r"\\\g<0>", text).replace("{", "{{").replace("}", "}}")


def _location(location: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(location.path)}}
    if location.line:
        physical["region"] = {"startLine": location.line, "startColumn": max(location.column, 1)}
    found: dict[str, Any] = {"physicalLocation": physical}
    if location.pointer:
        found["logicalLocations"] = [{"fullyQualifiedName": safe(location.pointer)}]
    return found


def _uri(path: str) -> str:
    """A path or URL as a URI reference (RFC 3986): relative to the project, or absolute with its scheme."""
    url = _URL.match(path)
    if url is not None:
        written = quote(url[2], "/:@!$&'()*+,;=~-._?#%", errors="replace")
        return url[1] + re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", written)
    return "file://" * path.startswith("/") + quote(path, "/@!$&'()+,;=~-._", errors="replace")
