"""View -> the server stub: the Protocol of handlers, and the table of routes that calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from diglot.core.names import Code, Names, checked, literal
from diglot.render.code.models import fits
from diglot.render.contract.arguments import Argument
from diglot.render.contract.operations import Operation
from diglot.render.contract.reserved import ARGUMENTS
from diglot.render.contract.shapes import Model, Shape
from diglot.render.contract.view import View
from diglot.render.templates import Templates
from diglot.render.words import annotate, docs

SERVER = tuple(f"_server_{part}" for part in ("answer", "application", "received", "refusal", "route", "texts"))
"""The files of the stub that are the same for every contract."""
_EVENTS = "text/event-stream"
_WORDS = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "map": "json",
    "model": "json",
}


@dataclass(frozen=True, slots=True)
class PlacedHandler:
    """One method of the Protocol, and one entry of the table of routes, in pieces of code."""

    name: Code
    constant: Code
    context: Code
    signature: tuple[Code, ...]
    returns: Code
    doc: str
    settings: tuple[tuple[Code, Code], ...]


def render_stub(view: View, templates: Templates, values: Mapping[str, Any]) -> dict[str, str]:
    """The files of the server stub by their path within the package; `values` are those of every template."""
    placed = [_placed(operation, _streams(operation, view), view.models_by_name) for operation in _handled(view)]
    given = {**values, "handlers": placed}
    return {f"{name}.py": templates.python(f"{name}.py.jinja", given) for name in (*SERVER, "server")}


def _handled(view: View) -> Iterator[Operation]:
    """The operations that have a method of their own: a twin has one where the body says which of the two is meant."""
    return (operation for operation in view.operations if not operation.twin or operation.fixed)


def _streams(operation: Operation, view: View) -> bool:
    """Whether the answer may be given as events, by an operation that is no twin or by the twin that has no method."""
    twins = [other for other in view.operations if other.twin == operation.name and not other.fixed]
    return any(each.answer.kind == "events" for each in (operation, *twins))


def _placed(operation: Operation, streams: bool, models: Mapping[str, Model]) -> PlacedHandler:
    is_open = operation.body.model in models and models[operation.body.model].open
    names = Names(ARGUMENTS | {argument.name for argument in operation.arguments})
    return PlacedHandler(
        checked(operation.name),
        checked(operation.constant),
        names.take("context"),
        tuple(_signature(operation, is_open)),
        _returns(operation, streams),
        _doc(operation),
        tuple(_settings(operation, models, streams)),
    )


def _signature(operation: Operation, is_open: bool) -> Iterator[Code]:
    is_keyword = False
    for argument in operation.arguments:
        if argument.place != "path" and not is_keyword:
            is_keyword = True
            yield Code("*")
        yield Code(f"{checked(argument.name)}: {_parameter(operation, argument, is_open)}")


def _parameter(operation: Operation, argument: Argument, is_open: bool) -> str:
    """The type of one argument, and its default."""
    field = argument.field
    if argument.place == "body" and operation.body.kind == "bytes":
        return "bytes" if field.required else "bytes | None = None"
    stated = _received(field.shape, argument.place == "body" and is_open)
    null = " | None" * (field.shape.nullable and field.shape.kind not in ("any", "null"))
    if field.required:
        return stated + null
    if argument.place != "file" and fits(field.default, field.shape):
        return f"{stated}{null} = {literal(field.default)}"
    if field.shape.kind == "any":
        return f"{stated} = UNSET"
    return f"{stated} | Unset | None = UNSET" if field.shape.nullable else f"{stated} | None = None"


def _received(shape: Shape, is_open: bool) -> str:
    """The type of what a handler is given; an open model also takes values that its enumerations do not name."""
    parts = [
        f"{_received(part, is_open)}{' | None' * (part.nullable and part.kind not in ('any', 'null'))}"
        for part in shape.parts
    ]
    if shape.kind == "file":
        return "Upload"
    if shape.kind == "array":
        return f"list[{parts[0]}]"
    if shape.kind == "map":
        return f"dict[str, {parts[0]}]"
    if shape.kind == "union":
        return " | ".join(dict.fromkeys(parts))
    plain = replace(shape, nullable=False)
    return annotate.accepted(plain) if shape.kind == "literal" and not is_open else annotate.answered(plain)


def _returns(operation: Operation, streams: bool) -> Code:
    given = {"bytes": "bytes | AsyncIterable[bytes]", "events": "AsyncIterable[Event]", "nothing": "None"}.get(
        operation.answer.kind, ""
    )
    if not given:
        return Code(f"Returns[{annotate.result(operation)}{' | AsyncIterable[Event]' * streams}]")
    return Code("Awaitable[None] | None" if given == "None" else f"{given} | Awaitable[{given}]")


def _doc(operation: Operation) -> str:
    lines = [*docs.paragraphs(docs.titled(operation)), "", *docs.wrap(f"`{operation.method} {operation.path}`", 76)]
    if operation.failures:
        listed = ", ".join(f"{failure.status} {failure.code}".strip() for failure in operation.failures)
        lines += ["", "Raises:", *docs.hanging(f"Refusal: {listed}.")]
    return "\n".join(lines)


def _settings(operation: Operation, models: Mapping[str, Model], streams: bool) -> Iterator[tuple[Code, Code]]:
    answer, arguments = operation.answer, operation.arguments
    if answer.model:
        yield Code("event" if answer.kind == "events" else "answer"), Code(f"models.{checked(answer.model)}")
    if answer.media:
        yield Code("media"), literal(answer.media)
    if streams and answer.kind == "json":
        yield Code("stream"), literal(_EVENTS)
    texts = [
        arg for arg in arguments if arg.place not in ("body", "file") or operation.body.kind in ("form", "multipart")
    ]
    texts = [arg for arg in texts if arg.place != "file"]
    kinds = {arg.field.wire: found for arg in texts if (found := _kinds(arg.field.shape)) != ("string",)}
    if kinds:
        shown = ", ".join(f"{literal(wire)}: {found!r}" for wire, found in kinds.items())
        yield Code("kinds"), Code(f"{{{shown}}}")
    if lists := [arg.field.wire for arg in texts if arg.field.shape.kind == "array"]:
        yield Code("lists"), Code(f"frozenset({literal(lists)})")
    if renamed := list(_renamed(operation, models)):
        yield Code("renamed"), Code(f"{{{', '.join(renamed)}}}")
    if files := [arg for arg in arguments if arg.place == "file"]:
        shown = ", ".join(
            f"{literal(arg.name)}: ({literal(arg.field.wire)}, {arg.field.shape.kind == 'array'}, {arg.field.required})"
            for arg in files
        )
        yield Code("files"), Code(f"{{{shown}}}")
    for wire, value in operation.fixed:
        yield Code("choice"), Code(f"({literal(wire)}, {literal(value)})")
    for kind, setting in (("bytes", "content"), ("json-value", "value")):
        if operation.body.kind == kind:
            yield Code(setting), literal(next(arg.name for arg in arguments if arg.place == "body"))


def _kinds(shape: Shape) -> tuple[str, ...]:
    """As what a text is read, in the order in which it is tried."""
    if shape.kind == "array":
        return _kinds(shape.parts[0])
    if shape.kind == "literal":
        kind = type(shape.values[0])
        found: tuple[str, ...] = ("boolean" if kind is bool else "integer" if kind is int else "string",)
    elif shape.kind == "union":
        every = [kind for part in shape.parts for kind in _kinds(part)]
        found = tuple(sorted(dict.fromkeys(every), key=lambda kind: kind == "string"))
    else:
        found = (_WORDS.get(shape.kind, "string"),)
    return ("null", *found) if shape.nullable and "string" not in found else found


def _renamed(operation: Operation, models: Mapping[str, Model]) -> Iterator[str]:
    """The arguments that are not called as the field of the model that they stand for."""
    for where, name in (("parameters", operation.parameters), ("body", operation.body.model)):
        fields = {field.wire: field.name for field in models[name].fields} if name in models else {}
        for argument in operation.arguments:
            is_body = argument.place == "body"
            field = fields.get(argument.field.wire)
            if argument.place != "file" and is_body == (where == "body") and field not in (None, argument.name):
                yield f"({literal(where)}, {literal(field)}): {literal(argument.name)}"
