"""What is found where pages are told apart by age and become one: dates, histories, spellings, components."""

from __future__ import annotations

from diglot.core.rules.rule import Rule

TABLE = (
    Rule("page-date-invalid", "read", "note"),
    Rule("page-history-slow", "read", "warning"),
    Rule("page-method-capitalized", "read", "warning"),
    Rule("reference-circular", "normalize", "error"),
    Rule("component-conflict", "normalize", "warning"),
    Rule("path-spelling-differs", "normalize", "note"),
    Rule("addition-language-unknown", "normalize", "warning"),
    Rule("path-slash-differs", "normalize", "warning", "request"),
)
