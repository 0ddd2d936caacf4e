"""A server on loopback that does to each request exactly what a test says, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

Act: TypeAlias = Callable[[socket.socket], None]
Choose: TypeAlias = Callable[[str, bytes], "bytes | Act"]


@dataclass
class Faulty:
    """A running server: its address, and the head of every request that came, the first line and the headers."""

    url: str
    heads: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    listener: socket.socket | None = None

    def die(self) -> None:
        """Answer nothing more, and accept no connection."""
        self.stopped.set()
        if self.listener is not None:
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def faulty(*acts: bytes | Act, choose: Choose | None = None) -> Iterator[Faulty]:
    """Serve the acts in turn, the last one for ever; each answers one request. `choose` is asked for each, if given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Faulty(f"http://127.0.0.1:{listener.getsockname()[1]}", listener=listener)
        thread = threading.Thread(target=_accept, args=(listener, server, acts, choose), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.die()
    thread.join(5)


def _accept(listener: socket.socket, server: Faulty, acts: Sequence[bytes | Act], choose: Choose | None) -> None:
    while not server.stopped.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, server, acts, choose), daemon=True).start()


def _serve(connection: socket.socket, server: Faulty, acts: Sequence[bytes | Act], choose: Choose | None) -> None:
    with connection, contextlib.suppress(OSError):
        waiting = b""
        while not server.stopped.is_set():
            while b"\r\n\r\n" not in waiting:
                part = connection.recv(65536)
                if not part:
                    return
                waiting += part
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0
            )
            while len(waiting) < length:
                waiting += connection.recv(65536)
            body, waiting = waiting[:length], waiting[length:]
            text = head.decode("latin-1")
            act = choose(text, body) if choose else acts[min(len(server.heads), len(acts) - 1)]
            server.heads.append(text)
            if not isinstance(act, bytes):
                act(connection)
                return
            connection.sendall(act)


def answer(body: bytes | str = b"", status: int = 200, /, **headers: str) -> bytes:
    """An answer with a body; names of headers are written with underscores."""
    content = body.encode() if isinstance(body, str) else body
    told = {"content_type": "application/json", "content_length": str(len(content)), **headers}
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in told.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""]).encode() + content


def reset(start: bytes) -> Act:
    """Send the start of an answer, then reset the connection."""

    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return act


def close(start: bytes = b"") -> Act:
    """Send the start of an answer, then close the connection."""
    return lambda connection: connection.sendall(start)


def hang(start: bytes = b"") -> Act:
    """Send the start of an answer, then nothing until the client goes away."""

    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        connection.settimeout(30)
        connection.recv(1)

    return act


def drip(start: bytes, drop: bytes, pause: float = 0.02) -> Act:
    """Send the start of an answer, then a drop at a time until the client goes away."""

    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(int(30 / max(pause, 1e-6))):
            connection.sendall(drop)
            time.sleep(pause)

    return act
