"""Texts of one place in two languages: those that were not translated, and those whose literals differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import Any

from diglot.core.finding import Finding
from diglot.drift.walk.facts import Spot
from diglot.drift.walk.members import targets
from diglot.drift.walk.side import Place
from diglot.drift.wording.literals import Literals, Text
from diglot.drift.wording.meetings import Met, Node, language_of, outside
from diglot.drift.wording.prose import is_script_own, left_in, vocabulary
from diglot.drift.words import in_each, where

_MAX_SHOWN = 120
_NO_LETTER = re.compile(r"[^a-z0-9]+")


class Texts:
    """All texts that pages have in two languages."""

    def __init__(self, meetings: Iterable[Met]) -> None:
        unique: dict[tuple[Any, ...], Text] = {}
        for text in _texts(meetings):
            unique.setdefault(text.identity, text)
        self._texts = list(unique.values())
        self._literals = Literals()
        self._judged: dict[tuple[str, str, str], str] = {}

    def findings(self) -> Iterator[Finding]:
        """What was not translated, and what only one of the languages says."""
        for text in self._texts:
            yield from self._untranslated(text)
            yield from self._literals.findings(text)

    @cached_property
    def _common(self) -> frozenset[str]:
        places = (place for text in self._texts for place in (text.one, text.other))
        return vocabulary(place.value for place in places if _language(place) == "en")

    def _left(self, here: Place, there: Place) -> str:
        """What was not translated; specifications repeat their sentences, so each is judged once."""
        language = _language(here)
        if here.value.isascii() and not is_script_own(language) and here.value != there.value:
            return ""
        key = (here.value, language, there.value)
        if key not in self._judged:
            self._judged[key] = left_in(*key, self._common)
        return self._judged[key]

    def _untranslated(self, text: Text) -> Iterator[Finding]:
        for here, there in ((text.other, text.one), (text.one, text.other)):
            left = self._left(here, there)
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


def _texts(meetings: Iterable[Met]) -> Iterator[Text]:
    for each in meetings:
        if each.role in ("title", "summary", "description"):
            yield from _members(each.spot, each.role, each.role, each.one, each.other)
        elif each.role == "schema":
            for member in ("title",) if each.spot.depth else ("title", "description"):  # the others are met as texts
                yield from _members(each.spot, member, member, each.one, each.other)
        elif each.role in ("media", "parameter"):
            spot = outside(each.spot)
            ours, theirs = targets(each.one[0], "examples"), targets(each.other[0], "examples")
            for name in (name for name in ours if name in theirs):
                for member in ("summary", "description"):
                    yield from _members(spot, f"examples.{name}.{member}", member, (ours[name],), (theirs[name],))


def _members(spot: Spot, name: str, member: str, one: Node, other: Node) -> Iterator[Text]:
    ours = _first(one, member)
    theirs = _first(other, member) if ours is not None else None
    if ours is not None and theirs is not None:
        yield Text(spot, name, ours[1], theirs[1], (ours[0], theirs[0]))


def _first(node: Node, member: str) -> tuple[Place, Place] | None:
    for holder in node:
        if (found := _said(holder, member)) is not None:
            return found
    return None


def _said(holder: Place, member: str) -> tuple[Place, Place] | None:
    """An object with the text that it holds under that name, if it does."""
    if not isinstance(holder.value, dict) or member not in holder.value:
        return None
    text = holder.child(member)
    if text is None or not isinstance(text.value, str) or not text.value.strip() or not holder.declared:
        return None
    return holder, text


def _language(place: Place) -> str:
    return language_of((place,))


def _is_derived(text: Text, place: Place) -> bool:
    """Whether a title is nothing but the name of its field or component, as generators write it."""
    holder = place.pointer.split("/")[-2:-1]
    names = [text.spot.path.rpartition(".")[2], *holder]
    return _bare(place.value) in map(_bare, names)


def _bare(name: str) -> str:
    return _NO_LETTER.sub("", name.lower())
