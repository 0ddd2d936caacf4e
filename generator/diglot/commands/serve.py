"""`diglot serve`: the reference server, until Ctrl-C."""

from __future__ import annotations

from argparse import Namespace

from diglot.delivery import Streams
from diglot.serve import demo, serve_forever


def run(arguments: Namespace, streams: Streams) -> int:
    """Serve the demonstration data; the key that is printed opens nothing but them."""
    known = demo()

    def ready(url: str) -> None:
        streams.say("serving", url=url, key=known.token, dataset=known.dataset)

    serve_forever(arguments.host, arguments.port, arguments.database, ready)
    return 0
