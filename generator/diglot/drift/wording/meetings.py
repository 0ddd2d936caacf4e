"""Where pages meet: a place of an operation with what each page has there, for those who look beyond structure.

`compare` finds the places, in step through every reference; what the pages' languages do there is told by `texts`,
`examples` and `identifiers`. Of several pages in one language only the best speaks: what they say among each other is
no matter of language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from diglot.drift.walk.facts import Meeting, Spot
from diglot.drift.walk.operation import Party
from diglot.drift.walk.side import Place

Node = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """One spot in two languages: the objects that hold the thing in the first, and those in the other one."""

    role: str
    spot: Spot
    one: Node
    other: Node

    @property
    def languages(self) -> tuple[str, str]:
        """The two languages."""
        return language_of(self.one), language_of(self.other)


def met(meetings: Iterable[Meeting], languages: Sequence[str]) -> list[Met]:
    """Every meeting language by language, the first of `languages` that it has beside each other one."""
    found = []
    first = next(iter(languages), "")
    for meeting in meetings:
        if len(meeting.nodes) == 2 and language_of(meeting.nodes[0]) == first != language_of(meeting.nodes[1]):
            found.append(Met(meeting.role, meeting.spot, *meeting.nodes))  # as most do
        else:
            found += [Met(meeting.role, meeting.spot, *pair) for pair in pairs(meeting.nodes, languages)]
    return found


def pairs(nodes: Sequence[Node], languages: Sequence[str]) -> Iterator[tuple[Node, Node]]:
    """The node of the first language beside that of each other one; the page whose dialect says most speaks."""
    best: dict[str, Node] = {}
    for node in sorted(nodes, key=lambda node: node[0].side.fragment.terseness) if len(nodes) > 2 else nodes:
        best.setdefault(language_of(node), node)
    first, *others = sorted(best, key=lambda language: (_index(languages, language), language))
    yield from ((best[first], best[other]) for other in others)


def documents(groups: Iterable[Sequence[Party]], languages: Sequence[str]) -> list[tuple[Place, Place]]:
    """The roots of the documents that describe an operation in two languages, each two of them once."""
    found: dict[tuple[int, int], tuple[Place, Place]] = {}
    for group in groups:
        for (one, *_), (other, *_) in pairs([(party.place,) for party in group], languages):
            found.setdefault((id(one.side), id(other.side)), (one.side.root, other.side.root))
    return list(found.values())


def language_of(node: Node) -> str:
    """The language of the page that a node stands on."""
    return node[0].side.fragment.language


def outside(spot: Spot) -> Spot:
    """The spot of an object around a schema: the body or parameter itself, not the root of its value."""
    return replace(spot, path=spot.path.removeprefix("$"))


def _index(languages: Sequence[str], language: str) -> int:
    return languages.index(language) if language in languages else len(languages)
