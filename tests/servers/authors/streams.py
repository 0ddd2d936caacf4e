"""On bare asyncio streams, HTTP/1.1 written by hand, plain objects in a list, newest first.

Its choices: each second answer is chunked, each ninth closes the connection, an idle connection is closed after 50 ms;
the dataset is looked at before the body; whatever `int()` reads is a number; the last of repeated parameters counts; an
empty status is refused; keywords are trimmed, normalized and case-folded; built-in entries always stand in
`doc_metadata`; only GET, POST and PATCH are known, another method is 405 before the path is looked at; ids are shown in
upper case and taken in any; JSON is indented; everything is stamped with `updated_at`.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from servers.authors.world import ACCOUNT, DATASETS, FIELDS, KEYS, OWNERS, SIZES, Json, record, records

_DISPLAYS = ("queuing", "indexing", "paused", "error", "available", "disabled", "archived")
_ROUTE = re.compile(r"/v1/datasets/([^/]*)/documents(/metadata|/status/[^/]*)?")
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
_MOST = 1_000_000


class DeniedError(Exception):
    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.status, self.headers = status, headers
        self.body = {"status": status, "code": code, "message": code.replace("_", " ").title(), "request_id": "r-1"}


def plain(text: str) -> str:
    """What two texts have in common that a reader takes for the same."""
    return unicodedata.normalize("NFC", text).casefold()


@dataclass
class Paper:
    """One document."""

    id: str
    name: str
    made: int
    state: str
    enabled: bool
    archived: bool
    disabled: tuple[int, str] | None
    values: dict[str, Any]
    place: int
    touched: float = 0

    @property
    def display(self) -> str:
        if self.state == "completed":
            return "archived" if self.archived else "available" if self.enabled else "disabled"
        return {"waiting": "queuing", "paused": "paused", "error": "error"}.get(self.state, "indexing")

    def shown(self) -> Json:
        at, by = self.disabled or (None, None)
        own = [
            {"id": key, "name": FIELDS[key][0], "type": FIELDS[key][1], "value": value}
            for key, value in self.values.items()
        ]
        built_in = [
            {"id": "built-in", "name": "document_name", "type": "string", "value": self.name},
            {"id": "built-in", "name": "uploader", "type": "string", "value": "ada"},
            {"id": "built-in", "name": "upload_date", "type": "time", "value": self.made},
        ]
        return {
            "id": self.id.upper(), "position": self.place, "data_source_type": "notion_import",
            "data_source_info": None, "dataset_process_rule_id": None, "name": self.name, "created_from": "web",
            "created_by": ACCOUNT, "created_at": self.made, "updated_at": self.touched, "tokens": 0,
            "indexing_status": self.state, "error": None, "enabled": self.enabled, "disabled_at": at, "disabled_by": by,
            "archived": self.archived, "display_status": self.display, "word_count": 1, "hit_count": 1,
            "doc_form": "text_model", "doc_metadata": own + built_in, "links": {"self": f"/documents/{self.id}"},
        }  # fmt: skip


def paper(given: Json) -> Paper:
    off = (given["disabled_at"], given["disabled_by"]) if given["disabled_at"] else None
    return Paper(
        given["id"], given["name"], given["created_at"], given["indexing_status"], given["enabled"], given["archived"],
        off, dict(given["values"]), given["position"],
    )  # fmt: skip


@dataclass
class Archive:
    """The data and the API over it; `lock` is for those who work on it beside the server."""

    count: int = 64
    seconds: float = 0.0
    built_in: bool = True
    recent_first: bool = False
    lock: Any = field(default_factory=threading.Lock)
    answered: int = 0

    def __post_init__(self) -> None:
        self.papers = {
            name: [paper(one) for one in records(name, self.count if name == "main" else SIZES[name])]
            for name in DATASETS.values()
        }
        self.next = self.count

    # what others do

    def add(self) -> None:
        self.next += 1
        made = paper(record("main", self.next))
        made.state, made.enabled, made.archived = "waiting", True, False
        self.papers["main"].append(made)

    # the API

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Json:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        tenant = KEYS.get(key.strip()) if scheme.lower() == "bearer" else None
        if tenant is None:
            raise DeniedError(401, "unauthorized", www_authenticate='Bearer realm="archive", error="invalid_token"')
        if method not in ("GET", "POST", "PATCH"):
            raise DeniedError(405, "method_not_allowed", allow=self.allowed(target))
        path, _, query = target.partition("?")
        route = _ROUTE.fullmatch(path)
        if route is None:
            raise DeniedError(404, "route_not_found")
        dataset, rest = unquote(route[1]), route[2] or ""
        if method != self.allowed(target):
            raise DeniedError(405, "method_not_allowed", allow=self.allowed(target))
        rows = self.rows(dataset, tenant)
        if not rest:
            return self.listed(rows, query)
        given = self.object(headers, body)
        if rest == "/metadata":
            self.write(rows, given.get("operation_data"), dataset)
        else:
            self.act(rows, unquote(rest.removeprefix("/status/")), given.get("document_ids"))
        return {"result": "success"}

    def allowed(self, target: str) -> str:
        path = target.partition("?")[0]
        return "POST" if path.endswith("/metadata") else "PATCH" if "/status/" in path else "GET"

    def rows(self, dataset: str, tenant: str) -> list[Paper]:
        try:
            name = DATASETS[str(uuid.UUID(dataset))]
        except (ValueError, KeyError):
            raise DeniedError(404, "dataset_not_found") from None
        if OWNERS[name] != tenant:
            raise DeniedError(404, "dataset_not_found")
        if name == "closed":
            raise DeniedError(403, "dataset_api_disabled")
        return self.papers[name]

    def listed(self, rows: list[Paper], query: str) -> Json:
        try:
            asked = dict(parse_qsl(query, keep_blank_values=True, errors="strict"))
            page, limit = int(asked.get("page") or 1), int(asked.get("limit") or 20)
        except ValueError:
            raise DeniedError(400, "invalid_param") from None
        status = asked.get("status")
        if page < 1 or limit < 1 or (status is not None and status not in _DISPLAYS):
            raise DeniedError(400, "invalid_param")
        rows = sorted(rows, key=lambda one: one.touched) if self.recent_first else rows
        word, limit = plain(asked.get("keyword", "").strip()), min(limit, 100)
        found = [
            one for one in reversed(rows) if (not word or word in plain(one.name)) and status in (None, one.display)
        ]
        first = (page - 1) * limit
        data = [one.shown() for one in found[first : first + limit]]
        if not self.built_in:
            for one in data:
                one["doc_metadata"] = one["doc_metadata"][:-3]
        return {"data": data, "total": len(found), "page": page, "limit": limit, "has_more": first + limit < len(found)}

    def object(self, headers: dict[str, str], body: bytes) -> Json:
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise DeniedError(415, "unsupported_media_type", accept="application/json")
        try:
            given = json.loads(body.decode())
            json.dumps(given, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise DeniedError(400, "malformed_json") from None
        if not isinstance(given, dict):
            raise DeniedError(400, "invalid_param")
        return given

    def one(self, rows: list[Paper], key: Any, status: int) -> Paper:
        if not isinstance(key, str):
            raise DeniedError(400, "invalid_param")
        found = next((one for one in rows if one.id == key.lower()), None)
        if found is None:
            raise DeniedError(status, "document_not_found")
        return found

    def act(self, rows: list[Paper], action: str, ids: Any) -> None:
        if action not in ("enable", "disable", "archive", "un_archive"):
            raise DeniedError(400, "invalid_action")
        if not isinstance(ids, list):
            raise DeniedError(400, "invalid_param")
        named = [self.one(rows, key, 404) for key in ids]
        if action == "disable" and any(one.state != "completed" for one in named):
            raise DeniedError(400, "invalid_action")
        for one in named:
            one.touched = time.time()
            if action == "disable":
                one.disabled = one.disabled if not one.enabled else (int(time.time()), ACCOUNT)
                one.enabled = False
            elif action == "enable":
                one.enabled, one.disabled = True, None
            else:
                one.archived = action == "archive"

    def write(self, rows: list[Paper], given: Any, dataset: str) -> None:
        if not isinstance(given, list):
            raise DeniedError(400, "invalid_param")
        work = []
        for one in given:
            flag = one.get("partial_update", False) if isinstance(one, dict) else None
            if (
                not isinstance(one, dict)
                or not isinstance(one.get("metadata_list"), list)
                or not isinstance(flag, bool)
            ):
                raise DeniedError(400, "invalid_param")
            work.append((self.one(rows, one.get("document_id"), 400), self.values(one["metadata_list"], rows), flag))
        for row, values, flag in work:
            row.values = {**row.values, **values} if flag else values
            row.touched = time.time()

    def values(self, items: list[Any], rows: list[Paper]) -> Json:
        values = {}
        for item in items:
            if not isinstance(item, dict) or not isinstance(item.get("id"), str):
                raise DeniedError(400, "invalid_param")
            known, value = FIELDS.get(item["id"].lower()), item.get("value")
            if known is None or known[0] != item.get("name") or rows is not self.papers["main"]:
                raise DeniedError(400, "unknown_field")
            if isinstance(value, bool | list | dict) or (isinstance(value, str) and len(value) > 10_000):
                raise DeniedError(400, "invalid_param")
            values[item["id"].lower()] = value
        return values


async def _talk(archive: Archive, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        wait = 0.5
        while True:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), wait)
            wait = 0.05
            first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
            method, target, _ = first.split(" ", 2)
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            body = await _body(reader, headers)
            if archive.seconds:
                await asyncio.sleep(archive.seconds)
            archive.answered += 1
            ends = archive.answered % 9 == 0 or headers.get("connection") == "close"
            writer.write(_said(archive, method, target, headers, body, ends))
            await writer.drain()
            if ends:
                return
    except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
        return
    finally:
        writer.close()


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") == "chunked":
        parts = []
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(parts)
    return await reader.readexactly(int(headers.get("content-length", 0)))


def _said(archive: Archive, method: str, target: str, headers: dict[str, str], body: bytes, ends: bool) -> bytes:
    status, more, given = 200, {}, {}
    with archive.lock:
        try:
            if len(body) > _MOST:
                raise DeniedError(413, "content_too_large")
            given = archive.answer(method, target, headers, body)
        except DeniedError as denied:
            status, more, given = denied.status, denied.headers, denied.body
    text = json.dumps(given, indent=2, sort_keys=True).encode() + b"\n"
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'No')}", "Content-Type: application/json; charset=utf-8"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    lines += ["Connection: close"] if ends else ["Keep-Alive: timeout=0"]
    if archive.answered % 2:
        half = len(text) // 2
        lines.append("Transfer-Encoding: chunked")
        text = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (text[:half], text[half:], b""))
    else:
        lines.append(f"Content-Length: {len(text)}")
    if method == "HEAD":
        text = b""
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + text


@contextmanager
def streams(archive: Archive | None = None) -> Iterator[str]:
    """The server on a free port, in a loop of its own."""
    served, loop = archive or Archive(), asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(lambda *ends: _talk(served, *ends), "127.0.0.1", 0, limit=1 << 22)

    server = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        while waiting := asyncio.all_tasks(loop):  # each ends by its own time-out
            loop.run_until_complete(asyncio.wait(waiting))
        loop.close()
