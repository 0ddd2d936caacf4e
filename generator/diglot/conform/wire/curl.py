"""Exchanges shown to people: a line for the shell, and texts cut to size."""

from __future__ import annotations

import shlex

from diglot.conform.credentials import Redactor
from diglot.conform.wire.exchange import Exchange

EXCERPT = 300


def curl(exchange: Exchange, redactor: Redactor) -> str:
    """A line for the shell that sends the same request again; keys stand in it as variables."""
    request = exchange.request
    parts = ["curl", "-i", "-X", request.method, shlex.quote(exchange.url)]
    if request.credential.headers:
        parts += ["-H", f'"{request.credential.header}: {request.credential.shown}"']
    if request.media_type is not None:
        parts += ["-H", shlex.quote(f"Content-Type: {request.media_type}")]
    for name, value in request.headers:
        parts += ["-H", shlex.quote(f"{name}: {value}")]
    if request.body is not None:
        parts += ["--data-binary", shlex.quote(excerpt(request.body.decode("utf-8", "replace"), 2000))]
    return redactor.clean(" ".join(parts))


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """`text` on one line without control characters, cut after `limit` characters."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= limit else line[:limit] + "…"
