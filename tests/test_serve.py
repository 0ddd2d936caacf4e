"""The reference server, sentence by sentence: what the pages say, where they leave room, what hostile clients send."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from diglot.core.usage import UsageError
from diglot.serve import demo, running, serve_forever
from diglot.serve.app import MAX_BYTES, Handlers, create_app
from diglot.serve.schema import DISPLAY_STATUSES, display_status, documents, metadata
from diglot.serve.seed import rows
from diglot.serve.store import Query, Store

DEMO = demo()
NOW = 1_800_000_000
STATUSES = ["queuing", "indexing", "paused", "error", "available", "disabled", "archived"]
LIST = f"/datasets/{DEMO.dataset}/documents"
STATUS = f"{LIST}/status/"
METADATA = f"{LIST}/metadata"
OPERATIONS = [("GET", LIST), ("PATCH", STATUS + "enable"), ("POST", METADATA)]
AUTHOR, VERSION, REVIEWED, _ = DEMO.metadata_fields
FIELDS = {
    "id", "position", "data_source_type", "data_source_info", "data_source_detail_dict", "dataset_process_rule_id",
    "name", "created_from", "created_by", "created_at", "tokens", "indexing_status", "error", "enabled", "disabled_at",
    "disabled_by", "archived", "display_status", "word_count", "hit_count", "doc_form", "doc_metadata",
    "summary_index_status", "need_summary",
}  # fmt: skip


class Api:
    """The application, called in process; every answer is checked for what all answers have in common."""

    loop: asyncio.Runner  # one for all, so that worker threads are not started for every call

    def __init__(self, app: Any, token: str = DEMO.token) -> None:
        self.app, self.token = app, token

    def __call__(self, method: str, path: str, *, headers: Any = None, **options: Any) -> httpx2.Response:
        given = {"Authorization": f"Bearer {self.token}"} if headers is None else headers
        response = self.loop.run(self._send(method, path, headers=given, **options))
        assert response.status_code < 500
        if response.status_code >= 400:
            refusal = response.json()
            assert set(refusal) == {"code", "message", "status"}
            assert refusal["status"] == response.status_code
            assert DEMO.token not in response.text
            assert DEMO.foreign_token not in response.text
        return response

    async def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)

    def list(self, dataset: str = DEMO.dataset, **query: Any) -> dict[str, Any]:
        response = self("GET", f"/datasets/{dataset}/documents", params=query)
        assert response.status_code == 200
        body: dict[str, Any] = response.json()
        return body

    def all(self, dataset: str = DEMO.dataset, **query: Any) -> dict[str, dict[str, Any]]:
        pages = [self.list(dataset, page=page, limit=100, **query) for page in (1, 2)]
        return {row["id"]: row for page in pages for row in page["data"]}

    def status(self, action: str, *ids: str, dataset: str = DEMO.dataset) -> httpx2.Response:
        path = f"/datasets/{dataset}/documents/status/{action}"
        return self("PATCH", path, json={"document_ids": list(ids)})

    def metadata(self, *operations: dict[str, Any], dataset: str = DEMO.dataset) -> httpx2.Response:
        return self("POST", f"/datasets/{dataset}/documents/metadata", json={"operation_data": list(operations)})

    def foreign(self) -> Api:
        return Api(self.app, DEMO.foreign_token)


def operation(document_id: str, *values: tuple[Any, Any], partial: bool | None = None) -> dict[str, Any]:
    entries = [{"id": field.id, "name": field.name, "value": value} for field, value in values]
    made: dict[str, Any] = {"document_id": document_id, "metadata_list": entries}
    return made if partial is None else {**made, "partial_update": partial}


def json_of(value: Any) -> dict[str, Any]:
    """The body `value`, null too, which the client's own `json` takes for no body."""
    headers = {"Authorization": f"Bearer {DEMO.token}", "Content-Type": "application/json"}
    return {"content": json.dumps(value), "headers": headers}


