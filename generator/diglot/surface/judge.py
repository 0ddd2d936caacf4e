"""Two surfaces -> findings: what the second one changed, and whether it breaks who calls the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.surface.facts import Class, Constant, Function, Place, Surface, Thing
from diglot.surface.members import RESULT, Change, function_changes, model_changes, type_changes

_TWIN = re.compile(r"\bAsync(?=[A-Z])|\basync ")
_ADDED = {"model": "model-added", "exception": "exception-added"}
_REMOVED = {"model": "model-removed", "exception": "exception-removed"}


def changes(old: Surface, new: Surface, folder: str) -> list[Finding]:
    """What `new` changed, sorted by place.

    What the asynchronous twin shares, or a class inherits, is told once. A finding stands at the line of the old file,
    for what is new at that of the new one; paths start with `folder`.
    """
    twins: set[Any] = set()
    places: set[Any] = set()
    found: list[Finding] = []
    for change in sorted(_changes(old, new), key=lambda change: _TWIN.search(change.name) is not None):
        args = {key: value for key, value in change.args.items() if value}
        words = tuple(_TWIN.sub("", value) for value in (change.name, *args.values()))
        member = "" if change.rule.startswith("client-") else change.name.rpartition(".")[2]
        twin, place = (change.rule, words), (change.rule, change.place, member, *args.values())
        if twin not in twins and place not in places:
            location = Location(f"{folder}/{change.place.path}", change.place.line, 1)
            found.append(Finding(change.rule, location, args={"name": change.name, **args}))
        twins.add(twin)
        places.add(place)
    return sorted(found, key=lambda item: (item.location.path, item.location.line, item.rule, str(item.args)))


def _changes(old: Surface, new: Surface) -> Iterator[Change]:
    hidden = _arguments_only(old) & _arguments_only(new)
    hidden |= (_arguments_only(old) | _arguments_only(new)) - (old.names.keys() & new.names.keys())
    met: set[str] = set()
    for home, thing in sorted(old.things.items(), key=_bases_first):
        names = [name for name, owner in old.names.items() if owner == home]
        kept = [name for name in names if name in new.names]
        if not kept:
            yield from () if home in hidden else [_gone(home, thing)]
            continue
        other = new.names[home if home in kept else kept[0]]
        met.add(other)
        yield from (Change("public-name-removed", name, thing.place) for name in names if name not in kept)
        yield from _compared(home, thing, new.things[other], is_hidden=home in hidden)
    for home, thing in new.things.items():
        if home not in met and home not in hidden:
            yield _come(home, thing)
        elif home in met:
            names = [name for name, owner in new.names.items() if owner == home and name not in old.names]
            yield from (Change("public-name-added", name, thing.place) for name in names)


def _bases_first(named: tuple[str, Thing]) -> int:
    return len(named[1].bases) if isinstance(named[1], Class) else 0


def _gone(name: str, thing: Thing) -> Change:
    if isinstance(thing, Function):
        return Change("client-method-removed", name, thing.place)
    rule = _REMOVED.get(thing.kind, "public-name-removed") if isinstance(thing, Class) else "public-name-removed"
    return Change(rule, name, thing.place)


def _come(name: str, thing: Thing) -> Change:
    if isinstance(thing, Function):
        return Change("client-method-added", name, thing.place)
    rule = _ADDED.get(thing.kind, "public-name-added") if isinstance(thing, Class) else "public-name-added"
    return Change(rule, name, thing.place)


def _compared(name: str, old: Thing, new: Thing, *, is_hidden: bool) -> Iterator[Change]:
    if isinstance(old, Class) and isinstance(new, Class):
        yield from _class_changes(name, old, new, is_hidden=is_hidden)
    elif isinstance(old, Function) and isinstance(new, Function):
        yield from function_changes(name, old, new)
    elif isinstance(old, Constant) and isinstance(new, Constant):
        if old.type is not None and new.type is not None:
            yield from type_changes(RESULT, name, "", (old.type, new.type), old.place)
    else:
        yield _gone(name, old)
        yield _come(name, new)


def _class_changes(name: str, old: Class, new: Class, *, is_hidden: bool) -> Iterator[Change]:
    if "protocol" in (old.kind, new.kind):
        yield from _protocol_changes(name, old, new)
        return
    if old.kind == "exception":
        yield from _base_changes(name, old, new)
    if "model" in (old.kind, new.kind):
        yield from model_changes(name, old, new, is_hidden=is_hidden)
    else:
        yield from _attribute_changes(name, old, new)
    for method in old.methods:
        shown = _shown(name, method)
        if method in new.methods:
            yield from function_changes(shown, old.methods[method], new.methods[method])
        elif method not in new.fields:
            yield Change("client-method-removed", shown, old.methods[method].place)
    for method in new.methods:
        if method not in old.methods and method not in old.fields and not method.startswith("__"):
            yield Change("client-method-added", _shown(name, method), new.methods[method].place)


def _shown(name: str, method: str) -> str:
    return name if method == "__init__" else f"{name}.{method}"


def _base_changes(name: str, old: Class, new: Class) -> Iterator[Change]:
    for base in sorted(base for base in old.bases - new.bases if base[0] != "_"):
        yield Change("exception-base-removed", name, old.place, {"base": base})
    for base in sorted(base for base in new.bases - old.bases if base[0] != "_"):
        yield Change("exception-base-added", name, old.place, {"base": base})


def _attribute_changes(name: str, old: Class, new: Class) -> Iterator[Change]:
    """Attributes of what is no model; the members of an enumeration are its values."""
    is_enumeration = old.kind == "enumeration"
    for field in old.fields.keys() - new.fields.keys() - new.methods.keys():
        place = old.fields[field].place
        if is_enumeration:
            yield Change("enumeration-value-removed", name, place, {"value": field})
        else:
            yield Change("public-name-removed", f"{name}.{field}", place)
    for field in new.fields.keys() - old.fields.keys() - old.methods.keys():
        place = new.fields[field].place
        if is_enumeration:
            yield Change("enumeration-value-added", name, place, {"value": field})
        else:
            yield Change("public-name-added", f"{name}.{field}", place)
    for field in old.fields.keys() & new.fields.keys():
        types = old.fields[field].type, new.fields[field].type
        yield from type_changes(RESULT, f"{name}.{field}", "", types, old.fields[field].place)


def _protocol_changes(name: str, old: Class, new: Class) -> Iterator[Change]:
    """What is asked of those who implement it: every difference is theirs to follow."""
    for method in sorted(old.methods.keys() | new.methods.keys()):
        sides = [side.methods.get(method) for side in (old, new)]
        before, after = (f"{side.form} {method}{side.signature}" if side else "-" for side in sides)
        if before != after:
            place: Place = next(side.place for side in sides if side is not None)
            yield Change("protocol-method-changed", f"{name}.{method}", place, {"before": before, "after": after})


def _arguments_only(surface: Surface) -> set[str]:
    """Models that check arguments and that no signature names: what changes in them is told of the arguments."""
    classes = {name: thing for name, thing in surface.things.items() if isinstance(thing, Class)}
    models = {name: thing for name, thing in classes.items() if thing.kind == "model"}
    by_name = {name.rpartition(".")[2]: name for name in models}
    waiting = [
        name
        for thing in surface.things.values()
        for function in _functions(thing)
        for each in (function.returns, *(item.type for item in function.parameters.values()))
        for name in each.names()
    ]
    reached: set[str] = set()
    while waiting:
        name = by_name.get(waiting.pop(), "")
        if name and name not in reached:
            reached.add(name)
            waiting += [inner for field in models[name].fields.values() for inner in field.type.names()]
    return {name for name, model in models.items() if model.is_sent and name not in reached}


def _functions(thing: Thing) -> list[Function]:
    if isinstance(thing, Function):
        return [thing]
    return list(thing.methods.values()) if isinstance(thing, Class) else []
