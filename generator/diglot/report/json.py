"""Findings for programs: the JSON shapes are stable, new members may be added."""

from __future__ import annotations

import json
import math
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
        "evidence": {**finding.evidence, **_also(finding, language)},
    }


def _also(finding: Finding, language: str) -> dict[str, Any]:
    """Further findings of the same cause, each with the fingerprint that waives it."""
    if not finding.also:
        return {}
    return {
        "operations": list(finding.operations),
        "also": [
            {
                "rule": part.rule,
                "fingerprint": part.fingerprint,
                "operation": part.operation,
                "message": message(part, language),
                "args": dict(part.args),
                "evidence": dict(part.evidence),
            }
            for part in finding.also
        ],
    }


def render_json(value: Any) -> str:
    """One JSON document, indented, with characters as they are."""
    return _dumps(value, indent=2) + "\n"


def render_jsonl(values: Iterable[Mapping[str, Any]]) -> str:
    """One JSON object a line."""
    return "".join(_dumps(value) + "\n" for value in values)


def _dumps(value: Any, indent: int | None = None) -> str:
    try:
        return json.dumps(value, indent=indent, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:  # a page may hold .inf or .nan, which JSON has no number for
        return json.dumps(_finite(value), indent=indent, ensure_ascii=False, default=str)


def _finite(value: Any) -> Any:
    """The same value with numbers beyond JSON's as YAML spells them."""
    if isinstance(value, Mapping):
        return {key: _finite(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return value