def code(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture(scope="module", autouse=True)
def _loop() -> Iterator[None]:
    with asyncio.Runner() as Api.loop:
        yield


@pytest.fixture(scope="module")
def fixed() -> Api:
    """An application that no test changes."""
    return Api(create_app(store=Store(clock=lambda: NOW + 0.9)))


@pytest.fixture
def api() -> Api:
    """An application for one test."""
    return Api(create_app(store=Store(clock=lambda: NOW + 0.9)))


def of(api: Api, status: str, number: int = 0) -> str:
    """The id of a document that has this display status."""
    found: str = api.list(status=status, limit=100)["data"][number]["id"]
    return found


class TestAuthentication:
    @pytest.mark.parametrize(("method", "path"), OPERATIONS)
    @pytest.mark.parametrize(
        "headers",
        [
            [],
            [("Authorization", "")],
            [("Authorization", "Bearer")],
            [("Authorization", "Bearer ")],
            [("Authorization", "Bearer wrong")],
            [("Authorization", DEMO.token)],
            [("Authorization", f"Basic {DEMO.token}")],
            [("Authorization", f"Bearer {DEMO.token}x")],
            [("Authorization", f"Bearer {DEMO.token} x")],
            [("Authorization", f"Bearer {DEMO.token.upper()}")],
            [("Authorization", f"Bearer {DEMO.token}"), ("Authorization", f"Bearer {DEMO.token}")],
            [("Authorization", "Bearer ключ".encode())],
        ],
    )
    def test_without_a_valid_key(self, fixed: Api, method: str, path: str, headers: Any) -> None:
        response = fixed(method, path, headers=headers)
        assert code(response) == (401, "unauthorized")
        assert response.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
    def test_the_scheme_has_no_case(self, fixed: Api, scheme: str) -> None:
        assert fixed("GET", LIST, headers={"Authorization": scheme + DEMO.token}).status_code == 200

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/nowhere"),
            ("DELETE", LIST),
            ("OPTIONS", LIST),
            ("GET", "/datasets/x/documents"),
            ("GET", f"/datasets/{uuid4()}/documents"),
            ("GET", f"/datasets/{DEMO.api_disabled_dataset}/documents"),
            ("GET", f"{LIST}?page=abc"),
            ("PATCH", STATUS + "explode"),
        ],
    )
    def test_comes_before_everything_else(self, fixed: Api, method: str, path: str) -> None:
        assert fixed(method, path, headers={}, content=b"{").status_code == 401


class TestDatasets:
    @pytest.mark.parametrize(
        "dataset",
        [
            "x", "1", "null", "%00", "%ED%A0%80", DEMO.dataset[:-1], DEMO.dataset + "0", DEMO.dataset.replace("-", ""),
            f"%7B{DEMO.dataset}%7D", f"{DEMO.dataset}%0A", f"{DEMO.dataset}%20", str(UUID(int=0)), str(uuid4()),
            DEMO.foreign_dataset, "' OR '1'='1", "x" * 10_000,
        ],
    )  # fmt: skip
    @pytest.mark.parametrize(("method", "path"), OPERATIONS)
    def test_one_that_is_not_ours(self, fixed: Api, method: str, path: str, dataset: str) -> None:
        response = fixed(method, path.replace(DEMO.dataset, dataset))
        assert code(response) == (404, "not_found")

    def test_tenants_do_not_see_each_other(self, fixed: Api) -> None:
        assert fixed.foreign().list(DEMO.foreign_dataset)["total"] == 8
        for dataset in (DEMO.dataset, DEMO.api_disabled_dataset):
            assert code(fixed.foreign()("GET", f"/datasets/{dataset}/documents")) == (404, "not_found")

    @pytest.mark.parametrize(("method", "path"), OPERATIONS)
    def test_closed_to_the_api(self, fixed: Api, method: str, path: str) -> None:
        response = fixed(method, path.replace(DEMO.dataset, DEMO.api_disabled_dataset))
        assert code(response) == (403, "forbidden")

    def test_upper_case_is_the_same_uuid(self, fixed: Api) -> None:
        assert fixed.list(DEMO.dataset.upper()) == fixed.list()

    def test_the_published_base_path(self, fixed: Api) -> None:
        assert fixed("GET", "/v1" + LIST).json() == fixed.list()
        assert fixed("GET", "/v1/v1" + LIST).status_code == 404


class TestMethodsAndPaths:
    @pytest.mark.parametrize(("prefix"), ["", "/v1"])
    @pytest.mark.parametrize(
        ("path", "allow"),
        [(LIST, "GET, HEAD, OPTIONS"), (METADATA, "OPTIONS, POST"), (STATUS + "enable", "OPTIONS, PATCH")],
    )
    def test_allow(self, fixed: Api, prefix: str, path: str, allow: str) -> None:
        for method in ("DELETE", "PUT", "TRACE", "BREW"):
            response = fixed(method, prefix + path)
            assert code(response) == (405, "method_not_allowed")
            assert response.headers["Allow"] == allow
        options = fixed("OPTIONS", prefix + path)
        assert (options.status_code, options.headers["Allow"], options.content) == (204, allow, b"")

    @pytest.mark.parametrize("path", ["/", "/v1", "/datasets", LIST + "/", STATUS, STATUS + "enable/x", "//" + LIST])
    def test_no_such_path(self, fixed: Api, path: str) -> None:
        assert code(fixed("GET", f"http://test{path}")) == (404, "not_found")

    def test_head(self, fixed: Api) -> None:
        assert fixed("HEAD", LIST).status_code == 200


