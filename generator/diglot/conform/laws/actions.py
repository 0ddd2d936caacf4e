"""An action on rows is seen at once in their list, on the named rows alone, and is undone by its inverse."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.bench.deeds import (
    beyond,
    changed_between,
    done,
    equations,
    in_the_state,
    lacking,
    one_a_state,
    pairs,
    seen_late,
)
from diglot.conform.bench.lab import Lab, Whole
from diglot.conform.bench.ledger import Rows, act, differences
from diglot.conform.binding.bindings import Action, Actions, matches
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange

_SECONDS_TO_OTHER_UNIT = 100
_SECONDS_OF_OUR_TIME = 1_000_000_000  # since 2001; smaller ones are samples, and say nothing of the unit


def _pairs(
    actions: Actions, rows: Mapping[str, Any], missing: list[str], worn: Collection[str] = ()
) -> Iterator[tuple[Action, Action, list[str]]]:
    """Each pair of actions in an order for which there are rows, with one row a state; `missing` gathers the others."""
    for first, second in pairs(actions):
        turns = [(first, second)] if first.stamps else [(first, second), (second, first)]
        for one, other in turns:
            if targets := one_a_state(actions, one, rows, worn):
                yield one, other, targets
                break
        else:
            missing.append(lacking(first))


def _effect(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Each action does what it says to rows of every state that it is for, and nothing else to anything."""
    missing: list[str] = []
    original = lab.view(actions.collection).by_id
    worn = frozenset(lab.worn["effect"])
    for first, second, targets in _pairs(actions, original, missing, worn):
        yield from _applied(lab, actions, first, targets, "new")
        now = lab.view(actions.collection).by_id
        back = [key for key in targets if matches(now.get(key, {}), second.on)]
        # Where an inverse leaves no time-stamp, rows can be put back that have been in the other state for long.
        long_since = [] if first.stamps else one_a_state(actions, second, original, worn)
        if back or long_since:
            yield from _applied(lab, actions, second, list(dict.fromkeys([*back, *long_since])), "old")
    if missing:
        raise UnmetError("; ".join(missing))


def _applied(lab: Lab, actions: Actions, action: Action, targets: Sequence[str], value: str) -> Iterator[Breach]:
    before = lab.view(actions.collection)
    lab.worn["effect"].update(targets)
    exchange = done(lab, actions, action, targets)
    after = lab.view(actions.collection)
    changes = differences(before.by_id, after.by_id)
    in_sight = [key for key in targets if after.complete or key in after.by_id]
    if late := _late(lab, actions, action, in_sight, after):
        args = {"law": "action.effect", "rule": late}
        yield Breach("answer-unstable", args, exchange, equations(action.sets), {}, "action.effect")
        return
    for target in in_sight:
        yield from _on_row(actions, action, exchange, changes.get(target, {}), after.by_id.get(target, {}))
    yield from beyond(lab, actions, action.name, before, targets, exchange)
    for target in in_sight[:1]:
        yield from _filtered(lab, actions, target, before, after, value)


def _late(lab: Lab, actions: Actions, action: Action, targets: Sequence[str], after: Whole) -> str:
    """The rule that does not hold at once but a little later, if there is one."""

    def fits(rows: Rows) -> bool:
        return all(matches(rows.get(key, {}), action.sets) for key in targets)

    return "" if fits(after.by_id) or not seen_late(lab, actions.collection, fits) else "action-without-effect"


def _on_row(
    actions: Actions, action: Action, exchange: Exchange, change: Mapping[str, tuple[Any, Any]], row: Mapping[str, Any]
) -> Iterator[Breach]:
    args, expected = {"action": action.name}, {**action.sets, **action.shows}
    if not any(name in change for name in action.sets):
        yield Breach("action-without-effect", args, exchange, equations(action.sets), change, "action.effect")
        return
    for name, value in {**_derived(actions, row), **expected}.items():
        if not matches(row, {name: value}):
            field = {**args, "field": name}
            yield Breach("action-effect-wrong", field, exchange, value, row.get(name), "action.effect")
    for name in action.stamps:
        if row.get(name) is None or _other_unit(row, name):
            field = {**args, "field": name}
            yield Breach("action-effect-wrong", field, exchange, "≠ null", row.get(name), "action.effect")
    surplus = change.keys() - expected.keys() - set(action.stamps) - actions.collection.derived.keys()
    for name in sorted(surplus):
        yield Breach("action-side-effect", {**args, "what": name}, exchange, *change[name], "action.effect")


def _derived(actions: Actions, row: Mapping[str, Any]) -> dict[str, Any]:
    """What the derived fields of a row must be, by its other fields."""
    fitting = {
        name: next((case for case in table if matches(row, case.when)), None)
        for name, table in actions.collection.derived.items()
    }
    return {name: case.value for name, case in fitting.items() if case is not None}


def _other_unit(row: Mapping[str, Any], name: str) -> bool:
    """Whether a time-stamp is in another unit than the others of its row (milliseconds among seconds)."""
    value = row.get(name)
    others = [
        held for key, held in row.items() if key.endswith("_at") and key != name and isinstance(held, int) and held
    ]
    if not isinstance(value, int) or isinstance(value, bool) or max(others, default=0) < _SECONDS_OF_OUR_TIME:
        return False
    return not 1 / _SECONDS_TO_OTHER_UNIT < value / max(others) < _SECONDS_TO_OTHER_UNIT


