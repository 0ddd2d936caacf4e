"""Alternatives of several pages put side by side: by what they admit, then by name, then because one is left."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from diglot.core.grammar import role_of
from diglot.core.tree import plain
from diglot.drift.walk import schema as shapes
from diglot.drift.walk.naming import stem
from diglot.drift.walk.schema import Node, Shape
from diglot.drift.walk.side import Place
from diglot.drift.walk.terms import UNIONS, text

Row = list[Place | None]

_MAX_DEPTH = 60
_MAX_SCHEMAS = 2_000
NOTES = frozenset(
    {"title", "description", "examples", "example", "externalDocs", "$comment", "$id", "$schema", "$anchor"}
)
READ = frozenset(
    {
        *("type", "format", "enum", "const", "pattern", "default", "required", "properties", "items"),
        *("additionalProperties", "allOf", "$ref", "readOnly", "writeOnly", "deprecated", "$defs", "definitions"),
        *shapes.BOUNDS,
        *UNIONS,
    }
)


def align(unions: Sequence[Sequence[Place]]) -> list[Row]:
    """One row an alternative, one column a page; None where a page has no such alternative."""
    rows: list[Row] = [[branch, *[None] * (len(unions) - 1)] for branch in unions[0]]
    for column, branches in enumerate(unions[1:], 1):
        rest = list(branches)
        for key in (digest, label, _stem):
            _match(rows, column, rest, key)
        free = [row for row in rows if row[column] is None]
        if len(free) == len(rest) == 1:
            free[0][column] = rest.pop()
        for branch in rest:
            row: Row = [None] * len(unions)
            row[column] = branch
            rows.append(row)
    return rows


def _match(rows: list[Row], column: int, rest: list[Place], key: Callable[[Place], str]) -> None:
    named: dict[str, list[Place]] = defaultdict(list)
    for place in rest:
        named[key(place)].append(place)
    for row in rows:
        anchor = next((place for place in row if place is not None), None)
        wanted = key(anchor) if anchor is not None and row[column] is None else ""
        if wanted and named[wanted]:
            row[column] = named[wanted].pop(0)
    taken = {id(row[column]) for row in rows}
    rest[:] = [place for place in rest if id(place) not in taken]


def label(branch: Place) -> str:
    """What one calls an alternative: the component that it refers to, its title, or its type."""
    reference = branch.get("$ref")
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    title = branch.get("title")
    if isinstance(title, str):
        return title
    found = shapes.shape((branch,))
    kinds = shapes.types(found) if found else None
    return "|".join(sorted(kinds)) if kinds else ""


def _stem(branch: Place) -> str:
    """That name without a mark of the page's language: a component may have been named anew in each."""
    return stem(label(branch), branch.side.fragment.language)


def digest(branch: Place) -> str:
    """A text that is equal for schemas that admit the same, however they are written."""
    return _Outline().of((branch,), frozenset())


def others(found: Shape) -> dict[str, tuple[Place, str]]:
    """The keywords that nothing else here reads: where each is said, and a text equal for those that mean the same."""
    return {key: (place, _hash(value)) for key, (place, value) in _Outline().others(found, frozenset()).items()}


def _hash(value: Any) -> str:
    return hashlib.sha256(text(value).encode("utf-8", "replace")).hexdigest()


def _mapping(mapping: dict[str, Any]) -> dict[str, str]:
    """A mapping without the values that are the names of their schemas: those need none."""
    named = {value: shapes.meant(target) for value, target in mapping.items()}
    return {value: target for value, target in named.items() if shapes.meant(value) != target}


def _name(place: Place) -> str:
    """One name for all places that are nothing but the same reference."""
    reference = place.get("$ref")
    return reference if isinstance(reference, str) and len(place.value) == 1 else place.pointer


class _Outline:
    """A schema unfolded, up to a number of schemas; a schema within itself is cut.

    Each schema is the hash of what it says and of the hashes of those below, and worked out once; but not where
    something was cut off below it, for that depends on where one came from.
    """

    def __init__(self) -> None:
        self._left = _MAX_SCHEMAS
        self._cuts = 0

    def of(self, node: Node, above: frozenset[str]) -> str:
        if len(node) > 1:
            return self._outline(node, above)
        known, key = node[0].side.digests, _name(node[0])
        whole = f"whole {key}"
        if key in known or (whole in known and not above):
            return known[key] if key in known else known[whole]
        cuts = self._cuts
        outlined = self._outline(node, above)
        if cuts == self._cuts:
            known[key] = outlined
        elif not above:
            known[whole] = outlined
        return outlined

    def _outline(self, node: Node, above: frozenset[str]) -> str:
        found = shapes.shape(node)
        self._left -= 1
        if found is None or self._left < 0 or len(above) > _MAX_DEPTH:
            self._cuts += 1
            return "unknown"
        pointers = {part.pointer for part in found.core}
        if pointers & above:
            self._cuts += 1
            return "again"
        above |= pointers
        admitted = shapes.types(found)
        closed = [member for member in found.members("additionalProperties") if member.value not in (True, {})]
        outline = {
            "type": sorted(admitted) if admitted else None,
            "enum": shapes.enum(found),
            "bounds": shapes.bounds(found),
            "required": sorted(shapes.required(found)),
            "said": {key: plain(said.value) for key in ("format", "default") if (said := found.first(key))},
            "pattern": shapes.pattern(found),
            "properties": {name: self.of(place, above) for name, place in shapes.properties(found).items()},
            "items": self.of(items, above) if (items := tuple(found.members("items"))) else None,
            "additional": self.of(tuple(closed), above) if closed else None,
            "unions": [self._set(branches, above) for _, branches in sorted(shapes.unions(found).items())],
            "others": {key: value for key, (_, value) in self.others(found, above).items()},
        }
        return _hash(outline)

    def others(self, found: Shape, above: frozenset[str]) -> dict[str, tuple[Place, Any]]:
        return {
            key: (place, self._keyword(key, place, above))
            for part in found.parts
            for key in part.value
            if key not in READ and key not in NOTES and not key.startswith("x-") and (place := part.child(key))
        }

    def _keyword(self, key: str, place: Place, above: frozenset[str]) -> Any:
        if key == "discriminator" and isinstance(place.value, dict):
            mapping = place.get("mapping")
            return {**plain(place.value), "mapping": _mapping(mapping) if isinstance(mapping, dict) else mapping or {}}
        role = role_of("schema", key)
        if role == "schema":
            return self.of((place,), above)
        if role in ("[schema]", "{schema}"):
            return {str(member): self.of((child,), above) for member, child in place.children()}
        return plain(place.value)

    def _set(self, branches: Sequence[Place], above: frozenset[str]) -> list[str]:
        return sorted({self.of((branch,), above) for branch in branches})
