"""Parameters of a flattened endpoint, in the order path, query, header, cookie."""

from __future__ import annotations

from diglot.core.pointer import join
from diglot.core.tree import Map, Seq, mark_of
from diglot.read.mintlify.components import Cleaner
from diglot.read.mintlify.grammar import MEMBERS
from diglot.read.mintlify.losses import lose_members
from diglot.read.mintlify.names import Names
from diglot.read.mintlify.notes import FlatNotes
from diglot.read.mintlify.roots import LOCATIONS, Group, Root, name_of, parameter_items
from diglot.read.mintlify.union import Schemas


def parameters(request: Map, pointer: str, cleaner: Cleaner, schemas: Schemas, names: Names, notes: FlatNotes) -> Seq:
    """The `parameters` of an operation; `pointer` is their place in the recovered document."""
    listed = Seq(mark_of(request, "parameters"))
    sections = notes.mapping(request, "parameters", pointer)
    notes.unknown(sections, MEMBERS["locations"], pointer)
    for location in LOCATIONS:
        section = notes.mapping(sections, location, pointer)
        for name in notes.until_full(section):
            place = join(pointer, len(listed))
            printed = notes.mapping(section, name, place)
            notes.unknown(printed, MEMBERS["parameter"], place)
            items, texts = parameter_items(printed, cleaner)
            if not items:
                notes.odd(join(place, "schema"), "non-empty array", printed.get("schema"), mark_of(section, name))
                continue
            parameter = _parameter(name, location, section, items)
            _put_texts(parameter, texts, place, notes)
            schema = schemas.schema(items, join(place, "schema"), None)
            parameter.put("schema", schema, mark_of(printed, "schema"))
            for key in ("style", "explode"):
                if key in printed:
                    parameter.put(key, printed[key], mark_of(printed, key))
            lose_members(notes, "parameter", place)
            if set(items[0]) == {"type"} and "required" not in parameter and not texts:
                _lose_unmerged(items[0], place, notes)
            _lose_name(Root(items, f"{location} parameter {name}"), place, names, notes)
            listed.add(parameter, mark_of(section, name))
    if len(listed) > 1:
        notes.lose(pointer, "parameter-order", "inferred", "printed by location: path, query, header, cookie")
    notes.lose(join(pointer, "-"), "parameter-content", "lost", "parameters described by `content` are not printed")
    return listed


def _parameter(name: str, location: str, section: Map, items: Group) -> Map:
    mark = mark_of(section, name)
    parameter = Map(mark)
    parameter.put("name", name, mark)
    parameter.put("in", location, mark)
    required = items[0].get("required")
    if isinstance(required, bool):
        parameter.put("required", required, mark_of(items[0], "required"))
    elif location == "path":
        parameter.put("required", True, mark)
    return parameter


def _put_texts(parameter: Map, texts: Map, place: str, notes: FlatNotes) -> None:
    """Description and deprecation: printed alike whether the parameter has them or its schema, so the parameter's."""
    for key, value in texts.items():
        parameter.put(key, value, mark_of(texts, key))
        for level in (place, join(place, "schema")):
            evidence = "printed alike for a parameter and for its schema"
            notes.lose(join(level, key), "parameter-text", "ambiguous", evidence, mark_of(texts, key))


def _lose_unmerged(item: Map, place: str, notes: FlatNotes) -> None:
    """Where no alternative can be merged the converter prints a bare `any`, without the members of the parameter."""
    if item["type"] == "any":
        for member in ("required", "description", "deprecated"):
            notes.lose(join(place, member), "any-type", "lost", "not printed with a bare `any`")


def _lose_name(root: Root, place: str, names: Names, notes: FlatNotes) -> None:
    """A parameter's schema is printed without the name of the component that it refers to."""
    if name_of(root.items) is not None:
        return
    pointer = join(place, "schema", "$ref")
    others = names.shared_with(root)
    component = names.equal_component(root.items)
    if others:
        notes.lose(pointer, "schema-name", "inferred", f"written with the same nodes as {', '.join(others)}")
    elif component is not None:
        notes.lose(pointer, "schema-name", "ambiguous", f"prints the same as the component {component}")
    else:
        notes.lose(pointer, "schema-name")
