"""Examples of one thing in two languages: alike in all but the sentences for readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.core.pointer import split
from diglot.core.tree import plain
from diglot.drift.stale import Verdict
from diglot.drift.walk import schema as shapes
from diglot.drift.walk.facts import Difference, Saying, Spot
from diglot.drift.walk.members import parameter_schema, targets
from diglot.drift.walk.naming import is_translated
from diglot.drift.walk.side import Place
from diglot.drift.walk.terms import text
from diglot.drift.wording.identifiers import renamed
from diglot.drift.wording.meetings import Met, Node, language_of, outside
from diglot.drift.wording.values import Gone, Unlike, unlike
from diglot.drift.words import because, in_each, says, where

_MAX_TOLD = 3
_MAX_SHOWN = 60
_MAX_UNLIKE = 200


class Examples:
    """The examples of all meetings, compared language by language."""

    def __init__(self, meetings: Sequence[Met]) -> None:
        self._meetings = meetings
        self._seen: set[tuple[int, str, int, str]] = set()

    def findings(self) -> Iterator[Finding]:
        """One finding for each example that differs, each value in one that was translated, each that is missing."""
        for each in self._meetings:
            if each.role in ("media", "parameter"):
                if _has_examples(each.one[0]) or _has_examples(each.other[0]):
                    yield from self._of_holders(outside(each.spot), each.one[0], each.other[0])
            elif each.role == "schema" and any(_has_examples(place) for place in (*each.one, *each.other)):
                yield from self._of_schemas(each.spot, each.one, each.other)

    def _of_holders(self, spot: Spot, one: Place, other: Place) -> Iterator[Finding]:
        if not (_can_show((one,)) and _can_show((other,))):
            return
        ours, theirs = targets(one, "examples"), targets(other, "examples")
        again = {split(place.pointer)[-1]: split(twin.pointer)[-1] for place, twin in renamed(one, other, "examples")}
        twins = {name: again.get(name, name) for name in ours if again.get(name, name) in theirs}
        lone, also_lone = sorted(ours.keys() - twins.keys()), sorted(theirs.keys() - set(twins.values()))
        if len(lone) == len(also_lone) == 1:  # each has one more: the same one, whatever it is called
            twins[lone.pop()] = also_lone.pop()
        schemas = (parameter_schema(one), parameter_schema(other))
        for name, twin in twins.items():
            value, also = ours[name].child("value"), theirs[twin].child("value")
            if value is not None and also is not None:
                yield from self._compared(spot, f"examples.{name}", (value, also), schemas)
        yield from _missing(spot, [f"examples.{name}" for name in lone], other, one)
        yield from _missing(spot, [f"examples.{name}" for name in also_lone], one, other)

    def _of_schemas(self, spot: Spot, one: Node, other: Node) -> Iterator[Finding]:
        ours, theirs = (
            next((found for place in node if (found := place.child("examples"))), None) for node in (one, other)
        )
        if not (_can_show(one) and _can_show(other)):
            return
        if ours is not None and theirs is not None:
            yield from self._compared(spot, "examples", (ours, theirs), (None, None))
        elif ours is not None:
            yield from _missing(spot, ["examples"], other[0], ours)
        elif theirs is not None:
            yield from _missing(spot, ["examples"], one[0], theirs)

    def _compared(
        self, spot: Spot, name: str, values: tuple[Place, Place], schemas: Sequence[Place | None]
    ) -> Iterator[Finding]:
        one, other = values
        key = (id(one.side), one.pointer, id(other.side), other.pointer)
        if one.value == other.value or key in self._seen:
            return
        self._seen.add(key)
        languages = (language_of((one,)), language_of((other,)))
        told: list[Unlike] = []
        for each in islice(unlike(plain(one.value), plain(other.value), languages), _MAX_UNLIKE):
            if _is_listed(each, schemas):
                yield _translated(spot, f"{name}{each.pointer}", each, values)
            elif not each.prose:
                told.append(each)
        if told:
            yield _differing(spot, name, told, values)


def _has_examples(place: Place) -> bool:
    return isinstance(place.value, dict) and "examples" in place.value


def _can_show(node: Node) -> bool:
    return all(place.declared and not place.silent("examples") for place in node)


def _is_listed(each: Unlike, schemas: Sequence[Place | None]) -> bool:
    """Whether a string that differs is one of the values that its schema lists: then no language may change it."""
    if not (isinstance(each.one, str) and isinstance(each.other, str)):
        return False
    listed = [value for schema in schemas if schema is not None for value in _enum(schema, split(each.pointer))]
    return (each.one in listed) != (each.other in listed)


def _enum(schema: Place, path: Sequence[str]) -> list[Any]:
    node: Node = (schema,)
    for token in path:
        found = shapes.shape(node)
        if found is None:
            return []
        node = shapes.properties(found).get(token) or tuple(found.members("items"))
    found = shapes.shape(node) if node else None
    return (shapes.enum(found) if found else None) or []


def _translated(spot: Spot, name: str, each: Unlike, values: tuple[Place, Place]) -> Finding:
    one, other = (_inside(place, each.pointer) for place in values)
    pair = [(other, each.other, one, each.one), (one, each.one, other, each.other)]
    if not is_translated(each.other, language_of((other,)), each.one):
        pair.reverse()
    here, value, there, original = pair[0]
    sayings = (Saying.of(here, value), Saying.of(there, original))
    return Finding(
        "wire-value-translated",
        here.location,
        spot.operation,
        there.location,
        {"subject": name, "here": value, "there": original},
        {
            "where": in_each(partial(where, spot)),
            "says": in_each(partial(says, Difference("example", spot, sayings))),
            "because": in_each(partial(because, Verdict())),
        },
    )


def _differing(spot: Spot, name: str, told: Sequence[Unlike], values: tuple[Place, Place]) -> Finding:
    one, other = (_inside(place, told[0].pointer) for place in values)

    def shown(language: str) -> str:
        pairs = (
            (each.pointer or "/", _show(each.one, language), _show(each.other, language)) for each in told[:_MAX_TOLD]
        )
        listed = (phrase("drift-unlike", language, pointer=at, one=one, other=other) for at, one, other in pairs)
        more = len(told) - _MAX_TOLD
        return phrase("drift-joint", language).join(listed) + (
            phrase("drift-further", language, count=more) if more > 0 else ""
        )

    return Finding(
        "example-differs",
        other.location,
        spot.operation,
        one.location,
        {"example": name, "subject": spot.path, "at": [each.pointer for each in told[:_MAX_TOLD]]},
        {
            "where": in_each(partial(where, spot)),
            "shown": in_each(shown),
        },
    )


def _missing(spot: Spot, names: Sequence[str], lacking: Place, having: Place) -> Iterator[Finding]:
    """Only a page that is OpenAPI lists all its examples; the others are made, shortened or left out by generators."""
    if not names or any(place.side.fragment.dialect != "openapi" for place in (lacking, having)):
        return
    at = having.child("examples") or having
    yield Finding(
        "example-missing",
        lacking.location,
        spot.operation,
        at.location,
        {"language": language_of((lacking,)), "subject": spot.path, "examples": list(names)},
        {"where": in_each(partial(where, spot)), "page": Saying.of(having, True, at).page},
    )


def _inside(place: Place, pointer: str) -> Place:
    """The place that a pointer names within a value, or the last on the way that the page writes as such."""
    for token in split(pointer):
        inner = place.child(int(token) if isinstance(place.value, list) and token.isdecimal() else token)
        if inner is None:
            return place
        place = inner
    return place


def _show(value: Any, language: str) -> str:
    if value is Gone:
        return phrase("drift-nothing", language)
    shown = text(value)
    return shown if len(shown) <= _MAX_SHOWN else shown[: _MAX_SHOWN - 1] + "…"
