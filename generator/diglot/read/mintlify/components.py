"""Cleaning the schemas of a flattened page of what the converter left in them while it worked.

The converter writes `isAllOf`, `isOneOf` or `isAnyOf` into the members of a composition, naming the component that
holds it, and gives a component whose `allOf` has an object member `type: object`. Both are removed, and kept as
evidence: a marker proves that the named component was the root of a parameter, body or response of this page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diglot.core.grammar import role_of
from diglot.core.tree import Map, Seq, mark_of
from diglot.read.mintlify.grammar import MARKERS, ref_name


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The components of a page as their author wrote them, and what the converter's traces say.

    `roots` are the components that a marker names, with the kinds of composition it was found in; `injected` those that
    lost a `type: object` of the converter's.
    """

    schemas: Map
    roots: Mapping[str, frozenset[str]]
    injected: frozenset[str]


class Cleaner:
    """Copies schemas without the converter's markers. Nodes that the page shares stay shared in the copy."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._roots: dict[str, set[str]] = {}

    def components(self, schemas: Map) -> Cleaned:
        """Clean all schema components of a page."""
        cleaned = self.clean(schemas, "{schema}")
        injected = {name for name in self._roots if self._is_injected(cleaned.get(name))}
        for name in injected:
            del cleaned[name]["type"]
        return Cleaned(cleaned, {name: frozenset(kinds) for name, kinds in self._roots.items()}, frozenset(injected))

    def clean(self, node: Any, role: str = "schema") -> Any:
        """A copy of one schema (or, by role, of a list or map of schemas) without markers."""
        if not isinstance(node, dict | list) or role == "value":
            return node
        known = self._seen.get((id(node), role))
        if known is None:
            copy = self._mapping(node, role) if isinstance(node, dict) else self._sequence(node, role)
            known = self._seen[id(node), role] = (node, copy)
        return known[1]

    def _mapping(self, node: Any, role: str) -> Map:
        copy = Map(getattr(node, "own", None))
        for key, value in node.items():
            if role == "schema" and key in MARKERS and ref_name(value) is not None:
                self._roots.setdefault(str(ref_name(value)), set()).add(MARKERS[key])
                continue
            member_role = "value" if role[0] == "[" else role_of(role, key)
            copy.put(key, self.clean(value, member_role), mark_of(node, key))
        return copy

    def _sequence(self, node: Any, role: str) -> Any:
        if role[0] != "[":
            return node
        copy = Seq(getattr(node, "own", None))
        for index, value in enumerate(node):
            copy.add(self.clean(value, role[1:-1]), mark_of(node, index))
        return copy

    @staticmethod
    def _is_injected(schema: Any) -> bool:
        """Whether `type: object` stands where the converter appends it: last, on an allOf with an object member."""
        if not isinstance(schema, dict) or not isinstance(schema.get("allOf"), list):
            return False
        objects = [member for member in schema["allOf"] if isinstance(member, dict) and member.get("type") == "object"]
        return bool(objects) and schema.get("type") == "object" and list(schema)[-1] == "type"
