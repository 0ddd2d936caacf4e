"""Documents that remember where they were written.

A tree is made of `Map`, `Seq` and scalars. It compares, iterates and serializes like the plain dicts and lists that it
is; beside each entry it keeps the mark (line and column, from 1, in the file as published) of the text that the entry
was read from. A mark travels with its value when a stage moves the value to another place of another document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from diglot.core.pointer import join


class Mark(NamedTuple):
    """A position in a file as published: line and column, both from 1."""

    line: int
    column: int


mark_at: Callable[[tuple[int, int]], Mark] = partial(tuple.__new__, Mark)
"""`Mark(*pair)` at half the cost: readers make one for every entry of a document."""


class Map(dict[str, Any]):
    """A mapping with the mark of each key. `own` is the mark of the mapping itself."""

    __slots__ = ("marks", "own")

    def __init__(self, own: Mark | None = None) -> None:
        self.own = own
        self.marks: dict[str, Mark] = {}

    def put(self, key: str, value: Any, mark: Mark | None) -> None:
        """Set one entry and remember where it was written; without a mark the entry has no position."""
        self[key] = value
        if mark is not None:
            self.marks[key] = mark


class Seq(list[Any]):
    """A sequence with the mark of each item, in step with the items."""

    __slots__ = ("marks", "own")

    def __init__(self, own: Mark | None = None) -> None:
        self.own = own
        self.marks: list[Mark | None] = []

    def add(self, value: Any, mark: Mark | None) -> None:
        """Append one item and remember where it was written."""
        self.append(value)
        self.marks.append(mark)


def mark_of(container: Any, key: str | int) -> Mark | None:
    """The mark of one entry of a mapping or sequence, or None where the tree knows none."""
    if isinstance(container, Map) and isinstance(key, str):
        return container.marks.get(key)
    if isinstance(container, Seq) and isinstance(key, int) and key < len(container.marks):
        return container.marks[key]
    return None


def copy_tree(node: Any) -> Any:
    """A deep copy that keeps the marks and no longer shares any node (YAML aliases become copies)."""
    if isinstance(node, dict):
        mapping = Map(getattr(node, "own", None))
        for key, value in node.items():
            mapping.put(key, copy_tree(value), mark_of(node, key))
        return mapping
    if isinstance(node, list):
        sequence = Seq(getattr(node, "own", None))
        for index, value in enumerate(node):
            sequence.add(copy_tree(value), mark_of(node, index))
        return sequence
    return node


def renewed(node: Map) -> Map:
    """A copy whose entries may be set and taken away; the values are those of the original."""
    mapping = Map(node.own)
    mapping.update(node)
    mapping.marks.update(node.marks)
    return mapping


def plain(node: Any) -> Any:
    """The same value as plain dicts and lists, without marks."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return node


def walk(node: Any, pointer: str = "", mark: Mark | None = None) -> Iterator[tuple[str, Any, Mark | None]]:
    """Every node below and including `node`, parents first: (JSON Pointer, value, mark).

    A node without a mark of its own is given that of its nearest marked ancestor.
    """
    waiting = [(pointer, node, mark)]
    while waiting:
        here = waiting.pop()
        yield here
        pointer, node, mark = here
        if isinstance(node, dict):
            keys: Iterable[Any] = reversed(node)
        elif isinstance(node, list):
            keys = range(len(node) - 1, -1, -1)
        else:
            continue
        waiting += [(join(pointer, key), node[key], mark_of(node, key) or mark) for key in keys]
