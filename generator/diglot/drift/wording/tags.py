"""Tags of operations: publishers translate their names, so what must agree is which operations they group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.drift.walk.facts import Difference, Saying, Spot
from diglot.drift.walk.naming import is_translated
from diglot.drift.walk.operation import Party
from diglot.drift.walk.side import Place
from diglot.drift.wording.identifiers import renaming
from diglot.drift.wording.meetings import language_of, pairs
from diglot.drift.words import in_each, says

Pair = tuple[str, str]


class _Tagged(NamedTuple):
    """One operation with the lists of its tags in two languages."""

    operation: str
    one: Place
    other: Place

    @property
    def tags(self) -> tuple[list[str], list[str]]:
        return _names(self.one.value), _names(self.other.value)


class Tags:
    """Which tag of one language stands for which of another: what most operations show holds."""

    def __init__(self, groups: Iterable[Sequence[Party]], languages: Sequence[str]) -> None:
        found: dict[Pair, list[_Tagged]] = defaultdict(list)
        for group in groups:
            for tagged in _tagged(group, languages):
                found[language_of((tagged.one,)), language_of((tagged.other,))].append(tagged)
        self._maps = {languages: _Map(tagged) for languages, tagged in found.items()}

    def counterpart(self, languages: Pair) -> Mapping[str, str]:
        """What the tags of the first language are called in the second, as far as operations show it."""
        found = self._maps.get(languages)
        return found.forth if found else {}

    def findings(self) -> Iterator[Finding]:
        """One finding for each pair of tags that breaks the map, and for each operation with more in one language."""
        for found in self._maps.values():
            yield from found.findings()


class _Map:
    def __init__(self, operations: Sequence[_Tagged]) -> None:
        self._uses: Counter[Pair] = Counter()
        self._first: dict[Pair, _Tagged] = {}
        used = all(any(tagged.tags[index] for tagged in operations) for index in (0, 1))
        self._uneven = [tagged for tagged in operations if used and len(tagged.tags[0]) != len(tagged.tags[1])]
        even = [tagged for tagged in operations if len(tagged.tags[0]) == len(tagged.tags[1])]
        forth: Mapping[str, str] = {}
        for single in (True, False):  # operations with one tag leave no choice, so they come first
            for tagged in even:
                if (len(tagged.tags[0]) == 1) is single:
                    self._note(tagged, _paired(*tagged.tags, forth))
            forth = _settled(self._uses)[0]
        self.forth, self._back = _settled(self._uses)

    def _note(self, tagged: _Tagged, found: Iterable[Pair]) -> None:
        for pair in found:
            self._uses[pair] += 1
            self._first.setdefault(pair, tagged)

    def findings(self) -> Iterator[Finding]:
        for (tag, twin), tagged in self._first.items():
            if self.forth.get(tag) != twin:
                usual = (tag, self.forth[tag]) if tag in self.forth else (twin, self._back[twin])
                yield _finding(tagged, ([tag], [twin]), usual)
            else:
                yield from _renamed(tagged, tag, twin)
        for tagged in self._uneven:
            yield _finding(tagged, tagged.tags, None)


def _settled(uses: Counter[Pair]) -> tuple[dict[str, str], dict[str, str]]:
    """The map forth and back in which every tag has one twin: of two pairs that exclude each other, the more common."""
    forth: dict[str, str] = {}
    back: dict[str, str] = {}
    for (tag, twin), _ in uses.most_common():
        if tag not in forth and twin not in back:
            forth[tag], back[twin] = twin, tag
    return forth, back


def _paired(tags: list[str], twins: list[str], known: Mapping[str, str]) -> list[Pair]:
    """Two lists of as many tags as pairs: first those that are known to belong together, the rest in their order."""
    sure = [(tag, known[tag]) for tag in tags if known.get(tag) in twins]
    taken, given = {tag for tag, _ in sure}, {twin for _, twin in sure}
    rest = zip((tag for tag in tags if tag not in taken), (twin for twin in twins if twin not in given), strict=True)
    return [*sure, *rest]


def _tagged(group: Sequence[Party], languages: Sequence[str]) -> Iterator[_Tagged]:
    for (one, *_), (other, *_) in pairs([(party.place,) for party in group], languages):
        ours, theirs = _tags(one), _tags(other)
        if ours is not None and theirs is not None:
            yield _Tagged(str(group[0].operation.key), ours, theirs)


def _tags(operation: Place) -> Place | None:
    """The list of tags; the operation itself where it has none and could have; None where the page cannot tell."""
    listed = operation.child("tags")
    if listed is None:
        whole = operation.side.fragment.dialect == "openapi" and not operation.silent("tags")
        return operation if whole else None
    return listed if listed.declared and isinstance(listed.value, list) else None


def _names(value: Any) -> list[str]:
    return list(dict.fromkeys(map(str, value))) if isinstance(value, list) else []


def _renamed(tagged: _Tagged, tag: str, twin: str) -> Iterator[Finding]:
    """A tag that is no word for readers but a name, and was made another one: `books`, `books_zh`."""
    one, other = Saying.of(tagged.one, tag), Saying.of(tagged.other, twin)
    for here, there in ((other, one), (one, other)):
        if here.value.isascii() and is_translated(here.value, here.fragment.language, there.value):
            yield renaming("tag", Spot(tagged.operation), here, there)


def _finding(tagged: _Tagged, tags: tuple[list[str], list[str]], usual: Pair | None) -> Finding:
    sayings = (Saying.of(tagged.other, tags[1]), Saying.of(tagged.one, tags[0]))

    def elsewhere(language: str) -> str:
        return phrase("drift-tags-elsewhere", language, tag=usual[0], twin=usual[1]) if usual else ""

    return Finding(
        "tags-do-not-map",
        tagged.other.location,
        tagged.operation,
        tagged.one.location,
        {"here": tags[1], "there": tags[0]},
        {
            "says": in_each(partial(says, Difference("tags", Spot(tagged.operation), sayings))),
            "elsewhere": in_each(elsewhere),
        },
    )
