"""Schemas of several pages walked in step, fact by fact."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from diglot.core.tree import plain
from diglot.drift.walk import schema as shapes
from diglot.drift.walk.alternatives import Alternatives
from diglot.drift.walk.annotations import annotate
from diglot.drift.walk.facts import Record, Saying, Spot
from diglot.drift.walk.fields import compare_fields, saying
from diglot.drift.walk.schema import Node, Shape
from diglot.drift.walk.side import Place
from diglot.drift.walk.unions import others

_MAX_POSITIONS = 200_000


def _nullable(found: Shape) -> bool | None:
    kinds = shapes.types(found)
    return None if kinds is None else "null" in kinds


def _kinds(found: Shape) -> list[str] | None:
    kinds = shapes.types(found)
    return None if kinds is None else sorted(kinds - {"null"})


def _item_kinds(found: Sequence[Shape]) -> list[str] | None:
    """The types of the items, where one of these is a list and says what it holds."""
    items = (shapes.shape(node) for each in found if (node := tuple(each.members("items"))))
    return next((_kinds(each) for each in items if each is not None), None)


def _value(keyword: str) -> Callable[[Shape], Any]:
    def read(found: Shape) -> Any:
        member = found.first(keyword)
        return None if member is None else member.value

    return read


def _flag(keyword: str) -> Callable[[Shape], bool]:
    return lambda found: found.flag(keyword)


def _closed(found: Shape) -> bool:
    return any(map(shapes.is_shut, found.members("additionalProperties")))


# what -> the keywords that say it, and what a shape says; None is nothing, and differs from a value
_FACTS: dict[str, tuple[tuple[str, ...], Callable[[Shape], Any]]] = {
    "type": (("type",), _kinds),
    "nullability": (("type",), _nullable),
    "format": (("format",), _value("format")),
    "enum": (("enum", "const"), shapes.enum),
    "pattern": (("pattern",), shapes.pattern),
    "default": (("default",), _value("default")),
    "deprecation": (("deprecated",), _flag("deprecated")),
    "read-only": (("readOnly",), _flag("readOnly")),
    "write-only": (("writeOnly",), _flag("writeOnly")),
    "additional-fields": (("additionalProperties",), _closed),
}
# what is said of a schema beside the values that it admits
_AROUND = ("nullability", "default", "deprecation", "read-only", "write-only")
# keyword -> how one writes what it applies, and whether it holds several; `not` and `if` turn round what is wider
_PARTS = {
    **{keyword: (f"<{keyword}>", False) for keyword in ("then", "else", "contains", "propertyNames")},
    **{keyword: (f"<{keyword}>", False) for keyword in ("unevaluatedItems", "unevaluatedProperties", "contentSchema")},
    "prefixItems": ("[{}]", True),
    "patternProperties": ("./{}/", True),
    "dependentSchemas": ("<{}>", True),
}


class Contents:
    """Walks schemas breadth first, so that no depth of nesting or reference can exhaust anything."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._waiting: deque[tuple[Spot, Sequence[Node]]] = deque()
        self._left = _MAX_POSITIONS

    def add(self, spot: Spot, nodes: Sequence[Node]) -> None:
        """Have these schemas compared; each is what one page says at this spot."""
        if len(nodes) > 1:
            self._waiting.append((spot, nodes))

    def finish(self) -> None:
        """Compare all that was added, and all that it leads to."""
        while self._waiting and self._left:
            self._left -= 1
            self._compare(*self._waiting.popleft())

    def texts(self, spot: Spot, holders: Sequence[Sequence[Place]], *members: str) -> None:
        """Note texts that some pages have and others do not, or what two versions annotate; `holders` are where."""
        if self._record.versions:
            annotate(self._record, spot, holders)
            return
        for member in members:
            sayings, having = [], []
            for places in holders:
                said = [place for place in places if str(place.get(member) or "").strip()]
                if said:
                    having.append(said[:1])
                    sayings.append(Saying.of(said[0], True, said[0].child(member)))
                elif places and all(place.declared and not place.silent(member) for place in places):
                    sayings.append(Saying.lacking(places[0]))
            self._record.fact("text", spot, sayings, text=member)
            self._record.meet(member, spot, having)

    def _compare(self, spot: Spot, nodes: Sequence[Node]) -> None:
        found = [each for node in nodes if (each := shapes.shape(node)) is not None]
        if (spot.depth or spot.path == "$") and self._record.enter("text", [each.parts for each in found]):
            self.texts(spot, [each.parts for each in found], "description")
        if len(found) < 2 or not self._record.enter(spot.direction, [each.core for each in found]):
            return
        alternatives = Alternatives(self._record, spot, found)
        for inner in alternatives.compare():
            self.add(spot, inner)
        if alternatives.instead:
            self._facts(spot, found, _AROUND)
            return
        self._record.meet("schema", spot, [each.parts for each in found])
        self._facts(spot, found)
        self._bounds(spot, [each for each in found if each.declared])
        self._sampled_types(spot, found)
        for inside, inner in compare_fields(self._record, spot, found):
            self.add(inside, inner)
        for member, what, step in (("items", "items", "[*]"), ("additionalProperties", "additional-schema", ".*")):
            self._subschema(spot, found, member, what, step)
        self._others(spot, found)
        self._mapped(spot, found)

    def _facts(self, spot: Spot, found: Sequence[Shape], names: Iterable[str] = _FACTS) -> None:
        declared = [each for each in found if each.declared]
        for what in names:
            keywords, read = _FACTS[what]
            if what == "type" and all("type" not in each.keywords and shapes.unions(each) for each in declared):
                continue  # the alternatives tell, and were compared
            values = [read(each) for each in declared]
            if len({repr(value) for value in values}) < 2:
                continue
            able = [(each, value) for each, value in zip(declared, values, strict=True) if not each.silent(*keywords)]
            if what == "nullability":
                able = [(each, value) for each, value in able if value is not None and each.place.side.nullability]
            notes = {"items": _item_kinds(declared)} if what == "type" else None
            self._record.fact(what, spot, [saying(each, value, keywords) for each, value in able], notes)

    def _bounds(self, spot: Spot, declared: Sequence[Shape]) -> None:
        """The bounds of one place are one fact; one that a page cannot say is left out of it."""
        found = [shapes.bounds(each) for each in declared]
        if all(bounds == found[0] for bounds in found):
            return
        meant = [shapes.inclusive_bounds(each) for each in declared]
        if all(bounds == meant[0] for bounds in meant):
            return
        told = {keyword for bounds in found for keyword in bounds if not any(each.silent(keyword) for each in declared)}
        sayings = []
        for each, bounds in zip(declared, found, strict=True):
            said = {keyword: value for keyword, value in bounds.items() if keyword in told}
            sayings.append(saying(each, said or None, sorted(said)))
        self._record.fact("bounds", spot, sayings)

    def _sampled_types(self, spot: Spot, found: Sequence[Shape]) -> None:
        """A sample never contradicts a declaration, but for a value of a type that the declaration does not admit."""
        for shown in found:
            kinds = shapes.types(shown) if shown.sampled else None
            for each in found if kinds else ():
                admitted = shapes.types(each) if each.declared and not each.silent("type") else None
                if kinds is None or admitted is None:
                    continue
                wide = admitted | ({"integer"} if "number" in admitted else frozenset())
                if kinds <= wide:
                    continue
                if kinds - wide == {"null"}:
                    values: tuple[Any, Any] = (True, False)
                    what = "nullability"
                else:
                    values, what = (sorted(kinds), sorted(admitted)), "type"
                pair = [saying(shown, values[0], ("type",)), saying(each, values[1], ("type",))]
                self._record.fact(what, spot, pair)

    def _subschema(self, spot: Spot, found: Sequence[Shape], member: str, what: str, step: str) -> None:
        """The schema of every item, or of every field that is not named."""
        nodes = [_subschemas(each, member) for each in found]
        told = [any(place.value for place in node) for node in nodes]
        if len(set(told)) > 1:
            sayings = [
                saying(each, said or None, (member,))
                for each, said in zip(found, told, strict=True)
                if each.declared and not each.silent(member)
            ]
            self._record.fact(what, spot, sayings)
        self.add(spot.below(step), [node for node in nodes if node])

    def _mapped(self, spot: Spot, found: Sequence[Shape]) -> None:
        """The schemas that a discriminator leads to: often nothing else does."""
        targets = [shapes.mapped(each) for each in found]
        for value in dict.fromkeys(value for each in targets for value in each):
            self.add(spot.below(f"<{value}>"), [(each[value],) for each in targets if value in each])

    def _others(self, spot: Spot, found: Sequence[Shape]) -> None:
        able = [(each, others(each)) for each in found if each.declared]
        for keyword in dict.fromkeys(key for _, said in able for key in said):
            if self._record.versions and self._inside(spot, keyword, [said.get(keyword) for _, said in able]):
                continue
            sayings = []
            for each, said in able:
                if keyword in said:
                    place, meaning = said[keyword]
                    sayings.append(replace(Saying.of(each.place, plain(place.value), place), meaning=meaning))
                elif not each.silent(keyword):
                    sayings.append(Saying.lacking(each.place))
            self._record.fact(keyword, spot, sayings, {"keyword": True})

    def _inside(self, spot: Spot, keyword: str, said: Sequence[tuple[Place, str] | None]) -> bool:
        """Whether all have this keyword, and what it applies is told by comparing that: a wider part makes wider."""
        places = [each[0] for each in said if each is not None]
        if keyword not in _PARTS or len(places) < len(said):
            return False
        step, named = _PARTS[keyword]
        parts: list[dict[str | int, Place]] = [dict(place.children()) if named else {"": place} for place in places]
        shared = [key for key in parts[0] if all(key in each and isinstance(each[key].value, dict) for each in parts)]
        for key in shared:
            self.add(spot.below(step.format(key)), [(each[key],) for each in parts])
        return all(len(shared) == len(each) for each in parts)


def _subschemas(found: Shape, member: str) -> Node:
    return tuple(
        place for place in found.members(member) if isinstance(place.value, dict) and not shapes.is_shut(place)
    )
