"""Echoes, totals, marks, caps and defaults of pages that are off, mostly at an edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dify_knowledge.server import Plain
from diglot.serve.app import CAP, Handlers, create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import DEMO, Tampered
from diglot.serve.faults.wrapping import asking, limit_of, putting, refusing
from diglot.serve.store import Query, Tenant

_FILTERS = frozenset({"keyword", "status"})
_SHOWN = 20  # rows of a page by default


def sizing(size: Callable[[int], int], start: Callable[[int, int], int] | None = None) -> App:
    """A server that has another size in force than it should: size(limit); start(page, limit) is its first row."""

    class Sizing(Handlers):
        def list_documents(self, _context: Tenant, /, dataset_id: Any, **asked_for: Any) -> Plain:
            page, limit = asked_for["page"], asked_for["limit"]
            query = Query(1, 1000, asked_for["keyword"], asked_for["status"])
            total, rows = self.store.list_documents(str(dataset_id), query)
            some = size(limit)
            first = start(page, limit) if start else (page - 1) * some
            answer = {"data": rows[first : first + some], "has_more": page * some < total, "total": total}
            return Plain({**answer, "page": page, "limit": some})

    return create_app(handlers=Sizing)


def _totalling(count: Callable[[Tampered, str, int], int]) -> App:
    """A server that totals otherwise where nothing is filtered: (store, dataset, total) -> total."""

    class Totalling(Handlers):
        def list_documents(self, context: Tenant, /, dataset_id: Any, **asked_for: Any) -> Plain:
            answer: Any = super().list_documents(context, dataset_id, **asked_for).value
            if asked_for["keyword"] is None and asked_for["status"] is None and isinstance(self.store, Tampered):
                answer["total"] = count(self.store, str(dataset_id), answer["total"])
            return Plain(answer)

    return create_app(store=Tampered(), handlers=Totalling)


def _without_the_archived(store: Tampered, dataset_id: str, total: int) -> int:
    return total - sum(bool(row["archived"]) for row in store.all_rows(dataset_id))


FAULTS = family(
    "paging",
    "paging.",
    # echoes
    wrong("echoes pages from zero", "page-echo-wrong", lambda: putting(page=lambda answer, _: answer["page"] - 1)),
    wrong("echoes the first page on every page", "page-echo-wrong", lambda: putting(page=lambda *_: 1)),
    wrong(
        "echoes the number of rows for the limit",
        "page-echo-wrong page-size-cap-wrong",
        lambda: putting(limit=lambda answer, _: len(answer["data"])),
    ),
    wrong(
        "always echoes the default limit",
        "page-echo-wrong page-size-cap-wrong",
        lambda: putting(limit=lambda *_: _SHOWN),
    ),
    # totals
    wrong("totals the page", "total-wrong", lambda: putting(total=lambda answer, _: len(answer["data"]))),
    wrong(
        "totals one row more",
        "total-wrong",
        lambda: putting(total=lambda answer, _: answer["total"] + bool(answer["total"])),
    ),
    wrong(
        "totals a hundred at most", "total-wrong", lambda: putting(total=lambda answer, _: min(answer["total"], 100))
    ),
    wrong(
        "totals what was shown so far",
        "total-wrong",
        lambda: putting(total=lambda answer, _: min(answer["page"] * answer["limit"], answer["total"])),
    ),
    wrong(
        "totals pages instead of rows",
        "total-wrong",
        lambda: putting(total=lambda answer, _: -(-answer["total"] // answer["limit"])),
    ),
    wrong(
        "totals the rows of two datasets",
        "total-wrong empty-page-wrong",
        lambda: _totalling(lambda store, _, total: total + len(store.all_rows(DEMO.other_dataset))),
    ),
    wrong("totals without the archived", "total-wrong", lambda: _totalling(_without_the_archived)),
    # whether there is more
    wrong("never has more", "has-more-wrong", lambda: putting(has_more=lambda *_: False)),
    wrong(
        "has more when the page is full",
        "has-more-wrong",
        lambda: putting(has_more=lambda answer, _: len(answer["data"]) == answer["limit"]),
    ),
    wrong(
        "has more while a page holds rows",
        "has-more-wrong",
        lambda: putting(has_more=lambda answer, _: bool(answer["data"])),
    ),
    wrong(
        "has more by the size of one page",
        "has-more-wrong",
        lambda: putting(has_more=lambda answer, _: answer["total"] > answer["limit"]),
    ),
    wrong(
        "has no more on the last page but one",
        "has-more-wrong",
        lambda: putting(has_more=lambda answer, _: (answer["page"] + 1) * answer["limit"] < answer["total"]),
    ),
    wrong(
        "has more by the limit asked for",
        "has-more-wrong page-size-cap-wrong",
        lambda: putting(has_more=lambda answer, query: answer["page"] * limit_of(query) < answer["total"]),
    ),
    # the cap
    wrong(
        "echoes the limit asked for",
        "page-size-cap-wrong page-echo-wrong",
        lambda: putting(limit=lambda answer, query: limit_of(query) if limit_of(query) > CAP else answer["limit"]),
    ),
    wrong("caps at fifty", "page-size-cap-wrong page-size-ignored", lambda: sizing(lambda limit: min(limit, 50))),
    wrong("caps at ninety nine", "page-size-cap-wrong page-size-ignored", lambda: sizing(lambda limit: min(limit, 99))),
    wrong("does not cap", "page-size-cap-wrong", lambda: sizing(lambda limit: min(limit, 1000))),
    wrong(
        "gives the default above the cap",
        "page-size-cap-wrong",
        lambda: sizing(lambda limit: limit if limit <= CAP else _SHOWN),
    ),
    wrong(
        "refuses a limit above the cap",
        "page-size-cap-wrong valid-input-refused",
        lambda: refusing(lambda _, query: limit_of(query) > CAP, 400, "invalid_param"),
    ),
    wrong(
        "steps by the limit asked for above the cap",
        "page-size-cap-wrong pages-overlap-or-gap",
        lambda: sizing(lambda limit: min(limit, CAP), lambda page, limit: (page - 1) * limit),
    ),
    # defaults
    wrong(
        "defaults to ten",
        "page-default-differs",
        lambda: asking(lambda query: {} if "limit" in query else {"limit": "10"}),
    ),
    wrong(
        "defaults to ten beside a page",
        "page-default-differs",
        lambda: asking(lambda query: {"limit": "10"} if "page" in query and "limit" not in query else {}),
    ),
    wrong(
        "defaults to the second page",
        "page-default-differs",
        lambda: asking(lambda query: {} if "page" in query else {"page": "2"}),
    ),
    # nothing there
    wrong("totals one at least", "empty-page-wrong", lambda: putting(total=lambda answer, _: max(answer["total"], 1))),
    wrong(
        "has more where nothing is",
        "empty-page-wrong",
        lambda: putting(
            has_more=lambda answer, query: answer["has_more"] or (answer["total"] == 0 and not query.keys() & _FILTERS)
        ),
    ),
    wrong(
        "hides empty datasets",
        "empty-page-wrong valid-input-refused",
        lambda: refusing(lambda answer, query: not answer["total"] and not query.keys() & _FILTERS, 404, "not_found"),
    ),
)