class TestList:
    def test_a_document(self, fixed: Api) -> None:
        for row in fixed.all().values():
            assert set(row) == FIELDS
            assert (row["disabled_at"] is None) == (row["disabled_by"] is None) == row["enabled"]
            assert row["disabled_by"] is None or UUID(row["disabled_by"])
            assert type(row["enabled"]) is type(row["archived"]) is type(row["need_summary"]) is bool

    def test_defaults(self, fixed: Api) -> None:
        body = fixed.list()
        assert {key: body[key] for key in body if key != "data"} == {
            "has_more": True, "limit": 20, "total": 130, "page": 1,
        }  # fmt: skip
        assert len(body["data"]) == 20

    @pytest.mark.parametrize(("asked", "rows"), [(1, 1), (99, 99), (100, 100), (101, 100), (500, 100), (10**30, 100)])
    def test_limit(self, fixed: Api, asked: int, rows: int) -> None:
        body = fixed.list(limit=asked)
        assert (len(body["data"]), body["limit"], body["total"]) == (rows, rows, 130)

    @pytest.mark.parametrize("limit", [7, 13, 65, 100, 1000])
    @pytest.mark.parametrize("query", [{}, {"status": "available"}, {"keyword": "0", "status": "disabled"}])
    def test_pages_hold_every_row_once(self, fixed: Api, limit: int, query: dict[str, str]) -> None:
        seen: list[str] = []
        page, more = 0, True
        while more:
            page += 1
            body = fixed.list(page=page, limit=limit, **query)
            more = body["has_more"]
            assert len(body["data"]) == (min(limit, 100) if more else body["total"] - len(seen))
            seen += [row["id"] for row in body["data"]]
        assert len(seen) == len(set(seen)) == body["total"] > 0
        assert set(seen) == set(fixed.all(**query))

    @pytest.mark.parametrize("page", [8, 1000, 2**63, 10**30, 10**999])
    def test_past_the_end(self, fixed: Api, page: int) -> None:
        body = fixed.list(page=page)
        assert body == {"data": [], "has_more": False, "limit": 20, "total": 130, "page": page}

    def test_an_exact_last_page(self, fixed: Api) -> None:
        assert fixed.list(page=2, limit=65)["has_more"] is False

    def test_an_empty_dataset(self, fixed: Api) -> None:
        body = fixed.list(DEMO.empty_dataset)
        assert body == {"data": [], "has_more": False, "limit": 20, "total": 0, "page": 1}

    @pytest.mark.parametrize(
        "query",
        [
            "page=0", "page=-1", "page=abc", "page=", "page=1.0", "page=1e1", "page=%2B1", "page=%201", "page=1_0",
            "page=%EF%BC%91", "page=0x1", "page=01", "page=-0", "page=null", "page=1%00", "page=1&page=1",
            "page=" + "9" * 5000, "limit=0", "limit=-5", "limit=", "limit=x", "limit=1&limit=2", "status=",
            "status=AVAILABLE", "status=completed", "status=available&status=available", "status=available%00",
            "keyword=a&keyword=b",
            "keyword=%ED%A0%80", "keyword=%FF",
        ],
    )  # fmt: skip
    def test_a_wrong_query(self, fixed: Api, query: str) -> None:
        assert code(fixed("GET", f"{LIST}?{query}")) == (400, "invalid_param")

    @pytest.mark.parametrize("query", ["", "&&", "x=1&x=2", "=", "page[]=0", "Page=0"])
    def test_parameters_of_nobody(self, fixed: Api, query: str) -> None:
        assert fixed("GET", f"{LIST}?{query}").json() == fixed.list()

    def test_raw_bytes_in_the_query(self, fixed: Api) -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await fixed.app({**scope, "query_string": "keyword=手册".encode()}, receive, send)

        assert Api(app).list() == fixed.list(keyword="手册")

    def test_order_is_by_position(self, fixed: Api) -> None:
        positions = [row["position"] for row in fixed.all().values()]
        assert positions == sorted(set(positions))


class TestKeyword:
    @pytest.mark.parametrize(
        "keyword",
        ["guide", "GUIDE", "手册", "%", "_", "\\", "/", "'", '"', "%_", "_%", "*", "?", ".", "🚀", "übersicht",
         "ÜBERSICHT", "ОБЗОР", "продукта", "; DROP TABLE", "<b>", " ", "md", "0", "Release Notes", "a_b", "100%"],
    )  # fmt: skip
    def test_is_a_substring_without_case(self, fixed: Api, keyword: str) -> None:
        every = fixed.all()
        expected = [id_ for id_, row in every.items() if keyword.casefold() in row["name"].casefold()]
        assert list(fixed.all(keyword=keyword)) == expected

    def test_the_interesting_ones_select(self, fixed: Api) -> None:
        assert [row["name"] for row in fixed.list(keyword="%")["data"]] == ["100%_done.md"]
        assert [row["name"] for row in fixed.list(keyword="A_B")["data"]] == ["a_b.csv"]
        assert fixed.list(keyword="обзор")["total"] == fixed.list(keyword="\\")["total"] == 1

    @pytest.mark.parametrize("keyword", ["\0", "guide\0", "x" * 60_000, "%" * 2000, "İ" * 300, "no such name"])
    def test_selects_nothing(self, fixed: Api, keyword: str) -> None:
        body = fixed.list(keyword=keyword)
        assert (body["total"], body["data"], body["has_more"]) == (0, [], False)

    def test_empty_selects_everything(self, fixed: Api) -> None:
        assert fixed.list(keyword="") == fixed.list()

    def test_looks_at_the_name_only(self, fixed: Api) -> None:
        assert fixed.list(keyword="upload_file")["total"] == fixed.list(keyword="Ada")["total"] == 0

    def test_letters_whose_case_is_not_one_to_one(self) -> None:
        store = Store()
        data = dict(rows())
        data[documents] = [
            {**row, "name": "Straße ΣΊΣΥΦΟΣ", "folded_name": "Straße ΣΊΣΥΦΟΣ".casefold()} for row in data[documents]
        ]
        store.seed(data)
        for keyword in ("strasse", "STRASSE", "straße", "σίσυφος"):
            assert store.list_documents(DEMO.dataset, Query(keyword=keyword))[0] == 130


