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
    Rule("server-error", "conform", "error", "response"),
    Rule("answer-missing", "conform", "error", "response"),
    Rule("status-undeclared", "conform", "error", "response"),
    Rule("content-type-undeclared", "conform", "error", "response"),
    Rule("response-header-missing", "conform", "error", "response"),
    Rule("response-not-json", "conform", "error", "response"),
    Rule("response-schema-violated", "conform", "error", "response"),
    Rule("error-status-differs", "conform", "error", "response"),
    Rule("secret-echoed", "conform", "error", "response"),
    Rule("valid-input-refused", "conform", "error", "request"),
    Rule("invalid-input-accepted", "conform", "error", "request"),
    Rule("refusal-status-wrong", "conform", "error", "response"),
    Rule("refused-write-changed", "conform", "error", "request"),
    Rule("method-not-refused", "conform", "error", "request"),
    Rule("allow-header-wrong", "conform", "error", "response"),
    Rule("authentication-ignored", "conform", "error", "request"),
    Rule("authentication-status-wrong", "conform", "error", "response"),
    Rule("authentication-late", "conform", "error", "request"),
    Rule("credential-accepted", "conform", "error", "request"),
    Rule("challenge-missing", "conform", "error", "response"),
    Rule("unknown-scope-answered", "conform", "error", "request"),
    Rule("tenant-boundary-crossed", "conform", "error", "request"),
    Rule("dataset-boundary-crossed", "conform", "error", "request"),
    Rule("access-disabled-ignored", "conform", "error", "request"),
    Rule("order-unstable", "conform", "error", "response"),
    Rule("page-size-ignored", "conform", "error", "response"),
    Rule("pages-overlap-or-gap", "conform", "error", "response"),
    Rule("page-past-end-wrong", "conform", "error", "response"),
    Rule("page-echo-wrong", "conform", "error", "response"),
    Rule("total-wrong", "conform", "error", "response"),
    Rule("has-more-wrong", "conform", "error", "response"),
    Rule("page-size-cap-wrong", "conform", "error", "response"),
    Rule("page-default-differs", "conform", "error", "response"),
    Rule("empty-page-wrong", "conform", "error", "response"),
    Rule("filter-wrong", "conform", "error", "response"),
    Rule("filter-total-wrong", "conform", "error", "response"),
    Rule("filter-more-wrong", "conform", "error", "response"),
    Rule("filter-pages-wrong", "conform", "error", "response"),
    Rule("filters-not-combined", "conform", "error", "response"),
    Rule("derived-field-wrong", "conform", "error", "response"),
    Rule("filter-stale", "conform", "error", "response"),
    Rule("action-without-effect", "conform", "error", "request"),
    Rule("action-effect-wrong", "conform", "error", "request"),
    Rule("action-side-effect", "conform", "error", "request"),
    Rule("action-not-undone", "conform", "error", "request"),
    Rule("action-not-idempotent", "conform", "error", "request"),
    Rule("batch-incomplete", "conform", "error", "request"),
    Rule("unknown-row-accepted", "conform", "error", "request"),
    Rule("batch-not-atomic", "conform", "error", "request"),
    Rule("action-unallowed-accepted", "conform", "error", "request"),
    Rule("value-not-read-back", "conform", "error", "request"),
    Rule("batch-values-mixed", "conform", "error", "request"),
    Rule("write-side-effect", "conform", "error", "request"),
    Rule("full-update-keeps", "conform", "error", "request"),
    Rule("partial-update-drops", "conform", "error", "request"),
    Rule("partial-default-differs", "conform", "error", "request"),
    Rule("update-not-idempotent", "conform", "error", "request"),
    Rule("unknown-field-accepted", "conform", "error", "request"),
    Rule("concurrent-update-lost", "conform", "error", "request"),
    Rule("state-not-restored", "conform", "warning"),
    Rule("answer-unstable", "conform", "warning", "response"),
)
RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}
