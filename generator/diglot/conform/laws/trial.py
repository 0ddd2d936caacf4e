"""Trying the laws: each on all it is bound to, a failing one three times, and only where what it presumes holds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from diglot.conform.bench.lab import Lab
from diglot.conform.bench.requests import bound_to
from diglot.conform.binding.bindings import Collection
from diglot.conform.binding.surface import Endpoint
from diglot.conform.findings import Findings
from diglot.conform.findings.gather import unstable
from diglot.conform.laws.law import Law
from diglot.conform.laws.table import selected
from diglot.conform.outcome import NotExercised
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError

# What is written is read back from the list: where its pages cannot be trusted, nothing follows from them.
_ALWAYS_PRESUMED = {"actions": ("paging.order", "paging.partition"), "values": ("paging.order", "paging.partition")}

_PROVEN = frozenset({"page-echo-wrong", "unknown-row-accepted", "unknown-field-accepted", "answer-unstable"})
_OTHERS = "rows that nobody else changes meanwhile"
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
        work = [(law, bound) for law in selected(self.lab.options) for bound in self.bound(law)]
        for done, (law, bound) in enumerate(work):
            self.findings.tell("laws", law.name, done, len(work))
            self.attempt(law, bound)

    def notice(self, law: Law | None = None, bound: Any = None) -> None:
        """Turn what was noticed on the wire into findings.

        What does not show again by itself may need what the law did before: the law is tried once more.
        """
        noticed, self.lab.noticed = self.lab.noticed, []
        repeated: list[Any] = []

        def shows(breach: Breach) -> bool:
            if law is None or law.once:
                return False
            if not repeated:
                self.put_back()
                self.lab.forget()
                self._attempt(law, bound)
                again, self.lab.noticed = self.lab.noticed, []
                repeated.append({_identity(one) for _, one in again})
            return _identity(breach) in repeated[0]

        for endpoint, breach in noticed:
            found = replace(breach, law=law.name if law else "", proof=bool(law and law.once))
            self.findings.notice(endpoint, found, partial(shows, breach))

    def bound(self, law: Law) -> Sequence[Any]:
        """What a law is bound to."""
        bindings = self.lab.bindings
        kinds: dict[str, Sequence[Any]] = {
            "endpoint": self.lab.surface.endpoints,
            "collection": bindings.collections,
            "actions": bindings.actions,
            "values": bindings.values,
        }
        return kinds[law.over]

    def attempt(self, law: Law, bound: Any) -> None:
        """Try one law on what it is bound to, unless it cannot be tried here, and report what breaks it."""
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
            self.notice(law, bound)
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
        if self.lab.witness.moved and not any(_proven(law, breach) for breach in breaches):
            return _OTHERS
        started, tries = time.monotonic(), 1
        shown = Counter({_identity(breach) for breach in breaches})
        for _ in range(0 if law.once else _FURTHER):
            self.put_back()
            self.lab.forget()
            shown.update({_identity(breach) for breach in self._attempt(law, bound)[0]})
            tries += 1
            if tries not in shown.values():
                break
        self._watch(bound, _PATIENCE * (time.monotonic() - started) / _FURTHER)
        for breach in breaches:
            if self.lab.witness.moved and not _proven(law, breach):
                continue
            seen = shown[_identity(breach)]
            breach = replace(breach, law=law.name)
            if seen == tries:
                self._believe(law, endpoint, breach)
            elif law.over == "collection":
                breach = unstable(breach, law.name)
            else:
                continue
            self.findings.add(endpoint.pointer, str(endpoint.key), breach, (seen, tries))
        return _OTHERS if self.lab.witness.moved else ""

    def _believe(self, law: Law, endpoint: Endpoint, breach: Breach) -> None:
        """A law that every try broke: what presumes it says nothing, and the rows that it changed are put back."""
        self._broken.add((law.name, str(endpoint.key)))
        if law.name == "input.valid" and breach.exchange.status in _ABSENT:
            self._absent.add(str(endpoint.key))
        self.lab.touched.update(breach.rows)

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