class TestDisplayStatus:
    def test_every_status_is_on_the_first_page(self, fixed: Api) -> None:
        assert {row["display_status"] for row in fixed.list()["data"]} == set(STATUSES) == set(DISPLAY_STATUSES)

    @pytest.mark.parametrize("status", STATUSES)
    def test_selects(self, fixed: Api, status: str) -> None:
        expected = [id_ for id_, row in fixed.all().items() if row["display_status"] == status]
        assert list(fixed.all(status=status)) == expected != []

    def test_follows_from_the_other_columns(self, fixed: Api) -> None:
        for row in fixed.all().values():
            state = row["indexing_status"]
            if state != "completed":
                expected = {"waiting": "queuing", "paused": "paused", "error": "error"}.get(state, "indexing")
            else:
                expected = "archived" if row["archived"] else "available" if row["enabled"] else "disabled"
            assert row["display_status"] == expected

    def test_filters_combine(self, fixed: Api) -> None:
        both = set(fixed.all(status="available", keyword="release"))
        assert both == set(fixed.all(status="available")) & set(fixed.all(keyword="release"))
        assert both


class TestStatus:
    def test_disable_and_enable(self, api: Api) -> None:
        id_ = of(api, "available")
        before = api.all()
        response = api.status("disable", id_)
        assert (response.status_code, response.json()) == (200, {"result": "success"})
        disabled = api.all()
        assert disabled[id_] == before[id_] | {
            "enabled": False, "disabled_at": NOW, "disabled_by": before[id_]["created_by"],
            "display_status": "disabled",
        }  # fmt: skip
        assert api.status("enable", id_).status_code == 200
        assert api.all() == before

    def test_archive_and_un_archive(self, api: Api) -> None:
        for status in ("available", "disabled", "error"):
            id_ = of(api, status)
            before = api.all()
            assert api.status("archive", id_).status_code == 200
            after = api.all()
            shown = "error" if status == "error" else "archived"
            assert after[id_] == before[id_] | {"archived": True, "display_status": shown}
            assert api.status("un_archive", id_).status_code == 200
            assert api.all() == before

    @pytest.mark.parametrize("action", ["enable", "disable", "archive", "un_archive"])
    def test_repeating_changes_nothing_more(self, action: str) -> None:
        ticks = iter(range(NOW, NOW + 100))
        api = Api(create_app(store=Store(clock=lambda: next(ticks))))
        ids = [of(api, "available"), of(api, "disabled"), of(api, "archived")]
        assert api.status(action, *ids, *ids, ids[0].upper()).status_code == 200
        once = api.all()
        assert api.status(action, *ids).status_code == 200
        assert api.all() == once

    @pytest.mark.parametrize("action", ["enable", "disable", "archive", "un_archive"])
    def test_what_was_not_named_stays(self, api: Api, action: str) -> None:
        id_ = of(api, "available")
        before = api.all(), api.all(DEMO.other_dataset), api.foreign().all(DEMO.foreign_dataset)
        api.status(action, id_)
        after = api.all(), api.all(DEMO.other_dataset), api.foreign().all(DEMO.foreign_dataset)
        for old, new in zip(before, after, strict=True):
            assert {key: row for key, row in old.items() if key != id_} == {
                key: row for key, row in new.items() if key != id_
            }

    @pytest.mark.parametrize("status", ["queuing", "indexing", "paused", "error"])
    def test_an_unfinished_one_cannot_be_disabled(self, api: Api, status: str) -> None:
        ids = [of(api, "available"), of(api, status)]
        before = api.all()
        assert code(api.status("disable", *ids)) == (400, "invalid_action")
        assert code(api.status("disable", *reversed(ids))) == (400, "invalid_action")
        assert api.all() == before

    @pytest.mark.parametrize("action", ["enable", "disable", "archive", "un_archive"])
    def test_an_unknown_one(self, api: Api, action: str) -> None:
        other = next(iter(api.all(DEMO.other_dataset)))
        foreign = next(iter(api.foreign().all(DEMO.foreign_dataset)))
        worlds = (DEMO.dataset, DEMO.other_dataset)
        before = [api.all(world) for world in worlds], api.foreign().all(DEMO.foreign_dataset)
        for stranger in (str(uuid4()), other, foreign):
            good = [of(api, "available"), of(api, "disabled"), of(api, "archived")]
            assert code(api.status(action, *good, stranger)) == (404, "not_found")
            assert code(api.status(action, stranger, *good)) == (404, "not_found")
        assert ([api.all(world) for world in worlds], api.foreign().all(DEMO.foreign_dataset)) == before

    def test_none(self, api: Api) -> None:
        before = api.all()
        for action in ("enable", "disable", "archive", "un_archive"):
            assert api.status(action).json() == {"result": "success"}
        assert api.all() == before

    def test_every_document_at_once(self, api: Api) -> None:
        ids = list(api.all(status="available"))
        assert api.status("disable", *ids * 50).status_code == 200
        assert api.list(status="available")["total"] == 0
        assert code(api.status("enable", *ids, *(str(uuid4()) for _ in range(5000)))) == (404, "not_found")

    @pytest.mark.parametrize("action", ["explode", "ENABLE", "unarchive", "enable%20", "%00", "enable%0A", "x" * 9999])
    def test_an_unknown_action(self, fixed: Api, action: str) -> None:
        assert code(fixed.status(action)) == (400, "invalid_action")

    @pytest.mark.parametrize(
        "body",
        [
            {}, {"document_ids": None}, {"document_ids": "x"}, {"document_ids": {}}, {"document_ids": [None]},
            {"document_ids": [1]}, {"document_ids": ["x"]}, {"document_ids": [["x"]]}, {"document_ids": [""]},
            {"document_ids": [DEMO.dataset + "\n"]}, {"document_ids": ["\0"]}, {"Document_ids": []}, [], "x", 1, None,
        ],
    )  # fmt: skip
    def test_a_wrong_shape(self, fixed: Api, body: Any) -> None:
        assert code(fixed("PATCH", STATUS + "enable", **json_of(body))) == (400, "invalid_param")


