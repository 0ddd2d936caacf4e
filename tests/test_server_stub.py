"""The generated server stub: what a handler is given, what a client is told, and in which order."""

from __future__ import annotations

import asyncio
import datetime
import importlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

import dify_knowledge as dk
from conftest import ROOT
from dify_knowledge import models, server
from dify_knowledge.server import Misfit, Plain, Received, Refusal, create_app
from diglot.serve import running
from render_help import rendered, write

KEY = "secret-key-of-a-caller"
DATASET = "6f1c2c1e-0d4a-4f6e-9a53-3c8d1f7b2a10"
LIST = f"/datasets/{DATASET}/documents"
EMPTY: dict[str, Any] = {"data": [], "has_more": False, "limit": 20, "total": 0, "page": 1}


class Answered:
    """What an application sent: status, headers by lower-case name, body."""

    def __init__(self, messages: list[Any]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> tuple[int, str]:
        assert set(self.json) == {"code", "message", "status"}
        assert self.json["status"] == self.status
        assert KEY not in self.body.decode()
        return self.status, self.json["code"]


def call(app: Any, method: str, path: str, *headers: tuple[str, str], body: bytes = b"", **scope: Any) -> Answered:
    """One request as an ASGI server hands it over, with the key unless Authorization is among the headers."""
    target, _, query = path.partition("?")
    given = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    if not any(name == b"authorization" for name, _ in given):
        given.append((b"authorization", f"Bearer {KEY}".encode()))
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        messages.append(message)

    base = {"type": "http", "method": method, "path": target, "raw_path": target.encode(), "headers": given}
    asyncio.run(app({**base, "query_string": query.encode(), "root_path": "", **scope}, receive, send))
    return Answered(messages)


def as_json(value: Any) -> dict[str, Any]:
    return {"body": value if isinstance(value, bytes) else json.dumps(value).encode()}


JSON = ("Content-Type", "application/json")


class Gate(server.Handlers[str]):
    """Lets in who has the key; keeps what its handlers were given."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def authenticate(self, received: Received, /) -> str:
        if received.key != KEY:
            raise Refusal(401, "unauthorized", "No.", {"WWW-Authenticate": "Bearer"})
        return "alice"


class Sync(Gate):
    def list_documents(
        self,
        context: str,
        /,
        dataset_id: UUID,
        *,
        page: int = 1,
        limit: int = 20,
        keyword: str | None = None,
        status: str | None = None,
    ) -> models.DocumentListResponse:
        self.seen.append((context, dataset_id, page, limit, keyword, status))
        return models.DocumentListResponse(data=[], has_more=False, limit=limit, total=0, page=page)

    def batch_update_document_status(
        self, context: str, /, dataset_id: UUID, action: str, *, document_ids: list[UUID]
    ) -> Plain:
        self.seen.append((context, dataset_id, action, document_ids))
        return Plain({"result": "success"})


class Async(Gate):
    async def list_documents(
        self,
        context: str,
        /,
        dataset_id: UUID,
        *,
        page: int = 1,
        limit: int = 20,
        keyword: str | None = None,
        status: str | None = None,
    ) -> models.DocumentListResponse:
        await asyncio.sleep(0)
        self.seen.append((context, dataset_id, page, limit, keyword, status))
        return models.DocumentListResponse(data=[], has_more=False, limit=limit, total=0, page=page)

    async def batch_update_document_status(
        self, context: str, /, dataset_id: UUID, action: str, *, document_ids: list[UUID]
    ) -> Plain:
        self.seen.append((context, dataset_id, action, document_ids))
        return Plain({"result": "success"})


@pytest.fixture(params=[Sync, Async])
def handlers(request: pytest.FixtureRequest) -> Gate:
    made: Gate = request.param()
    return made


class TestThreeOperations:
    def test_a_handler_is_given_what_the_contract_says(self, handlers: Gate) -> None:
        app = create_app(handlers)
        assert call(app, "GET", LIST).json == EMPTY
        assert call(app, "GET", f"{LIST}?page=3&limit=7&keyword=%E6%89%8B%20a&status=error&x=1").status == 200
        ids = [str(uuid4()).upper(), str(uuid4())]
        written = call(app, "PATCH", f"{LIST}/status/archive", JSON, **as_json({"document_ids": ids, "extra": {}}))
        assert (written.status, written.json, written.headers["content-type"]) == (
            200,
            {"result": "success"},
            "application/json",
        )
        assert handlers.seen == [
            ("alice", UUID(DATASET), 1, 20, None, None),
            ("alice", UUID(DATASET), 3, 7, "手 a", "error"),
            ("alice", UUID(DATASET), "archive", [UUID(one) for one in ids]),
        ]

    def test_the_client_and_the_stub_understand_each_other(self, handlers: Gate) -> None:
        with running(create_app(handlers, prefixes=["/v1"])) as url, dk.DifyKnowledge(KEY, base_url=url) as client:
            assert client.list_documents(DATASET, limit=5).data == []
            assert client.batch_update_document_status(DATASET, "enable", document_ids=[DATASET]).result == "success"
            with pytest.raises(dk.ServerError) as missing:
                client.batch_update_document_metadata(DATASET, operation_data=[])
        assert (missing.value.status, missing.value.code) == (501, "not_implemented")
        assert [seen[0] for seen in handlers.seen] == ["alice", "alice"]

    def test_the_order_of_refusals(self, handlers: Gate) -> None:
        """A request that is wrong in every way is made right, one step after the other."""
        handlers.admit = refuse_unknown  # type: ignore[method-assign, assignment]
        app, patch = create_app(handlers), f"/datasets/{uuid4()}/documents/status/explode"
        wrong = ("Authorization", "Bearer wrong")
        assert call(app, "GET", "/nowhere", wrong).code == (401, "unauthorized")
        assert call(app, "GET", "/nowhere").code == (404, "not_found")
        assert call(app, "PUT", patch).code == (405, "method_not_allowed")
        assert call(app, "PATCH", patch, body=b"{").code == (403, "forbidden")
        patch = f"{LIST}/status/explode"
        assert call(app, "PATCH", patch, body=b"{").code == (415, "unsupported_media_type")
        refused = call(app, "PATCH", patch, JSON, body=b"{")
        assert (refused.code, refused.json["message"][:8]) == ((400, "invalid_param"), "action: ")
        patch = f"{LIST}/status/enable"
        assert call(app, "PATCH", patch, JSON, body=b"{").code == (400, "bad_request")
        assert call(app, "PATCH", patch, JSON, body=b"{}").json["message"] == "document_ids: is missing"
        assert not handlers.seen
        assert call(app, "PATCH", patch, JSON, body=b'{"document_ids": []}').status == 200

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ([], "body: must be an object"),
            ({"document_ids": "x"}, "document_ids: must be a list"),
            ({"document_ids": [DATASET, 1]}, "document_ids.1: must be a UUID"),
            ({"document_ids": [DATASET, KEY]}, "document_ids.1: must be a UUID"),
            ({"document_ids": [DATASET.replace("-", "")]}, "document_ids.0: must be a UUID"),
            ({"document_ids": [f"urn:uuid:{DATASET}"]}, "document_ids.0: must be a UUID"),
        ],
    )
    def test_a_body_that_does_not_fit_is_told_where(self, handlers: Gate, body: Any, message: str) -> None:
        refused = call(create_app(handlers), "PATCH", f"{LIST}/status/enable", JSON, **as_json(body))
        assert refused.code == (400, "invalid_param")
        assert refused.json["message"] == message

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("page=0", "page: must be at least 1"),
            ("page=1.0", "page: must be an integer"),
            ("page=01", "page: must be an integer"),
            ("page=1&page=1", "page: given more than once"),
            (f"limit={KEY}", "limit: must be an integer"),
            ("keyword=%FF", "query: must be UTF-8, percent-encoded"),
        ],
    )
    def test_a_query_that_does_not_fit_is_told_where(self, handlers: Gate, query: str, message: str) -> None:
        refused = call(create_app(handlers), "GET", f"{LIST}?{query}")
        assert refused.code == (400, "invalid_param")
        assert refused.json["message"] == message

    @pytest.mark.parametrize(
        "body",
        [b'{"document_ids": [], "document_ids": []}', b'{"document_ids": [], "a": NaN}', b'{"a": "\\ud800"}', b"\xff",
         b"[" * 100_000, b""],
        ids=["twice", "nan", "surrogate", "bytes", "deep", "empty"],
    )  # fmt: skip
    def test_json_has_one_meaning_or_none(self, handlers: Gate, body: bytes) -> None:
        refused = call(create_app(handlers), "PATCH", f"{LIST}/status/enable", JSON, body=body)
        assert refused.code == (400, "bad_request")

    def test_a_body_has_bounds(self, handlers: Gate) -> None:
        app = create_app(handlers, max_body=100)
        body = json.dumps({"document_ids": [], "x": ""}).encode().ljust(100)
        assert call(app, "PATCH", f"{LIST}/status/enable", JSON, body=body).status == 200
        refused = call(app, "PATCH", f"{LIST}/status/enable", JSON, body=body + b" ")
        assert refused.code == (413, "content_too_large")

    def test_a_server_has_its_own_words(self, handlers: Gate) -> None:
        class Problem(Refusal):
            @property
            def body(self) -> Mapping[str, Any]:
                return {"title": self.message}

        seen: list[Misfit] = []

        def refuse(misfit: Misfit) -> Refusal:
            seen.append(misfit)
            return Problem(422, "problem", misfit.reason)

        handlers.refuse = refuse  # type: ignore[method-assign, assignment]
        refused = call(create_app(handlers), "GET", f"{LIST}?page=0")
        assert (refused.status, refused.json) == (422, {"title": "must be at least 1"})
        assert seen == [Misfit("parameter", "must be at least 1", "page", "list_documents")]

    def test_where_it_is_served(self, handlers: Gate) -> None:
        app = create_app(handlers, prefixes=["", "/v1"])
        assert call(app, "GET", f"/v1{LIST}").json == call(app, "GET", LIST).json == EMPTY
        assert call(app, "GET", f"/mounted{LIST}", root_path="/mounted").status == 200
        assert call(app, "GET", LIST.replace("datasets", "%64atasets"), raw_path=None).status == 404
        assert call(app, "GET", LIST.replace("datasets", "%64atasets")).status == 200
        assert call(app, "GET", f"{LIST}/").code == (404, "not_found")
        assert call(app, "GET", "/datasets/%FF/documents").code == (404, "not_found")
        head = call(app, "HEAD", LIST)
        assert (head.status, head.body, head.headers["content-length"]) == (
            200,
            b"",
            str(len(call(app, "GET", LIST).body)),
        )
        options = call(app, "OPTIONS", LIST)
        assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        assert call(app, "DELETE", f"{LIST}/metadata").headers["allow"] == "OPTIONS, POST"


def refuse_unknown(context: str, operation: str, path: Mapping[str, str]) -> None:
    assert (context, operation) == ("alice", "batch_update_document_status")
    if path["dataset_id"] != DATASET:
        raise Refusal(403, "forbidden", "Not yours.")


class TestFaultsOfAHandler:
    """Whatever a handler does wrong, a client is told nothing of it, and whoever runs the server everything."""

    def test_an_answer_that_does_not_fit_is_never_sent(self, caplog: pytest.LogCaptureFixture) -> None:
        unfit = models.DocumentListResponse.model_validate(EMPTY)
        unfit.total = "many"  # type: ignore[assignment]
        answers: list[Any] = [
            models.DocumentListResponse.model_construct(data=[]), unfit, Plain({**EMPTY, "page": "1"}), Plain(None),
            {**EMPTY, "data": [{"id": "secret row"}]}, models.SuccessResponse(result="x"), None, b"{}",
        ]  # fmt: skip
        for answer in answers:
            caplog.clear()

            class Wrong(Gate):
                def list_documents(self, context: str, /, dataset_id: UUID, **_: Any) -> Any:
                    return answer  # noqa: B023 - called before the next one

            failed = call(create_app(Wrong()), "GET", LIST)
            assert failed.code == (500, "internal_server_error")
            assert b"secret row" not in failed.body
            (record,) = caplog.records
            assert (record.name, record.levelname, record.exc_info is not None) == (
                "dify_knowledge.server",
                "ERROR",
                True,
            )

    @pytest.mark.parametrize("where", ["authenticate", "admit", "list_documents", "refuse"])
    def test_an_exception_is_a_500(self, where: str, caplog: pytest.LogCaptureFixture) -> None:
        def broken(*_: Any, **__: Any) -> Any:
            raise ZeroDivisionError(KEY)

        handlers = Sync()
        setattr(handlers, where, broken)
        failed = call(create_app(handlers), "GET", LIST + "?page=0" * (where == "refuse"))
        assert failed.code == (500, "internal_server_error")
        assert failed.json["message"] == "The server failed to answer."
        assert "ZeroDivisionError" in caplog.text

    def test_a_refusal_of_a_handler_is_an_answer(self, caplog: pytest.LogCaptureFixture) -> None:
        class Closed(Sync):
            def list_documents(self, context: str, /, dataset_id: UUID, **_: Any) -> Any:
                raise Refusal(409, "conflict", "Later.", {"Retry-After": "1"})

        refused = call(create_app(Closed()), "GET", LIST)
        assert (refused.code, refused.headers["retry-after"]) == ((409, "conflict"), "1")
        assert not caplog.records

    def test_a_client_that_hangs_up_is_not_answered(self) -> None:
        async def receive() -> Any:
            return {"type": "http.disconnect"}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "PATCH", "path": f"{LIST}/status/enable", "query_string": b"",
                 "headers": [(b"authorization", f"Bearer {KEY}".encode())]}  # fmt: skip
        asyncio.run(create_app(Sync())(scope, receive, send))
        assert sent == []


class TestTheKey:
    @pytest.mark.parametrize("value", [f"Bearer {KEY}", f"bearer {KEY}", f"BEARER   {KEY}"])
    def test_is_read_as_the_contract_sends_it(self, value: str) -> None:
        assert Received("GET", "/", headers=(("authorization", value),)).key == KEY

    @pytest.mark.parametrize(
        "values", [[], [""], ["Bearer"], [KEY], [f"Basic {KEY}"], [f"Bearer {KEY} x"], [f"Bearer {KEY}"] * 2]
    )
    def test_is_read_in_no_other_way(self, values: list[str]) -> None:
        assert Received("GET", "/", headers=tuple(("authorization", value) for value in values)).key is None

    def test_is_not_in_the_repr(self) -> None:
        assert KEY not in repr(Received("GET", "/", headers=(("authorization", f"Bearer {KEY}"),)))


def test_the_client_does_not_import_the_server() -> None:
    check = (
        "import sys, dify_knowledge\n"
        "dify_knowledge.DifyKnowledge, dify_knowledge.AsyncDifyKnowledge, dify_knowledge.NotFound\n"
        "servers = ('dify_knowledge.server', 'dify_knowledge._server')\n"
        "wrong = [name for name in sys.modules if name.startswith(servers)]\n"
        "assert not wrong, wrong"
    )
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_a_type_checker_knows_the_contract(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from uuid import UUID\n"
        "from dify_knowledge import models\n"
        "from dify_knowledge.server import Handlers, Received, create_app\n"
        "class Mine(Handlers[int]):\n"
        "    def authenticate(self, received: Received, /) -> int:\n"
        "        return 1\n"
        "    async def batch_update_document_status(\n"
        "        self, context: int, /, dataset_id: UUID, action: str, *, document_ids: list[UUID]\n"
        "    ) -> models.SuccessResponse:\n"
        "        return models.SuccessResponse(result='success')\n"
        "class Wrong(Mine):\n"
        "    def batch_update_document_metadata(  # wrong: the ids of a dataset are UUIDs\n"
        "        self, context: int, /, dataset_id: int, *, operation_data: list[models.DocumentMetadataOperation]\n"
        "    ) -> models.BatchUpdateDocumentMetadataResponse:\n"
        "        raise KeyError\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(tmp_path / "cache"),
        str(tmp_path / "mine.py"),
    ]
    environment = {**os.environ, "MYPYPATH": str(ROOT / "generated")}
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    errors = [line for line in run.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 1, run.stdout
    assert "dataset_id" in run.stdout or 'Argument 2 of "batch_update_document_metadata"' in errors[0]


def parameter(place: str, name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"in": place, "name": name, "schema": schema, "required": place == "path", **more}


def operation(
    identity: str, answer: dict[str, Any], media: str = "", schema: Any = None, **more: Any
) -> dict[str, Any]:
    sent = {"requestBody": {"required": True, "content": {media: {"schema": schema}}}} if media else {}
    return {"operationId": identity, "responses": answer, **sent, **more}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
FORM_FIELDS = {
    "title": TEXT,
    "size": {"type": "integer", "minimum": 1},
    "tags": {"type": "array", "items": TEXT},
    "data": {"type": "object", "properties": {"deep": {"type": "boolean"}}},
}
MANY_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
FORM = {"type": "object", "required": ["title"], "properties": FORM_FIELDS}
ONE_FILE = {"type": "string", "format": "binary"}
FILES = {"type": "object", "required": ["file"], "properties": {**FORM_FIELDS, "file": ONE_FILE, "more": MANY_FILES}}
COUNTS = {"type": "object", "additionalProperties": NUMBER}
CHANGES = {"type": {"type": ["string", "null"]}, "context": TEXT, "at": {"type": "string", "format": "date-time"}}
SAID = {"type": "object", "required": ["word"], "properties": {"word": TEXT}}
BOTH = {
    "200": {
        "description": "An answer, whole or word by word.",
        "content": {"application/json": {"schema": SAID}, "text/event-stream": {"schema": SAID}},
    }
}
MODE = {"type": "string", "enum": ["streaming", "blocking"]}
CHAT = {"type": "object", "required": ["query", "response_mode"], "properties": {"query": TEXT, "response_mode": MODE}}
DONE = {"204": {"description": "Done."}}
ECHO = {
    "200": {
        "description": "Echo.",
        "content": {"application/json": {"schema": {"type": "object", "properties": {"seen": TEXT}}}},
    }
}
STREAM = {"200": {"description": "Events.", "content": {"text/event-stream": {"schema": TEXT}}}}
BYTES = {"200": {"description": "Bytes.", "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}}
TOY = {
    "openapi": "3.1.0",
    "info": {"title": "Toys", "version": "1"},
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "security": [{"key": []}],
    "paths": {
        "/toys/{toy}": {
            "get": operation(
                "readToy",
                ECHO,
                parameters=[
                    parameter("path", "toy", TEXT),
                    parameter("query", "ids", {"type": "array", "items": NUMBER}),
                    parameter("query", "names", {"type": "array", "items": TEXT}, explode=False),
                    parameter("query", "deep", {"type": "boolean", "default": False}),
                    parameter("query", "level", {"enum": [1, 2]}),
                    parameter("query", "ratio", {"type": "number", "maximum": 1}),
                    parameter("query", "since", {"type": "string", "format": "date-time"}),
                    parameter("query", "day", {"type": "string", "format": "date"}),
                    parameter("query", "mixed", {"anyOf": [NUMBER, TEXT]}),
                    parameter("query", "none", {"type": ["integer", "null"]}),
                    parameter("header", "X-Trace", {"type": "array", "items": NUMBER}),
                    parameter("cookie", "session", TEXT, required=True),
                ],
            ),
            "put": operation("replaceToy", DONE, "image/png", {}, parameters=[parameter("path", "toy", NUMBER)]),
        },
        "/toys/all": {"get": operation("readAll", BYTES), "delete": operation("deleteAll", DONE)},
        "/events": {"get": operation("follow", STREAM)},
        "/chat": {"post": operation("chat", BOTH, "application/json", CHAT)},
        "/form": {"post": operation("fill", ECHO, "application/x-www-form-urlencoded", FORM)},
        "/upload": {"post": operation("upload", ECHO, "multipart/form-data", FILES)},
        "/list": {"post": operation("sum", ECHO, "application/json", {"type": "array", "items": COUNTS})},
        "/patch": {"patch": operation("patch", DONE, "application/json", {"type": "object", "properties": CHANGES})},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("toys")
    write(rendered({"en": TOY}, package="toy_api", client="Toys", environment="TOYS"), folder)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("toy_api.server")
    finally:
        sys.path.remove(str(folder))


@pytest.fixture
def seen() -> dict[str, Any]:
    """What a handler was given, by argument."""
    return {}


@pytest.fixture
def app(toys: ModuleType, seen: dict[str, Any]) -> Any:
    def echo(_self: Any, _context: Any, /, **arguments: Any) -> Any:
        seen.clear()
        seen.update(arguments)
        return toys.Plain({"seen": "yes"})

    def done(_self: Any, _context: Any, /, **arguments: Any) -> None:
        echo(_self, _context, **arguments)

    async def follow(_self: Any, _context: Any, /) -> AsyncIterator[Any]:
        yield toys.Event("one\ntwo", event="said", id="1")
        yield toys.Event({"three": 3})
        yield b": four\n\n"

    async def chat_stream(_self: Any, _context: Any, /, *, query: str) -> AsyncIterator[Any]:
        for word in query.split():
            yield toys.Event({"word": word} if word != "wrong" else {"wrong": "never sent"})

    async def read_all(_self: Any, _context: Any, /) -> bytes:
        return b"\x89PNG"

    methods: dict[str, Any] = {
        **dict.fromkeys(("read_toy", "fill", "upload", "sum_"), echo),
        **dict.fromkeys(("replace_toy", "patch", "delete_all"), done),
        "follow": follow,
        "chat": lambda _self, _context, /, *, query: toys.Plain({"word": query}),
        "chat_stream": chat_stream,
        "read_all": read_all,
        "authenticate": lambda _self, received: received.key,
    }
    return toys.create_app(type("Toys", (toys.Handlers,), methods)())


class TestAnyContract:
    def get(self, app: Any, query: str = "", *headers: tuple[str, str]) -> Answered:
        return call(app, "GET", f"/toys/bear?{query}", ("Cookie", "a=b; session=s1"), *headers)

    def test_parameters(self, app: Any, toys: ModuleType, seen: dict[str, Any]) -> None:
        assert self.get(app).json == {"seen": "yes"}
        unset = toys.Handlers.read_toy.__kwdefaults__["none"]
        absent = dict.fromkeys(["ids", "names", "level", "ratio", "since", "day", "mixed", "x_trace"])
        assert seen == {**absent, "toy": "bear", "deep": False, "none": unset, "session": "s1"}
        query = "ids=1&ids=-2&names=a,b%2Cc&deep=true&level=2&ratio=0.5&none=&mixed=x&day=2025-01-31"
        query += "&since=2025-01-31T12:00:00%2B02:00"
        assert self.get(app, query, ("X-Trace", "1, 2"), ("X-Trace", "3")).status == 200
        assert seen == {
            "toy": "bear", "ids": [1, -2], "names": ["a", "b", "c"], "deep": True, "level": 2, "ratio": 0.5,
            "since": datetime.datetime.fromisoformat("2025-01-31T12:00:00+02:00"), "day": datetime.date(2025, 1, 31),
            "mixed": "x", "none": None, "x_trace": [1, 2, 3], "session": "s1",
        }  # fmt: skip
        self.get(app, "mixed=7&none=5&ratio=1")
        assert (seen["mixed"], seen["none"], seen["ratio"]) == (7, 5, 1)

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("ids=x", "ids: must be an integer"), ("ids=1.5", "ids: must be an integer"),
            ("deep=1", "deep: must be true or false"), ("deep=True", "deep: must be true or false"),
            ("deep=true&deep=true", "deep: given more than once"), ("level=3", "level: must be 1 or 2"),
            ("ratio=1.5", "ratio: must be at most 1"), ("ratio=nan", "ratio: must be a number"),
            ("ratio=1e999", "ratio: must be a number"), ("ratio=.5", "ratio: must be a number"),
            ("since=1700000000", "since: must be a date and time of RFC 3339"),
            ("since=2025-01-31", "since: must be a date and time of RFC 3339"),
            ("since=2025-13-31T00:00:00Z", "since: must be a date and time of RFC 3339"),
            ("day=2025-01-31T00:00:00Z", "day: must be a date of RFC 3339"), ("none=x", "none: must be an integer"),
        ],
    )  # fmt: skip
    def test_a_parameter_that_does_not_fit(self, app: Any, query: str, message: str) -> None:
        refused = self.get(app, query)
        assert (refused.code, refused.json["message"]) == ((400, "invalid_param"), message)

    def test_a_header_and_a_cookie_that_do_not_fit(self, app: Any) -> None:
        assert self.get(app, "", ("X-Trace", "one")).json["message"] == "X-Trace: must be an integer"
        assert call(app, "GET", "/toys/bear").json["message"] == "session: is missing"
        twice = call(app, "GET", "/toys/bear", ("Cookie", "session=1; session=2"))
        assert twice.json["message"] == "session: given more than once"

    def test_a_path(self, app: Any, seen: dict[str, Any]) -> None:
        assert call(app, "GET", "/toys/a%2Fb%20%E7%86%8A", ("Cookie", "session=1")).status == 200
        assert seen["toy"] == "a/b 熊"
        assert call(app, "GET", "/toys/").code == (404, "not_found")
        assert call(app, "PUT", "/toys/x", ("Content-Type", "image/png")).json["message"] == "toy: must be an integer"
        assert call(app, "GET", "/toys/all").body == b"\x89PNG"  # a literal goes before a parameter
        assert call(app, "PATCH", "/toys/all").headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"

    def test_bytes(self, app: Any, seen: dict[str, Any]) -> None:
        done = call(app, "PUT", "/toys/7", ("Content-Type", "image/png"), body=b"\0\xff")
        assert (done.status, done.body, seen) == (204, b"", {"toy": 7, "body": b"\0\xff"})
        assert "content-length" not in done.headers
        assert call(app, "PUT", "/toys/7", ("Content-Type", "image/gif")).code == (415, "unsupported_media_type")
        assert call(app, "GET", "/toys/all").headers == {"content-type": "image/png", "content-length": "4"}

    def test_events(self, app: Any) -> None:
        answer = call(app, "GET", "/events")
        assert answer.headers == {"content-type": "text/event-stream"}
        expected = b'id: 1\nevent: said\ndata: one\ndata: two\n\ndata: {"three": 3}\n\n: four\n\n'
        assert answer.body == expected
        assert call(app, "HEAD", "/events").body == b""

    def test_a_choice_between_the_whole_and_a_stream(self, app: Any, caplog: pytest.LogCaptureFixture) -> None:
        whole = call(app, "POST", "/chat", JSON, **as_json({"query": "a b", "response_mode": "blocking"}))
        assert whole.json == {"word": "a b"}
        stream = call(app, "POST", "/chat", JSON, **as_json({"query": "a b", "response_mode": "streaming"}))
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.body == b'data: {"word": "a"}\n\ndata: {"word": "b"}\n\n'
        other = call(app, "POST", "/chat", JSON, **as_json({"query": "a b", "response_mode": "sung"}))
        assert other.code == (400, "invalid_param")
        with pytest.raises(ValueError, match="word"):  # the connection breaks off, so nobody takes it for the whole
            call(app, "POST", "/chat", JSON, **as_json({"query": "a wrong", "response_mode": "streaming"}))
        assert "an answer ended early" in caplog.text

    def test_a_form(self, app: Any, seen: dict[str, Any]) -> None:
        form = ("Content-Type", "application/x-www-form-urlencoded")
        body = b"title=a+b&size=2&tags=x&tags=y&data=%7B%22deep%22:true%7D&other=1"
        assert call(app, "POST", "/form", form, body=body).status == 200
        assert (seen["title"], seen["size"], seen["tags"], seen["data"].deep) == ("a b", 2, ["x", "y"], True)
        for wrong, message in (
            (b"", "title: is missing"), (b"title=a&title=b", "title: given more than once"),
            (b"title=a&size=0", "size: must be at least 1"), (b"title=a&data=%7B", "data: must be JSON"),
        ):  # fmt: skip
            assert call(app, "POST", "/form", form, body=wrong).json["message"] == message
        assert call(app, "POST", "/form", form, body=b"title=%FF").code == (400, "bad_request")

    def test_files(self, app: Any, seen: dict[str, Any], toys: ModuleType) -> None:
        binary = bytes(range(256)) + b"\r\n--x\r\n\r\n"
        request = httpx2.Request(
            "POST", "http://x/", data={"title": "é", "tags": ["1", "2"]},
            files=[("file", ("f.bin", binary, "image/png")), ("more", ("名.txt", b"")), ("more", ("2", b"2"))],
        )  # fmt: skip
        media = request.headers["content-type"]
        assert call(app, "POST", "/upload", ("Content-Type", media), body=request.read()).status == 200
        assert (seen["title"], seen["tags"], seen["size"]) == ("é", ["1", "2"], None)
        assert seen["file"] == toys.Upload(binary, "f.bin", "image/png")
        assert [(one.content, one.name) for one in seen["more"]] == [(b"", "名.txt"), (b"2", "2")]

    @pytest.mark.parametrize(
        ("media", "body"),
        [
            ("multipart/form-data", b""), ("multipart/form-data; boundary=x", b""),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\n"), ("multipart/form-data; boundary=x", b"junk\r\n--x--"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"),
        ],
    )  # fmt: skip
    def test_what_is_no_multipart_form(self, app: Any, media: str, body: bytes) -> None:
        assert call(app, "POST", "/upload", ("Content-Type", media), body=body).code == (400, "bad_request")

    def test_a_file_that_is_missing_or_sent_twice(self, app: Any) -> None:
        for files, message in ((["more"], "file: is missing"), (["file", "file"], "file: given more than once")):
            request = httpx2.Request("POST", "http://x/", files=[(name, ("n", b"1")) for name in files])
            sent = ("Content-Type", request.headers["content-type"])
            assert call(app, "POST", "/upload", sent, body=request.read()).json["message"] == message

    def test_a_body_that_is_no_object(self, app: Any, seen: dict[str, Any]) -> None:
        assert call(app, "POST", "/list", JSON, body=b'[{"a": 1}, {}]').status == 200
        assert seen == {"body": [{"a": 1}, {}]}
        refused = call(app, "POST", "/list", JSON, **as_json([{}, {KEY: "x"}]))
        assert (refused.code, refused.json["message"]) == ((400, "invalid_param"), "1: must be an integer")

    def test_absent_is_not_null(self, app: Any, toys: ModuleType, seen: dict[str, Any]) -> None:
        assert call(app, "PATCH", "/patch", JSON, body=b'{"type": null, "context": "c"}').status == 204
        assert seen == {"type_": None, "context": "c", "at": None}
        assert call(app, "PATCH", "/patch", JSON, body=b"{}").status == 204
        assert seen["type_"] is toys.Handlers.patch.__kwdefaults__["type_"] is not None
        for wrong in (b'{"context": null}', b'{"at": 1700000000}', b'{"at": "1700000000"}', b'{"type": 1}'):
            assert call(app, "PATCH", "/patch", JSON, body=wrong).code == (400, "invalid_param")

    def test_the_key_of_this_contract(self, app: Any, toys: ModuleType) -> None:
        assert toys.Received("GET", "/", headers=(("x-key", KEY),)).key == KEY
        assert toys.Received("GET", "/", headers=(("authorization", f"Bearer {KEY}"),)).key is None

    def test_the_life_of_an_application(self, app: Any) -> None:
        asked = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
        said: list[Any] = []

        async def receive() -> Any:
            return next(asked)

        async def send(message: Any) -> None:
            said.append(message["type"])

        asyncio.run(app({"type": "lifespan"}, receive, send))
        assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
