"""The generated client against servers that answer right, and against servers that misbehave."""

from __future__ import annotations

import asyncio
import copy
import importlib
import io
import json
import logging
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import ModuleType
from typing import Any
from uuid import UUID

import httpx2
import pytest

from render_help import import_library

KEY = "secret-key-0123456789"
DATASET = "6f1c2c1e-0d4a-4f6e-9a53-3c8d1f7b2a10"
OTHER = "a8e0e5b5-78c6-4130-a5ce-25feb0e0b4ac"
BASE = "https://library.example/v1"

Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(scope="module")
def lib(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return import_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(autouse=True)
def waits(lib: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a client would have waited; no test waits."""
    waited: list[float] = []

    async def wait_async(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(importlib.import_module("library_client._transport"), "sleep", waited.append)
    monkeypatch.setattr(importlib.import_module("library_client._async_transport"), "sleep", wait_async)
    return waited


class Caller:
    """A client, synchronous or not, behind one face: every call gives its result."""

    def __init__(self, lib: ModuleType, is_async: bool) -> None:
        self.lib, self.is_async = lib, is_async
        self.seen: list[httpx2.Request] = []

    def __call__(self, handler: Handler, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.run(handler, lambda client: getattr(client, method)(*args, **kwargs))

    def rows(self, handler: Handler, **kwargs: Any) -> list[Any]:
        if not self.is_async:
            return self.run(handler, lambda client: list(client.list_documents(DATASET, **kwargs)))

        async def every(client: Any) -> list[Any]:
            return [row async for row in client.list_documents(DATASET, **kwargs)]

        return self.run(handler, every)

    def run(self, handler: Handler, call: Callable[[Any], Any], **options: Any) -> Any:
        def record(request: httpx2.Request) -> httpx2.Response:
            self.seen.append(request)
            return handler(request)

        transport = httpx2.MockTransport(record)
        if not self.is_async:
            with httpx2.Client(transport=transport) as http:
                return call(self.lib.Library(KEY, base_url=BASE, http_client=http, **options))

        async def main() -> Any:
            async with httpx2.AsyncClient(transport=transport) as http:
                return await call(self.lib.AsyncLibrary(KEY, base_url=BASE, http_client=http, **options))

        return asyncio.run(main())


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def caller(lib: ModuleType, request: pytest.FixtureRequest) -> Caller:
    return Caller(lib, request.param)


def document(number: int = 1, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": str(UUID(int=number)), "position": number, "data_source_type": "upload_file", "data_source_info": None,
        "dataset_process_rule_id": None, "name": f"{number}.txt", "created_from": "api", "created_by": OTHER,
        "created_at": 1741267200, "tokens": 5, "indexing_status": "completed", "error": None, "enabled": True,
        "disabled_at": None, "disabled_by": None, "archived": False, "display_status": "available", "word_count": 3,
        "hit_count": 0, "doc_form": "text_model",
    }  # fmt: skip
    return {**fields, **changes}


def listing(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"data": list(rows), "has_more": False, "limit": 20, "total": len(rows), "page": 1, **changes}


def always(status: int = 200, **options: Any) -> Handler:
    return lambda request: httpx2.Response(status, **options)


def answers(*responses: httpx2.Response) -> Handler:
    queue = iter(responses)
    return lambda request: next(queue)


def shelf(total: int, /, *, cap: int = 100, **lies: Any) -> Handler:
    """A server with `total` documents that gives at most `cap` a page; `lies` replace what it says of itself."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        page, asked = int(request.url.params.get("page", 1)), int(request.url.params.get("limit", 20))
        size = min(asked, cap)
        numbers = range((page - 1) * size + 1, min(page * size, total) + 1)
        said = {"has_more": page * size < total, "limit": size, "total": total, "page": page}
        told = {key: lie(asked, len(numbers)) for key, lie in lies.items()}
        return httpx2.Response(200, json=listing(*map(document, numbers), **{**said, **told}))

    return handle


def test_a_request_carries_what_was_asked(caller: Caller) -> None:
    page = caller(always(json=listing()), "list_documents", UUID(DATASET), keyword="a b&c", limit=3, type_=True,
                  tag_ids=["x", "y"], x_trace="t")  # fmt: skip
    (request,) = caller.seen
    assert request.method == "GET"
    assert request.url.path == f"/v1/datasets/{DATASET}/documents"
    asked = [("keyword", "a b&c"), ("limit", "3"), ("tag_ids", "x"), ("tag_ids", "y"), ("type", "true")]
    assert sorted(request.url.params.multi_items()) == asked
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-trace"] == "t"
    assert page.data == []
    assert page.total == 0


def test_a_body_holds_only_what_was_given(caller: Caller) -> None:
    models = caller.lib.models
    operation = models.DocumentMetadataOperation(
        document_id=OTHER,
        metadata_list=[
            models.MetadataValue(id="1", name="n", value=None),
            models.MetadataValue(id="2", name="m", value=5),
        ],
    )
    done = caller(
        always(json={"result": "success"}), "batch_update_document_metadata", DATASET, operation_data=[operation]
    )
    assert done.result == "success"
    assert json.loads(caller.seen[0].content) == {
        "operation_data": [
            {
                "document_id": OTHER,
                "metadata_list": [{"id": "1", "name": "n", "value": None}, {"id": "2", "name": "m", "value": 5}],
            }
        ]
    }
    assert b"5.0" not in caller.seen[0].content


def test_other_kinds_of_bodies_and_answers(caller: Caller) -> None:
    sent = caller(always(201, json=document()), "upload_document", DATASET, file=("a.txt", b"hello"), note="n")
    assert sent.name == "1.txt"
    assert caller.seen[0].headers["content-type"].startswith("multipart/form-data")
    assert b"hello" in caller.seen[0].content
    assert caller(always(content=b"\x00\xff"), "download_document", DATASET, "d") == b"\x00\xff"
    assert caller(always(204), "delete_document", DATASET, "a/../b") is None
    assert caller.seen[-1].url.raw_path.endswith(b"/documents/a%2F..%2Fb")
    with pytest.deprecated_call(match="This operation may go away"):
        assert caller(always(json=["a"]), "replace_tags", DATASET, "d", body=["a"]) == ["a"]
    assert caller.seen[-1].content == b'["a"]'
    with pytest.deprecated_call():
        assert caller(always(json=[]), "replace_tags", DATASET, "d") == []
    assert caller.seen[-1].content == b""


def test_unknown_fields_and_values_survive(caller: Caller) -> None:
    came = document(display_status="brand_new", later={"a": [1, None]}, **{"class": "c", "score": 1})
    (row,) = caller.rows(always(json=listing(came)))
    assert row.display_status == "brand_new"
    assert row.class_ == "c"
    assert row.model_extra == {"later": {"a": [1, None]}}
    assert row.model_dump(mode="json", by_alias=True, exclude_unset=True) == came
    assert isinstance(row.score, int)


def test_null_is_not_absent(caller: Caller) -> None:
    absent, null = caller.rows(always(json=listing(document(), document(2, summary_index_status=None))))
    assert absent.summary_index_status is null.summary_index_status is None
    assert "summary_index_status" not in absent.model_fields_set
    assert "summary_index_status" in null.model_fields_set
    with pytest.raises(caller.lib.ResponseInvalid) as caught:
        caller.rows(always(json=listing(document(need_summary=None))))
    assert caught.value.pointer == "/data/0/need_summary"


@pytest.mark.parametrize(
    ("change", "pointer", "got"),
    [
        ({"position": "abc"}, "/data/0/position", "'abc'"),
        ({"position": "1"}, "/data/0/position", "'1'"),
        ({"position": True}, "/data/0/position", "True"),
        ({"name": 1}, "/data/0/name", "1"),
        ({"name": None}, "/data/0/name", "None"),
        ({"id": "nope"}, "/data/0/id", "'nope'"),
        ({"enabled": "yes"}, "/data/0/enabled", "'yes'"),
        ({"score": "x"}, "/data/0/score", "'x'"),
        ({"doc_metadata": [{"value": []}]}, "/data/0/doc_metadata/0/value", "[]"),
        ({"parent": {}}, "/data/0/parent/id", "nothing"),
    ],
)
def test_a_field_that_does_not_fit_is_named(caller: Caller, change: dict[str, Any], pointer: str, got: str) -> None:
    with pytest.raises(caller.lib.ResponseInvalid) as caught:
        caller.rows(always(json=listing(document(**change))))
    error = caught.value
    assert (error.pointer, error.got, error.status) == (pointer, got, 200)
    assert error.expected
    assert pointer in str(error)
    assert error.request.method == "GET"
    assert json.loads(error.body)["total"] == 1


@pytest.mark.parametrize(
    "options",
    [
        {"content": b""},
        {"content": b'{"data": [', "headers": {"content-type": "application/json"}},
        {"html": "<html>maintenance</html>"},
        {"json": []},
        {"json": None},
        {"content": b"\xff\xfe"},
        {"content": b"[" * 5000},
        {"status": 202, "json": {"data": []}},
        {"status": 204},
    ],
    ids=["empty", "truncated", "html", "list", "null", "bytes", "deep", "undeclared", "no content"],
)
def test_a_body_that_is_none_is_said_to_be_none(caller: Caller, options: dict[str, Any]) -> None:
    with pytest.raises(caller.lib.ResponseInvalid) as caught:
        caller.rows(always(**options))
    assert caught.value.pointer == ""
    assert caught.value.body == always(**options)(httpx2.Request("GET", BASE)).content
    assert caught.value.got


@pytest.mark.parametrize(
    ("status", "code", "name", "base"),
    [
        (404, "not_found", "NotFound", "StatusError"),
        (404, "else", "NotFound", "StatusError"),
        (400, "invalid_action", "InvalidAction", "BadRequest"),
        (400, "invalid_param", "InvalidParam", "BadRequest"),
        (401, "unauthorized", "Unauthorized", "StatusError"),
        (403, "forbidden", "Forbidden", "StatusError"),
        (415, None, "UnsupportedMediaType", "StatusError"),
        (418, "teapot", "StatusError", "LibraryError"),
        (500, "x", "ServerError", "StatusError"),
    ],
)
def test_each_failure_has_its_class(caller: Caller, status: int, code: str | None, name: str, base: str) -> None:
    body = {"code": code, "message": f"no {KEY} here", "status": status}
    with pytest.raises(caller.lib.LibraryError) as caught:
        caller(always(status, json=body), "batch_update_document_status", DATASET, "enable", document_ids=[OTHER])
    error = caught.value
    errors = caller.lib.errors
    assert type(error) is getattr(errors, name)
    assert issubclass(type(error), getattr(errors, base))
    assert (error.status, error.code, error.message) == (status, code, "no *** here")
    assert str(error.request) == f"PATCH {BASE}/datasets/{DATASET}/documents/status/enable"
    assert json.loads(error.body) == {**body, "message": "no *** here"}
    assert len(caller.seen) == 1
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert vars(again) == vars(error)
        assert str(again) == str(error)


@pytest.mark.parametrize(
    "content",
    [b"<html>Internal Server Error</html>", b"", b"[1]", b'"x"', b'{"code": 5}', b"{", b"\xff", b'{"message": ["x"]}'],
)
def test_a_failure_in_any_form_is_a_failure(caller: Caller, content: bytes) -> None:
    with pytest.raises(caller.lib.ServerError) as caught:
        caller(always(500, content=content), "delete_document", DATASET, "d")
    assert caught.value.status == 500
    assert caught.value.body == content
    assert caught.value.code is None
    assert caught.value.message


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"dataset_id": "not-a-uuid"}, "dataset_id"),
        ({"limit": 0}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"page": True}, "page"),
        ({"status": "lost"}, "status"),
        ({"keyword": 5}, "keyword"),
        ({"x_trace": "a\r\nX-Evil: 1"}, "X-Trace"),
        ({"tag_ids": "abc"}, "tag_ids"),
    ],
)
def test_wrong_arguments_are_never_sent(caller: Caller, change: dict[str, Any], argument: str) -> None:
    with pytest.raises(caller.lib.InvalidArgument) as caught:
        caller(always(json=listing()), "list_documents", **{"dataset_id": DATASET, **change})
    assert caught.value.argument == argument
    assert caller.seen == []


