"""Operations and groups as pieces of code: methods, the calls inside them, the entries of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diglot.core.names import Code, checked, literal
from diglot.render.code.flavours import Flavour
from diglot.render.contract.arguments import Argument
from diglot.render.contract.groups import Group
from diglot.render.contract.operations import Operation
from diglot.render.contract.paging import Paging
from diglot.render.contract.view import View
from diglot.render.words import annotate, docs


@dataclass(frozen=True, slots=True)
class PlacedOperation:
    """One method, and one entry of the table of operations, in pieces of code."""

    name: Code
    constant: Code
    marks: tuple[Code, ...]
    define: Code
    signature: tuple[Code, ...]
    returns: Code
    doc: str
    groups: tuple[Code, ...]
    call: Code
    method: str
    path: str
    accept: str
    statuses: Code
    settings: tuple[tuple[Code, Code], ...]
    pagings: tuple[Paging, ...]


@dataclass(frozen=True, slots=True)
class PlacedGroup:
    """One class that holds operations, and the attribute of the client that gives it (empty: none)."""

    name: Code
    attribute: Code
    module: Code
    doc: str
    operations: tuple[PlacedOperation, ...]


def place_group(group: Group, view: View, flavour: Flavour) -> PlacedGroup:
    """A group in the flavour of one client."""
    said = list(docs.paragraphs(group.prose))
    name = group.attribute.replace("_", " ")
    return PlacedGroup(
        checked(group.name),
        checked(group.attribute) if group.attribute else Code(""),
        checked(f"{flavour.module_prefix}{group.module}"),
        "\n".join(said) or (f"The operations on {name}." if name else "The operations that belong to no group."),
        tuple(place_operation(operation, view, flavour) for operation in group.operations),
    )


def place_operation(operation: Operation, view: View, flavour: Flavour) -> PlacedOperation:
    """An operation in the flavour of one client."""
    is_listing = operation.paging is not None
    return PlacedOperation(
        checked(operation.name),
        checked(operation.constant),
        (Code(f"deprecated({literal('This operation may go away.')})"),) if operation.deprecated else (),
        Code("def") if is_listing else flavour.define,
        tuple(_signature(operation)),
        _returns(operation, flavour),
        docs.operation_text(operation, view, is_async=flavour.is_async),
        tuple(_groups(operation)),
        _call(operation, flavour),
        operation.method,
        operation.path,
        operation.answer.media or "application/json",
        Code(repr(operation.answer.statuses)),
        tuple(_table(operation)),
        (_wired(operation),) if is_listing else (),
    )


def _signature(operation: Operation) -> Iterator[Code]:
    is_keyword = False
    for arg, stated, default in docs.signature(operation):
        if arg.place != "path" and not is_keyword:
            is_keyword = True
            yield Code("*")
        yield Code(f"{checked(arg.name)}: {stated}{f' = {default}' if default else ''}")


def _returns(operation: Operation, flavour: Flavour) -> Code:
    if operation.paging is None:
        return annotate.result(operation, flavour.prefix)
    return Code(f"{flavour.listing}[{annotate.answered(operation.paging.row)}]")


def _groups(operation: Operation) -> Iterator[Code]:
    """The arguments of the call that builds the request: parameters, fields of the body, files, bytes."""
    parameters = [arg for arg in operation.arguments if arg.place not in ("body", "file")]
    fields = [arg for arg in operation.arguments if arg.place == "body"]
    files = [arg for arg in operation.arguments if arg.place == "file"]
    if parameters:
        yield _mapping("parameters", parameters)
    if operation.body.kind == "bytes":
        yield Code(f"content={checked(fields[0].name)}")
        return
    if fields or operation.body.kind:
        yield _mapping("body", fields, operation.fixed)
    if files:
        yield _mapping("files", files)


def _mapping(name: str, arguments: Sequence[Argument], fixed: Sequence[tuple[str, object]] = ()) -> Code:
    entries = [f"{literal(arg.field.wire)}: {checked(arg.name)}" for arg in arguments]
    entries += [f"{literal(wire)}: {literal(value)}" for wire, value in fixed]
    return Code(f"{name}={{{', '.join(entries)}}}")


def _call(operation: Operation, flavour: Flavour) -> Code:
    answer, wait = operation.answer, flavour.wait
    if operation.paging is not None:
        made = "AsyncPages" if flavour.is_async else "Page.load"
        rest = f"(self._transport, request, models.{answer.model}, operations.{operation.constant}_PAGING)"
        return Code(f"return {made}{rest}")
    if answer.is_stream:
        made = f"{flavour.prefix}{'EventStream' if answer.kind == 'events' else 'ByteStream'}"
        model = f", models.{checked(answer.model)}" if answer.model else ""
        return Code(f"return {wait}{made}.open(self._transport, request{model})")
    if answer.kind == "nothing":
        return Code(f"{wait}self._transport.send(request)")
    if answer.kind == "bytes":
        return Code(f"return {wait}self._transport.content(request)")
    call = f"{wait}self._transport.json(request, models.{checked(answer.model)})"
    if answer.root is None:
        return Code(f"return {call}")
    return Code(f"return ({call}).root" if wait else f"return {call}.root")


def _table(operation: Operation) -> Iterator[tuple[Code, Code]]:
    sent = [arg for arg in operation.arguments if arg.place not in ("body", "file")]
    if operation.parameters:
        yield Code("parameters"), Code(f"models.{checked(operation.parameters)}")
        yield Code("places"), literal({arg.field.wire: arg.place for arg in sent})
    if joined := [arg.field.wire for arg in sent if not arg.explode]:
        yield Code("joined"), Code(f"frozenset({literal(joined)})")
    nullable = [arg.field.wire for arg in operation.arguments if arg.field.shape.nullable]
    if nullable:
        yield Code("nullable"), Code(f"frozenset({literal(nullable)})")
    if operation.body.model:
        yield Code("body"), Code(f"models.{checked(operation.body.model)}")
    if operation.body.kind and not operation.body.required:
        yield Code("is_body_optional"), literal(True)
    if operation.body.media:
        yield Code("media"), literal(operation.body.media)
    if operation.body.encodings:
        yield Code("encodings"), literal(dict(operation.body.encodings))


def _wired(operation: Operation) -> Paging:
    """The paging with its arguments under the names of the wire, as the request has them."""
    paging = operation.paging
    if paging is None:
        raise TypeError("not a listing")
    wires = {arg.name: arg.field.wire for arg in operation.arguments}
    return Paging(
        wires[paging.number],
        wires.get(paging.size, ""),
        paging.rows,
        paging.row,
        paging.more,
        paging.total,
        paging.echo,
    )
