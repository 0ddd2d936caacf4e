"""How fast requests may follow each other, and how long a server that limits the rate asks us to wait."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from diglot.conform.wire.exchange import Exchange

_SHORTEST, _USUAL = 0.1, 1.0


@dataclass
class Pace:
    """Slots in time for requests: `rate` a second at most, evenly spread; None is as fast as it goes."""

    rate: float | None
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def slot(self) -> float:
        """Take the next slot; the seconds until it comes."""
        if self.rate is None:
            return 0.0
        with self._lock:
            now = time.monotonic()
            begins = max(now, self._next)
            self._next = begins + 1 / self.rate
        return begins - now


def limited(exchange: Exchange) -> bool:
    """Whether the server asks to be left alone for a while: 429, or 503 with Retry-After."""
    return exchange.status == 429 or (exchange.status == 503 and "retry-after" in exchange.headers)


def asked_wait(exchange: Exchange) -> float:
    """The seconds that Retry-After asks for, as a number or a date (RFC 9110, 10.2.3); one where it says neither."""
    asked = exchange.headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]{1,12}", asked):
        return max(float(asked), _SHORTEST)
    until = _date(asked)
    if until is None:
        return _USUAL
    now = _date(exchange.headers.get("date", ""))  # by the clock of the server, where it tells the time
    seconds = (until - now).total_seconds() if now is not None else until.timestamp() - time.time()
    return max(seconds, _SHORTEST)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo is not None else None
