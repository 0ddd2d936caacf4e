"""All of them by name, alone, behind a proxy, slow, limited, large, and among other people; none may be accused."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from servers.authors.company import busy, together
from servers.authors.proxy import proxied
from servers.authors.streams import Archive, streams
from servers.authors.stub import stub
from servers.authors.tables import tables
from servers.authors.typed import typed

Opened = Callable[[], Any]


def archive(**given: Any) -> Opened:
    """The streams server with other numbers than its own."""
    return lambda: streams(Archive(**given))


ALONE: dict[str, Opened] = {
    "SQL and http.server": tables,
    "streams by hand": archive(built_in=False),
    "built-in metadata": streams,
    "the last touched first": archive(built_in=False, recent_first=True),
    "the generated stub": stub,
    "pydantic and Werkzeug": typed,
    "one request at a time": partial(typed, threaded=False),
    "three documents": archive(built_in=False, count=3),
    "twenty documents": partial(stub, 20),
    "a hundred documents": archive(built_in=False, count=100),
    "thousands of documents": archive(built_in=False, count=5200),
    "a proxy": partial(proxied, stub),
}
LIMITED: dict[str, Opened] = {
    "429 with seconds": partial(proxied, stub, pass_through=250),
    "429 with a date": partial(proxied, stub, pass_through=250, as_date=True),
    "503 with seconds": partial(proxied, stub, pass_through=250, status=503),
    "503 with a date": partial(proxied, stub, pass_through=250, status=503, as_date=True),
    "slow": partial(typed, 20, partial(time.sleep, 0.02)),
}
AMONG: dict[str, Opened] = {
    "others upload": partial(busy, 0.02, "create"),
    "others delete": partial(busy, 0.02, "delete", count=200),
    "others rename": partial(busy, 0.02, "rename"),
    "an indexer": partial(busy, 0.02, "index"),
    "others do all of it": partial(busy, 0.01, "create", "delete", "rename", "index"),
    "others archive": partial(together, stub, 0.03, "archive"),
    "others enable and disable": partial(together, stub, 0.03, "switch"),
    "others write values": partial(together, stub, 0.03, "write"),
    "others do all that a key allows": partial(together, typed, 0.05, "archive", "switch", "write"),
    "others seldom do something": partial(together, stub, 0.4, "archive", "write"),
}
