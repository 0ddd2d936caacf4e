"""The places of a request in which it differs from another, and the request with one of them as in the other.

A place is said as `path action`, `query limit`, `header Content-Type`, `header Authorization`, `body /ids/*` (a member
of a JSON body), `body /` (all of it) or `body` (what is no JSON).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote

from diglot.conform.binding.surface import Endpoint, Surface
from diglot.conform.wire.session import NOT_JSON, Request

_MAX_DEPTH = 8
_MOST_TEXTS = 50
_NAME = re.compile(r"\{([^{}]+)\}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def path_values(endpoint: Endpoint, path: str) -> Mapping[str, str]:
    """The values of the path parameters as they stand in a path; none where it is not one of the operation."""
    pattern = "".join(
        f"(?P<p{place // 2}>.*?)" if place % 2 else re.escape(part)
        for place, part in enumerate(_NAME.split(endpoint.path))
    )
    match = re.fullmatch(pattern, path, re.DOTALL)
    names = _NAME.findall(endpoint.path)
    return {name: match[f"p{place}"] for place, name in enumerate(names)} if match else {}


def differing(surface: Surface, endpoint: Endpoint, request: Request, baseline: Request) -> tuple[str, ...]:
    """The places in which a request differs from a valid one, those of the body last."""
    mine, theirs = path_values(endpoint, request.path), path_values(endpoint, baseline.path)
    places = [f"path {name}" for name in mine if mine[name] != theirs.get(name)]
    if not mine and request.path != baseline.path:
        places.append("path")
    sent, plain = _pairs(request), _pairs(baseline)
    places += [f"query {name}" for name in sorted(sent.keys() | plain.keys()) if sent.get(name) != plain.get(name)]
    if request.method != baseline.method:
        places.append("method")
    if request.credential.sent != baseline.credential.sent:
        places.append("header Authorization")
    if request.media_type != baseline.media_type and request.body is not None and baseline.body is not None:
        places.append("header Content-Type")
    mine_too, theirs_too = dict(request.headers), dict(baseline.headers)
    places += [f"header {name}" for name in sorted(mine_too | theirs_too) if mine_too.get(name) != theirs_too.get(name)]
    return (*places, *_in_body(surface, endpoint, request, baseline))


def restored(endpoint: Endpoint, request: Request, baseline: Request, place: str) -> Request:
    """The request with one place as it is in the valid one; the body is one place."""
    kind, _, name = place.partition(" ")
    if kind == "body":
        return replace(request, body=baseline.body, media_type=baseline.media_type)
    if kind == "path":
        values = {**path_values(endpoint, request.path), name: path_values(endpoint, baseline.path).get(name, "")}
        path = _NAME.sub(lambda match: values[match[1]], endpoint.path) if name else baseline.path
        return replace(request, path=path)
    if kind == "query":
        parts = [part for part in request.query.split("&") if _name_of(part) != name]
        parts += [part for part in baseline.query.split("&") if part and _name_of(part) == name]
        return replace(request, query="&".join(parts))
    if place == "header Authorization":
        return replace(request, credential=baseline.credential)
    if place == "header Content-Type":
        return replace(request, media_type=baseline.media_type)
    if kind == "header":
        headers = [pair for pair in request.headers if pair[0] != name] + [
            pair for pair in baseline.headers if pair[0] == name
        ]
        return replace(request, headers=tuple(headers))
    return replace(request, method=baseline.method)


def given(endpoint: Endpoint, request: Request) -> set[str]:
    """The texts that a request gives: values of its path and query, and texts in its JSON body."""
    values = {unquote(value) for value in path_values(endpoint, request.path).values()}
    values |= {value for _, value in parse_qsl(request.query, keep_blank_values=True)}
    return values | set(islice(_texts(document(request)), _MOST_TEXTS))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for held in value.values() if isinstance(value, dict) else value:
            yield from _texts(held)


def document(request: Request) -> Any:
    """The body as JSON; `NOT_JSON` where it is none."""
    try:
        return json.loads(request.body or b"")
    except (ValueError, RecursionError):
        return NOT_JSON


def _name_of(part: str) -> str:
    return next((name for name, _ in parse_qsl(part, keep_blank_values=True)), part)


def _pairs(request: Request) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for part in filter(None, request.query.split("&")):
        pairs.setdefault(_name_of(part), []).append(part)
    return pairs


def _in_body(surface: Surface, endpoint: Endpoint, request: Request, baseline: Request) -> Iterator[str]:
    if request.body == baseline.body:
        return
    body, valid = document(request), document(baseline)
    if body is NOT_JSON or endpoint.body is None:
        yield "body"
        return
    wrong = dict.fromkeys(misfits(surface, endpoint.body, body))
    yield from (f"body {place or '/'}" for place in (wrong or dict.fromkeys(_changed(body, valid))))


def misfits(surface: Surface, node: Any, value: Any, at: str = "", depth: int = 0) -> Iterator[str]:
    """The places of a body that its schema plainly forbids: types, missing members, listed values, ids."""
    schema = surface.schema(node)
    if depth > _MAX_DEPTH:
        return
    if not _fits(schema, value):
        yield at
        return
    if isinstance(value, dict):
        yield from (f"{at}/{name}" for name in schema.get("required") or () if name not in value)
        properties = schema.get("properties")
        for name, below in (properties if isinstance(properties, Mapping) else {}).items():
            if name in value:
                yield from misfits(surface, below, value[name], f"{at}/{name}", depth + 1)
    elif isinstance(value, list):
        for item in value[:50]:
            yield from misfits(surface, schema.get("items"), item, f"{at}/*", depth + 1)


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    types, choices = schema.get("type"), schema.get("enum")
    names = [types] if isinstance(types, str) else types if isinstance(types, list) else []
    if names and not any(_is_a(str(name), value) for name in names):
        return False
    if isinstance(choices, list) and value not in choices:
        return False
    return not (schema.get("format") == "uuid" and isinstance(value, str) and not _UUID.fullmatch(value))


def _is_a(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(name, (object,)))


def _changed(value: Any, other: Any, at: str = "") -> Iterator[str]:
    """Where two values differ, as far down as both have the same members."""
    if isinstance(value, dict) and isinstance(other, dict):
        for name in sorted(value.keys() | other.keys()):
            if name in value and name in other:
                yield from _changed(value[name], other[name], f"{at}/{name}")
            else:
                yield f"{at}/{name}"
    elif isinstance(value, list) and isinstance(other, list) and value != other:
        if not value or not other:
            yield f"{at}/*" if value else at
            return
        for one in value:
            yield from _changed(one, other[0], f"{at}/*")
        if len(value) != len(other):
            yield at
    elif value != other or type(value) is not type(other):
        yield at
