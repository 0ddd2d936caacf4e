"""Literals in the texts of two languages: code, links and numbers that only one of them names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.drift.stale import verdict
from diglot.drift.walk import schema as shapes
from diglot.drift.walk.facts import Saying, Spot
from diglot.drift.walk.members import targets
from diglot.drift.walk.side import Place, Side
from diglot.drift.wording.tokens import Tokens
from diglot.drift.words import because, in_each, where

_MAX_LONE = 12
_LITERAL = re.compile(r"[0-9`{_\uff10-\uff19]|\][(:]|://|[a-z][A-Z]|<code")  # without any of these there is none
_SMALL = frozenset("0123")  # said by `none`, `each`, `both` and a hundred other words, or by what is counted itself


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one spot, such as its `description`, in two languages."""

    spot: Spot
    name: str
    one: Place
    other: Place
    holders: tuple[Place, Place]

    @property
    def identity(self) -> tuple[Any, ...]:
        """Equal for texts to be judged once: a component that many operations share, a sentence on every page."""
        if self.spot.part == "document":  # what a specification says of itself stands on each page cut out of it
            return self.spot.path, self.name, self.one.value, self.other.value
        return id(self.one.side), self.one.pointer, id(self.other.side), self.other.pointer


class Literals:
    """Compares pairs of texts; what a page as a whole knows is looked up once for each page."""

    def __init__(self) -> None:
        self._pages: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        self._alike: set[tuple[str, str, bool]] = set()

    def findings(self, text: Text) -> Iterator[Finding]:
        """At most one finding: numbers that contradict each other, or literals that one of the texts lacks."""
        places = (text.one, text.other)
        if text.one.value == text.other.value or not any(_LITERAL.search(place.value) for place in places):
            return
        linked = all(place.side.fragment.dialect != "rendered" for place in places)  # a browser hides addresses
        key = (text.one.value, text.other.value, linked)
        if key in self._alike:
            return
        tokens = [Tokens(place.value) for place in places]
        lacking = [tokens[0].lacking(tokens[1], linked), tokens[1].lacking(tokens[0], linked)]
        if not any(any(each) for each in lacking):
            self._alike.add(key)
            return
        known = self._known(text)
        numbers, code = ([list(each) for each in kind] for kind in zip(*lacking, strict=True))
        differ = all(numbers) and not known.issuperset([*numbers[0], *numbers[1]])
        for index, there in ((0, 1), (1, 0)):
            silent = places[there].pointer in self._page(places[there].side)[1]
            code[index] = [] if silent else [token for token in code[index] if token not in known]
            if not differ:
                numbers[index] = [] if silent else [each for each in numbers[index] if each not in {*known, *_SMALL}]
        lone = [[*numbers[index], *code[index]][:_MAX_LONE] for index in (0, 1)]
        if any(lone):
            here, there = (1, 0) if lone[0] else (0, 1)
            rule = "text-number-differs" if differ else "text-code-differs"
            yield _finding(rule, text, [Saying.of(places[index], lone[index]) for index in (here, there)])

    def _known(self, text: Text) -> set[str]:
        """What a text may leave out: its own name, what the schema states beside it, and names of components.

        A text speaks of the components of its own page; what they are called is another rule's.
        """
        names = (self._page(place.side)[0] for place in (text.one, text.other))
        return {text.spot.path.rpartition(".")[2], *_stated(text), *frozenset().union(*names)}

    def _page(self, side: Side) -> tuple[frozenset[str], frozenset[str]]:
        """The names of a page's components, and the pointers of the texts that it does not give as they were.

        Of a text that a reader had to put together (a page's heading and the lines below it) some may be missing.
        """
        if id(side) not in self._pages:
            components = side.root.child("components")
            names = frozenset(targets(components, "schemas") if components else ())
            inferred = (loss.pointer for loss in side.fragment.losses if loss.certainty == "inferred")
            self._pages[id(side)] = names, frozenset(inferred)
        return self._pages[id(side)]


def _stated(text: Text) -> set[str]:
    """The values that the schema gives beside the text, such as a default: a text that leaves them out loses none."""
    found: set[str] = set()
    waiting = [value for holder in text.holders for value in (holder.value, holder.get("schema"), holder.get("items"))]
    for value in waiting:
        for key in (*shapes.BOUNDS, "default", "const", "enum") if isinstance(value, dict) else ():
            stated = value.get(key)
            found.update(map(str, stated if isinstance(stated, list) else [stated]))
    return found


def _finding(rule: str, text: Text, sayings: list[Saying]) -> Finding:
    here, there = sayings
    alone = [(saying.page, ", ".join(saying.value)) for saying in sayings if saying.value]

    def says(language: str) -> str:
        return phrase("drift-joint", language).join(
            phrase("drift-alone", language, page=page, tokens=tokens) for page, tokens in alone
        )

    return Finding(
        rule,
        here.location,
        text.spot.operation,
        there.location,
        {"text": text.name, "subject": text.spot.path, "here": here.value, "there": there.value},
        {
            "where": in_each(partial(where, text.spot)),
            "says": in_each(says),
            "because": in_each(partial(because, verdict(sayings))),
        },
    )
