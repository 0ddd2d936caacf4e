"""Operations as the client offers them: one method, its arguments, its answer, its failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from diglot.core.ir import METHODS as HTTP_METHODS
from diglot.core.names import Names, constant, pascal, snake, words
from diglot.render.contract.answers import Answer, read_answers
from diglot.render.contract.arguments import Argument, Place
from diglot.render.contract.bodies import Body, example_of, mode_of, read_body
from diglot.render.contract.cursor import Node, Prose
from diglot.render.contract.failures import Failure, Failures
from diglot.render.contract.paging import Paging, find_paging
from diglot.render.contract.reserved import ARGUMENTS, METHODS
from diglot.render.contract.schemas import Schemas
from diglot.render.contract.shapes import Field, Shape

_PLACES: dict[str, Place] = {"path": "path", "query": "query", "header": "header", "cookie": "cookie"}
_LANGUAGE_WORDS = {"zh": ("zh", "cn"), "ja": ("ja", "jp"), "ko": ("ko", "kr")}  # how publishers mark an operationId


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a body: the status it is answered with (empty for a request), its name, its value."""

    status: str
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One method: an operation of the contract, or a second way to call one, which gives its answer as it arrives.

    `fixed` are fields of the body that the method itself sets; `twin` is the method that gives the answer as a whole.
    """

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
    fixed: tuple[tuple[str, Any], ...] = ()
    twin: str = ""


def read_operations(root: Node, schemas: Schemas, failures: Failures) -> tuple[Operation, ...]:
    """Every operation of the contract, in its order, each followed by the way to read its answer as it arrives."""
    found = [
        (path, item, method, node.target())
        for path, item in ((path, item.target()) for path, item in root.at("paths").members())
        for method, node in item.members()
        if method in HTTP_METHODS
    ]
    names, language = Names(METHODS), next(iter(root.source.documents))
    identities = [_identity(node, path, method, language) for path, _, method, node in found]
    methods = [names.take(snake(identity, "operation")) for identity in identities]  # before any twin takes one
    operations: list[Operation] = []
    for (path, item, method, node), name, identity in zip(found, methods, identities, strict=True):
        whole = _operation(path, item, method, node, name, identity, schemas, failures)
        operations += _ways(whole, read_answers(node, pascal(identity, "Operation"), schemas), names, schemas)
    return tuple(operations)


def _identity(node: Node, path: str, method: str, language: str) -> str:
    """The operationId, without the word by which a publisher marks the language of an edition."""
    identity = str(node.get("operationId") or f"{method} {path}")
    last = words(identity)[-1:]
    if last and last[0].lower() in _LANGUAGE_WORDS.get(language, ()) and identity.endswith(last[0]):
        return identity.removesuffix(last[0]) or identity
    return identity


def _ways(whole: Operation, answers: tuple[Answer, ...], names: Names, schemas: Schemas) -> Iterator[Operation]:
    """The methods of one operation: one for each kind of answer, without the argument that chooses it."""
    for number, answer in enumerate(answers):
        name = names.take(f"{whole.name}_stream") if number else whole.name
        modes = {arg.name: mode_of(arg, is_stream=answer.is_stream) for arg in whole.arguments}
        is_chosen = any(each.kind == "events" for each in answers)
        fixed = {arg.name: modes[arg.name] for arg in whole.arguments if is_chosen and modes[arg.name] is not None}
        arguments = tuple(arg for arg in whole.arguments if arg.name not in fixed)
        yield replace(
            whole,
            name=name,
            constant=constant(name),
            arguments=arguments,
            answer=answer,
            paging=find_paging(arguments_by_name(arguments), schemas.models.get(answer.model))
            if answer.kind == "json"
            else None,
            fixed=tuple((arg.field.wire, fixed[arg.name]) for arg in whole.arguments if arg.name in fixed),
            twin=whole.name if number else "",
        )


def _operation(
    path: str, item: Node, method: str, node: Node, name: str, identity: str, schemas: Schemas, failures: Failures
) -> Operation:
    title = pascal(identity, "Operation")
    scope = Names(ARGUMENTS)
    sent = tuple(_parameters(item, node, title, scope, schemas))
    body, fields = read_body(node.at("requestBody"), title, scope, schemas)
    parameters = ""
    if sent:
        parameters = schemas.define(f"{title}Parameters", [argument.field for argument in sent], pointer=node.pointer)
    return Operation(
        str(node.get("operationId") or identity),
        name,
        constant(name),
        method.upper(),
        path,
        parameters,
        body,
        tuple(sorted((*sent, *fields), key=lambda argument: _rank(argument))),
        Answer("nothing", ()),
        tuple({failure.name: failure for failure in failures.of(node)}.values()),
        None,
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
        yield Argument(name, field, _PLACES[place], explode, example_of(parameter, schema))


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
