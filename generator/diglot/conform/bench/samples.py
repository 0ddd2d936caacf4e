"""Inputs chosen because they tell right from wrong: near misses for a schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diglot.conform.binding.surface import Surface

_MAX_DEPTH = 6
_OF_TYPE: Mapping[str, Any] = {
    "string": "diglot",
    "integer": 7,
    "number": 7.5,
    "boolean": True,
    "array": [],
    "object": {},
    "null": None,
}


def sample_of(surface: Surface, node: Any, depth: int = 0) -> Any:
    """A small value that a schema allows, as far as types and required members say."""
    schema = surface.schema(node)
    for given in ("example", "default", "const"):
        if given in schema:
            return schema[given]
    listed = schema.get("examples") or schema.get("enum")
    if isinstance(listed, list) and listed:
        return listed[0]
    types = schema.get("type")
    kind = str(types[0] if isinstance(types, list) and types else types)
    if depth > _MAX_DEPTH or kind not in _OF_TYPE:
        return {} if "properties" in schema else None
    if kind == "string":
        return "00000000-0000-4000-8000-000000000001" if schema.get("format") == "uuid" else "diglot"
    if kind == "array":
        return [sample_of(surface, schema.get("items"), depth + 1)]
    if kind == "object":
        properties = schema.get("properties")
        members = properties if isinstance(properties, Mapping) else {}
        return {name: sample_of(surface, below, depth + 1) for name, below in members.items()}
    return _OF_TYPE[kind]
