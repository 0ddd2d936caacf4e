"""What the generated client makes of a server that misbehaves, over real connections, synchronous and not."""

from __future__ import annotations

import asyncio
import copy
import gc
import gzip
import importlib
import json
import logging
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

import dify_knowledge as dk
from faulty_help import Act, answer, close, drip, faulty, hang, reset

KEY = "secret-key-0123456789"
DATASET = "6f1c2c1e-0d4a-4f6e-9a53-3c8d1f7b2a10"
OTHER = "a8e0e5b5-78c6-4130-a5ce-25feb0e0b4ac"
ROW: dict[str, Any] = {
    "id": str(UUID(int=1)), "position": 1, "data_source_type": "upload_file", "data_source_info": {"a": 1},
    "dataset_process_rule_id": None, "name": "1.txt", "created_from": "api", "created_by": OTHER,
    "created_at": 1741267200, "tokens": 5, "indexing_status": "completed", "error": None, "enabled": True,
    "disabled_at": None, "disabled_by": None, "archived": False, "display_status": "available", "word_count": 3,
    "hit_count": 0, "doc_form": "text_model",
}  # fmt: skip


def page(*rows: dict[str, Any], **changes: Any) -> str:
    listing = {"data": list(rows), "has_more": False, "limit": 20, "total": len(rows), "page": 1}
    return json.dumps({**listing, **changes})


def rows_with(number: int, **changes: Any) -> str:
    """A page of four rows, one of them changed."""
    rows = [dict(ROW) for _ in range(4)]
    rows[number] |= changes
    return page(*rows)


