"""The rule table: every kind of finding with its rank and what it speaks of. Its words are in `words/`."""

from __future__ import annotations

from diglot.core.rules import conform, drift, fetch, languages, merge, pages, server, versions
from diglot.core.rules.rule import Rule, Severity, Speaks

_TABLES = (pages, fetch, merge, drift, languages, server, versions, conform)
RULES: dict[str, Rule] = {rule.id: rule for table in _TABLES for rule in table.TABLE}

__all__ = ["RULES", "Rule", "Severity", "Speaks"]
