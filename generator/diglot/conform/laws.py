"""Trying the laws: each on everything it is bound to, a failing one twice, and only where what it presumes holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from diglot.conform import laws_access, laws_actions, laws_filters, laws_input, laws_paging, laws_values
from diglot.conform.findings import Findings
from diglot.conform.lab import Lab
from diglot.conform.law import Breach, Law, UnansweredError, UnmetError
from diglot.conform.outcome import NotExercised, Options
from diglot.conform.surface import Endpoint

LAWS: tuple[Law, ...] = (
    *laws_paging.LAWS,
    *laws_filters.LAWS,
    *laws_access.LAWS[:4],
    *laws_actions.LAWS,
    *laws_values.LAWS,
    *laws_access.LAWS[4:],
    *laws_input.LAWS,
)
# What is written is read back from the list: where its pages cannot be trusted, nothing follows from them.
_ALWAYS_PRESUMED = {"actions": ("paging.order", "paging.partition"), "values": ("paging.order", "paging.partition")}


def selected(options: Options) -> tuple[Law, ...]:
    """The laws that the options ask for."""
    if "laws" not in options.engines:
        return ()
    return tuple(law for law in LAWS if not options.only or law.name.startswith(options.only))


@dataclass
class Trial:
    """Tries every law. `put_back` is called after each law that may have written something."""

    lab: Lab
    findings: Findings
    put_back: Callable[[], None]
    exercised: int = 0
    not_exercised: list[NotExercised] = field(default_factory=list)
    _broken: set[tuple[str, str]] = field(default_factory=set)

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
        places = {
            str(endpoint.key),
            str(getattr(bound, "collection", bound).endpoint.key) if bound is not endpoint else "",
        }
        for name in (*law.presumes, *_ALWAYS_PRESUMED.get(law.over, ())):
            if any((name, place) in self._broken for place in places):
                self.not_exercised.append(NotExercised(what, f"{name} without findings"))
                self._broken.add((law.name, str(endpoint.key)))
                return
        try:
            breaches, unmet = self._attempt(law, bound)
            if breaches:
                self._broken.add((law.name, str(endpoint.key)))
                self._report(law, bound, endpoint, breaches)
        finally:
            self.notice()
            if law.writes and law.over != "values":  # those set what they need, and all is put back after them
                self.put_back()
        if unmet:
            self.not_exercised.append(NotExercised(what, unmet))
        if breaches or not unmet:
            self.exercised += 1

    def _attempt(self, law: Law, bound: Any) -> tuple[list[Breach], str]:
        breaches: list[Breach] = []
        try:
            breaches.extend(_until_unanswered(law.attempt(self.lab, bound)))
        except UnmetError as reason:
            return breaches, reason.needs
        return breaches, ""

    def _report(self, law: Law, bound: Any, endpoint: Endpoint, breaches: list[Breach]) -> None:
        """Report what a second try shows again; what it does not is an unstable answer, not a broken law."""
        again = {_identity(breach) for breach in breaches}
        if not law.once:
            self.put_back()
            self.lab.forget()
            again = {_identity(breach) for breach in self._attempt(law, bound)[0]}
        for breach in breaches:
            if _identity(breach) not in again:
                args = {"law": law.name, "rule": breach.rule}
                breach = Breach("answer-unstable", args, breach.exchange, breach.expected, breach.got, breach.source)
            self.findings.add(endpoint.pointer, str(endpoint.key), breach)


def _until_unanswered(breaches: Iterator[Breach]) -> Iterator[Breach]:
    try:
        yield from breaches
    except UnansweredError as problem:
        yield problem.breach


def _identity(breach: Breach) -> tuple[str, str]:
    return breach.rule, repr(sorted(breach.args.items()))
