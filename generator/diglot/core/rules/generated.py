"""What is found when a client is generated anew: how its API changes, and whose the files are."""

from __future__ import annotations

from diglot.core.rules.rule import Rule

TABLE = (
    # the API, for who calls it: an error breaks them, a warning may, a note does not
    Rule("client-method-removed", "render", "error"),
    Rule("client-method-added", "render", "note"),
    Rule("client-method-form-changed", "render", "error"),
    Rule("client-method-deprecated", "render", "note"),
    Rule("client-method-reactivated", "render", "note"),
    Rule("client-argument-removed", "render", "error"),
    Rule("client-argument-renamed", "render", "error"),
    Rule("client-argument-added", "render", "note"),
    Rule("client-argument-required-added", "render", "error"),
    Rule("client-argument-became-required", "render", "error"),
    Rule("client-argument-became-optional", "render", "note"),
    Rule("client-argument-moved", "render", "error"),
    Rule("client-argument-default-changed", "render", "warning"),
    Rule("client-argument-widened", "render", "note"),
    Rule("client-argument-narrowed", "render", "error"),
    Rule("client-argument-type-changed", "render", "error"),
    Rule("argument-value-added", "render", "note"),
    Rule("argument-value-removed", "render", "error"),
    Rule("client-result-changed", "render", "error"),
    Rule("client-result-widened", "render", "error"),
    Rule("client-result-narrowed", "render", "note"),
    Rule("model-removed", "render", "error"),
    Rule("model-added", "render", "note"),
    Rule("model-field-removed", "render", "error"),
    Rule("model-field-added", "render", "note"),
    Rule("model-field-may-be-absent", "render", "error"),
    Rule("model-field-always-there", "render", "note"),
    Rule("model-field-may-be-null", "render", "error"),
    Rule("model-field-never-null", "render", "note"),
    Rule("model-field-widened", "render", "error"),
    Rule("model-field-narrowed", "render", "note"),
    Rule("model-field-type-changed", "render", "error"),
    Rule("enumeration-value-added", "render", "warning"),
    Rule("enumeration-value-removed", "render", "warning"),
    Rule("input-field-removed", "render", "error"),
    Rule("input-field-added", "render", "note"),
    Rule("input-field-required-added", "render", "error"),
    Rule("input-field-became-required", "render", "error"),
    Rule("input-field-became-optional", "render", "note"),
    Rule("input-field-default-changed", "render", "warning"),
    Rule("input-field-widened", "render", "note"),
    Rule("input-field-narrowed", "render", "error"),
    Rule("input-field-type-changed", "render", "error"),
    Rule("field-limits-changed", "render", "warning"),
    Rule("field-deprecated", "render", "note"),
    Rule("field-reactivated", "render", "note"),
    Rule("exception-removed", "render", "error"),
    Rule("exception-added", "render", "note"),
    Rule("exception-base-removed", "render", "error"),
    Rule("exception-base-added", "render", "warning"),
    Rule("protocol-method-changed", "render", "warning"),
    Rule("public-name-removed", "render", "error"),
    Rule("public-name-added", "render", "note"),
    # the files
    Rule("generated-stale", "render", "note"),
    Rule("generated-edited", "render", "error"),
    Rule("generated-collision", "render", "error"),
)

API = frozenset(rule.id for rule in TABLE if not rule.id.startswith("generated-"))
"""The rules about the API, not about files."""
