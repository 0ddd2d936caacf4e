"""What is found where pages are published."""

from __future__ import annotations

from diglot.core.rules.rule import Rule

TABLE = (
    # fetch: whether a page can be renewed; an error keeps every page as it is
    Rule("page-address-unknown", "fetch", "warning"),
    Rule("page-address-ambiguous", "fetch", "warning"),
    Rule("page-host-not-named", "fetch", "error"),
    Rule("page-gone", "fetch", "error"),
    Rule("page-moved", "fetch", "note"),
    Rule("page-not-fetched", "fetch", "error"),
    Rule("page-unreadable", "fetch", "error"),
    Rule("page-operation-other", "fetch", "error"),
    Rule("page-text-changed", "fetch", "note"),
)
