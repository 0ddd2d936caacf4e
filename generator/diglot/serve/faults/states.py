"""Filters by status that select other documents than those in the state, and combinations that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import grouping, has_state, has_text, selecting
from diglot.serve.faults.wrapping import Json, asking, listing, putting, showing
from diglot.serve.schema import DISPLAY_STATUSES
from diglot.serve.store import Query, Store

_UNFINISHED = ("indexing", "parsing", "splitting", "cleaning")


def _instead(status: str, belongs: Callable[[Json], bool]) -> App:
    """A server that selects other documents for one status."""
    return grouping(lambda asked_for, row: belongs(row) if asked_for == status else row["display_status"] == asked_for)


def _or(status: str, *others: str) -> App:
    """A server that selects documents of other states too for one status."""
    return _instead(status, lambda row: row["display_status"] in (status, *others))


def _displaying(change: Callable[[Json], str]) -> App:
    """A server that shows another display status than it filters by."""
    return showing(lambda row: row.update(display_status=change(row)))


def _showing_instead(status: str, other: str) -> App:
    return _displaying(lambda row: other if row["display_status"] == status else row["display_status"])


def _remembers_filtered_answers() -> App:
    remembered: dict[str, Json] = {}

    def recall(answer: Json, query: dict[str, str]) -> None:
        if query.get("status"):
            key = json.dumps(sorted(query.items()))
            first = remembered.setdefault(key, json.loads(json.dumps(answer)))
            answer.clear()
            answer.update(first)

    return listing(recall)


def _pages_before_it_filters() -> App:
    class Early(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, replace(query, status=None))
            if query.status is None:
                return total, rows
            total, _ = super().list_documents(dataset_id, query)
            return total, [row for row in rows if has_state(row, query)]

    return create_app(store=Early())


def _shows_the_first_page() -> App:
    class Repeating(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            return super().list_documents(dataset_id, replace(query, page=1) if query.status else query)

    return create_app(store=Repeating())


def _either(row: Json, query: Query) -> bool:
    if query.keyword and query.status:
        return has_text(row, query) or has_state(row, query)
    return has_text(row, query) and has_state(row, query)


def _totals_by_status() -> App:
    class Half(Store):
        def count(self, connection: Any, where: Any) -> int:
            return super().count(
                connection, [one for one in where if "folded_name" not in str(one)] if len(where) > 2 else where
            )

    return create_app(store=Half())


def _filtered(query: dict[str, str]) -> bool:
    return bool(query.get("status") or query.get("keyword"))


FAULTS = family(
    "filters",
    "filter.",
    wrong("ignores the status", "filter-wrong", lambda: grouping(lambda *_: True)),
    wrong(
        "filters by the stored status",
        "filter-wrong",
        lambda: grouping(lambda status, row: row["indexing_status"] == status),
    ),
    wrong("counts indexing among the queuing", "filter-wrong", lambda: _or("queuing", "indexing")),
    wrong("finds nothing queuing", "filter-wrong", lambda: _instead("queuing", lambda _: False)),
    wrong("counts queuing among the indexing", "filter-wrong", lambda: _or("indexing", "queuing")),
    wrong("counts paused among the indexing", "filter-wrong", lambda: _or("indexing", "paused")),
    wrong(
        "counts one step of indexing only",
        "filter-wrong",
        lambda: _instead("indexing", lambda row: row["indexing_status"] == "indexing"),
    ),
    wrong("finds nothing paused", "filter-wrong", lambda: _instead("paused", lambda _: False)),
    wrong("counts paused among the errors", "filter-wrong", lambda: _or("error", "paused")),
    wrong("finds nothing in error", "filter-wrong", lambda: _instead("error", lambda _: False)),
    wrong("counts disabled among the available", "filter-wrong", lambda: _or("available", "disabled")),
    wrong(
        "counts archived among the available",
        "filter-wrong",
        lambda: _instead("available", lambda row: row["indexing_status"] == "completed" and row["enabled"]),
    ),
    wrong(
        "counts unfinished among the available",
        "filter-wrong",
        lambda: _instead("available", lambda row: row["enabled"] and not row["archived"]),
    ),
    wrong(
        "counts archived among the disabled",
        "filter-wrong",
        lambda: _instead("disabled", lambda row: not row["enabled"]),
    ),
    wrong("finds nothing disabled", "filter-wrong", lambda: _instead("disabled", lambda _: False)),
    wrong(
        "forgets the disabled among the archived",
        "filter-wrong",
        lambda: _instead("archived", lambda row: row["archived"] and row["enabled"]),
    ),
    wrong(
        "takes archived for available",
        "filter-wrong",
        lambda: asking(lambda query: {"status": "available"} if query.get("status") == "archived" else {}),
    ),
    # what is shown
    wrong(
        "shows paused as indexing", "derived-field-wrong filter-wrong", lambda: _showing_instead("paused", "indexing")
    ),
    wrong(
        "shows errors as indexing", "derived-field-wrong filter-wrong", lambda: _showing_instead("error", "indexing")
    ),
    wrong(
        "shows queuing as indexing", "derived-field-wrong filter-wrong", lambda: _showing_instead("queuing", "indexing")
    ),
    wrong(
        "shows archived as available",
        "derived-field-wrong filter-wrong",
        lambda: _showing_instead("archived", "available"),
    ),
    wrong(
        "shows disabled before archived",
        "derived-field-wrong filter-wrong",
        lambda: _displaying(
            lambda row: "disabled" if row["archived"] and not row["enabled"] else row["display_status"]
        ),
    ),
    wrong(
        "shows the stored status",
        "derived-field-wrong filter-wrong",
        lambda: _displaying(lambda row: row["indexing_status"]),
    ),
    wrong(
        "shows each step of indexing",
        "derived-field-wrong filter-wrong",
        lambda: _displaying(
            lambda row: row["indexing_status"] if row["indexing_status"] in _UNFINISHED else row["display_status"]
        ),
    ),
    # values that there are not
    wrong(
        "ignores an unknown status",
        "invalid-input-accepted",
        lambda: asking(
            lambda query: {"status": None} if query.get("status", "available") not in DISPLAY_STATUSES else {}
        ),
        laws="input.",
    ),
    wrong(
        "finds nothing for an unknown status",
        "invalid-input-accepted",
        lambda: asking(
            lambda query: (
                {"status": None, "keyword": "\0"} if query.get("status", "available") not in DISPLAY_STATUSES else {}
            )
        ),
        laws="input.",
    ),
    wrong(
        "takes a status in capitals",
        "invalid-input-accepted",
        lambda: asking(lambda query: {"status": query["status"].lower()} if query.get("status", "").isupper() else {}),
        laws="input.",
    ),
    wrong(
        "takes the beginning of a status",
        "invalid-input-accepted",
        lambda: asking(
            lambda query: {"status": "queuing"} if query.get("status") and "queuing".startswith(query["status"]) else {}
        ),
        laws="input.",
    ),
    # pages and totals of what was selected
    wrong(
        "totals without the status",
        "filter-total-wrong",
        lambda: putting(
            total=lambda answer, query: 130 if query.get("status") and answer["total"] else answer["total"]
        ),
    ),
    wrong(
        "has more without the filter",
        "filter-more-wrong",
        lambda: putting(
            has_more=lambda answer, query: (
                answer["page"] * answer["limit"] < 130 if _filtered(query) and answer["total"] else answer["has_more"]
            )
        ),
    ),
    wrong(
        "never has more under a filter",
        "filter-more-wrong",
        lambda: putting(has_more=lambda answer, query: answer["has_more"] and not _filtered(query)),
    ),
    wrong(
        "has more when a filtered page is full",
        "filter-more-wrong",
        lambda: putting(
            has_more=lambda answer, query: (
                len(answer["data"]) == answer["limit"] if _filtered(query) else answer["has_more"]
            )
        ),
    ),
    wrong("shows the first page under a status", "filter-pages-wrong filter-more-wrong", _shows_the_first_page),
    wrong("pages before it filters by status", "filter-pages-wrong filter-wrong", _pages_before_it_filters),
    wrong(
        "remembers filtered answers", "filter-stale action-without-effect", _remembers_filtered_answers, laws="action."
    ),
    # two filters
    wrong(
        "forgets the status beside a keyword",
        "filters-not-combined",
        lambda: asking(lambda query: {"status": None} if query.get("keyword") and query.get("status") else {}),
    ),
    wrong(
        "forgets the keyword beside a status",
        "filters-not-combined",
        lambda: asking(lambda query: {"keyword": None} if query.get("keyword") and query.get("status") else {}),
    ),
    wrong("combines filters with or", "filters-not-combined", lambda: selecting(_either)),
    wrong("totals by the status alone beside a keyword", "filter-total-wrong filters-not-combined", _totals_by_status),
)
