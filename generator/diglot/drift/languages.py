"""What one language lacks: a whole operation, its title, the text of something that another language explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from diglot.core.finding import Finding
from diglot.drift.stale import Verdict, is_older
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

    A page that lacks a text of a parameter or a field and is older than every page that has it is stale: what it
    lacks is told by its age, not text by text.
    """
    titles: dict[str, list[Difference]] = defaultdict(list)
    others: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        for language in _lacking(difference):
            group = titles if difference.spot.part == "operation" else others
            group[language].append(difference)
    for language, found in list(titles.items()):
        if not any(difference.subject["text"] == "summary" for difference in found):
            others[language] = [*titles.pop(language), *others[language]]
    return [
        *(_fold("title-missing", language, found) for language, found in sorted(titles.items())),
        *(_fold("text-missing", language, found) for language, found in sorted(others.items())),
    ]


def _lacking(difference: Difference) -> list[str]:
    """The languages none of whose pages has the text, though one could be expected to."""
    having = [saying for saying in difference.sayings if saying.present]
    had = {saying.fragment.language for saying in having}
    return sorted(
        {
            saying.fragment.language
            for saying in difference.sayings
            if saying.fragment.language not in had and not _outdated(difference.spot, saying, having)
        }
    )


def _outdated(spot: Spot, saying: Saying, having: Sequence[Saying]) -> bool:
    return spot.part != "operation" and all(is_older(saying, other) for other in having)


def _fold(rule: str, language: str, found: Sequence[Difference]) -> Finding:
    first = found[0]
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
            "because": in_each(partial(because, Verdict())),
        },
    )


def _text(difference: Difference) -> str:
    """A text by name: `summary`, or what it explains."""
    spot = difference.spot
    if spot.part == "operation":
        return str(difference.subject["text"])
    return " ".join(token for token in (spot.part, spot.status, spot.path) if token)
