"""A reverse proxy as stands before most servers: its own words for what it does not pass on.

It answers 400 in HTML to escapes and bytes that no URL may hold, 404 in HTML to encoded slashes and dot segments, 414
to long targets, 431 to long headers, 413 to large bodies (without reading them, and hangs up), 501 to methods it does
not know, and adds Via, Server, Date and X-Request-Id. It limits the rate where it is told to, with 429 or 503 and a
Retry-After in seconds or as a date.
"""

from __future__ import annotations

import http.client
import itertools
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from servers.threads import threaded

_HTML = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>gate/1.27</body></html>\r\n"
_PHRASES = {
    400: "400 Bad Request", 404: "404 Not Found", 413: "413 Request Entity Too Large", 414: "414 Request-URI Too Large",
    429: "429 Too Many Requests", 431: "431 Request Header Fields Too Large", 501: "501 Not Implemented",
    503: "503 Service Temporarily Unavailable",
}  # fmt: skip
_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "server", "date"}
_BAD_TARGET = re.compile(r"%(?![0-9A-Fa-f]{2})|%00|[^\x21-\x7e]|[<>\"{}|^`\\]")
_UNROUTED = re.compile(r"%2[fF]|%5[cC]|/\.{1,2}(/|$)|/%2[eE]|//")


@dataclass
class Gate:
    """What the proxy allows; `pass_through` is how many requests in each `window` seconds (0: any)."""

    behind: str
    pass_through: int = 0
    window: float = 1.0
    status: int = 429
    as_date: bool = False
    lock: Any = field(default_factory=threading.Lock)
    began: float = 0.0
    count: int = 0
    numbers: Any = field(default_factory=itertools.count)

    def full(self) -> bool:
        with self.lock:
            now = time.monotonic()
            if now - self.began >= self.window:
                self.began, self.count = now, 0
            self.count += 1
            return bool(self.pass_through) and self.count > self.pass_through

    def retry_after(self) -> str:
        wait = max(int(self.window), 1)
        return formatdate(time.time() + wait, usegmt=True) if self.as_date else str(wait)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize, disable_nagle_algorithm = -1, True

    def __init__(self, gate: Gate, *given: Any) -> None:
        self.gate = gate
        super().__init__(*given)

    def version_string(self) -> str:
        return "gate/1.27"

    def log_message(self, *_: Any) -> None:
        pass

    def serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > 65536:
            self.refuse(413)
            return
        body = self.rfile.read(length)
        status = self.refusal()
        if status:
            self.refuse(status)
        else:
            self.forward(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = serve  # noqa: N815

    def refusal(self) -> int:
        path = self.path.partition("?")[0]
        if self.gate.full():
            return self.gate.status
        if len(self.path) > 2000:
            return 414
        if any(len(value) > 4000 for value in self.headers.values()):
            return 431
        if _BAD_TARGET.search(self.path):
            return 400
        return 404 if _UNROUTED.search(path) else 0

    def refuse(self, status: int) -> None:
        text = b"" if status == 400 else _HTML.format(_PHRASES[status]).encode()
        self.close_connection = self.close_connection or status in (400, 413, 414)
        self.send_response(status)
        if text:
            self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        if status in (429, 503):
            self.send_header("Retry-After", self.gate.retry_after())
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def forward(self, body: bytes) -> None:
        parts = urlsplit(self.gate.behind)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        headers["X-Forwarded-For"] = "127.0.0.1"
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {*_HOP, "content-length"}:
                self.send_header(name, value)
        self.send_header("Via", "1.1 gate")
        self.send_header("X-Request-Id", f"{next(self.gate.numbers):08x}")
        self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def proxied(behind: Any, **allowed: Any) -> Iterator[str]:
    """The proxy on a free port before a server that `behind()` opens."""
    with behind() as url:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, Gate(url, **allowed)))
        with threaded(server) as front:
            yield front
