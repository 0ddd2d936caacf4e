"""The server under test: a URL, or an ASGI application that is imported and served on a free loopback port."""

from __future__ import annotations

import importlib
import inspect
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from diglot.core.usage import UsageError

_APP = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_][\w.]*)(?P<prefix>/[\w./-]*)?")
_START = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where the server is: `url` as given, the `module:app` to serve, or an application itself.

    `prefix` is the path that the API of an application lies below.
    """

    url: str | None = None
    module: str | None = None
    name: str | None = None
    prefix: str | None = None
    app: Any = None

    @classmethod
    def parse(cls, text: str) -> Target:
        """A target as the user writes it: `https://host/v1`, `package.module:app` or `package.module:app/v1`.

        Raises:
            UsageError: it is neither.
        """
        if text.lower().startswith(("http://", "https://")):
            return cls(url=_checked(text))
        match = _APP.fullmatch(text)
        if match is None:
            raise UsageError(f"{text!r} is no target: give a URL (http://127.0.0.1:8000/v1) or module:app")
        return cls(module=match["module"], name=match["name"], prefix=match["prefix"])

    @property
    def label(self) -> str:
        """What the target is called from one run to the next; empty for an application that has no name."""
        if self.app is not None:
            return ""
        return self.url.rstrip("/") if self.url is not None else f"{self.module}:{self.name}{self.prefix or ''}"

    @property
    def remote(self) -> tuple[str, int | None] | None:
        """The host, with its port where one is given, that is not this machine; None where it is."""
        parts = urlsplit(self.url or "")
        host = (parts.hostname or "").rstrip(".")
        return None if not host or _is_loopback(host) else (host, parts.port)

    @contextmanager
    def open(self, prefixes: tuple[str, ...] = ("",)) -> Iterator[tuple[str, ...]]:
        """The base URLs at which the API may lie, likeliest first; an application is served until the block ends.

        Raises:
            UsageError: the application cannot be imported or does not start.
        """
        if self.url is not None:
            yield (self.url.rstrip("/"),)
            return
        app = self.app or _load(self.module or "", self.name or "")
        below = (self.prefix.rstrip("/"),) if self.prefix else prefixes
        with _serving(app) as port:
            yield tuple(f"http://127.0.0.1:{port}{prefix.rstrip('/')}" for prefix in below)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{text!r} is no usable URL: give one such as http://127.0.0.1:8000/v1")
    if parts.username or parts.password:
        raise UsageError("keep credentials out of the URL: give them in the environment or in --fixtures")
    return text.partition("?")[0].partition("#")[0]


def _load(module: str, name: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        app: Any = importlib.import_module(module)
        for part in name.split("."):
            app = getattr(app, part)
        if inspect.isfunction(app) and not inspect.signature(app).parameters:
            app = app()
    except Exception as error:  # whatever a foreign module raises on import is for its author, in one line
        raise UsageError(f"cannot import {module}:{name}: {type(error).__name__}: {error}") from None
    if not callable(app):
        raise UsageError(f"{module}:{name} is not an ASGI application")
    return app


@contextmanager
def _serving(app: Any) -> Iterator[int]:
    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="auto"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + _START
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline:
                    raise UsageError("the application did not start: see what its lifespan does")
                time.sleep(0.005)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(_START)
