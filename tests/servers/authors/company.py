"""Other people at work on the same documents while a test runs: through the API like anybody, or inside the server.

Through the API they archive and enable and write values; inside they create, delete, rename and index documents.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from servers.authors.streams import Archive, streams
from servers.authors.world import DATASETS, FIELDS, KEYS, Json

_MAIN = next(key for key, name in DATASETS.items() if name == "main")
_KEY = next(key for key, tenant in KEYS.items() if tenant == "alpha")


class Colleague:
    """Somebody with the same key, who keeps a list of what he did: (id, what it is now)."""

    def __init__(self, url: str, seed: int) -> None:
        self.parts, self.random = urlsplit(url), random.Random(seed)
        self.values: dict[str, Any] = {}

    def call(self, method: str, path: str, body: Any = None) -> Json:
        connection = http.client.HTTPConnection(self.parts.hostname or "", self.parts.port, timeout=10)
        headers = {"Authorization": f"Bearer {_KEY}", "Content-Type": "application/json"}
        text = None if body is None else json.dumps(body)
        try:
            connection.request(method, f"{self.parts.path}/datasets/{_MAIN}/documents{path}", text, headers)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def some(self) -> Json:
        rows: list[Json] = self.call("GET", "?limit=100")["data"]
        return self.random.choice(rows)

    def archive(self) -> None:
        """Take one in or out of the archive."""
        row = self.some()
        action = "un_archive" if row["archived"] else "archive"
        self.call("PATCH", f"/status/{action}", {"document_ids": [row["id"]]})

    def switch(self) -> None:
        """Enable or disable one."""
        row = self.some()
        action = "disable" if row["enabled"] else "enable"
        self.call("PATCH", f"/status/{action}", {"document_ids": [row["id"]]})

    def write(self) -> None:
        """Write a value onto one."""
        row, key = self.some(), next(key for key, (_, kind) in FIELDS.items() if kind == "string")
        value = f"note {self.random.random():.6f}"
        item = {"id": key, "name": FIELDS[key][0], "value": value}
        entry = {"document_id": row["id"], "metadata_list": [item], "partial_update": True}
        self.call("POST", "/metadata", {"operation_data": [entry]})
        self.values[row["id"]] = value


class Insider:
    """What happens inside the server: uploads, deletions, new names, and an indexer."""

    def __init__(self, archive: Archive, seed: int) -> None:
        self.archive, self.random = archive, random.Random(seed)

    def create(self) -> None:
        with self.archive.lock:
            self.archive.add()

    def delete(self) -> None:
        with self.archive.lock:
            papers = self.archive.papers["main"]
            if len(papers) > 20:
                papers.remove(self.random.choice(papers))

    def rename(self) -> None:
        with self.archive.lock:
            paper = self.random.choice(self.archive.papers["main"])
            paper.name = f"{paper.name[:30]} v{self.random.randrange(1000)}"

    def index(self) -> None:
        """Move every unfinished document one step on."""
        steps = {"waiting": "parsing", "parsing": "cleaning", "cleaning": "splitting", "splitting": "indexing",
                 "indexing": "completed"}  # fmt: skip
        with self.archive.lock:
            for paper in self.archive.papers["main"]:
                paper.state = steps.get(paper.state, paper.state)


@contextmanager
def working(pause: float, *acts: Callable[[], None]) -> Iterator[None]:
    """Do one of the acts after every pause, each in its turn, until the block ends."""
    ended = threading.Event()

    def work() -> None:
        turn = 0
        while not ended.wait(pause):
            with contextlib.suppress(OSError, http.client.HTTPException):
                acts[turn % len(acts)]()
            turn += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def together(server: Callable[[], Any], pause: float, *names: str, seed: int = 0) -> Iterator[str]:
    """A server that `server()` opens, and a colleague who does the named things on it."""
    with server() as url:
        colleague = Colleague(url, seed)
        with working(pause, *(getattr(colleague, name) for name in names)):
            yield url


@contextmanager
def busy(pause: float, *names: str, seed: int = 0, **archive: Any) -> Iterator[str]:
    """The streams server, and the named things happening inside it."""
    kept = Archive(built_in=False, **archive)
    insider = Insider(kept, seed)
    with streams(kept) as url, working(pause, *(getattr(insider, name) for name in names)):
        yield url
