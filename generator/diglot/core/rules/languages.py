"""What is found where the languages of one interface do not say the same in words: names, texts, examples, tags."""

from __future__ import annotations

from diglot.core.rules.rule import Rule

TABLE = (
    Rule("operation-id-translated", "drift", "warning"),
    Rule("identifier-translated", "drift", "warning"),
    Rule("wire-value-translated", "drift", "error"),
    Rule("tags-do-not-map", "drift", "warning"),
    Rule("text-untranslated", "drift", "warning"),
    Rule("text-number-differs", "drift", "warning"),
    Rule("text-code-differs", "drift", "note"),
    Rule("example-differs", "drift", "warning"),
    Rule("example-missing", "drift", "note"),
)
