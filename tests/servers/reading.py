"""More servers that are wrong in what they list: at one edge only, in one page, for one kind of keyword, or in time.

Each table maps a name to the rule that must name the fault, and to what makes the application.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App
from diglot.serve.faults.wrapping import Json, asked, asking, hearing, listing
from diglot.serve.store import Query, Store

Change = Callable[[Json, dict[str, str]], object]
Search = Callable[[str, str], bool]
Made = Callable[[], App]


def paging(change: Callable[[Query], Query]) -> App:
    """A server that answers another page than the one that was asked for, and says that it is the right one."""

    class Paging(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            return super().list_documents(dataset_id, change(query))

    return create_app(store=Paging())


def picking(change: Callable[[int, Query, list[Json]], list[Json]]) -> App:
    """A server that changes the rows of a page: (total, query, rows) -> rows."""

    class Picking(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, query)
            return total, change(total, query, rows)

    return create_app(store=Picking())


def searching(search: Search) -> App:
    """A server whose search is another: it selects among all rows by itself, and pages what it found."""

    class Searching(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            if not query.keyword:
                return super().list_documents(dataset_id, query)
            rows: list[Json] = []
            page: list[Json] | None = None
            while page is None or len(page) == 100:
                number = len(rows) // 100 + 1
                page = super().list_documents(dataset_id, replace(query, keyword=None, page=number, limit=100))[1]
                rows += page
            found = [row for row in rows if search(query.keyword, row["name"])]
            start = (query.page - 1) * query.limit
            return len(found), found[start : start + query.limit]

    return create_app(store=Searching())


def like(keyword: str, text: str) -> bool:
    made = "".join({"%": ".*", "_": "."}.get(char) or re.escape(char) for char in keyword)
    return re.search(made, text, re.IGNORECASE) is not None


def regular(keyword: str, text: str) -> bool:
    try:
        return re.search(keyword, text, re.IGNORECASE) is not None
    except re.error:
        return False


def within(change: Callable[[str], str]) -> Search:
    return lambda keyword, text: change(keyword).casefold() in text.casefold()


def wrong_row(answer: Json, query: dict[str, str]) -> None:
    """The rows of a filtered list show another status than the one they were selected by."""
    for row in answer["data"] if "status" in query else ():
        row["display_status"] = "available" if row["display_status"] == "archived" else row["display_status"]


def when(test: Callable[[Json, dict[str, str]], bool], **members: Callable[[Json], Any]) -> App:
    """A server that says something else of a page in some cases."""

    def change(answer: Json, query: dict[str, str]) -> None:
        if test(answer, query):
            answer.update({name: make(answer) for name, make in members.items()})

    return listing(change)


def waiting(seconds: Callable[[Json, bytes], float]) -> App:
    """A server that keeps some callers waiting."""
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def heard() -> Any:
            message = await receive()
            if message["type"] == "http.request":
                await asyncio.sleep(seconds(scope, message.get("body", b"")))
            return message

        if scope["type"] == "http" and scope["method"] == "GET":
            await asyncio.sleep(seconds(scope, b""))
        await inner(scope, heard, send)

    return app


def backtracking(scope: Json, body: bytes) -> tuple[Json, bytes]:
    keyword = asked(scope).get("keyword", "") if scope["method"] == "GET" else ""
    if run := re.match("a+", keyword):
        time.sleep(min(2.0 ** (len(run[0]) - 23), 3.0) if len(run[0]) < 40 and keyword.endswith("!") else 0)
    return scope, body


def quadratic(scope: Json, body: bytes) -> float:
    ids = body.count(b"00000000-0000-4000") if scope["method"] == "PATCH" else 0
    return ids * ids / 1e6


PAGES: dict[str, tuple[str, Made]] = {
    "offset counted with the limit asked for": (
        "page-size-cap-wrong",
        lambda: asking(
            lambda query: (
                {"page": str((int(query["page"]) - 1) * int(query["limit"]) // 100 + 1)}
                if int(query.get("limit", 20)) > 100 and "page" in query
                else {}
            )
        ),
    ),
    "cap on the first page only": (
        "page-size-cap-wrong",
        lambda: asking(
            lambda query: {"limit": "30"} if int(query.get("limit", 20)) > 100 and query.get("page") == "2" else {}
        ),
    ),
    "cap at 99": ("page-size-cap-wrong", lambda: paging(lambda query: replace(query, limit=min(query.limit, 99)))),
    "has-more by the limit asked for": (
        "page-size-cap-wrong",
        lambda: when(
            lambda answer, query: int(query.get("limit", 20)) > 100,
            has_more=lambda answer: False,
        ),
    ),
    "last page short": (
        "pages-overlap-or-gap",
        lambda: picking(
            lambda total, query, rows: (
                rows[:-1] if query.page > 1 and query.page * query.limit >= total and len(rows) > 1 else rows
            )
        ),
    ),
    "third page repeats the second": (
        "pages-overlap-or-gap",
        lambda: paging(lambda query: replace(query, page=2) if query.page == 3 else query),
    ),
    "rows of a page out of order": (
        "pages-overlap-or-gap",
        lambda: picking(lambda total, query, rows: rows[::-1] if query.limit < 100 else rows),
    ),
    "one row too many": (
        "page-size-ignored",
        lambda: asking(lambda query: {"limit": "2"} if query.get("limit") == "1" else {}),
    ),
    "full last page goes on": (
        "has-more-wrong",
        lambda: when(
            lambda answer, query: bool(answer["data"]) and answer["page"] * answer["limit"] == answer["total"],
            has_more=lambda answer: True,
        ),
    ),
    "more past the end": (
        "has-more-wrong",
        lambda: when(lambda answer, query: not answer["data"], has_more=lambda _: True),
    ),
    "one more is none": (
        "has-more-wrong",
        lambda: when(
            lambda answer, query: answer["page"] * answer["limit"] == answer["total"] - 1, has_more=lambda _: False
        ),
    ),
    "total past the end": ("total-wrong", lambda: when(lambda answer, query: not answer["data"], total=lambda _: 0)),
    "total on later pages": (
        "total-wrong",
        lambda: when(lambda answer, query: answer["page"] > 2, total=lambda answer: len(answer["data"])),
    ),
    "page clamped in the echo": (
        "page-echo-wrong",
        lambda: when(
            lambda answer, query: not answer["data"], page=lambda answer: -(-answer["total"] // answer["limit"])
        ),
    ),
    "limit echo is the number of rows": (
        "page-echo-wrong",
        lambda: when(lambda answer, query: True, limit=lambda answer: len(answer["data"]) or answer["limit"]),
    ),
    "far past the end starts anew": (
        "page-past-end-wrong",
        lambda: paging(lambda query: replace(query, page=1) if query.page > 500 else query),
    ),
    "order follows the size": (
        "pages-overlap-or-gap",
        lambda: picking(
            lambda total, query, rows: rows if query.limit in (20, 100) else sorted(rows, key=lambda row: row["id"])
        ),
    ),
    "default page is the second": (
        "page-default-differs",
        lambda: asking(lambda query: {"page": query.get("page", "2")}),
    ),
    "empty list is on page zero": (
        "empty-page-wrong",
        lambda: when(lambda answer, query: not answer["total"], page=lambda _: 0),
    ),
}
FILTERS: dict[str, tuple[str, Made]] = {
    "prefix": ("filter-wrong", lambda: searching(lambda keyword, text: text.casefold().startswith(keyword.casefold()))),
    "suffix": ("filter-wrong", lambda: searching(lambda keyword, text: text.casefold().endswith(keyword.casefold()))),
    "whole name": ("filter-wrong", lambda: searching(lambda keyword, text: text.casefold() == keyword.casefold())),
    "words": (
        "filter-wrong",
        lambda: searching(lambda keyword, text: any(word in text.casefold() for word in keyword.casefold().split())),
    ),
    "all words": (
        "filter-wrong",
        lambda: searching(lambda keyword, text: all(word in text.casefold() for word in keyword.casefold().split())),
    ),
    "like": ("filter-wrong", lambda: searching(like)),
    "regular expression": ("filter-wrong", lambda: searching(regular)),
    "letter case of the keyword": ("filter-wrong", lambda: searching(lambda keyword, text: keyword in text.lower())),
    "cut to eight": ("filter-wrong", lambda: searching(within(lambda keyword: keyword[:8]))),
    "decoded twice": ("filter-wrong", lambda: searching(within(unquote))),
    "ASCII only": (
        "filter-wrong",
        lambda: searching(within(lambda keyword: keyword.encode("ascii", "ignore").decode())),
    ),
    "no emoji": (
        "filter-wrong",
        lambda: searching(within(lambda keyword: "".join(char for char in keyword if char < "\U00010000"))),
    ),
    "no backslash": ("filter-wrong", lambda: searching(within(lambda keyword: keyword.replace("\\", "")))),
    "no quotes": ("filter-wrong", lambda: searching(within(lambda keyword: keyword.replace("'", "").replace('"', "")))),
    "short keywords select all": (
        "filter-wrong",
        lambda: searching(lambda keyword, text: len(keyword) < 3 or keyword.casefold() in text.casefold()),
    ),
    "no extension": (
        "filter-wrong",
        lambda: searching(lambda keyword, text: keyword.casefold() in text.rpartition(".")[0].casefold()),
    ),
    "one letter off": (
        "filter-wrong",
        lambda: searching(
            lambda keyword, text: any(
                sum(a != b for a, b in zip(keyword.casefold(), text.casefold()[at:], strict=False)) < 2
                for at in range(max(len(text) - len(keyword) + 1, 0))
            )
        ),
    ),
    "empty keyword selects none": (
        "filter-wrong",
        lambda: asking(lambda query: {"keyword": "zz-none"} if query.get("keyword") == "" else {}),
    ),
    "page forgotten beside a keyword": (
        "filter-pages-wrong",
        lambda: paging(lambda query: replace(query, page=1) if query.keyword else query),
    ),
    "limit forgotten beside a keyword": (
        "filter-pages-wrong",
        lambda: paging(lambda query: replace(query, limit=20) if query.keyword and query.limit < 20 else query),
    ),
    "total of the page beside a status": (
        "filter-total-wrong",
        lambda: when(lambda answer, query: "status" in query, total=lambda answer: len(answer["data"])),
    ),
    "never more beside a status": (
        "filter-more-wrong",
        lambda: when(lambda answer, query: "status" in query, has_more=lambda _: False),
    ),
    "total of all where nothing is found": (
        "filter-total-wrong",
        lambda: when(lambda answer, query: not answer["data"] and "keyword" in query, total=lambda _: 130),
    ),
    "rows show another status": ("filter-wrong", lambda: listing(wrong_row)),
    "first hundred only": (
        "filter-wrong",
        lambda: listing(
            lambda answer, query: (
                answer.update(data=[row for row in answer["data"] if row["position"] <= 100])
                if "keyword" in query
                else None
            )
        ),
    ),
    "status forgets the keyword": (
        "filters-not-combined",
        lambda: asking(lambda query: {"keyword": None} if "status" in query else {}),
    ),
}
TIMES: dict[str, tuple[str, Made]] = {
    "one keyword takes long": (
        "answer-slow",
        lambda: waiting(
            lambda scope, _: 1.2 if b"keyword=" in scope["query_string"] and b"%25" in scope["query_string"] else 0
        ),
    ),
    "an action takes long": (
        "answer-slow",
        lambda: waiting(lambda scope, body: 1.7 if scope["method"] == "PATCH" and body.endswith(b"[]}") else 0),
    ),
    "a pattern backtracks": ("time-explodes", lambda: hearing(backtracking)),
    "a batch is quadratic": ("time-explodes", lambda: waiting(quadratic)),
}
