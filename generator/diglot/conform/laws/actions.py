"""An action on rows is seen at once in their list, on the named rows alone, and is undone by its inverse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from diglot.conform.bench.lab import UNKNOWN_ID, Lab, refused
from diglot.conform.bench.ledger import Changes, Rows, act, differences
from diglot.conform.binding.bindings import Action, Actions, matches
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError
from diglot.conform.wire.session import Exchange

_BATCH = 25
_SECONDS_TO_OTHER_UNIT = 100
_SECONDS_OF_OUR_TIME = 1_000_000_000  # since 2001; smaller ones are samples, and say nothing of the unit


def _each(
    attempt: Callable[[Lab, Actions, Action, Rows, list[str]], Iterator[Breach]], rows: int = 1
) -> Callable[[Lab, Actions], Iterator[Breach]]:
    """Try a law on each action that can be undone exactly, with the ids of at least `rows` rows that it is for."""

    def attempts(lab: Lab, actions: Actions) -> Iterator[Breach]:
        lacking = []
        for action in actions.actions:
            inverse = actions.named(action.inverse)
            if inverse is None or inverse.stamps:  # its inverse would leave another time-stamp than there was
                continue
            before = lab.view(actions.collection).by_id
            ids = [key for key, row in before.items() if matches(row, action.on)]
            if len(ids) < rows:
                lacking.append(f"rows with {_equations(action.on)}, at least {rows}")
                continue
            yield from attempt(lab, actions, action, before, ids)
        if lacking:
            raise UnmetError("; ".join(lacking))

    return attempts


def _equations(wanted: Mapping[str, Any]) -> str:
    shown = {name: value if isinstance(value, list | tuple) else [value] for name, value in wanted.items()}
    return ", ".join(f"{name} = {' or '.join(map(str, values))}" for name, values in shown.items())


def _done(lab: Lab, actions: Actions, action: str, ids: list[str], what: str) -> Exchange:
    """Apply an action that must be accepted."""
    exchange = act(lab, actions, action, ids)
    if not exchange.ok:
        raise UnansweredError(refused(exchange, f"{action}: {what}"))
    return exchange


def _effect(lab: Lab, actions: Actions, action: Action, before: Rows, ids: list[str]) -> Iterator[Breach]:
    targets = _one_a_state(action, before, ids)
    exchange = _done(lab, actions, action.name, targets, f"{actions.ids} = [{len(targets)}]")
    after = lab.view(actions.collection).by_id
    changes = differences(before, after)
    for target in targets:
        yield from _on_row(actions, action, exchange, changes.get(target, {}), after.get(target, {}))
    others = changes.keys() - set(targets)
    if others:
        args = {"action": action.name, "what": "other-rows"}
        yield Breach(
            "action-side-effect", args, exchange, "n = 0", f"n = {len(others)}", "action.batch", frozenset(others)
        )
    yield from _filtered(lab, actions, action, targets[0], before[targets[0]], after.get(targets[0], {}))


def _one_a_state(action: Action, before: Rows, ids: list[str]) -> list[str]:
    """One row of each state that the action is for: what must not change differs from state to state."""
    states = {tuple(str(before[key].get(name)) for name in action.on): key for key in reversed(ids)}
    return sorted(states.values(), key=ids.index)


def _on_row(
    actions: Actions, action: Action, exchange: Exchange, change: Mapping[str, tuple[Any, Any]], row: Mapping[str, Any]
) -> Iterator[Breach]:
    args, expected = {"action": action.name}, {**action.sets, **action.shows}
    if not any(name in change for name in action.sets):
        yield Breach("action-without-effect", args, exchange, _equations(action.sets), change, "action.effect")
        return
    for name, value in expected.items():
        if row.get(name) != value:
            yield Breach(
                "action-effect-wrong", {**args, "field": name}, exchange, value, row.get(name), "action.effect"
            )
    for name in action.stamps:
        if row.get(name) is None or _other_unit(row, name):
            field = {**args, "field": name}
            yield Breach("action-effect-wrong", field, exchange, "≠ null", row.get(name), "action.effect")
    surplus = change.keys() - expected.keys() - set(action.stamps) - actions.collection.derived.keys()
    for name in sorted(surplus):
        yield Breach("action-side-effect", {**args, "what": name}, exchange, *change[name], "action.effect")


def _other_unit(row: Mapping[str, Any], name: str) -> bool:
    """Whether a time-stamp is in another unit than the others of its row (milliseconds among seconds)."""
    value = row.get(name)
    others = [
        held for key, held in row.items() if key.endswith("_at") and key != name and isinstance(held, int) and held
    ]
    if not isinstance(value, int) or isinstance(value, bool) or max(others, default=0) < _SECONDS_OF_OUR_TIME:
        return False
    return not 1 / _SECONDS_TO_OTHER_UNIT < value / max(others) < _SECONDS_TO_OTHER_UNIT


def _filtered(
    lab: Lab, actions: Actions, action: Action, target: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Breach]:
    """The filters see the change too."""
    collection = actions.collection
    for one in collection.filters:
        values = (old.get(one.field), new.get(one.field))
        if one.how != "equals" or values[0] == values[1]:
            continue
        for value, belongs in zip(values, (False, True), strict=True):
            size = collection.cap or 100
            answer = lab.page(collection, {one.parameter: value, collection.size: size})
            full = len(answer.ids) >= size
            if (target in answer.ids) != belongs and not (full and belongs):
                args = {"action": action.name, "parameter": one.parameter}
                expected = f"{target} {'∈' if belongs else '∉'} {one.parameter}={value}"
                yield Breach("filter-stale", args, answer.exchange, expected, f"n = {len(answer.ids)}", "action.effect")
                return


def _undo(lab: Lab, actions: Actions, action: Action, before: Rows, ids: list[str]) -> Iterator[Breach]:
    """Twice is as once, for the action and for its inverse; and after both the row is as it was."""
    inverse = actions.named(action.inverse)
    if inverse and inverse.inverse == action.name and not inverse.stamps and not action.stamps:
        first = next(one for one in actions.actions if one in (action, inverse))
        if first is inverse:
            return  # the pair has been tried from its other end
    targets = _one_a_state(action, before, ids)
    for name in (action.name, inverse.name) if inverse else ():
        _done(lab, actions, name, targets, f"{actions.ids} = [{len(targets)}]")
        once = _now(lab, actions, targets)
        exchange = _done(lab, actions, name, targets, f"2 x {name}")
        after = _now(lab, actions, targets)
        if changes := differences(once, after):
            yield Breach("action-not-idempotent", {"action": name}, exchange, {}, changes, "action.effect")
            return
    for target in targets if inverse else ():
        twice = after[target]
        changes = differences({target: before[target]}, {target: twice})
        # A stamp that stays from an earlier time is no change; that the inverse clears it is said in its `shows`.
        cleared = [name for name, value in inverse.shows.items() if value is None] if inverse else []
        kept = {name: twice.get(name) for name in cleared if twice.get(name) is not None}
        if changes or kept:
            args = {"action": action.name, "inverse": action.inverse}
            yield Breach("action-not-undone", args, exchange, {}, changes or kept, "action.effect")
            return


def _now(lab: Lab, actions: Actions, keys: list[str]) -> Rows:
    """Some rows as they are now; empty ones for those that are no longer listed."""
    if len(keys) == 1:
        return {keys[0]: lab.row(actions.collection, keys[0])}
    known = lab.view(actions.collection).by_id
    return {key: known.get(key, {}) for key in keys}


def _change(lab: Lab, actions: Actions, key: str, before: Mapping[str, Any]) -> Changes:
    """What changed in one row."""
    return differences({key: before}, {key: lab.row(actions.collection, key)})


def _long_ago(lab: Lab, actions: Actions, action: Action, before: Rows, _ids: list[str]) -> Iterator[Breach]:
    """A row that has been in the state for long: its time-stamps tell a repetition that stamps them anew."""
    done = [key for key, row in before.items() if matches(row, {**action.sets, **action.shows})]
    if not done:
        return
    exchange = _done(lab, actions, action.name, done[:1], f"2 x {action.name}")
    if changes := _change(lab, actions, done[0], before[done[0]]):
        yield Breach("action-not-idempotent", {"action": action.name}, exchange, {}, changes, "action.effect")


def _batch(lab: Lab, actions: Actions, action: Action, before: Rows, ids: list[str]) -> Iterator[Breach]:
    named = ids[:_BATCH]
    batch = [named[0], *named, named[-1]]
    exchange = _done(lab, actions, action.name, batch, f"{actions.ids} = [{len(batch)}], 2 x {actions.ids}[0]")
    after = lab.view(actions.collection).by_id
    undone = [key for key in named if not matches(after.get(key, {}), action.sets)]
    if undone:
        expected, got = f"n = {len(named)}", f"n = {len(named) - len(undone)}"
        yield Breach("batch-incomplete", {"action": action.name}, exchange, expected, got, "action.batch")
    others = differences(before, after).keys() - set(named)
    if others:
        args = {"action": action.name, "what": "other-rows"}
        yield Breach(
            "action-side-effect", args, exchange, "n = 0", f"n = {len(others)}", "action.batch", frozenset(others)
        )


def _empty(lab: Lab, actions: Actions) -> Iterator[Breach]:
    before = lab.view(actions.collection).by_id
    for action in actions.actions:
        exchange = _done(lab, actions, action.name, [], f"{actions.ids} = []")
    if changes := differences(before, lab.view(actions.collection).by_id):
        args = {"action": actions.parameter, "what": "other-rows"}
        yield Breach("action-side-effect", args, exchange, {}, f"n = {len(changes)}", "batch.empty")


def _unknown(lab: Lab, actions: Actions, action: Action, before: Rows, ids: list[str]) -> Iterator[Breach]:
    for batch in ([ids[0], UNKNOWN_ID], [UNKNOWN_ID, ids[0]]):
        exchange = act(lab, actions, action.name, batch)
        if exchange.ok:
            args = {"action": action.name}
            yield Breach("unknown-row-accepted", args, exchange, [400, 404], exchange.status, "batch.unknown")
            return
    if changes := _change(lab, actions, ids[0], before[ids[0]]):
        yield Breach("batch-not-atomic", {"action": action.name}, exchange, {}, changes, "batch.atomic")


def _unallowed(lab: Lab, actions: Actions, action: Action, before: Rows, ids: list[str]) -> Iterator[Breach]:
    for state, rows in _states(before, action).items():
        exchange = act(lab, actions, action.name, rows[:1])
        if exchange.ok:
            args = {"action": action.name, "state": state}
            yield Breach("action-unallowed-accepted", args, exchange, 400, exchange.status, "action.effect")
            return
    for state, rows in list(_states(before, action).items())[:1]:
        for batch in ([ids[0], rows[0]], [rows[0], ids[0]]):
            exchange = act(lab, actions, action.name, batch)
            if changes := _change(lab, actions, ids[0], before[ids[0]]):
                args = {"action": action.name, "state": state}
                yield Breach("batch-not-atomic", args, exchange, {}, changes, "batch.atomic")
                return


def _states(before: Rows, action: Action) -> dict[str, list[str]]:
    """The rows that the action must refuse, by their state."""
    states: dict[str, list[str]] = {}
    for key, row in before.items():
        if action.refused_on and matches(row, action.refused_on):
            states.setdefault(_equations({name: row.get(name) for name in action.refused_on}), []).append(key)
    return states


LAWS = (
    Law("action.effect", "actions", _each(_effect), writes=True),
    Law("action.undo", "actions", _each(_undo), writes=True, presumes=("action.effect",)),
    Law(
        "action.long-ago",
        "actions",
        _each(_long_ago),
        writes=True,
        presumes=("action.effect", "action.undo"),
        once=True,
    ),
    Law("action.batch", "actions", _each(_batch, 3), writes=True, presumes=("action.effect",)),
    Law("action.empty", "actions", _empty, writes=True),
    Law("action.unknown", "actions", _each(_unknown), writes=True, presumes=("action.effect",)),
    Law("action.unallowed", "actions", _each(_unallowed), writes=True, presumes=("action.effect",)),
)