class TestMetadata:
    def values(self, api: Api, id_: str) -> dict[str, Any]:
        return {entry["name"]: entry["value"] for entry in api.all()[id_]["doc_metadata"]}

    def test_is_read_back_as_written(self, api: Api) -> None:
        values = [
            "text", "", "文字 🚀", "\0", "line\nbreak", "null", "1", '"', 0, 1, -1, 1.5, 1e300, 5e-324, 10**30, 2**63,
            -(2**63) - 1, 12345678901234567890123, None,
        ]  # fmt: skip
        written = dict(zip(api.all(), values, strict=False))
        response = api.metadata(*(operation(id_, (AUTHOR, value)) for id_, value in written.items()))
        assert (response.status_code, response.json()) == (200, {"result": "success"})
        read = api.all()
        for id_, value in written.items():
            assert read[id_]["doc_metadata"] == [{"id": AUTHOR.id, "name": "author", "type": "string", "value": value}]

    @pytest.mark.parametrize("partial", [None, False])
    def test_replaces(self, api: Api, partial: bool | None) -> None:
        first = next(iter(api.all()))
        assert set(self.values(api, first)) == {"author", "version", "reviewed_at", "部门"}
        api.metadata(operation(first, (VERSION, 2), partial=partial))
        assert self.values(api, first) == {"version": 2}
        api.metadata(operation(first, partial=partial))
        assert self.values(api, first) == {}

    def test_keeps_the_others(self, api: Api) -> None:
        first = next(iter(api.all()))
        before = self.values(api, first)
        api.metadata(operation(first, (VERSION, 2), (REVIEWED, None), partial=True))
        assert self.values(api, first) == before | {"version": 2, "reviewed_at": None}
        assert api.metadata(operation(first, partial=True)).status_code == 200
        assert self.values(api, first) == before | {"version": 2, "reviewed_at": None}

    def test_a_value_left_out_is_null(self, api: Api) -> None:
        id_ = of(api, "available")
        entry = {"id": AUTHOR.id.upper(), "name": "author"}
        assert api.metadata({"document_id": id_.upper(), "metadata_list": [entry]}).status_code == 200
        assert self.values(api, id_) == {"author": None}

    def test_operations_apply_in_order(self, api: Api) -> None:
        id_ = of(api, "available")
        api.metadata(
            operation(id_, (AUTHOR, "lost")),
            operation(id_, (VERSION, 1), (VERSION, 2)),
            operation(id_, (REVIEWED, 3), partial=True),
        )
        assert self.values(api, id_) == {"version": 2, "reviewed_at": 3}

    def test_each_document_receives_its_own(self, api: Api) -> None:
        one, two, three = list(api.all())[:3]
        before = api.all(), api.all(DEMO.other_dataset)
        api.metadata(operation(one, (AUTHOR, "a")), operation(two, (VERSION, 2), partial=True))
        after = api.all()
        assert (self.values(api, one), self.values(api, two)) == ({"author": "a"}, {"version": 2})
        assert after[three] == before[0][three]
        for id_, row in after.items():
            assert {**row, "doc_metadata": 0} == {**before[0][id_], "doc_metadata": 0}
        assert api.all(DEMO.other_dataset) == before[1]

    def test_unknown_documents_and_fields(self, api: Api) -> None:
        id_ = of(api, "available")
        other = api.all(DEMO.other_dataset)
        foreign = api.foreign().all(DEMO.foreign_dataset)
        strangers = next(row["doc_metadata"][0]["id"] for row in other.values() if row["doc_metadata"])
        good = operation(id_, (AUTHOR, "changed"))
        entries = [
            {"id": str(uuid4()), "name": "author", "value": 1},
            {"id": strangers, "name": "author", "value": 1},
            {"id": AUTHOR.id, "name": "version", "value": 1},
            {"id": "", "name": "", "value": 1},
            {"id": "\0", "name": "author", "value": 1},
        ]
        bad = [operation(stranger) for stranger in (str(uuid4()), next(iter(other)), next(iter(foreign)), "x", "\0")]
        bad += [{"document_id": id_, "metadata_list": [entry]} for entry in entries]
        before = api.all()
        for one in bad:
            assert code(api.metadata(good, one)) == (400, "invalid_param")
            assert code(api.metadata(one, good)) == (400, "invalid_param")
        assert api.all() == before
        assert api.all(DEMO.other_dataset) == other
        assert api.foreign().all(DEMO.foreign_dataset) == foreign

    def test_none(self, api: Api) -> None:
        before = api.all()
        assert api.metadata().json() == {"result": "success"}
        assert api.all() == before

    def test_a_value_of_another_type(self, api: Api) -> None:
        id_ = of(api, "available")
        before = api.all()
        for value in (True, False, [], {}, ["x"], {"a": 1}):
            assert code(api.metadata(operation(id_, (AUTHOR, value)))) == (400, "invalid_param")
        assert api.all() == before

    @pytest.mark.parametrize(
        "body",
        [
            {}, {"operation_data": None}, {"operation_data": {}}, {"operation_data": [1]}, {"operation_data": [{}]},
            {"operation_data": [{"document_id": DEMO.dataset}]}, {"operation_data": [{"metadata_list": []}]},
            {"operation_data": [{"document_id": 1, "metadata_list": []}]},
            {"operation_data": [{"document_id": DEMO.dataset, "metadata_list": {}}]},
            {"operation_data": [{"document_id": DEMO.dataset, "metadata_list": [{"id": AUTHOR.id}]}]},
            {"operation_data": [{"document_id": DEMO.dataset, "metadata_list": [{"id": 1, "name": "author"}]}]},
            {"operation_data": [{"document_id": DEMO.dataset, "metadata_list": [], "partial_update": "true"}]},
            {"operation_data": [{"document_id": DEMO.dataset, "metadata_list": [], "partial_update": 1}]},
            {"operation_data": [{"document_id": DEMO.dataset, "metadata_list": [], "partial_update": None}]},
            [], "x", 1, None,
        ],
    )  # fmt: skip
    def test_a_wrong_shape(self, fixed: Api, body: Any) -> None:
        assert code(fixed("POST", METADATA, **json_of(body))) == (400, "invalid_param")


