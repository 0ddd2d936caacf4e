"""What one call costs a client: CPU of this process, every candidate in turn against one server on loopback.

The server answers each request with the same 100 documents (93 KB of JSON) over a connection that is kept. `raw` gives
bytes or plain values, the rest what the documents' models are made of. Candidates that are not installed are left out.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from importlib.util import find_spec
from typing import Any, TypeAlias
from uuid import UUID

ROUNDS = int(os.environ.get("DIGLOT_BENCH_RUNS", "5"))
CALLS = 100
ROWS = 100
SIZE = 93_000  # bytes
DATASET = "6f1c2c1e-0d4a-4f6e-9a53-3c8d1f7b2a10"
PEER = "httpx + json"

Call: TypeAlias = Callable[[], object]
AsyncCall: TypeAlias = Callable[[], Awaitable[object]]
Parse: TypeAlias = Callable[[bytes], object]


def documents() -> bytes:
    """The answer: a page of documents whose names make it as long as it is to be."""
    rows = [
        {
            "id": str(UUID(int=number)), "position": number, "data_source_type": "upload_file",
            "data_source_info": {"upload_file_id": str(UUID(int=number))}, "dataset_process_rule_id": None,
            "name": f"{number}.txt", "created_from": "api", "created_by": str(UUID(int=7)), "created_at": 1741267200,
            "tokens": 5, "indexing_status": "completed", "error": None, "enabled": True, "disabled_at": None,
            "disabled_by": None, "archived": False, "display_status": "available", "word_count": 3, "hit_count": 0,
            "doc_form": "text_model",
            "doc_metadata": [{"id": str(number), "name": "author", "type": "string", "value": "A. N. Other"}],
        }
        for number in range(ROWS)
    ]  # fmt: skip
    page: dict[str, Any] = {"data": rows, "has_more": False, "limit": ROWS, "total": ROWS, "page": 1}
    missing = SIZE - len(json.dumps(page))
    for row in rows:
        row["name"] = "n" * (missing // ROWS) + str(row["name"])
    return json.dumps(page).encode()


SERVER = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from bench_client import documents
body = documents()
head = f"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n"
answer = head.encode() + body

async def serve(reader, writer):
    try:
        while await reader.readuntil(b"\\r\\n\\r\\n"):
            writer.write(answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def serving() -> Iterator[str]:
    """The server in a process of its own; its address."""
    command = [sys.executable, "-c", SERVER, os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None:
            raise OSError("the server says nothing")
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def parsers() -> dict[str, Parse]:
    """The ways from bytes to values."""
    from dify_knowledge.models import DocumentListResponse

    found: dict[str, Parse] = {"json": json.loads, "pydantic": DocumentListResponse.model_validate_json}
    if find_spec("msgspec"):
        import msgspec

        found["msgspec"] = msgspec.json.Decoder(structure(msgspec)).decode
    return found


def structure(msgspec: Any) -> Any:
    """The documents as msgspec's own structures: the same types, unknown fields lost."""
    words = ("data_source_type", "name", "created_from", "indexing_status", "display_status", "doc_form")
    numbers = ("position", "created_at", "tokens", "word_count", "hit_count")
    entry = msgspec.defstruct("Entry", [("id", str), ("name", str), ("type", str), ("value", Any)])
    row = msgspec.defstruct(
        "Row",
        [
            *((name, str) for name in words),
            *((name, int) for name in numbers),
            *((name, UUID) for name in ("id", "created_by")),
            *((name, bool) for name in ("enabled", "archived")),
            *((name, UUID | None) for name in ("dataset_process_rule_id", "disabled_by")),
            ("error", str | None),
            ("disabled_at", int | None),
            ("data_source_info", dict[str, Any] | None),
            (
                "doc_metadata",
                list[entry],
            ),
        ],
    )
    page = [("data", list[row]), ("has_more", bool), ("limit", int), ("total", int), ("page", int)]
    return msgspec.defstruct("Listing", page)


