"""Schemas of OpenAPI 3.0 in the words of 3.1: the same meaning gets the same form, wherever a page wrote it.

Source: OpenAPI 3.1.1 §4.8.24 and JSON Schema 2020-12; the 3.0 keywords are those of OpenAPI 3.0.4 §4.7.24.
"""

from __future__ import annotations

from typing import Any

from diglot.core.tree import Map, Seq, mark_of

_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
_UNIONS = ("oneOf", "anyOf")


def canonical_schema(schema: Map) -> Map:
    """One schema object in canonical form; its subschemas are already canonical.

    `nullable` becomes a type array or an alternative, boolean exclusive bounds become numbers, `example` becomes
    `examples`, and a type array of one becomes that type. Anything malformed is left as it stands.
    """
    result = Map(schema.own)
    for key, value in schema.items():
        if key not in ("nullable", "example"):
            result.put(key, value, schema.marks.get(key))
    _exclusive_bounds(result)
    _example(schema, result)
    _type(result)
    if schema.get("nullable") is True:
        result = _nullable(schema, result)
    return _null_alternative(result)


def _exclusive_bounds(result: Map) -> None:
    for exclusive, plain in _BOUNDS:
        flag = result.get(exclusive)
        if not isinstance(flag, bool):
            continue
        mark = result.marks.pop(exclusive, None)
        del result[exclusive]
        if flag and plain in result:
            result.put(exclusive, result.pop(plain), result.marks.pop(plain, mark))


def _example(schema: Map, result: Map) -> None:
    if "example" not in schema or "examples" in schema:
        return
    examples = Seq(schema.marks.get("example"))
    examples.add(schema["example"], schema.marks.get("example"))
    result.put("examples", examples, schema.marks.get("example"))


def _type(result: Map) -> None:
    kinds = result.get("type")
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        return
    named = [kind for kind in dict.fromkeys(kinds) if kind != "null"]
    ordered = [*named, "null"] if "null" in kinds else named
    result["type"] = ordered[0] if len(ordered) == 1 else ordered


def _nullable(schema: Map, result: Map) -> Map:
    mark = schema.marks.get("nullable")
    kind = result.get("type")
    if isinstance(kind, str):
        result["type"] = kind if kind == "null" else [kind, "null"]
        return result
    for union in _UNIONS:
        if isinstance(result.get(union), list):
            alternatives = result[union]
            if not any(_is_null(alternative) for alternative in alternatives):
                _add_null(alternatives, mark)
            return result
    if "allOf" in result or "$ref" in result:
        return _or_null(result, mark)
    return result  # without a type, 3.0 lets null pass anyway


def _or_null(schema: Map, mark: Any) -> Map:
    """`anyOf` of a schema and null: what a nullable reference or composition means."""
    alternatives = Seq(mark)
    alternatives.add(schema, schema.own)
    _add_null(alternatives, mark)
    union = Map(schema.own)
    union.put("anyOf", alternatives, mark)
    return union


def _add_null(alternatives: Any, mark: Any) -> None:
    null = Map(mark)
    null.put("type", "null", mark)
    alternatives.append(null)
    if isinstance(alternatives, Seq):
        alternatives.marks.append(mark)


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null" and len(schema) == 1


def _null_alternative(schema: Map) -> Map:
    """`anyOf: [{type: T, …}, {type: null}]` and nothing beside it is `{type: [T, null], …}`."""
    for union in _UNIONS:
        alternatives = schema.get(union)
        if not isinstance(alternatives, list) or len(alternatives) != 2 or not _is_null(alternatives[1]):
            continue
        inner = alternatives[0]
        clashing = isinstance(inner, dict) and inner.keys() & (schema.keys() - {union})
        if not isinstance(inner, Map) or clashing or not isinstance(inner.get("type"), str) or "enum" in inner:
            continue
        merged = Map(schema.own)
        for source in (inner, schema):
            for key, value in source.items():
                if key != union:
                    merged.put(key, value, mark_of(source, key))
        merged["type"] = [inner["type"], "null"]
        return merged
    return schema
