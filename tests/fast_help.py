"""A right server that costs the client's figures little: a process of its own, answers kept until something is written.

`python fast_help.py [FAULT]` prints the base URL and serves until it is stopped; `total` makes every total wrong.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers.right import Books, Choices

Known = dict[tuple[str, str], bytes]


class Serving(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, books: Books, known: Known, fault: str) -> None:
        self.books, self.known, self.fault = books, known, fault
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, rest = self.waiting.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(headers.get("content-length", "0"))
            if len(rest) < length:
                return
            self.waiting = rest[length:]
            method, target, _ = first.split(" ")
            question = target, headers.get("authorization", "")
            if method != "GET":
                self.known.clear()
                self.transport.write(self.answer(method, target, headers, rest[:length]))
            else:
                if question not in self.known:
                    self.known[question] = self.answer(method, target, headers, b"")
                self.transport.write(self.known[question])

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        path, _, query = target.partition("?")
        status, given, payload = self.books(method, path, query, headers, body)
        if self.fault == "total" and "total" in payload:
            payload["total"] += 1
        text = json.dumps(payload).encode()
        given = {**given, "content-length": str(len(text))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + text


async def serve(fault: str) -> None:
    books, known = Books(Choices()), Known()
    server = await asyncio.get_running_loop().create_server(lambda: Serving(books, known, fault), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


@contextmanager
def fast(fault: str = "") -> Iterator[str]:
    """The base URL of such a server, in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), fault]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1] if len(sys.argv) > 1 else ""))
