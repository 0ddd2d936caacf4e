"""Texts of one place in two languages: one that was not translated, and literals that only one of the two has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.drift.facts import Saying, Spot
from diglot.drift.meetings import Met, Node, language_of, outside
from diglot.drift.members import targets
from diglot.drift.prose import is_script_own, left_in, vocabulary
from diglot.drift.side import Place, Side
from diglot.drift.stale import is_older, verdict
from diglot.drift.tokens import Tokens
from diglot.drift.words import because, in_each, where

_MAX_SHOWN = 120
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_SMALL = frozenset({"0", "1"})  # said by `none`, `a`, `each` and a hundred other words


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one spot, such as its `description`, in two languages."""

    spot: Spot
    name: str
    one: Place
    other: Place

    @property
    def identity(self) -> tuple[Any, ...]:
        """Equal for texts to be judged once: a component that many operations share, a sentence on every page."""
        if self.spot.part == "document":  # what a specification says of itself stands on each page cut out of it
            return self.spot.path, self.name, self.one.value, self.other.value
        return id(self.one.side), self.one.pointer, id(self.other.side), self.other.pointer


class Texts:
    """All texts that pages have in two languages."""

    def __init__(self, meetings: Iterable[Met]) -> None:
        unique: dict[tuple[Any, ...], Text] = {}
        for text in _texts(meetings):
            unique.setdefault(text.identity, text)
        self._texts = list(unique.values())
        self._components: dict[int, frozenset[str]] = {}

    def findings(self) -> Iterator[Finding]:
        """What was not translated, and what only one of the languages says."""
        for text in self._texts:
            yield from self._untranslated(text)
            if text.one.value != text.other.value:
                yield from self._literals(text)

    @cached_property
    def _common(self) -> frozenset[str]:
        places = (place for text in self._texts for place in (text.one, text.other))
        return vocabulary(place.value for place in places if _language(place) == "en")

    def _untranslated(self, text: Text) -> Iterator[Finding]:
        for here, there in ((text.other, text.one), (text.one, text.other)):
            if here.value.isascii() and not is_script_own(_language(here)) and here.value != there.value:
                continue
            left = left_in(here.value, _language(here), there.value, self._common)
            if left and not (text.name == "title" and _is_derived(text, here)):
                shown = left if len(left) <= _MAX_SHOWN else left[: _MAX_SHOWN - 1] + "…"
                yield Finding(
                    "text-untranslated",
                    here.location,
                    text.spot.operation,
                    there.location,
                    {"language": _language(here), "text": text.name, "subject": text.spot.path},
                    {"where": in_each(partial(where, text.spot)), "quoted": shown},
                )
                return

    def _literals(self, text: Text) -> Iterator[Finding]:
        one, other = text.one, text.other
        ours, theirs = Tokens(one.value), Tokens(other.value)
        linked = all(place.side.fragment.dialect != "rendered" for place in (one, other))  # a browser hides addresses
        numbers, code = ours.lacking(theirs, linked)
        their_numbers, their_code = theirs.lacking(ours, linked)
        if not (numbers or code or their_numbers or their_code):
            return
        differ = bool(numbers and their_numbers)
        if not differ:
            numbers, their_numbers = (
                [number for number in each if number not in _SMALL] for each in (numbers, their_numbers)
            )
        if not differ:
            # What an older page does not say yet is told by its age, not word by word, as is a text that it lacks.
            dates = [Saying.of(place, True) for place in (one, other)]
            numbers, code = ([], []) if is_older(dates[1], dates[0]) else (numbers, code)
            their_numbers, their_code = ([], []) if is_older(*dates) else (their_numbers, their_code)
        own = {text.spot.path.rpartition(".")[2], *self._names(one.side), *self._names(other.side)}
        only_one = [*numbers, *(token for token in code if token not in own)]
        only_other = [*their_numbers, *(token for token in their_code if token not in own)]
        if only_one or only_other:
            rule = "text-number-differs" if differ else "text-code-differs"
            here = (other, only_other, one, only_one) if only_one else (one, only_one, other, only_other)
            yield _finding(rule, text, *here)

    def _names(self, side: Side) -> frozenset[str]:
        """The components of a page: a text speaks of its own page's, and what they are called is another rule's."""
        if id(side) not in self._components:
            schemas = side.root.child("components")
            self._components[id(side)] = frozenset(targets(schemas, "schemas") if schemas else ())
        return self._components[id(side)]


def _finding(rule: str, text: Text, here: Place, only_here: list[str], there: Place, only_there: list[str]) -> Finding:
    sayings = [Saying.of(here, only_here), Saying.of(there, only_there)]
    shown = [(saying.page, ", ".join(saying.value)) for saying in sayings if saying.value]

    def says(language: str) -> str:
        return phrase("drift-joint", language).join(
            phrase("drift-alone", language, page=page, tokens=tokens) for page, tokens in shown
        )

    return Finding(
        rule,
        here.location,
        text.spot.operation,
        there.location,
        {"text": text.name, "subject": text.spot.path, "here": only_here, "there": only_there},
        {
            "where": in_each(partial(where, text.spot)),
            "says": in_each(says),
            "because": in_each(partial(because, verdict(sayings))),
        },
    )


def _texts(meetings: Iterable[Met]) -> Iterator[Text]:
    for each in meetings:
        if each.role in ("title", "summary", "description"):
            yield from _members(each.spot, each.role, each.role, each.one, each.other)
        elif each.role == "schema":
            yield from _members(each.spot, "title", "title", each.one, each.other)
        elif each.role in ("media", "parameter"):
            spot = outside(each.spot)
            ours, theirs = targets(each.one[0], "examples"), targets(each.other[0], "examples")
            for name in (name for name in ours if name in theirs):
                for member in ("summary", "description"):
                    yield from _members(spot, f"examples.{name}.{member}", member, (ours[name],), (theirs[name],))


def _members(spot: Spot, name: str, member: str, one: Node, other: Node) -> Iterator[Text]:
    ours = next((found for place in one if (found := _said(place, member))), None)
    theirs = next((found for place in other if (found := _said(place, member))), None) if ours else None
    if ours and theirs:
        yield Text(spot, name, ours, theirs)


def _said(holder: Place, member: str) -> Place | None:
    value = holder.get(member)
    return holder.child(member) if isinstance(value, str) and value.strip() and holder.declared else None


def _language(place: Place) -> str:
    return language_of((place,))


def _is_derived(text: Text, place: Place) -> bool:
    """Whether a title is nothing but the name of its field or component, as generators write it."""
    holder = place.pointer.split("/")[-2:-1]
    names = [text.spot.path.rpartition(".")[2], *holder]
    return _bare(place.value) in map(_bare, names)


def _bare(name: str) -> str:
    return _NO_LETTER.sub("", name.lower())