GOOD = answer(page(ROW))
BROKEN = answer(page(ROW)[:80])


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a client would have waited; no test waits."""
    waited: list[float] = []

    async def wait_async(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(importlib.import_module("dify_knowledge._transport"), "sleep", waited.append)
    monkeypatch.setattr(importlib.import_module("dify_knowledge._async_transport"), "sleep", wait_async)
    return waited


class Caller:
    """A client, synchronous or not, behind one face."""

    def __init__(self, is_async: bool) -> None:
        self.is_async = is_async

    def run(self, url: str, call: Callable[[Any], Any], **options: Any) -> Any:
        if not self.is_async:
            with dk.DifyKnowledge(KEY, base_url=url, **options) as client:
                return call(client)

        async def main() -> Any:
            async with dk.AsyncDifyKnowledge(KEY, base_url=url, **options) as client:
                return await call(client)

        return asyncio.run(main())

    def list(self, url: str, call: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.run(url, lambda client: client.list_documents(DATASET, **(call or {})), **options)

    def disable(self, url: str, **options: Any) -> Any:
        return self.run(
            url, lambda client: client.batch_update_document_status(DATASET, "disable", document_ids=[OTHER]), **options
        )

    def rows(self, url: str, **arguments: Any) -> list[Any]:
        if not self.is_async:
            return self.run(url, lambda client: list(client.list_documents(DATASET, **arguments)))

        async def every(client: Any) -> list[Any]:
            return [row async for row in client.list_documents(DATASET, **arguments)]

        return self.run(url, every)


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def caller(request: pytest.FixtureRequest) -> Caller:
    return Caller(request.param)


def deep(levels: int) -> str:
    return page({**ROW, "data_source_info": "@"}).replace('"@"', '{"a":' * levels + "1" + "}" * levels)


INVALID: dict[str, tuple[bytes, str, str]] = {
    # the server's answer, the pointer, a part of what is said to have come
    "text for a number, at depth": (answer(rows_with(3, position="abc")), "/data/3/position", "'abc'"),
    "number as text": (answer(rows_with(2, tokens="5")), "/data/2/tokens", "'5'"),
    "boolean for a number": (answer(rows_with(0, position=True)), "/data/0/position", "True"),
    "number for a boolean": (answer(rows_with(1, enabled=1)), "/data/1/enabled", "1"),
    "fraction": (answer(rows_with(1, tokens=1.5)), "/data/1/tokens", "1.5"),
    "null": (answer(rows_with(1, name=None)), "/data/1/name", "None"),
    "no id": (answer(rows_with(1, id="12")), "/data/1/id", "'12'"),
    "a field in a map": (answer(rows_with(1, data_source_info=[])), "/data/1/data_source_info", "[]"),
    "a union": (answer(rows_with(1, doc_metadata=[{"value": {}}])), "/data/1/doc_metadata/0/value", "{}"),
    "missing": (answer(page({"id": OTHER})), "/data/0/position", "nothing"),
    "row is null": (answer(page(ROW, None)), "/data/1", "None"),  # type: ignore[arg-type]
    "data is an object": (answer(page().replace("[]", "{}")), "/data", "{}"),
    "NaN for a number": (answer(rows_with(1, tokens=float("nan"))), "/data/1/tokens", "nan"),
    "list": (answer("[]"), "", "[]"),
    "null body": (answer("null"), "", "None"),
    "number body": (answer("5"), "", "5"),
    "text body": (answer('"x"'), "", "'x'"),
    "truncated": (BROKEN, "", "EOF"),
    "HTML": (answer("<html>busy</html>", content_type="text/html"), "", "text/html"),
    "empty": (answer(), "", "an empty body"),
    "blank": (answer("  \n"), "", "EOF"),
    "no UTF-8": (answer(b'{"data": "\xff"}'), "", "unicode"),
    "UTF-16": (answer(page(ROW).encode("utf-16")), "", "application/json"),
    "byte order mark": (answer(b"\xef\xbb\xbf" + page(ROW).encode()), "", "expected value"),
    "two documents": (answer(page(ROW) * 2), "", "trailing"),
    "deep": (answer(deep(2000)), "", "recursion"),
    "204": (answer(b"", 204, content_length=""), "", "status 204"),
    "202": (answer(page(ROW), 202), "", "status 202"),
    "no gzip": (answer(page(ROW), content_encoding="gzip"), "", "header"),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_answer_that_does_not_fit_says_where(caller: Caller, case: str) -> None:
    act, pointer, got = INVALID[case]
    with faulty(act) as server, pytest.raises(dk.ResponseInvalid) as caught:
        caller.list(server.url)
    error = caught.value
    assert error.pointer == pointer
    assert got.lower() in error.got.lower()
    assert error.expected
    assert pointer or "root" in str(error) or "decoded" in str(error)
    assert str(error).endswith("/documents]")
    assert len(server.heads) == 1
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_what_fits_in_an_odd_form_is_taken(caller: Caller) -> None:
    for body in (
        page(ROW).replace('"position": 1', '"position": 7, "position": 1'),  # the last of two wins, as in JSON
        deep(100),
        json.dumps(json.loads(page(ROW)), ensure_ascii=True, indent=3),
    ):
        with faulty(answer(body)) as server:
            assert caller.list(server.url).data[0].position == 1
    with faulty(answer(gzip.compress(page(ROW).encode()), content_encoding="gzip")) as server:
        assert caller.list(server.url).total == 1
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with faulty(chunked + b"%x\r\n%s\r\n0\r\n\r\n" % (len(page(ROW)), page(ROW).encode())) as server:
        assert caller.list(server.url).total == 1
    with faulty(close(b"HTTP/1.0 200 OK\r\n\r\n" + page(ROW).encode())) as server:
        assert caller.list(server.url).total == 1


def test_what_the_contract_does_not_know_comes_back_unchanged(caller: Caller) -> None:
    row = {**ROW, "display_status": "brand_new", "later": {"a": [1, None, 2.5]}, "tokens": 10**30}
    with faulty(answer(page(row))) as server:
        (document,) = caller.list(server.url).data
    assert document.display_status == "brand_new"
    assert document.model_dump(mode="json", exclude_unset=True) == row


FAILURES: dict[str, tuple[bytes, type[dk.StatusError], str | None, str]] = {
    # the server's answer, the exception, its code, a part of its message
    "404": (answer('{"code":"not_found","message":"gone"}', 404), dk.NotFound, "not_found", "gone"),
    "400": (answer('{"code":"invalid_action","message":"no"}', 400), dk.InvalidAction, "invalid_action", "no"),
    "401": (answer('{"code":"unauthorized","message":"no"}', 401), dk.Unauthorized, "unauthorized", "no"),
    "500 in HTML": (answer("<html>oops</html>", 500, content_type="text/html"), dk.ServerError, None, "oops"),
    "418": (answer("short and stout", 418), dk.StatusError, None, "stout"),
    "empty": (answer("", 502), dk.ServerError, None, "Said"),
    "list": (answer('["a"]', 400), dk.BadRequest, None, "a"),
    "text": (answer('"why not"', 400), dk.BadRequest, None, "why not"),
    "code is a number": (answer('{"code":5,"message":["x"]}', 404), dk.NotFound, None, "x"),
    "deep": (answer("[" * 100_000, 500), dk.ServerError, None, "[["),
    "truncated": (answer('{"code": "not_fou', 404), dk.NotFound, None, "not_fou"),
    "bytes": (answer(b"\xff\xfe\x00", 500), dk.ServerError, None, "\ufffd"),
    "huge number": (answer('{"status": 1' + "0" * 9000 + "}", 404), dk.NotFound, None, "10"),
    "redirect": (answer("", 302, location="/login"), dk.StatusError, None, "/login, not followed"),
    "redirect elsewhere": (answer("", 307, location="https://evil.example/a"), dk.StatusError, None, "evil.example"),
    "redirect nowhere": (answer("", 301), dk.StatusError, None, "without saying where"),
    "redirect to no address": (answer("", 301, location="http://["), dk.StatusError, None, "http://["),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_has_its_class_and_its_words(caller: Caller, case: str) -> None:
    act, kind, code, words = FAILURES[case]
    with faulty(act) as server, pytest.raises(dk.StatusError) as caught:
        caller.disable(server.url)
    error = caught.value
    assert type(error) is kind
    assert error.code == code
    assert words in error.message
    assert error.body == act.partition(b"\r\n\r\n")[2]
    assert error.headers.get("content-type", "") in act.decode("latin-1")
    assert str(error.request) == f"PATCH {server.url}/datasets/{DATASET}/documents/status/disable"
    assert len(server.heads) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["none", "seconds", "date"])
def test_a_server_that_asks_to_come_back(caller: Caller, waits: list[float], status: int, form: str) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    asked = {"none": {}, "seconds": {"retry_after": "7"}, "date": {"retry_after": later}}[form]
    with faulty(answer("", status, **asked), answer('{"result": "success"}')) as server:
        assert caller.disable(server.url).result == "success"
        assert len(server.heads) == 2
    (wait,) = waits
    low, high = {"none": (0, 0.5), "seconds": (7, 7), "date": (20, 30)}[form]
    assert low <= wait <= high


def test_a_wait_that_does_not_fit_is_not_begun(caller: Caller, waits: list[float]) -> None:
    with faulty(answer("", 429, retry_after="9")) as server, pytest.raises(dk.RateLimited):
        caller.disable(server.url, timeout=dk.Timeout(total=8))
    with faulty(answer("", 429, retry_after="61")) as server, pytest.raises(dk.RateLimited):
        caller.disable(server.url)
    assert waits == []


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (reset(GOOD[:-10]), "the connection broke"),
        (close(GOOD[:-10]), "the connection broke"),
        (close(GOOD[:20]), "the connection broke"),
        (close(), "the connection broke"),
        (close(b"SSH-2.0-OpenSSH\r\n"), "the connection broke"),
        (close(answer(page(ROW), content_length="99999")), "the connection broke"),
        (close(answer(page(ROW), content_length="x")), "the connection broke"),
    ],
    ids=["reset", "cut body", "cut head", "nothing", "other protocol", "length too long", "length no number"],
)
def test_a_connection_that_breaks(caller: Caller, act: Act, words: str) -> None:
    with faulty(act) as server, pytest.raises(dk.ConnectionFailed, match=words):
        caller.disable(server.url)
    assert len(server.heads) == 1  # it may have done its work: not sent twice
    with faulty(act, GOOD) as server:
        assert caller.list(server.url).total == 1


def test_a_length_that_is_too_short_gives_no_half_answer(caller: Caller) -> None:
    with faulty(close(answer(page(ROW), content_length="40"))) as server, pytest.raises(dk.ResponseInvalid):
        caller.list(server.url)


def test_nobody_listens(caller: Caller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(dk.ConnectionFailed, match="is the server up"):
        caller.list(url)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENDLESS = HEAD + b"Content-Length: 999999\r\n\r\n"


@pytest.mark.parametrize(
    "act", [hang(), hang(HEAD), hang(ENDLESS + b"{")], ids=["silence", "half a head", "half a body"]
)
def test_a_server_that_hangs(caller: Caller, act: Act) -> None:
    with faulty(act) as server, pytest.raises(dk.TimedOut) as caught:
        caller.list(server.url, timeout=dk.Timeout(read=0.05), retries=0)
    assert (caught.value.phase, caught.value.limit) == ("read", 0.05)
    with faulty(act) as server, pytest.raises(dk.TimedOut) as caught:
        caller.list(server.url, timeout=dk.Timeout(total=0.1))
    assert (caught.value.phase, caught.value.limit) == ("total", 0.1)
    assert str(caught.value.request).startswith("GET http://127.0.0.1")
    assert vars(pickle.loads(pickle.dumps(caught.value))) == vars(caught.value)


def test_a_body_that_drips_ends_with_the_call(caller: Caller) -> None:
    with faulty(drip(ENDLESS, b" ")) as server, pytest.raises(dk.TimedOut) as caught:
        caller.list(server.url, timeout=dk.Timeout(read=5, total=0.2))
    assert caught.value.phase == "total"
    assert len(server.heads) == 1


def test_a_head_that_drips_ends_with_the_asynchronous_call() -> None:
    with faulty(drip(HEAD, b"X: 1\r\n")) as server, pytest.raises(dk.TimedOut) as caught:
        Caller(is_async=True).list(server.url, timeout=dk.Timeout(read=5, total=0.2))
    assert caught.value.phase == "total"


def test_a_body_without_end_is_not_read(caller: Caller) -> None:
    bomb = gzip.compress(b" " * 30_000_000)
    for act in (
        answer(bomb, content_encoding="gzip"),
        drip(HEAD + b"Content-Length: 9999999\r\n\r\n", b" " * 9000, 0.001),
    ):
        with faulty(act) as server, pytest.raises(dk.ResponseInvalid, match="answer_limit") as caught:
            caller.list(server.url, answer_limit=100_000)
        assert caught.value.expected == "at most 100000 bytes"
        assert len(server.heads) == 1
    with faulty(answer(page(ROW))) as server:
        assert caller.list(server.url, answer_limit=len(page(ROW))).total == 1


def test_a_redirect_is_not_followed_with_the_key(caller: Caller) -> None:
    with faulty(GOOD) as other, faulty(answer("", 302, location=f"{other.url}/x")) as server:
        with pytest.raises(dk.StatusError, match=f"{other.url}/x"):
            caller.list(server.url)
        client = httpx2.AsyncClient if caller.is_async else httpx2.Client
        http = client(follow_redirects=True)
        with pytest.raises(dk.StatusError):
            caller.run(server.url, closing(http), http_client=http)
        assert other.heads == []


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"limit": "x"}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": 1.0}, "limit"),
        ({"page": 0}, "page"),
        ({"keyword": b"x"}, "keyword"),
        ({"keyword": "\ud800"}, "keyword"),
        ({"status": "gone"}, "status"),
        ({"dataset_id": "12"}, "dataset_id"),
        ({"dataset_id": f"{DATASET}/../x"}, "dataset_id"),
        ({"dataset_id": f"{DATASET}\n"}, "dataset_id"),
        ({"dataset_id": "\x00"}, "dataset_id"),
        ({"dataset_id": 5}, "dataset_id"),
    ],
)
def test_a_wrong_argument_is_not_sent(caller: Caller, arguments: dict[str, Any], argument: str) -> None:
    with faulty(GOOD) as server, pytest.raises(dk.InvalidArgument) as caught:
        caller.run(server.url, lambda client: client.list_documents(**{"dataset_id": DATASET, **arguments}))
    assert caught.value.argument == argument
    assert server.heads == []


def test_control_characters_are_encoded(caller: Caller) -> None:
    with faulty(GOOD) as server:
        caller.list(server.url, {"keyword": "a\x00\r\nX-Evil: 1&limit=9#"})
    (head,) = server.heads
    assert "keyword=a%00%0D%0AX-Evil%3A+1%26limit%3D9%23 HTTP/1.1" in head.splitlines()[0]
    assert "\r\nX-Evil" not in head


@pytest.mark.parametrize("status", [400, 401, 302, 500, 200])
def test_a_server_that_repeats_the_key_teaches_nobody(
    caller: Caller, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "dify_knowledge")
    body = json.dumps({"code": f"bad_{KEY}", "message": f"key {KEY} is wrong", "detail": KEY})
    act = answer(body, status, x_echo=KEY, location=f"/x?key={KEY}")
    with faulty(act) as server, pytest.raises(dk.DifyKnowledgeError) as caught:
        caller.list(server.url, {"keyword": KEY}, retries=1)
    error = caught.value
    said = [record.getMessage() for record in caplog.records if record.name == "dify_knowledge"]
    shown = [str(error), repr(error), repr(vars(error)), repr(error.request), *said]
    shown += [repr(pickle.dumps(error)), repr(vars(copy.copy(error)))]
    assert said
    assert all(KEY not in text for text in shown)
    assert "keyword=***" in str(error)
    assert f"Authorization: Bearer {KEY}" in server.heads[0]


def test_a_key_is_struck_out_of_an_address_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "dify_knowledge")
    key = "sk+/=12345"
    with (
        faulty(answer("", 500)) as server,
        dk.DifyKnowledge(key, base_url=server.url) as client,
        pytest.raises(dk.ServerError) as caught,
    ):
        client.list_documents(DATASET, keyword=f"a{key}")
    assert "keyword=a***" in str(caught.value)
    assert "12345" not in repr(vars(caught.value))
    assert "sk%2B%2F%3D12345" in server.heads[0]


def test_no_logger_says_the_key(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with faulty(answer("", 503), GOOD) as server:
        caller.list(server.url)
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"dify_knowledge", "httpx2", "httpcore2"}
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0}, {"timeout": -1}, {"timeout": "5"}, {"timeout": True}, {"timeout": float("nan")},
        {"timeout": float("inf")}, {"timeout": httpx2.Timeout(5)}, {"retries": -1}, {"retries": 1.5},
        {"retries": True}, {"retries": "2"}, {"retries": None}, {"answer_limit": 0}, {"answer_limit": "1"},
        {"on_request": 5}, {"on_response": [print, 5]},
    ],
    ids=repr,
)  # fmt: skip
def test_an_option_that_is_none(options: dict[str, Any]) -> None:
    (name,) = options
    for client in (dk.DifyKnowledge, dk.AsyncDifyKnowledge):
        for call in (partial(client, KEY), client(KEY).with_options):
            with pytest.raises(dk.InvalidArgument, match=name) as caught:
                call(**options)
            assert caught.value.argument == name


def test_limits_are_checked_one_by_one() -> None:
    for name in ("connect", "read", "write", "pool", "total"):
        with pytest.raises(dk.InvalidArgument, match=name):
            dk.Timeout(**{name: 0})
    assert dk.Timeout(total=3).read == 30


@pytest.mark.parametrize(
    "url", ["http://x:99999", "http://x:a", "http:// x", "http://x\n", 5, "x", "http://x:0", "file:///x", "http://u@x"]
)
def test_an_address_that_is_none(url: Any) -> None:
    with pytest.raises(dk.NotConfigured, match="base_url"):
        dk.DifyKnowledge(KEY, base_url=url)


def closing(http: Any) -> Callable[[Any], Any]:
    """A call that closes the HTTP client of one's own after it."""

    def at_once(client: Any) -> Any:
        with http:
            return client.list_documents(DATASET)

    async def later(client: Any) -> Any:
        async with http:
            return await client.list_documents(DATASET)

    return later if isinstance(http, httpx2.AsyncClient) else at_once


