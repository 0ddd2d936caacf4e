"""Effective schemas: what a schema admits, wherever the page writes it.

A schema is read as a conjunction of places: a reference adds its target, `allOf` its branches, an alternative of one
schema and null that schema. So `$ref` against inline, and composed against merged, are the same shape.
Source: JSON Schema 2020-12, core and validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from diglot.core.tree import plain
from diglot.drift.walk.side import Place
from diglot.drift.walk.terms import UNIONS, alternatives, is_null, is_simple, json_type, listed, own_types, text

Node = tuple[Place, ...]

_MAX_PARTS = 200
BOUNDS = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    **dict.fromkeys(("multipleOf", "uniqueItems"), max),
}
_VACUOUS = {("minLength", 0), ("minItems", 0), ("minProperties", 0), ("uniqueItems", False)}
_LEADING = frozenset({"$ref", "allOf", *UNIONS})
_POINTING = frozenset({*_LEADING, "title", "description"})


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One page's schema at one place: its parts, and what is asked of them again and again."""

    parts: Node
    complete: bool
    core: Node  # the parts that say something themselves, not merely where to look
    keywords: frozenset[str]  # of all parts
    admitted: frozenset[str] | None  # see `types`
    declared: bool  # whether the page declares all of it, its dialect can, and every reference leads somewhere

    @classmethod
    def of(cls, parts: Node, beside_null: tuple[bool, ...], complete: bool) -> Shape:
        """The shape of these parts, one at least, and for each whether null is let in beside it."""
        core = tuple(part for part in parts if not _POINTING.issuperset(part.value)) or parts[:1]
        keywords = frozenset(parts[0].value).union(*(part.value for part in parts[1:]))
        declared = complete and all(part.declared for part in parts)
        return cls(parts, complete, core, keywords, _types(parts, beside_null), declared)

    @property
    def place(self) -> Place:
        """Where the schema is said: what its reference leads to, if it is nothing but a reference."""
        return self.core[0]

    @property
    def sampled(self) -> bool:
        """Whether the page shows it only in a sample."""
        return self.complete and all(part.sampled for part in self.parts)

    def silent(self, *members: str) -> bool:
        """Whether the page cannot speak of one of these members here."""
        return not self.complete or any(part.silent(*members) for part in self.parts)

    def members(self, keyword: str) -> list[Place]:
        """That keyword in every part that has it."""
        if keyword not in self.keywords:
            return []
        return [child for part in self.parts if (child := part.child(keyword)) is not None]

    def first(self, keyword: str) -> Place | None:
        """That keyword in the first part that has it."""
        return self.members(keyword)[0] if keyword in self.keywords else None

    def flag(self, keyword: str) -> bool:
        """Whether any part says `true` for that keyword."""
        return keyword in self.keywords and any(part.value.get(keyword) is True for part in self.parts)


def shape(node: Node) -> Shape | None:
    """The shape of a conjunction of schemas, or None where none of them can be read as one."""
    parts: list[tuple[Place, bool]] = []
    seen: set[str] = set()
    complete = True
    waiting = [(place, False) for place in reversed(node)]
    while waiting and len(seen) < _MAX_PARTS:
        place, beside_null = waiting.pop()
        if place.pointer in seen:
            continue
        seen.add(place.pointer)
        if isinstance(place.value, bool):
            place = replace(place, value={} if place.value else {"not": {}})
        if not isinstance(place.value, dict):
            complete = False
            continue
        further = list(_further(place, beside_null))
        complete = complete and all(extra for extra, _ in further)
        waiting += [(extra, null) for extra, null in reversed(further) if extra is not None]
        parts.append((place, beside_null))
    if not parts:
        return None
    if complete and all(part.value.keys() == {"$ref"} for part, _ in parts):
        parts[0][0].circular()
    return Shape.of(tuple(part for part, _ in parts), tuple(null for _, null in parts), complete and not waiting)


def _further(place: Place, beside_null: bool) -> Iterator[tuple[Place | None, bool]]:
    """The schemas that hold together with this one."""
    if _LEADING.isdisjoint(place.value):
        return
    reference = place.get("$ref")
    if isinstance(reference, str):
        yield place.referred(reference), beside_null
    branches = place.child("allOf")
    for _, branch in branches.children() if branches else ():
        yield branch, beside_null
    for union in UNIONS:
        listing = place.child(union)
        listed_all = [branch for _, branch in listing.children()] if listing else []
        named = [branch for branch in listed_all if not is_null(branch)]
        if len(named) == 1:
            yield named[0], beside_null or len(listed_all) > 1


def types(found: Shape) -> frozenset[str] | None:
    """The JSON types that it admits, `null` among them; None where it admits any. `number` includes `integer`."""
    return found.admitted


