"""The named fields of an object, page by page: which are there, which must be, which only one side may send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from diglot.drift.walk import schema as shapes
from diglot.drift.walk.facts import Record, Saying, Spot
from diglot.drift.walk.schema import Node, Shape
from diglot.drift.walk.side import Place
from diglot.drift.walk.terms import text

_UNSENT = {"request": "readOnly", "response": "writeOnly"}
_ONE_WAY = {"readOnly": "read-only", "writeOnly": "write-only"}


def compare_fields(record: Record, spot: Spot, found: Sequence[Shape]) -> list[tuple[Spot, list[Node]]]:
    """Note how the fields of these objects differ; gives the fields to be compared further, each with its schemas."""
    listed = [shapes.properties(each) for each in found]
    if not record.versions:
        _described(record, spot, found, listed)
    unsent = _UNSENT.get(spot.direction, "")
    known = set(chain(*listed))
    required = [shapes.required(each) for each in found]
    shared = []
    for name in dict.fromkeys(chain.from_iterable(listed)):
        inside = spot.below(f".{name}", required=all(name in names for names in required))
        nodes = [each[name] for each in listed if name in each]
        flags = [_flagged(node, unsent) for node in nodes]
        if any(flags):
            known.discard(name)
            if record.versions:
                marked = [Saying.of(node[0], flag) for node, flag in zip(nodes, flags, strict=True)]
                record.fact(_ONE_WAY[unsent], inside, marked)
            continue
        _presence(record, inside, name, found, listed)
        shared.append((inside, nodes))
    _required(record, spot, found, listed, known)
    return shared


def _flagged(node: Node, flag: str) -> bool:
    """Whether a field is marked so, where it stands or where its schema does."""
    if any(place.get(flag) is True for place in node):
        return True
    composed = any(isinstance(place.value, dict) and {"$ref", "allOf"} & place.value.keys() for place in node)
    found = shapes.shape(node) if composed and flag else None
    return found is not None and found.flag(flag)


def _presence(record: Record, spot: Spot, name: str, found: Sequence[Shape], listed: Sequence[dict[str, Node]]) -> None:
    if all(name in named for named in listed):
        return
    declared, sampled, lacking = [], [], []
    required = filled = False
    for each, named in zip(found, listed, strict=True):
        if name in named:
            place = named[name][0]
            if place.sampled:
                sampled.append(Saying.of(place, True))
            elif place.declared:
                declared.append(Saying.of(place, True))
                required = required or name in shapes.required(each)
                filled = filled or _is_filled(named[name])
        elif each.declared and not _unlisted(each, name) and _lists(record, each, named):
            lacking.append(Saying.lacking(each.first("properties") or each.place))
    what = "field" if declared else "sampled-field"
    notes = {"required": required, "filled": filled}
    record.fact(what, spot, [*(declared or sampled), *lacking], notes, field=name)


def _lists(record: Record, found: Shape, named: dict[str, Node]) -> bool:
    """Whether a page that does not list a field thereby says that there is none: a version always does."""
    if record.versions:
        kinds = shapes.types(found)
        return kinds is None or "object" in kinds
    return any(map(_declared, named.values()))


def _described(record: Record, spot: Spot, found: Sequence[Shape], listed: Sequence[dict[str, Node]]) -> None:
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
    record.fact("fields", spot, sayings)


def _required(
    record: Record, spot: Spot, found: Sequence[Shape], listed: Sequence[dict[str, Node]], known: set[str]
) -> None:
    able = [
        (each, named)
        for each, named in zip(found, listed, strict=True)
        if each.declared and (named or record.versions) and not each.silent("required")
    ]
    shared = known.intersection(*(set(named) for _, named in able)) if able else set()
    if record.versions:  # a name may be required that no version describes
        shared |= {name for each, _ in able for name in shapes.required(each)}.difference(*listed)
    told = [shapes.required(each) & shared for each, _ in able]
    if all(names == told[0] for names in told):
        return
    sayings = [saying(each, sorted(names) or None, ("required",)) for (each, _), names in zip(able, told, strict=True)]
    filled = {name for _, named in able for name in shared & named.keys() if _is_filled(named[name])}
    record.fact("field-required", spot, sayings, {"filled": filled})


def saying(found: Shape, value: Any, keywords: Sequence[str]) -> Saying:
    """What a page says of a schema by one of these keywords; None is nothing."""
    at = next((member for keyword in keywords if (member := found.first(keyword))), None)
    if value is None:
        return Saying.lacking(found.place)
    parts = {key: Saying.of(found.place, None, place).location for key, place in _parts(found, keywords)}
    return replace(Saying.of(found.place, value, at), parts=parts)


def _parts(found: Shape, keywords: Sequence[str]) -> Iterator[tuple[str, Place]]:
    """Where each keyword stands, and each value of a list of values."""
    for keyword in keywords:
        for member in found.members(keyword):
            yield keyword, member
            if keyword in ("enum", "required"):
                yield from ((text(child.value), child) for _, child in member.children())


def _is_filled(node: Node) -> bool:
    return any("default" in place.value for place in node if isinstance(place.value, dict))


def _declared(node: Node) -> bool:
    return all(place.declared for place in node)


def _unlisted(found: Shape, name: str) -> bool:
    """Whether a page's dialect cannot say that an object has no such field."""
    return found.silent("properties") or any(member.silent(name) for member in found.members("properties"))
