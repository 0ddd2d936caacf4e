"""What can change in a schema between two versions: a table of changes, each with what it does to the values.

A `wider` schema admits all that the other admits, and more; a `narrower` one is the reverse; `other` is neither;
`neutral` changes no value. The keywords are those of JSON Schema 2020-12 as OpenAPI 3.1 uses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.core.rules.rule import Example, Severity

Effect = Literal["wider", "narrower", "other", "neutral"]
Severities = Mapping[str, Severity]


@dataclass(frozen=True, slots=True)
class Change:
    """One way in which a schema can change: its id, what it does to the values, the change that undoes it, an example.

    `severities` gives a rank by direction (`request`, `response`) where the effect alone would give another one.
    """

    id: str
    effect: Effect
    mirror: str
    example: Example
    severities: Severities = field(default_factory=dict)


def _both_ways(
    wider: str,
    narrower: str,
    loose: Any,
    tight: Any,
    widening: Severities | None = None,
    narrowing: Severities | None = None,
) -> Iterator[Change]:
    """Two changes that undo each other: from `tight` to `loose` and back."""
    yield Change(wider, "wider", narrower, Example(tight, loose), widening or {})
    yield Change(narrower, "narrower", wider, Example(loose, tight), narrowing or {})


# A limit that appears is often one that servers always had and the documentation now names.
_NAMED: Severities = {"request": "warning"}
# A caller that meets an unknown value of an enum should cope; not all do.
_COPING: Severities = {"response": "warning"}
_LENIENT: Severities = {"response": "warning", "request": "warning"}
_STRING: dict[str, Any] = {"type": "string"}
_OBJECT: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}}


def _bound(name: str, keyword: str, kind: str, *values: int) -> Iterator[Change]:
    """A bound that is set, removed, loosened and tightened; `values` are the tight and the loose one."""
    tight, loose = ({"type": kind, keyword: value} for value in values)
    grows = values[1] > values[0]
    wider, narrower = (f"{name}-increased", f"{name}-decreased")[:: 1 if grows else -1]
    yield from _both_ways(wider, narrower, loose, tight)
    yield from _both_ways(f"{name}-unset", f"{name}-set", {"type": kind}, tight, narrowing=_NAMED)


BOUND_NAMES = {
    "minimum": "min",
    "maximum": "max",
    "exclusiveMinimum": "exclusive-min",
    "exclusiveMaximum": "exclusive-max",
    "minLength": "min-length",
    "maxLength": "max-length",
    "minItems": "min-items",
    "maxItems": "max-items",
    "minProperties": "min-properties",
    "maxProperties": "max-properties",
    "minContains": "min-contains",
    "maxContains": "max-contains",
}
_KINDS = {"Length": "string", "Items": "array", "Contains": "array", "Properties": "object"}


def _bounds() -> Iterator[Change]:
    for keyword, name in BOUND_NAMES.items():
        kind = next((kind for ending, kind in _KINDS.items() if keyword.endswith(ending)), "integer")
        yield from _bound(name, keyword, kind, *((2, 1) if "min" in name else (10, 20)))


def _keyword(name: str, kind: str, keyword: str, one: Any, other: Any, effect: Effect = "narrower") -> Iterator[Change]:
    """A keyword that restricts by a schema or list of its own: added, removed, changed.

    Without an `other` it is not judged as a whole when it changed, for what it holds is.
    """
    without: dict[str, Any] = {"type": kind}
    first, second = {**without, keyword: one}, {**without, keyword: other}
    if effect == "narrower":
        yield from _both_ways(f"{name}-removed", f"{name}-added", without, first)
        if other is not None:
            yield Change(f"{name}-changed", "other", f"{name}-changed", Example(first, second))
    else:
        yield Change(f"{name}-added", effect, f"{name}-removed", Example(without, first))
        yield Change(f"{name}-removed", effect, f"{name}-added", Example(first, without))
        yield Change(f"{name}-changed", effect, f"{name}-changed", Example(first, second))


def _types() -> Iterator[Change]:
    yield Change("type-changed", "other", "type-changed", Example({"type": "integer"}, {"type": "boolean"}))
    yield from _both_ways("type-generalized", "type-specialized", {"type": "number"}, {"type": "integer"})
    yield from _both_ways("became-nullable", "became-not-nullable", {"type": ["string", "null"]}, _STRING)
    uuid, date = {"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}
    yield from _both_ways("format-removed", "format-added", _STRING, uuid, _COPING, _NAMED)
    yield Change("format-changed", "other", "format-changed", Example(uuid, date))


def _values() -> Iterator[Change]:
    few, many = ({"type": "string", "enum": values} for values in (["asc"], ["asc", "desc"]))
    yield from _both_ways("enum-value-added", "enum-value-removed", many, few, _COPING)
    yield from _both_ways("became-not-enum", "became-enum", _STRING, many, _COPING)
    yield from _both_ways("const-removed", "const-added", _STRING, {"type": "string", "const": "v1"})
    one, other = _STRING | {"const": "v1"}, _STRING | {"const": "v2"}
    yield Change("const-changed", "other", "const-changed", Example(one, other))
    one, other = _STRING | {"pattern": "^[a-z]+$"}, _STRING | {"pattern": "^[0-9]+$"}
    yield from _both_ways("pattern-removed", "pattern-added", _STRING, one, _COPING)
    yield Change("pattern-changed", "other", "pattern-changed", Example(one, other), _LENIENT)
    one, other = {"type": "integer", "multipleOf": 5}, {"type": "integer", "multipleOf": 7}
    yield from _both_ways("multiple-of-unset", "multiple-of-set", {"type": "integer"}, one, narrowing=_NAMED)
    yield Change("multiple-of-changed", "other", "multiple-of-changed", Example(one, other))
    unique = {"type": "array", "uniqueItems": True}
    yield from _both_ways("unique-items-unset", "unique-items-set", {"type": "array"}, unique, narrowing=_NAMED)


def _defaults() -> Iterator[Change]:
    """A default is what a request without the value means; in an answer it is a remark."""
    loud: Severities = {"request": "error", "response": "note"}
    one, other = {"type": "integer", "default": 20}, {"type": "integer", "default": 50}
    without = {"type": "integer"}
    yield Change("default-value-changed", "other", "default-value-changed", Example(one, other), loud)
    quiet: Severities = {"request": "warning", "response": "note"}
    yield Change("default-value-added", "other", "default-value-removed", Example(without, one), quiet)
    yield Change("default-value-removed", "other", "default-value-added", Example(one, without), quiet)


def _containers() -> Iterator[Change]:
    shut, typed = {**_OBJECT, "additionalProperties": False}, {**_OBJECT, "additionalProperties": _STRING}
    yield from _both_ways("additional-properties-allowed", "additional-properties-forbidden", _OBJECT, shut, _COPING)
    yield from _both_ways(
        "additional-properties-schema-removed", "additional-properties-schema-added", _OBJECT, typed, _COPING, _NAMED
    )
    listed = {"type": "array", "items": _STRING}
    yield from _both_ways("items-schema-removed", "items-schema-added", {"type": "array"}, listed, narrowing=_NAMED)
    other = {**_OBJECT, "properties": {"title": {"type": "string"}}, "required": ["title"]}
    third = {"type": "object", "properties": {"isbn": {"type": "string"}}, "required": ["isbn"]}
    loud: Severities = {}
    for keyword, name, severities in (("oneOf", "one-of", loud), ("anyOf", "any-of", _COPING)):
        two, three = {keyword: [_OBJECT, other]}, {keyword: [_OBJECT, other, third]}
        yield from _both_ways(f"{name}-added", f"{name}-removed", three, two, severities)
    two = {"oneOf": [_OBJECT, other]}
    yield from _both_ways("wrapped-in-one-of", "unwrapped-from-one-of", two, _OBJECT)
    yield Change("replaced-by-one-of", "other", "one-of-replaced", Example(third, two))
    yield Change("one-of-replaced", "other", "replaced-by-one-of", Example(two, third))
    bound = {**_OBJECT, **two}
    yield from _both_ways("one-of-constraint-removed", "one-of-constraint-added", _OBJECT, bound)
    yield from _both_ways(
        "one-of-became-any-of", "any-of-became-one-of", {"anyOf": [_OBJECT, other]}, two, _COPING, _NAMED
    )


def _conditions() -> Iterator[Change]:
    name, isbn = {"required": ["name"]}, {"required": ["isbn"]}
    for keyword, other in (("not", isbn), ("if", isbn), ("then", None), ("else", None)):
        yield from _keyword(keyword, "object", keyword, name, other)
    short, long = {"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}
    for title, keyword in (("contains", "contains"), ("unevaluated-items", "unevaluatedItems")):
        yield from _keyword(title, "array", keyword, short, None)
    yield from _keyword("prefix-items", "array", "prefixItems", [short], [short, long])
    yield from _keyword("pattern-property", "object", "patternProperties", {"^x-": short}, {"^y-": short})
    yield from _keyword("property-names", "object", "propertyNames", short, None)
    yield from _keyword("dependent-required", "object", "dependentRequired", {"name": ["isbn"]}, {"name": ["title"]})
    yield from _keyword("dependent-schema", "object", "dependentSchemas", {"name": isbn}, {"title": isbn})
    yield from _keyword("unevaluated-properties", "object", "unevaluatedProperties", False, short)
    yield from _keyword("content-schema", "string", "contentSchema", short, None)
    yield from _keyword("content-media-type", "string", "contentMediaType", "image/png", "image/gif", "other")
    yield from _keyword("content-encoding", "string", "contentEncoding", "base64", "base32", "other")
    by_kind, by_name = {"propertyName": "kind"}, {"propertyName": "name"}
    yield from _keyword("discriminator", "object", "discriminator", by_kind, by_name, "neutral")
    yield from _keyword("xml", "object", "xml", {"name": "book"}, {"name": "volume"}, "neutral")


CHANGES: tuple[Change, ...] = (*_types(), *_values(), *_bounds(), *_defaults(), *_containers())
CONDITIONS: tuple[Change, ...] = tuple(_conditions())
