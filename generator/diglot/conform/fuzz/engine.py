"""The engine: every operation gets its turns of drawn requests, until the time or the requests are spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from diglot.conform.bench.lab import Lab
from diglot.conform.bench.ledger import Ledger
from diglot.conform.binding.surface import Endpoint
from diglot.conform.findings import Findings
from diglot.conform.fuzz.drawing import Drawer, Drawn, own_storage
from diglot.conform.fuzz.judge import Judge
from diglot.conform.fuzz.material import Material, materials, unknown_parameters
from diglot.conform.fuzz.proof import Proof
from diglot.conform.outcome import NotExercised
from diglot.conform.wire.breach import Breach

_SECONDS = 6.0
_REQUESTS = 600
_TURN = 10


def fuzz(lab: Lab, findings: Findings, kept: Sequence[Ledger]) -> list[NotExercised]:
    """Send drawn input to every operation for some seconds, and add what is found.

    Nothing is written to the working directory. Rows that are written to are those of the ledgers `kept`; an operation
    that nobody knows how to undo gets only input that has to be refused. Returns what could not be done.

    Raises:
        BudgetSpentError: no more requests may be sent.
    """
    run = _Run(lab, findings)
    if run.over:
        return [NotExercised("fuzz", "a larger budget")]
    drawn_for = materials(lab, kept)
    drawer = Drawer(lab.surface.document, drawn_for, lab.options.seed, lab.key, lambda: run.over)
    with own_storage():
        try:
            drawer.open()
        except Exception as error:  # the contract is Schemathesis's to refuse, in words of its own
            return [NotExercised("fuzz", f"a contract that Schemathesis can read: {type(error).__name__}")]
        try:
            run.turns(drawer, drawn_for)
        finally:
            lab.forget()
    return run.not_exercised(drawer, drawn_for)


@dataclass
class _Run:
    lab: Lab
    findings: Findings

    def __post_init__(self) -> None:
        self._judge = Judge(self.lab, Proof(self.lab.surface))
        self._until = self.lab.session.elapsed + _SECONDS
        self._most = self.lab.session.sent + _REQUESTS

    @property
    def over(self) -> bool:
        """Whether the time or the number of requests is spent."""
        session, options = self.lab.session, self.lab.options
        until = min(self._until, options.budget)
        return session.elapsed >= until or session.sent >= min(self._most, options.max_requests)

    def turns(self, drawer: Drawer, drawn_for: Sequence[Material]) -> None:
        """Let the operations take turns; one behind an unknown id gets a single one: its answers are all alike."""
        waiting = [(one, drawer.requests(one)) for one in drawn_for]
        while waiting and not self.over:
            sent = [(self._turn(material, requests), material, requests) for material, requests in waiting]
            waiting = [(one, requests) for count, one, requests in sent if count and not unknown_parameters(one)]

    def _turn(self, material: Material, requests: Iterator[Drawn]) -> int:
        """Send the next requests of one operation, and say how many they were."""
        before = self.lab.session.sent
        for drawn in islice(requests, _TURN):
            if self.over:
                break
            if material.valid or self._judge.may_be_sent(material.endpoint, drawn):
                self._try(material.endpoint, drawn)
        self.findings.tell("fuzz", str(material.endpoint.key), 0, 0)
        return self.lab.session.sent - before

    def _try(self, endpoint: Endpoint, drawn: Drawn) -> None:
        exchange = self.lab.session.send(drawn.request)
        for breach in self._judge.breaches(endpoint, drawn, exchange):
            self._take(endpoint, breach)

    def _take(self, endpoint: Endpoint, breach: Breach) -> None:
        """Take what one answer shows; that a valid question was refused is a relation of question and answer."""
        if breach.rule == "valid-input-refused":
            self.findings.add(endpoint.pointer, str(endpoint.key), replace(breach, law="input.valid"))
        else:
            self.findings.notice(endpoint, breach)

    def not_exercised(self, drawer: Drawer, drawn_for: Sequence[Material]) -> list[NotExercised]:
        """What could not be drawn, reached or risked, a line each."""
        clean = self.lab.session.redactor.clean
        found = [NotExercised(f"fuzz: {label}", clean(reason)) for label, reason in drawer.problems.items()]
        for material in drawn_for:
            key = material.endpoint.key
            if names := unknown_parameters(material):
                needs = ", ".join(f'{name} = "…"' for name in names) + " under [parameters] in --fixtures"
                found.append(NotExercised(f"fuzz: {key} beyond its path", needs))
            elif not material.valid:
                found.append(NotExercised(f"fuzz: valid input to {key}", "an entry in --laws that says how to undo it"))
        return found
