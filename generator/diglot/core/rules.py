"""The rule table: every kind of finding with its rank and what it speaks of. Its words are in `words/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
Speaks = Literal["request", "response", "structure"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding: its id, the stage that raises it, its rank, and what it speaks of."""

    id: str
    stage: str
    severity: Severity
    speaks: Speaks = "structure"


_TABLE = (
    # read: what a page is, and whether it can be read
    Rule("page-not-utf8", "read", "error"),
    Rule("page-without-operation", "read", "error"),
    Rule("page-dialect-unsupported", "read", "error"),
    Rule("page-block-broken", "read", "error"),
    Rule("page-block-empty", "read", "error"),
    Rule("page-too-large", "read", "error"),
    Rule("page-key-duplicate", "read", "warning"),
    Rule("page-sample-broken", "read", "note"),
    # normalize: what the pages make together
    # validate: OpenAPI law and house rules
    # drift: where pages, languages and versions disagree
    # conform: what a running server does wrong
)
RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}
