"""On the standard library alone: `http.server` over an SQLite file, SQL for every question, messages in Chinese.

Its choices: the path is looked at before the method, the body before the dataset; numbers are ASCII digits only; an
empty keyword or status is as good as none; the first of repeated parameters counts; HEAD is answered; a trailing slash
is another path; no charset; positions order the list.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from servers.authors.world import ACCOUNT, DATASETS, FIELDS, KEYS, OWNERS, SIZES, Json, records
from servers.threads import threaded

_TABLES = """
CREATE TABLE document (id TEXT PRIMARY KEY, dataset TEXT, position INT, name TEXT, created_at INT, state TEXT,
    enabled INT, archived INT, disabled_at INT, disabled_by TEXT);
CREATE TABLE value (document TEXT, field TEXT, json TEXT, PRIMARY KEY (document, field));
CREATE INDEX by_dataset ON document (dataset, position);
CREATE VIEW shown AS SELECT *, CASE state
    WHEN 'waiting' THEN 'queuing' WHEN 'paused' THEN 'paused' WHEN 'error' THEN 'error'
    WHEN 'completed' THEN CASE WHEN archived THEN 'archived' WHEN enabled THEN 'available' ELSE 'disabled' END
    ELSE 'indexing' END AS display FROM document;
"""
_DISPLAYS = {"queuing", "indexing", "paused", "error", "available", "disabled", "archived"}
_SQL = {
    "enable": "enabled = 1, disabled_at = NULL, disabled_by = NULL",
    "disable": f"disabled_at = CASE WHEN enabled THEN strftime('%s') + 0 ELSE disabled_at END,"
    f" disabled_by = CASE WHEN enabled THEN '{ACCOUNT}' ELSE disabled_by END, enabled = 0",
    "archive": "archived = 1",
    "un_archive": "archived = 0",
}


class NoError(Exception):
    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(code)
        self.status, self.headers = status, headers
        self.body = {"code": code, "message": message, "status": status}


def _fields(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        try:
            texts = [unquote_to_bytes(text.replace("+", " ")).decode() for text in (name, value)]
        except UnicodeDecodeError:
            raise NoError(400, "invalid_param", "查询字符串不是 UTF-8。") from None
        found.setdefault(*texts)
    return found


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise NoError(400, "invalid_param", f"{name} 必须是正整数。")
    return min(int(text[:18]) if len(text) <= 18 else 10**12, 10**12)


class Shelf:
    """The data, one connection a thread of SQLite under one lock."""

    def __init__(self, file: Path, count: int) -> None:
        self.lock = threading.Lock()
        self.base = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self.base.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;" + _TABLES)
        self.base.create_function("holds", 2, lambda text, part: part in text, deterministic=True)
        self.base.create_function("low", 1, str.casefold, deterministic=True)
        self.base.execute("BEGIN")
        for dataset in DATASETS.values():
            for row in records(dataset, count if dataset == "main" else SIZES[dataset]):
                values = row.pop("values")
                row["state"] = row.pop("indexing_status")
                names = ", ".join(row)
                marks = ", ".join("?" * (len(row) + 1))
                self.base.execute(f"INSERT INTO document ({names}, dataset) VALUES ({marks})", [*row.values(), dataset])
                for field, value in values.items():
                    self.base.execute("INSERT INTO value VALUES (?, ?, ?)", (row["id"], field, json.dumps(value)))
        self.base.execute("COMMIT")

    def listed(self, dataset: str, query: str) -> Json:
        asked = _fields(query)
        page, limit = _number(asked.get("page", "1"), "page"), min(_number(asked.get("limit", "20"), "limit"), 100)
        where, given = "dataset = ?", [dataset]
        if asked.get("keyword"):
            where += " AND holds(low(name), ?)"
            given.append(asked["keyword"].casefold())
        if asked.get("status"):
            if asked["status"] not in _DISPLAYS:
                raise NoError(400, "invalid_param", "status 不在允许的取值之列。")
            where += " AND display = ?"
            given.append(asked["status"])
        total = self.base.execute(f"SELECT count(*) FROM shown WHERE {where}", given).fetchone()[0]
        rows = self.base.execute(
            "SELECT id, position, name, created_at, state, enabled, archived, disabled_at, disabled_by, display"
            f" FROM shown WHERE {where} ORDER BY position LIMIT ? OFFSET ?",
            [*given, limit, (page - 1) * limit],
        ).fetchall()
        more = page * limit < total
        return {
            "page": page,
            "limit": limit,
            "total": total,
            "has_more": more,
            "data": [self.shown(row) for row in rows],
        }

    def shown(self, row: Any) -> Json:
        key, position, name, created, state, enabled, archived, at, by, display = row
        held = self.base.execute("SELECT field, json FROM value WHERE document = ? ORDER BY field", [key]).fetchall()
        return {
            "doc_metadata": [
                {"id": field, "name": FIELDS[field][0], "type": FIELDS[field][1], "value": json.loads(value)}
                for field, value in held
            ],
            "id": key, "name": name, "position": position, "data_source_type": "upload_file",
            "data_source_info": {"upload_file_id": key}, "data_source_detail_dict": {}, "dataset_process_rule_id": key,
            "created_from": "api", "created_by": ACCOUNT, "created_at": created, "tokens": 0, "indexing_status": state,
            "error": "解析失败" if state == "error" else None, "enabled": bool(enabled), "disabled_at": at,
            "disabled_by": by, "archived": bool(archived), "display_status": display, "word_count": 12, "hit_count": 0,
            "doc_form": "qa_model", "summary_index_status": None, "need_summary": False,
        }  # fmt: skip

    def row(self, dataset: str, key: str) -> Any:
        found = self.base.execute("SELECT state FROM document WHERE dataset = ? AND id = ?", [dataset, key.lower()])
        return found.fetchone()

    def acted(self, dataset: str, action: str, ids: list[str]) -> None:
        rows = [self.row(dataset, key) for key in ids]
        if None in rows:
            raise NoError(404, "not_found", "文档不存在。")
        if action == "disable" and any(state != "completed" for (state,) in rows):
            raise NoError(400, "invalid_action", "文档尚未完成索引。")
        for key in ids:
            self.base.execute(f"UPDATE document SET {_SQL[action]} WHERE id = ?", [key.lower()])

    def written(self, dataset: str, entries: list[Json]) -> None:
        for one in entries:
            if self.row(dataset, one["document_id"]) is None:
                raise NoError(400, "invalid_param", "文档不属于该知识库。")
            if not one.get("partial_update", False):
                self.base.execute("DELETE FROM value WHERE document = ?", [one["document_id"].lower()])
            for item in one["metadata_list"]:
                field = FIELDS.get(item["id"].lower())
                if field is None or field[0] != item["name"] or dataset != "main":
                    raise NoError(400, "invalid_param", "元数据字段不存在。")
                value = json.dumps(item.get("value"))
                key = (one["document_id"].lower(), item["id"].lower(), value)
                self.base.execute("INSERT OR REPLACE INTO value VALUES (?, ?, ?)", key)


def _checked_ids(body: Json) -> list[str]:
    ids = body.get("document_ids")
    if not isinstance(ids, list) or not all(isinstance(key, str) for key in ids):
        raise NoError(400, "invalid_param", "document_ids 必须是字符串数组。")
    return ids


def _checked_entries(body: Json) -> list[Json]:
    entries = body.get("operation_data")
    good = isinstance(entries, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("document_id"), str)
        and isinstance(one.get("metadata_list"), list)
        and isinstance(one.get("partial_update", False), bool)
        and all(
            isinstance(item, dict)
            and isinstance(item.get("id"), str)
            and isinstance(item.get("name"), str)
            and not isinstance(item.get("value"), bool | list | dict)
            for item in one["metadata_list"]
        )
        for one in entries
    )
    if not good or not isinstance(entries, list):
        raise NoError(400, "invalid_param", "operation_data 的结构不正确。")
    return entries


class Desk(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize, disable_nagle_algorithm = -1, True
    server_version, sys_version = "知识库".encode().decode("latin-1"), ""

    def __init__(self, shelf: Shelf, *given: Any) -> None:
        self.shelf = shelf
        super().__init__(*given)

    def version_string(self) -> str:
        return "Shelf/0.1"

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            with self.shelf.lock:
                self.say(200, self.answer(body), {})
        except NoError as no:
            self.say(no.status, no.body, no.headers)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = do_TRACE = serve  # noqa: N815

    def say(self, status: int, body: Json, headers: dict[str, str]) -> None:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def answer(self, body: bytes) -> Json:
        scheme, _, key = (self.headers.get("Authorization") or "").partition(" ")
        tenant = KEYS.get(key) if scheme == "Bearer" else None
        if tenant is None:
            raise NoError(401, "unauthorized", "访问令牌无效。", WWW_Authenticate="Bearer")
        path, _, query = self.path.partition("?")
        match path.split("/"):
            case ["", "v1", "datasets", dataset, "documents"]:
                allowed, work = "GET, HEAD", partial(self.shelf.listed, query=query)
            case ["", "v1", "datasets", dataset, "documents", "metadata"]:
                allowed, work = "POST", partial(self.wrote, body=body)
            case ["", "v1", "datasets", dataset, "documents", "status", action]:
                allowed, work = "PATCH", partial(self.acted, action=action, body=body)
            case _:
                raise NoError(404, "not_found", "没有这样的路径。")
        if self.command not in allowed:
            raise NoError(405, "method_not_allowed", "不支持该方法。", Allow=allowed)
        return work(self.dataset(dataset, tenant))

    def dataset(self, key: str, tenant: str) -> str:
        name = DATASETS.get(key.lower())
        if name is None or OWNERS[name] != tenant:
            raise NoError(404, "not_found", "知识库不存在。")
        if name == "closed":
            raise NoError(403, "forbidden", "该知识库的 API 访问已停用。")
        return name

    def object(self, body: bytes) -> Json:
        if self.headers.get_content_type() != "application/json" or "Content-Type" not in self.headers:
            raise NoError(415, "unsupported_media_type", "请以 application/json 发送。")
        try:
            given = json.loads(body.decode("utf-8"), parse_constant=self.never)
            json.dumps(given, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise NoError(400, "bad_request", "请求体不是有效的 JSON。") from None
        if not isinstance(given, dict):
            raise NoError(400, "invalid_param", "请求体必须是对象。")
        return given

    def never(self, name: str) -> Any:
        raise ValueError(name)

    def acted(self, dataset: str, action: str, body: bytes) -> Json:
        if action not in _SQL:
            raise NoError(400, "invalid_action", "未知操作。")
        ids = _checked_ids(self.object(body))
        return self.whole(partial(self.shelf.acted, dataset, action, ids))

    def wrote(self, dataset: str, body: bytes) -> Json:
        entries = _checked_entries(self.object(body))
        return self.whole(partial(self.shelf.written, dataset, entries))

    def whole(self, work: Any) -> Json:
        self.shelf.base.execute("BEGIN")
        try:
            work()
        except BaseException:
            self.shelf.base.execute("ROLLBACK")
            raise
        self.shelf.base.execute("COMMIT")
        return {"result": "success"}

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def tables(count: int = 64) -> Iterator[str]:
    """The server on a free port, its data in a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder) / "shelf.db", count)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Desk, shelf))
        try:
            with threaded(server) as url:
                yield url
        finally:
            shelf.base.close()