class TestHooks:
    """Functions of the user's around each request."""

    def test_each_request_and_each_answer(self, caller: Caller) -> None:
        seen: list[Any] = []

        def before(request: httpx2.Request) -> None:
            request.headers["X-Trace"] = "7"
            seen.append(request.method)

        with faulty(answer("", 503), GOOD) as server:
            caller.list(server.url, on_request=before, on_response=[lambda got: seen.append(got.status), seen.append])
        assert seen[:2] == ["GET", 503]
        assert seen[3:5] == ["GET", 200]
        assert [type(got) for got in (seen[2], seen[5])] == [dk.Answer, dk.Answer]
        assert seen[5].content == page(ROW).encode()
        assert all("x-trace: 7" in head.lower() for head in server.heads)

    def test_they_change_with_options(self, caller: Caller) -> None:
        seen: list[str] = []
        with faulty(GOOD) as server:
            caller.run(
                server.url,
                lambda client: client.with_options(on_request=None, on_response=lambda _: seen.append("new"))
                .list_documents(DATASET),
                on_request=lambda _: seen.append("old"),
            )  # fmt: skip
        assert seen == ["new"]

    def test_what_they_raise_reaches_the_caller(self, caller: Caller) -> None:
        def stop(_: Any) -> None:
            raise TimeoutError("mine")

        with faulty(GOOD) as server, pytest.raises(TimeoutError, match="mine"):
            caller.list(server.url, on_request=stop)
        assert server.heads == []

    def test_the_asynchronous_client_waits_for_them(self) -> None:
        seen: list[int] = []

        async def after(got: dk.Answer) -> None:
            await asyncio.sleep(0)
            seen.append(got.status)

        with faulty(GOOD) as server:
            Caller(is_async=True).list(server.url, on_response=after)
        assert seen == [200]
        with pytest.raises(dk.InvalidArgument, match="asynchronous"):
            dk.DifyKnowledge(KEY, on_response=after)


