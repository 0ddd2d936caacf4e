"""Gathers what was seen, looks again at what one exchange shows by itself, and tells it by its causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from diglot.conform.binding.surface import Endpoint
from diglot.conform.findings.causes import grouped
from diglot.conform.findings.evidence import Evidence
from diglot.conform.findings.probe import Baseline, Probe
from diglot.conform.findings.seen import Seen
from diglot.conform.outcome import Options, Status
from diglot.conform.wire.answers import Wire
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.session import Session
from diglot.core.finding import Finding, Location

# The laws that one exchange breaks by itself: what every answer obeys, and what drawn input must meet.
WIRE, FUZZ = "wire.answer", "fuzz.refused"
_BY_ITSELF = frozenset({"server-error", "answer-missing"})  # noticed on the wire, whichever law meets them
_MOST_PLACES = 3


@dataclass
class Findings:
    """Gathers findings by their identity.

    `sentences` maps the key of a source to what it says; `run` is evidence that all findings share; `baseline` gives a
    plain valid request to an operation; `promised` are the sources that count (None: all do): what
    rests on another is not taken.
    """

    session: Session
    wire: Wire
    options: Options
    sentences: Mapping[str, str] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    baseline: Baseline = lambda _endpoint: None
    promised: frozenset[str] | None = None
    _seen: dict[Any, Seen] = field(default_factory=dict)
    _shapes: dict[Any, Seen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._probe = Probe(self.session, self.wire, self.baseline)

    def add(self, pointer: str, operation: str, breach: Breach, tries: tuple[int, int] = (1, 1)) -> None:
        """Take a breach that a relation of answers shows; `tries`: in how many of how many tries it showed.

        An answer that is missing or a 5xx is left out: it is noticed by itself.
        """
        if breach.rule not in _BY_ITSELF and self._counts(breach):
            self._take(Seen(pointer, operation, breach, breach.args, breach.law, tries=tries))

    def _counts(self, breach: Breach) -> bool:
        return not breach.source or self.promised is None or breach.source in self.promised

    def known(self, endpoint: Endpoint, breach: Breach) -> bool:
        """Whether a breach of one exchange by itself is one that was looked at already; then it is counted."""
        seen = self._shapes.get(self._shape(endpoint, breach)) or self._explained(endpoint, breach)
        if seen is not None:
            seen.more(breach.exchange)
        return seen is not None

    def notice(self, endpoint: Endpoint, breach: Breach, repeat: Callable[[], bool] | None = None) -> None:
        """Take a breach that one exchange shows by itself.

        It is sent again, and made shorter while it shows. What does not show again is an unstable answer, unless
        `repeat` (all that led to it, once more) shows it. With `breach.proof` it is taken as it is.
        """
        if not self._counts(breach) or self.known(endpoint, breach):
            return
        shape = self._shape(endpoint, breach)
        first = breach.exchange
        tries = (1, 1) if breach.proof else self._probe.again(endpoint, breach)
        places = shape[-1]
        if tries[0] < tries[1]:
            if repeat is not None and repeat():
                tries = (2, 2)
            else:
                breach = replace(unstable(breach, WIRE), law=breach.law)
        elif not breach.proof:
            breach, places = self._probe.shortest(endpoint, breach)
        seen = self._take(self._single(endpoint, breach, places, tries))
        self._shapes[shape] = seen
        if breach.exchange is not first:
            seen.more(first)

    def keep(self, wanted: Callable[[str, str, Mapping[str, Any]], bool]) -> None:
        """Leave out what is not wanted, by rule, operation and args."""
        self._seen = {key: one for key, one in self._seen.items() if wanted(one.breach.rule, one.operation, one.args)}

    def tell(self, phase: str, what: str, done: int, of: int) -> None:
        """Say how far the run has come; `of` is 0 where the end is not known."""
        if self.options.progress:
            sent, seconds = self.session.sent, self.session.elapsed
            found = len(grouped(list(self._seen.values())))
            self.options.progress(Status(phase, what, done, of, sent, seconds, found))

    def all(self) -> tuple[Finding, ...]:
        """One finding a cause, in the order of operations and rules."""
        evidence = Evidence(self.session.redactor, self.sentences, self.run)
        order = sorted(self._seen.values(), key=lambda one: (one.pointer, one.breach.rule, one.identity))
        told = []
        for group in grouped(_narrowed(order)):
            lead, *rest = (self._finding(one, evidence) for one in group)
            told.append(replace(lead, also=tuple(rest)))
        return tuple(told)

    def _finding(self, seen: Seen, evidence: Evidence) -> Finding:
        where = Location(self.options.spec, pointer=seen.pointer)
        return Finding(seen.breach.rule, where, seen.operation, args=seen.args, evidence=evidence.of(seen))

    def _take(self, seen: Seen) -> Seen:
        first = self._seen.setdefault(seen.identity, seen)
        if first is not seen:
            first.join(seen)
        return first

    def _single(self, endpoint: Endpoint, breach: Breach, places: tuple[str, ...], tries: tuple[int, int]) -> Seen:
        """A sight of one exchange by itself: where in the request and with which words belongs to what it is."""
        args, law = dict(breach.args), FUZZ if breach.rule == "invalid-input-accepted" else WIRE
        said = self._probe.said(endpoint, breach)
        if breach.rule != "answer-unstable":
            coarse = args.get("where") in (None, "body", "query")
            args["where"] = (coarse and ", ".join(places[:_MOST_PLACES])) or args.get("where") or "—"
        if said:
            args["said"] = said
        return Seen(endpoint.pointer, str(endpoint.key), breach, args, law, breach.law, places, said, tries)

    def _shape(self, endpoint: Endpoint, breach: Breach) -> tuple[Any, ...]:
        args = tuple(sorted((name, str(value)) for name, value in breach.args.items()))
        said, places = self._probe.said(endpoint, breach), self._probe.places(endpoint, breach)
        return breach.rule, str(endpoint.key), args, said, places

    def _explained(self, endpoint: Endpoint, breach: Breach) -> Seen | None:
        """What shows the same for less: every place that matters there is another than the valid one here too."""
        rule, operation, _, said, places = self._shape(endpoint, breach)
        for one in self._seen.values():
            if one.kind != (rule, operation, said, breach.args) or one.places is None:
                continue
            if set(one.places) <= set(places):
                return one
        return None


def unstable(breach: Breach, law: str) -> Breach:
    """The breach of an answer that was wrong only sometimes."""
    return replace(breach, rule="answer-unstable", args={"law": law, "rule": breach.rule}, law=law)


def _narrowed(seen: list[Seen]) -> list[Seen]:
    """Without the sights that a later one, with fewer places, explains."""
    kept: list[Seen] = []
    for one in sorted(seen, key=lambda one: len(one.places or ())):
        home = next((other for other in kept if _within(other, one)), None)
        if home is None:
            kept.append(one)
        else:
            home.join(one)
    return [one for one in seen if one in kept]


def _within(one: Seen, other: Seen) -> bool:
    if one.places is None or other.places is None or not other.places:
        return False
    return one.kind == other.kind and set(one.places) < set(other.places)
