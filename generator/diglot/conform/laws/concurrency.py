"""What several callers do at the same time comes out as if they had come one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

from diglot.conform.bench.deeds import beyond, equations, lacking, pairs, rows_for
from diglot.conform.bench.fields import Items, agrees, entry_of, read, rows_of, sample, two_fields
from diglot.conform.bench.lab import Lab, refused
from diglot.conform.bench.ledger import write
from diglot.conform.binding.bindings import Action, Actions, Collection, Values, matches
from diglot.conform.laws.law import Law
from diglot.conform.laws.proof import prove
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange, Request, path_of, query_of

_CALLERS = 3
_NOT_BUSY = frozenset({400, 403, 404})  # what says that the call is wrong, not that it comes at a wrong time
_FURTHER = 4  # tries to see a loss again
_AT_ONCE = 6  # rows in one call
_SECONDS_TO_MEET = 5.0
_QUESTIONS = ((1, 3), (2, 4), (1, 7), (3, 2), (1, 5))  # page and size, each unlike the others
_ROUNDS = (1, 6, 6)  # rows in each of two requests that meet: a longer request gives others more time to meet it

Call = Callable[[Any], Exchange]


@dataclass
class _Crowd:
    """Callers with a connection each."""

    clients: Sequence[Any]
    pool: ThreadPoolExecutor

    def together(self, calls: Sequence[Call]) -> list[Exchange]:
        """Make as many calls as there are callers, all at once."""
        barrier = Barrier(len(calls))
        work = [
            self.pool.submit(_met, barrier, call, client) for call, client in zip(calls, self.clients, strict=False)
        ]
        return [one.result() for one in work]


def _met(barrier: Barrier, call: Call, client: Any) -> Exchange:
    with suppress(BrokenBarrierError):  # the others are late: what is asked for is asked for all the same
        barrier.wait(_SECONDS_TO_MEET)
    return call(client)


@contextmanager
def _crowd(lab: Lab, collection: Collection, size: int) -> Iterator[_Crowd]:
    """Callers whose connections stand.

    Raises:
        UnmetError: the server serves one connection at a time.
    """
    clients: list[Any] = [None, *(lab.session.connection() for _ in range(size - 1))]
    endpoint = collection.endpoint
    try:
        with ThreadPoolExecutor(size) as pool:
            path, query = path_of(endpoint.path, lab.values(endpoint)), query_of({collection.size: 1})
            greeting = Request(endpoint.method, path, query, credential=lab.key)
            if lab.session.send(greeting, clients[-1]).failure:
                raise UnmetError("a server that serves several connections at the same time")
            yield _Crowd(clients, pool)
    finally:
        for client in clients[1:]:
            client.close()


def _lists_apart(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """Each of several questions at the same time has its own answer."""
    if collection.inferred:
        prove(lab, collection)
    known = lab.view(collection)
    queries = [collection.window(page, size) for page, size in _QUESTIONS]
    with _crowd(lab, collection, _CALLERS) as crowd:
        answers = [
            answer
            for turn in range(0, len(queries), _CALLERS)
            for answer in crowd.together(
                [partial(_ask, lab, collection, query) for query in queries[turn : turn + _CALLERS]]
            )
        ]
    for (page, size), answer in zip(_QUESTIONS, answers, strict=True):
        wanted = known.ids[(page - 1) * size : page * size]
        body = answer.json if isinstance(answer.json, dict) else {}
        listed = body.get(collection.rows)
        if answer.ok and isinstance(listed, list):
            got = tuple(str(row.get(collection.id)) for row in listed if isinstance(row, dict))
            if got != wanted:
                yield Breach("order-unstable", {}, answer, list(wanted[:2]), list(got[:2]), "paging.order")
                return


def _ask(lab: Lab, collection: Collection, query: Mapping[str, Any], client: Any) -> Exchange:
    endpoint = collection.endpoint
    return lab.call(endpoint, lab.values(endpoint), query=query, client=client)


def _fields_kept(lab: Lab, values: Values) -> Iterator[Breach]:
    """Updates at the same time are all kept: of other fields of the same rows, and of other rows."""
    one, other = two_fields(lab, values)
    rows = rows_of(lab, values, min(len(lab.view(values.collection).ids), sum(_ROUNDS) + 2) or 1)
    before = {key: read(values, row, [one, other]) for key, row in lab.view(values.collection).by_id.items()}
    old: dict[str, dict[str, Any]] = {}
    expected: dict[str, dict[str, Any]] = {}
    answers: list[Exchange] = []
    with _crowd(lab, values.collection, 2) as crowd:
        for turn, size in enumerate(_ROUNDS, 1):
            named = [rows[(sum(_ROUNDS[: turn - 1]) + place) % len(rows)] for place in range(min(size, len(rows)))]
            answers += crowd.together(
                [partial(_write, lab, values, named, [(each, sample(each, turn))], True) for each in (one, other)]
            )
            old |= {row: expected.get(row, before[row]) for row in named}
            expected |= {row: {each.id: sample(each, turn) for each in (one, other)} for row in named}
        if len(rows) > 1:
            apart = rows[-2:]
            answers += crowd.together(
                [partial(_write, lab, values, [row], [(one, sample(one, 9))], False) for row in apart]
            )
            old |= {row: expected.get(row, before[row]) for row in apart}
            expected |= {row: {one.id: sample(one, 9)} for row in apart}
    if not all(answer.ok for answer in answers):
        return  # refused or failed: the wire speaks of it; a caller who is told may try again
    after = lab.view(values.collection).by_id
    for row, wanted in expected.items():
        got = read(values, after.get(row, {}), [one, other])
        if row in after and not agrees(got, wanted) and _lost(got, wanted, old[row]):
            yield Breach("concurrent-update-lost", {}, answers[0], wanted, got, "values.concurrent")
            return


def _lost(got: Mapping[str, Any], wanted: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether one update is there and the other is not, or neither: what somebody else wrote is no loss."""
    return all(got.get(key) in (wanted.get(key), old.get(key)) for key in {*got, *wanted})