def _types(parts: Node, null_beside: tuple[bool, ...]) -> frozenset[str] | None:
    admitted: frozenset[str] | None = None
    for part, beside_null in zip(parts, null_beside, strict=True):
        own = own_types(part)
        if own is None:
            continue
        own = own | {"null"} if beside_null else own
        admitted = own if admitted is None else (_meet(admitted, own) or admitted)
    return admitted


def _meet(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    both = left & right
    for one, other in ((left, right), (right, left)):
        if "integer" in one and "number" in other:
            both |= {"integer"}
    return both


def enum(found: Shape) -> list[Any] | None:
    """The values that it lists, in a fixed order, without null and without those of a type that it does not admit.

    None where it lists none.
    """
    admitted: dict[str, Any] | None = None
    kinds = types(found) or frozenset()
    for part in found.parts:
        values = listed(part)
        if values is None:
            continue
        own = {text(value): plain(value) for value in values if value is not None}
        admitted = own if admitted is None else {key: value for key, value in admitted.items() if key in own}
    if admitted is None:
        return None
    fitting = [value for _, value in sorted(admitted.items()) if _fits(value, kinds)]
    return fitting or [value for _, value in sorted(admitted.items())]


def _fits(value: Any, kinds: frozenset[str]) -> bool:
    kind = json_type(value)
    return not kinds or kind in kinds or (kind == "integer" and "number" in kinds)


def bounds(found: Shape) -> dict[str, Any]:
    """The bounds that it sets, the strictest of its parts, without those that bind nothing beside another."""
    strictest: dict[str, Any] = {}
    for keyword, stricter in BOUNDS.items() if found.keywords & BOUNDS.keys() else ():
        values = [member.value for member in found.members(keyword) if isinstance(member.value, int | float)]
        if values and (keyword, values[0]) not in _VACUOUS:
            strictest[keyword] = stricter(values)
    if strictest.get("multipleOf") == 1 and _is_whole(found):
        del strictest["multipleOf"]
    for inclusive, exclusive, stricter in (("minimum", "exclusiveMinimum", max), ("maximum", "exclusiveMaximum", min)):
        if inclusive in strictest and exclusive in strictest:
            excluded = stricter(strictest[inclusive], strictest[exclusive]) == strictest[exclusive]
            del strictest[inclusive if excluded else exclusive]
    return strictest


def inclusive_bounds(found: Shape) -> dict[str, Any]:
    """Its bounds, those of whole numbers without exclusive ones: above 0 is 1 or more."""
    said = bounds(found)
    if _is_whole(found):
        for inclusive, exclusive, step in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
            if isinstance(said.get(exclusive), int):
                said[inclusive] = said.pop(exclusive) + step
    return said


def _is_whole(found: Shape) -> bool:
    return (types(found) or frozenset()) - {"null"} == {"integer"}


def pattern(found: Shape) -> str | None:
    """The pattern of its texts, if it keeps any out: a pattern need not match from end to end."""
    member = found.first("pattern")
    return None if member is None or member.value in ("", "^", "$", ".*", "^.*", ".*$") else member.value


def is_shut(member: Place) -> bool:
    """Whether `additionalProperties` forbids all fields that are not named."""
    return member.value is False or member.value == {"not": {}}


def required(found: Shape) -> frozenset[str]:
    """The names that must be present."""
    listed = [member.value for member in found.members("required") if isinstance(member.value, list)]
    return frozenset(name for names in listed for name in names if isinstance(name, str))


def properties(found: Shape) -> dict[str, Node]:
    """Each named property with every schema that holds for it."""
    named: dict[str, Node] = {}
    for member in found.members("properties"):
        for name, place in member.children():
            if isinstance(member.value, dict):
                named[str(name)] = (*named.get(str(name), ()), place)
    return named


def unions(found: Shape) -> dict[str, list[Place]]:
    """The unions of more than one alternative, null left out, by keyword."""
    result: dict[str, list[Place]] = {}
    for union in UNIONS if not found.keywords.isdisjoint(UNIONS) else ():
        for part in found.parts:
            branches = alternatives(part, union) if union in part.value else []
            if len(branches) > 1 and not all(is_simple(branch.value) for branch in branches):
                result.setdefault(union, []).extend(branches)
    return result


def meant(name: Any) -> str:
    """The reference that a value in the mapping of a discriminator is; a bare name is that of a schema."""
    name = str(name)
    return name if "/" in name or "#" in name else f"#/components/schemas/{name}"


def mapped(found: Shape) -> dict[str, Place]:
    """The schema that each value of a discriminator stands for (OpenAPI 3.1.1, Discriminator Object)."""
    targets: dict[str, Place] = {}
    for member in found.members("discriminator"):
        mapping = member.child("mapping")
        for value, place in mapping.children() if mapping else ():
            target = place.referred(meant(place.value))
            if target is not None:
                targets.setdefault(str(value), target)
    return targets