def test_the_answer_behind_a_result(caller: Caller) -> None:
    with faulty(answer(page(ROW), x_request_id="r1")) as server:
        raw = caller.run(server.url, lambda client: client.raw(client.list_documents, DATASET, page=2))
    assert raw.value.data[0].position == 1
    assert (raw.status, raw.content, raw.headers["x-request-id"]) == (200, page(ROW).encode(), "r1")
    assert raw.request.url == f"{server.url}/datasets/{DATASET}/documents?page=2"
    assert raw.elapsed > 0


def test_raw_needs_a_method_that_sends(caller: Caller) -> None:
    async def nothing() -> None:
        return None

    with pytest.raises(dk.InvalidArgument, match="sends"):
        caller.run("http://127.0.0.1:9", lambda client: client.raw(nothing if caller.is_async else lambda: None))


def test_a_closed_client_says_so(caller: Caller) -> None:
    async def after_closing(client: Any) -> Any:
        await client.aclose()
        return await client.with_options(retries=0).list_documents(DATASET)

    def at_once(client: Any) -> Any:
        client.close()
        return client.with_options(retries=0).list_documents(DATASET)

    for given in (False, True):
        http = (httpx2.AsyncClient() if caller.is_async else httpx2.Client()) if given else None
        if given and caller.is_async:
            asyncio.run(http.aclose())  # type: ignore[union-attr]
        elif given:
            http.close()  # type: ignore[union-attr]
        with faulty(GOOD) as server, pytest.raises(dk.ClientClosed):
            caller.run(server.url, after_closing if caller.is_async else at_once, http_client=http)
        assert server.heads == []


