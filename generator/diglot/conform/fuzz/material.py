"""What is drawn from: the contract without what is not drawn, with known ids and values planted in it as examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.conform.bench.fields import fields_of
from diglot.conform.bench.lab import Lab
from diglot.conform.bench.ledger import Ledger, held
from diglot.conform.bench.requests import bound_to
from diglot.conform.binding.bindings import Actions, Values, matches
from diglot.conform.binding.surface import Endpoint, follow
from diglot.conform.wire.breach import UnmetError
from diglot.core.pointer import resolve

ANY = "*"
_ROWS = 5
# Header parameters that OpenAPI leaves to media types and security schemes, and those that frame the message.
_NOT_DRAWN = frozenset({"accept", "authorization", "content-type", "connection", "content-length", "expect", "host"})
_NOT_DRAWN |= {"keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}


@dataclass(frozen=True)
class Known:
    """Values that are known for one place: `place` is `path` or `body`, `steps` lead to it (`*` into an array)."""

    place: str
    steps: tuple[str, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Material:
    """One operation to draw input for.

    `valid` says whether valid input may be sent: that it can be put back, or changes nothing.
    """

    endpoint: Endpoint
    known: tuple[Known, ...]
    valid: bool


def materials(lab: Lab, kept: Sequence[Ledger]) -> list[Material]:
    """Every operation that may be called, with what is known for it; rows that may be written are noted as touched."""
    endpoints = [one for one in lab.surface.endpoints if one.reads or not lab.options.read_only]
    return [_material(lab, kept, endpoint) for endpoint in endpoints]


def _material(lab: Lab, kept: Sequence[Ledger], endpoint: Endpoint) -> Material:
    bound = bound_to(lab, endpoint)
    before = _before(kept, bound)
    known = [Known("path", (name,), (value,)) for name, value in _path_values(lab, endpoint)]
    if before is not None and isinstance(bound, Actions):
        known += _of_actions(lab, bound, before)
    elif before is not None and isinstance(bound, Values):
        known += _of_values(lab, bound, before)
    return Material(endpoint, tuple(one for one in known if one.values), endpoint.reads or before is not None)


def _before(kept: Sequence[Ledger], bound: Actions | Values | None) -> Mapping[str, Mapping[str, Any]] | None:
    """The rows that can be put back after the operation; None where it is not known how."""
    if bound is None:
        return None
    return next((one.before for one in kept if one.collection is bound.collection and one.scope is None), None)


def _path_values(lab: Lab, endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    for parameter in endpoint.placed("path"):
        others = {one.name: "" for one in endpoint.placed("path") if one is not parameter}
        try:
            value = lab.values(endpoint, **others)[parameter.name]
        except UnmetError:
            continue
        if "enum" not in parameter.schema:
            yield parameter.name, value


def _of_actions(lab: Lab, bound: Actions, before: Mapping[str, Mapping[str, Any]]) -> list[Known]:
    """Rows in a state that every action can be undone from exactly."""
    rows = [key for key, row in before.items() if matches(row, bound.actions[0].on)][:_ROWS]
    lab.touched.update(rows)
    return [Known("body", (bound.ids, ANY), tuple(rows))]


def _of_values(lab: Lab, bound: Values, before: Mapping[str, Mapping[str, Any]]) -> list[Known]:
    """Rows and fields, where the rows show their values: what is not seen cannot be put back.

    Nor can values of fields that are not known, such as those that a server adds by itself.
    """
    if not any(bound.shown in row for row in before.values()):
        return []
    try:
        fields = fields_of(lab, bound)
    except UnmetError:
        fields = []
    ids = {one.id for one in fields}
    kept = [key for key, row in before.items() if {str(one) for one, _, _ in held(bound, row)} <= ids]
    states = [one.on for actions in lab.bindings.actions for one in actions.actions if one.on]
    settled = [key for key in kept if any(matches(before[key], state) for state in states)]
    rows = (settled or kept)[:_ROWS]  # what still goes on by itself changes by itself
    lab.touched.update(rows)
    item = (bound.entries, ANY, bound.items, ANY)
    return [
        Known("body", (bound.entries, ANY, bound.row), tuple(rows)),
        Known("body", (*item, bound.item_id), tuple(one.id for one in fields)),
        Known("body", (*item, bound.item_name), tuple(one.name for one in fields)),
    ]


def unknown_parameters(material: Material) -> list[str]:
    """The path parameters that no value is known for: what lies behind them is not reached."""
    known = {one.steps[0] for one in material.known if one.place == "path"}
    path = material.endpoint.placed("path")
    return [one.name for one in path if one.name not in known and "enum" not in one.schema]


def document_for(document: Mapping[str, Any], materials: Iterable[Material]) -> dict[str, Any]:
    """The contract to draw from: no responses and no credentials, which are judged and sent by others.

    Objects allow no members but their own, so that what is drawn goes into those: whatever is drawn is still judged by
    the contract itself.
    """
    paths: dict[str, Any] = {}
    for material in materials:
        endpoint = material.endpoint
        paths.setdefault(endpoint.path, {})[endpoint.key.method] = _operation(document, material)
    components = document.get("components")
    shared = dict(components) if isinstance(components, Mapping) else {}
    shared.pop("securitySchemes", None)
    drawn = {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths, "components": shared}
    return drawn if _joins(drawn) else _closed(drawn)


def _operation(document: Mapping[str, Any], material: Material) -> dict[str, Any]:
    endpoint = material.endpoint
    operation = resolve(document, endpoint.pointer)
    item = resolve(document, endpoint.pointer.rpartition("/")[0])
    found: dict[str, Any] = {
        "parameters": list(_parameters(document, (item, operation), material.known)),
        "responses": {"default": {"description": ""}},
    }
    if isinstance(operation.get("requestBody"), Mapping):
        found["requestBody"] = _body(document, operation["requestBody"], material.known)
    return found


def _parameters(
    document: Mapping[str, Any], holders: Iterable[Mapping[str, Any]], known: Iterable[Known]
) -> Iterator[Mapping[str, Any]]:
    values = {one.steps[0]: one.values[0] for one in known if one.place == "path"}
    merged = {}
    for holder in holders:
        listed = holder.get("parameters")
        for entry in listed if isinstance(listed, list) else ():
            parameter = follow(document, entry)
            merged[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    for (place, name), parameter in merged.items():
        if place == "header" and name.lower() in _NOT_DRAWN:
            continue
        if place == "path" and name in values:
            rest = {key: value for key, value in parameter.items() if key != "examples"}
            parameter = {**rest, "example": values[name]}
        yield parameter


def _body(document: Mapping[str, Any], node: Any, known: Iterable[Known]) -> Mapping[str, Any]:
    body = follow(document, node)
    content = body.get("content")
    places = [one for one in known if one.place == "body"]
    if not places or not isinstance(content, Mapping):
        return body
    planted = {}
    for name, entry in content.items():
        media = dict(follow(document, entry))
        for one in places:
            media["schema"] = _planted(document, media.get("schema"), one.steps, one.values)
        planted[name] = media
    return {**body, "content": planted}


def _planted(document: Mapping[str, Any], node: Any, steps: tuple[str, ...], values: Sequence[Any]) -> dict[str, Any]:
    """A schema with examples at the end of `steps`; on the way there references are replaced by what they name."""
    schema = dict(follow(document, node))
    if not steps:
        schema.pop("example", None)
        return {**schema, "examples": list(values)}
    step, rest = steps[0], steps[1:]
    if step == ANY:
        return {**schema, "items": _planted(document, schema.get("items"), rest, values)}
    properties = schema.get("properties")
    members = properties if isinstance(properties, Mapping) else {}
    if step not in members:
        return schema
    return {**schema, "properties": {**members, step: _planted(document, members[step], rest, values)}}


def _joins(node: Any) -> bool:
    """Whether schemas are joined somewhere: then closing one could leave nothing that fits them all."""
    if isinstance(node, Mapping):
        return "allOf" in node or any(map(_joins, node.values()))
    return isinstance(node, list) and any(map(_joins, node))


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    copied = {name: _closed(value) for name, value in node.items()}
    alone = not copied.keys() & {"anyOf", "oneOf", "$ref", "patternProperties", "unevaluatedProperties"}
    if isinstance(node.get("properties"), Mapping) and "type" in node and alone:
        copied.setdefault("additionalProperties", False)
    return copied
