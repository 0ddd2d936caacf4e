"""A program of a few lines that makes one call with the values of the contract's examples, and runs as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from diglot.core.names import checked, literal
from diglot.render.contract.arguments import Argument
from diglot.render.contract.operations import Operation
from diglot.render.contract.shapes import Field, Model, Shape

UUID = "6f1c2c1e-0d4a-4f6e-9a53-3c8d1f7b2a10"
_SCALARS: Mapping[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "map": {}}
_FORMATS = {"uuid": UUID, "date": "2025-01-31", "date-time": "2025-01-31T12:00:00Z"}
_TYPES: Mapping[str, type[Any] | tuple[type[Any], ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "map": dict,
    "model": dict,
}
_MAX_DEPTH = 6  # models within models that an example writes out
_MAX_ITEMS = 2  # entries of a list that an example shows
_SMALL = 4  # fields of a model that is written out whole
_SIMPLE = frozenset({"string", "integer", "number", "boolean", "literal", "union"})


@dataclass(frozen=True, slots=True)
class Piece:
    """An expression: one line of code, or `head` and `tail` around parts that may each stand on lines of their own."""

    head: str
    parts: tuple[Piece, ...] = ()
    tail: str = ""

    def lines(self, width: int, lead: str = "", end: str = "") -> list[str]:
        """The expression after `lead` and before `end`, on one line where it fits into `width` columns."""
        whole = f"{lead}{self.line()}{end}"
        if not self.parts or len(whole) <= width:
            return [whole]
        inner = [f"    {line}" for part in self.parts for line in part.lines(width - 4, end=",")]
        return [f"{lead}{self.head}", *inner, f"{self.tail}{end}"]

    def line(self) -> str:
        """The expression on one line."""
        return self.head + ", ".join(part.line() for part in self.parts) + self.tail

    def after(self, lead: str) -> Piece:
        """The same with `lead` before it: the name of an argument, or the key of an entry."""
        return Piece(lead + self.head, self.parts, self.tail)


@dataclass(frozen=True, slots=True)
class Session:
    """One call: the names that it imports from the package, and its lines, to stand where there is a `client`."""

    imports: tuple[str, ...]
    lines: tuple[str, ...]


def call(operation: Operation, models: Mapping[str, Model], width: int, *, is_async: bool) -> Session:
    """The call of one operation; of a listing, the loop over all its rows."""
    parts = tuple(_given(operation, models))
    made = Piece(f"client.{operation.name}(" if parts else f"client.{operation.name}()", parts, ")" if parts else "")
    uses_models = "models." in made.line()
    imports = ("models",) if uses_models else ()
    if operation.paging:
        return Session(imports, (*made.lines(width, f"{'async ' * is_async}for row in ", ":"), "    print(row)"))
    if operation.answer.is_stream:
        opened = made.lines(width, f"{'async ' * is_async}with {'await ' * is_async}", " as answer:")
        if operation.answer.kind == "events":
            inner = [f"{'async ' * is_async}for event in answer:", "    print(event)"]
        else:
            inner = [f'{"await " * is_async}answer.save("answer.bin")']
        return Session(imports, (*opened, *(f"    {line}" for line in inner)))
    kept = "" if operation.answer.kind == "nothing" else "answer = "
    return Session(imports, tuple(made.lines(width, f"{kept}{'await ' * is_async}")))


def program(sessions: Sequence[Session], package: str, client: str, *, is_async: bool) -> list[str]:
    """The lines of a whole program that makes these calls with one client."""
    named = f"{'Async' * is_async}{client}"
    imports = sorted({named, *(name for session in sessions for name in session.imports)}, key=_imported)
    opening = f"{'async ' * is_async}with {named}() as client:"
    body = [opening, *(f"    {line}" for session in sessions for line in session.lines)]
    body += ["    print(client)"] * (not sessions)
    importing = f"from {package} import {', '.join(imports)}"
    if not is_async:
        return [importing, "", *body]
    inner = ["async def main() -> None:", *(f"    {line}" for line in body)]
    return ["import asyncio", "", importing, "", "", *inner, "", "", "asyncio.run(main())"]


def _imported(name: str) -> tuple[bool, str]:
    return (not name[0].isupper(), name)


def _given(operation: Operation, models: Mapping[str, Model]) -> Iterator[Piece]:
    body = next((item.value for item in operation.examples if not item.status and isinstance(item.value, dict)), {})
    for argument in operation.arguments:
        if argument.place == "path":
            yield _spelled(_known(argument, {}), argument.field, models)
        elif argument.field.required:
            yield _spelled(_known(argument, body), argument.field, models).after(f"{argument.name}=")


def _known(argument: Argument, body: Mapping[str, Any]) -> Any:
    """The value that the contract gives as an example, or None."""
    if argument.place == "body" and argument.field.wire in body:
        return body[argument.field.wire]
    return argument.example


def _spelled(value: Any, field: Field, models: Mapping[str, Model], depth: int = 0) -> Piece:
    """The expression for a field's value; one that the contract does not give, or that does not fit, is made up."""
    shape = field.shape
    if value is None or not _fits(value, shape):
        value = sample(shape, field.wire)
    if shape.kind == "file":
        return Piece('b"..."')
    if shape.kind == "union":
        fitting = next((part for part in shape.parts if value is not None and _fits(value, part)), shape.parts[0])
        return _spelled(value, replace(field, shape=fitting), models, depth)
    if shape.kind == "array" and isinstance(value, list):
        inner = replace(field, shape=shape.parts[0])
        return Piece("[", tuple(_spelled(item, inner, models, depth) for item in value[:_MAX_ITEMS] or [None]), "]")
    if shape.kind == "model":
        return _made(value if isinstance(value, dict) else {}, models[shape.model], models, depth + 1)
    if shape.kind == "choice":
        choice = models[shape.model]
        wanted = value.get(choice.key) if isinstance(value, dict) else None
        name = dict(choice.options).get(str(wanted), choice.options[0][1])
        return _spelled(value, replace(field, shape=Shape("model", model=name)), models, depth)
    return _json(value)


