"""What each model is for: said where the contract does not describe it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from diglot.render.contract.operations import Operation
from diglot.render.contract.shapes import Model, Shape

_SHOWN = 3  # methods that are named; one more is said to be a number


def with_uses(models: Mapping[str, Model], operations: Sequence[Operation]) -> dict[str, Model]:
    """The models, each with a sentence about its first use: of a method, of a choice, of a field, or of nothing."""
    uses: dict[str, str] = {}
    for name, said in [*_calls(operations), *_choices(models), *_fields(models)]:
        uses.setdefault(name, said)
    nothing = "Described by the contract, and used by no operation."
    return {name: replace(model, use=uses.get(name, nothing)) for name, model in models.items()}


def _calls(operations: Sequence[Operation]) -> Iterator[tuple[str, str]]:
    methods: dict[tuple[str, str], list[str]] = {}
    for operation in operations:
        answer = "One event" if operation.answer.kind == "events" else "The answer"
        sent = [("The parameters", operation.parameters), ("The body of a request", operation.body.model)]
        for role, name in [*([] if operation.twin else sent), (answer, operation.answer.model)]:
            methods.setdefault((name, role), []).append(f"`{operation.name}`")
    for (name, role), called in methods.items():
        more = f" and {len(called) - _SHOWN} more" if len(called) > _SHOWN else ""
        yield name, f"{role} of {', '.join(called[:_SHOWN])}{more}."


def _choices(models: Mapping[str, Model]) -> Iterator[tuple[str, str]]:
    for choice in models.values():
        for _, name in choice.options:
            values = [f"`{value}`" for value, other in choice.options if other == name]
            yield name, f"The option of `{choice.name}` whose `{choice.key}` is {' or '.join(values)}."


def _fields(models: Mapping[str, Model]) -> Iterator[tuple[str, str]]:
    for model in models.values():
        for field in model.fields:
            for name, role in _held(field.shape):
                yield name, f"{role} of `{model.name}`.".replace("%", field.name)
        if model.root is not None:
            for name, role in _held(model.root):
                yield name, f"{role.replace(' of `%`', '')} of `{model.name}`."


def _held(shape: Shape, role: str = "The field `%`") -> Iterator[tuple[str, str]]:
    if shape.model:
        yield shape.model, role
    within = {"array": "One item of `%`", "map": "One value of `%`"}.get(shape.kind, role)
    for part in shape.parts:
        yield from _held(part, within)
