"""Identifiers and wire values that were translated: names that programs use, which no language may change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from diglot.core.finding import Finding
from diglot.core.pointer import split
from diglot.drift.walk.facts import Difference, Saying, Spot
from diglot.drift.walk.naming import is_translated, stem
from diglot.drift.walk.side import Place
from diglot.drift.wording.meetings import Met, Node, language_of, outside
from diglot.drift.words import in_each, says, where

Named = tuple[str, Spot, Place, Place]
_TRANSLATED = {
    "operation-id": "operation-id-translated",
    **dict.fromkeys(("enum", "default", "discriminator"), "wire-value-translated"),
}


def translated(difference: Difference) -> tuple[Saying, str] | None:
    """The saying that gives a translated identifier or value, and the rule for it, or None for any other difference.

    An operationId that is another one in another language was made for that language, whatever it looks like.
    """
    rule = _TRANSLATED.get(difference.what)
    present = [(saying, _names(saying.value)) for saying in difference.sayings if saying.present and rule]
    for saying, names in present:
        for _, others in present:
            own = [name for name in names if name not in others]
            originals = [name for name in others if name not in names]
            language = saying.fragment.language
            if rule and own and all(any(is_translated(name, language, each) for each in originals) for name in own):
                return saying, rule
    first, *rest = (saying for saying, _ in present) if present else (None,)
    if first is not None and difference.what == "operation-id":
        anew = (saying for saying in rest if saying.identity != first.identity)
        return next(((saying, rule or "") for saying in anew if _language(saying) != _language(first)), None)
    return None


def _language(saying: Saying) -> str:
    return saying.fragment.language


def _names(value: Any) -> list[Any]:
    """The names that a value holds: an identifier, the values of an enum, those that a discriminator maps."""
    if isinstance(value, dict):
        mapping = value.get("mapping")
        return list(mapping) if isinstance(mapping, dict) else []
    return value if isinstance(value, list) else [value]


class Names:
    """The names of components, examples, links and security schemes, wherever pages have the same thing."""

    def __init__(self, meetings: Sequence[Met], documents: Sequence[tuple[Place, Place]]) -> None:
        self._pairs = [*_components(meetings), *_members(meetings), *_schemes(documents)]
        self._links = {
            (spot.operation, spot.status, _name(place))
            for kind, spot, *places in self._pairs
            if kind == "link"
            for place in places
        }

    def explain(self, difference: Difference) -> bool:
        """Whether a difference is nothing but such a name: that of a link, or of the components of a discriminator."""
        spot = difference.spot
        if difference.what == "links":
            return (spot.operation, spot.status, spot.path) in self._links
        if difference.what != "discriminator" or not all(saying.present for saying in difference.sayings):
            return False
        first, *others = [
            (_property(saying.value), sorted(map(str, _names(saying.value)))) for saying in difference.sayings
        ]
        return bool(first[1]) and all(other == first for other in others)

    def findings(self) -> Iterator[Finding]:
        """One finding for each name that was translated, at the place that it names."""
        seen = set()
        for kind, spot, one, other in self._pairs:
            for here, there in ((other, one), (one, other)):
                if is_translated(_name(here), language_of((here,)), _name(there)) and (kind, here.location) not in seen:
                    seen.add((kind, here.location))
                    yield renaming(kind, spot, Saying.of(here, _name(here)), Saying.of(there, _name(there)))


def _components(meetings: Sequence[Met]) -> Iterator[Named]:
    for each in meetings:
        if each.role == "schema" and (named := _component(each.one)) and (also_named := _component(each.other)):
            yield "schema", each.spot, named, also_named


def _members(meetings: Sequence[Met]) -> Iterator[Named]:
    for each in meetings:
        if each.role in ("media", "parameter", "response"):
            kind, member = ("link", "links") if each.role == "response" else ("example", "examples")
            if member in each.one[0].value and member in each.other[0].value:
                for places in renamed(each.one[0], each.other[0], member):
                    yield kind, outside(each.spot), *places


def _schemes(documents: Sequence[tuple[Place, Place]]) -> Iterator[Named]:
    for roots in documents:
        one, other = (root.child("components") for root in roots)
        for places in renamed(one, other, "securitySchemes") if one and other else ():
            yield "securityScheme", Spot("", "document", path="securitySchemes"), *places


def renamed(one: Place, other: Place, member: str) -> list[tuple[Place, Place]]:
    """What two objects hold under translated names: only one has the name, and the other has it without the mark.

    Names in another script cannot be told apart: they are paired in their order, if there are as many on either side.
    """
    listed = [each.get(member) for each in (one, other)]
    if not all(isinstance(each, dict) for each in listed) or listed[0].keys() == listed[1].keys():
        return []
    named, also_named = ({str(key): place for key, place in _children(each, member)} for each in (one, other))
    ours = {name: place for name, place in named.items() if name not in also_named}
    theirs = {name: place for name, place in also_named.items() if name not in named}
    stems = {stem(name, language_of((one,))): place for name, place in ours.items()}
    found = []
    for name, place in theirs.items():
        match = stems.get(stem(name, language_of((other,))))
        if match is not None:
            found.append((match, place))
    scripts = [{name.isascii() for name in names} for names in (ours, theirs)]
    if len(ours) == len(theirs) and scripts in ([{True}, {False}], [{False}, {True}]):
        found = list(zip(ours.values(), theirs.values(), strict=True))
    return found


def _children(holder: Place, member: str) -> Iterable[tuple[str | int, Place]]:
    listed = holder.child(member)
    return listed.children() if listed is not None and isinstance(listed.value, dict) else ()


def _component(node: Node) -> Place | None:
    """The component that a schema is or refers to, if its dialect shows the name."""
    found = node[0].target() if node[0].side.fragment.dialect == "openapi" else None
    if found is None or not found.pointer.startswith("/components/") or found.pointer.count("/") != 3:
        return None
    return found


def _property(value: Any) -> Any:
    return value.get("propertyName") if isinstance(value, dict) else None


def _name(place: Place) -> str:
    return split(place.pointer)[-1]


def renaming(kind: str, spot: Spot, here: Saying, there: Saying) -> Finding:
    """The finding that what is called `there` was made another name `here`."""
    return Finding(
        "identifier-translated",
        here.location,
        spot.operation,
        there.location,
        {"kind": kind, "here": here.value, "there": there.value},
        {
            "where": in_each(partial(where, spot)),
            "says": in_each(partial(says, Difference("name", spot, (here, there)))),
        },
    )
