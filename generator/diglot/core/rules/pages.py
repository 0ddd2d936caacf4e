"""What is found in pages and documents: reading, merging, OpenAPI law and house rules."""

from __future__ import annotations

from diglot.core.rules.rule import Rule

TABLE = (
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
)
