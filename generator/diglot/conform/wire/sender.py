"""One keep-alive HTTP/1.1 connection: what it sends is exact, what it reads is bounded in time and size.

Made of `http.client`'s parts: a request costs a quarter of the CPU of one through httpx2 and half of urllib3's, and
nothing is followed or sent again behind our back. Of the environment only SSL_CERT_FILE and SSL_CERT_DIR count: no
proxy, no `.netrc`.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import select
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from diglot.conform.wire.exchange import Exchange, Request

MAX_ANSWER = 8 * 1024 * 1024
_MAX_AROUND = 8 * 1024 * 1024  # headers, interim answers, and what chunks add: more is an attack
_MAX_INTERIM = 20
_BUFFER = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_HEADERS = "Accept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: diglot-conform\r\n"
_SAFE = "!$%&'()*+,/:;=?@[]~"
_TARGET = re.compile(r"[-.\w" + re.escape(_SAFE) + "]*", re.ASCII)
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux
_WITH_LENGTH = ("POST", "PUT", "PATCH")


class StaleError(Exception):
    """A connection that had been kept open was closed under the request: nothing was answered, it may be sent anew."""


class _TooLargeError(Exception):
    pass


class _Stream(io.RawIOBase):
    """The bytes of a socket until a deadline, and no more than a bound; `came` counts them; `ended`: no more will."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.deadline, self.came, self.idle, self.ended = sock, 0.0, 0, True, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.idle:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:  # an endless drip never trips the time-out of one read
            raise TimeoutError
        self.sock.settimeout(left)
        if _QUICK_ACK is not None:  # a server that sends head and body apart would wait 40 ms for each
            self.sock.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        count = self.sock.recv_into(buffer)
        self.came += count
        self.ended = not count
        if self.came > MAX_ANSWER + _MAX_AROUND:
            raise _TooLargeError
        return count


class _Reader(io.BufferedReader):
    """Outlives the answers that are read through it."""

    def makefile(self, _mode: str) -> _Reader:
        """What `http.client` asks of a socket."""
        return self

    def close(self) -> None:
        """Nothing: the socket is closed by its owner."""


