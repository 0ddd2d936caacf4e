"""Equality of trees that share nodes, in time that grows with what is written and not with what it unfolds to."""

from __future__ import annotations

from typing import Any


class Alike:
    """Gives every tree a number, the same number to equal trees.

    Values are equal as JSON is: `1` and `1.0` are one number, `true` is none. A node is numbered once, however many
    aliases lead to it, so trees must not be changed after they were numbered.
    """

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._seen: dict[int, tuple[Any, int]] = {}  # keeps the node, so that its id stays its own

    def number(self, node: Any) -> int:
        """The number of `node`; equal for equal trees of one `Alike`."""
        if not isinstance(node, dict | list):
            return self._number((isinstance(node, bool), node))
        known = self._seen.get(id(node))
        if known is None:
            known = node, self._number(self._shape(node))
            self._seen[id(node)] = known
        return known[1]

    def same(self, one: Any, other: Any) -> bool:
        """Whether two trees are equal; the order of members does not matter."""
        return one is other or self.number(one) == self.number(other)

    def _shape(self, node: Any) -> tuple[Any, ...]:
        parts: list[Any] = []  # filled by loops: a comprehension would cost a frame a level of what may be deep
        if isinstance(node, dict):
            for key, value in node.items():
                parts.append((key, self.number(value)))
            return ("map", *sorted(parts))
        for value in node:
            parts.append(self.number(value))
        return ("list", *parts)

    def _number(self, shape: Any) -> int:
        return self._numbers.setdefault(shape, len(self._numbers))
