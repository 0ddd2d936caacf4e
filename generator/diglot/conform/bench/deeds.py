"""Applying actions to rows: which action undoes which, on which rows each can be tried, and what else it changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.bench.lab import Lab, Whole, refused
from diglot.conform.bench.ledger import Changes, Rows, act, differences
from diglot.conform.binding.bindings import Action, Actions, matches
from diglot.conform.binding.bindings import Collection as Listing
from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import Credential
from diglot.conform.wire.breach import Breach, UnansweredError
from diglot.conform.wire.session import Exchange

_LOOKS, _PAUSE = 5, 0.2  # seconds between two looks


def pairs(actions: Actions) -> Iterator[tuple[Action, Action]]:
    """Each action with the one that undoes it exactly; the one that leaves a time-stamp behind comes first.

    Only in this order are rows as they were afterwards: to enable what was disabled long ago, and to disable it again,
    gives it another time-stamp than it had.
    """
    done: set[str] = set()
    for action in actions.actions:
        inverse = actions.named(action.inverse)
        if inverse is None or action.name in done or (action.stamps and inverse.stamps):
            continue
        done |= {action.name, inverse.name}
        yield (inverse, action) if inverse.stamps else (action, inverse)


def rows_for(action: Action, rows: Rows) -> list[str]:
    """The ids of the rows that an action is for."""
    return [key for key, row in rows.items() if matches(row, action.on)]


def one_a_state(actions: Actions, action: Action, rows: Rows, worn: Collection[str] = ()) -> list[str]:
    """One row of each state that an action is for: what must not change differs from state to state.

    Rows that are not `worn` come first.
    """
    names = sorted({name for one in actions.actions for name in (*one.on, *one.sets)})
    ids = sorted(rows_for(action, rows), key=lambda key: key in worn)
    states = {tuple(repr(rows[key].get(name)) for name in names): key for key in reversed(ids)}
    return sorted(states.values(), key=ids.index)


def in_the_state(actions: Actions, action: Action, rows: Rows) -> list[str]:
    """The ids of the rows that are already as an action makes them, and could have been made so by it."""
    inverse = actions.named(action.inverse)
    wanted = {**action.sets, **action.shows}
    return [key for key, row in rows.items() if matches(row, wanted) and matches(row, inverse.on if inverse else {})]


def done(lab: Lab, actions: Actions, action: Action, ids: Sequence[str], what: str = "") -> Exchange:
    """Apply an action that must be accepted.

    Raises:
        UnansweredError: it was not.
    """
    exchange = act(lab, actions, action.name, ids)
    if not exchange.ok:
        raise UnansweredError(refused(exchange, f"{action.name}: {what or f'{actions.ids} = [{len(ids)}]'}"))
    return exchange


def wrongly_refused(
    endpoint: Endpoint, exchange: Exchange, status: int | None, case: str, where: str
) -> Iterator[Breach]:
    """The breach of a refusal with another status than the one that laws.yaml names, where the contract has that."""
    if status and str(status) in endpoint.responses and 400 <= exchange.status < 500 and exchange.status != status:
        args = {"where": where, "case": case}
        yield Breach("refusal-status-wrong", args, exchange, status, exchange.status, "batch.status")


def seen_late(lab: Lab, collection: Listing, fits: Callable[[Rows], bool]) -> bool:
    """Whether what was written, and was not seen at once, is seen a little later: nobody else can have written it."""
    for _ in range(_LOOKS):
        lab.forget()
        if fits(lab.view(collection).by_id):
            return True
        time.sleep(_PAUSE)
    return False


def watch(lab: Lab, collection: Listing, scope: str | None = None, credential: Credential | None = None) -> None:
    """Look at the rows for a while, so that the witness sees whether somebody else is at work."""
    for _ in range(_LOOKS):
        time.sleep(_PAUSE / 2)
        lab.forget()
        lab.view(collection, scope, credential)


def changed_between(before: Whole, after: Whole) -> Changes:
    """What changed between two views. That a row came into a view of some of the rows, or left it, is no change."""
    changes = differences(before.by_id, after.by_id)
    if before.complete and after.complete:
        return changes
    return {key: change for key, change in changes.items() if "" not in change}


def beyond(
    lab: Lab, actions: Actions, what: str, before: Whole, named: Collection[str], exchange: Exchange
) -> Iterator[Breach]:
    """The breach of an action that changed rows that it did not name, if it did."""
    others = changed_between(before, lab.view(actions.collection)).keys() - set(named)
    if others:
        watch(lab, actions.collection)
        args, got = {"action": what, "what": "other-rows"}, f"n = {len(others)}"
        yield Breach("action-side-effect", args, exchange, "n = 0", got, "action.batch", frozenset(others))


def equations(wanted: Mapping[str, Any]) -> str:
    """What fields must be, as short equations."""
    shown = {name: value if isinstance(value, list | tuple) else [value] for name, value in wanted.items()}
    return ", ".join(f"{name} = {' or '.join(map(str, values))}" for name, values in shown.items())


def lacking(action: Action, rows: int = 1) -> str:
    """What it takes to try an action."""
    return f"rows with {equations(action.on)}, at least {rows}"
