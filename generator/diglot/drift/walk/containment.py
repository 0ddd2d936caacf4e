"""Whether one schema admits whatever another one does: shown where it can be, and else taken not to be so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from diglot.drift.walk import schema as shapes
from diglot.drift.walk.schema import Node, Shape
from diglot.drift.walk.side import Place
from diglot.drift.walk.terms import text
from diglot.drift.walk.unions import others

_MAX_STEPS = 2_000
_LOWER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_SPEAKS_OF = {"Length": {"string"}, "Items": {"array"}, "Properties": {"object"}}
_NUMBERS = {"integer", "number"}


def admits(wide: Iterable[Place], narrow: Place) -> bool:
    """Whether each value of `narrow` but null is one of at least one of the alternatives `wide`."""
    return _Containment().among([(place,) for place in wide], (narrow,), frozenset(), beside_null=True)


class _Containment:
    def __init__(self) -> None:
        self._left = _MAX_STEPS

    def among(
        self, wide: Sequence[Node], narrow: Node, above: frozenset[tuple[str, ...]], beside_null: bool = False
    ) -> bool:
        """Whether one of these, or several of them together, admit it; `beside_null` says that null is no question."""
        found = shapes.shape(narrow)
        if found is None or not found.declared:
            return False
        kinds = shapes.types(found)
        asked = kinds - {"null"} if kinds and beside_null else kinds
        if any(self._holds(each, found, above, asked) for each in wide):
            return True
        parts = [branch for branches in shapes.unions(found).values() for branch in branches]
        if parts:  # null may stand beside the alternatives, and is in none of them
            return "null" not in (asked or ()) and all(self.among(wide, (branch,), above) for branch in parts)
        if asked is None or len(asked) < 2:
            return False
        return all(any(self._holds(each, found, above, frozenset({kind})) for each in wide) for kind in asked)

    def _holds(
        self, node: Node, narrow: Shape, above: frozenset[tuple[str, ...]], kinds: frozenset[str] | None
    ) -> bool:
        """Whether a schema admits all that another one does that is of these types."""
        wide = shapes.shape(node)
        self._left -= 1
        if wide is None or not wide.declared or self._left < 0:
            return False
        pair = (*(part.pointer for part in wide.core), "", *(part.pointer for part in narrow.core))
        if pair in above:
            return True
        above |= {pair}
        branches = [(branch,) for branches in shapes.unions(wide).values() for branch in branches]
        return (
            _fits(shapes.types(wide), kinds)
            and self._values(wide, narrow)
            and all(_said(narrow).get(key) == value for key, value in _said(wide).items())
            and all(_binds(keyword, value, narrow, kinds) for keyword, value in shapes.bounds(wide).items())
            and (not branches or self.among(branches, narrow.parts, above, beside_null=True))
            and (not {"object"} & (kinds or {"object"}) or self._object(wide, narrow, above))
            and (not {"array"} & (kinds or {"array"}) or self._each(wide, narrow, "items", above))
        )

    def _values(self, wide: Shape, narrow: Shape) -> bool:
        allowed, listed = shapes.enum(wide), shapes.enum(narrow)
        return allowed is None or (listed is not None and set(map(text, listed)) <= set(map(text, allowed)))

    def _object(self, wide: Shape, narrow: Shape, above: frozenset[tuple[str, ...]]) -> bool:
        named, known = shapes.properties(wide), shapes.properties(narrow)
        shut = any(map(shapes.is_shut, narrow.members("additionalProperties")))
        closed = any(map(shapes.is_shut, wide.members("additionalProperties")))
        return (
            shapes.required(wide) <= shapes.required(narrow)
            and (not closed or (shut and known.keys() <= named.keys()))
            and all(shut or name in known for name in named)
            and all(self.among([named[name]], known[name], above) for name in named.keys() & known.keys())
            and (closed or shut or self._each(wide, narrow, "additionalProperties", above))
        )

    def _each(self, wide: Shape, narrow: Shape, member: str, above: frozenset[tuple[str, ...]]) -> bool:
        """Whether the schemas of all items, or of all other fields, do."""
        asked = [place for place in wide.members(member) if place.value not in (True, {})]
        given = tuple(narrow.members(member))
        return not asked or (bool(given) and self.among([tuple(asked)], given, above))


def _fits(wide: frozenset[str] | None, kinds: frozenset[str] | None) -> bool:
    if wide is None or kinds is None:
        return wide is None
    return kinds <= (wide | {"integer"} if "number" in wide else wide)


def _said(found: Shape) -> dict[str, Any]:
    said = {"format": member.value} if (member := found.first("format")) is not None else {}
    said |= {"pattern": pattern} if (pattern := shapes.pattern(found)) is not None else {}
    return said | {key: meaning for key, (_, meaning) in others(found).items() if key != "discriminator"}


def _binds(keyword: str, value: Any, narrow: Shape, kinds: frozenset[str] | None) -> bool:
    """Whether what a bound forbids is forbidden there too, or is of no type that is admitted there."""
    speaks = next((each for ending, each in _SPEAKS_OF.items() if keyword.endswith(ending)), _NUMBERS)
    if kinds is not None and not kinds & speaks:
        return True
    own = shapes.bounds(narrow).get(keyword)
    if own is None or keyword == "multipleOf":
        return bool(own == value)
    return bool(own >= value if keyword in _LOWER else own <= value)
