"""Another, much smaller API: the books of a library, in pages of `per_page`, right and wrong."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]
_BOOK = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {"id": {"type": "integer"}, "title": {"type": "string"}},
}
_PAGE = {
    "type": "object",
    "required": ["items", "total", "page", "per_page"],
    "properties": {
        "items": {"type": "array", "items": _BOOK},
        **{name: {"type": "integer"} for name in ("total", "page", "per_page")},
    },
}
_ERROR = {"description": "No.", "content": {"application/json": {"schema": {"type": "object"}}}}


def _answer(schema: Json) -> Json:
    return {"description": "Yes.", "content": {"application/json": {"schema": schema}}}


def _query(name: str, default: int, **limits: int) -> Json:
    schema = {"type": "integer", "default": default, "minimum": 1, **limits}
    return {"name": name, "in": "query", "schema": schema}


SPEC: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Library", "version": "1"},
    "paths": {
        "/books": {
            "get": {
                "parameters": [_query("page", 1), _query("per_page", 10, maximum=50)],
                "responses": {"200": _answer(_PAGE), "400": _ERROR},
            }
        },
        "/books/{book}": {
            "get": {
                "parameters": [{"name": "book", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {"200": _answer(_BOOK), "404": _ERROR},
            }
        },
    },
}
FAULTY = {
    "total of the page": "total-wrong",
    "pages overlap": "pages-overlap-or-gap",
    "default differs": "page-default-differs",
    "takes zero": "invalid-input-accepted",
    "title missing": "response-schema-violated",
    "breaks past the end": "server-error",
}
BOOKS = [{"id": number, "title": f"Volume {number}"} for number in range(1, 64)]


def _listed(query: str, fault: str) -> tuple[int, Json]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    page, size = given.get("page", "1"), given.get("per_page", "9" if fault == "default differs" else "10")
    if not all(re.fullmatch("[0-9]{1,9}", text, re.ASCII) for text in (page, size)):
        return 400, {"error": "not a number"}
    number, most = int(page), int(size)
    if fault == "takes zero":
        number, most = max(number, 1), max(most, 1)
    if number < 1 or not 1 <= most <= 50:
        return 400, {"error": "out of range"}
    start = (number - 1) * most - (fault == "pages overlap" and number > 1)
    items = BOOKS[start : start + most]
    if fault == "breaks past the end" and not items:
        return 500, {}
    if fault == "title missing":
        items = [{"id": book["id"]} for book in items]
    total = len(items) if fault == "total of the page" else len(BOOKS)
    return 200, {"items": items, "total": total, "page": number, "per_page": most}


def _one(path: str) -> tuple[int, Json]:
    book = next((book for book in BOOKS if path == f"/books/{book['id']}"), None)
    return (200, book) if book else (404, {"error": "no such book"})


def library(fault: str = "") -> Any:
    """The API as an ASGI application, below `/v1`, right or wrong in one way."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"].removeprefix("/v1")
        headers = [(b"content-type", b"application/json")]
        if scope["method"] != "GET":
            status, body = 405, {"error": "only GET"}
            headers.append((b"allow", b"GET"))
        elif path == "/books":
            status, body = _listed(scope["query_string"].decode("latin-1"), fault)
        else:
            status, body = _one(path)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    return app
