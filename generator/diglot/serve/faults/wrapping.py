"""Servers that are wrong on the wire: in what they hear of a request, or in what they say in answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App

Json = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Operation = Literal["list", "status", "metadata", ""]
Answer = tuple[int, Headers, bytes]

JSON = (b"content-type", b"application/json")
_DIGITS = 30
HTML = (b"content-type", b"text/html; charset=utf-8")


def asked(scope: Any) -> dict[str, str]:
    """The query of a request, each name with its first value."""
    query = scope["query_string"].decode("latin-1")
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def number(query: Mapping[str, str], name: str, otherwise: int) -> int:
    """A parameter as a whole number; `otherwise` where it is none, or one that no law means."""
    text = query.get(name, "")
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < _DIGITS else otherwise


def limit_of(query: Mapping[str, str]) -> int:
    """The limit that a list is asked for."""
    return number(query, "limit", 20)


def page_of(query: Mapping[str, str]) -> int:
    """The page that a list is asked for."""
    return number(query, "page", 1)


def is_uuid(text: Any) -> bool:
    """Whether a value is the text of a UUID."""
    try:
        UUID(text)
    except (ValueError, AttributeError, TypeError):
        return False
    return True


def operation(scope: Any) -> Operation:
    """Which of the three operations a request is for; empty where it is for none."""
    path, method = scope["path"], scope["method"]
    if method == "GET" and path.endswith("/documents"):
        return "list"
    if method == "POST" and path.endswith("/documents/metadata"):
        return "metadata"
    return "status" if method == "PATCH" and "/documents/status/" in path else ""


def credential(scope: Any) -> str:
    """The Authorization header of a request; empty where it has none."""
    given: bytes = dict(scope["headers"]).get(b"authorization", b"")
    return given.decode("latin-1")


def refusal(status: int, code: str, message: str = "It is refused.") -> bytes:
    """The body of an error as the contract has it."""
    return json.dumps({"code": code, "message": message, "status": status}).encode()


def hearing(change: Callable[[Any, bytes], tuple[Any, bytes]]) -> App:
    """A server that hears another request than the one that was sent: (scope, body) -> the same two."""
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        chunks, message = [], {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            chunks.append(message.get("body", b""))
        scope, body = change(scope, b"".join(chunks))

        async def replay() -> Json:
            return {"type": "http.request", "body": body}

        await inner(scope, replay, send)

    return app


def asking(change: Callable[[dict[str, str]], Mapping[str, str | None]]) -> App:
    """A server that answers another list question than the one that was asked: what differs, None for nothing."""

    def reasked(scope: Any, body: bytes) -> tuple[Any, bytes]:
        query = asked(scope)
        changes = change(query) if operation(scope) == "list" else {}
        if changes:
            kept = {name: value for name, value in {**query, **changes}.items() if value is not None}
            scope = {**scope, "query_string": urlencode(kept).encode()}
        return scope, body

    return hearing(reasked)


def reading(change: Callable[[Any], Any]) -> App:
    """A server that reads other values from bodies of JSON than those that were sent."""

    def reread(scope: Any, body: bytes) -> tuple[Any, bytes]:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return scope, body
        changed = change(json.loads(body))
        return scope, body if changed == value else json.dumps(changed).encode()

    return hearing(reread)


def rewire(change: Callable[[Any, int, Headers, bytes], Answer]) -> App:
    """A server whose answers are changed on their way out: (scope, status, headers, body) -> the last three."""
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        await inner(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        headers = [pair for pair in sent[0]["headers"] if pair[0] != b"content-length"]
        status, headers, body = change(scope, sent[0]["status"], headers, body)
        if not any(name == b"content-length" for name, _ in headers) and scope["method"] != "HEAD":
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def saying(change: Callable[[int, Headers, bytes], Answer], *operations: Operation, status: int = 200) -> App:
    """A server that says otherwise what it answers to some of the operations with one status."""

    def said(scope: Any, given: int, headers: Headers, body: bytes) -> Answer:
        if given == status and operation(scope) in operations:
            return change(given, headers, body)
        return given, headers, body

    return rewire(said)


def erring(change: Callable[[Any, Json], tuple[int, Any] | None], *statuses: int) -> App:
    """A server that answers otherwise where it answers with an error: (scope, error) -> status and body; None: not."""

    def erred(scope: Any, status: int, headers: Headers, body: bytes) -> Answer:
        if scope["method"] == "HEAD" or not body or status < 400 or (statuses and status not in statuses):
            return status, headers, body
        changed = change(scope, json.loads(body))
        return (status, headers, body) if changed is None else (changed[0], headers, json.dumps(changed[1]).encode())

    return rewire(erred)


def calling(status: int, code: str, when: Callable[[str], bool], *given: int) -> App:
    """A server that refuses with another status what it says so of: when(message)."""
    return erring(
        lambda _, error: (status, {**error, "code": code, "status": status}) if when(error["message"]) else None, *given
    )


def putting(**members: Callable[[Json, dict[str, str]], Any]) -> App:
    """A server that says other members beside its rows: each is made of the answer and the query."""
    return listing(lambda answer, query: answer.update({name: make(answer, query) for name, make in members.items()}))


def refusing(refuse: Callable[[Json, dict[str, str]], bool], status: int, code: str) -> App:
    """A server that refuses some lists that it could answer: (answer, query)."""

    def refused(scope: Any, given: int, headers: Headers, body: bytes) -> Answer:
        if operation(scope) == "list" and given == 200 and refuse(json.loads(body), asked(scope)):
            return status, headers, refusal(status, code)
        return given, headers, body

    return rewire(refused)


def listing(change: Callable[[Json, dict[str, str]], object]) -> App:
    """A server whose list answers are changed after the fact, in place: (answer, query)."""

    def changed(scope: Any, status: int, headers: Headers, body: bytes) -> Answer:
        if operation(scope) == "list" and status == 200:
            answer = json.loads(body)
            change(answer, asked(scope))
            body = json.dumps(answer).encode()
        return status, headers, body

    return rewire(changed)


def showing(change: Callable[[Json], object]) -> App:
    """A server whose rows are changed after the fact, in place."""
    return listing(lambda answer, _: [change(row) for row in answer["data"]])


def breaking(breaks: Callable[[Any, bytes], bool]) -> App:
    """A server that fails with 500 on some requests: (scope, body)."""

    def heard(scope: Any, body: bytes) -> tuple[Any, bytes]:
        if breaks(scope, body):
            raise RuntimeError("this fault is on purpose")
        return scope, body

    return hearing(heard)
