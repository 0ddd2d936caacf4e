"""The shape of an OpenAPI document as a table: which object stands where, and which of its members hold prose.

Roles are the object names of the OpenAPI Specification 3.1 (https://spec.openapis.org/oas/v3.1.1). A member that the
table does not list (an example value, an enum, an extension) has the role `value`: nothing in it is prose or structure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.pointer import join
from diglot.core.tree import Mark, mark_of

# role -> member -> role of the member; "*" stands for any other member (a map), "[x]" for a list of x, "{x}" for a map.
_SCHEMA_MEMBERS = {
    **dict.fromkeys(("items", "not", "if", "then", "else", "contains", "propertyNames"), "schema"),
    **dict.fromkeys(("additionalProperties", "unevaluatedItems", "unevaluatedProperties"), "schema"),
    **dict.fromkeys(("allOf", "oneOf", "anyOf", "prefixItems"), "[schema]"),
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), "{schema}"),
    "externalDocs": "docs",
}
GRAMMAR: dict[str, dict[str, str]] = {
    "document": {
        "info": "info",
        "servers": "[server]",
        "tags": "[tag]",
        "paths": "{path}",
        "webhooks": "{path}",
        "components": "components",
        "externalDocs": "docs",
    },
    "info": {},
    "server": {"variables": "{variable}"},
    "variable": {},
    "tag": {"externalDocs": "docs"},
    "docs": {},
    "path": {
        "servers": "[server]",
        "parameters": "[parameter]",
        **dict.fromkeys(
            ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query"),
            "operation",
        ),
    },
    "operation": {
        "parameters": "[parameter]",
        "requestBody": "body",
        "responses": "{response}",
        "callbacks": "{callback}",
        "servers": "[server]",
        "externalDocs": "docs",
    },
    "callback": {"*": "path"},
    "parameter": {"schema": "schema", "content": "{media}", "examples": "{example}"},
    "body": {"content": "{media}"},
    "response": {"headers": "{header}", "content": "{media}", "links": "{link}"},
    "header": {"schema": "schema", "content": "{media}", "examples": "{example}"},
    "link": {"server": "server"},
    "media": {"schema": "schema", "examples": "{example}", "encoding": "{encoding}"},
    "encoding": {"headers": "{header}"},
    "example": {},
    "schema": _SCHEMA_MEMBERS,
    "components": {
        "schemas": "{schema}",
        "responses": "{response}",
        "parameters": "{parameter}",
        "examples": "{example}",
        "requestBodies": "{body}",
        "headers": "{header}",
        "securitySchemes": "{security}",
        "links": "{link}",
        "callbacks": "{callback}",
        "pathItems": "{path}",
    },
    "security": {"flows": "flows"},
    "flows": {"*": "flow"},
    "flow": {},
    "value": {},
}
PROSE: dict[str, frozenset[str]] = {
    "info": frozenset({"title", "summary", "description"}),
    "schema": frozenset({"title", "description"}),
    "example": frozenset({"summary", "description"}),
    "path": frozenset({"summary", "description"}),
    "operation": frozenset({"summary", "description"}),
    **{
        role: frozenset({"description"})
        for role in ("server", "variable", "tag", "docs", "parameter", "body", "response", "header", "link", "security")
    },
}
DOCUMENTATION: dict[str, frozenset[str]] = {
    "example": frozenset({"value", "externalValue"}),
    "schema": frozenset({"examples", "example"}),
    "docs": frozenset({"url"}),
    **dict.fromkeys(("parameter", "header", "media"), frozenset({"example"})),
}


def role_of(role: str, key: str) -> str:
    """The role of member `key` of an object of `role`; lists and maps of objects have roles like `[schema]`."""
    if role[0] == "[":
        return role[1:-1]
    if role[0] == "{":
        return role[1:-1]
    members = GRAMMAR[role]
    return members.get(key) or ("value" if key.startswith("x-") else members.get("*", "value"))


def is_prose(role: str, key: str) -> bool:
    """Whether member `key` of an object of `role` is text for readers, in the language of the page."""
    return key in PROSE.get(role, ())


def is_documentation(role: str, key: str) -> bool:
    """Whether member `key` of an object of `role` is an example, a link or an extension: for readers alone."""
    return key in DOCUMENTATION.get(role, ()) or (key.startswith("x-") and role_of(role, key) == "value")


def walk_roles(
    node: Any, role: str = "document", pointer: str = "", mark: Mark | None = None
) -> Iterator[tuple[str, Any, str, Mark | None]]:
    """Every object, list and map that the table knows, parents first: (JSON Pointer, value, role, mark).

    A node of the role `value` is given once, its inside is not entered.
    """
    yield pointer, node, role, mark
    if role == "value":
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk_roles(value, role_of(role, key), join(pointer, key), mark_of(node, key) or mark)
    elif isinstance(node, list) and role[0] == "[":
        for index, value in enumerate(node):
            yield from walk_roles(value, role[1:-1], join(pointer, index), mark_of(node, index) or mark)
