"""Operations as the client offers them: one method, its arguments, its answer, its failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from diglot.core.ir import METHODS as HTTP_METHODS
from diglot.core.names import Names, constant, pascal, snake
from diglot.render.arguments import Argument, Place
from diglot.render.cursor import Node, Prose
from diglot.render.failures import Failure, Failures
from diglot.render.paging import Paging, find_paging
from diglot.render.reserved import ARGUMENTS, METHODS
from diglot.render.schemas import Schemas, component_name
from diglot.render.shapes import Field, Shape

BodyKind = Literal["", "json", "json-value", "form", "multipart", "bytes"]
AnswerKind = Literal["nothing", "json", "bytes"]

_PLACES: dict[str, Place] = {"path": "path", "query": "query", "header": "header", "cookie": "cookie"}
_BODY_KINDS: dict[str, BodyKind] = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
}


@dataclass(frozen=True, slots=True)
class Body:
    """How a request's body is sent. `model` is empty where bytes are sent as they are."""

    kind: BodyKind = ""
    media: str = ""
    model: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a successful call gives. `statuses` are the declared ones; `root` is set where the model only wraps."""

    kind: AnswerKind
    statuses: tuple[int, ...]
    media: str = ""
    model: str = ""
    root: Shape | None = None
    prose: Prose = ()


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a body: the status it is answered with (empty for a request), its name, its value."""

    status: str
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract."""

    id: str
    name: str
    constant: str
    method: str
    path: str
    parameters: str
    body: Body
    arguments: tuple[Argument, ...]
    answer: Answer
    failures: tuple[Failure, ...]
    paging: Paging | None
    summary: Prose
    description: Prose
    tags: tuple[str, ...]
    deprecated: bool
    examples: tuple[Example, ...]
    language: str
    pointer: str


def read_operations(root: Node, schemas: Schemas, failures: Failures) -> tuple[Operation, ...]:
    """Every operation of the contract, in its order."""
    names = Names(METHODS)
    return tuple(
        _operation(path, item, method, node.target(), names, schemas, failures)
        for path, item in ((path, item.target()) for path, item in root.at("paths").members())
        for method, node in item.members()
        if method in HTTP_METHODS
    )


def _operation(
    path: str, item: Node, method: str, node: Node, names: Names, schemas: Schemas, failures: Failures
) -> Operation:
    identity = str(node.get("operationId") or f"{method} {path}")
    title = pascal(identity, "Operation")
    scope = Names(ARGUMENTS)
    sent = tuple(_parameters(item, node, title, scope, schemas))
    body, fields = _body(node.at("requestBody"), title, scope, schemas)
    answer = _answer(node, title, schemas)
    arguments = (*sent, *fields)
    parameters = ""
    if sent:
        parameters = schemas.define(f"{title}Parameters", [argument.field for argument in sent], pointer=node.pointer)
    name = names.take(snake(identity, "operation"))
    return Operation(
        identity,
        name,
        constant(name),
        method.upper(),
        path,
        parameters,
        body,
        tuple(sorted(arguments, key=lambda argument: _rank(argument))),
        answer,
        tuple({failure.name: failure for failure in failures.of(node)}.values()),
        find_paging(arguments_by_name(arguments), schemas.models.get(answer.model)),
        node.prose("summary"),
        node.prose("description"),
        tuple(tag for tag in node.get("tags") or () if isinstance(tag, str)),
        node.get("deprecated") is True,
        tuple(_examples(node)),
        next(iter(node.source.documents)),
        node.pointer,
    )


def arguments_by_name(arguments: tuple[Argument, ...]) -> dict[str, Argument]:
    """The query parameters of an operation by the name they are sent under."""
    return {argument.field.wire: argument for argument in arguments if argument.place == "query"}


def _rank(argument: Argument) -> tuple[int, bool]:
    """Path parameters stand first, then what is required; the order of the contract decides the rest."""
    return (0 if argument.place == "path" else 1, not argument.field.required)


def _parameters(item: Node, node: Node, title: str, scope: Names, schemas: Schemas) -> Iterator[Argument]:
    found: dict[tuple[str, str], Node] = {}
    for owner in (item, node):  # an operation overrides the parameters of its path
        for parameter in owner.at("parameters").items():
            parameter = parameter.target()
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    fields = Names()
    for (place, wire), parameter in found.items():
        if place not in _PLACES or (wire.lower() in ("authorization", "content-type", "accept") and place == "header"):
            continue
        schema = parameter.at("schema")
        shape = schemas.shape(schema, title + pascal(wire)) if schema.value is not None else Shape("any", True)
        name = scope.take(snake(wire, "parameter"))
        field = Field(
            fields.take(name),
            wire,
            shape,
            place == "path" or parameter.get("required") is True,
            parameter.prose("description") or schema.prose("description"),
            parameter.get("deprecated") is True,
            schema.get("default"),
            parameter.pointer,
        )
        explode = parameter.get("explode", parameter.get("style", "form") == "form") is not False
        yield Argument(name, field, _PLACES[place], explode, _example(parameter, schema))


def _body(node: Node, title: str, scope: Names, schemas: Schemas) -> tuple[Body, tuple[Argument, ...]]:
    content = dict(node.at("content").members())
    if not content:
        return Body(), ()
    media = next((known for known in _BODY_KINDS if known in content), next(iter(content)))
    kind = _BODY_KINDS.get(media, "json" if media.endswith("+json") else "bytes")
    schema = content[media].at("schema")
    required = node.get("required") is True
    name = component_name(node) or title
    shape = Shape("file") if kind == "bytes" else schemas.shape(schema, _suffixed(name, "Request"))
    if shape.kind != "model" or shape.nullable:
        whole = Field("root", "", shape, required, node.prose("description"), pointer=node.pointer)
        argument = Argument(scope.take("body"), whole, "body")
        if kind == "bytes" or shape.kind == "file":
            return Body("bytes", media, required=required), (argument,)
        model = schemas.wrap(_suffixed(name, "Request"), shape, pointer=schema.pointer)
        return Body("json-value", media, model, required), (argument,)
    arguments = []
    for field in schemas.models[shape.model].fields:
        place: Place = "file" if any(part.kind == "file" for part in field.shape.walk()) else "body"
        asked = field if required else replace(field, required=False)
        arguments.append(
            Argument(
                scope.take(snake(field.wire, "field")),
                asked,
                place,
                example=_example(schema.at("properties", field.wire)),
            )
        )
    return Body(kind, media, shape.model, required), tuple(arguments)


def _answer(node: Node, title: str, schemas: Schemas) -> Answer:
    """The answer of the first successful status that has a body; without any there is nothing to give."""
    successes = [
        (status, response.target()) for status, response in node.at("responses").members() if status[:1] == "2"
    ]
    statuses = tuple(int(status) for status, _ in successes if status.isdigit())
    for _, response in successes:
        content = dict(response.at("content").members())
        media = next((media for media in content if "json" in media), next(iter(content), ""))
        if not media:
            continue
        if "json" not in media:
            return Answer("bytes", statuses, media, prose=response.prose("description"))
        schema = content[media].at("schema")
        name = _suffixed(component_name(response) or title, "Response")
        shape = schemas.shape(schema, name)
        model = schemas.wrap(name, shape, pointer=schema.pointer)
        return Answer("json", statuses, media, model, schemas.models[model].root, response.prose("description"))
    prose = successes[0][1].prose("description") if successes else ()
    return Answer("nothing", statuses, prose=prose)


def _suffixed(name: str, suffix: str) -> str:
    return name if name.endswith(suffix) else name + suffix


def _example(*nodes: Node) -> Any:
    """The first example that the contract gives for a value, or None."""
    for node in nodes:
        if node.get("example") is not None:
            return node.get("example")
        listed = node.get("examples")
        if isinstance(listed, list) and listed:
            return listed[0]
        for _, example in node.at("examples").members():
            return example.target().get("value")
    return None


def _examples(node: Node) -> Iterator[Example]:
    holders = [("", node.at("requestBody"))]
    holders += [(status, response.target()) for status, response in node.at("responses").members()]
    for status, holder in holders:
        for _, media in holder.at("content").members():
            if media.get("example") is not None:
                yield Example(status, "", media.get("example"))
            for name, example in media.at("examples").members():
                if example.target().get("value") is not None:
                    yield Example(status, name, example.target().get("value"))
