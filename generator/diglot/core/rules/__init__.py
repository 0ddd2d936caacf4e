"""The rule table: every kind of finding with its rank and what it speaks of. Its words are in `words/`."""

from __future__ import annotations

from collections.abc import Iterable

from diglot.core.finding import Finding
from diglot.core.rules import conform, drift, fetch, generated, languages, merge, pages, server, versions
from diglot.core.rules.rule import Rule, Severity, Speaks

_TABLES = (pages, fetch, merge, generated, drift, languages, server, versions, conform)
RULES: dict[str, Rule] = {rule.id: rule for table in _TABLES for rule in table.TABLE}


def broken(findings: Iterable[Finding]) -> bool:
    """Whether one of these findings is an error: what is made of what could not be read would silently lose it."""
    return any(RULES[finding.rule].severity == "error" for finding in findings)


__all__ = ["RULES", "Rule", "Severity", "Speaks", "broken"]
