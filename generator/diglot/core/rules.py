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
    Rule("page-block-invalid", "read", "warning"),
    Rule("page-block-unclosed", "read", "warning"),
    Rule("page-block-mismatch", "read", "warning"),
    Rule("page-blocks-conflict", "read", "warning"),
    Rule("page-key-duplicate", "read", "warning"),
    Rule("page-sample-broken", "read", "note"),
    Rule("flat-shape-unexpected", "read", "warning"),
    # normalize: what the pages make together
    Rule("contract-stale", "normalize", "error"),
    Rule("generated-stale", "render", "error"),
    Rule("fact-clash", "normalize", "warning"),
    Rule("operation-id-inferred", "normalize", "note"),
    Rule("overlay-target-invalid", "normalize", "error"),
    Rule("overlay-target-missing", "normalize", "warning"),
    Rule("addition-invalid", "normalize", "error"),
    Rule("addition-without-reason", "normalize", "error"),
    # validate: OpenAPI law and house rules
    Rule("openapi-invalid", "validate", "error"),
    Rule("example-invalid", "validate", "error"),
    Rule("reference-unresolved", "validate", "error"),
    Rule("operation-without-success", "validate", "warning"),
    # drift: where pages, languages and versions disagree
    Rule("operation-missing-in-language", "drift", "warning"),
    Rule("title-missing", "drift", "warning"),
    Rule("text-missing", "drift", "note"),
    Rule("server-url-templated", "drift", "warning"),
    Rule("operation-removed", "drift", "error"),
    Rule("operation-added", "drift", "note"),
    Rule("operation-id-differs", "drift", "warning"),
    Rule("deprecation-differs", "drift", "warning"),
    Rule("server-differs", "drift", "error"),
    Rule("security-differs", "drift", "error"),
    Rule("parameter-missing", "drift", "error", "request"),
    Rule("parameter-required-differs", "drift", "error", "request"),
    Rule("serialization-differs", "drift", "error", "request"),
    Rule("body-missing", "drift", "error", "request"),
    Rule("body-required-differs", "drift", "error", "request"),
    Rule("response-missing", "drift", "error", "response"),
    Rule("header-missing", "drift", "warning", "response"),
    Rule("media-type-missing", "drift", "error"),
    Rule("type-differs", "drift", "error"),
    Rule("nullability-differs", "drift", "error"),
    Rule("format-differs", "drift", "warning"),
    Rule("bounds-differ", "drift", "error"),
    Rule("pattern-differs", "drift", "error"),
    Rule("default-differs", "drift", "error"),
    Rule("enum-value-missing", "drift", "error"),
    Rule("enum-missing", "drift", "error"),
    Rule("variant-missing", "drift", "error"),
    Rule("field-missing", "drift", "error"),
    Rule("field-undeclared", "drift", "warning"),
    Rule("fields-not-described", "drift", "warning"),
    Rule("field-required-differs", "drift", "error"),
    Rule("additional-fields-differ", "drift", "warning"),
    Rule("unjudged-difference", "drift", "warning"),
    Rule("waiver-expired", "drift", "error"),
    Rule("waiver-unmatched", "drift", "warning"),
    Rule("waiver-invalid", "drift", "error"),
    # conform: what a running server does wrong
)
RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}