WRITES = [("PATCH", STATUS + "enable", b'{"document_ids": []}'), ("POST", METADATA, b'{"operation_data": []}')]


@pytest.mark.parametrize(("method", "path", "good"), WRITES)
class TestBodies:
    def send(self, api: Api, method: str, path: str, content: Any, *headers: tuple[str, str]) -> httpx2.Response:
        return api(method, path, content=content, headers=[("Authorization", f"Bearer {DEMO.token}"), *headers])

    @pytest.mark.parametrize(
        "media", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"]
    )
    def test_json_is_taken(self, fixed: Api, method: str, path: str, good: bytes, media: str) -> None:
        assert self.send(fixed, method, path, good, ("Content-Type", media)).status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            [], [("Content-Type", "")], [("Content-Type", "text/plain")], [("Content-Type", "application/jsonx")],
            [("Content-Type", "application/vnd.api+json")], [("Content-Type", "application/x-www-form-urlencoded")],
            [("Content-Type", "application/json, text/plain")],
            [("Content-Type", "application/json"), ("Content-Type", "text/plain")],
            [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
        ],
    )  # fmt: skip
    def test_another_media_type(self, fixed: Api, method: str, path: str, good: bytes, headers: Any) -> None:
        for content in (good, b"", b"{"):
            response = self.send(fixed, method, path, content, *headers)
            assert code(response) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        "content",
        [
            b"", b" ", b"{", b"{'a': 1}", b"{}{}", b"{} x", b"{,}", b"[1,]", b"NaN", b'{"a": NaN}', b'{"a": Infinity}',
            b'{"a": -Infinity}', b'{"a": 1e999}', b'{"a": ' + b"9" * 5000 + b"}", b'{"a": 1, "a": 1}', b'{"a": 01}',
            b'{"a": "\\ud800"}', b'{"\\udc00": 1}', b'{"a": "\x00"}', b'{"a": "\n"}', b'{"a": "\xff"}',
            b"\xff\xfe{\x00}\x00", b'{"a": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}", '{"a": 1}'.encode("utf-16"),
            b"[" * 100_000, b'{"a":' * 100_000, b"[" * 50_000 + b"]" * 50_000, b"{" + b" " * MAX_BYTES + b"}",
        ],
        ids=lambda content: repr(content[:16]),
    )  # fmt: skip
    def test_what_is_not_json(self, fixed: Api, method: str, path: str, good: bytes, content: bytes) -> None:
        response = self.send(fixed, method, path, content, ("Content-Type", "application/json"))
        assert code(response) == (400, "bad_request")

    def test_what_is_strange_but_json(self, fixed: Api, method: str, path: str, good: bytes) -> None:
        extra = b', "x": [[[[{"a": "\\ud83d\\ude80", "b": 1e5}]]]], "": ' + b"9" * 4000 + b"}"
        content = b"\r\n\t " + good[:-1] + extra
        assert self.send(fixed, method, path, content, ("Content-Type", "application/json")).status_code == 200

    def test_the_dataset_comes_first(self, fixed: Api, method: str, path: str, good: bytes) -> None:
        assert self.send(fixed, method, path.replace(DEMO.dataset, str(uuid4())), b"{").status_code == 404
        assert self.send(fixed, method, path.replace(DEMO.dataset, DEMO.api_disabled_dataset), b"{").status_code == 403


