"""Named members of an object - responses, media types, headers - and what a page leaves open about their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diglot.core.pointer import join
from diglot.drift.walk.side import Place


def components(root: Place, kind: str) -> dict[str, Place]:
    """The components of one kind (`schemas`) that a document has, by name; none where it has none."""
    held = root.child("components")
    section = held.child(kind) if held else None
    listed = section.children() if section is not None and isinstance(section.value, dict) else ()
    return {str(name): place for name, place in listed}


def target(place: Place, member: str) -> Place | None:
    """What a member is, through a reference, if it is an object."""
    child = place.child(member)
    found = child.target() if child else None
    return found if found is not None and isinstance(found.value, dict) else None


def targets(place: Place, member: str, name: Callable[[str], str] = str) -> dict[str, Place]:
    """The objects that a map holds, each through its reference, by name; `name` gives equal names one spelling."""
    listed = place.child(member)
    if listed is None or not isinstance(listed.value, dict):
        return {}
    found = ((name(str(key)), child.target()) for key, child in listed.children())
    return {key: each for key, each in found if each is not None and isinstance(each.value, dict)}


def media_type(name: Any) -> str:
    """A media type without its parameters, in lower case (RFC 9110)."""
    return str(name).partition(";")[0].strip().lower()


def responses(place: Place) -> dict[str, Place]:
    """The responses of an operation by status (`4XX` in capitals) or `default`."""
    found = targets(place, "responses", lambda status: status.upper() if status[:1].isdigit() else status)
    return {status: response for status, response in found.items() if not status.startswith("x-")}


def parameter_schema(place: Place) -> Place | None:
    """The schema of a parameter or header, or that of its one media type."""
    schema = place.child("schema")
    if schema is not None:
        return schema
    return next((media.child("schema") for media in targets(place, "content").values()), None)


def align_guesses(
    found: Sequence[dict[str, Place]], fits: Callable[[str], bool] = lambda _: True
) -> list[dict[str, Place]]:
    """The same maps, where a page shows one member and not its name: then it is the one that the others name.

    `fits` tells which names such a member can have at all.
    """
    named = {name for each in found for name, place in each.items() if not place.guessed and fits(name)}
    aligned = []
    for each in found:
        guessed = [name for name, place in each.items() if place.guessed]
        if len(guessed) == len(named) == 1:
            aligned.append({min(named) if name in guessed else name: place for name, place in each.items()})
        else:
            aligned.append(dict(each))
    return aligned


def cannot_list(holder: Place, member: str, key: Any, other: Place) -> bool:
    """Whether a page's dialect cannot say that there is no such member; `other` is that member on another page."""
    listed = holder.child(member)
    if not holder.declared or holder.silent(member):
        return True
    if listed is not None and (not listed.declared or any(child.guessed for _, child in listed.children())):
        return True
    pointer = join(holder.pointer, member)
    unlisted = "-" if member == "parameters" and "content" in other.value else key  # a list item that is not shown
    return isinstance(unlisted, str) and join(pointer, unlisted) in holder.side.lost
