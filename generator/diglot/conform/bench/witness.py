"""Whether somebody else writes to what the laws look at: then a relation of two answers proves nothing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class _Sight:
    """What one question was answered with, and every id it was ever answered with."""

    total: int | None
    ids: frozenset[str]
    ever: frozenset[str]


@dataclass
class Witness:
    """Compares answers to the same question between which the tests wrote nothing.

    A row whose content differs, or other rows together with another total, are somebody else's doing. Another order,
    or another total of the same rows, is not: that is a fault of the server.
    """

    moved: bool = False
    _rows: dict[tuple[Hashable, str], Any] = field(default_factory=dict)
    _sights: dict[Hashable, _Sight] = field(default_factory=dict)

    def wrote(self) -> None:
        """The tests wrote something: what was seen before may differ from what comes."""
        self._rows.clear()
        self._sights.clear()

    def saw(self, question: Hashable, total: int | None, rows: Mapping[str, Any]) -> None:
        """Take the rows (by id) and the total that a question was answered with."""
        if any(self._rows.get((question, key), row) != row for key, row in rows.items()):
            self.moved = True
        self._rows |= {(question, key): row for key, row in rows.items()}
        ids = frozenset(rows)
        before = self._sights.get(question) or _Sight(total, ids, ids)
        ever = before.ever | ids
        if before.ids != ids and (before.total != total or (total is not None and len(ever) > total)):
            self.moved = True
        self._sights[question] = _Sight(total, ids, ever)
