"""One page as a party to a comparison: its document walked with marks, through references, past what its dialect lost.

A loss silences the page at that place and below: there it neither says nor denies anything. A loss of a mere name, of
a form or of an order silences nothing that is compared here; an inferred object is there, only its name is a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from diglot.core.finding import Finding, Location
from diglot.core.ir import Fragment, Strength
from diglot.core.pointer import join, resolve, split
from diglot.core.tree import Mark, mark_of

_MAX_HOPS = 20
UNION_KIND = "union-kind"
NULLABILITY = "nullability"
# Losses that do not speak of all that stands at their pointer: code -> the members that they silence.
_NARROW: Mapping[str, tuple[str, ...]] = {
    UNION_KIND: (UNION_KIND,),
    "fields-not-shown": ("properties", "required", "additionalProperties"),
    # names
    **dict.fromkeys(("component-name", "schema-name", "schema-names", "outer-name-lost"), ()),
    **dict.fromkeys(("security-scheme-name", "scheme-name"), ()),
    # where or in which order something stands, or in which of several equal forms
    **dict.fromkeys(("server-level", "security-level", "parameter-level", "parameter-order", "parameter-text"), ()),
    **dict.fromkeys(("allof-merged", "nullable-form", "bound-form", "type-inferred", "additional-properties"), ()),
    **dict.fromkeys(("enum-filtered", "property-hidden"), ()),
    # the absence of a text is what a comparison of languages looks for
    **dict.fromkeys(("title", "description"), ()),
    # what a sample leaves open says nothing about what is declared
    **dict.fromkeys(("sample-null", "sample-contradicts", "sample-types-differ"), ()),
    **dict.fromkeys(("sample-empty-object", "sample-empty-array", "further-example"), ()),
    NULLABILITY: (),
}
_Found = tuple[str, Any, Mark | None, Strength, bool]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One page: its document, where its dialect cannot speak, which objects' names are a guess, whether null shows.

    `unresolved` learns, while the page is walked, which references lead nowhere: by pointer, where and to what.
    """

    fragment: Fragment
    lost: frozenset[str]
    guessed: frozenset[str]
    nullability: bool
    even: bool  # whether every place is as strong as its parent, and nothing is lost
    found: dict[str, _Found | None] = field(default_factory=dict)  # what references have led to
    servers: dict[int, list[str]] = field(default_factory=dict)  # what lists of servers, by identity, come to
    united: dict[str, frozenset[str] | None] = field(default_factory=dict)  # what types the unions admit, by place
    digests: dict[str, str] = field(default_factory=dict)  # of schemas, by place
    unresolved: dict[str, Finding] = field(default_factory=dict)

    @classmethod
    def of(cls, fragment: Fragment) -> Side:
        """The page that `fragment` was read from, its document in canonical form."""
        lost: set[str] = set()
        guessed: set[str] = set()
        for loss in fragment.losses:
            if loss.certainty == "inferred" and _is_object(fragment.document, loss.pointer):
                guessed.add(loss.pointer)
                continue
            members = _NARROW.get(loss.code)
            pointer = loss.pointer
            if loss.code == UNION_KIND:
                pointer = pointer.removesuffix("/anyOf").removesuffix("/oneOf")
            lost.update([pointer] if members is None else (join(pointer, member) for member in members))
        nullability = all(loss.code != NULLABILITY for loss in fragment.losses)
        even = not lost and not fragment.strengths
        return cls(fragment, frozenset(lost), frozenset(guessed), nullability, even)

    def find(self, reference: str) -> _Found | None:
        """What a reference leads to in this document, looked up once."""
        if reference not in self.found:
            self.found[reference] = _find(self.root, reference)
        return self.found[reference]

    @property
    def root(self) -> Place:
        """The whole document."""
        document = self.fragment.document
        mark = document.own or Mark(self.fragment.page.first_line, 1)
        return Place(self, "", document, mark, self.fragment.strengths.get("", "declared"), "" in self.lost)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One value in one page's document: where it stands, how strongly it is said, and whether the page can say it."""

    side: Side
    pointer: str
    value: Any
    mark: Mark | None
    strength: Strength = "declared"
    lost: bool = False

    def child(self, key: str | int) -> Place | None:
        """The place of one member, or None where there is none."""
        value = self.value
        if isinstance(value, dict):
            if key not in value:
                return None
        elif not (isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value)):
            return None
        side, pointer, strength, lost = self.side, join(self.pointer, key), self.strength, self.lost
        if not side.even:
            strength = side.fragment.strengths.get(pointer, strength)
            lost = lost or pointer in side.lost
        return Place(side, pointer, value[key], mark_of(value, key) or self.mark, strength, lost)

    def children(self) -> Iterator[tuple[str | int, Place]]:
        """Every member of an object or a list, with its key or index."""
        keys: Any = self.value if isinstance(self.value, dict) else ()
        if isinstance(self.value, list):
            keys = range(len(self.value))
        for key in keys:
            child = self.child(key)
            if child is not None:
                yield key, child

    def get(self, key: str, default: Any = None) -> Any:
        """The value of one member of an object."""
        return self.value.get(key, default) if isinstance(self.value, dict) else default

    def target(self) -> Place | None:
        """Where `$ref` leads, the place itself without one, None where it leads nowhere or in a circle."""
        place = self
        for _ in range(_MAX_HOPS):
            reference = place.get("$ref")
            if not isinstance(reference, str):
                return place
            found = place.referred(reference)
            if found is None:
                return None
            place = found
        self.circular()
        return None

    @property
    def _reference(self) -> Location:
        return (self.child("$ref") or self).location

    def circular(self) -> None:
        """Note that the reference of this place leads in a circle."""
        way: list[str] = []
        reference = self.get("$ref")
        while isinstance(reference, str) and reference not in way:
            way.append(reference)
            found = self.side.find(reference)
            reference = found[1].get("$ref") if found is not None and isinstance(found[1], dict) else None
        circle = (*way[way.index(reference) :], reference) if reference in way else way
        names = [str(each).rpartition("/")[2] for each in circle]
        finding = Finding("reference-circular", self._reference, args={"way": names})
        self.side.unresolved.setdefault(self.pointer, finding)

    def referred(self, reference: str) -> Place | None:
        """The place in the same document that a reference names; it is no stronger than the place that refers."""
        found = self.side.find(reference)
        if found is None:
            finding = Finding("reference-unresolved", self._reference, args={"reference": reference})
            self.side.unresolved.setdefault(self.pointer, finding)
            return None
        pointer, value, mark, strength, lost = found
        strength = self.strength if strength == "declared" else strength
        return Place(self.side, pointer, value, mark, strength, self.lost or lost)

    def silent(self, *members: str) -> bool:
        """Whether the page's dialect cannot speak here, or not of one of these members."""
        lost = self.side.lost
        return self.lost or (bool(lost) and any(join(self.pointer, member) in lost for member in members))

    @property
    def declared(self) -> bool:
        """Whether the page declares this value and its dialect can."""
        return self.strength == "declared" and not self.lost

    @property
    def sampled(self) -> bool:
        """Whether the page shows this value only in a sample."""
        return self.strength == "sampled"

    @property
    def guessed(self) -> bool:
        """Whether the page has this object, and its name or place is the reader's guess."""
        return self.pointer in self.side.guessed

    @property
    def location(self) -> Location:
        """Where the page has it."""
        line, column = self.mark or Mark(0, 0)
        return Location(self.side.fragment.page.path, line, column, self.pointer)


def _find(root: Place, reference: str) -> _Found | None:
    """What a reference into the document itself names: a place but for its side, which is to remember it."""
    if not reference.startswith("#"):
        return None
    place: Place | None = root
    for token in split(unquote(reference)):
        if place is None:
            return None
        place = place.child(int(token) if isinstance(place.value, list) and token.isdecimal() else token)
    return None if place is None else (place.pointer, place.value, place.mark, place.strength, place.lost)


def _is_object(document: Any, pointer: str) -> bool:
    try:
        return isinstance(resolve(document, pointer), dict | list)
    except LookupError:
        return False