def test_a_key_in_the_wrong_place_is_not_repeated(fixed: Api) -> None:
    key = DEMO.token
    for response in (
        fixed("GET", f"/{key}"),
        fixed("GET", f"/datasets/{key}/documents"),
        fixed("GET", f"{LIST}?status={key}&{key}=1"),
        fixed("GET", f"{LIST}?page={key}"),
        fixed("PATCH", STATUS + key, json={"document_ids": []}),
        fixed("PATCH", STATUS + "enable", json={"document_ids": [key]}),
        fixed("POST", METADATA, json={"operation_data": [{"document_id": key, "metadata_list": []}]}),
        fixed("POST", METADATA, content=key, headers={"Authorization": f"Bearer {key}", "Content-Type": key}),
    ):
        assert 400 <= response.status_code < 500  # and Api has looked for the key


class TestConcurrency:
    @pytest.fixture(params=["memory", "file"])
    def client(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx2.Client]:
        store = Store("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'store.db'}")
        headers = {"Authorization": f"Bearer {DEMO.token}"}
        with running(create_app(store=store)) as url, httpx2.Client(base_url=url, headers=headers) as client:
            yield client
        store.close()

    def test_no_partial_update_is_lost(self, client: httpx2.Client) -> None:
        id_ = client.get(LIST, params={"page": 2, "limit": 1}).json()["data"][0]["id"]

        def write(number: int) -> list[int]:
            field = DEMO.metadata_fields[number % 4]
            body = {"operation_data": [operation(id_, (field, number), partial=True)]}
            answers = [client.post(METADATA, json=body), client.get(LIST), client.patch(
                STATUS + ("archive" if number % 2 else "un_archive"), json={"document_ids": [id_]}
            )]  # fmt: skip
            return [answer.status_code for answer in answers]

        with ThreadPoolExecutor(8) as pool:
            assert {status for statuses in pool.map(write, range(24)) for status in statuses} == {200}
        row = client.get(LIST, params={"page": 2, "limit": 1}).json()["data"][0]
        values = {entry["name"]: entry["value"] for entry in row["doc_metadata"]}
        assert len(values) == 4
        for index, field in enumerate(DEMO.metadata_fields):
            assert values[field.name] % 4 == index

    def test_a_list_sees_a_batch_whole(self, client: httpx2.Client) -> None:
        ids = [row["id"] for row in client.get(LIST, params={"status": "available", "limit": 100}).json()["data"]]

        def flip(number: int) -> int:
            action = "disable" if number % 2 else "enable"
            return client.patch(STATUS + action, json={"document_ids": ids}).status_code

        def look(_: int) -> tuple[int, int]:
            body = client.get(LIST, params={"status": "available", "limit": 100}).json()
            return body["total"], len(body["data"])

        with ThreadPoolExecutor(8) as pool:
            flips, looks = pool.map(flip, range(15)), pool.map(look, range(15))
            assert set(flips) == {200}
            assert set(looks) <= {(0, 0), (len(ids), len(ids))}


