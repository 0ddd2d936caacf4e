"""What one schema object says by itself: its types, the values that it lists, its alternatives.

References of alternatives are followed, so that a union of components says as much as one that is written out.
Source: JSON Schema 2020-12, core and validation.
"""

from __future__ import annotations

import json
from typing import Any

from diglot.drift.walk.side import Place

UNIONS = ("oneOf", "anyOf")
_MAX_ALTERNATIVES = 2_000
_MAX_DEPTH = 4
_TEXTS = frozenset({"title", "description", "$comment"})
_SIMPLE = _TEXTS | {"type"}
_VALUED = _TEXTS | {"type", "enum", "const"}
_IMPLIED = {"properties": "object", "required": "object", "additionalProperties": "object", "items": "array"}
_JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array"}
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(", ", ": "), default=str).encode


def is_null(place: Place) -> bool:
    """Whether a schema admits nothing but null."""
    value = place.value
    return isinstance(value, dict) and (
        value.get("type") == "null" or value.get("enum") == [None] or ("const" in value and value["const"] is None)
    )


def alternatives(part: Place, union: str) -> list[Place]:
    """The alternatives of a union but null, those of a union that is one of them too; each component once."""
    found: list[Place] = []
    known: set[str] = set()
    waiting = _branches(part, union)[::-1]
    while waiting and len(found) < _MAX_ALTERNATIVES:
        branch = waiting.pop()
        reference = branch.get("$ref")
        if is_null(branch) or (isinstance(reference, str) and reference in known):
            continue
        if isinstance(reference, str):
            known.add(reference)
        target = branch.target()
        if target is not None and isinstance(target.get(union), list) and target.value.keys() - _TEXTS == {union}:
            waiting += _branches(target, union)[::-1]
        else:
            found.append(branch)
    return found


def _branches(part: Place, union: str) -> list[Place]:
    listed = part.child(union)
    return [branch for _, branch in listed.children()] if listed is not None and isinstance(listed.value, list) else []


def listed(part: Place) -> list[Any] | None:
    """The values that it lists, by a union of constants too; None where it lists none."""
    if "const" in part.value:
        return [part.value["const"]]
    values = part.value.get("enum")
    if isinstance(values, list):
        return values
    for union in UNIONS:
        branches = [branch.target() for branch in _branches(part, union)] if union in part.value else []
        if branches and all(branch is not None and is_valued(branch) for branch in branches):
            return [value for branch in branches if branch for value in listed(branch) or [None]]
    return None


def is_valued(branch: Place) -> bool:
    """Whether an alternative is nothing but one or more values, or null."""
    value = branch.value
    return (
        isinstance(value, dict)
        and value.keys() <= _VALUED
        and (bool({"const", "enum"} & value.keys()) or is_null(branch))
    )


def is_simple(branch: Any) -> bool:
    """Whether an alternative is nothing but a type."""
    return isinstance(branch, dict) and branch.keys() <= _SIMPLE and bool(_named(branch))


def own_types(part: Place, depth: int = 0) -> frozenset[str] | None:
    """The JSON types that it admits by itself, `null` among them; None where it admits any, or does not tell."""
    said = _named(part.value)
    if said is not None:
        return said
    values = listed(part)
    if values:
        return frozenset(json_type(value) for value in values)
    for union in UNIONS:
        if union in part.value and depth < _MAX_DEPTH:
            kinds = _united(part, union, depth + 1)
            if kinds is not None:
                return kinds
    implied = {kind for keyword, kind in _IMPLIED.items() if keyword in part.value}
    return frozenset(implied) if len(implied) == 1 else None


def _named(value: Any) -> frozenset[str] | None:
    said = value.get("type")
    said = [said] if isinstance(said, str) else said
    if not isinstance(said, list):
        return None
    kinds = frozenset(kind for kind in said if isinstance(kind, str))
    return kinds - {"integer"} if "number" in kinds else kinds


def _united(part: Place, union: str, depth: int) -> frozenset[str] | None:
    """The types of all alternatives together, or None where one of them does not tell."""
    known = part.side.united
    key = f"{part.pointer} {union}"
    if key not in known:
        known[key] = None  # of a union within itself nothing is known
        kinds = [_resolved_types(branch, depth) for branch in _branches(part, union)]
        told = [each for each in kinds if each is not None]
        known[key] = frozenset[str]().union(*told) if told and len(told) == len(kinds) else None
    return known[key]


def _resolved_types(place: Place, depth: int) -> frozenset[str] | None:
    target = place.target()
    if target is None or not isinstance(target.value, dict):
        return None
    own = own_types(target, depth)
    composed = target.child("allOf")
    if own is not None or composed is None or depth >= _MAX_DEPTH:
        return own
    told = (_resolved_types(branch, depth + 1) for _, branch in composed.children())
    return next((kinds for kinds in told if kinds is not None), None)


def json_type(value: Any) -> str:
    """The JSON Schema type of a value; a number without a fraction is an integer."""
    if isinstance(value, float) and value.is_integer():
        return "integer"
    return next((name for kind, name in _JSON_TYPES.items() if isinstance(value, kind)), "null")


def text(value: Any) -> str:
    """A JSON value as text that is equal for equal values: keys sorted, `1.0` is `1`."""
    return "true" if value is True else _encode(_whole(value))


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _whole(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    return value
