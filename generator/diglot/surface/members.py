"""What changed in one function or one model: arguments, results, fields, and the types of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from diglot.surface.facts import Class, Field, Function, Parameter, Place, Type
from diglot.surface.types import differing_values, effects


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: the rule that judges it, the public name, where that stands, and the words for it."""

    rule: str
    name: str
    place: Place
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Role:
    """The rules about the type of one kind of value; without a `nullable` one, null is an alternative as any other."""

    widened: str
    narrowed: str
    changed: str
    value_added: str
    value_removed: str
    nullable: tuple[str, str] | None = None


_ARGUMENT = Role(
    "client-argument-widened",
    "client-argument-narrowed",
    "client-argument-type-changed",
    "argument-value-added",
    "argument-value-removed",
)
_INPUT = Role(
    "input-field-widened",
    "input-field-narrowed",
    "input-field-type-changed",
    "argument-value-added",
    "argument-value-removed",
)
_OUTPUT = Role(
    "model-field-widened",
    "model-field-narrowed",
    "model-field-type-changed",
    "enumeration-value-added",
    "enumeration-value-removed",
    ("model-field-may-be-null", "model-field-never-null"),
)
RESULT = Role(
    "client-result-widened",
    "client-result-narrowed",
    "client-result-changed",
    "enumeration-value-added",
    "enumeration-value-removed",
)


def type_changes(role: Role, name: str, part: str, types: tuple[Type, Type], place: Place) -> Iterator[Change]:
    """How the type of one value changed, as the role of the value has it judged."""
    old, new = types
    if old == new:
        return
    came, went = differing_values(old, new)
    if came or went:
        whole = f"{name}.{part}" if part else name
        yield from (Change(role.value_added, whole, place, {"value": value}) for value in sorted(came))
        yield from (Change(role.value_removed, whole, place, {"value": value}) for value in sorted(went))
        return
    if role.nullable and (old.heads ^ new.heads) == {"None"} and (old.values, old.parts) == (new.values, new.parts):
        yield Change(role.nullable["None" in old.heads], name, place, {"part": part})
        return
    found = effects(old, new)
    rules = {(True, True): role.changed, (True, False): role.widened, (False, True): role.narrowed}
    rule = rules.get(("wider" in found, "narrower" in found))
    if rule:
        yield Change(rule, name, place, {"part": part, "before": old.text, "after": new.text})


def function_changes(name: str, old: Function, new: Function) -> Iterator[Change]:
    """What changed for who calls this function."""
    if old.form != new.form:
        yield Change("client-method-form-changed", name, old.place, {"before": old.form, "after": new.form})
    if old.is_deprecated != new.is_deprecated:
        rule = "client-method-deprecated" if new.is_deprecated else "client-method-reactivated"
        yield Change(rule, name, old.place)
    yield from _argument_changes(name, old, new)
    yield from type_changes(RESULT, name, "", (old.returns, new.returns), old.place)


def _argument_changes(name: str, old: Function, new: Function) -> Iterator[Change]:
    renamed = dict(_renamed(old, new))
    removed = [item for key, item in old.parameters.items() if key not in new.parameters and key not in renamed]
    for key, after in renamed.items():
        yield Change("client-argument-renamed", name, old.place, {"before": key, "after": after})
    for item in removed:
        yield Change("client-argument-removed", name, old.place, {"part": item.name})
    for key, item in new.parameters.items():
        if key not in old.parameters and key not in renamed.values():
            rule = "client-argument-required-added" if item.default is None else "client-argument-added"
            yield Change(rule, name, new.place, {"part": key})
    for key, item in old.parameters.items():
        other = new.parameters.get(renamed.get(key, key))
        if other is not None:
            shift = sum(0 < gone.position < item.position for gone in removed)
            yield from _parameter_changes(name, item, other, old.place, shift)


def _parameter_changes(name: str, old: Parameter, new: Parameter, place: Place, shift: int) -> Iterator[Change]:
    """`shift` arguments before this one are gone, which is told of them."""
    if old.position and new.position != old.position - shift:
        args = {"part": old.name, "before": str(old.position), "after": str(new.position or "*")}
        yield Change("client-argument-moved", name, place, args)
    types = old.type, new.type
    if old.default is not None and new.default is None:
        yield Change("client-argument-became-required", name, place, {"part": old.name})
    elif old.default is None and new.default is not None:
        yield Change("client-argument-became-optional", name, place, {"part": old.name})
    else:
        if old.default != new.default:
            args = {"part": old.name, "before": str(old.default), "after": str(new.default)}
            yield Change("client-argument-default-changed", name, place, args)
        yield from type_changes(_ARGUMENT, name, old.name, types, place)
        return
    if old.type.heads ^ new.type.heads != {"None"}:  # `= None` brings its `| None` along
        yield from type_changes(_ARGUMENT, name, old.name, types, place)


def _renamed(old: Function, new: Function) -> Iterator[tuple[str, str]]:
    """Arguments that stand where they stood and are what they were, under another name."""
    placed = {item.position: item for item in new.parameters.values() if item.position}
    for key, item in old.parameters.items():
        other = placed.get(item.position)
        if other is None or key in new.parameters or other.name in old.parameters:
            continue
        if (other.type, other.default) == (item.type, item.default):
            yield key, other.name


def model_changes(name: str, old: Class, new: Class, *, is_hidden: bool) -> Iterator[Change]:
    """What changed in a model; where `is_hidden`, the arguments tell all but the limits of its fields."""
    is_sent = old.is_sent and new.is_sent
    for key in old.fields.keys() & new.fields.keys():
        before, after = old.fields[key], new.fields[key]
        if before.limits != after.limits:
            args = {"part": key, "before": before.limits or "-", "after": after.limits or "-"}
            yield Change("field-limits-changed", name, before.place, args)
        if not is_hidden:
            yield from _field_changes(name, key, before, after, is_sent=is_sent)
    if is_hidden:
        return
    for key in old.fields.keys() - new.fields.keys():
        rule = "input-field-removed" if is_sent else "model-field-removed"
        yield Change(rule, name, old.fields[key].place, {"part": key})
    for key in new.fields.keys() - old.fields.keys():
        rule = "input-field-added" if is_sent else "model-field-added"
        rule = "input-field-required-added" if is_sent and new.fields[key].default is None else rule
        yield Change(rule, name, new.fields[key].place, {"part": key})


def _field_changes(name: str, part: str, old: Field, new: Field, *, is_sent: bool) -> Iterator[Change]:
    if old.is_deprecated != new.is_deprecated:
        yield Change("field-deprecated" if new.is_deprecated else "field-reactivated", name, old.place, {"part": part})
    if old.default is not None and new.default is None:
        rule = "input-field-became-required" if is_sent else "model-field-always-there"
        yield Change(rule, name, old.place, {"part": part})
    elif old.default is None and new.default is not None:
        rule = "input-field-became-optional" if is_sent else "model-field-may-be-absent"
        yield Change(rule, name, old.place, {"part": part})
    elif is_sent and old.default != new.default:
        args = {"part": part, "before": str(old.default), "after": str(new.default)}
        yield Change("input-field-default-changed", name, old.place, args)
    yield from type_changes(_INPUT if is_sent else _OUTPUT, name, part, (old.type, new.type), old.place)
