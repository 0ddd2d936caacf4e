"""Sending a request again, whole or with less in it: does the same breach show, and in the shortest of which?

Only for what one exchange shows by itself. What writes is sent again only with the very body that was sent before, or
with one that names no row; and the number of requests is bounded, for each finding and for a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote

from diglot.conform.binding.surface import Endpoint
from diglot.conform.findings.places import differing, given, restored
from diglot.conform.findings.signature import signature
from diglot.conform.wire.answers import Wire
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.notice import notices
from diglot.conform.wire.session import BudgetSpentError, Exchange, Request, Session

_TRIES = 2  # after the first sight
_EACH = 14  # requests for one finding
_ALL = 160  # requests for all of them
_LONG = 40  # characters: a longer value is tried at half its length

Baseline = Callable[[Endpoint], Request | None]


@dataclass
class Probe:
    """Looks at a breach again. `baseline` gives a plain valid request to an operation, where one is known."""

    session: Session
    wire: Wire
    baseline: Baseline
    left: int = _ALL

    def valid(self, endpoint: Endpoint, breach: Breach) -> Request:
        """The valid request to compare with; at the least the same without a query."""
        known = breach.baseline or self.baseline(endpoint)
        return known or replace(breach.exchange.request, query="")

    def places(self, endpoint: Endpoint, breach: Breach) -> tuple[str, ...]:
        """Where the request differs from a valid one."""
        request = breach.exchange.request
        found = differing(self.wire.surface, endpoint, request, self.valid(endpoint, breach))
        return (breach.place,) if breach.place and not found else found

    def said(self, endpoint: Endpoint, breach: Breach) -> str:
        """What tells the answer from other answers with the same fault: the words of one that broke."""
        if breach.rule != "server-error":
            return ""
        said = signature(breach.exchange, given(endpoint, breach.exchange.request))
        return self.session.redactor.clean(said)

    def again(self, endpoint: Endpoint, breach: Breach) -> tuple[int, int]:
        """Send the same request again: in how many of how many tries the breach showed, the first sight among them."""
        slow = breach.rule == "answer-missing" and breach.args["how"] == "timeout"
        tries = 0 if slow and self.session.elapsed > self.session.options.budget / 4 else 1 if slow else _TRIES
        shown = tried = 1
        for _ in range(tries):
            found = self._shows(endpoint, breach, breach.exchange.request)
            if self.left <= 0:  # nothing more may be sent: what was not looked at says nothing
                break
            shown, tried = shown + (found is not None), tried + 1
        return shown, tried

    def shortest(self, endpoint: Endpoint, breach: Breach) -> tuple[Breach, tuple[str, ...]]:
        """The breach in the shortest request that still shows it, and the places without which it does not show."""
        valid, places, spent = self.valid(endpoint, breach), self.places(endpoint, breach), self.left
        if not places or (breach.rule == "answer-missing" and breach.args["how"] == "timeout"):
            return breach, places
        kept = _wrong(breach)
        if not kept and (plain := self._shows(endpoint, breach, valid)):
            return plain, ()
        for place in dict.fromkeys("body" if one.startswith("body") else one for one in places):
            request = breach.exchange.request
            less = restored(endpoint, request, valid, place)
            if len(places) < 2 or spent - self.left >= _EACH or not _allowed(endpoint, request, less, valid):
                continue
            if kept and kept.startswith(place):
                continue
            if shown := self._shows(endpoint, breach, less):
                breach, places = shown, tuple(one for one in places if not one.startswith(place))
        return self._shorter(endpoint, breach, spent), places

    def _shorter(self, endpoint: Endpoint, breach: Breach, spent: int) -> Breach:
        """Long values of the query cut in half while the breach still shows."""
        progress = endpoint.reads
        while progress and spent - self.left < _EACH:
            progress = False
            for request in _halved(breach.exchange.request):
                if shown := self._shows(endpoint, breach, request):
                    breach, progress = shown, True
                    break
        return breach

    def _shows(self, endpoint: Endpoint, breach: Breach, request: Request) -> Breach | None:
        """The same breach as another request shows it; None where it does not, or nothing more may be sent."""
        if self.left <= 0:
            return None
        self.left -= 1
        try:
            exchange = self.session.send(request)
        except BudgetSpentError:
            self.left = 0
            return None
        return next(
            (one for one in self._judged(endpoint, breach, exchange) if self._same(endpoint, one, breach)), None
        )

    def _judged(self, endpoint: Endpoint, breach: Breach, exchange: Exchange) -> Iterator[Breach]:
        if breach.rule == "invalid-input-accepted":
            if exchange.ok or 300 <= exchange.status < 400:
                yield replace(breach, exchange=exchange, got=exchange.status)
            return
        for one in notices(self.wire, self.session.redactor, endpoint, exchange):
            yield replace(one, law=breach.law, baseline=breach.baseline, place=breach.place)

    def _same(self, endpoint: Endpoint, one: Breach, other: Breach) -> bool:
        same = (one.rule, one.args) == (other.rule, other.args)
        return same and self.said(endpoint, one) == self.said(endpoint, other)


def _wrong(breach: Breach) -> str:
    """The place that must stay as it is: without it the input would be valid, and to accept it would be right."""
    return str(breach.args["where"]) if breach.rule == "invalid-input-accepted" else ""


def _allowed(endpoint: Endpoint, sent: Request, less: Request, valid: Request) -> bool:
    """Whether a shorter request does no more than what was sent already, or names no row."""
    return endpoint.reads or less.body == valid.body or replace(less, query=sent.query) == sent


def _halved(request: Request) -> Iterator[Request]:
    parts = request.query.split("&")
    for place, part in enumerate(parts):
        for name, value in parse_qsl(part, keep_blank_values=True):
            if len(value) > _LONG:
                half = f"{quote(name)}={quote(value[: len(value) // 2])}"
                yield replace(request, query="&".join((*parts[:place], half, *parts[place + 1 :])))
