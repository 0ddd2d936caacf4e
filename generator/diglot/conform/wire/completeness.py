"""What an answer lacks where the contract never says which members are required: learned from what it shows.

Published contracts often have no `required` in any response. Then a server may leave out what is empty, or what a row
does not have. What is asked for is only what cannot be explained so: a member that the contract's own example of the
whole answer shows, and a plain value that most rows have, and that some rows lack though being empty is no reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.binding.surface import follow
from diglot.conform.wire.schemas import ResponseSchema, Violation

_ENOUGH_ROWS = 8
_MOST = 0.75
_MAX_DEPTH = 12
_PLAIN = frozenset({"string", "integer", "number", "boolean"})
_NEVER_EMPTY = frozenset({"uuid", "date", "date-time", "time", "email", "uri", "ipv4", "ipv6", "hostname"})


def says_what_is_required(document: Mapping[str, Any], node: Any, depth: int = 0) -> bool:
    """Whether a schema, or any below it, names a required member."""
    schema = follow(document, node)
    if depth > _MAX_DEPTH:
        return True  # too deep to tell: ask for nothing
    if schema.get("required"):
        return True
    below: list[Any] = [schema.get("items"), schema.get("additionalProperties")]
    properties = schema.get("properties")
    below += properties.values() if isinstance(properties, Mapping) else []
    for word in ("allOf", "anyOf", "oneOf", "prefixItems"):
        listed = schema.get(word)
        below += listed if isinstance(listed, list) else []
    return any(says_what_is_required(document, one, depth + 1) for one in below if isinstance(one, Mapping))


def gaps(known: ResponseSchema, value: Any) -> Iterator[Violation]:
    """What `value` lacks although its schema requires nothing at all."""
    if isinstance(value, dict):
        properties = _properties(known.document, known.schema)
        yield from _whole(known, properties, value)
        for name, below in properties.items():
            yield from _rows(known.document, below, value.get(name), f"/{name}/*")
    else:
        yield from _rows(known.document, known.schema, value, "/*")


def _whole(known: ResponseSchema, properties: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Violation]:
    examples = [one for one in known.examples if isinstance(one, Mapping)]
    for name, below in properties.items():
        shown = bool(examples) and all(name in one for one in examples)
        if shown and name not in value and not _nullable(follow(known.document, below)):
            yield Violation("/", "required", name, f"{name} ∉ answer; the contract's example has it")


def _rows(document: Mapping[str, Any], node: Any, value: Any, at: str) -> Iterator[Violation]:
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    if len(rows) < _ENOUGH_ROWS:
        return
    for name, below in _properties(document, follow(document, node).get("items")).items():
        held = [row[name] for row in rows if name in row]
        if _MOST * len(rows) <= len(held) < len(rows) and _asked_for(follow(document, below), held):
            said = f"{name} ∉ {len(rows) - len(held)}/{len(rows)} rows"
            yield Violation(at, "required", name, said)


def _asked_for(schema: Mapping[str, Any], held: Sequence[Any]) -> bool:
    """Whether a plain value may not be left out for being empty: others are shown empty, or none can be."""
    kind = schema.get("type")
    plain = isinstance(kind, str) and kind in _PLAIN and schema.get("x-diglot-strength") != "sampled"
    return plain and not _nullable(schema) and (any(not one for one in held) or _never_empty(schema))


def _never_empty(schema: Mapping[str, Any]) -> bool:
    choices = schema.get("enum")
    return (
        str(schema.get("format")) in _NEVER_EMPTY
        or (isinstance(choices, list) and all(choices))
        or _positive(schema.get("minLength"))
        or _positive(schema.get("minimum"))
    )


def _positive(bound: Any) -> bool:
    return isinstance(bound, int | float) and bound > 0


def _nullable(schema: Mapping[str, Any]) -> bool:
    types = schema.get("type")
    return types is None or (isinstance(types, list) and "null" in types)


def _properties(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    properties = follow(document, node).get("properties")
    return properties if isinstance(properties, Mapping) else {}
