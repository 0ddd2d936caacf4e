"""The order in which a contract is written: what people look for first stands first; lists keep their order."""

from __future__ import annotations

from typing import Any

from diglot.core.grammar import role_of
from diglot.core.ir import METHODS

_ORDER: dict[str, tuple[str, ...]] = {
    "document": ("openapi", "info", "servers", "security", "tags", "paths", "webhooks", "components"),
    "info": ("title", "summary", "description", "version"),
    "path": ("summary", "description", *METHODS),
    "operation": (
        *("tags", "summary", "description", "operationId", "deprecated", "parameters", "requestBody", "responses"),
        *("callbacks", "security", "servers"),
    ),
    "parameter": ("name", "in", "required", "description", "deprecated", "schema", "content", "example", "examples"),
    "schema": ("$ref", "title", "description", "type", "format", "enum", "default", "required", "properties"),
    "response": ("description", "headers", "content", "links"),
    "media": ("schema", "example", "examples"),
}
_SORTED = frozenset({"{path}", "{response}", "{security}"})


def arrange(node: Any, role: str = "document") -> Any:
    """A copy of `node` with its members in the order of the house."""
    if isinstance(node, dict) and role[0] != "[" and role != "value":
        order = _ORDER.get(role, ())
        first = [key for key in order if key in node]
        rest = [key for key in node if key not in order]
        keys = first + (sorted(rest) if role in _SORTED else rest)
        return {key: arrange(node[key], role_of(role, key)) for key in keys}
    if isinstance(node, list) and role[0] == "[":
        return [arrange(item, role_of(role, "")) for item in node]
    return node