class TestListings:
    """Pages of servers that lie."""

    def test_a_server_that_does_not_heed_the_page(self, caller: Caller) -> None:
        stuck = answer(page(ROW, total=50, has_more=True))
        with faulty(stuck) as server, pytest.raises(dk.ResponseInvalid, match="heed 'page'"):
            caller.rows(server.url)
        assert len(server.heads) == 2

    def test_a_last_page_that_comes_again_ends_the_listing(self, caller: Caller) -> None:
        with faulty(answer(page(ROW, has_more=True))) as server:
            assert len(caller.rows(server.url)) == 1
        assert len(server.heads) == 2

    @pytest.mark.parametrize("said", [True, False])
    def test_a_size_that_is_capped(self, caller: Caller, said: bool) -> None:
        batches = [[{**ROW, "position": 100 * number + at} for at in range(100)] for number in range(3)]
        acts = [answer(page(*batch, total=300, limit=100, has_more=said)) for batch in batches]
        with faulty(*acts, answer(page(total=300))) as server:
            assert [row.position for row in caller.rows(server.url, limit=500)] == list(range(300))
        assert len(server.heads) == (4 if said else 3)

    def test_an_empty_page_is_the_last(self, caller: Caller) -> None:
        with faulty(answer(page(total=9, has_more=True))) as server:
            assert caller.rows(server.url, page=7) == []
        assert len(server.heads) == 1


