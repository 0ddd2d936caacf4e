"""What is found in the document that a server gives of itself."""

from __future__ import annotations

from diglot.core.rules.rule import Rule

TABLE = (
    Rule("operation-not-on-server", "drift", "warning"),
    Rule("operation-undocumented", "drift", "note"),
)
