"""The door of the wire: requests to the server under test, bounded in time, rate and number."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from diglot.conform.credentials import Redactor
from diglot.conform.outcome import Options
from diglot.conform.wire.curl import curl, excerpt
from diglot.conform.wire.exchange import NOT_JSON, Exchange, Request, path_of, query_of
from diglot.conform.wire.pacing import Pace, asked_wait, limited
from diglot.conform.wire.sender import Connection, StaleError

__all__ = [
    "NOT_JSON",
    "BudgetSpentError",
    "Exchange",
    "Request",
    "Session",
    "curl",
    "excerpt",
    "path_of",
    "query_of",
]

_MAX_SILENT = 3
_WAITS = 6
_GRACE_REQUESTS, _GRACE_SECONDS = 200, 30.0


class BudgetSpentError(Exception):
    """No more requests may be sent: time, number, or a server that no longer answers. Ends the run, not the report."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


@dataclass
class Session:
    """Sends requests, no faster than the options allow, and counts them. Threads may share it.

    `before_write` is called with each request that may change something, before it is sent.

    Raises (from `send`):
        BudgetSpentError: the number of requests or the time is used up, the server limits the rate for longer than
            that, or three requests in a row found no server or were not answered in time.
    """

    base_url: str
    options: Options
    redactor: Redactor
    before_write: Callable[[Request], None] | None = None
    sent: int = 0
    started: float = field(default_factory=time.monotonic)
    _silent: int = 0
    _grace: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._connection = self.connection()
        self._pace = Pace(self.options.rate)
        self._end = self.started + self.options.budget

    def connection(self) -> Connection:
        """Another connection, for calls at the same time; whoever asks for it closes it."""
        return Connection(self.base_url, self.options.timeout)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @property
    def elapsed(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self.started

    def put_back(self) -> None:
        """Allow some requests and some time beyond the budget: what was changed must be put back."""
        self._grace = _GRACE_REQUESTS
        pauses = _MAX_SILENT / self.options.rate if self.options.rate else 0.0
        self._end = max(self._end, time.monotonic() + _GRACE_SECONDS + 10 * pauses)
        self._silent = 0

    def send(self, request: Request, client: Connection | None = None) -> Exchange:
        """Send one request and read the whole answer.

        A connection that was kept open and is closed under the request is tried once more, anew. A server that limits
        the rate (429, or 503 with Retry-After) is waited for.
        """
        if self.before_write and not request.reads:
            self.before_write(request)
        connection = client or self._connection
        exchange = self._once(request, connection)
        for _ in range(_WAITS):
            if not limited(exchange):
                break
            self._wait(asked_wait(exchange), "a server that lets more requests through (429)")
            exchange = self._once(request, connection)
        if exchange.status == 429:
            raise BudgetSpentError("a server that lets more requests through (429)")
        self._silent = self._silent + 1 if exchange.unreached or exchange.failure == "timeout" else 0
        return exchange

    def _once(self, request: Request, connection: Connection) -> Exchange:
        self._spend()
        try:
            return connection.send(request)
        except StaleError:
            self._spend()
            return connection.send(request)

    def _spend(self) -> None:
        """Count one request more, and wait for its turn."""
        with self._lock:
            if self._silent >= _MAX_SILENT:
                raise BudgetSpentError(f"a server that is there and answers within {self.options.timeout:g} s")
            if self._grace > 0:
                self._grace -= 1
            elif self.sent >= self.options.max_requests:
                raise BudgetSpentError(f"more than {self.options.max_requests} requests")
            self.sent += 1
        self._wait(self._pace.slot(), f"more than {self.options.budget:g} s")

    def _wait(self, seconds: float, needs: str) -> None:
        """Wait, unless the time would be over before the wait is.

        Raises:
            BudgetSpentError: it would be; `needs` says what for.
        """
        if time.monotonic() + seconds > self._end:
            raise BudgetSpentError(needs)
        if seconds:
            time.sleep(seconds)
