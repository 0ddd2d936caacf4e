"""Recognises the examples that the converter makes up where an author wrote none.

Mirrors `generateExampleFromSchema` of `@mintlify/validation`: a schema's own example, default or const, else one fixed
value a type and format, the middle of a range, the first value of an enum; of alternatives always the first.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

from diglot.read.mintlify.alike import Alike
from diglot.read.mintlify.evaluate import Evaluator, Where
from diglot.read.mintlify.grammar import PRINTED
from diglot.read.mintlify.schema import unwrap

_TEXTS = {
    "byte": "aSDinaTvuI8gbWludGxpZnk=",
    "base64": "aSDinaTvuI8gbWludGxpZnk=",
    "date": "2023-12-25",
    "date-time": "2023-11-07T05:31:56Z",
    "email": "jsmith@example.com",
    "uuid": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    "ipv4": "127.0.0.1",
    "ipv6": "2606:4700:3108::ac42:2835",
}
_COMPOSITIONS = ("oneOf", "anyOf", "allOf")
_ANY = "<any>"
_MAX_STEPS = 20_000
_NOTHING = object()
_Part = tuple[Any, Mapping[str, Any], int]  # a value, the alternative that would print it, its depth
_CUT_DEPTH = 3  # the converter cuts off at ten levels of schemas, of which a composition takes several


class Examples:
    """Tells made-up examples from authored ones on one page. Bounded; what is too large to tell counts as authored."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._alike = Alike()
        self._seen: dict[tuple[int, Where], tuple[Any, Mapping[str, Any]]] = {}

    def is_synthetic(self, value: Any, item: Mapping[str, Any], where: Where) -> bool:
        """Whether the converter would print `value` for a root schema whose first alternative is `item`."""
        pending: list[_Part] = [(value, item, 0)]
        for _ in range(_MAX_STEPS):
            if not pending:
                return True
            found, schema, depth = pending.pop()
            parts = self._parts(found, schema, depth, where)
            if parts is None:
                return False
            pending += parts
        return False

    def _parts(self, value: Any, item: Mapping[str, Any], depth: int, where: Where) -> list[_Part] | None:
        """None: the converter prints another value; else what is left to compare inside this one."""
        if value == _ANY:  # also where alternatives contradict each other, or nest too deep
            return []
        tag = item["type"]
        fixed = _fixed(item)
        if fixed is not _NOTHING:
            return [] if self._alike.same(value, fixed) else None
        if tag == "object":
            return self._members(value, item, depth, where)
        if tag == "array":
            if not isinstance(value, list) or len(value) != 1:
                return None
            return [(value[0], self._first(item.get("items"), where), depth + 1)]
        return [] if self._alike.same(value, _leaf(tag, item)) else None

    def _members(self, value: Any, item: Mapping[str, Any], depth: int, where: Where) -> list[_Part] | None:
        properties = item.get("properties")
        if not isinstance(value, dict) or not isinstance(properties, dict):
            return None
        if not value and depth >= _CUT_DEPTH:
            return []
        first = {name: self._first(prop, where) for name, prop in properties.items() if not self._hidden(prop, where)}
        files = {name for name, schema in first.items() if schema["type"] == "file" and value.get(name) != _ANY}
        shown = {name: schema for name, schema in first.items() if name not in files}
        if shown.keys() != value.keys():
            return None
        return [(value[name], schema, depth + 1) for name, schema in shown.items()]

    def _hidden(self, prop: Any, where: Where) -> bool:
        return self._evaluator.hides(unwrap(prop), where)

    def _first(self, schema: Any, where: Where) -> Mapping[str, Any]:
        schema = unwrap(schema)
        known = self._seen.get((id(schema), where))
        if known is None:
            known = self._seen[id(schema), where] = (schema, self._evaluated(schema, where))
        return known[1]

    def _evaluated(self, schema: Any, where: Where) -> Mapping[str, Any]:
        """The first alternative of a schema; one that was composed has lost its default and const."""
        items = self._evaluator.items(schema, where) if schema else None
        item = items[0] if items else {"type": "any"}
        source = self._evaluator.target(schema["$ref"]) if isinstance(schema, dict) and "$ref" in schema else schema
        if not isinstance(source, dict):
            return item
        if any(kind in source for kind in _COMPOSITIONS):
            return {key: value for key, value in item.items() if key not in ("default", "const")}
        bounds = {key: source[key] for key in ("minimum", "maximum") if key in source}  # not yet merged with others
        return {**{key: value for key, value in item.items() if key not in ("minimum", "maximum")}, **bounds}


def _fixed(item: Mapping[str, Any]) -> Any:
    """The value that the schema itself gives, or `_NOTHING`."""
    for key in ("example", "default", "const"):
        if key in item and key in PRINTED.get(item["type"], ()):
            return item[key]
    return _NOTHING


def _leaf(tag: Any, item: Mapping[str, Any]) -> Any:
    if tag == "string":
        form = item.get("format")
        return _TEXTS.get(form.lower(), "<string>") if isinstance(form, str) else "<string>"
    if tag in ("number", "integer"):
        return _number(item, tag == "integer")
    if isinstance(tag, str) and tag.startswith("enum<"):
        values = item.get("enum")
        return values[0] if isinstance(values, list) and values else _NOTHING
    return (
        {"boolean": True, "null": None, "file": None, "any": _ANY}.get(tag, _NOTHING)
        if isinstance(tag, str)
        else _NOTHING
    )


def _number(item: Mapping[str, Any], whole: bool) -> Any:
    low, high = (_limit(item.get(key)) for key in ("minimum", "maximum"))
    if low is not None and high is not None:
        value = (low + high) / 2
    elif low is not None:
        value = low + 1
    elif high is not None:
        value = 123 if high > 123 else high - 1
    else:
        value = 123
    return math.floor(value) if whole and math.isfinite(value) else value


def _limit(value: Any) -> float | None:
    """A number that the converter, whose numbers are doubles, can reckon with; else None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) <= sys.float_info.max else None
