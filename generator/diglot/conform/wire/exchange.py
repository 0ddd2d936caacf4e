"""One request, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from diglot.conform.credentials import NO_CREDENTIAL, Credential


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

    @property
    def target(self) -> str:
        """Path and query as they are sent, below the base URL, with a key that travels in the query."""
        query = "&".join(filter(None, (self.query, self.credential.query)))
        return self.path + (f"?{query}" if query else "")

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Every header field that is sent for this request, the key's among them."""
        media = () if self.media_type is None else (("Content-Type", self.media_type),)
        return (*self.credential.headers.items(), *media, *self.headers)

    @property
    def reads(self) -> bool:
        """Whether its method promises to change nothing (RFC 9110, 9.2.1)."""
        return self.method in ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Exchange:
    """A request and what came of it.

    `status` is 0 where no answer came, `failure` then says why (`timeout`, `dropped` or `too-large`), `reason` in the
    words of the network; `unreached`: not even a connection was had.
    """

    request: Request
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    failure: str = ""
    reason: str = ""
    unreached: bool = False

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