def _filtered(lab: Lab, actions: Actions, target: str, before: Whole, after: Whole, value: str) -> Iterator[Breach]:
    """The filters see the change too: the row is found under its new value, or no longer under its old one."""
    collection = actions.collection
    for one in collection.filters:
        old, new = (view.by_id.get(target, {}).get(one.field) for view in (before, after))
        if one.how != "equals" or old == new or not isinstance(old, str) or not isinstance(new, str):
            continue
        size = collection.largest
        for wanted, belongs in ((new, True), (old, False)) if value == "new" else ((old, False),):
            answer = lab.page(collection, {one.parameter: wanted, collection.size: size})
            if belongs and target not in answer.ids and len(answer.ids) >= size:
                continue  # it may stand on a later page: the other question tells
            args = {"parameter": one.parameter}
            shown = {key: row for key, row in zip(answer.ids, answer.rows, strict=True) if key in after.by_id}
            if unlike := differences({key: after.by_id[key] for key in shown}, shown):
                yield Breach("filter-stale", args, answer.exchange, {}, unlike, "action.effect")
                return
            if (target in answer.ids) != belongs:
                expected = f"{target} {'∈' if belongs else '∉'} {one.parameter}={wanted}"
                yield Breach("filter-stale", args, answer.exchange, expected, f"n = {len(answer.ids)}", "action.effect")
                return
            break


def _undo(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Twice is as once, for each action and for its inverse; and after both the row is as it was."""
    missing: list[str] = []
    for first, second, targets in _pairs(actions, lab.view(actions.collection).by_id, missing):
        before = lab.view(actions.collection)
        targets = [key for key in targets if key in before.by_id]
        if not targets:
            continue  # somebody has taken them away meanwhile
        named = [key for key in targets if not _stamped(second, before.by_id[key])][:1] or targets[:1]
        for action in (first, second):
            for turn in ("1", "2"):
                exchange = done(lab, actions, action, named, f"{turn} x {action.name}")
            after = lab.view(actions.collection)
            yield from beyond(lab, actions, action.name, before, named, exchange)
            row, old = after.by_id.get(named[0]), before.by_id[named[0]]
            if row is None and not after.complete:
                break
            if not matches(row or {}, action.sets):
                args = {"action": action.name}
                change = differences({named[0]: old}, {named[0]: row or {}})
                yield Breach("action-not-idempotent", args, exchange, {}, change, "action.effect")
                break
            if action is second:
                yield from _left(first, second, exchange, old, row or {})
    if missing:
        raise UnmetError("; ".join(missing))


def _stamped(inverse: Action, row: Mapping[str, Any]) -> bool:
    """Whether a row holds something, from an earlier time, that the inverse clears: it would not be as it was."""
    return any(value is None and row.get(name) is not None for name, value in inverse.shows.items())


def _left(
    first: Action, second: Action, exchange: Exchange, old: Mapping[str, Any], row: Mapping[str, Any]
) -> Iterator[Breach]:
    """What an action and its inverse leave changed."""
    changes: Any = differences({"": old}, {"": row}).get("", {})
    # A stamp that stays from an earlier time is no change; that the inverse clears it is said in its `shows`.
    kept = {name: row.get(name) for name, value in second.shows.items() if value is None and row.get(name) is not None}
    changes = {name: pair for name, pair in changes.items() if pair[1] is not None or name not in second.shows}
    if changes or kept:
        args = {"action": first.name, "inverse": second.name}
        yield Breach("action-not-undone", args, exchange, {}, changes or kept, "action.effect")


def _elsewhere(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """On rows in a state that another action makes, an action may be refused; what it does not speak of stays."""
    before = lab.view(actions.collection)
    tried = False
    for first, second in pairs(actions):
        spoken = {name for one in (first, second) for name in (*one.sets, *one.shows, *one.stamps)}
        spoken |= actions.collection.derived.keys()
        rows = [
            key
            for other in actions.actions
            if other not in (first, second) and not other.sets.keys() & first.sets.keys()
            for key in in_the_state(actions, other, before.by_id)
            if matches(before.by_id[key], second.sets) and not matches(before.by_id[key], first.on)
        ]
        for key in sorted(rows, key=lambda key: key in lab.worn["elsewhere"])[:1]:
            tried = True
            lab.worn["elsewhere"].add(key)
            exchange = act(lab, actions, second.name, [key])
            if exchange.ok:  # only what can be put back is done
                act(lab, actions, first.name, [key])
                act(lab, actions, second.name, [key])
            after = lab.view(actions.collection)
            change = changed_between(before, after).get(key, {})
            for name in sorted(change.keys() - spoken - {""}):
                args = {"action": first.name, "what": name}
                yield Breach("action-side-effect", args, exchange, *change[name], "action.effect")
    if not tried:
        raise UnmetError("rows in several states at once")


def _long_ago(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Rows that have been in the state for long: their time-stamps tell a repetition that stamps them anew."""
    before = lab.view(actions.collection)
    named: dict[str, tuple[Action, Exchange]] = {}
    for action in actions.actions:
        rows = [key for key in in_the_state(actions, action, before.by_id) if key not in named]
        for key in sorted(rows, key=lambda key: key in lab.touched)[:1]:  # one that the tests have not stamped
            named[key] = action, done(lab, actions, action, [key], f"2 x {action.name}")
    if not named:
        raise UnmetError("; ".join(lacking(action) for action in actions.actions))
    changes = changed_between(before, lab.view(actions.collection))
    for key, (action, exchange) in named.items():
        if key in changes:
            args = {"action": action.name}
            yield Breach("action-not-idempotent", args, exchange, {}, changes[key], "action.effect")


LAWS = (
    Law("action.effect", "actions", _effect, writes=True),
    Law("action.undo", "actions", _undo, writes=True, presumes=("action.effect",)),
    Law("action.elsewhere", "actions", _elsewhere, writes=True, presumes=("action.effect",)),
    Law(
        "action.long-ago",
        "actions",
        _long_ago,
        writes=True,
        presumes=("action.effect", "action.undo"),
        once=True,
    ),
)