class TestStore:
    def test_a_file_keeps_its_data(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'kept.db'}"
        first = Store(url)
        api = Api(create_app(store=first))
        id_ = of(api, "available")
        api.status("disable", id_)
        first.close()
        again = Store(url)
        assert Api(create_app(store=again)).all()[id_]["enabled"] is False
        again.close()

    def test_two_in_memory_are_two(self, api: Api) -> None:
        id_ = of(api, "available")
        api.status("disable", id_)
        assert Api(create_app()).all()[id_]["enabled"] is True

    def test_statements_are_portable(self) -> None:
        for dialect in (postgresql.dialect(), sqlite.dialect()):  # type: ignore[no-untyped-call]
            for table in metadata.sorted_tables:
                assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
            assert "CASE WHEN" in str(display_status.compile(dialect=dialect))

    def test_the_demonstration_hides_its_keys(self) -> None:
        assert demo() == DEMO
        assert DEMO.token not in repr(DEMO)
        assert DEMO.foreign_token not in repr(DEMO)

    def test_the_database_does_not_hold_the_keys(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.db"
        store = Store(f"sqlite:///{path}")
        store.seed(rows())
        store.close()
        assert DEMO.token.encode() not in path.read_bytes()


class TestWrongServers:
    """How a server that is wrong in one way is made."""

    def test_a_wrong_store(self) -> None:
        class OneTooMany(Store):
            def count(self, connection: Any, where: Any) -> int:
                return super().count(connection, where) + 1

        body = Api(create_app(store=OneTooMany())).list(limit=1)
        assert body["total"] == 131

    def test_wrong_handlers(self) -> None:
        class Open(Handlers):
            def admit(self, context: Any, operation: str, path: Any, /) -> None:
                pass

        api = Api(create_app(handlers=Open))
        assert api.list(DEMO.api_disabled_dataset)["limit"] == 20

    def test_a_fault_is_a_500_in_json(self) -> None:
        class Broken(Store):
            def count(self, connection: Any, where: Any) -> int:
                raise ZeroDivisionError

        with running(create_app(store=Broken())) as url:
            response = httpx2.get(url + LIST, headers={"Authorization": f"Bearer {DEMO.token}"})
        assert response.status_code == 500
        assert response.json() == {
            "code": "internal_server_error", "message": "The server failed to answer.", "status": 500,
        }  # fmt: skip


class TestRunning:
    def test_accepts_at_once_and_is_gone_afterwards(self) -> None:
        with running() as url:
            assert url.startswith("http://127.0.0.1:")
            assert url.endswith("/v1")
            assert httpx2.get(url + LIST, headers={"Authorization": f"Bearer {DEMO.token}"}).status_code == 200
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(url + LIST)

    def test_stops_when_the_block_raises(self) -> None:
        def raising() -> str:
            with running(create_app()) as url:
                seen.append(url)
                raise KeyError
            return url

        seen: list[str] = []
        with pytest.raises(KeyError):
            raising()
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(seen[0])

    def test_a_huge_body_still_gets_its_answer(self) -> None:
        with running() as url:
            headers = {"Authorization": f"Bearer {DEMO.token}", "Content-Type": "application/json"}
            response = httpx2.patch(url + STATUS + "enable", content=b" " * (2 * MAX_BYTES), headers=headers)
        assert code(response) == (400, "bad_request")

    def test_an_application_that_does_not_start(self) -> None:
        async def broken(scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no"})

        with pytest.raises(UsageError, match="did not start"), running(broken):
            pass

    def test_a_busy_port(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(UsageError, match=f"^cannot listen on 127.0.0.1:{port}: Address already in use$"):
                serve_forever(port=port)

    @pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1), ("\0", 1)])
    def test_an_address_of_nobody(self, host: str, port: int) -> None:
        with pytest.raises(UsageError, match=r"^cannot listen on ") as caught:
            serve_forever(host, port)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["nonsense", "nosuch://x:secret@y/z", "sqlite:////nonexistent/folder/x.db", "oracle://x:secret@y/z"]
    )
    def test_a_database_that_cannot_be_opened(self, url: str) -> None:
        with pytest.raises(UsageError, match=r"^cannot open the database") as caught:
            serve_forever(port=0, database_url=url)
        assert "secret" not in str(caught.value)

    def test_without_the_generated_package(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "diglot.serve.app")
        monkeypatch.setitem(sys.modules, "dify_knowledge", None)
        with pytest.raises(UsageError, match=r"^the generated package cannot be used: .*`diglot generate`"), running():
            pass

    def test_ctrl_c_ends_cleanly(self) -> None:
        program = textwrap.dedent("""
            from diglot.serve import serve_forever
            serve_forever(port=0, on_ready=lambda url: print(url, flush=True))
            print("ended", flush=True)
        """)
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PYTHONPATH": os.pathsep.join(["generator", "generated"])}, cwd=Path(__file__).parent.parent,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert httpx2.get(url + LIST, headers={"Authorization": f"Bearer {DEMO.token}"}).status_code == 200
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "ended\n", "")
