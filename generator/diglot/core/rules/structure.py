"""What can change around the schemas between two versions: operations, parameters, bodies, responses, headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.rules.rule import Breaks, Example, Rule, Severity, Speaks

_TEXT = {"type": "string"}
_JSON = "application/json"
_BOOK = {_JSON: {"schema": {"type": "object"}}}


def versions_rule(
    name: str,
    severity: Severity,
    before: Any,
    after: Any,
    speaks: Speaks = "structure",
    breaks: Breaks = "nobody",
    slot: str = "operation",
) -> Rule:
    """A rule about two versions; an error breaks callers unless it says otherwise."""
    who: Breaks = "callers" if severity == "error" and breaks == "nobody" else breaks
    return Rule(name, "versions", severity, speaks, who, change=name, example=Example(before, after, slot))


def pair(
    removed: tuple[str, Severity],
    added: tuple[str, Severity],
    full: Any,
    empty: Any,
    speaks: Speaks = "structure",
    slot: str = "operation",
) -> Iterator[Rule]:
    """What one version has and the other has not, in both directions."""
    yield versions_rule(*removed, full, empty, speaks, slot=slot)
    yield versions_rule(*added, empty, full, speaks, slot=slot)


def _path(group: str, path: str, method: str, **more: Any) -> dict[str, Any]:
    return {group: {path: {method: {**more, "responses": {"200": {"description": "OK"}}}}}}


def _operations() -> Iterator[Rule]:
    gone: dict[str, Any] = {"paths": {}}
    there = _path("paths", "/shelves", "get")
    removed, added = "api-removed-without-deprecation", "endpoint-added"
    yield from pair((removed, "error"), (added, "note"), there, gone, slot="document")
    there = _path("paths", "/shelves", "get", deprecated=True)
    yield versions_rule("api-removed-with-deprecation", "note", there, gone, slot="document")
    there = _path("paths", "/shelves", "get", deprecated=True, **{"x-sunset": "2999-12-31"})
    yield versions_rule("api-removed-before-sunset", "error", there, gone, slot="document")
    there, gone = _path("webhooks", "bookLent", "post"), {"webhooks": {}}
    yield from pair(("webhook-removed", "error"), ("webhook-added", "note"), there, gone, slot="document")
    marked: dict[str, Any] = {"deprecated": True}
    yield from pair(("endpoint-reactivated", "note"), ("endpoint-deprecated", "note"), marked, {})
    named = {"operationId": "listBooks"}
    yield from pair(("api-operation-id-removed", "warning"), ("api-operation-id-added", "note"), named, {})
    yield versions_rule("api-operation-id-changed", "warning", named, {"operationId": "getBooks"})
    yield from pair(("api-tag-removed", "note"), ("api-tag-added", "note"), {"tags": ["Books"]}, {"tags": []})
    event = {"post": {"responses": {"200": {"description": "OK"}}}}
    sent = {"callbacks": {"lent": {"{$request.body#/url}": event}}}
    yield from pair(("api-callback-removed", "warning"), ("api-callback-added", "note"), sent, {})


def _parameter(**more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}, **more}]}


def _parameters() -> Iterator[Rule]:
    none: dict[str, Any] = {"parameters": []}
    required, optional = _parameter(required=True), _parameter()
    yield versions_rule("new-required-request-parameter", "error", none, required, "request")
    yield versions_rule("new-optional-request-parameter", "note", none, optional, "request", "servers")
    in_path = {"parameters": [{"name": "shelf_id", "in": "path", "required": True, "schema": _TEXT}]}
    yield versions_rule("new-request-path-parameter", "error", none, in_path, "request")
    one, other = (
        _path("paths", f"/shelves/{{{name}}}", "get", parameters=[{"name": name, "in": "path", "required": True}])
        for name in ("id", "shelf_id")
    )
    yield versions_rule("request-parameter-renamed", "note", one, other, "request", slot="document")
    yield versions_rule("request-parameter-removed", "warning", optional, none, "request", "callers")
    marked = _parameter(deprecated=True)
    yield versions_rule("request-parameter-removed-with-deprecation", "note", marked, none, "request", "callers")
    yield versions_rule("request-parameter-became-required", "error", optional, required, "request")
    yield versions_rule("request-parameter-became-optional", "note", required, optional, "request", "servers")
    reactivated, deprecated = "request-parameter-reactivated", "request-parameter-deprecated"
    yield from pair((reactivated, "note"), (deprecated, "note"), marked, optional, "request")
    for member, before, after in (
        ("style", "form", "spaceDelimited"),
        ("explode", True, False),
        ("allow-reserved", False, True),
        ("allow-empty-value", False, True),
    ):
        first, _, rest = member.partition("-")
        keyword = first + rest.title().replace("-", "")
        listed = {"explode": False, "schema": {"type": "array", "items": _TEXT}}
        fixed = {**listed, keyword: before}, {**listed, keyword: after}
        one, other = (_parameter(**members) for members in fixed)
        yield versions_rule(f"request-parameter-{member}-changed", "error", one, other, "request")
    content = {"parameters": [{"name": "limit", "in": "query", "content": {_JSON: {"schema": {"type": "integer"}}}}]}
    yield versions_rule("request-parameter-content-changed", "error", optional, content, "request")
    bare = {"parameters": [{"name": "limit", "in": "query"}]}
    added, removed = "request-parameter-schema-added", "request-parameter-schema-removed"
    yield from pair((removed, "note"), (added, "warning"), optional, bare, "request")


def _body(content: Any = None, **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": _BOOK if content is None else content, **more}}


def _bodies() -> Iterator[Rule]:
    optional, required = _body(), _body(required=True)
    yield versions_rule("request-body-added-required", "error", {}, required, "request")
    yield versions_rule("request-body-added-optional", "note", {}, optional, "request", "servers")
    yield versions_rule("request-body-removed", "error", optional, {}, "request")
    yield versions_rule("request-body-became-required", "error", optional, required, "request")
    yield versions_rule("request-body-became-optional", "note", required, optional, "request", "servers")
    both = _body({**_BOOK, "text/csv": {"schema": _TEXT}})
    removed, added = "request-body-media-type-removed", "request-body-media-type-added"
    yield from pair((removed, "error"), (added, "note"), both, optional, "request")
    bare = _body({_JSON: {}})
    removed, added = "request-body-media-type-schema-removed", "request-body-media-type-schema-added"
    yield from pair((removed, "note"), (added, "error"), optional, bare, "request")
    files = (
        {"multipart/form-data": {"encoding": {"file": {"contentType": kind}}}} for kind in ("image/png", "image/*")
    )
    one, other = (_body(each) for each in files)
    yield versions_rule("request-body-encoding-changed", "warning", one, other, "request", "callers")


def _response(status: str = "200", **more: Any) -> dict[str, Any]:
    return {"responses": {status: {"description": "OK", **more}}}


def _responses() -> Iterator[Rule]:
    full = {"responses": {**_response()["responses"], **_response("201")["responses"]}}
    removed, added = "response-success-status-removed", "response-success-status-added"
    yield from pair((removed, "error"), (added, "note"), full, _response(), "response")
    full = {"responses": {**_response()["responses"], **_response("409")["responses"]}}
    removed, added = "response-non-success-status-removed", "response-non-success-status-added"
    yield from pair((removed, "note"), (added, "note"), full, _response(), "response")
    both, one = _response(content={**_BOOK, "text/csv": {"schema": _TEXT}}), _response(content=_BOOK)
    removed, added = "response-media-type-removed", "response-media-type-added"
    yield from pair((removed, "error"), (added, "note"), both, one, "response")
    bare = _response(content={_JSON: {}})
    removed, added = "response-body-media-type-schema-removed", "response-body-media-type-schema-added"
    yield from pair((removed, "warning"), (added, "note"), one, bare, "response")
    one, other = (_response(links={"book": {"operationId": name}}) for name in ("getBook", "readBook"))
    yield from pair(("response-link-removed", "note"), ("response-link-added", "note"), one, _response(), "response")
    yield versions_rule("response-link-changed", "note", one, other, "response")


def _header(**more: Any) -> dict[str, Any]:
    return _response(headers={"X-Total": {"schema": {"type": "integer"}, **more}})


def _headers() -> Iterator[Rule]:
    required, optional, none = _header(required=True), _header(), _response()
    yield versions_rule("required-response-header-removed", "error", required, none, "response")
    yield versions_rule("optional-response-header-removed", "warning", optional, none, "response", "callers")
    yield versions_rule("response-header-added", "note", none, optional, "response", "servers")
    yield versions_rule("response-header-became-optional", "error", required, optional, "response")
    yield versions_rule("response-header-became-required", "note", optional, required, "response", "servers")
    marked = _header(deprecated=True)
    reactivated, deprecated = "response-header-reactivated", "response-header-deprecated"
    yield from pair((reactivated, "note"), (deprecated, "note"), marked, optional, "response")
    bare = _response(headers={"X-Total": {}})
    removed, added = "response-header-schema-removed", "response-header-schema-added"
    yield from pair((removed, "warning"), (added, "note"), optional, bare, "response")


STRUCTURE: tuple[Rule, ...] = (*_operations(), *_parameters(), *_bodies(), *_responses(), *_headers())
