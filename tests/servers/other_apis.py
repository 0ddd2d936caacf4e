"""Correct servers of other, made-up APIs, in the styles of the field, each with its contract.

`Orders`: offset and limit, an envelope `{code, msg, data}`, the key in `X-API-Key`, integer ids, a cancel that writes.
`Events`: a cursor, plain arrays, no security, HEAD and OPTIONS, a search by POST, a time-stamp as text.
`Places`: page and size, the key in the query, a path parameter that nobody knows, 422 for what is invalid, 204.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

Json = dict[str, Any]
Said = tuple[int, Any, dict[str, str]]
ORDERS_KEY = "orders-key-of-tests"
PLACES_KEY = "places-key-of-tests"


def _schema(**properties: Any) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _json(schema: Json, description: str = "Yes.") -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _in(place: str, name: str, schema: Json) -> Json:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


_INT: Json = {"type": "integer"}
_TEXT: Json = {"type": "string"}


def _contract(title: str, paths: Json, **more: Json) -> Json:
    return {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": paths, **more}


# --- orders

_ORDER = _schema(id=_INT, state={"type": "string", "enum": ["open", "paid", "cancelled"]}, cents=_INT)


def _envelope(data: Json) -> Json:
    return _schema(code=_INT, msg=_TEXT, data=data)


_NO_ORDER = _json(_envelope({"type": "null"}), "No.")
ORDERS: Json = _contract(
    "Orders",
    {
        "/orders": {
            "get": {
                "parameters": [
                    _in("query", "offset", {**_INT, "minimum": 0, "default": 0}),
                    _in("query", "limit", {**_INT, "minimum": 1, "maximum": 50, "default": 10}),
                    _in("query", "state", _ORDER["properties"]["state"]),
                ],
                "responses": {
                    "200": _json(_envelope(_schema(items={"type": "array", "items": _ORDER}, total=_INT))),
                    "400": _NO_ORDER,
                    "401": _NO_ORDER,
                },
            }
        },
        "/orders/{id}": {
            "get": {
                "parameters": [_in("path", "id", {**_INT, "minimum": 1})],
                "responses": {"200": _json(_envelope(_ORDER)), "401": _NO_ORDER, "404": _NO_ORDER},
            }
        },
        "/orders/{id}/cancel": {
            "post": {
                "parameters": [_in("path", "id", {**_INT, "minimum": 1})],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": _schema(reason={**_TEXT, "minLength": 1})}},
                },
                "responses": {
                    "200": _json(_envelope(_ORDER)),
                    **dict.fromkeys(("400", "401", "404", "409", "415"), _NO_ORDER),
                },
            }
        },
    },
    components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}},
    security=[{"key": []}],
)


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    def one(self, name: str) -> str | None:
        return next((value for key, value in self.query if key == name), None)

    def number(self, name: str, default: int, least: int, most: int | None = None) -> int | None:
        """A number of the query; None where it is none or out of bounds."""
        text = self.one(name)
        if text is None:
            return default
        if not re.fullmatch("[0-9]{1,15}", text, re.ASCII):
            return None
        value = int(text)
        return value if value >= least and (most is None or value <= most) else None


class Orders:
    """The orders, and what is done with them."""

    states = ("open", "paid", "cancelled")

    def __init__(self) -> None:
        self.held = {
            number: {"id": number, "state": self.states[number % 3], "cents": number * 99} for number in range(1, 38)
        }

    def no(self, status: int, msg: str, **headers: str) -> Said:
        return status, {"code": status * 100, "msg": msg, "data": None}, headers

    def yes(self, data: Any) -> Said:
        return 200, {"code": 0, "msg": "ok", "data": data}, {}

    def listed(self, asked: Asked) -> Said:
        offset, limit = asked.number("offset", 0, 0), asked.number("limit", 10, 1, 50)
        state = asked.one("state")
        if offset is None or limit is None or state not in (None, *self.states):
            return self.no(400, "bad query")
        found = [order for order in self.held.values() if state in (None, order["state"])]
        return self.yes({"items": found[offset : offset + limit], "total": len(found)})

    def cancelled(self, asked: Asked, order: Json) -> Said:
        if asked.headers.get("content-type", "").partition(";")[0] != "application/json":
            return self.no(415, "send JSON")
        try:
            reason = json.loads(asked.body.decode())["reason"]
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return self.no(400, "bad body")
        if not isinstance(reason, str) or not reason:
            return self.no(400, "bad reason")
        if order["state"] != "open":
            return self.no(409, "not open")
        order["state"] = "cancelled"
        return self.yes(order)

    def __call__(self, asked: Asked) -> Said:
        if asked.headers.get("x-api-key") != ORDERS_KEY:
            return self.no(401, "no key", **{"www-authenticate": "ApiKey"})
        match = re.fullmatch(r"/orders(?:/([^/]+)(/cancel)?)?", asked.path)
        if match is None:
            return self.no(404, "no such path")
        allowed = "POST" if match[2] else "GET"
        if asked.method != allowed:
            return self.no(405, "no such method", allow=allowed)
        if match[1] is None:
            return self.listed(asked)
        number = unquote(match[1])
        order = self.held.get(int(number)) if re.fullmatch("[0-9]{1,9}", number, re.ASCII) else None
        if order is None:
            return self.no(404, "no such order")
        return self.cancelled(asked, order) if match[2] else self.yes(order)


# --- events

_EVENT = _schema(id=_TEXT, kind=_TEXT, at={"type": "string", "format": "date-time"})
_PROBLEM = {
    "description": "No.",
    "content": {"application/problem+json": {"schema": _schema(title=_TEXT, status=_INT)}},
}
EVENTS: Json = _contract(
    "Events",
    {
        "/events": {
            "get": {
                "parameters": [
                    _in("query", "cursor", _TEXT),
                    _in("query", "limit", {**_INT, "minimum": 1, "maximum": 100, "default": 25}),
                ],
                "responses": {
                    "200": _json(_schema(data={"type": "array", "items": _EVENT}, next={"type": ["string", "null"]})),
                    "4XX": _PROBLEM,
                },
            },
            "head": {"responses": {"200": {"description": "Yes."}, "4XX": {"description": "No."}}},
        },
        "/kinds": {"get": {"responses": {"200": _json({"type": "array", "items": _TEXT}), "4XX": _PROBLEM}}},
        "/events/search": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "additionalProperties": False,
                                "properties": {"kind": _TEXT, "first": {**_INT, "minimum": 1, "maximum": 100}},
                            }
                        }
                    },
                },
                "responses": {"200": _json({"type": "array", "items": _EVENT}), "default": _PROBLEM},
            }
        },
    },
)


class Events:
    """What happened, never changed."""

    kinds = ("created", "moved", "gone")

    def __init__(self) -> None:
        self.held = [
            {"id": f"e{number:04}", "kind": self.kinds[number % 3], "at": f"2026-11-{number % 28 + 1:02}T00:00:00Z"}
            for number in range(90)
        ]
        self.routes: dict[str, dict[str, Callable[[Asked], Said]]] = {
            "/events": {"GET": self.listed, "HEAD": lambda _: (200, None, {})},
            "/kinds": {"GET": lambda _: (200, list(self.kinds), {}), "HEAD": lambda _: (200, None, {})},
            "/events/search": {"POST": self.searched},
        }

    def no(self, status: int, title: str, **headers: str) -> Said:
        return status, {"title": title, "status": status}, {"content-type": "application/problem+json", **headers}

    def listed(self, asked: Asked) -> Said:
        limit, cursor = asked.number("limit", 25, 1, 100), asked.one("cursor")
        places = {one["id"]: place for place, one in enumerate(self.held)}
        if limit is None or (cursor and cursor not in places):
            return self.no(400, "bad query")
        start = places[cursor] if cursor else 0
        rest = self.held[start + limit :]
        return 200, {"data": self.held[start : start + limit], "next": rest[0]["id"] if rest else None}, {}

    def searched(self, asked: Asked) -> Said:
        if asked.headers.get("content-type", "").partition(";")[0] != "application/json":
            return self.no(415, "send JSON")
        try:
            body = json.loads(asked.body.decode())
        except (ValueError, RecursionError):
            return self.no(400, "bad JSON")
        if not isinstance(body, dict) or body.keys() - {"kind", "first"} or not isinstance(body.get("kind", ""), str):
            return self.no(422, "bad body")
        first = body.get("first", 100)
        if isinstance(first, bool) or not isinstance(first, int | float) or first not in range(1, 101):
            return self.no(422, "bad first")
        return 200, [one for one in self.held if body.get("kind") in (None, one["kind"])][: int(first)], {}

    def __call__(self, asked: Asked) -> Said:
        route = self.routes.get(asked.path)
        if route is None:
            return self.no(404, "no such path")
        allowed = ", ".join((*route, "OPTIONS"))
        if asked.method == "OPTIONS":
            return 204, None, {"allow": allowed}
        if asked.method not in route:
            return self.no(405, "no such method", allow=allowed)
        return route[asked.method](asked)


# --- places

_PLACE = _schema(id=_INT, name=_TEXT, pos={"type": "array", "items": {"type": "number"}})
_WHY = _json({"type": "object"}, "No.")
PLACES: Json = _contract(
    "Places",
    {
        "/regions/{region}/places": {
            "parameters": [_in("path", "region", _TEXT)],
            "get": {
                "parameters": [
                    _in("query", "page", {**_INT, "minimum": 1, "default": 1}),
                    _in("query", "size", {**_INT, "minimum": 1, "maximum": 200, "default": 50}),
                    _in("query", "bbox", {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}),
                ],
                "responses": {
                    "200": _json(_schema(results={"type": "array", "items": _PLACE}, count=_INT, page=_INT)),
                    **dict.fromkeys(("401", "404", "422"), _WHY),
                },
            },
        },
        "/places/{place}": {
            "delete": {
                "parameters": [_in("path", "place", _INT)],
                "responses": {"204": {"description": "Gone."}, **dict.fromkeys(("401", "404", "422"), _WHY)},
            }
        },
    },
    components={"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}},
    security=[{"key": []}],
)


class Places:
    """The places of one region."""

    def __init__(self) -> None:
        self.held = {
            number: {"id": number, "name": f"Place {number}", "pos": [number / 2, 1]} for number in range(1, 121)
        }

    def no(self, status: int, why: str, **headers: str) -> Said:
        return status, {"detail": [{"msg": why}]}, headers

    def listed(self, asked: Asked) -> Said:
        page, size = asked.number("page", 1, 1), asked.number("size", 50, 1, 200)
        box = ",".join(value for key, value in asked.query if key == "bbox")
        if page is None or size is None or not re.fullmatch(r"(-?[0-9.e+-]+(,-?[0-9.e+-]+){3})?", box):
            return self.no(422, "bad query")
        rows = list(self.held.values())
        return 200, {"results": rows[(page - 1) * size : page * size], "count": len(rows), "page": page}, {}

    def __call__(self, asked: Asked) -> Said:
        if asked.one("key") != PLACES_KEY:
            return self.no(401, "no key", **{"www-authenticate": "Key"})
        match = re.fullmatch(r"/regions/([^/]+)/places|/places/([^/]+)", asked.path)
        if match is None:
            return self.no(404, "no such path")
        allowed = "GET" if match[1] else "DELETE"
        if asked.method != allowed:
            return self.no(405, "no such method", allow=allowed)
        if match[1]:
            return self.listed(asked) if match[1] == "north" else self.no(404, "no such region")
        if not re.fullmatch("-?[0-9]{1,9}", match[2], re.ASCII):
            return self.no(422, "bad id")
        return (204, None, {}) if self.held.pop(int(match[2]), None) else self.no(404, "no such place")


def served(answer: Callable[[Asked], Said]) -> Any:
    """Any of these as an ASGI application, below `/v1`."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, message = b"", {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        path = scope["raw_path"].decode("latin-1").removeprefix("/v1")
        status, payload, more = answer(Asked(scope["method"], path, query, headers, body))
        sent = {"content-type": "application/json", **more} if payload is not None else more
        pairs = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": b"" if payload is None else json.dumps(payload).encode()})

    return app
