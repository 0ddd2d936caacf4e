"""A WSGI application with Werkzeug's routes and pydantic's models, one answer a connection.

Its choices: numbers and UUIDs are whatever pydantic takes for one (`1.0`, ` 5`, `+5`, UUIDs without hyphens); the body
is checked before the dataset is looked for, and the query too; an unknown query parameter is ignored, the first of
repeated ones counts; every check of a shape is 400; a page of more than two billion is 400; a keyword of more than 500
characters is 400; more than 100 rows in one call is 400; numbers come back as floats, and time values too; HEAD is
answered, and so is OPTIONS, without a key, as browsers ask it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from servers import threads
from servers.authors.world import ACCOUNT, DATASETS, FIELDS, KEYS, OWNERS, SIZES, Json, records

_ROUTES = Map(
    [
        Rule("/v1/datasets/<dataset>/documents", endpoint="list", methods=["GET"]),
        Rule("/v1/datasets/<dataset>/documents/metadata", endpoint="write", methods=["POST"]),
        Rule("/v1/datasets/<dataset>/documents/status/<action>", endpoint="act", methods=["PATCH"]),
    ],
    strict_slashes=False,
    merge_slashes=False,
)
Status = Literal["queuing", "indexing", "paused", "error", "available", "disabled", "archived"]


class Question(BaseModel):
    page: int = Field(1, ge=1, le=2_000_000_000)
    limit: int = Field(20, ge=1)
    keyword: str = Field("", max_length=500)
    status: Status | None = None


class Ids(BaseModel):
    document_ids: list[UUID] = Field(max_length=100)


class Value(BaseModel):
    id: UUID
    name: StrictStr
    value: StrictStr | StrictInt | StrictFloat | None = None


class Entry(BaseModel):
    document_id: UUID
    metadata_list: list[Value]
    partial_update: StrictBool = False


class Entries(BaseModel):
    operation_data: list[Entry] = Field(max_length=100)


class StopError(Exception):
    def __init__(self, status: int, code: str, message: str = "", **headers: str) -> None:
        super().__init__(code)
        self.status, self.headers = status, headers
        self.body = {"code": code, "message": message or code, "status": status, "params": None}


class Office:
    """The application."""

    def __init__(self, count: int) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, list[Json]] = {
            name: records(name, count if name == "main" else SIZES[name]) for name in DATASETS.values()
        }

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        if request.method == "OPTIONS":
            headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "authorization"}
            return Response(b"", 200, {**headers, "Allow": "GET, HEAD, PATCH, POST, OPTIONS"})(environ, start)
        try:
            with self.lock:
                status, body, headers = 200, self.answer(request, environ), {}
        except StopError as stop:
            status, body, headers = stop.status, stop.body, stop.headers
        except HTTPException as problem:
            response = problem.get_response(environ)
            status = response.status_code
            code = (problem.name or "error").lower().replace(" ", "_")
            body = {"code": code, "message": problem.description, "status": status}
            headers = {"Allow": response.headers["Allow"]} if "Allow" in response.headers else {}
        text = json.dumps(body, ensure_ascii=False)
        response = Response(text, status, mimetype="application/json")
        response.headers.extend({name.replace("_", "-"): value for name, value in headers.items()})
        response.headers["X-Version"] = "1.9.0"
        response.headers["X-Env"] = "PRODUCTION"
        return response(environ, start)

    def answer(self, request: Request, environ: Any) -> Json:
        auth = request.authorization
        tenant = KEYS.get(auth.token or "") if auth and auth.type == "bearer" else None
        if tenant is None:
            raise StopError(401, "unauthorized", "Access token is invalid", WWW_Authenticate="Bearer")
        endpoint, found = _ROUTES.bind_to_environ(environ).match()
        if endpoint == "list":
            question = self.checked(Question, {name: values[0] for name, values in request.args.lists()})
            return self.listed(self.dataset(found["dataset"], tenant), question)
        body = self.body(request)
        if endpoint == "write":
            entries = self.checked(Entries, body)
            return self.written(self.dataset(found["dataset"], tenant), entries)
        if found["action"] not in ("enable", "disable", "archive", "un_archive"):
            raise StopError(400, "invalid_action")
        ids = self.checked(Ids, body)
        return self.acted(self.dataset(found["dataset"], tenant), found["action"], ids)

    def checked(self, model: Any, given: Any) -> Any:
        try:
            return model.model_validate(given)
        except ValidationError as error:
            place = ".".join(map(str, error.errors()[0]["loc"]))
            raise StopError(400, "invalid_param", f"{place}: {error.errors()[0]['msg']}") from None

    def body(self, request: Request) -> Any:
        if request.mimetype != "application/json":
            raise StopError(415, "unsupported_media_type")
        try:
            given = json.loads(request.get_data().decode())
            json.dumps(given, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise StopError(400, "bad_request", "Failed to decode JSON object") from None
        return given

    def dataset(self, key: str, tenant: str) -> str:
        try:
            name = DATASETS[str(UUID(key))]
        except (ValueError, KeyError):
            raise StopError(404, "not_found", "Dataset not found.") from None
        if OWNERS[name] != tenant:
            raise StopError(404, "not_found", "Dataset not found.")
        if name == "closed":
            raise StopError(403, "forbidden", "Dataset api access is not enabled.")
        return name

    def display(self, row: Json) -> str:
        match row["indexing_status"], row["archived"], row["enabled"]:
            case ("paused" | "error") as state, _, _:
                return str(state)
            case "completed", archived, enabled:
                return "archived" if archived else "available" if enabled else "disabled"
        return "queuing" if row["indexing_status"] == "waiting" else "indexing"

    def listed(self, dataset: str, asked: Question) -> Json:
        size = min(asked.limit, 100)
        found = [
            row
            for row in self.rows[dataset]
            if asked.keyword.casefold() in row["name"].casefold() and asked.status in (None, self.display(row))
        ]
        found.sort(key=lambda row: (-row["created_at"], row["id"]))
        data = [self.shown(row) for row in found[(asked.page - 1) * size : asked.page * size]]
        rest = {"total": len(found), "page": asked.page, "limit": size}
        return {**rest, "data": data, "has_more": asked.page * size < len(found)}

    def shown(self, row: Json) -> Json:
        return {
            "id": row["id"], "position": row["position"], "data_source_type": "website_crawl", "data_source_info": {},
            "data_source_detail_dict": {}, "dataset_process_rule_id": None, "name": row["name"], "created_from": "web",
            "created_by": ACCOUNT, "created_at": float(row["created_at"]), "tokens": 0.0,
            "indexing_status": row["indexing_status"], "error": None, "enabled": row["enabled"],
            "disabled_at": row["disabled_at"], "disabled_by": row["disabled_by"], "archived": row["archived"],
            "display_status": self.display(row), "word_count": 1, "hit_count": 0, "doc_form": "hierarchical_model",
            "doc_metadata": [
                {"id": key, "name": FIELDS[key][0], "type": FIELDS[key][1], "value": value}
                for key, value in row["values"].items()
            ],
            "summary_index_status": "done",
        }  # fmt: skip

    def named(self, dataset: str, key: UUID, status: int) -> Json:
        found = next((row for row in self.rows[dataset] if row["id"] == str(key)), None)
        if found is None:
            raise StopError(status, "not_found" if status == 404 else "invalid_param", "Document not found.")
        return found

    def acted(self, dataset: str, action: str, ids: Ids) -> Json:
        rows = [self.named(dataset, key, 404) for key in ids.document_ids]
        if action == "disable" and any(row["indexing_status"] != "completed" for row in rows):
            raise StopError(400, "invalid_action", "Document is not completed.")
        for row in rows:
            if action == "disable" and row["enabled"]:
                row.update(enabled=False, disabled_at=int(time.time()), disabled_by=ACCOUNT)
            elif action == "enable":
                row.update(enabled=True, disabled_at=None, disabled_by=None)
            elif action.endswith("archive"):
                row["archived"] = action == "archive"
        return {"result": "success"}

    def written(self, dataset: str, entries: Entries) -> Json:
        work = []
        for one in entries.operation_data:
            row, values = self.named(dataset, one.document_id, 400), {}
            for item in one.metadata_list:
                if dataset != "main" or FIELDS.get(str(item.id), (None,))[0] != item.name:
                    raise StopError(400, "invalid_param", "Metadata field not found.")
                value = item.value
                values[str(item.id)] = float(value) if isinstance(value, int) else value
            work.append((row, values, one.partial_update))
        for row, values, partial_update in work:
            row["values"] = {**row["values"], **values} if partial_update else values
        return {"result": "success"}


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@contextmanager
def typed(count: int = 64, wait: Callable[[], None] = lambda: None, threaded: bool = True) -> Iterator[str]:
    """The server on a free port; it does `wait` before each answer, and one request at a time if not `threaded`."""
    office = Office(count)

    def app(environ: Any, start: Any) -> Any:
        wait()
        return office(environ, start)

    server = make_server("127.0.0.1", 0, app, threaded=threaded, request_handler=_Quiet)
    with threads.threaded(server) as url:
        yield url