def sync_candidates(url: str) -> Iterator[tuple[str, Call]]:
    """Every synchronous client that is installed, with its ways to read."""
    fetches: dict[str, Callable[[], bytes]] = {}
    for name in ("httpx", "httpx2"):
        if find_spec(name):
            client = __import__(name).Client()
            if name == "httpx":
                yield PEER, lambda client=client: client.get(url).json()
            fetches[name] = lambda client=client: client.get(url).content
    if find_spec("urllib3"):
        import urllib3

        pool = urllib3.PoolManager()
        fetches["urllib3"] = lambda: pool.request("GET", url).data
    if find_spec("niquests"):
        import niquests  # type: ignore[import-not-found, unused-ignore]

        session = niquests.Session()
        fetches["niquests"] = lambda: session.get(url).content
    for name, fetch in fetches.items():
        for way, parse in parsers().items():
            if (name, way) != ("httpx", "json"):
                yield f"{name} + {way}", lambda fetch=fetch, parse=parse: parse(fetch())
    from dify_knowledge import DifyKnowledge

    ours = DifyKnowledge("k", base_url=url)
    yield "our client, fully validated", lambda: ours.list_documents(DATASET, limit=100)


def async_candidates(url: str, opened: AsyncExitStack) -> Iterator[tuple[str, AsyncCall]]:
    """Every asynchronous client that is installed, with its ways to read."""
    from dify_knowledge import AsyncDifyKnowledge

    for name in ("httpx", "httpx2"):
        if find_spec(name):
            client = __import__(name).AsyncClient()
            opened.push_async_callback(client.aclose)
            for way, parse in parsers().items():

                async def get(client: Any = client, parse: Parse = parse) -> object:
                    return parse((await client.get(url)).content)

                yield f"{name} + {way}", get
    if find_spec("aiohttp"):
        import aiohttp  # type: ignore[import-not-found, unused-ignore]

        session = aiohttp.ClientSession()
        opened.push_async_callback(session.close)
        for way, parse in parsers().items():

            async def ask(parse: Parse = parse) -> object:
                async with session.get(url) as answer:
                    return parse(await answer.read())

            yield f"aiohttp + {way}", ask
    ours = AsyncDifyKnowledge("k", base_url=url)
    opened.push_async_callback(ours.aclose)

    async def call() -> object:
        return await ours.list_documents(DATASET, limit=100)

    yield "our client, fully validated", call


def sync_figures(url: str) -> dict[str, float]:
    """CPU seconds a call of each candidate: the median of the rounds, in each of which all have their turn."""
    seen: dict[str, list[float]] = {}
    candidates = list(sync_candidates(url))
    for number in range(ROUNDS + 1):
        for name, call in candidates:
            started = time.process_time()
            for _ in range(CALLS):
                call()
            if number:  # the first is the warm-up
                seen.setdefault(name, []).append((time.process_time() - started) / CALLS)
    return {name: statistics.median(times) for name, times in seen.items()}


async def async_figures(url: str) -> dict[str, float]:
    """The same for asynchronous candidates, one call after another."""
    seen: dict[str, list[float]] = {}
    async with AsyncExitStack() as opened:
        candidates = list(async_candidates(url, opened))
        for number in range(ROUNDS + 1):
            for name, call in candidates:
                started = time.process_time()
                for _ in range(CALLS):
                    await call()
                if number:
                    seen.setdefault(name, []).append((time.process_time() - started) / CALLS)
    return {name: statistics.median(times) for name, times in seen.items()}


def calling() -> None:
    """Print the table."""
    missing = [name for name in ("msgspec", "niquests", "urllib3", "aiohttp") if not find_spec(name)]
    size = len(documents()) / 1000
    print(f"\none call, {ROWS} documents, {size:.0f} KB: CPU of the client; ratio to {PEER}, of the same flavour")
    with serving() as url:
        for flavour, figures in (("sync", sync_figures(url)), ("async", asyncio.run(async_figures(url)))):
            for name, seconds in figures.items():
                print(f"  {f'{flavour}: {name}':44} {seconds * 1e6:7.0f} us {seconds / figures[PEER]:19.2f} x")
    if missing:
        print(f"  not installed, so not measured: {', '.join(missing)}")


if __name__ == "__main__":
    calling()
