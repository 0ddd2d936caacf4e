"""What one language lacks: a whole operation, its title, the text of something that another language explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import partial

from diglot.core.finding import Finding
from diglot.drift.stale import Verdict, is_older, verdict
from diglot.drift.walk.facts import Difference, Saying, Spot
from diglot.drift.walk.operation import Party
from diglot.drift.words import because, in_each, says, where


def missing_operation(parties: Sequence[Party], languages: Sequence[str]) -> list[Finding]:
    """One finding for each language of the project that has no page of this operation."""
    first = parties[0].place
    had = {party.side.fragment.language for party in parties}
    return [
        Finding(
            "operation-missing-in-language",
            first.location,
            str(parties[0].operation.key),
            args={"language": language},
            evidence={"page": first.location.path},
        )
        for language in languages
        if language not in had
    ]


def missing_texts(differences: Iterable[Difference]) -> list[Finding]:
    """What the text differences of one operation mean: one finding a language for its title, one for all else.

    A page that another difference of the operation shows to be the stale one is told of there, and once for all: what
    it does not explain yet is not told text by text.
    """
    titles: dict[str, list[Difference]] = defaultdict(list)
    others: dict[str, list[Difference]] = defaultdict(list)
    differences = list(differences)
    told = set(_shown_stale(differences))
    for difference in (each for each in differences if each.what == "text"):
        group = titles if difference.spot.part == "operation" else others
        for language in _lacking(difference, told):
            group[language].append(difference)
    for language, found in list(titles.items()):
        if not any(difference.subject["text"] == "summary" for difference in found):
            others[language] = [*titles.pop(language), *others[language]]
    return [
        *(_fold("title-missing", language, found) for language, found in sorted(titles.items())),
        *(_fold("text-missing", language, found) for language, found in sorted(others.items())),
    ]


def _shown_stale(differences: Iterable[Difference]) -> Iterator[int]:
    """The ids of the pages that are behind in what the operation does, not only in what it is called or how told."""
    for difference in differences:
        if difference.what not in ("text", "operation-id"):
            yield from (id(saying.fragment) for saying in verdict(difference.sayings).stale)


def _lacking(difference: Difference, told: Container[int]) -> list[str]:
    """The languages none of whose pages has the text, though one could be expected to."""
    having = [saying for saying in difference.sayings if saying.present]
    had = {saying.fragment.language for saying in having}
    return sorted(
        {
            saying.fragment.language
            for saying in difference.sayings
            if saying.fragment.language not in had
            and not (id(saying.fragment) in told and _outdated(difference.spot, saying, having))
        }
    )


def _outdated(spot: Spot, saying: Saying, having: Sequence[Saying]) -> bool:
    return spot.part != "operation" and all(is_older(saying, other) for other in having)


def _fold(rule: str, language: str, found: Sequence[Difference]) -> Finding:
    first = found[0]
    opinion = verdict(first.sayings)
    here = next(saying for saying in first.sayings if saying.fragment.language == language)
    there = next(saying for saying in first.sayings if saying.present)
    return Finding(
        rule,
        here.location,
        first.spot.operation,
        there.location,
        {"language": language, "texts": [_text(difference) for difference in found]},
        {
            "where": in_each(partial(where, first.spot)),
            "says": in_each(partial(says, first)),
            "because": in_each(partial(because, opinion if here in opinion.stale else Verdict())),
        },
    )


def _text(difference: Difference) -> str:
    """A text by name: `summary`, or what it explains."""
    spot = difference.spot
    if spot.part == "operation":
        return str(difference.subject["text"])
    return " ".join(token for token in (spot.part, spot.status, spot.path) if token)
