"""Trying the laws: each on all it is bound to, a failing one three times, and only where what it presumes holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from diglot.conform.bench.lab import Lab
from diglot.conform.bench.requests import bound_to
from diglot.conform.binding.bindings import Collection
from diglot.conform.binding.surface import Endpoint
from diglot.conform.findings import Findings
from diglot.conform.laws.law import Law
from diglot.conform.laws.table import selected
from diglot.conform.outcome import NotExercised
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError

# What is written is read back from the list: where its pages cannot be trusted, nothing follows from them.
_ALWAYS_PRESUMED = {"actions": ("paging.order", "paging.partition"), "values": ("paging.order", "paging.partition")}

_PROVEN = frozenset({"page-echo-wrong", "unknown-row-accepted", "unknown-field-accepted", "answer-unstable"})
_ABSENT = (404, 405, 501)  # what a server answers that does not know an operation
_FURTHER = 2  # tries after the first failure
# How long to watch for others: three times as long as a try took, so that who was there in three tries is there again.
_PATIENCE, _LEAST_WATCH, _MOST_WATCH, _LOOKS, _PAUSE = 3.0, 0.03, 1.0, 3, 0.002


@dataclass
class Trial:
    """Tries every law. `put_back` is called after each law that may have written something."""

    lab: Lab
    findings: Findings
    put_back: Callable[[], None]
    exercised: int = 0
    not_exercised: list[NotExercised] = field(default_factory=list)
    _broken: set[tuple[str, str]] = field(default_factory=set)
    _unmet: set[str] = field(default_factory=set)
    _absent: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Try every law on everything it is bound to.

        Raises:
            BudgetSpentError: what is left of the laws cannot be tried.
        """
        work = [(law, bound) for law in selected(self.lab.options) for bound in self._bound(law)]
        for done, (law, bound) in enumerate(work):
            if self.lab.options.progress:
                self.lab.options.progress(law.name, done, len(work))
            self._try(law, bound)

    def notice(self) -> None:
        """Turn what was noticed on the wire into findings."""
        for endpoint, breach in self.lab.noticed:
            self.findings.add(endpoint.pointer, str(endpoint.key), breach)
        self.lab.noticed.clear()

    def _bound(self, law: Law) -> Sequence[Any]:
        bindings = self.lab.bindings
        kinds: dict[str, Sequence[Any]] = {
            "endpoint": self.lab.surface.endpoints,
            "collection": bindings.collections,
            "actions": bindings.actions,
            "values": bindings.values,
        }
        return kinds[law.over]

    def _try(self, law: Law, bound: Any) -> None:
        endpoint: Endpoint = bound if isinstance(bound, Endpoint) else bound.endpoint
        what = f"{law.name}: {endpoint.key}"
        if self.lab.options.read_only and (law.writes or not endpoint.reads):
            self.not_exercised.append(NotExercised(what, "a run without --read-only"))
            return
        if str(endpoint.key) in self._absent:
            self.not_exercised.append(NotExercised(what, "a server that has the operation"))
            return
        places = {
            str(endpoint.key),
            str(getattr(bound, "collection", bound).endpoint.key) if bound is not endpoint else "",
        }
        for name in (*law.presumes, *_ALWAYS_PRESUMED.get(law.over, ())):
            if any((name, place) in self._broken for place in places):
                self.not_exercised.append(NotExercised(what, f"{name} without findings"))
                self._broken.add((law.name, str(endpoint.key)))
                return
            if name in self._unmet and name in law.presumes and law.over == "values":
                self.not_exercised.append(NotExercised(what, f"{name}, exercised"))
                self._unmet.add(law.name)
                return
        try:
            breaches, unmet = self._attempt(law, bound)
            if breaches:
                held = self._report(law, bound, endpoint, breaches)
                unmet = unmet or held
        finally:
            self.notice()
            if law.writes and law.over != "values":  # those set what they need, and all is put back after them
                self.put_back()
        if unmet:
            self.not_exercised.append(NotExercised(what, unmet))
            if not breaches:
                self._unmet.add(law.name)
        if breaches or not unmet:
            self.exercised += 1

    def _attempt(self, law: Law, bound: Any) -> tuple[list[Breach], str]:
        breaches: list[Breach] = []
        try:
            breaches.extend(_until_unanswered(law.attempt(self.lab, bound)))
        except UnmetError as reason:
            return breaches, reason.needs
        return breaches, ""

    def _report(self, law: Law, bound: Any, endpoint: Endpoint, breaches: list[Breach]) -> str:
        """Report what every further try shows again, and nobody else can have caused.

        What a further try does not show is an unstable answer where nothing else was changed, and not a broken law.
        Returns what it takes to tell, where others write to the same rows.
        """
        started = time.monotonic()
        again = {_identity(breach) for breach in breaches}
        for _ in range(0 if law.once else _FURTHER):
            self.put_back()
            self.lab.forget()
            again &= {_identity(breach) for breach in self._attempt(law, bound)[0]}
            if not again:
                break
        self._watch(bound, _PATIENCE * (time.monotonic() - started) / _FURTHER)
        for breach in breaches:
            if self.lab.witness.moved and not _proven(law, breach):
                continue
            if _identity(breach) in again:
                self._broken.add((law.name, str(endpoint.key)))
                if law.name == "input.valid" and breach.exchange.status in _ABSENT:
                    self._absent.add(str(endpoint.key))
                self.lab.touched.update(breach.rows)
            elif law.over == "collection":
                args = {"law": law.name, "rule": breach.rule}
                breach = Breach("answer-unstable", args, breach.exchange, breach.expected, breach.got, breach.source)
            else:
                continue
            self.findings.add(endpoint.pointer, str(endpoint.key), breach)
        return "rows that nobody else changes meanwhile" if self.lab.witness.moved else ""

    def _watch(self, bound: Any, seconds: float) -> None:
        """Look at the rows for a while without writing: do they change all by themselves?"""
        collection = getattr(bound, "collection", bound)
        if not isinstance(collection, Collection):
            bound = bound_to(self.lab, bound)
            if bound is None:
                return
            collection = bound.collection
        until = time.monotonic() + min(max(seconds, _LEAST_WATCH), _MOST_WATCH)
        looks = 0
        while not self.lab.witness.moved and (looks < _LOOKS or time.monotonic() < until):
            looks += 1
            self.lab.forget()
            try:
                self.lab.view(collection)
            except (UnansweredError, UnmetError):
                return
            time.sleep(_PAUSE)


def _proven(law: Law, breach: Breach) -> bool:
    """Whether one exchange is proof by itself, whoever else writes."""
    return breach.rule in _PROVEN or (law.over == "endpoint" and breach.rule != "refused-write-changed")


def _until_unanswered(breaches: Iterator[Breach]) -> Iterator[Breach]:
    try:
        yield from breaches
    except UnansweredError as problem:
        yield problem.breach


def _identity(breach: Breach) -> tuple[str, str]:
    return breach.rule, repr(sorted(breach.args.items()))
