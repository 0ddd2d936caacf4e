"""Calls at the same time that lose, mix up or break what each alone does right."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import Act, Tampered, acting, writing
from diglot.serve.store import Operation, Query, Store

_NETWORK = 0.01  # seconds: what a slow network to the database does


def _reads_then_writes() -> App:
    """A partial update reads the old values, and writes all of them a little later."""

    def write(store: Tampered, dataset_id: str, operations: list[Operation], really: Any) -> None:
        merged = []
        held = {row["id"]: row["doc_metadata"] for row in store.all_rows(dataset_id)}
        time.sleep(_NETWORK if any(one.partial for one in operations) else 0)
        for one in operations:
            old = (
                [(item["id"], item["name"], item["value"]) for item in held.get(one.document_id, ())]
                if one.partial
                else []
            )
            merged.append(replace(one, entries=[*old, *one.entries], partial=False))
        really(merged)

    return writing(write)


def _writes_back_all_documents() -> App:
    """An action reads the whole dataset, changes its documents, and writes the whole back."""

    def do(act: Act) -> None:
        before = act.rows()
        time.sleep(_NETWORK)
        act.really()
        for flag in (True, False):
            for name in ("enabled", "archived"):
                others = [key for key, row in before.items() if key not in act.ids and row[name] is flag]
                act.store.put(others, **{name: flag})

    return acting(do)


def _writes_back_all_values() -> App:
    """An update reads the values of all documents, changes some, and writes all back."""

    def write(store: Tampered, dataset_id: str, operations: list[Operation], really: Any) -> None:
        rows = store.all_rows(dataset_id)
        time.sleep(_NETWORK)
        named = {one.document_id for one in operations}
        really(operations)
        really(
            [
                Operation(row["id"], [(one["id"], one["name"], one["value"]) for one in row["doc_metadata"]])
                for row in rows
                if row["id"] not in named
            ]
        )

    return writing(write)


class _Busy:
    """Whether another call is at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def alone(self, seconds: float = _NETWORK) -> bool:
        """Take a little time; False where another call takes its own meanwhile."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            time.sleep(seconds)
        finally:
            self._lock.release()
        return True


def _acts_alone(error: Callable[[], Exception]) -> App:
    busy = _Busy()

    def do(act: Act) -> None:
        if act.ids and not busy.alone():
            raise error()
        act.really()

    return acting(do)


def _writes_alone(error: Callable[[], Exception]) -> App:
    busy = _Busy()

    def write(_store: Tampered, _dataset: str, operations: list[Operation], really: Any) -> None:
        if operations and not busy.alone():
            raise error()
        really(operations)

    return writing(write)


def _lists_alone() -> App:
    busy = _Busy()

    class Alone(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            if not busy.alone(0.004):
                raise RuntimeError("this fault is on purpose")
            return super().list_documents(dataset_id, query)

    return create_app(store=Alone())


def _forgets_one_of_two(busy: _Busy) -> App:
    def do(act: Act) -> None:
        if busy.alone():
            act.really()

    return acting(do)


def _answers_another_question() -> App:
    """What was asked is kept where every call finds it, and looked up a little later."""
    last: dict[str, Any] = {}

    class Shared(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            last["asked"] = (dataset_id, query)
            time.sleep(0.004)
            return super().list_documents(*last["asked"])

    return create_app(store=Shared())


_LOST = "concurrent-update-lost"

FAULTS = family(
    "concurrency",
    "values. action.",
    wrong("reads values, then writes them all", _LOST, _reads_then_writes),
    wrong("writes back the states of all documents", _LOST, _writes_back_all_documents),
    wrong("writes back the values of all documents", _LOST, _writes_back_all_values),
    wrong("breaks on two actions at once", _LOST + " server-error", lambda: _acts_alone(RuntimeError)),
    wrong("breaks on two updates at once", _LOST + " server-error", lambda: _writes_alone(RuntimeError)),
    wrong("breaks on two lists at once", "server-error", _lists_alone, laws="paging.concurrent"),
    wrong("forgets one of two actions at once", _LOST, lambda: _forgets_one_of_two(_Busy())),
    wrong(
        "answers the question of another call",
        "answer-unstable order-unstable dataset-boundary-crossed page-echo-wrong",
        _answers_another_question,
        laws="paging.concurrent",
    ),
)
