"""Which of a flattened page's root schemas have a name, and which component each name stands for.

A root schema keeps the name of the last reference it was merged from (`refIdentifier`). With an allOf that is the name
of a part, not of the whole: a name is believed only where the component of that name, evaluated as the converter does
it, prints exactly what the page shows, or where no such component is shown and every sighting of the name agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.core.tree import Map, Seq, mark_of
from diglot.read.mintlify.alike import Alike
from diglot.read.mintlify.components import Cleaned
from diglot.read.mintlify.evaluate import Evaluator, Where
from diglot.read.mintlify.grammar import SHARED
from diglot.read.mintlify.roots import Group, Root, grouped, name_of
from diglot.read.mintlify.schema import unwrap

# What depends on the place of use or on the version of the converter.
_NOT_COMPARED = frozenset({"required", "examples", "x-default", "x-mint", "x-mint-enum", "pattern", "uniqueItems"})
_OF_PARAMETERS = frozenset({"description", "deprecated", "refIdentifier"})
_MAX_CANDIDATES = 8
_ANNOTATIONS = frozenset({"title", "description"})


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place where a name is printed."""

    group: Group
    where: Where
    pointer: str


class Names:
    """Answers which component a root schema is. `inferred` holds the components that only root schemas show."""

    def __init__(self, cleaned: Cleaned, roots: Iterable[Root]) -> None:
        self.evaluator = Evaluator(cleaned.schemas)
        self._cleaned = cleaned
        self._alike = Alike()
        self.inferred: dict[str, Group] = {}
        self._keys: dict[str, set[tuple[int, ...]]] = {}  # of the sightings that are all of an inferred component
        self.sightings: dict[str, list[Sighting]] = {}
        self._shared: dict[int, list[str]] = {}
        self._by_print: dict[tuple[int, ...], str] | None = None
        self._printed_keys: dict[tuple[str, Where], tuple[int, ...] | None] = {}
        for root in roots:
            self._look(root)
        for name, sightings in self.sightings.items():
            self._infer(name, [sighting for sighting in sightings if not _is_merged(sighting.group)])

    def whole(self, items: Group, where: Where) -> tuple[str, str] | None:
        """The component that prints exactly these alternatives, and the evidence where another name is printed."""
        shown = self._key(items)
        own = name_of(items)
        if own is not None and shown == self._printed_key(own, where):
            return own, ""
        for name, kinds in self._cleaned.roots.items():
            if name in self._cleaned.schemas and shown == self._printed_key(name, where):
                return name, f"{', '.join(sorted(kinds))} of {name} is marked as evaluated, and prints the same"
        return None

    def is_component(self, name: str) -> bool:
        """Whether the page prints a component of this name."""
        return name in self._cleaned.schemas

    def is_inferred(self, name: str, group: Group) -> bool:
        """Whether these alternatives are all that is known of an inferred component."""
        return self._key(group) in self._keys.get(name, ())

    def rest(self, group: Group, where: Where) -> Map | None:
        """What one alternative says beyond the component it names, as printed; None if it does not extend it."""
        name = name_of(group) or ""
        part = self.evaluator.named(name, where) if self.is_component(name) else self.inferred.get(name)
        return None if part is None else self._beyond(group, part)

    def _beyond(self, group: Group, shown: Sequence[Mapping[str, Any]]) -> Map | None:
        if len(group) != 1 or len(shown) != 1 or shown[0].get("type") != group[0].get("type"):
            return None
        item, part = group[0], shown[0]
        if not all(self._extends(key, item.get(key), value) for key, value in part.items()):
            return None
        rest = Map(item.own)
        for key, value in item.items():
            more = self._more(key, value, part)
            if more is not None and key not in _NOT_COMPARED and key != "refIdentifier":
                rest.put(key, more, mark_of(item, key))
        if set(rest) - _ANNOTATIONS - {"type"}:
            return rest
        rest.pop("type", None)
        return rest

    def shared_with(self, root: Root) -> list[str]:
        """Other root schemas that the page writes with the same YAML nodes: evidence of one source."""
        found = {pointer for node in _nodes(root.items) for pointer in self._shared.get(id(node), ())}
        return sorted(found - {root.pointer})

    def equal_component(self, items: Group) -> str | None:
        """A component that prints the same as a nameless schema, but for the description, which is overwritten."""
        if self._by_print is None:
            self._by_print = {}
            for name in self._cleaned.schemas:
                printed = self.evaluator.named(name, None)
                if printed:
                    self._by_print.setdefault(self._key(printed, _OF_PARAMETERS), name)
        return self._by_print.get(self._key(items, _OF_PARAMETERS))

    def _look(self, root: Root) -> None:
        for node in _nodes(root.items):
            self._shared.setdefault(id(node), []).append(root.pointer)
        if self.whole(root.items, root.where) is not None:
            return
        for group in grouped(root.items):
            name = name_of(group)
            if name is not None and not self.is_component(name):
                self.sightings.setdefault(name, []).append(Sighting(group, root.where, root.pointer))

    def _infer(self, name: str, sightings: list[Sighting]) -> None:
        """Take as the component what all sightings agree on, or the one sighting that all others extend."""
        distinct = {self._key(sighting.group): sighting for sighting in reversed(sightings)}
        candidates = [*distinct.values()][::-1]
        if not candidates or any(item.get("type") == "any" for item in candidates[0].group):
            return
        united = self._united(*candidates) if len(candidates) == 2 else None
        if len(candidates) == 1 or united is not None:
            self.inferred[name] = united or candidates[0].group
            self._keys[name] = set(distinct)
            return
        for candidate in candidates[:_MAX_CANDIDATES]:
            if all(other is candidate or self._beyond(other.group, candidate.group) for other in candidates):
                self.inferred[name] = candidate.group
                self._keys[name] = {self._key(candidate.group)}
                return

    def _united(self, first: Sighting, other: Sighting) -> Group | None:
        """Both sightings in one, where they differ only by what one side of the wire does not show."""
        if len(first.group) != 1 or len(other.group) != 1 or {first.where, other.where} != {"request", "response"}:
            return None
        one, two = first.group[0], other.group[0]
        if self._key((one,), frozenset({"properties"})) != self._key((two,), frozenset({"properties"})):
            return None
        mine, theirs = one.get("properties"), two.get("properties")
        if not isinstance(mine, Map) or not isinstance(theirs, Map):
            return None
        united = Map(mine.own)
        for name in [*mine, *(name for name in theirs if name not in mine)]:
            if name in mine and name in theirs and not self._alike.same(mine[name], theirs[name]):
                return None
            holder, blind = (mine, other.where) if name in mine else (theirs, first.where)
            if not (name in mine and name in theirs) and not self.evaluator.hides(unwrap(holder[name]), blind):
                return None
            united.put(name, holder[name], mark_of(holder, name))
        whole = Map(one.own)
        for key, value in one.items():
            whole.put(key, united if key == "properties" else value, mark_of(one, key))
        return (whole,)

    def _printed_key(self, name: str, where: Where) -> tuple[int, ...] | None:
        if (name, where) not in self._printed_keys:
            printed = self.evaluator.named(name, where) if self.is_component(name) else None
            self._printed_keys[name, where] = None if printed is None else self._key(printed)
        return self._printed_keys[name, where]

    def _key(self, items: Iterable[Any], ignored: frozenset[str] = frozenset()) -> tuple[int, ...]:
        ignored |= _NOT_COMPARED
        return tuple(
            self._alike.number({key: value for key, value in item.items() if key not in ignored}) for item in items
        )

    def _extends(self, key: str, value: Any, part: Any) -> bool:
        if key in _ANNOTATIONS or key in _NOT_COMPARED:
            return True
        if key == "properties" and isinstance(value, dict) and isinstance(part, dict):
            return all(name in value and self._alike.same(value[name], prop) for name, prop in part.items())
        if key == "requiredProperties" and isinstance(value, list) and isinstance(part, list):
            return all(name in value for name in part)
        return value is not None and self._alike.same(value, part)

    def _more(self, key: str, value: Any, part: Mapping[str, Any]) -> Any:
        said = part.get(key)
        if key == "type" or key not in part:
            return value
        if key == "properties" and isinstance(value, Map) and isinstance(said, dict):
            more = Map(value.own)
            for name in value:
                if name not in said:
                    more.put(name, value[name], mark_of(value, name))
            return more or None
        if key == "requiredProperties" and isinstance(value, Seq) and isinstance(said, list):
            listed = Seq(value.own)
            for index, name in enumerate(value):
                if name not in said:
                    listed.add(name, mark_of(value, index))
            return listed or None
        if key == "description" and isinstance(value, str) and isinstance(said, str):
            return _own_text(value, said)
        return None if self._alike.same(value, said) else value


def _own_text(text: str, part: str) -> str | None:
    """What a merged description adds to that of its part: the converter joins them with a line break."""
    if text == part:
        return None
    if text.startswith(part + "\n"):
        return text.removeprefix(part + "\n")
    return text.removesuffix("\n" + part)


def _is_merged(group: Group) -> bool:
    """Whether the page itself shows that an allOf was merged: a member that came from more than one place."""
    for item in group:
        properties = item.get("properties")
        wrapped = [*properties.values()] if isinstance(properties, dict) else []
        wrapped += [item.get("items"), item.get("additionalProperties")]
        if any(isinstance(one, dict) and unwrap(one) is one and "allOf" in one for one in wrapped):
            return True
    return False


def _nodes(items: Group) -> list[Any]:
    """The nodes of root schemas that the converter takes over from its source as they are."""
    nodes: list[Any] = []
    for item in items:
        for key, value in item.items():
            if key == "properties" and isinstance(value, dict):
                nodes += [unwrap(wrapped) for wrapped in value.values()]
            elif key in SHARED or key in ("requiredProperties", "default", "example", "const"):
                nodes.append(value)
            else:
                nodes.append(unwrap(value))
    return [node for node in nodes if isinstance(node, dict | list)]
