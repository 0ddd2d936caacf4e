"""Inputs chosen because they tell right from wrong: near misses for a schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
# A value of each type for where that type is not allowed, the most telling first.
_INSTEAD: Mapping[str, Any] = {
    "null": None,
    "string": "diglot",
    "array": [],
    "integer": 7,
    "object": {},
    "boolean": True,
}
_MOST_INSTEAD = 2


def near_misses(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(how it is wrong, text) for a parameter in a query or path."""
    kind = schema.get("type")
    minimum, maximum, choices = schema.get("minimum"), schema.get("maximum"), schema.get("enum")
    if kind in ("integer", "number"):
        yield "not-a-number", "abc"
        yield "trailing-text", "1abc"
        if kind == "integer":
            yield "not-whole", "1.5"
        if isinstance(minimum, int):
            yield "below-minimum", str(minimum - 1)
            yield "far-below-minimum", str(minimum - 100)
        if isinstance(maximum, int):
            yield "above-maximum", str(maximum + 1)
    elif kind == "boolean":
        yield "not-a-boolean", "maybe"
    elif isinstance(choices, list) and choices:
        yield "not-listed", "no-such-value"
        first = str(choices[0])
        yield "other-case", first.upper() if first.upper() not in choices else first.swapcase()
        yield "part-of-a-value", first[:-1] or first * 2
    elif schema.get("format") == "uuid":
        yield "not-a-uuid", "not-a-uuid"


def near_miss_bodies(surface: Surface, schema: Mapping[str, Any], valid: Any) -> Iterator[tuple[str, str, Any]]:
    """(where, how it is wrong, body): `valid` with one thing changed so that the schema no longer allows it."""
    yield from _misses(surface, schema, valid, "", 0)


def _misses(surface: Surface, node: Any, value: Any, at: str, depth: int) -> Iterator[tuple[str, str, Any]]:
    schema = surface.schema(node)
    if depth > _MAX_DEPTH:
        return
    types = schema.get("type")
    allowed = {types} if isinstance(types, str) else set(types or ())
    others = [kind for kind in _INSTEAD if kind not in allowed and not (kind == "integer" and "number" in allowed)]
    for kind in others[:_MOST_INSTEAD] if allowed else ():
        yield at, f"{kind}-instead", _INSTEAD[kind]
    if "string" not in allowed and allowed & {"boolean", "integer", "number"}:
        yield at, "quoted", "true" if "boolean" in allowed else "1"
    if schema.get("format") == "uuid":
        yield at, "not-a-uuid", "not-a-uuid"
    choices = schema.get("enum")
    if isinstance(choices, list):
        yield at, "not-listed", "no-such-value"
    if isinstance(value, dict):
        yield from _object_misses(surface, schema, value, at, depth)
    elif isinstance(value, list) and value:
        for where, how, item in _misses(surface, schema.get("items"), value[0], f"{at}/*", depth + 1):
            yield where, how, [item, *value[1:]]


def _object_misses(
    surface: Surface, schema: Mapping[str, Any], value: dict[str, Any], at: str, depth: int
) -> Iterator[tuple[str, str, Any]]:
    for name in schema.get("required") or ():
        if name in value:
            yield f"{at}/{name}", "missing", {key: held for key, held in value.items() if key != name}
    properties = schema.get("properties")
    for name, below in (properties if isinstance(properties, Mapping) else {}).items():
        held = value.get(name)
        for where, how, changed in _misses(surface, below, held, f"{at}/{name}", depth + 1):
            yield where, how, {**value, name: changed}


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
