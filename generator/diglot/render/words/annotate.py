"""Shapes as the types that a signature states."""

from __future__ import annotations

from diglot.core.names import Code, literal
from diglot.render.contract.arguments import Argument
from diglot.render.contract.operations import Operation
from diglot.render.contract.shapes import Shape

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "any": "Any", "null": "None"}
_FORMATS = {"uuid": "UUID", "date-time": "datetime.datetime", "date": "datetime.date"}


def accepted(shape: Shape) -> Code:
    """The type of what a caller may give: wide, for example `UUID | str` and any sequence."""
    return Code(_nullable(_accepted(shape), shape))


def answered(shape: Shape) -> Code:
    """The type of what a caller is given."""
    return Code(_nullable(_answered(shape), shape))


def argument(arg: Argument) -> Code:
    """The type of one argument; None stands for "left out" where null is not a value of its own."""
    shape = arg.field.shape
    if arg.place == "body" and shape.kind == "file":  # a body that is sent as it is, not one file of a form
        return Code("bytes" if arg.field.required else "bytes | None")
    if arg.field.required or shape.kind == "any":
        return accepted(shape)
    return Code(f"{_accepted(shape)} | {'Unset | ' * shape.nullable}None")


def default(arg: Argument) -> Code:
    """The default of one argument, or an empty string where it must be given."""
    if arg.field.required:
        return Code("")
    return Code("UNSET" if arg.field.shape.nullable else "None")


def result(operation: Operation, prefix: str = "") -> Code:
    """The type of what a method returns, pages aside; `prefix` is that of the client's classes."""
    answer = operation.answer
    if answer.kind == "nothing":
        return Code("None")
    if answer.kind == "bytes":
        return Code("bytes")
    if answer.kind == "download":
        return Code(f"{prefix}ByteStream")
    value = answered(answer.root) if answer.root is not None else f"models.{answer.model}"
    if answer.kind == "events":
        return Code(f"{prefix}EventStream[{value if answer.model else 'ServerSentEvent'}]")
    return Code(value)


def _nullable(text: str, shape: Shape) -> str:
    return f"{text} | None" if shape.nullable and shape.kind not in ("any", "null") else text


def _accepted(shape: Shape) -> str:
    if shape.format == "uuid":
        return "UUID | str"
    if shape.kind == "array":
        return f"Sequence[{accepted(shape.parts[0])}]"
    if shape.kind == "map":
        return f"Mapping[str, {accepted(shape.parts[0])}]"
    if shape.kind == "file":
        return "FileContent"
    if shape.kind == "literal":
        return _literal(shape)
    if shape.kind == "union":
        return " | ".join(dict.fromkeys(accepted(part) for part in shape.parts))
    return _answered(shape)


def _answered(shape: Shape) -> str:
    if shape.format:
        return _FORMATS[shape.format]
    if shape.kind in ("model", "choice"):
        return f"models.{shape.model}"
    if shape.kind == "literal":
        return (
            f"{_literal(shape)} | {type(shape.values[0]).__name__}"  # a server may know more values than the contract
        )
    if shape.kind == "array":
        return f"list[{answered(shape.parts[0])}]"
    if shape.kind == "map":
        return f"dict[str, {answered(shape.parts[0])}]"
    if shape.kind == "file":
        return "bytes"
    if shape.kind == "union":
        return " | ".join(dict.fromkeys(answered(part) for part in shape.parts))
    return _SCALARS[shape.kind]


def _literal(shape: Shape) -> str:
    return f"Literal[{', '.join(literal(value) for value in shape.values)}]"