def test_wrong_bodies_are_never_sent(caller: Caller) -> None:
    ok = always(json={"result": "success"})
    for arguments, pointer in (
        ({"action": "burn", "document_ids": []}, ""),
        ({"action": "enable", "document_ids": [OTHER, "x"]}, "/1"),
        ({"action": "enable", "document_ids": None}, ""),
    ):
        with pytest.raises(caller.lib.InvalidArgument) as caught:
            caller(ok, "batch_update_document_status", DATASET, **arguments)
        assert caught.value.pointer == pointer
    wrong = {"document_id": OTHER, "metadata_list": [], "documentid": 1}
    with pytest.raises(caller.lib.InvalidArgument, match="documentid"):
        caller(ok, "batch_update_document_metadata", DATASET, operation_data=[wrong])
    for part in ("", ".", ".."):
        with pytest.raises(caller.lib.InvalidArgument):
            caller(ok, "delete_document", DATASET, part)
    assert caller.seen == []


class TestPaging:
    """Listings: every row once, no request too many."""

    @pytest.mark.parametrize(
        ("total", "limit", "requests"), [(0, 20, 1), (1, 20, 1), (40, 20, 2), (41, 20, 3), (250, 500, 3)]
    )
    def test_every_row_once(self, caller: Caller, total: int, limit: int, requests: int) -> None:
        rows = caller.rows(shelf(total), limit=limit)
        assert [row.position for row in rows] == list(range(1, total + 1))
        assert len(caller.seen) == requests

    def test_has_more_that_is_wrong_at_the_cap(self, caller: Caller) -> None:
        wrong = shelf(250, has_more=lambda asked, got: got == asked)
        assert len(caller.rows(wrong, limit=500)) == 250
        assert len(caller.seen) == 3

    def test_limit_that_echoes_what_was_asked(self, caller: Caller) -> None:
        wrong = shelf(250, has_more=lambda asked, got: got == asked, limit=lambda asked, got: asked)
        assert len(caller.rows(wrong, limit=500)) == 250
        assert [row.position for row in caller.rows(wrong, limit=500, page=2)] == list(range(101, 251))

    def test_a_server_that_never_ends_is_left_when_a_page_is_empty(self, caller: Caller) -> None:
        assert len(caller.rows(shelf(30, has_more=lambda asked, got: True, total=lambda asked, got: 10**6))) == 30
        assert len(caller.seen) == 3

    def test_one_page_at_a_time(self, caller: Caller) -> None:
        page = caller(shelf(45), "list_documents", DATASET, page=2)
        assert (page.number, page.total, page.has_more, len(page.data)) == (2, 45, True, 20)
        assert page.answer.limit == 20
        assert repr(page).endswith("Page 2: 20 of 45 rows>")

    def test_next_page(self, lib: ModuleType) -> None:
        with httpx2.Client(transport=httpx2.MockTransport(shelf(45))) as http:
            page = lib.Library(KEY, base_url=BASE, http_client=http).list_documents(DATASET, keyword="k")
            numbers = []
            while page is not None:
                numbers.append((page.number, len(page.data)))
                page = page.next_page()
        assert numbers == [(1, 20), (2, 20), (3, 5)]


