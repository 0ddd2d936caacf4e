"""Pages that lose, repeat or misplace rows, and what is wrong past the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from diglot.serve.app import CAP, create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.sizes import sizing
from diglot.serve.faults.stores import paging
from diglot.serve.faults.wrapping import Json, asked, asking, breaking, listing, page_of, putting, refusing
from diglot.serve.store import Query, Store

_SHOWN = 20  # rows of a page by default


def _shuffles() -> App:
    turn = [0]

    def rotate(answer: Json, _query: dict[str, str]) -> None:
        turn[0] += 1
        shift = turn[0] % max(len(answer["data"]), 1)
        answer["data"] = answer["data"][shift:] + answer["data"][:shift]

    return listing(rotate)


def _orders_ties_anew() -> App:
    chance = random.Random(5)  # noqa: S311 (no secret: the same faults every time)

    def order(rows: list[Json], query: Query) -> list[Json]:
        mixed = sorted(rows, key=lambda row: (row["doc_form"], chance.random()))
        return mixed[(query.page - 1) * query.limit : query.page * query.limit]

    return paging(order)


def _slice(start: Callable[[Query], int], size: Callable[[Query], int] = lambda query: query.limit) -> App:
    """A server that starts its pages elsewhere, or makes them of another size."""
    return paging(lambda rows, query: rows[max(start(query), 0) :][: size(query)])


def _first(query: Query) -> int:
    """Where a page starts."""
    return (query.page - 1) * query.limit


def _repeats_the_last_page() -> App:
    class Repeating(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, _ = super().list_documents(dataset_id, query)
            last = max(-(-total // query.limit), 1)
            return super().list_documents(dataset_id, replace(query, page=min(query.page, last)))

    return create_app(store=Repeating())


def _starts_again_past_the_end(rows: list[Json], query: Query) -> list[Json]:
    pages = max(-(-len(rows) // query.limit), 1)
    return rows[(query.page - 1) % pages * query.limit :][: query.limit]


def _past_the_end(answer: Json, _query: dict[str, str]) -> bool:
    return answer["total"] > 0 and not answer["data"]


def _counts_the_unlisted(rows: list[Json], query: Query) -> list[Json]:
    kept = [row for row in rows if row["position"] != 77]
    return kept[_first(query) :][: query.limit]


def _lists_a_hundred_at_most(rows: list[Json], query: Query) -> list[Json]:
    return rows[:100][_first(query) :][: query.limit]


def _drops_the_last_row(rows: list[Json], query: Query) -> list[Json]:
    return rows[:-1][_first(query) :][: query.limit] if len(rows) > 1 else rows[_first(query) :]


def _overlaps_by_one_row(rows: list[Json], query: Query) -> list[Json]:
    return rows[max(_first(query) - 1, 0) :][: query.limit] if _first(query) < len(rows) else []


def _keeps_the_first_row(rows: list[Json], query: Query) -> list[Json]:
    page = rows[_first(query) :][: query.limit]
    return [rows[0], *page[1:]] if page else page


def _turns_around_after_the_first_page(rows: list[Json], query: Query) -> list[Json]:
    page = rows[_first(query) :][: query.limit]
    return page if query.page == 1 else page[::-1]


FAULTS = family(
    "paging",
    "paging.",
    # the rows of a page
    wrong("ignores the limit", "page-size-ignored", lambda: sizing(lambda _: _SHOWN)),
    wrong(
        "takes a limit of one for none",
        "page-size-ignored",
        lambda: sizing(lambda limit: min(limit, CAP) if limit > 1 else _SHOWN),
    ),
    wrong(
        "gives one row fewer than asked for",
        "page-size-ignored page-size-cap-wrong page-default-differs pages-overlap-or-gap",
        lambda: _slice(_first, lambda query: max(query.limit - 1, 1)),
    ),
    wrong(
        "gives one row more than asked for",
        "page-size-ignored pages-overlap-or-gap",
        lambda: _slice(_first, lambda query: query.limit + 1),
    ),
    wrong("ignores the page", "pages-overlap-or-gap page-past-end-wrong", lambda: _slice(lambda _: 0)),
    wrong(
        "ignores the page when the limit is one",
        "pages-overlap-or-gap page-past-end-wrong",
        lambda: _slice(lambda query: _first(query) if query.limit > 1 else 0),
    ),
    wrong("overlaps by one row", "pages-overlap-or-gap", lambda: paging(_overlaps_by_one_row)),
    wrong(
        "overlaps at large sizes only",
        "pages-overlap-or-gap page-past-end-wrong page-size-cap-wrong",
        lambda: _slice(lambda query: _first(query) - (query.limit > 50 and query.page > 1)),
    ),
    wrong(
        "overlaps at sizes that are no round number",
        "pages-overlap-or-gap page-past-end-wrong",
        lambda: _slice(lambda query: (query.page - 1) * (query.limit if query.limit < 10 else query.limit // 10 * 10)),
    ),
    wrong(
        "skips a row between pages",
        "pages-overlap-or-gap page-size-cap-wrong",
        lambda: _slice(lambda query: (query.page - 1) * (query.limit + 1)),
    ),
    wrong(
        "starts at the second row",
        "total-wrong has-more-wrong pages-overlap-or-gap page-past-end-wrong page-size-cap-wrong",
        lambda: _slice(lambda query: _first(query) + 1),
    ),
    wrong(
        "counts pages from zero inside",
        "pages-overlap-or-gap page-size-cap-wrong",
        lambda: _slice(lambda query: query.page * query.limit),
    ),
    wrong(
        "shows the tenth page for all after it",
        "pages-overlap-or-gap page-past-end-wrong",
        lambda: _slice(lambda query: min(query.page - 1, 9) * query.limit),
    ),
    wrong("shows the first row on every page", "pages-overlap-or-gap", lambda: paging(_keeps_the_first_row)),
    wrong(
        "turns the order around after the first page",
        "pages-overlap-or-gap page-size-cap-wrong",
        lambda: paging(_turns_around_after_the_first_page),
    ),
    wrong(
        "drops the last row",
        "pages-overlap-or-gap total-wrong page-size-cap-wrong page-size-ignored",
        lambda: paging(_drops_the_last_row),
    ),
    wrong(
        "counts a row that no page holds",
        "total-wrong pages-overlap-or-gap has-more-wrong",
        lambda: paging(_counts_the_unlisted),
    ),
    wrong(
        "lists no row after the hundredth",
        "total-wrong pages-overlap-or-gap has-more-wrong page-size-cap-wrong",
        lambda: paging(_lists_a_hundred_at_most),
    ),
    wrong("shuffles", "order-unstable", _shuffles),
    wrong("orders ties anew each time", "order-unstable", _orders_ties_anew),
    # past the end
    wrong("repeats the last page past the end", "page-past-end-wrong", _repeats_the_last_page),
    wrong("starts again past the end", "page-past-end-wrong", lambda: paging(_starts_again_past_the_end)),
    wrong(
        "calls a page past the end not found",
        "page-past-end-wrong valid-input-refused",
        lambda: refusing(_past_the_end, 404, "not_found"),
    ),
    wrong(
        "calls a page past the end invalid",
        "page-past-end-wrong valid-input-refused",
        lambda: refusing(_past_the_end, 400, "invalid_param"),
    ),
    wrong(
        "totals nothing past the end",
        "total-wrong",
        lambda: putting(total=lambda answer, _: answer["total"] if answer["data"] else 0),
    ),
    wrong(
        "has more past the end",
        "has-more-wrong",
        lambda: putting(has_more=lambda answer, _: answer["has_more"] or (answer["total"] > 0 and not answer["data"])),
    ),
    wrong(
        "echoes the last page past the end",
        "page-echo-wrong",
        lambda: putting(page=lambda answer, _: min(answer["page"], max(-(-answer["total"] // answer["limit"]), 1))),
    ),
    wrong(
        "breaks on pages far past the end",
        "server-error",
        lambda: breaking(lambda scope, _: page_of(asked(scope)) > 2**31),
        laws="paging. input.",
    ),
    # pages that there are not
    wrong(
        "takes page zero for the first",
        "invalid-input-accepted",
        lambda: asking(lambda query: {"page": "1"} if page_of(query) == 0 else {}),
        laws="input.",
    ),
    wrong(
        "takes a negative page for the first",
        "invalid-input-accepted",
        lambda: asking(lambda query: {"page": "1"} if page_of(query) < 0 else {}),
        laws="input.",
    ),
)
