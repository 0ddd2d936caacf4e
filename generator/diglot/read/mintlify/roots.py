"""Every root schema of a flattened endpoint: its place, its alternatives, and which of these are one schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diglot.core.pointer import join
from diglot.core.tree import Map, mark_of
from diglot.read.mintlify.components import Cleaner
from diglot.read.mintlify.evaluate import Where
from diglot.read.mintlify.grammar import SHARED, ref_name

Group = tuple[Map, ...]
LOCATIONS = ("path", "query", "header", "cookie")


@dataclass(frozen=True, slots=True)
class Root:
    """The printed alternatives of one schema, the place of that schema in the page, and on which side it is used."""

    items: Group
    pointer: str
    where: Where = None


def items_of(holder: Any, key: str, cleaner: Cleaner) -> Group:
    """The alternatives that stand as a list under `key`, without the converter's markers; other shapes are skipped."""
    alternatives = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(alternatives, list):
        return ()
    return tuple(cleaner.clean(item) for item in alternatives if isinstance(item, Map))


def parameter_items(holder: Any, cleaner: Cleaner) -> tuple[Group, Map]:
    """The alternatives of a parameter's schema, and apart from them the texts that the converter gave to each."""
    items = items_of(holder, "schema", cleaner)
    texts = Map()
    said = _common_text([item.get("description") for item in items])
    if said:
        texts.put("description", said, mark_of(items[0], "description"))
    if items and all(item.get("deprecated") is True for item in items):
        texts.put("deprecated", True, mark_of(items[0], "deprecated"))
    return tuple(_without(item, texts) for item in items), texts


def _common_text(descriptions: list[Any]) -> str | None:
    """The description that the converter put in front of those of the alternatives, on lines of its own."""
    if not descriptions or not all(isinstance(text, str) for text in descriptions):
        return None
    shortest: str = min(descriptions, key=len)
    return shortest if all(f"{text}\n".startswith(f"{shortest}\n") for text in descriptions) else None


def roots_of(endpoint: Map, cleaner: Cleaner) -> Iterator[Root]:
    """All root schemas of an endpoint, in the order printed. Pointers are those of the flattened tree."""
    request = _map(endpoint.get("request"))
    sections = _map(request.get("parameters"))
    for location in LOCATIONS:
        for name, parameter in _map(sections.get(location)).items():
            yield Root(parameter_items(parameter, cleaner)[0], f"{location} parameter {name}")
    for media, content in _map(request.get("body")).items():
        yield Root(items_of(content, "schemaArray", cleaner), join("/body", media), "request")
    for code, contents in _map(endpoint.get("response")).items():
        for media, content in _map(contents).items():
            yield Root(items_of(content, "schemaArray", cleaner), join("/response", code, media), "response")


def grouped(items: Group) -> list[Group]:
    """Neighbouring alternatives that come from one schema: those of one name, and a nameless one with its `null`."""
    groups: list[list[Map]] = []
    for item in items:
        if groups and _is_one(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return [tuple(group) for group in groups]


def name_of(group: Group) -> str | None:
    """The name that the page gives to a group of alternatives."""
    return ref_name(group[0].get("refIdentifier")) if group else None


def split_null(group: Group) -> tuple[Group, Map | None]:
    """The alternatives of a group besides `null`, and the `null` one if there are others."""
    others = tuple(item for item in group if item.get("type") != "null")
    nulls = [item for item in group if item.get("type") == "null"]
    return (others, nulls[0]) if others and nulls else (group, None)


def _is_one(group: list[Map], item: Map) -> bool:
    if name_of((group[0],)) is not None or name_of((item,)) is not None:
        return name_of((group[0],)) == name_of((item,))
    if len(group) > 1 or (group[0].get("type") == "null") == (item.get("type") == "null"):
        return False
    return all(group[0].get(key) == item.get(key) for key in SHARED)


def _without(item: Map, texts: Map) -> Map:
    """One alternative without the texts of its parameter, and without a deprecation that it denies."""
    copy = Map(item.own)
    for key, value in item.items():
        if key == "description" and key in texts:
            value = value.removeprefix(texts[key]).removeprefix("\n")
        if key == "deprecated" and value in (True, False) and (key in texts or value is False):
            continue
        if value or key != "description":
            copy.put(key, value, mark_of(item, key))
    return copy


def _map(value: Any) -> Map:
    return value if isinstance(value, Map) else Map()
