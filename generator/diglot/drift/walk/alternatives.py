"""The alternatives (oneOf, anyOf) of one place, page by page: which there are, and whether a page has none at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diglot.core.tree import plain
from diglot.drift.walk import schema as shapes
from diglot.drift.walk.containment import admits
from diglot.drift.walk.facts import Record, Spot
from diglot.drift.walk.fields import saying
from diglot.drift.walk.schema import Node, Shape
from diglot.drift.walk.side import UNION_KIND, Place
from diglot.drift.walk.terms import UNIONS, text
from diglot.drift.walk.unions import Row, align, digest, label

_BESIDE = frozenset(shapes.BOUNDS) | {"properties", "required", "items", "additionalProperties", "enum", "const"}
_MAX_LABEL = 60


class Alternatives:
    """Compares the unions of several shapes of one place.

    Constants are no alternatives where all pages say nothing else: they are values, and are compared as such.
    """

    def __init__(self, record: Record, spot: Spot, found: Sequence[Shape]) -> None:
        self._record = record
        self._spot = spot
        self._able = [each for each in found if each.declared and not each.silent(*UNIONS)]
        self._listed = [(each, unions) for each in self._able if (unions := shapes.unions(each))]
        self._plain = [each for each in self._able if all(each is not other for other, _ in self._listed)]
        self._valued = all(shapes.enum(each) is not None for each in self._able)

    @property
    def instead(self) -> bool:
        """Whether one version has alternatives and nothing else, where the other has a schema: then that is all.

        What is said beside a union that the other version lacks too is compared as ever.
        """
        return self._record.versions and bool(self._plain) and bool(self._listed) and self._alone and not self._valued

    @property
    def _alone(self) -> bool:
        return not any(part.value.keys() & _BESIDE for each, _ in self._listed for part in each.parts)

    def compare(self) -> list[list[Node]]:
        """Note how the alternatives differ; gives those that belong together, to be compared further."""
        if not self._listed:
            return []
        columns = [[branch for branches in unions.values() for branch in branches] for _, unions in self._listed]
        rows = align(columns)
        if self._valued:
            return [[(place,) for place in row if place is not None] for row in rows if _same(row)]
        able = [(each, unions) for each, unions in self._listed if not each.silent(UNION_KIND)]
        kinds = [saying(each, sorted(unions), tuple(unions)) for each, unions in able]
        self._record.fact("union-kind", self._spot, kinds)
        further: list[list[Node]] = [[(place,) for place in row if place is not None] for row in rows]
        if self._plain:
            further += self._against_none(columns)
        elif any(None in row for row in rows):
            self._unlike(rows)
        return further

    def _unlike(self, rows: Sequence[Row]) -> None:
        """Alternatives that only some pages have; but what another one admits is none, unless it has a name."""
        named: list[list[str]] = [[] for _ in self._listed]
        columns = [[place for row in rows if (place := row[index]) is not None] for index in range(len(named))]
        for row in rows:
            lacking = [columns[index] for index, place in enumerate(row) if place is None]
            anchor = next(place for place in row if place is not None)
            if self._record.versions and not anchor.get("$ref") and all(admits(each, anchor) for each in lacking):
                continue
            for index, place in enumerate(row):
                if place is not None:
                    named[index].append(_shown(place))
        sayings = [saying(each, sorted(names), UNIONS) for (each, _), names in zip(self._listed, named, strict=True)]
        self._record.fact("variant", self._spot, sayings, self._notes())

    def _against_none(self, columns: Sequence[Sequence[Place]]) -> list[list[Node]]:
        """Alternatives of one page against the one schema of another."""
        named = {
            id(each): sorted(map(_shown, branches)) for (each, _), branches in zip(self._listed, columns, strict=True)
        }
        sayings = [saying(each, named.get(id(each)), UNIONS) for each in self._able]
        if not self._record.versions:
            self._record.fact("variant", self._spot, sayings)
            return []
        inner = [branch for listed in columns for branch in listed]
        held = [_holding(each, inner) for each in self._plain]
        wider = all(
            branch is not None or admits(inner, each.place) for each, branch in zip(self._plain, held, strict=True)
        )
        narrower = all(admits([each.place for each in self._plain], branch) for branch in inner)
        named_too = any(branch.get("$ref") and branch not in held for branch in inner)
        if wider and narrower and self._alone and not named_too:
            return []
        self._record.fact("variant", self._spot, sayings, self._notes() | {"wider": wider, "narrower": narrower})
        if not self.instead:
            return []
        pairs = ((each, branch) for each, branch in zip(self._plain, held, strict=True) if branch is not None)
        return [[(each.parts[0],), (branch,)] for each, branch in pairs]

    def _notes(self) -> dict[str, Any]:
        any_of = any("anyOf" in unions for _, unions in self._listed)
        return {"kind": "any-of" if any_of else "one-of", "alone": self._alone}


def _same(row: Row) -> bool:
    return None not in row and len({digest(place) for place in row if place is not None}) == 1


def _shown(branch: Place) -> str:
    """What an alternative is called, or what it says where that is nothing."""
    return label(branch) or text(plain(branch.value))[:_MAX_LABEL]


def _holding(found: Shape, branches: Sequence[Place]) -> Place | None:
    """The alternative that is the same schema, or has the same name."""
    wanted, name = digest(found.place), found.parts[0].get("$ref")
    return next(
        (branch for branch in branches if digest(branch) == wanted or (name and branch.get("$ref") == name)), None
    )
