"""The rule table: every kind of finding with its rank and what it speaks of. Its words are in `words/`."""

from __future__ import annotations

from diglot.core.rules import conform, drift, languages, pages
from diglot.core.rules.rule import Rule, Severity, Speaks

RULES: dict[str, Rule] = {rule.id: rule for rule in (*pages.TABLE, *drift.TABLE, *languages.TABLE, *conform.TABLE)}

__all__ = ["RULES", "Rule", "Severity", "Speaks"]