class TestRetries:
    """What is repeated, and what is not."""

    def test_reading_is_repeated(self, caller: Caller, waits: list[float]) -> None:
        responses = [httpx2.Response(500), httpx2.Response(503), httpx2.Response(200, json=listing())]
        assert caller.rows(answers(*responses)) == []
        assert len(caller.seen) == 3
        assert len(waits) == 2
        assert 0 <= waits[0] <= 0.5
        assert 0 <= waits[1] <= 1

    def test_a_file_is_sent_again_from_its_start(self, caller: Caller) -> None:
        file = ("a.txt", io.BytesIO(b"hello there"))
        caller(
            answers(httpx2.Response(503), httpx2.Response(201, json=document())), "upload_document", DATASET, file=file
        )
        assert [request.content.count(b"hello there") for request in caller.seen] == [1, 1]

    def test_at_most_as_often_as_allowed(self, caller: Caller, waits: list[float]) -> None:
        with pytest.raises(caller.lib.ServerError):
            caller.rows(always(502))
        assert len(caller.seen) == 3
        caller.seen.clear()
        with pytest.raises(caller.lib.ServerError):
            caller.run(always(502), lambda client: client.with_options(retries=0).download_document(DATASET, "d"))
        assert len(caller.seen) == 1

    @pytest.mark.parametrize(("status", "requests"), [(429, 3), (503, 3), (500, 1), (502, 1), (504, 1), (408, 1)])
    def test_writing_only_where_nothing_was_done(self, caller: Caller, status: int, requests: int) -> None:
        with pytest.raises(caller.lib.StatusError):
            caller(always(status), "batch_update_document_status", DATASET, "enable", document_ids=[])
        assert len(caller.seen) == requests

    def test_retry_after_in_seconds(self, caller: Caller, waits: list[float]) -> None:
        busy = httpx2.Response(429, headers={"Retry-After": "7"})
        caller.rows(answers(busy, httpx2.Response(200, json=listing())))
        assert waits == [7.0]

    def test_retry_after_as_a_date(self, caller: Caller, waits: list[float]) -> None:
        until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        caller.rows(answers(httpx2.Response(503, headers={"Retry-After": until}), httpx2.Response(200, json=listing())))
        assert 20 < waits[0] <= 30

    def test_a_wait_beyond_the_budget_is_not_waited(self, caller: Caller, waits: list[float]) -> None:
        with pytest.raises(caller.lib.RateLimited) as caught:
            caller.rows(always(429, headers={"Retry-After": "3600"}))
        assert caught.value.headers["retry-after"] == "3600"
        assert waits == []

    @pytest.mark.parametrize("header", ["soon", "", "-1", "Thu, 99 Foo", "1e3", "٣"])
    def test_retry_after_that_says_nothing(self, caller: Caller, waits: list[float], header: str) -> None:
        busy = httpx2.Response(429, headers=[(b"Retry-After", header.encode())])
        caller.rows(answers(busy, httpx2.Response(200, json=listing())))
        assert 0 <= waits[0] <= 0.5

    @pytest.mark.parametrize(
        ("error", "name", "read", "write"),
        [
            (httpx2.ConnectError("refused"), "ConnectionFailed", 3, 3),
            (httpx2.ConnectTimeout("slow"), "TimedOut", 3, 3),
            (httpx2.ReadTimeout("slow"), "TimedOut", 3, 1),
            (httpx2.ReadError("cut"), "ConnectionFailed", 3, 1),
            (httpx2.RemoteProtocolError("odd"), "ConnectionFailed", 3, 1),
        ],
    )
    def test_connections_that_fail(self, caller: Caller, error: Exception, name: str, read: int, write: int) -> None:
        def fail(request: httpx2.Request) -> httpx2.Response:
            raise error

        with pytest.raises(getattr(caller.lib, name)) as caught:
            caller.rows(fail)
        assert len(caller.seen) == read
        assert str(caught.value.request).startswith("GET https://library.example/v1/datasets/")
        assert type(pickle.loads(pickle.dumps(caught.value))) is type(caught.value)
        caller.seen.clear()
        with pytest.raises(getattr(caller.lib, name)):
            caller(fail, "batch_update_document_status", DATASET, "enable", document_ids=[])
        assert len(caller.seen) == write


