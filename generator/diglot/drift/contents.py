"""Schemas of several pages walked in step, fact by fact."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from diglot.core.tree import plain
from diglot.drift import schema as shapes
from diglot.drift.facts import Record, Saying, Spot
from diglot.drift.schema import Node, Shape
from diglot.drift.side import UNION_KIND, Place
from diglot.drift.unions import align, label, others

_MAX_POSITIONS = 200_000


def _nullable(found: Shape) -> bool | None:
    kinds = shapes.types(found)
    return None if kinds is None else "null" in kinds


def _kinds(found: Shape) -> list[str] | None:
    kinds = shapes.types(found)
    return None if kinds is None else sorted(kinds - {"null"})


def _value(keyword: str) -> Callable[[Shape], Any]:
    def read(found: Shape) -> Any:
        member = found.first(keyword)
        return None if member is None else member.value

    return read


def _flag(keyword: str) -> Callable[[Shape], bool]:
    return lambda found: found.flag(keyword)


def _closed(found: Shape) -> bool:
    return any(member.value is False for member in found.members("additionalProperties"))


# what -> the keywords that say it, and what a shape says; None is nothing, and differs from a value
_FACTS: dict[str, tuple[tuple[str, ...], Callable[[Shape], Any]]] = {
    "type": (("type",), _kinds),
    "nullability": (("type",), _nullable),
    "format": (("format",), _value("format")),
    "enum": (("enum", "const"), shapes.enum),
    "pattern": (("pattern",), _value("pattern")),
    "default": (("default",), _value("default")),
    "deprecation": (("deprecated",), _flag("deprecated")),
    "read-only": (("readOnly",), _flag("readOnly")),
    "write-only": (("writeOnly",), _flag("writeOnly")),
    "additional-fields": (("additionalProperties",), _closed),
}
_UNSENT = {"request": "readOnly", "response": "writeOnly"}


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
        """Note texts that some pages have and others do not; `holders` are where, page by page."""
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
        if spot.depth:
            self.texts(spot, [each.parts for each in found], "description")
        key = [tuple((id(part.side), part.pointer) for part in each.core) for each in found]
        if len(found) < 2 or not self._record.enter(spot.direction, *key):
            return
        self._record.meet("schema", spot, [each.parts for each in found])
        self._facts(spot, found)
        self._sampled_types(spot, found)
        self._properties(spot, found)
        for member, step in (("items", "[*]"), ("additionalProperties", ".*")):
            inner = [places for each in found if (places := _subschemas(each, member))]
            self.add(spot.below(step), inner)
        self._unions(spot, found)
        self._others(spot, found)

    def _facts(self, spot: Spot, found: Sequence[Shape]) -> None:
        declared = [each for each in found if each.declared]
        for what, (keywords, read) in _FACTS.items():
            values = [read(each) for each in declared]
            if len({repr(value) for value in values}) < 2:
                continue
            able = [(each, value) for each, value in zip(declared, values, strict=True) if not each.silent(*keywords)]
            if what == "nullability":
                able = [(each, value) for each, value in able if value is not None and each.place.side.nullability]
            self._record.fact(what, spot, [_saying(each, value, keywords) for each, value in able])
        self._bounds(spot, declared)

    def _bounds(self, spot: Spot, declared: Sequence[Shape]) -> None:
        """The bounds of one place are one fact; one that a page cannot say is left out of it."""
        found = [shapes.bounds(each) for each in declared]
        told = {keyword for bounds in found for keyword in bounds if not any(each.silent(keyword) for each in declared)}
        sayings = []
        for each, bounds in zip(declared, found, strict=True):
            said = {keyword: value for keyword, value in bounds.items() if keyword in told}
            sayings.append(_saying(each, said or None, sorted(said)))
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
                pair = [_saying(shown, values[0], ("type",)), _saying(each, values[1], ("type",))]
                self._record.fact(what, spot, pair)

    def _properties(self, spot: Spot, found: Sequence[Shape]) -> None:
        listed = [shapes.properties(each) for each in found]
        self._described(spot, found, listed)
        unsent = _UNSENT.get(spot.direction, "")
        known = set(chain(*listed))
        for name in dict.fromkeys(chain.from_iterable(listed)):
            nodes = [each[name] for each in listed if name in each]
            if any(place.get(unsent) is True for node in nodes for place in node):
                known.discard(name)
                continue
            inside = spot.below(f".{name}")
            self._presence(inside, name, found, listed)
            self.add(inside, nodes)
        self._required(spot, found, listed, known)

    def _presence(self, spot: Spot, name: str, found: Sequence[Shape], listed: Sequence[dict[str, Node]]) -> None:
        declared, sampled, lacking = [], [], []
        for each, named in zip(found, listed, strict=True):
            if name in named:
                place = named[name][0]
                if place.sampled:
                    sampled.append(Saying.of(place, True))
                elif place.declared:
                    declared.append(Saying.of(place, True))
            elif each.declared and not _unlisted(each, name) and any(map(_declared, named.values())):
                lacking.append(Saying.lacking(each.members("properties")[0]))
        what = "field" if declared else "sampled-field"
        self._record.fact(what, spot, [*(declared or sampled), *lacking], field=name)

    def _described(self, spot: Spot, found: Sequence[Shape], listed: Sequence[dict[str, Node]]) -> None:
        """A page that calls something an object and lists no field of it, where another page lists them."""
        sayings = []
        for each, named in zip(found, listed, strict=True):
            kinds = shapes.types(each)
            if kinds is None or "object" not in kinds or not each.declared or each.silent("properties"):
                continue
            if any(map(_declared, named.values())):
                sayings.append(Saying.of(each.place, True, each.first("properties")))
            elif not named and not shapes.unions(each):
                sayings.append(Saying.lacking(each.place))
        self._record.fact("fields", spot, sayings)

    def _required(self, spot: Spot, found: Sequence[Shape], listed: Sequence[dict[str, Node]], known: set[str]) -> None:
        able = [
            (each, named)
            for each, named in zip(found, listed, strict=True)
            if each.declared and named and not each.silent("required")
        ]
        shared = known.intersection(*(set(named) for _, named in able)) if able else set()
        sayings = [_saying(each, sorted(shapes.required(each) & shared) or None, ("required",)) for each, _ in able]
        self._record.fact("field-required", spot, sayings)

    def _unions(self, spot: Spot, found: Sequence[Shape]) -> None:
        able = [each for each in found if each.declared and not each.silent(*shapes.UNIONS)]
        listed = [(each, unions) for each in able if (unions := shapes.unions(each))]
        if not listed:
            return
        kinds = [_saying(each, sorted(unions), tuple(unions)) for each, unions in listed if not each.silent(UNION_KIND)]
        self._record.fact("union-kind", spot, kinds)
        columns = [[branch for branches in unions.values() for branch in branches] for _, unions in listed]
        rows = align(columns)
        for row in rows:
            self.add(spot, [(place,) for place in row if place is not None])
        if len(listed) < len(able) or any(None in row for row in rows):
            named = {
                id(each): sorted(map(label, branches)) for (each, _), branches in zip(listed, columns, strict=True)
            }
            self._record.fact("variant", spot, [_saying(each, named.get(id(each)), shapes.UNIONS) for each in able])

    def _others(self, spot: Spot, found: Sequence[Shape]) -> None:
        able = [(each, others(each)) for each in found if each.declared]
        for keyword in dict.fromkeys(key for _, said in able for key in said):
            sayings = []
            for each, said in able:
                if keyword in said:
                    place, meaning = said[keyword]
                    sayings.append(replace(Saying.of(each.place, plain(place.value), place), meaning=meaning))
                elif not each.silent(keyword):
                    sayings.append(Saying.lacking(each.place))
            self._record.fact(keyword, spot, sayings)


def _saying(found: Shape, value: Any, keywords: Sequence[str]) -> Saying:
    at = next((member for keyword in keywords if (member := found.first(keyword))), None)
    if value is None:
        return Saying.lacking(found.place)
    return Saying.of(found.place, value, at)


def _subschemas(found: Shape, member: str) -> Node:
    return tuple(place for place in found.members(member) if isinstance(place.value, dict))


def _declared(node: Node) -> bool:
    return all(place.declared for place in node)


def _unlisted(found: Shape, name: str) -> bool:
    """Whether a page's dialect cannot say that an object has no such field."""
    return found.silent("properties") or any(member.silent(name) for member in found.members("properties"))
