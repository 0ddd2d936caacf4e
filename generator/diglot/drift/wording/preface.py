"""What a document says of itself, apart from its operations, in two languages: title, servers, tags, schemes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from diglot.core.grammar import role_of
from diglot.drift.walk.contents import Contents
from diglot.drift.walk.facts import Difference, Record, Spot
from diglot.drift.walk.members import components
from diglot.drift.walk.side import Place
from diglot.drift.walk.unions import NOTES
from diglot.drift.wording.meetings import language_of
from diglot.drift.wording.tags import Tags

_MAX_POSITIONS = 50_000
Pair = tuple[str, Place, Place]


def meet_documents(record: Record, documents: Sequence[tuple[Place, Place]], tags: Tags) -> list[Difference]:
    """Note where each two documents have texts of their own; those that only one has are the differences given back.

    Pages of one specification repeat what it says of itself: each text that is missing is given once.
    """
    own = Record()
    contents = Contents(own)
    for one, other in documents:
        twins = tags.counterpart((language_of((one,)), language_of((other,))))
        for path, ours, theirs in _objects(one, other, twins):
            spot = Spot("", "document", path=path)
            contents.texts(spot, [[ours], [theirs]], "title", "summary", "description")
    record.meetings += own.meetings
    return list({(each.spot, str(each.subject)): each for each in reversed(own.differences)}.values())[::-1]


def meet_components(record: Record, documents: Sequence[tuple[Place, Place]]) -> list[Difference]:
    """Compare the schemas of each two documents that no operation leads to; the texts of only one are given back."""
    before = len(record.differences)
    reached = {(part.side, part.pointer) for each in record.meetings for node in each.nodes for part in node}
    contents = Contents(record)
    for one, other in documents:
        for name, *pair in _both(one, other, "schemas"):
            if any((place.side, place.pointer) in reached for place in pair):
                continue
            spot = Spot("", "document", path=f"schemas {name}", depth=1)
            if not _walk(record, spot, *pair):
                contents.add(spot, [(place,) for place in pair])
    contents.finish()
    return [difference for difference in record.differences[before:] if difference.what == "text"]


def _walk(record: Record, spot: Spot, one: Place, other: Place) -> bool:
    """Note the texts of two schemas that are written alike, as most are, and say whether they are.

    It takes a third of the time of finding out whether what is written differently means the same.
    """
    own = Record()
    contents = Contents(own)
    waiting: list[tuple[Spot, str, Place, Place]] = [(spot, "schema", one, other)]
    for _ in range(_MAX_POSITIONS):
        if not waiting:
            break
        spot, role, one, other = waiting.pop()
        if role == "schema":
            own.meet("schema", spot, [[one], [other]])
            contents.texts(spot, [[one], [other]], "description")
        members, others = ({} if role == "value" else dict(place.children()) for place in (one, other))
        if not members and not others and one.value != other.value:
            return False
        for key in {**members, **others}:
            if role == "schema" and (key in NOTES or str(key).startswith("x-")):
                continue
            if key not in members or key not in others:
                return False
            waiting.append((_below(spot, role, key), role_of(role, str(key)), members[key], others[key]))
    record.meetings += own.meetings
    record.differences += own.differences
    return not waiting


def _below(spot: Spot, role: str, key: str | int) -> Spot:
    if role == "schema":
        return spot.below("[*]") if key == "items" else spot
    return spot.below(f".{key}") if role == "{schema}" else spot


def _objects(one: Place, other: Place, twins: Mapping[str, str]) -> Iterator[Pair]:
    """The objects that say the same thing in both documents, each with its path."""
    for member in ("info", "externalDocs"):
        ours, theirs = one.child(member), other.child(member)
        if ours is not None and theirs is not None:
            yield member, ours, theirs
    yield from _listed(one, other, "tags", "name", twins)
    yield from _listed(one, other, "servers", "url", {})
    for name, place, twin in _both(one, other, "securitySchemes"):
        yield f"securitySchemes {name}", place, twin


def _both(one: Place, other: Place, kind: str) -> Iterator[Pair]:
    """The components of one kind that both documents have under one name."""
    ours, theirs = (components(root, kind) for root in (one, other))
    for name, place in ours.items():
        if isinstance(place.value, dict) and name in theirs and isinstance(theirs[name].value, dict):
            yield name, place, theirs[name]


def _listed(one: Place, other: Place, member: str, key: str, twins: Mapping[str, str]) -> Iterator[Pair]:
    theirs = {str(place.get(key)): place for _, place in _children(other, member)}
    for _, place in _children(one, member):
        name = str(place.get(key))
        twin = theirs.get(twins.get(name, name))
        if twin is not None:
            yield f"{member} {name}", place, twin
            named = {str(variable): found for variable, found in _children(twin, "variables")}
            for variable, found in _children(place, "variables"):
                if str(variable) in named:
                    yield f"{member} {name} {variable}", found, named[str(variable)]


def _children(holder: Place, member: str) -> Iterator[tuple[str | int, Place]]:
    listed = holder.child(member)
    if listed is not None:
        yield from ((key, place) for key, place in listed.children() if isinstance(place.value, dict))
