"""Answers that take too long: for next to nothing, or as an input grows.

A server that is slow with its lists, or now and then, is slow and not wrong: it is no fault here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import Act, Tampered, acting, writing
from diglot.serve.faults.wrapping import hearing
from diglot.serve.store import Operation, Query, Store

_LONG = 2.0  # seconds: for a batch of one, or of none
_MOST = 4.0  # seconds: what an input can cost at most, so that a run comes to its end


def _list_after(seconds: Callable[[Query], float]) -> App:
    """A server whose lists take time: seconds(query)."""

    class Slow(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            time.sleep(min(seconds(query), _MOST))
            return super().list_documents(dataset_id, query)

    return create_app(store=Slow())


def _acts_after(seconds: Callable[[Act], float]) -> App:
    def do(act: Act) -> None:
        time.sleep(min(seconds(act), _MOST))
        act.really()

    return acting(do)


def _writes_after(seconds: Callable[[list[Operation]], float]) -> App:
    def write(_store: Tampered, _dataset: str, operations: list[Operation], really: Any) -> None:
        time.sleep(min(seconds(operations), _MOST))
        really(operations)

    return writing(write)


def _reads_after(seconds: Callable[[bytes], float]) -> App:
    """A server that takes time over bodies: seconds(body)."""

    def read(scope: Any, body: bytes) -> tuple[Any, bytes]:
        time.sleep(min(seconds(body), _MOST))
        return scope, body

    return hearing(read)


def _longest(operations: list[Operation]) -> int:
    return max((len(str(value)) for one in operations for _, _, value in one.entries), default=0)


def _explodes(keyword: str | None) -> float:
    """What an expression of nested repetitions does to a long run of one character."""
    runs = [len(run[0]) for run in re.finditer(r"(.)\1*", keyword or "", re.DOTALL)]
    return 1e-7 * 2.0 ** min(max(runs, default=0), 30)


_SLOW = "answer-slow time-explodes"

FAULTS = family(
    "timing",
    "timing.",
    wrong("sets a status after two seconds", _SLOW, lambda: _acts_after(lambda _: _LONG), laws=""),
    wrong("writes values after two seconds", _SLOW, lambda: _writes_after(lambda _: _LONG), laws=""),
    wrong(
        "searches in the square of the keyword",
        _SLOW,
        lambda: _list_after(lambda query: 1e-7 * len(query.keyword or "") ** 2),
    ),
    wrong(
        "searches in time that explodes with the keyword",
        _SLOW,
        lambda: _list_after(lambda query: _explodes(query.keyword)),
    ),
    wrong("counts up to a page far past the end", _SLOW, lambda: _list_after(lambda query: 1e-6 * query.page)),
    wrong("acts in the square of the batch", _SLOW, lambda: _acts_after(lambda act: 1e-5 * len(act.ids) ** 2)),
    wrong(
        "writes in the square of the batch",
        _SLOW,
        lambda: _writes_after(lambda operations: 1e-5 * len(operations) ** 2),
    ),
    wrong(
        "writes in the square of a text",
        _SLOW,
        lambda: _writes_after(lambda operations: 1e-7 * _longest(operations) ** 2),
    ),
    wrong(
        "reads nested bodies in the square of their depth",
        _SLOW,
        lambda: _reads_after(lambda body: 1e-6 * body.count(b"[") ** 2),
    ),
    timed=True,
)
