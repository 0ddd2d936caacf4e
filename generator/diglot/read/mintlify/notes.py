"""The notes of one flattened block, and the guards with which its tree is entered: any shape may stand anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.ir import Certainty, Loss, Page, Strength
from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq, mark_of
from diglot.read.shapes import kind_of

_LONGEST = 300  # evidence is for people
MAX_LOSSES = 50_000  # a page of the usual size has two hundred


class FlatNotes:
    """Notes that say each loss once, and turn a shape outside the grammar into a finding and an empty value."""

    def __init__(self, page: Page) -> None:
        self._path = page.path
        self._losses: dict[tuple[str, str], Loss] = {}
        self.strengths: dict[str, Strength] = {}
        self.findings: list[Finding] = []
        self.operation = ""
        self._full = False
        self._near = Mark(page.first_line, 1)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """All losses in the order in which they were noted."""
        return tuple(self._losses.values())

    def lose(
        self, pointer: str, code: str, certainty: Certainty = "lost", evidence: str = "", mark: Mark | None = None
    ) -> None:
        """Note one loss; the first note about a pointer and code counts, and a page has so many at the most."""
        if (pointer, code) in self._losses:
            return
        if len(self._losses) < MAX_LOSSES:
            self._losses[pointer, code] = Loss(pointer, code, certainty, evidence[:_LONGEST], mark)
        elif not self._full:
            self._full = True
            where = Location(self._path, *(mark or self._near), pointer)
            size = {"size": f"more than {MAX_LOSSES} losses", "limit": MAX_LOSSES}
            self.findings.append(Finding("page-too-large", where, self.operation, evidence=size))

    def until_full(self, holder: Map) -> Iterator[str]:
        """The keys of `holder`, as long as there is room for what is lost of them; that it ran out is a finding."""
        for key in holder:
            if self._full:
                return
            self._near = mark_of(holder, key) or self._near
            yield key

    def odd(self, pointer: str, expected: str, found: Any, mark: Mark | None) -> None:
        """Note a shape that the dialect does not have. What was found is named by its kind, never quoted."""
        location = Location(self._path, *(mark or (0, 0)), pointer)
        args = {"expected": expected, "found": kind_of(found)}
        self.findings.append(Finding("flat-shape-unexpected", location, self.operation, args=args))

    def unknown(self, holder: Map, known: frozenset[str], pointer: str) -> None:
        """Note the members of `holder` that the grammar does not have: they are not read."""
        for key in holder:
            if key not in known:
                evidence = "the dialect has no such member"
                self.lose(join(pointer, key), "member-unknown", "lost", evidence, mark_of(holder, key))

    def mapping(self, holder: Map, key: str, pointer: str) -> Map:
        """One member as a mapping. A missing or null one reads as empty, any other shape too, with a finding."""
        value = holder.get(key)
        if isinstance(value, Map):
            return value
        if value is not None:
            self.odd(pointer, "object", value, mark_of(holder, key))
        return Map(mark_of(holder, key))

    def sequence(self, holder: Map, key: str, pointer: str) -> Seq:
        """One member as a sequence; see `mapping`."""
        value = holder.get(key)
        if isinstance(value, Seq):
            return value
        if value is not None:
            self.odd(pointer, "array", value, mark_of(holder, key))
        return Seq(mark_of(holder, key))

    def move(self, source: Map, key: str, target: Map, pointer: str, name: str = "") -> None:
        """Put one member of text, where there is one, into `target`; another kind of value is a finding."""
        value = source.get(key)
        if isinstance(value, str):
            target.put(name or key, value, mark_of(source, key))
        elif value is not None:
            self.odd(pointer, "string", value, mark_of(source, key))
