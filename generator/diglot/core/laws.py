"""The table of laws: by its id what each may find, and by their keys in `specs/laws.yaml` the sentences it rests on.

The words are in the catalogue (`laws.<id>`). `wire.` and `fuzz.` are no relations of several answers: what every answer
must obey by itself, and what drawn input shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diglot.core.rules import RULES
from diglot.core.usage import SEVERITIES


@dataclass(frozen=True, slots=True)
class Promise:
    """What one law holds a server to: the rules that name its breaches, the most telling first, and its sentences."""

    law: str
    rules: tuple[str, ...]
    sentences: tuple[str, ...] = ()

    @property
    def severity(self) -> str:
        """The worst of its rules."""
        return min((RULES[rule].severity for rule in self.rules), key=SEVERITIES.index)


def _row(law: str, rules: str, sentences: str = "") -> Promise:
    return Promise(law, tuple(rules.split()), tuple(sentences.split()))


_TABLE = (
    _row(
        "wire.answer",
        "server-error answer-missing status-undeclared content-type-undeclared response-header-missing "
        "response-not-json charset-wrong response-schema-violated error-status-differs secret-echoed",
        "auth.echo answer.charset error.status",
    ),
    _row("fuzz.refused", "invalid-input-accepted", "input.refused"),
    _row("input.valid", "valid-input-refused"),
    _row("paging.order", "order-unstable", "paging.order"),
    _row("paging.size", "page-size-ignored", "paging.size"),
    _row("paging.partition", "pages-overlap-or-gap page-past-end-wrong", "paging.partition"),
    _row("paging.echo", "page-echo-wrong", "paging.page-echo paging.size"),
    _row("paging.total", "total-wrong", "paging.total"),
    _row("paging.more", "has-more-wrong", "paging.more"),
    _row("paging.cap", "page-size-cap-wrong", "paging.cap"),
    _row("paging.defaults", "page-default-differs", "paging.size"),
    _row("paging.empty", "empty-page-wrong", "paging.total"),
    _row("filter.contains", "filter-wrong", "filter.keyword"),
    _row("filter.equals", "filter-wrong", "filter.status"),
    _row(
        "filter.within",
        "filter-total-wrong filter-more-wrong filter-pages-wrong",
        "paging.total paging.more paging.partition",
    ),
    _row("filter.combined", "filters-not-combined filter-total-wrong", "filter.combined paging.total"),
    _row("filter.derived", "derived-field-wrong", "filter.derived"),
    _row(
        "auth.key",
        "authentication-ignored credential-accepted authentication-status-wrong challenge-missing",
        "auth.key auth.challenge",
    ),
    _row("auth.first", "authentication-late", "auth.first"),
    _row(
        "scope.refused",
        "tenant-boundary-crossed unknown-scope-answered access-disabled-ignored refusal-status-wrong",
        "scope.unknown scope.disabled",
    ),
    _row("scope.list", "tenant-boundary-crossed dataset-boundary-crossed", "scope.boundary"),
    _row(
        "action.effect",
        "action-without-effect action-effect-wrong action-side-effect filter-stale",
        "action.effect action.batch",
    ),
    _row("action.undo", "action-not-undone action-not-idempotent", "action.effect"),
    _row("action.long-ago", "action-not-idempotent", "action.effect"),
    _row("action.batch", "batch-incomplete action-side-effect", "action.batch"),
    _row("action.empty", "action-side-effect", "batch.empty"),
    _row("action.unknown", "unknown-row-accepted batch-not-atomic", "batch.unknown batch.atomic"),
    _row("action.unallowed", "action-unallowed-accepted batch-not-atomic", "action.effect batch.atomic"),
    _row("values.apart", "batch-values-mixed write-side-effect", "values.each"),
    _row("values.read-back", "value-not-read-back", "values.value"),
    _row(
        "values.replace",
        "full-update-keeps partial-update-drops partial-default-differs value-not-read-back",
        "values.partial",
    ),
    _row("values.flags", "batch-values-mixed", "values.partial"),
    _row("values.repeat", "update-not-idempotent", "values.each"),
    _row(
        "values.refused", "unknown-row-accepted unknown-field-accepted batch-not-atomic", "batch.unknown batch.atomic"
    ),
    _row("values.empty", "write-side-effect", "batch.empty"),
    _row("values.concurrent", "concurrent-update-lost", "values.concurrent"),
    _row("timing.answers", "answer-slow", "time"),
    _row("timing.growth", "time-explodes", "time"),
    _row("timing.operation", "answer-slow", "time"),
    _row(
        "paging.closer",
        "pages-overlap-or-gap page-past-end-wrong page-echo-wrong "
        "total-wrong has-more-wrong page-size-ignored order-unstable",
        "paging.partition paging.order",
    ),
    _row("paging.concurrent", "order-unstable", "paging.order"),
    _row("filter.odd", "filter-wrong", "filter.keyword"),
    _row("auth.everywhere", "credential-accepted authentication-status-wrong", "auth.key"),
    _row("scope.letter-case", "tenant-boundary-crossed", "scope.unknown"),
    _row("action.elsewhere", "action-side-effect action-without-effect action-effect-wrong", "action.effect"),
    _row("action.whole-page", "batch-incomplete action-side-effect", "action.batch"),
    _row("action.unknown-anywhere", "unknown-row-accepted batch-not-atomic", "batch.unknown batch.atomic"),
    _row("action.unallowed-anywhere", "action-unallowed-accepted batch-not-atomic", "action.effect batch.atomic"),
    _row("action.concurrent", "concurrent-update-lost", "action.effect"),
    _row("values.twice", "batch-values-mixed partial-update-drops", "values.partial"),
    _row("values.large", "batch-values-mixed write-side-effect", "values.each"),
    _row("values.wide", "value-not-read-back", "values.value"),
    _row("values.odd", "value-not-read-back", "values.value"),
    _row("values.other-types", "value-not-read-back", "values.value"),
    _row(
        "values.refused-anywhere",
        "unknown-row-accepted unknown-field-accepted batch-not-atomic",
        "batch.unknown batch.atomic",
    ),
    _row("input.edges", "valid-input-refused"),
    _row("input.more-bodies", "invalid-input-accepted refusal-status-wrong refused-write-changed", "input.refused"),
    _row("input.more-media", "invalid-input-accepted refusal-status-wrong", "input.body"),
    _row("input.more-strange", "server-error answer-missing"),
    _row("input.more-methods", "server-error method-not-refused allow-header-wrong", "method.allow"),
    _row("scope.act", "tenant-boundary-crossed dataset-boundary-crossed", "scope.boundary"),
    _row("scope.write", "tenant-boundary-crossed dataset-boundary-crossed", "scope.boundary"),
    _row("input.parameters", "invalid-input-accepted refusal-status-wrong", "input.refused"),
    _row("input.bodies", "invalid-input-accepted refusal-status-wrong refused-write-changed", "input.refused"),
    _row("input.unchanged", "refused-write-changed", "input.refused"),
    _row("input.malformed", "invalid-input-accepted refusal-status-wrong", "input.body"),
    _row("input.media", "invalid-input-accepted refusal-status-wrong", "input.body"),
    _row("input.strange", "server-error answer-missing"),
    _row("input.methods", "method-not-refused allow-header-wrong", "method.allow"),
)
PROMISES: Mapping[str, Promise] = {promise.law: promise for promise in _TABLE}
