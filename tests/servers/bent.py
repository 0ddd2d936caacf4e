"""The reference server, bent in what it hears or says: for faults, and choices, of a few lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from diglot.serve.app import create_app

Json = dict[str, Any]
Headers = list[tuple[bytes, bytes]]


def status_line(status: int, text: str = "no") -> tuple[int, Headers, bytes]:
    """An error as the contract has it."""
    body = json.dumps({"code": "refused", "message": text, "status": status}).encode()
    return status, [(b"content-type", b"application/json")], body


def bent(
    answer: Callable[[Json, bytes, int, Headers, bytes], tuple[int, Headers, bytes]] | None = None,
    hear: Callable[[Json, bytes], tuple[Json, bytes]] | None = None,
    instead: Callable[[Json, bytes], tuple[int, Headers, bytes] | None] | None = None,
) -> Any:
    """`hear` changes the request (scope, body), `instead` may answer it, `answer` changes what the server answers.

    `answer` takes (scope, body of the request, status, headers, body).
    """
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        asked, message = b"", {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            asked += message.get("body", b"")
        heard = hear(scope, asked) if hear else (scope, asked)
        said = instead(*heard) if instead else None
        status, headers, body = said or await _answered(inner, *heard)
        if answer:
            status, headers, body = answer(scope, asked, status, headers, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


async def _answered(inner: Any, scope: Json, body: bytes) -> tuple[int, Headers, bytes]:
    sent: list[Any] = []

    async def replay() -> Json:
        return {"type": "http.request", "body": body}

    async def keep(message: Any) -> None:
        sent.append(message)

    await inner(scope, replay, keep)
    whole = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], [pair for pair in sent[0]["headers"] if pair[0] != b"content-length"], whole


def key_of(scope: Json) -> str:
    """The Authorization header as it came."""
    return dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")


def rekeyed(scope: Json, value: str) -> Json:
    """The same request with another Authorization header."""
    others = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
    return {**scope, "headers": [*others, (b"authorization", value.encode("latin-1"))]}


def retyped(scope: Json, value: bytes) -> Json:
    """The same request with another media type."""
    others = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
    return {**scope, "headers": [*others, (b"content-type", value)]}


def rows(change: Callable[[list[Json]], None]) -> Callable[..., tuple[int, Headers, bytes]]:
    """Changes the rows of every list that is answered."""

    def answer(scope: Json, _asked: bytes, status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        if scope["method"] == "GET" and status == 200:
            whole = json.loads(body)
            change(whole["data"])
            body = json.dumps(whole).encode()
        return status, headers, body

    return answer
