"""Which options of a choice can be told apart by the value of one property."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from diglot.core.pointer import split
from diglot.render.contract.cursor import Node
from diglot.render.contract.keywords import mapping_of, parts_of
from diglot.render.contract.shapes import Model, Shape


@dataclass(frozen=True, slots=True)
class Choice:
    """The options of a choice by the values of the property `key`, as places in the contract."""

    key: str
    options: tuple[tuple[str, Node], ...]


def stated_choice(owner: Node, options: Sequence[Node]) -> Choice | None:
    """The choice that a discriminator states: by its mapping, and by the names of the components it does not map.

    Without options of its own the schema is the base that those in the mapping extend.
    """
    key = owner.at("discriminator").get("propertyName")
    if not isinstance(key, str) or not key:
        return None
    mapping = dict(mapping_of(owner))
    for option in options:
        tokens = split(option.target().pointer)
        if option.target().pointer not in mapping.values() and len(tokens) == 3 and tokens[0] == "components":
            mapping[tokens[2]] = option.target().pointer
    found = [(value, Node(owner.source, pointer, {"$ref": f"#{pointer}"})) for value, pointer in mapping.items()]
    known = tuple(
        (value, node) for value, node in found if node.target().value is not None and node.pointer != owner.pointer
    )
    return Choice(key, known) if known else None


def fitting(choices: Mapping[str, Choice], samples: Sequence[str]) -> list[str]:
    """The names of the choices that know every event of some streams best: each value, and the most of the members."""
    events = [event for sample in samples for event in _events(sample)]
    strange: dict[str, int] = {}
    for name, choice in choices.items():
        options = {value: _members(node) for value, node in choice.options}
        if events and all(isinstance(event.get(choice.key), str) and event[choice.key] in options for event in events):
            strange[name] = sum(len(event.keys() - options[event[choice.key]]) for event in events)
    return [name for name in strange if strange[name] == min(strange.values())]


def _events(sample: str) -> Iterator[dict[str, Any]]:
    """The objects in a stream of events; pages also show them all on one line."""
    for place in re.finditer(r"data:\s*(?=\{)", sample):
        try:
            event, _ = json.JSONDecoder().raw_decode(sample, place.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


def _members(node: Node) -> set[str]:
    return {key for part in parts_of(node) for key, _ in part.at("properties").members()}


def told_apart(options: Sequence[Shape], models: Mapping[str, Model]) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The property that every option has with values of its own, and the models by these values; or None."""
    names = [option.model for option in options]
    if len(names) < 2 or any(option.kind != "model" for option in options):
        return None
    for field in models[names[0]].fields:
        values = [_values(models[name], field.wire) for name in names]
        flat = [value for each in values for value in each]
        if all(values) and len(set(flat)) == len(flat):
            pairs = ((value, name) for name, each in zip(names, values, strict=True) for value in each)
            return field.wire, tuple(pairs)
    return None


def _values(model: Model, wire: str) -> tuple[str, ...]:
    field = next((field for field in model.fields if field.wire == wire), None)
    if field is None or not field.required or field.shape.nullable or field.shape.kind != "literal":
        return ()
    return tuple(value for value in field.shape.values if isinstance(value, str))


def tagged(model: Model, key: str, values: Sequence[str]) -> Model:
    """The model with the property that tells it apart closed: it is there, with one of these values and no other."""
    shape = Shape("literal", values=tuple(values), closed=True)
    fields = [
        replace(field, shape=shape, required=True, default=None) if field.wire == key else field
        for field in model.fields
    ]
    return replace(model, fields=tuple(fields))
