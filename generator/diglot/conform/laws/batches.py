"""A batch of actions is done to every row that it names, once; or, where it is refused, to none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.bench.deeds import (
    beyond,
    changed_between,
    done,
    equations,
    in_the_state,
    lacking,
    pairs,
    rows_for,
    wrongly_refused,
)
from diglot.conform.bench.lab import UNKNOWN_ID, Lab, Whole
from diglot.conform.bench.ledger import act
from diglot.conform.binding.bindings import Action, Actions, matches
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange

_LARGE, _SMALL, _LEAST = 60, 25, 2
_MOST_STATES = 8
_PASSENGERS = 2  # rows already in the state, in the middle of a batch


def _batch(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Many rows at once, two of them named twice, some already in the state; then all back, in the other order."""
    yield from _batches(lab, actions, _LARGE, _SMALL)


def _whole_page(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Every row in sight that an action is for, at once."""
    yield from _batches(lab, actions, len(lab.view(actions.collection).ids), _LARGE)


def _batches(lab: Lab, actions: Actions, most: int, then: int) -> Iterator[Breach]:
    missing = []
    rows = lab.view(actions.collection).by_id
    # The action that is for the most rows is tried on the most.
    for first, second in sorted(pairs(actions), key=lambda pair: -len(rows_for(pair[0], rows))):
        before = lab.view(actions.collection)
        named = rows_for(first, before.by_id)[:most]
        if len(named) < _LEAST:
            missing.append(lacking(first, _LEAST))
            continue
        already = [key for key in in_the_state(actions, first, before.by_id) if key not in named][:_PASSENGERS]
        half = len(named) // 2
        batch = [named[0], *named[:half], *already, *named[half:], named[-1]]
        yield from _all_of(lab, actions, first, named, batch)
        yield from _all_of(lab, actions, second, named, named[::-1])
        most = then
    if missing:
        raise UnmetError("; ".join(missing))


def _all_of(lab: Lab, actions: Actions, action: Action, named: Sequence[str], batch: Sequence[str]) -> Iterator[Breach]:
    before = lab.view(actions.collection)
    exchange = done(lab, actions, action, batch)
    after = lab.view(actions.collection)
    in_sight = [key for key in named if after.complete or key in after.by_id]
    undone = [key for key in in_sight if not matches(after.by_id.get(key, {}), action.sets)]
    if undone:
        expected, got = f"n = {len(in_sight)}", f"n = {len(in_sight) - len(undone)}"
        yield Breach("batch-incomplete", {"action": action.name}, exchange, expected, got, "action.batch")
    changes = changed_between(before, after)
    for key in [key for key in batch if key in changes and key not in named][:1]:
        args = {"action": action.name}
        yield Breach("action-not-idempotent", args, exchange, {}, changes[key], "action.batch")
    yield from beyond(lab, actions, action.name, before, batch, exchange)


def _empty(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """A batch of no rows is accepted and changes nothing."""
    before = lab.view(actions.collection)
    for action in actions.actions:
        exchange = done(lab, actions, action, [], f"{actions.ids} = []")
    if changes := changed_between(before, lab.view(actions.collection)):
        args = {"action": actions.parameter, "what": "other-rows"}
        yield Breach("action-side-effect", args, exchange, {}, f"n = {len(changes)}", "batch.empty")


def _unknown(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """A batch that names an unknown row among known ones is refused, and nothing of it is done."""
    yield from _with_unknown(lab, actions, thorough=False)


def _unknown_anywhere(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """The same with the unknown row alone, first and last, for every action."""
    yield from _with_unknown(lab, actions, thorough=True)


def _with_unknown(lab: Lab, actions: Actions, thorough: bool) -> Iterator[Breach]:
    before = lab.view(actions.collection)
    sent: dict[str, Exchange] = {}
    for action in actions.actions:
        known = _harmless(actions, action, before)
        first, last = known[:1], known[-1:]
        batches = [[UNKNOWN_ID], [UNKNOWN_ID, *first], [*first, UNKNOWN_ID]]
        if not thorough:
            batches = [
                [*first, UNKNOWN_ID, *last],
            ]
        for batch in batches:
            exchange = act(lab, actions, action.name, batch)
            if exchange.ok:
                args = {"action": action.name}
                yield Breach("unknown-row-accepted", args, exchange, [400, 404], exchange.status, "batch.unknown")
                return
            yield from wrongly_refused(actions.endpoint, exchange, actions.unknown, "unknown", actions.ids)
            sent[action.name] = exchange
    yield from _half_done(actions, before, lab.view(actions.collection), sent)


def _harmless(actions: Actions, action: Action, view: Whole) -> list[str]:
    """Two rows for a batch that must be refused: even if it is done, they can be put back as they were."""
    inverse = actions.named(action.inverse)
    if inverse is None or inverse.stamps:
        return in_the_state(actions, action, view.by_id)[:2]
    return rows_for(action, view.by_id)[:2]


def _half_done(actions: Actions, before: Whole, after: Whole, sent: Mapping[str, Exchange]) -> Iterator[Breach]:
    """The breach of a batch that was refused and done in part: by the first action that makes what is there now."""
    changes = changed_between(before, after)
    for action in actions.actions:
        fitting = [key for key in changes if matches(after.by_id.get(key, {}), action.sets)]
        if action.name in sent and any(name in changes[key] for key in fitting for name in action.sets):
            args = {"action": action.name}
            yield Breach("batch-not-atomic", args, sent[action.name], {}, changes, "batch.atomic")
            return


def _unallowed(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Rows in a state that an action must refuse, alone and beside others, are refused with the whole batch."""
    yield from _with_unallowed(lab, actions, thorough=False)


def _unallowed_anywhere(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """The same with a row of each such state alone, first and last."""
    yield from _with_unallowed(lab, actions, thorough=True)


def _with_unallowed(lab: Lab, actions: Actions, thorough: bool) -> Iterator[Breach]:
    before = lab.view(actions.collection)
    for action in actions.actions:
        good = _harmless(actions, action, before)
        sent: dict[str, Exchange] = {}
        for turn, bad in enumerate(_refused_states(actions, action, before, thorough)):
            batches: list[list[str]] = [[bad], [bad, *good[:1]], [*good[:1], bad], [*good[:1], bad, *good[-1:]]]
            for batch in batches[:3] if thorough else [batches[turn % len(batches)]]:
                exchange = act(lab, actions, action.name, batch)
                state = equations({name: before.by_id[bad].get(name) for name in action.refused_on})
                if exchange.ok:
                    args = {"action": action.name, "state": state}
                    yield Breach("action-unallowed-accepted", args, exchange, 400, exchange.status, "action.effect")
                    return
                yield from wrongly_refused(actions.endpoint, exchange, actions.refused, "unallowed", actions.ids)
                sent[action.name] = exchange
        if sent:
            yield from _half_done(actions, before, lab.view(actions.collection), sent)


def _refused_states(actions: Actions, action: Action, view: Whole, thorough: bool) -> list[str]:
    """One row of each state that an action must refuse; `thorough` tells them apart by all that decides their name."""
    derived = actions.collection.derived.values() if thorough else ()
    names = sorted({*action.refused_on, *(name for table in derived for case in table for name in case.when)})
    states: dict[Any, str] = {}
    for key, row in view.by_id.items():
        if action.refused_on and matches(row, action.refused_on):
            states.setdefault(tuple(repr(row.get(name)) for name in names), key)
    return list(states.values())[:_MOST_STATES]


LAWS = (
    Law("action.batch", "actions", _batch, writes=True, presumes=("action.effect",)),
    Law("action.empty", "actions", _empty, writes=True),
    Law("action.unknown", "actions", _unknown, writes=True, presumes=("action.effect",)),
    Law("action.unallowed", "actions", _unallowed, writes=True, presumes=("action.effect",)),
    Law("action.whole-page", "actions", _whole_page, writes=True, presumes=("action.batch",), thorough=True),
    Law(
        "action.unknown-anywhere",
        "actions",
        _unknown_anywhere,
        writes=True,
        presumes=("action.unknown",),
        thorough=True,
    ),
    Law(
        "action.unallowed-anywhere",
        "actions",
        _unallowed_anywhere,
        writes=True,
        presumes=("action.unallowed",),
        thorough=True,
    ),
)
