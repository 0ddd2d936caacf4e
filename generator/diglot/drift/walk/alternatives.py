"""The alternatives (oneOf, anyOf) of one place, page by page: which there are, and whether a page has none at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diglot.drift.walk import schema as shapes
from diglot.drift.walk.facts import Record, Spot
from diglot.drift.walk.fields import saying
from diglot.drift.walk.schema import Node, Shape
from diglot.drift.walk.side import UNION_KIND, Place
from diglot.drift.walk.unions import align, digest, label

_BESIDE = frozenset(shapes.BOUNDS) | {"properties", "required", "items", "additionalProperties", "enum", "const"}


class Alternatives:
    """Compares the unions of several shapes of one place."""

    def __init__(self, record: Record, spot: Spot, found: Sequence[Shape]) -> None:
        self._record = record
        self._spot = spot
        self._able = [each for each in found if each.declared and not each.silent(*shapes.UNIONS)]
        self._listed = [(each, unions) for each in self._able if (unions := shapes.unions(each))]
        self._plain = [each for each in self._able if all(each is not other for other, _ in self._listed)]

    @property
    def instead(self) -> bool:
        """Whether one version has alternatives and nothing else, where the other has a schema: then that is all.

        What is said beside a union that the other version lacks too is compared as ever.
        """
        return self._record.versions and bool(self._plain) and bool(self._listed) and self._alone

    @property
    def _alone(self) -> bool:
        return not any(part.value.keys() & _BESIDE for each, _ in self._listed for part in each.parts)

    def compare(self) -> list[list[Node]]:
        """Note how the alternatives differ; gives those that belong together, to be compared further."""
        if not self._listed:
            return []
        able = [(each, unions) for each, unions in self._listed if not each.silent(UNION_KIND)]
        kinds = [saying(each, sorted(unions), tuple(unions)) for each, unions in able]
        self._record.fact("union-kind", self._spot, kinds)
        columns = [[branch for branches in unions.values() for branch in branches] for _, unions in self._listed]
        rows = align(columns)
        further: list[list[Node]] = [[(place,) for place in row if place is not None] for row in rows]
        if self._plain or any(None in row for row in rows):
            named = {id(each): branches for (each, _), branches in zip(self._listed, columns, strict=True)}
            further += self._variants(named)
        return further

    def _variants(self, branches: dict[int, list[Place]]) -> list[list[Node]]:
        named = {key: sorted(map(label, listed)) for key, listed in branches.items()}
        sayings = [saying(each, named.get(id(each)), shapes.UNIONS) for each in self._able]
        if not self._record.versions:
            self._record.fact("variant", self._spot, sayings)
            return []
        inner = [branch for listed in branches.values() for branch in listed]
        held = [_holding(each, inner) for each in self._plain]
        any_of = any("anyOf" in unions for _, unions in self._listed)
        notes: dict[str, Any] = {"kind": "any-of" if any_of else "one-of", "alone": self._alone, "holds": all(held)}
        self._record.fact("variant", self._spot, sayings, notes)
        if not self.instead:
            return []
        pairs = ((each, branch) for each, branch in zip(self._plain, held, strict=True) if branch is not None)
        return [[(each.parts[0],), (branch,)] for each, branch in pairs]


def _holding(found: Shape, branches: Sequence[Place]) -> Place | None:
    """The alternative that is the same schema, or has the same name."""
    wanted, name = digest(found.place), found.parts[0].get("$ref")
    return next(
        (branch for branch in branches if digest(branch) == wanted or (name and branch.get("$ref") == name)), None
    )
