"""A server of the standard library's kind on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from socketserver import BaseServer


@contextmanager
def threaded(server: BaseServer) -> Iterator[str]:
    """Serve while the block lasts, and then close it. Gives the base URL."""
    thread = threading.Thread(target=partial(server.serve_forever, 0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