class TestClient:
    """What surrounds the calls."""

    @pytest.fixture(autouse=True)
    def clean(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("LIBRARY_API_KEY", raising=False)
        monkeypatch.delenv("LIBRARY_BASE_URL", raising=False)

    def test_without_a_key_it_says_which_variable_to_set(self, lib: ModuleType) -> None:
        for client in (lib.Library, lib.AsyncLibrary):
            with pytest.raises(lib.NotConfigured, match="LIBRARY_API_KEY"):
                client()

    @pytest.mark.parametrize("key", ["a b", "a\n", "ключ", " ", ""])
    def test_keys_that_cannot_be_keys(self, lib: ModuleType, key: str) -> None:
        with pytest.raises(lib.NotConfigured) as caught:
            lib.Library(key)
        assert not key.strip() or key not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["library.example", "ftp://x", "https://", "https://u:p@x", "https://x?a=1", "https://["]
    )
    def test_addresses_that_are_none(self, lib: ModuleType, url: str) -> None:
        with pytest.raises(lib.NotConfigured):
            lib.Library(KEY, base_url=url)

    def test_environment_and_contract_give_the_defaults(self, lib: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        with lib.Library(KEY) as client:
            assert repr(client) == "Library(base_url='https://api.dify.ai/v1')"
        monkeypatch.setenv("LIBRARY_API_KEY", KEY)
        monkeypatch.setenv("LIBRARY_BASE_URL", "http://127.0.0.1:9/v1//")
        with lib.Library() as client:
            assert repr(client) == "Library(base_url='http://127.0.0.1:9/v1')"

    def test_the_key_is_nowhere_to_be_seen(self, caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG, "library_client")
        shown: list[str] = []

        def call(client: Any) -> Any:
            shown.extend((repr(client), repr(client._transport), str(client)))
            return client.download_document(DATASET, "d")

        with pytest.raises(caller.lib.ServerError) as caught:
            caller.run(always(500, json={"message": f"Bearer {KEY}"}), call)
        assert caplog.messages
        assert KEY not in "".join([*shown, *caplog.messages, str(caught.value), repr(caught.value)])

    def test_options_share_the_connections(self, lib: ModuleType) -> None:
        timeouts: list[Any] = []

        def handle(request: httpx2.Request) -> httpx2.Response:
            timeouts.append(request.extensions["timeout"]["read"])
            return httpx2.Response(200, json=listing())

        with httpx2.Client(transport=httpx2.MockTransport(handle)) as http:
            client = lib.Library(KEY, base_url=BASE, http_client=http, timeout=9)
            hasty = client.with_options(timeout=1)
            with hasty:
                hasty.list_documents(DATASET)
            client.list_documents(DATASET)
            hasty.with_options(timeout=None, retries=1).list_documents(DATASET)
            assert not http.is_closed
        assert timeouts == [1, 9, None]

    def test_its_own_connections_are_closed(self, lib: ModuleType) -> None:
        with lib.Library(KEY) as client:
            http = client._transport.connections.open()
            assert http.headers["user-agent"].startswith("library_client/0.1.0 Python/")
            client.with_options(retries=0).close()
            assert not http.is_closed
        assert http.is_closed

    def test_importing_does_nothing(self, lib: ModuleType) -> None:
        assert set(lib.__all__) <= set(dir(lib))
        assert all(getattr(lib, name) is not None for name in lib.__all__)
        with pytest.raises(AttributeError):
            lib.nothing  # noqa: B018

    def test_many_tasks_share_one_client(self, lib: ModuleType) -> None:
        async def main() -> list[int]:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(shelf(45))) as http:
                client = lib.AsyncLibrary(KEY, base_url=BASE, http_client=http)

                async def count() -> int:
                    return len([row async for row in client.list_documents(DATASET)])

                return list(await asyncio.gather(*(count() for _ in range(50))))

        assert asyncio.run(main()) == [45] * 50
