"""Near misses of a schema: input with one thing changed so that the contract no longer allows it.

Each candidate is held against the schema itself: what the schema allows after all, in any reading of a text, is none.
Where a schema does not compile, nothing is known to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.conform.binding.surface import Surface
from diglot.conform.wire.validation import compiled

_MAX_DEPTH = 6
# Values of another type, by the type that is allowed, the most telling first: what lenient code takes for it.
_INSTEAD: Mapping[str, Sequence[tuple[str, Any]]] = {
    "string": (("null-instead", None), ("integer-instead", 7), ("array-instead", [])),
    "array": (("null-instead", None), ("object-instead", {}), ("string-instead", "diglot")),
    "object": (("null-instead", None), ("array-instead", [])),
    "boolean": (("quoted", "true"), ("integer-instead", 1), ("null-instead", None)),
    "integer": (("quoted", "1"), ("not-whole", 1.5), ("null-instead", None)),
    "number": (("quoted", "1"), ("boolean-instead", True), ("null-instead", None)),
    "null": (("boolean-instead", True), ("array-instead", [])),
}
# What the types above leave: tried where there is time.
_ALSO: Mapping[str, Sequence[tuple[str, Any]]] = {
    "string": (("object-instead", {}),),
    "array": (("integer-instead", 7),),
    "object": (("string-instead", "diglot"),),
    "boolean": (("text-instead", "diglot"),),
    "integer": (("boolean-instead", True), ("array-instead", []), ("object-instead", {})),
    "number": (("array-instead", []), ("object-instead", {})),
    "null": (("boolean-instead", True), ("object-instead", {})),
}
_PATTERN_TRIES = ("", "!", "a", "0", " ", "diglot no match")
_LONGEST = 100_000


@dataclass(frozen=True)
class Miss:
    """One near miss: the place in the body, the way it is wrong, and the text or the whole body."""

    where: str
    how: str
    value: Any


class Misses:
    """Finds near misses for the schemas of one contract."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface

    def texts(self, schema: Mapping[str, Any], known: str = "") -> Iterator[Miss]:
        """Near misses for a parameter in a query or path; `known` is a value that is right there."""
        validator = compiled(self._surface.document, schema)
        seen: set[str] = set()
        for how, text in _texts(schema, known):
            if text in seen or validator is None or any(validator.is_valid(one) for one in _readings(text)):
                continue
            seen.add(text)
            yield Miss("", how, text)

    def bodies(self, schema: Mapping[str, Any], valid: Any, also: bool = False) -> Iterator[Miss]:
        """Near misses of a body that is valid; with `also` those that come second."""
        validator = compiled(self._surface.document, schema)
        for miss in self._misses(schema, valid, "", 0, _ALSO if also else _INSTEAD):
            if validator is not None and not validator.is_valid(miss.value):
                yield miss

    def _misses(self, node: Any, value: Any, at: str, depth: int, instead: Any) -> Iterator[Miss]:
        schema = self._surface.schema(node)
        if depth > _MAX_DEPTH:
            return
        for how, other in _others(schema, value, instead):
            yield Miss(at, how, other)
        if instead is _INSTEAD:
            yield from (Miss(at, how, other) for how, other in _beyond(schema, value))
        if isinstance(value, dict):
            yield from self._members(schema, value, at, depth, instead)
        elif isinstance(value, list) and value:
            for miss in self._misses(schema.get("items"), value[0], f"{at}/*", depth + 1, instead):
                yield Miss(miss.where, miss.how, [miss.value, *value[1:]])

    def _members(
        self, schema: Mapping[str, Any], value: dict[str, Any], at: str, depth: int, instead: Any
    ) -> Iterator[Miss]:
        required = schema.get("required")
        for name in required if isinstance(required, list) and instead is _INSTEAD else ():
            if name in value:
                yield Miss(f"{at}/{name}", "missing", {key: held for key, held in value.items() if key != name})
        properties = schema.get("properties")
        for name, below in (properties if isinstance(properties, Mapping) else {}).items():
            for miss in self._misses(below, value.get(name), f"{at}/{name}", depth + 1, instead):
                yield Miss(miss.where, miss.how, {**value, name: miss.value})


