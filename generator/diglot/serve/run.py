"""Serving: an application on a loopback port for as long as a block lasts, or the reference server until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

from diglot.core.usage import UsageError

if TYPE_CHECKING:
    import uvicorn

_BASE_PATH = "/v1"
_LAST_PORT = 65_535
_STOP_SECONDS = 10  # how long a request that is still being answered may hold up the end

Application = Callable[..., Awaitable[None]]


@contextlib.contextmanager
def running(app: Application | None = None) -> Iterator[str]:
    """Serve an ASGI application (None: a fresh reference server) on a free port of 127.0.0.1 while the block lasts.

    Gives the base URL, such as `http://127.0.0.1:40123/v1`; requests are accepted from then on. When the block ends,
    the server has stopped, its port is closed and its thread has ended.

    Raises:
        UsageError: the server did not start.
    """
    served = app or _reference(None)
    listener = _listen("127.0.0.1", 0)
    ready = threading.Event()
    server = _server(served, ready.set)

    def serve() -> None:
        # An application that fails to start ends uvicorn by an exception; whoever waits is told below.
        with contextlib.suppress(Exception, SystemExit):
            server.run(sockets=[listener])
        ready.set()

    thread = threading.Thread(target=serve, name="diglot-serve", daemon=True)
    with listener:
        thread.start()
        try:
            ready.wait()
            if not server.started:
                raise UsageError("the server did not start")
            yield _base_url(listener)
        finally:
            server.should_exit = True
            thread.join(2 * _STOP_SECONDS)


def serve_forever(
    host: str = "127.0.0.1",
    port: int = 8000,
    database_url: str | None = None,
    on_ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Run the reference server until Ctrl-C; `on_ready` is given the base URL as soon as requests are accepted.

    Port 0 is any free port; `database_url` is an SQLAlchemy URL, None a private database in memory.

    Raises:
        UsageError: the address cannot be listened on, or the database cannot be opened.
    """
    with _listen(host, port) as listener:
        app = _reference(database_url)
        server = _server(app, lambda: on_ready(_base_url(listener)))
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn stops in order on Ctrl-C, and then raises it again
            server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _LAST_PORT:  # the resolver would take a number modulo 65536
        raise UsageError(f"cannot listen on {host}:{port}: a port is a number from 0 to {_LAST_PORT}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, ValueError) as error:
        raise _unusable(host, port, error) from None
    try:
        if os.name == "posix":  # elsewhere this option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        raise _unusable(host, port, error) from None
    return listener


def _unusable(host: str, port: int, error: Exception) -> UsageError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return UsageError(f"cannot listen on {host}:{port}: {reason}")


def _reference(database_url: str | None) -> Application:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        from diglot.serve.app import create_app
    except (ImportError, SyntaxError) as error:  # it stands on the generated package
        raise UsageError(f"the generated package cannot be used: {error}; `diglot generate` makes it anew") from None
    try:
        return create_app(database_url)
    except (SQLAlchemyError, ImportError, OSError) as error:
        # The message may repeat the URL, and with it a password.
        raise UsageError(f"cannot open the database: {type(error).__name__}") from None


def _server(app: Application, on_ready: Callable[[], None]) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            on_ready()

    settings: dict[str, Any] = {
        "lifespan": "auto",
        "ws": "none",
        "log_config": None,
        "log_level": "critical",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": _STOP_SECONDS,
    }
    return Server(uvicorn.Config(app, **settings))


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{_BASE_PATH}"