def _json(value: Any) -> Piece:
    """The expression of any value of JSON."""
    if isinstance(value, dict) and value:
        return Piece("{", tuple(_json(item).after(f"{literal(key)}: ") for key, item in value.items()), "}")
    if isinstance(value, list) and value:
        return Piece("[", tuple(map(_json, value)), "]")
    return Piece(literal(value))


def _made(value: Mapping[str, Any], model: Model, models: Mapping[str, Model], depth: int) -> Piece:
    """The call of a model's class, with the fields that the example has and those that must be there."""
    if model.root is not None or depth > _MAX_DEPTH:
        return Piece(f"models.{checked(model.name)}.model_validate(", (_json(dict(value)),), ")")
    stated = [field for field in model.fields if field.required or _is_shown(value, field, model)]
    parts = (_spelled(value.get(field.wire), field, models, depth).after(f"{field.name}=") for field in stated)
    return Piece(f"models.{checked(model.name)}(", tuple(parts), ")")


def _is_shown(value: Mapping[str, Any], field: Field, model: Model) -> bool:
    if value.get(field.wire) is not None:
        return _fits(value[field.wire], field.shape)
    small = len(model.fields) <= _SMALL and field.shape.kind in _SIMPLE
    return small and not value and not field.deprecated and field.default is None


def _fits(value: Any, shape: Shape) -> bool:
    """Whether an example may stand for this shape: examples in the wild are not always what their schema says."""
    if shape.kind == "literal":
        return value in shape.values
    if shape.kind == "union":
        return any(_fits(value, part) for part in shape.parts)
    wanted = _TYPES.get(shape.kind)
    if wanted is None:
        return True
    return isinstance(value, wanted) and (shape.kind == "boolean" or not isinstance(value, bool))


def sample(shape: Shape, name: str = "") -> Any:
    """A value of a plain shape, for an example that the contract does not give; `name` is what the field is called."""
    if shape.kind == "literal":
        return shape.values[0]
    if shape.kind == "array":
        return [sample(shape.parts[0], name)]
    if shape.kind == "union":
        texts = [part for part in shape.parts if part.kind == "string"]
        return sample((texts or list(shape.parts))[0], name)
    limits = dict(shape.limits)
    if shape.kind in ("integer", "number") and "minimum" in limits:
        return limits["minimum"]
    if shape.kind == "string" and re.search(r"(^|_)ids?$|[a-z]I[dD]s?$", name):
        return UUID
    return _FORMATS.get(shape.format) or _SCALARS.get(shape.kind)
