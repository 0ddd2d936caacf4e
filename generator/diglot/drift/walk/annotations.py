"""What two versions write around one thing for its readers: texts, examples, extensions, links. It changes no value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from diglot.core.tree import plain
from diglot.drift.walk.facts import Record, Saying, Spot
from diglot.drift.walk.side import Place

_TEXTS = ("title", "summary", "description")
_NOTES = frozenset({*_TEXTS, "externalDocs", "examples"})


def annotate(record: Record, spot: Spot, holders: Sequence[Sequence[Place]]) -> None:
    """Note what the pages annotate differently; `holders` are the objects, page by page, that hold the annotations.

    Dialects differ in what they keep of annotations, so only pages of one dialect are compared.
    """
    if len({place.side.fragment.dialect for places in holders for place in places}) > 1:
        return
    for key in dict.fromkeys(key for places in holders for place in places for key in _keys(place)):
        said = [next((child for place in places if (child := place.child(key))), None) for places in holders]
        if key in _TEXTS:
            _note(record, "text", spot, holders, said, text=key)
        elif key == "externalDocs":
            _note(record, "external-docs", spot, holders, said)
        elif key == "examples":
            _examples(record, spot, holders, said)
        else:
            _note(record, "extension", spot, holders, said, extension=key)


def _keys(place: Place) -> Iterable[str]:
    """The annotations among the members of an object."""
    members = place.value if isinstance(place.value, dict) else ()
    return (key for key in members if key in _NOTES or key.startswith("x-"))


def _examples(record: Record, spot: Spot, holders: Sequence[Sequence[Place]], said: Sequence[Place | None]) -> None:
    if not all(each is None or isinstance(each.value, dict) for each in said):
        _note(record, "example", spot, holders, said)
        return
    names = dict.fromkeys(str(name) for each in said if each is not None for name in each.value)
    for name in names:
        inside = [_example(each, name) for each in said]
        _note(record, "example", spot, holders, inside, example=name)


def _example(examples: Place | None, name: str) -> Place | None:
    """One named example, through its reference."""
    named = examples.child(name) if examples is not None else None
    return named.target() or named if named is not None else None


def _note(
    record: Record,
    what: str,
    spot: Spot,
    holders: Sequence[Sequence[Place]],
    said: Sequence[Place | None],
    **subject: Any,
) -> None:
    member = str(next(iter(subject.values()), what))
    member = "examples" if what == "example" else member
    sayings = []
    for places, place in zip(holders, said, strict=True):
        if place is not None and place.value not in ("", None):
            sayings.append(Saying.of(place, plain(place.value)))
        elif places and all(each.declared and not each.silent(member) for each in places):
            sayings.append(Saying.lacking(places[0]))
    record.fact(what, spot, sayings, **subject)