class Connection:
    """A connection to one server, made when it is first needed and made anew when the server closes it."""

    def __init__(self, base_url: str, timeout: float) -> None:
        parts = urlsplit(base_url)
        self._base, self._timeout, self._secure = base_url, timeout, parts.scheme.lower() == "https"
        self._prefix = parts.path
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        shown = f"[{self._host}]" if ":" in self._host else _ascii(self._host)
        self._host_line = f"Host: {shown}:{parts.port}\r\n" if parts.port else f"Host: {shown}\r\n"
        self._sock: socket.socket | None = None
        self._stream: _Stream
        self._reader: _Reader

    def close(self) -> None:
        """Close the connection; the next request makes another."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def send(self, request: Request) -> Exchange:
        """Send one request and read the whole answer. Redirects are answers; interim answers (1xx) are passed over.

        Raises:
            StaleError: the connection had been open before and was closed before a byte of an answer came.
        """
        url = self._base + request.target
        deadline = time.monotonic() + self._timeout
        if self._sock is not None and _readable(self._sock):
            self.close()  # closed by the server while it was idle, or something came that nobody asked for
        kept = self._sock is not None
        try:
            return self._exchange(self._sock or self._connect(), request, url, deadline)
        except (TimeoutError, _TooLargeError, OSError, http.client.HTTPException, ValueError) as error:
            came = self._stream.came if self._sock is not None else 0
            unreached = self._sock is None
            if kept and not came and isinstance(error, OSError) and not isinstance(error, TimeoutError):
                raise StaleError from None
            return Exchange(request, url, 0, {}, b"", *_failure(error, self._timeout), unreached=unreached)
        finally:
            if self._sock is not None and not self._stream.idle:
                self.close()  # it is not known where the next answer would begin

    def _connect(self) -> socket.socket:
        sock = socket.create_connection((self._host, self._port), self._timeout)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._secure:
                sock = _context().wrap_socket(sock, server_hostname=self._host)
        except BaseException:
            sock.close()
            raise
        self._sock = sock
        self._stream = _Stream(sock)
        self._reader = _Reader(self._stream, _BUFFER)
        return sock

    def _exchange(self, sock: socket.socket, request: Request, url: str, deadline: float) -> Exchange:
        self._stream.deadline, self._stream.came, self._stream.idle = deadline, 0, False
        data = self._head(request) + (request.body or b"")
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(data)  # a server may answer (413) and hang up before it has read a large body
        answer = self._answer(request)
        body = _body(answer)
        self._settle(answer)
        headers = _joined(answer)
        return Exchange(request, url, answer.status, headers, _decoded(body, headers))

    def _answer(self, request: Request) -> http.client.HTTPResponse:
        for _ in range(_MAX_INTERIM):
            answer = http.client.HTTPResponse(self._reader, method=request.method)  # type: ignore[arg-type]
            answer.begin()
            if self._stream.ended:  # `http.client` takes that for the end of the headers
                raise http.client.HTTPException("the headers were cut off")
            if not 100 <= answer.status < 200 or answer.status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return answer
        raise http.client.HTTPException("interim answers without end")

    def _settle(self, answer: http.client.HTTPResponse) -> None:
        """Keep the connection where the answer ended where it said it would."""
        self._stream.idle = True
        over = self._reader.peek(1)
        if over or answer.will_close or answer.status == http.HTTPStatus.SWITCHING_PROTOCOLS:
            self.close()

    def _head(self, request: Request) -> bytes:
        target = self._prefix + request.target
        if not _TARGET.fullmatch(target):
            target = quote(target, safe=_SAFE)
        lines = [f"{request.method} {target or '/'} HTTP/1.1\r\n", self._host_line, _HEADERS]
        for name, value in request.fields:
            if any(sign in name + value for sign in "\r\n\0"):
                raise ValueError(f"{name!r} holds a line break")
            lines.append(f"{name}: {value}\r\n")
        if request.body is not None or request.method in _WITH_LENGTH:
            lines.append(f"Content-Length: {len(request.body or b'')}\r\n")
        return ("".join(lines) + "\r\n").encode("latin-1")


@cache
def _context() -> ssl.SSLContext:
    """Certificates of the system, or of SSL_CERT_FILE; loaded once, since that costs more than many requests."""
    return ssl.create_default_context()


def _ascii(host: str) -> str:
    with contextlib.suppress(UnicodeError):  # no name that any resolver knows: it says so
        return host if host.isascii() else host.encode("idna").decode()
    return "invalid"


def _readable(sock: socket.socket) -> bool:
    if not hasattr(select, "poll"):  # where `select` takes any number of a socket
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _body(answer: http.client.HTTPResponse) -> bytes:
    parts, size = [], 0
    while part := answer.read1(_BUFFER):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            raise _TooLargeError
        if answer.length == 0:
            break
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(parts)


def _joined(answer: http.client.HTTPResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        lower = name.lower()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return headers


def _decoded(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body of a server that compresses although nobody asked it to.

    Raises:
        _TooLargeError: what is packed is larger than an answer may be.
        HTTPException: it is not packed as the answer says.
    """
    if not body or headers.get("content-encoding", "").strip().lower() not in ("gzip", "x-gzip"):
        return body
    unpacker = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacker.decompress(body, MAX_ANSWER + 1)
    except zlib.error:
        raise http.client.HTTPException("what came is not packed as it says") from None
    if len(unpacked) > MAX_ANSWER:
        raise _TooLargeError
    if not unpacker.eof:
        raise http.client.HTTPException("what came is packed in part only")
    return unpacked


def _failure(error: Exception, timeout: float) -> tuple[str, str]:
    """The failure, and its reason in words that no server wrote."""
    match error:
        case TimeoutError():
            return "timeout", f"no answer within {timeout:g} s"
        case _TooLargeError():
            return "too-large", f"an answer of more than {MAX_ANSWER:,} bytes"
        case ssl.SSLCertVerificationError():
            said = f"its certificate is not trusted ({error.verify_message})"
            return "dropped", f"{said}; SSL_CERT_FILE names a file with the authority to trust"
        case ssl.SSLError():
            return "dropped", f"no TLS could be agreed on ({error.reason or 'closed'})"
        case http.client.RemoteDisconnected():
            return "dropped", "the connection was closed before an answer came"
        case http.client.HTTPException():
            return "dropped", "what came is no whole HTTP answer"
        case OSError():
            return "dropped", error.strerror or str(error) or type(error).__name__
    return "dropped", f"{type(error).__name__}: this cannot be sent or read"
