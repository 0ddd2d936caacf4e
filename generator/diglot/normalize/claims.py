"""What pages claim about one place of the contract, and which claim is the better evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from diglot.core.finding import Location
from diglot.core.ir import Fragment, Origin, Strength
from diglot.core.pointer import is_within, join, resolve
from diglot.core.tree import Mark, mark_of

_STRENGTHS: tuple[Strength, ...] = ("added", "declared", "sampled", "prose", "inferred")
_MAX_HOPS = 20
UNDATED = "0000"
MARKER = "x-diglot-strength"  # how a document itself says that a place of it is only sampled


@dataclass(frozen=True, slots=True)
class Claim:
    """One page's value for one place: where the page has it, and how strongly it is said there."""

    fragment: Fragment
    value: Any
    pointer: str
    mark: Mark | None
    strength: Strength = "declared"

    @classmethod
    def root(cls, fragment: Fragment) -> Claim:
        """The claim of a whole page."""
        return cls(fragment, fragment.document, "", None, fragment.strengths.get("", "declared"))

    def child(self, key: str | int) -> Claim:
        """The claim for one member; the caller knows that the member is there."""
        pointer = join(self.pointer, key)
        value = self.value[key]
        marked = value.get(MARKER) if isinstance(value, dict) else None
        strength = marked if marked in _STRENGTHS else self.fragment.strengths.get(pointer, self.strength)
        return Claim(self.fragment, value, pointer, mark_of(self.value, key) or self.mark, strength)

    def target(self) -> Claim | None:
        """The claim that a local `$ref` leads to, itself where there is none, None where it leads nowhere."""
        claim = self
        for _ in range(_MAX_HOPS):
            reference = reference_of(claim.value)
            if reference is None:
                return claim
            try:
                value = resolve(self.fragment.document, reference)
            except LookupError:
                return None
            mark = getattr(value, "own", None) or claim.mark
            claim = Claim(self.fragment, value, reference[1:], mark, self.strength)
        return None

    @property
    def location(self) -> Location:
        """Where the page says it."""
        line, column = self.mark or (self.fragment.page.first_line, 1)
        return Location(self.fragment.page.path, line, column, self.pointer)

    @property
    def origin(self) -> Origin:
        """The claim as provenance."""
        return Origin(self.location, self.strength, self.fragment.language)

    def loses(self, code: str) -> bool:
        """Whether the page's dialect could not say this (a loss of that code stands at or above this place)."""
        return any(loss.code == code and is_within(self.pointer, loss.pointer) for loss in self.fragment.losses)

    def doubts(self, key: str) -> bool:
        """Whether the page's dialect leaves it open if this member is what the source had (any loss stands at it)."""
        place = join(self.pointer, key)
        return any(loss.pointer == place for loss in self.fragment.losses)

    def loses_below(self, code: str) -> bool:
        """Whether the page's dialect could not say all of this (a loss of that code stands at or below this place)."""
        return any(loss.code == code and is_within(loss.pointer, self.pointer) for loss in self.fragment.losses)


def reference_of(value: Any) -> str | None:
    """The local reference (`#/…`) of an object, or None."""
    reference = value.get("$ref") if isinstance(value, dict) else None
    return reference if isinstance(reference, str) and reference.startswith("#/") else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The order of evidence: strength, age (newer first), version in the path, dialect, language, path.

    A page without an age comes after every page that has one, and one without a version after every version.
    """

    languages: Sequence[str]
    _pages: dict[int, tuple[Fragment, tuple[Any, ...]]] = field(default_factory=dict)

    def rank(self, claim: Claim) -> tuple[Any, ...]:
        """A sort key; the best claim sorts first. Total, so that the order of the pages never matters."""
        fragment = claim.fragment
        known = self._pages.get(id(fragment))
        if known is None:  # with the fragment itself, so that no other one can get its id
            known = self._pages[id(fragment)] = (fragment, self._rank_of_page(fragment))
        return (_STRENGTHS.index(claim.strength), known[1], claim.pointer)

    def _rank_of_page(self, fragment: Fragment) -> tuple[Any, ...]:
        return (
            _newest_first(newest(fragment.age)),
            (*(-1 - number for number in fragment.generation), 0),
            fragment.terseness,
            _index(self.languages, fragment.language),
            fragment.page.path,
            fragment.page.first_line,
        )

    def sort(self, claims: list[Claim]) -> list[Claim]:
        """Best first."""
        return sorted(claims, key=self.rank) if len(claims) > 1 else claims

    def sort_texts(self, claims: list[Claim]) -> list[Claim]:
        """Best wording first: a dialect that keeps the markup of prose comes before rendered text, whatever its age."""
        return sorted(claims, key=lambda claim: (claim.fragment.dialect == "rendered", self.rank(claim)))


def newest(age: str | None) -> str:
    """The last day of an age: `2025-09-11/2025-11-26` is `2025-11-26`."""
    return (age or UNDATED).rpartition("/")[2]


def _newest_first(day: str) -> tuple[int, ...]:
    return tuple(-ord(char) for char in day)


def _index(order: Sequence[str], item: str) -> int:
    return list(order).index(item) if item in order else len(order)
