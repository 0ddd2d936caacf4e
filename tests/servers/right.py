"""Correct servers by "other authors": the same API from memory, without the reference server, with other choices.

Each obeys the pages and the shared reading of them, and decides otherwise where they leave a choice. `RIGHT` names
them all; none may ever be accused of anything.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import NAMESPACE_DNS, uuid5

from diglot.conform import Fixtures, MetadataField, OtherTenant
from diglot.conform.credentials import Secret
from diglot.serve import running
from servers.threads import threaded

Json = dict[str, Any]
Reply = tuple[int, dict[str, str], Json]
KEYS = {"Alpha-key-of-tests": "alpha", "Beta-key-of-tests": "beta"}
NAMES = (
    "Report",
    "notes.md",
    "Ünïcode naïve.txt",
    "50%_off.csv",
    "a.b.c",
    "合同 2024.pdf",
    "it's",
    "README",
    "x_y",
    "xzy",
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
INTEGER = re.compile(r"[0-9]{1,18}", re.ASCII)
STATES = ("queuing", "indexing", "paused", "error", "available", "disabled", "archived")
MIXED = (
    ("completed", True, False), ("completed", False, False), ("completed", True, True), ("waiting", True, False),
    ("cleaning", True, False), ("paused", True, False), ("error", True, False), ("completed", True, False),
)  # fmt: skip
FINISHED = (("completed", True, False), ("completed", True, False), ("completed", False, False))
ARCHIVED = (("completed", True, True), ("completed", False, True))


def uuid_of(*names: object) -> str:
    return str(uuid5(NAMESPACE_DNS, "/".join(map(str, names))))


DATASETS = {uuid_of(name): name for name in ("main", "other", "empty", "closed", "foreign")}
OWNERS = {"main": "alpha", "other": "alpha", "empty": "alpha", "closed": "alpha", "foreign": "beta"}
FIELDS = {
    uuid_of("field", name): (name, kind) for name, kind in (("tag", "string"), ("rank", "number"), ("day", "time"))
}


def known() -> Fixtures:
    """What the tests are told of these servers."""
    ids = {name: key for key, name in DATASETS.items()}
    alpha, beta = KEYS
    return Fixtures(
        token=Secret(alpha, "$ALPHA"),
        dataset=ids["main"],
        empty_dataset=ids["empty"],
        other_dataset=ids["other"],
        api_disabled_dataset=ids["closed"],
        other_tenant=OtherTenant(Secret(beta, "$BETA"), ids["foreign"]),
        metadata_fields=tuple(MetadataField(key, *named) for key, named in FIELDS.items()),
    )


class RefusedError(Exception):
    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.reply: Reply = (status, headers, {"code": code, "message": f"no: {code}", "status": status})


@dataclass
class Choices:
    """What an author may decide."""

    count: int = 130
    states: tuple[tuple[str, bool, bool], ...] = MIXED
    newest_first: bool = False
    body_first: bool = False
    upper_ids: bool = False
    floats: bool = False
    trims: bool = False
    shows_metadata: bool | None = True  # None: only where there is some
    extra: Json = field(default_factory=dict)
    touches: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    unknown_method: int = 405
    charset: str = ""
    malformed: int = 400
    seconds: float = 0.0
    a_second: int = 0
    busy: str = ""
    lacks: str = ""


class Books:
    """The API as a function of one request, under one lock."""

    def __init__(self, choices: Choices) -> None:
        self.choices, self.lock, self.clock = choices, threading.Lock(), 1_760_000_000
        sizes = {"main": choices.count, "other": 9, "empty": 0, "closed": 2, "foreign": 5}
        self.rows: dict[str, list[Json]] = {
            name: [self.row(name, number) for number in range(size)] for name, size in sizes.items()
        }
        self.ours: set[str] = set()
        self.random, self.served, self.window = random.Random(3), 0, (0.0, 0)

    def row(self, name: str, number: int) -> Json:
        state, enabled, archived = self.choices.states[number % len(self.choices.states)]
        off = state == "completed" and not enabled
        row = {
            "id": uuid_of(name, "document", number), "position": number + 1, "data_source_type": "upload_file",
            "data_source_info": None, "dataset_process_rule_id": None, "name": f"{NAMES[number % 10]} {number // 10}",
            "created_from": "web", "created_by": uuid_of("account"), "created_at": 1_750_000_000 + number, "tokens": 7,
            "indexing_status": state, "error": None, "enabled": enabled, "disabled_at": 1_755_000_000 if off else None,
            "disabled_by": uuid_of("account") if off else None, "archived": archived, "word_count": 0,
            "hit_count": 3, "doc_form": "text_model", "doc_metadata": {}, **self.choices.extra,
        }  # fmt: skip
        if self.choices.upper_ids:
            row["id"] = row["id"].upper()
        if self.choices.touches:
            row["updated_at"] = 1_750_000_000
        return row

    def __call__(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Reply:
        with self.lock:
            self.clock += 1
            self.served += 1
            if self.choices.busy:
                self.others()
            try:
                status, more, payload = self.answer(method, path, query, headers, body)
            except RefusedError as refusal:
                status, more, payload = refusal.reply
        media = "application/json" + self.choices.charset
        return status, {"content-type": media, **self.choices.headers, **more}, payload

    def others(self) -> None:
        """Other people at work, on other documents."""
        rows = self.rows["main"]
        theirs = [row for row in rows if row["id"] not in self.ours]
        one = self.random.choice(theirs)
        if "hits" in self.choices.busy:
            one["hit_count"] += 1
        if "states" in self.choices.busy and one["indexing_status"] == "completed":
            one["archived"] = not one["archived"]
        if "rows" in self.choices.busy and self.served % 5 == 0:
            rows.remove(one)
        if "rows" in self.choices.busy and self.served % 4 == 0:
            rows.append(self.row("main", 1000 + self.served))

    def limited(self) -> None:
        began, count = self.window
        now = time.monotonic()
        self.window = (began, count + 1) if now - began < 0.5 else (now, 1)
        if self.window[1] > self.choices.a_second:
            raise RefusedError(429, "too_many_requests", **{"retry-after": "1"})

    def answer(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Reply:
        if self.choices.a_second:
            self.limited()
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key not in KEYS:
            raise RefusedError(401, "unauthorized", **{"www-authenticate": 'Bearer realm="books"'})
        match = re.fullmatch(r"(?:/v1)?/datasets/([^/]+)/documents(?:/(metadata)|/status/([^/]+))?", path)
        if match is None or (match[2] and match[2] == self.choices.lacks):
            raise RefusedError(404, "not_found")
        allowed = "POST" if match[2] else "PATCH" if match[3] else "GET"
        if method != allowed:
            raise RefusedError(self.choices.unknown_method, "method_not_allowed", allow=allowed)
        if allowed == "GET":
            asked = self.asked(query) if self.choices.body_first else None
            rows = self.dataset(unquote(match[1]), KEYS[key])
            return self.listed(rows, asked or self.asked(query))
        read = partial(self.object, headers, body)
        given = read() if self.choices.body_first else None
        rows = self.dataset(unquote(match[1]), KEYS[key])
        given = given or read()
        return self.written(rows, given) if match[2] else self.acted(rows, unquote(match[3]), given)

    def dataset(self, key: str, tenant: str) -> list[Json]:
        name = DATASETS.get(key.lower())
        if name is None or OWNERS[name] != tenant:
            raise RefusedError(404, "not_found")
        if name == "closed":
            raise RefusedError(403, "forbidden")
        return self.rows[name]

    def asked(self, query: str) -> Json:
        try:
            given = dict(parse_qsl(query, keep_blank_values=True, errors="strict"))
        except ValueError:
            raise RefusedError(400, "invalid_param") from None
        numbers = {}
        for name, default in (("page", "1"), ("limit", "20")):
            text = given.get(name, default)
            if not re.fullmatch("[0-9]+", text, re.ASCII) or not int(text[:4000]):
                raise RefusedError(400, "invalid_param")
            numbers[name] = int(text[:4000])
        if given.get("status", "available") not in STATES:
            raise RefusedError(400, "invalid_param")
        return {**given, **numbers, "limit": min(numbers["limit"], 100)}

    def listed(self, rows: list[Json], asked: Json) -> Reply:
        keyword = asked.get("keyword", "").lower()
        keyword = keyword.strip() if self.choices.trims else keyword
        found = [row for row in rows if keyword in row["name"].lower()]
        if "status" in asked:
            found = [row for row in found if self.state(row) == asked["status"]]
        if self.choices.newest_first:
            found.reverse()
        page, limit = asked["page"], asked["limit"]
        data = [self.shown(row) for row in found[(page - 1) * limit : page * limit]]
        total = len(found)
        return 200, {}, {"data": data, "has_more": page * limit < total, "limit": limit, "total": total, "page": page}

    def state(self, row: Json) -> str:
        if row["indexing_status"] == "completed":
            return "archived" if row["archived"] else "available" if row["enabled"] else "disabled"
        return {"waiting": "queuing", "paused": "paused", "error": "error"}.get(row["indexing_status"], "indexing")

    def shown(self, row: Json) -> Json:
        held = [
            {"id": key, "name": FIELDS[key][0], "type": FIELDS[key][1], "value": value}
            for key, value in row["doc_metadata"].items()
        ]
        shows = self.choices.shows_metadata
        rest = {name: value for name, value in row.items() if name != "doc_metadata"}
        return {**rest, "display_status": self.state(row)} | (
            {"doc_metadata": held} if shows or (shows is None and held) else {}
        )

    def object(self, headers: dict[str, str], body: bytes) -> Json:
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise RefusedError(415, "unsupported_media_type")
        try:
            given = json.loads(body.decode())
            json.dumps(given, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            raise RefusedError(self.choices.malformed, "bad_request") from None
        self.require(isinstance(given, dict))
        return dict(given)

    def require(self, right: bool) -> None:
        if not right:
            raise RefusedError(self.choices.malformed, "invalid_param")

    def named(self, rows: list[Json], key: str) -> Json | None:
        self.ours.add(key)
        return next((row for row in rows if row["id"].lower() == key.lower()), None)

    def acted(self, rows: list[Json], action: str, given: Json) -> Reply:
        if action not in ("enable", "disable", "archive", "un_archive"):
            raise RefusedError(400, "invalid_action")
        ids = given.get("document_ids")
        self.require(isinstance(ids, list) and all(isinstance(key, str) and UUID.fullmatch(key) for key in ids))
        named = [self.named(rows, key) for key in ids or ()]
        if None in named:
            raise RefusedError(404, "not_found")
        targets = [row for row in named if row is not None]
        if action == "disable" and any(row["indexing_status"] != "completed" for row in targets):
            raise RefusedError(400, "invalid_action")
        for row in targets:
            if action == "disable" and row["enabled"]:
                row.update(enabled=False, disabled_at=self.clock, disabled_by=uuid_of("account"))
            elif action == "enable":
                row.update(enabled=True, disabled_at=None, disabled_by=None)
            elif action.endswith("archive"):
                row.update(archived=action == "archive")
            if self.choices.touches:
                row["updated_at"] = self.clock
        return 200, {}, {"result": "success"}

    def written(self, rows: list[Json], given: Json) -> Reply:
        operations = given.get("operation_data")
        self.require(isinstance(operations, list))
        work = []
        for one in operations or ():
            self.require(isinstance(one, dict) and isinstance(one.get("document_id"), str))
            listed, flag = one.get("metadata_list"), one.get("partial_update", False)
            self.require(isinstance(listed, list) and isinstance(flag, bool))
            values = dict(map(self.value, listed))
            row = self.named(rows, one["document_id"])
            self.require(row is not None and (not values or rows is self.rows["main"]))
            work.append((row, values, flag))
        for row, values, flag in work:
            assert row is not None
            row["doc_metadata"] = {**row["doc_metadata"], **values} if flag else values
        return 200, {}, {"result": "success"}

    def value(self, item: Any) -> tuple[str, Any]:
        self.require(isinstance(item, dict) and all(isinstance(item.get(name), str) for name in ("id", "name")))
        value = item.get("value")
        self.require(value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)))
        self.require(FIELDS.get(item["id"], (None,))[0] == item["name"])
        return item["id"], float(value) if self.choices.floats and isinstance(value, int) else value


def asgi(books: Books, pieces: int = 1) -> Any:
    """The API as an ASGI application; each answer is sent in so many pieces, chunked where there are several."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        if books.choices.seconds:
            await asyncio.sleep(books.choices.seconds)
        query = scope["query_string"].decode("latin-1")
        status, given, payload = books(scope["method"], scope["path"], query, headers, body)
        text = json.dumps(payload).encode()
        sent = [(name.encode(), value.encode()) for name, value in given.items()]
        if pieces == 1:
            sent.append((b"content-length", str(len(text)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": sent})
        size = -(-len(text) // pieces)
        for start in range(0, len(text), size):
            await send({"type": "http.response.body", "body": text[start : start + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


@contextmanager
def plain_http(books: Books, version: str) -> Iterator[str]:
    """The API on the standard library's server, HTTP/1.0 with one answer a connection or HTTP/1.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = version
        wbufsize = -1

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, given, payload = books(self.command, unquote(path), query, headers, body)
            text = json.dumps(payload, indent=1).encode()
            self.send_response(status)
            for name, value in {**given, "content-length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.serve)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with threaded(server) as url:
        yield url


Opened = Callable[[], Any]


def chosen(*, pieces: int = 1, **choices: Any) -> Opened:
    return lambda: running(asgi(Books(Choices(**choices)), pieces))


RIGHT: dict[str, Opened] = {
    "in memory": chosen(),
    "checks the body before the dataset": chosen(body_first=True, headers={"x-request-id": "1", "server": "books"}),
    "knows no other methods": chosen(unknown_method=404, headers={"vary": "accept"}),
    "charset and extra fields": chosen(charset="; charset=utf-8", extra={"tags": ["x"], "need_summary": True}),
    "stamps what it touches": chosen(touches=True, newest_first=True),
    "ids in upper case": chosen(upper_ids=True),
    "numbers are floats, keywords are trimmed": chosen(floats=True, trims=True),
    "no metadata shown": chosen(shows_metadata=False),
    "metadata shown where there is some": chosen(shows_metadata=None),
    "only finished": chosen(states=FINISHED, count=45),
    "only archived": chosen(states=ARCHIVED, count=30),
    "no document": chosen(count=0),
    "one document": chosen(count=1),
    "two documents": chosen(count=2),
    "exactly twenty": chosen(count=20),
    "exactly a hundred": chosen(count=100, newest_first=True),
    "three thousand": chosen(count=3000),
    "slow": chosen(seconds=0.03, count=30),
    "limits the rate": chosen(a_second=200, count=30),
    "chunked": chosen(pieces=3),
    "closes each connection": lambda: plain_http(Books(Choices()), "HTTP/1.0"),
    "the standard library's server": lambda: plain_http(Books(Choices(newest_first=True)), "HTTP/1.1"),
    "others read": chosen(busy="hits"),
    "others work": chosen(busy="hits states"),
    "others come and go": chosen(busy="rows hits", newest_first=True),
    "others do everything": chosen(busy="rows hits states", count=60),
}
