"""Findings for programs: the JSON shapes are stable, new members may be added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.rules import RULES


def finding_value(finding: Finding, language: str = "en") -> dict[str, Any]:
    """One finding as JSON: rule, severity, fingerprint, operation, location, other, message, args, evidence."""
    return {
        "rule": finding.rule,
        "severity": RULES[finding.rule].severity,
        "fingerprint": finding.fingerprint,
        "operation": finding.operation,
        "location": asdict(finding.location),
        "other": asdict(finding.other) if finding.other else None,
        "message": message(finding, language),
        "args": dict(finding.args),
        "evidence": dict(finding.evidence),
    }


def render_json(value: Any) -> str:
    """One JSON document, indented, with characters as they are."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def render_jsonl(values: Iterable[Mapping[str, Any]]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(value, ensure_ascii=False, default=str) + "\n" for value in values)
