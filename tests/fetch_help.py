"""A local HTTP server that does as it is told, right or wrong, and remembers what it was asked."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_LONG = 30.0
Act = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; what happens is told by `Site.acts`."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append((self.path, dict(self.headers)))
        act = self.site.acts.get(self.path.partition("?")[0])
        (act or status(404))(self)

    def log_message(self, *_: object) -> None:
        return None

    def answer(self, code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        return None  # a client that has seen enough hangs up


@dataclass
class Site:
    """Paths and what happens there, and every request in order."""

    port: int = 0
    acts: dict[str, Act] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def serving() -> Iterator[Site]:
    """A site on a free loopback port."""
    site = Site()
    handler = type("Told", (Handler,), {"site": site})
    with _Server(("127.0.0.1", 0), handler) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield site
        server.shutdown()
        thread.join()


def text(body: str | bytes, media: str = "text/markdown; charset=utf-8", **headers: str) -> Act:
    """A whole answer; underscores in the names of headers stand for hyphens."""
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(200, data, {"Content-Type": media, **named})


def versioned(body: str, etag: str) -> Act:
    """An answer with a version, 304 to who has it."""

    def act(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.answer(304, headers={"ETag": etag})
        else:
            text(body, ETag=etag)(handler)

    return act


def status(code: int) -> Act:
    return lambda handler: handler.answer(code, b"no page")


def redirect(target: str, code: int = 302) -> Act:
    return lambda handler: handler.answer(code, headers={"Location": target})


def html(handler: Handler) -> None:
    handler.answer(200, b"<!DOCTYPE html><html><body># A page</body></html>", {"Content-Type": "text/html"})


def truncated(body: str) -> Act:
    """Less than was announced, then the end of the connection."""

    def act(handler: Handler) -> None:
        handler.answer(200, body.encode()[:-20], {"Content-Length": str(len(body.encode()))})
        handler.close_connection = True

    return act


def reset(handler: Handler) -> None:
    handler.close_connection = True


def nonsense(handler: Handler) -> None:
    handler.wfile.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    handler.close_connection = True


def packed(body: bytes, cut: int = 0) -> Act:
    data = gzip.compress(body)
    return text(data[: len(data) - cut], Content_Encoding="gzip")


def endless(handler: Handler) -> None:
    """A body without an announced end that never stops."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    part = b"x" * 65536
    for _ in range(10_000):
        try:
            handler.wfile.write(part)
        except OSError:
            return


def drip(handler: Handler) -> None:
    """A body that comes byte by byte, each within every time-out of a single read."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    _drip(handler, b"x")


def drip_head(handler: Handler) -> None:
    """Headers that never end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _drip(handler, b"X: y\r\n")


def silent(handler: Handler) -> None:
    """No answer at all for a while."""
    time.sleep(_LONG)
    handler.close_connection = True


def _drip(handler: Handler, part: bytes) -> None:
    handler.close_connection = True
    for _ in range(int(_LONG * 50)):
        try:
            handler.wfile.write(part)
        except OSError:
            return
        time.sleep(0.02)
