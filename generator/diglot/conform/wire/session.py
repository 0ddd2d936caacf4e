"""One keep-alive HTTP connection to the server under test, bounded in time, size and number of requests."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from diglot.conform.credentials import NO_CREDENTIAL, Credential, Redactor
from diglot.conform.outcome import Options

MAX_ANSWER = 8 * 1024 * 1024
EXCERPT = 300
_MAX_SILENT = 3
_GRACE = 200
_WAITS = 6
_LONGEST_WAIT = 30.0


class BudgetSpentError(Exception):
    """No more requests may be sent: time, number, or a server that no longer answers. Ends the run, not the report."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


@dataclass(frozen=True)
class Request:
    """One request: path and query as sent, below the base URL; `body` is None where there is none.

    `headers` are further header fields, such as parameters of the operation and cookies.
    """

    method: str
    path: str
    query: str = ""
    body: bytes | None = None
    media_type: str | None = None
    credential: Credential = NO_CREDENTIAL
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Exchange:
    """A request and what came of it.

    `status` is 0 where no answer came, `failure` then says why (`timeout`, `dropped` or `too-large`), `reason` in the
    words of the network.
    """

    request: Request
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    failure: str = ""
    reason: str = ""

    @cached_property
    def json(self) -> Any:
        """The body as JSON; `NOT_JSON` where it is not."""
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return NOT_JSON

    @property
    def media_type(self) -> str:
        """The media type of the answer, in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def ok(self) -> bool:
        """Whether the server says that it did what was asked."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")


NOT_JSON: Any = type("NotJson", (), {"__repr__": lambda _self: "not JSON"})()


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


@dataclass
class Session:
    """Sends requests and counts them.

    Raises (from `send`):
        BudgetSpentError: the number of requests or the time is used up, or three requests in a row went unanswered.
    """

    base_url: str
    options: Options
    redactor: Redactor
    sent: int = 0
    started: float = field(default_factory=time.monotonic)
    _silent: int = 0
    _grace: int = 0

    def __post_init__(self) -> None:
        self._client = self.connection()

    def connection(self) -> httpx2.Client:
        """A client with one connection: no proxy from the environment, no redirect followed, no compression."""
        return httpx2.Client(
            timeout=self.options.timeout,
            verify=self.base_url.startswith("https:"),  # to load the certificates costs more than many requests
            trust_env=False,
            follow_redirects=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "diglot-conform"},
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1),
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @property
    def elapsed(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self.started

    def put_back(self) -> None:
        """Allow some requests beyond the budget: what was changed must be put back."""
        self._grace = _GRACE
        self._silent = 0

    def send(self, request: Request, client: httpx2.Client | None = None) -> Exchange:
        """Send one request and read the whole answer.

        A connection that was closed under the request is tried once more: a server may close an idle one at any time.
        A server that limits the rate (429, or 503 with Retry-After) is waited for.
        """
        self._spend()
        exchange = self._exchange(request, client or self._client)
        if exchange.failure == "dropped":
            self._spend()
            exchange = self._exchange(request, client or self._client)
        for _ in range(_WAITS):
            if not _limited(exchange):
                break
            self._wait(exchange)
            exchange = self._exchange(request, client or self._client)
        if exchange.status == 429:
            raise BudgetSpentError("a server that lets more requests through (429)")
        self._silent = self._silent + 1 if exchange.failure == "timeout" else 0
        return exchange

    def _wait(self, exchange: Exchange) -> None:
        """Wait as long as the server asks for, in seconds; a date or nonsense is taken for one second."""
        asked = exchange.headers.get("retry-after", "")
        seconds = min(float(asked) if re.fullmatch("[0-9]{1,9}", asked) else 1.0, _LONGEST_WAIT)
        if self._grace <= 0 and self.elapsed + seconds > self.options.budget:
            raise BudgetSpentError(f"more than {self.options.budget:g} s")
        time.sleep(max(seconds, 0.1))
        self._spend()

    def _spend(self) -> None:
        if self._silent >= _MAX_SILENT:
            raise BudgetSpentError(f"a server that answers within {self.options.timeout:g} s")
        if self._grace > 0:
            self._grace -= 1
        elif self.sent >= self.options.max_requests:
            raise BudgetSpentError(f"more than {self.options.max_requests} requests")
        elif self.elapsed > self.options.budget:
            raise BudgetSpentError(f"more than {self.options.budget:g} s")
        self.sent += 1

    def _exchange(self, request: Request, client: httpx2.Client) -> Exchange:
        query = "&".join(filter(None, (request.query, request.credential.query)))
        url = self.base_url + request.path + (f"?{query}" if query else "")
        headers = {**dict(request.headers), **request.credential.headers}
        if request.media_type is not None:
            headers["Content-Type"] = request.media_type
        try:
            with client.stream(request.method, url, content=request.body, headers=headers) as answer:
                body, failure = self._read(answer)
                status = 0 if failure else answer.status_code
                return Exchange(request, url, status, dict(answer.headers), body, failure)
        except httpx2.TimeoutException:
            return Exchange(request, url, 0, {}, b"", "timeout", f"no answer within {self.options.timeout:g} s")
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, UnicodeError) as error:
            return Exchange(request, url, 0, {}, b"", "dropped", str(error) or type(error).__name__)

    def _read(self, answer: httpx2.Response) -> tuple[bytes, str]:
        parts, size, deadline = [], 0, time.monotonic() + self.options.timeout
        for part in answer.iter_raw():
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER:
                return b"", "too-large"
            if time.monotonic() > deadline:  # an endless drip never trips the time-out of one read
                return b"", "timeout"
        return b"".join(parts), ""


def _limited(exchange: Exchange) -> bool:
    return exchange.status == 429 or (exchange.status == 503 and "retry-after" in exchange.headers)


def path_of(template: str, values: Mapping[str, str]) -> str:
    """The path of a route with its parameters filled in; values are escaped, except the escapes they hold."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", quote(value, safe="%"))
    return template


def query_of(values: Mapping[str, Any]) -> str:
    """The query string of `values`, in their order."""
    return urlencode({name: _scalar(value) for name, value in values.items()}, quote_via=quote)


def _scalar(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) or value is None else str(value)


def curl(exchange: Exchange, redactor: Redactor) -> str:
    """A line for the shell that sends the same request again; keys stand in it as variables."""
    request = exchange.request
    parts = ["curl", "-i", "-X", request.method, shlex.quote(exchange.url)]
    if request.credential.headers:
        parts += ["-H", f'"{request.credential.header}: {request.credential.shown}"']
    if request.media_type is not None:
        parts += ["-H", shlex.quote(f"Content-Type: {request.media_type}")]
    for name, value in request.headers:
        parts += ["-H", shlex.quote(f"{name}: {value}")]
    if request.body is not None:
        parts += ["--data-binary", shlex.quote(excerpt(request.body.decode("utf-8", "replace"), 2000))]
    return redactor.clean(" ".join(parts))


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """`text` on one line without control characters, cut after `limit` characters."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= limit else line[:limit] + "…"
