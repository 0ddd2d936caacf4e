"""What a sample says about a schema: the types it shows, and nothing else.

A format, an enum, a required list or nullability is never concluded from a sample. What comes from one carries
`x-diglot-strength: sampled`.
"""

from __future__ import annotations

from typing import Any

from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, mark_of
from diglot.read.rendered.notes import Notes

STRENGTH = "x-diglot-strength"
Met = list[tuple[Any, Mark | None]]
"""The values met at one place of a sample, each with its mark."""
_LONGEST_POINTER = 6000
_ANY = "<any>"  # what the page generator prints for a value of no known type
_SYNTHETIC = frozenset(
    {
        "<string>",
        "<any>",
        "<unknown>",
        "<api-key>",
        "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "2023-11-07T05:31:56Z",
        "2023-12-25",
        "jsmith@example.com",
        "127.0.0.1",
        "2606:4700:3108::ac42:2835",
        "aSDinaTvuI8gbWludGxpZnk=",
    }
)


def sampled_schema(met: Met, pointer: str, notes: Notes) -> Map:
    """The schema that the values met at one place allow to say, to stand at `pointer`."""
    mark = met[0][1] if met else None
    schema = Map(mark)
    notes.strengths[pointer] = "sampled"
    kinds = _kinds(met, pointer, notes)
    if len(kinds) == 1:
        schema.put("type", kinds[0], mark)
        if kinds[0] == "object":
            _properties(schema, met, pointer, notes)
        elif kinds[0] == "array":
            _items(schema, met, pointer, notes)
    schema.put(STRENGTH, "sampled", mark)
    return schema


def enrich(schema: Map, met: Met, pointer: str, notes: Notes) -> None:
    """Add to a declared schema what only the sample shows, below it; a sample never changes what is declared."""
    declared = schema.get("type")
    if not isinstance(declared, str):
        return
    kinds = {_kind(value) for value, _ in met} - {None}
    unfit = {kind for kind in kinds if kind != declared and not (kind == "integer" and declared == "number")}
    if unfit:
        evidence = f"{declared} declared, {', '.join(sorted(str(kind) for kind in unfit))} in the sample"
        notes.lose(pointer, "sample-contradicts", "ambiguous", evidence, met[0][1])
    if declared == "object" and "object" in kinds:
        _properties(schema, met, pointer, notes)
    elif declared == "array" and "array" in kinds:
        _items(schema, met, pointer, notes)


def is_synthetic(value: Any) -> bool:
    """Whether every leaf of a sample is a stand-in that page generators print for a type, and there is one at all."""
    leaves = _leaves(value)
    return bool(leaves) and all(
        leaf is True or (type(leaf) is int and leaf == 123) or (isinstance(leaf, str) and leaf in _SYNTHETIC)
        for leaf in leaves
    )


def _leaves(value: Any) -> list[Any]:
    found: list[Any] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        else:
            found.append(node)
    return found


def _kinds(met: Met, pointer: str, notes: Notes) -> list[str]:
    nulls = [mark for value, mark in met if value is None]
    if nulls:
        notes.lose(pointer, "sample-null", "ambiguous", "null in the sample", nulls[0])
    kinds = sorted({kind for value, _ in met if (kind := _kind(value)) is not None})
    if kinds == ["integer", "number"]:
        kinds = ["number"]
    if len(kinds) > 1:
        notes.lose(pointer, "sample-types-differ", "ambiguous", ", ".join(kinds), met[0][1])
    return kinds


def _kind(value: Any) -> str | None:
    """The JSON Schema type of a value; None where it tells nothing."""
    if value is None or value == _ANY:
        return None
    if isinstance(value, bool):
        return "boolean"
    names = ((int, "integer"), (float, "number"), (str, "string"), (dict, "object"), (list, "array"))
    return next(name for kind, name in names if isinstance(value, kind))


def _properties(schema: Map, met: Met, pointer: str, notes: Notes) -> None:
    if _too_deep(pointer, met, notes):
        return
    members: dict[str, Met] = {}
    for value, _ in met:
        if isinstance(value, dict):
            for key, child in value.items():
                members.setdefault(key, []).append((child, mark_of(value, key)))
    declared = schema.get("properties")
    if not members:
        if declared is None:
            notes.lose(pointer, "sample-empty-object", "ambiguous", "{} in the sample", met[0][1])
        return
    properties = declared if isinstance(declared, Map) else Map(schema.own)
    for key, children in members.items():
        below = join(pointer, "properties", key)
        if key in properties:
            enrich(properties[key], children, below, notes)
        else:
            properties.put(key, sampled_schema(children, below, notes), children[0][1])
    if declared is None:
        schema.put("properties", properties, next(iter(members.values()))[0][1])


def _items(schema: Map, met: Met, pointer: str, notes: Notes) -> None:
    if _too_deep(pointer, met, notes):
        return
    inner: Met = []
    for value, _ in met:
        if isinstance(value, list):
            inner.extend((child, mark_of(value, index)) for index, child in enumerate(value))
    below = join(pointer, "items")
    declared = schema.get("items")
    if not inner:
        if declared is None:
            notes.lose(below, "sample-empty-array", "ambiguous", "[] in the sample", met[0][1])
    elif isinstance(declared, Map):
        enrich(declared, inner, below, notes)
    else:
        schema.put("items", sampled_schema(inner, below, notes), inner[0][1])


def _too_deep(pointer: str, met: Met, notes: Notes) -> bool:
    """Whether the names above grow beyond all use: every pointer below would repeat them, at a cost without bound."""
    if len(pointer) <= _LONGEST_POINTER:
        return False
    notes.lose(pointer, "sample-too-deep", "lost", "", met[0][1])
    return True