def _others(schema: Mapping[str, Any], value: Any, instead: Any) -> Iterator[tuple[str, Any]]:
    """Values of another type. A list is also replaced by its only item, which lenient code wraps."""
    allowed = _types(schema)
    kind = "null" if "null" in allowed else next(iter(allowed), "")
    for how, other in instead.get(kind, ()):
        wraps = how == "string-instead" and isinstance(value, list) and value and isinstance(value[0], str)
        yield how, value[0] if wraps else other


def _beyond(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """Values of the right type that a bound, a format, a list or a pattern excludes."""
    if schema.get("format") == "uuid":
        yield "not-a-uuid", "not-a-uuid"
    elif schema.get("format") in ("date", "date-time"):
        yield "not-a-date", "yesterday"
    if isinstance(schema.get("enum"), list) or "const" in schema:
        yield "not-listed", "no-such-value"
    yield from _bounds(schema)
    if schema.get("type") == "string":
        yield from _strings(schema)
    if isinstance(value, list):
        yield from _lists(schema, value)
    if isinstance(value, dict) and schema.get("additionalProperties") is False:
        yield "unknown-member", {**value, "diglot-unknown": 1}


def _lists(schema: Mapping[str, Any], value: list[Any]) -> Iterator[tuple[str, Any]]:
    least, most = schema.get("minItems"), schema.get("maxItems")
    if isinstance(least, int) and least > 0:
        yield "too-few", value[: least - 1]
    if isinstance(most, int) and value and most < _LONGEST // 50:
        yield "too-many", (value * (most + 1))[: most + 1]
    if schema.get("uniqueItems") is True and value:
        yield "repeated", [*value, value[0]]


def _bounds(schema: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(minimum, int):
        yield "below-minimum", minimum - 1
        yield "far-below-minimum", minimum - 100
    if isinstance(above, int):
        yield "below-minimum", above
    if isinstance(maximum, int):
        yield "above-maximum", maximum + 1
        yield "far-above-maximum", maximum * 10 + 10
    if isinstance(below, int):
        yield "above-maximum", below
    step = schema.get("multipleOf")
    if isinstance(step, int) and step > 1:
        yield "not-a-multiple", (minimum if isinstance(minimum, int) else 0) // step * step + step + 1


def _strings(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and 0 < least < _LONGEST:
        yield "too-short", "x" * (least - 1)
    if isinstance(most, int) and most < _LONGEST:
        yield "too-long", "x" * (most + 1)
    if "pattern" in schema:
        yield from (("not-in-pattern", text) for text in _PATTERN_TRIES)


def _texts(schema: Mapping[str, Any], known: str) -> Iterator[tuple[str, str]]:
    """Candidates for a parameter, plain ones first."""
    kinds, choices = set(_types(schema)), schema.get("enum")
    if kinds & {"integer", "number"}:
        yield "not-a-number", "abc"
        yield "trailing-text", "1abc"
        yield "not-whole", "1.5"
        yield from ((how, str(value)) for how, value in _bounds(schema))
    if "boolean" in kinds:
        yield "not-a-boolean", "maybe"
    if isinstance(choices, list) and choices:
        first = str(choices[0])
        yield "not-listed", "no-such-value"
        yield "other-case", first.upper() if first.upper() not in choices else first.swapcase()
        yield "part-of-a-value", first[:-1] or first * 2
    if schema.get("format") == "uuid":
        yield "not-a-uuid", "not-a-uuid"
        if len(known) > 1:
            yield "id-shortened", known[:-1]
    elif schema.get("format") in ("date", "date-time"):
        yield "not-a-date", "yesterday"
    if "string" in kinds:
        yield from _strings(schema)


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type")
    listed = types if isinstance(types, list) else [types]
    return [one for one in listed if isinstance(one, str)]


def _readings(text: str) -> Iterator[Any]:
    """The values that a server may take a text for."""
    yield text
    for read in (int, float):
        try:
            yield read(text)
        except ValueError:
            continue
    if text in ("true", "false"):
        yield text == "true"
    if text in ("", "null"):
        yield None
