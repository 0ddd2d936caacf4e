"""How long the server takes to answer, by operation and parameters: an answer is judged by others of its kind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import parse_qsl

from diglot.conform.binding.surface import Endpoint
from diglot.conform.wire.session import Exchange, Request, Session
from diglot.core.ir import OpKey

FACTOR = 20  # times as long as is usual
LARGE = 1.0  # seconds: what takes less is not worth a word
_PEERS = 5
_MOST_SUSPECTS = 2

_Kind = tuple[OpKey, tuple[str, ...]]


@dataclass(frozen=True)
class Timed:
    """An exchange that took so many seconds."""

    exchange: Exchange
    seconds: float


@dataclass(frozen=True)
class Suspect:
    """An exchange that took long, what others of its kind took in the median, in seconds, and one of them."""

    exchange: Exchange
    usual: float
    peer: Exchange


@dataclass
class Durations:
    """Times every exchange of the laws. `last` is how long the last one took, in seconds: 0 where waits were in it."""

    last: float = 0.0
    _seen: dict[_Kind, list[Timed]] = field(default_factory=dict)

    def send(self, session: Session, endpoint: Endpoint, request: Request, client: Any = None) -> Exchange:
        """Send one request and note how long it took, if it was sent once and not after a wait.

        Raises:
            BudgetSpentError: no more requests may be sent.
        """
        exchange = self.again(session, request, client)
        if self.last and not exchange.failure and request.method == endpoint.method:
            names = tuple(sorted(name for name, _ in parse_qsl(request.query, keep_blank_values=True)))
            self._seen.setdefault((endpoint.key, names), []).append(Timed(exchange, self.last))
        return exchange

    def again(self, session: Session, request: Request, client: Any = None) -> Exchange:
        """Send one request, of which nothing is noted but `last`.

        Raises:
            BudgetSpentError: no more requests may be sent.
        """
        sent, started = session.sent, time.monotonic()
        exchange = session.send(request, client)
        self.last = time.monotonic() - started if session.sent == sent + 1 else 0.0
        return exchange

    def fastest(self, endpoint: Endpoint) -> Timed | None:
        """The exchange with an operation that took least."""
        every = [one for (key, _), seen in self._seen.items() if key == endpoint.key for one in seen]
        return min(every, key=lambda one: one.seconds, default=None)

    def suspects(self, endpoint: Endpoint) -> Iterator[Suspect]:
        """The slowest of the exchanges that took far longer than others with the same parameters, no smaller ones."""
        found = []
        for (key, _), seen in self._seen.items():
            for one in seen if key == endpoint.key else ():
                peers = [other for other in seen if other is not one and _no_smaller(other.exchange, one.exchange)]
                if one.seconds > LARGE and len(peers) >= _PEERS:
                    usual = median(other.seconds for other in peers)
                    peer = min(peers, key=lambda other: abs(other.seconds - usual))
                    if one.seconds > FACTOR * usual:
                        found.append((one.seconds, Suspect(one.exchange, usual, peer.exchange)))
        yield from (one for _, one in sorted(found, key=lambda pair: -pair[0])[:_MOST_SUSPECTS])


def _no_smaller(one: Exchange, other: Exchange) -> bool:
    """Whether an exchange moved at least half as much as the other: more work may take more time."""
    sent, got = len(one.request.body or b""), len(one.body)
    return 2 * sent >= len(other.request.body or b"") and 2 * got >= len(other.body)
