"""Operations that two versions say in the same words: nothing in them can differ, so that nothing need be walked.

Two large versions of one interface differ in a handful of places. To compare values as they are written costs a
fraction of asking, fact by fact, what they mean. What is written otherwise is still walked: it may mean the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from diglot.core.ir import METHODS
from diglot.drift.walk.operation import Party
from diglot.drift.walk.schema import meant
from diglot.drift.walk.side import Side

_INHERITED = ("servers", "security")


class Equality:
    """What is known to be equal between the pages of two versions."""

    def __init__(self) -> None:
        self._pages: dict[tuple[int, int], _Pages] = {}

    def holds(self, old: Party, new: Party) -> bool:
        """Whether two versions of an operation are written alike, and all that they refer to and inherit as well."""
        key = id(old.side), id(new.side)
        pages = self._pages.get(key)
        if pages is None:
            pages = self._pages[key] = _Pages(old.side, new.side)
        return pages.say_the_same(old, new)


class _Pages:
    """Two pages, and a graph of what is equal in them: who refers to whom, and who leads to something that differs."""

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._users: dict[str, list[str]] = defaultdict(list)
        self._differing: set[str] = set()
        self._comparable = _says_all(old) and _says_all(new)
        self._visit("", *(_inherited(side) for side in (old, new)))

    def say_the_same(self, old: Party, new: Party) -> bool:
        if not self._comparable or old.operation != new.operation:
            return False
        names = ["", f"{old.operation.webhook} {old.operation.method} {old.operation.path}"]
        self._visit(names[1], *([_around(party), _own(party)] for party in (old, new)))
        for member in _INHERITED:
            values = old.place.get(member), new.place.get(member)
            names.append(f"{member} {id(values[0])} {id(values[1])}")
            if names[-1] not in self._users:
                self._users[names[-1]] = []
                self._visit(names[-1], *values)
        return self._differing.isdisjoint(names)

    def _visit(self, name: str, old: Any, new: Any) -> None:
        """Compare what stands under a name, and all that it leads to and that no other has led to before."""
        waiting = [(name, old, new)]
        while waiting:
            name, old, new = waiting.pop()
            references = _references(old, new)
            if references is None:
                self._differ(name)
            for reference in references or ():
                if reference not in self._users:
                    waiting.append((reference, _target(self._old, reference), _target(self._new, reference)))
                self._users[reference].append(name)
                if reference in self._differing:
                    self._differ(name)

    def _differ(self, name: str) -> None:
        """Something that differs makes different whatever refers to it, at any remove."""
        waiting = [name]
        while waiting:
            name = waiting.pop()
            if name not in self._differing:
                self._differing.add(name)
                waiting += self._users.get(name, ())


def _says_all(side: Side) -> bool:
    """Whether a page's dialect can say everything and declares what it says: then equal words are equal facts."""
    return not (side.lost or side.guessed or side.fragment.strengths) and side.nullability


def _inherited(side: Side) -> list[Any]:
    """What holds for every operation of a page, or is found there by its name."""
    document = side.fragment.document
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    return [schemes, document.get("security"), document.get("servers")]


def _own(party: Party) -> dict[str, Any]:
    """An operation without what thousands of operations may inherit from one place: that is compared once."""
    return {key: None if key in _INHERITED else value for key, value in party.place.value.items()}


def _around(party: Party) -> dict[str, Any]:
    """The path item of an operation without its operations."""
    return {key: value for key, value in party.item.value.items() if key not in METHODS}


def _target(side: Side, reference: str) -> Any:
    """What a reference leads to; what leads nowhere, or on, equals nothing, for only who walks it tells of that."""
    found = side.find(reference)
    value = object() if found is None else found[1]
    return object() if isinstance(value, dict) and "$ref" in value else value


def _references(old: Any, new: Any) -> set[str] | None:
    """What two equal values refer to; None where they are not equal.

    The order of members is nothing, `1` and `1.0` are one number, and `true` is none, though Python has it equal to 1.
    """
    references = set()
    waiting = [(old, new)]
    while waiting:
        old, new = waiting.pop()
        if isinstance(old, dict):
            if not isinstance(new, dict) or old.keys() != new.keys():
                return None
            waiting += [(value, new[key]) for key, value in old.items()]
            if isinstance(old.get("$ref"), str):
                references.add(old["$ref"])
            references.update(_mapped(old.get("discriminator")))
        elif isinstance(old, list):
            if not isinstance(new, list) or len(old) != len(new):
                return None
            waiting += zip(old, new, strict=True)
        elif old != new or isinstance(old, bool) != isinstance(new, bool):
            return None
    return references


def _mapped(discriminator: Any) -> Iterator[str]:
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, dict):
        yield from map(meant, mapping.values())
    elif mapping is not None:
        yield ""  # malformed, and left to those who walk it
