"""What can change around the operations between two versions: security, servers, the document itself, its prose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.rules.rule import Rule
from diglot.core.rules.structure import pair, versions_rule

_KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}


def _oauth(**more: Any) -> dict[str, Any]:
    flow: dict[str, Any] = {"authorizationUrl": "https://a.example/auth", "tokenUrl": "https://a.example/token"}
    flow |= {"scopes": {"read": "Read."}, **more}
    return _schemes(login={"type": "oauth2", "flows": {"authorizationCode": flow}})


def _schemes(**named: Any) -> dict[str, Any]:
    return {"components": {"securitySchemes": named}}


def _security() -> Iterator[Rule]:
    one: dict[str, Any] = {"security": [{"key": []}]}
    two: dict[str, Any] = {"security": [{"key": []}, {"login": []}]}
    none: dict[str, Any] = {"security": []}
    yield from pair(("api-security-removed", "error"), ("api-security-added", "note"), two, one)
    yield versions_rule("api-security-became-required", "error", none, one)
    yield versions_rule("api-security-became-optional", "note", one, none)
    wide = {"security": [{"login": ["read"]}]}
    strict = {"security": [{"login": ["read", "write"]}]}
    yield from pair(("api-security-scope-removed", "note"), ("api-security-scope-added", "error"), strict, wide)
    key, none = _schemes(key=_KEY), _schemes()
    removed, added = "api-security-component-removed", "api-security-component-added"
    yield from pair((removed, "note"), (added, "note"), key, none, slot="document")
    basic = _schemes(key={"type": "http", "scheme": "basic"})
    yield versions_rule("api-security-component-type-changed", "error", key, basic, slot="document")
    formatted = _schemes(key={"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    bearer = _schemes(key={"type": "http", "scheme": "bearer"})
    yield versions_rule("api-security-component-changed", "note", bearer, formatted, slot="document")
    flow, moved = _oauth(), _oauth(authorizationUrl="https://b.example/auth")
    yield versions_rule("api-security-component-oauth-url-changed", "warning", flow, moved, slot="document")
    moved = _oauth(tokenUrl="https://b.example/token")
    yield versions_rule("api-security-component-oauth-token-url-changed", "warning", flow, moved, slot="document")
    more = _oauth(scopes={"read": "Read.", "write": "Write."})
    removed, added = "api-security-component-oauth-scope-removed", "api-security-component-oauth-scope-added"
    yield from pair((removed, "warning"), (added, "note"), more, flow, slot="document")


def _document() -> Iterator[Rule]:
    two = {"servers": [{"url": "https://a.example"}, {"url": "https://b.example"}]}
    one = {"servers": [{"url": "https://a.example"}]}
    yield from pair(("api-server-removed", "warning"), ("api-server-added", "note"), two, one)
    first, second = ({"info": {"title": "Books", "version": version}} for version in ("1.0.0", "2.0.0"))
    yield versions_rule("api-version-changed", "note", first, second, slot="document")
    licensed = {"info": {"title": "Books", "version": "1.0.0", "license": {"name": "MIT"}}}
    yield versions_rule("api-info-changed", "note", first, licensed, slot="document")
    other = {"components": {"schemas": {"Book": {"type": "string"}}}}
    known = {"components": {"schemas": {"Book": {"type": "object"}}}}
    unknown: dict[str, Any] = {"components": {"schemas": {}}}
    yield from pair(("api-schema-removed", "note"), ("api-schema-added", "note"), known, unknown, slot="document")
    yield versions_rule("api-schema-changed", "note", known, other, slot="document")


def _prose() -> Iterator[Rule]:
    one, other = {"description": "Lists books."}, {"description": "Lists all books."}
    yield from pair(("text-removed", "note"), ("text-added", "note"), one, {})
    yield versions_rule("text-changed", "note", one, other)
    ten, twenty, none = (
        {"parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", **more}}]}
        for more in ({"examples": [10]}, {"examples": [20]}, {})
    )
    yield from pair(("example-removed", "note"), ("example-added", "note"), ten, none)
    yield versions_rule("example-changed", "note", ten, twenty)
    one, other = {"x-badge": "beta"}, {"x-badge": "stable"}
    yield from pair(("extension-removed", "note"), ("extension-added", "note"), one, {})
    yield versions_rule("extension-changed", "note", one, other)
    link = {"externalDocs": {"url": "https://a.example/docs"}}
    yield versions_rule("external-docs-changed", "note", {}, link)


DOCUMENT: tuple[Rule, ...] = (*_security(), *_document(), *_prose())