def _write(lab: Lab, values: Values, rows: Sequence[str], items: Items, flag: bool, client: Any) -> Exchange:
    return write(lab, values, [entry_of(values, row, items, flag) for row in rows], client=client)


@dataclass(frozen=True)
class _Task:
    """One caller's action on some rows, and the actions of which one decides how these rows end."""

    action: Action
    rows: Sequence[str]
    allowed: tuple[Action, ...]


def _actions_agree(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Equal actions at the same time all succeed, none on other rows is lost, and contrary ones leave no mixture."""
    found = _raced(lab, actions)
    # A colleague may have been at work on these rows: what is a fault is seen on other rows too.
    if found and any(_raced(lab, actions) for _ in range(_FURTHER)):
        yield from found


def _raced(lab: Lab, actions: Actions) -> list[Breach]:
    chosen = _disjoint(actions, lab.view(actions.collection).by_id)
    if not chosen:
        raise UnmetError("; ".join(lacking(first, 2) for first, _ in pairs(actions)))
    (first, second, rows), (third, fourth, others) = chosen[0], chosen[-1]
    rounds = (
        [_Task(first, rows, (first,)), _Task(first, rows, (first,)), _Task(third, others, (third,))],
        [
            _Task(second, rows[:1], (first, second)),
            _Task(first, rows[:1], (first, second)),
            _Task(fourth, others, (fourth,)),
        ],
    )
    with _crowd(lab, actions.collection, _CALLERS) as crowd:
        for tasks in rounds:
            if breaches := list(_outcome(lab, actions, crowd, tasks)):
                return breaches
    return []


def _disjoint(actions: Actions, rows: Mapping[str, Any]) -> list[tuple[Action, Action, list[str]]]:
    """Up to two pairs of an action and its inverse, each with rows of its own."""
    taken: set[str] = set()
    chosen = []
    for first, second in pairs(actions):
        mine = [key for key in rows_for(first, rows) if key not in taken][:_AT_ONCE]
        taken |= set(mine)
        if mine:
            chosen.append((first, second, mine))
    if len(chosen) == 1:
        ((first, second, mine),) = chosen
        chosen = [(first, second, mine[::2]), (first, second, mine[1::2])] if len(mine) > 1 else []
    return chosen


def _outcome(lab: Lab, actions: Actions, crowd: _Crowd, tasks: Sequence[_Task]) -> Iterator[Breach]:
    before = lab.view(actions.collection)
    answers = crowd.together([partial(_act, lab, actions, task) for task in tasks])
    for task, answer in zip(tasks, answers, strict=True):
        if answer.status in _NOT_BUSY:
            yield refused(answer, f"{len(tasks)} calls at once: {task.action.name}")
            return
    if not all(answer.ok for answer in answers):
        return  # the wire speaks of it; a caller who is told may try again
    after = lab.view(actions.collection)
    for task, answer in zip(tasks, answers, strict=True):
        for key in task.rows:
            row = after.by_id.get(key)
            if row is not None and not any(_made(action, row) for action in task.allowed):
                names = {name for action in task.allowed for name in (*action.sets, *action.shows, *action.stamps)}
                expected = " / ".join(equations({**action.sets, **action.shows}) for action in task.allowed)
                got = {name: row.get(name) for name in sorted(names)}
                args = {"action": task.action.name}
                yield Breach("concurrent-update-lost", args, answer, expected, got, "action.batch")
                return
    named = {key for task in tasks for key in task.rows}
    yield from beyond(lab, actions, tasks[0].action.name, before, named, answers[0])


def _made(action: Action, row: Mapping[str, Any]) -> bool:
    """Whether a row is as an action makes it, in every field that the action speaks of."""
    stamped = all(row.get(name) is not None for name in action.stamps)
    return stamped and matches(row, {**action.sets, **action.shows})


def _act(lab: Lab, actions: Actions, task: _Task, client: Any) -> Exchange:
    lab.touched.update(task.rows)
    parameters = lab.values(actions.endpoint, None, **{actions.parameter: task.action.name})
    return lab.call(actions.endpoint, parameters, body={actions.ids: list(task.rows)}, client=client)


LAWS = (
    Law("paging.concurrent", "collection", _lists_apart, presumes=("paging.order", "paging.size")),
    Law(
        "action.concurrent",
        "actions",
        _actions_agree,
        writes=True,
        presumes=("action.effect", "action.batch"),
        once=True,
    ),
    Law(
        "values.concurrent", "values", _fields_kept, writes=True, presumes=("values.flags", "values.repeat"), once=True
    ),
)
