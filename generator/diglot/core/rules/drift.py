"""What is found where the pages and languages of one interface disagree, and about waivers."""

from __future__ import annotations

from diglot.core.rules.rule import Rule

TABLE = (
    # drift: where pages, languages and versions disagree
    Rule("operation-missing-in-language", "drift", "warning"),
    Rule("title-missing", "drift", "warning"),
    Rule("text-missing", "drift", "note"),
    Rule("server-url-templated", "drift", "warning"),
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
    Rule("items-not-described", "drift", "warning"),
    Rule("one-way-differs", "drift", "error"),
    Rule("unjudged-difference", "drift", "warning"),
    Rule("waiver-expired", "drift", "error"),
    Rule("waiver-unmatched", "drift", "warning"),
    Rule("waiver-invalid", "drift", "error"),
)
