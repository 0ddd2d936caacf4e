"""Several blocks of one page -> one document.

Nothing is overwritten: of two values that differ the first stays, and a finding names both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq
from diglot.read.block import Recovered

# How many levels of names below a member of the document may stand side by side.
_DEPTHS = {"paths": 2, "webhooks": 2, "components": 2, "definitions": 1}


def merge(path: str, parts: list[Recovered]) -> Recovered:
    """One result for all blocks of the page `path`, operations in the order of the page."""
    if len(parts) < 2:
        return parts[0] if parts else Recovered((), Map())
    merger = _Merger(path, Map(parts[0].document.own))
    for part in parts:
        merger.add(merger.document, part.document, "", 1)
    strengths = {pointer: strength for part in reversed(parts) for pointer, strength in part.strengths.items()}
    return Recovered(
        tuple(dict.fromkeys(operation for part in parts for operation in part.operations)),
        merger.document,
        strengths,
        tuple(dict.fromkeys(loss for part in parts for loss in part.losses)),
        (*(finding for part in parts for finding in part.findings), *merger.conflicts),
    )


@dataclass(slots=True)
class _Merger:
    path: str
    document: Map
    conflicts: list[Finding] = field(default_factory=list)
    tags: dict[str, tuple[int, Any, Mark | None]] = field(default_factory=dict)

    def add(self, target: Map, source: Map, pointer: str, depth: int) -> None:
        """Put what `source` has beside what `target` has, down to `depth` levels of names; `source` is not changed."""
        for key, value in source.items():
            mark = source.marks.get(key)
            below = depth - 1 if pointer else _DEPTHS.get(key, 0)
            if key == "tags" and not pointer and isinstance(value, Seq) and isinstance(target.get(key, value), Seq):
                if key not in target:
                    target.put(key, Seq(value.own), mark)
                self._add_tags(target[key], value)
            elif key not in target:
                target.put(key, _own(value, below), mark)
            elif isinstance(target[key], Map) and isinstance(value, Map) and below:
                self.add(target[key], value, join(pointer, key), below)
            elif target[key] != value:
                self._conflict(join(pointer, key), target.marks.get(key), mark)

    def _add_tags(self, target: Seq, source: Seq) -> None:
        """Add the tags of a document, each name once."""
        for tag, mark in zip(source, source.marks, strict=True):
            name = tag.get("name") if isinstance(tag, dict) else None
            new = (len(target), tag, mark)
            index, known, known_mark = self.tags.setdefault(name, new) if isinstance(name, str) else new
            if index == len(target):
                target.add(tag, mark)
            elif known != tag:
                self._conflict(join("/tags", index), known_mark, mark)

    def _conflict(self, pointer: str, first: Mark | None, second: Mark | None) -> None:
        here = Location(self.path, *(second or (0, 0)), pointer)
        there = Location(self.path, *(first or (0, 0)), pointer)
        self.conflicts.append(Finding("page-blocks-conflict", here, other=there))


def _own(value: Any, depth: int) -> Any:
    """A value whose mappings may be added to, down to `depth` levels; what lies below is shared."""
    if not depth or not isinstance(value, Map):
        return value
    copy = Map(value.own)
    for key, member in value.items():
        copy.put(key, _own(member, depth - 1), value.marks.get(key))
    return copy