def test_a_client_is_ready_before_models_and_tls_are() -> None:
    check = (
        "import sys, ssl\n"
        "ssl.SSLContext = None\n"
        "from dify_knowledge import DifyKnowledge, AsyncDifyKnowledge\n"
        "DifyKnowledge('k'), AsyncDifyKnowledge('k')\n"
        "assert 'dify_knowledge.models' not in sys.modules\n"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", check], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_a_raw_answer_keeps_its_type(tmp_path: Path) -> None:
    file = tmp_path / "typed.py"
    file.write_text(
        """
from dify_knowledge import AsyncDifyKnowledge, AsyncPage, DifyKnowledge, Page, Raw
from dify_knowledge.models import Document, SuccessResponse


def at_once(client: DifyKnowledge) -> tuple[Raw[Page[Document]], Raw[SuccessResponse]]:
    done = client.raw(client.batch_update_document_status, "id", "enable", document_ids=[])
    return client.raw(client.list_documents, "id", page=2), done


async def later(client: AsyncDifyKnowledge) -> tuple[Raw[AsyncPage[Document]], Raw[SuccessResponse]]:
    done = await client.raw(client.batch_update_document_status, "id", "enable", document_ids=[])
    return await client.raw(client.list_documents, "id", page=2), done


def wrong(client: DifyKnowledge) -> object:
    return client.raw(client.list_documents, "id", page="2")
"""
    )
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", str(file)],
        env={**os.environ, "MYPYPATH": str(Path(dk.__file__).parents[1])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (line, _) = run.stdout.splitlines()
    assert "error" in line
    assert '"page"' in line


class TestManyAtOnce:
    """One client, used from many tasks and threads."""

    def test_two_hundred_calls_leave_nothing(self) -> None:
        async def batch(client: Any) -> list[str]:
            calls = (client.raw(client.list_documents, DATASET, page=number) for number in range(1, 201))
            return [raw.request.url.partition("page=")[2] for raw in await asyncio.gather(*calls)]

        async def main(url: str) -> tuple[int, int, list[Any]]:
            async with dk.AsyncDifyKnowledge(KEY, base_url=url, timeout=dk.Timeout(total=60)) as client:
                await batch(client)
                gc.collect()
                before = len(gc.get_objects())
                assert await batch(client) == [str(number) for number in range(1, 201)]
                gc.collect()
                grown, tasks = len(gc.get_objects()) - before, len(asyncio.all_tasks())
            gc.collect()
            things = [thing for thing in gc.get_objects() if isinstance(thing, socket.socket)]
            return grown, tasks, [thing for thing in things if thing.fileno() >= 0 and _peer(thing) == url]

        with faulty(GOOD) as server:
            grown, tasks, sockets = asyncio.run(main(server.url))
            assert len(server.heads) == 400
        assert grown < 400, grown  # two objects an answer would be too many
        assert tasks == 1
        assert sockets == []

    def test_threads_share_one_client(self) -> None:
        with faulty(GOOD) as server, dk.DifyKnowledge(KEY, base_url=server.url) as client:
            barrier = threading.Barrier(8)

            def call(number: int) -> str:
                if number < 8:
                    barrier.wait(5)  # all make the HTTP client at the same time
                raw = client.raw(client.list_documents, DATASET, page=number + 1)
                return raw.request.url.partition("page=")[2]

            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(call, range(100))) == [str(number + 1) for number in range(100)]
            assert len(server.heads) == 100


def _peer(thing: socket.socket) -> str:
    try:
        host, port = thing.getpeername()[:2]
    except (OSError, ValueError):
        return ""
    return f"http://{host}:{port}"
