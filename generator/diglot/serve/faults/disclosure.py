"""Refusals without a key that come late, in another form, or with what nobody may learn."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dify_knowledge.server import Received, Refusal
from diglot.serve.app import Handlers, create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import DEMO
from diglot.serve.faults.wrapping import (
    JSON,
    Answer,
    Headers,
    Json,
    asked,
    credential,
    erring,
    limit_of,
    operation,
    page_of,
    refusal,
    rewire,
)
from diglot.serve.store import Query, Tenant


def _unauthorized(change: Callable[[Any, Headers, Json], tuple[int, Headers, Json]]) -> App:
    """A server that says otherwise that a key is missing or wrong: (scope, headers, error)."""

    def said(scope: Any, status: int, headers: Headers, body: bytes) -> Answer:
        if status != 401 or not body:
            return status, headers, body
        status, headers, error = change(scope, headers, json.loads(body))
        return status, headers, json.dumps(error).encode()

    return rewire(said)


def _status(status: int, code: str, when: Callable[[Any], bool] = lambda _: True) -> App:
    """A server that refuses with another status, for some requests."""

    def change(scope: Any, headers: Headers, error: Json) -> tuple[int, Headers, Json]:
        return (status, headers, {**error, "code": code, "status": status}) if when(scope) else (401, headers, error)

    return _unauthorized(change)


def _known(scope: Any) -> bool:
    return any(
        one in scope["path"]
        for one in (
            DEMO.dataset,
            DEMO.other_dataset,
            DEMO.empty_dataset,
            DEMO.api_disabled_dataset,
            DEMO.foreign_dataset,
        )
    )


def _late(refuses: Callable[[Any, bytes], bytes | None], status: int) -> App:
    """A server that looks at something else before it looks at the key: (scope, body) -> what it refuses with."""
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or credential(scope).removeprefix("Bearer ") in (DEMO.token, DEMO.foreign_token):
            await inner(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        refused = refuses(scope, body)
        if refused is not None:
            await send({"type": "http.response.start", "status": status, "headers": [JSON]})
            await send({"type": "http.response.body", "body": refused})
            return

        async def replay() -> Json:
            return {"type": "http.request", "body": body}

        await inner(scope, replay, send)

    return app


def _bad_query(scope: Any, _body: bytes) -> bytes | None:
    bad = operation(scope) == "list" and (limit_of(asked(scope)) < 1 or page_of(asked(scope)) < 1)
    return refusal(400, "invalid_param") if bad else None


def _bad_body(scope: Any, body: bytes) -> bytes | None:
    if operation(scope) not in ("status", "metadata"):
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    fits = isinstance(value, dict) and value.keys() & {"document_ids", "operation_data"}
    return None if fits else refusal(400, "invalid_param")


def _bad_media(scope: Any, _body: bytes) -> bytes | None:
    media = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0]
    bad = operation(scope) in ("status", "metadata") and media != b"application/json"
    return refusal(415, "unsupported_media_type") if bad else None


def _acts_first() -> App:
    """What a call without the right key asks for is done before it is refused."""

    class Hasty(Handlers):
        def authenticate(self, received: Received, /) -> Tenant:
            try:
                return super().authenticate(received)
            except Refusal:
                if "/status/" in received.path and DEMO.dataset in received.path:
                    rows = self.store.list_documents(DEMO.dataset, Query(status="available"))[1]
                    self.store.set_status(DEMO.dataset, [rows[0]["id"]], "archive", "nobody")
                raise

    return create_app(handlers=Hasty)


def _challenge(change: Callable[[Any, Headers], Headers]) -> App:
    return _unauthorized(lambda scope, headers, error: (401, change(scope, headers), error))


def _without_challenge(headers: Headers) -> Headers:
    return [one for one in headers if one[0] != b"www-authenticate"]


def _key_of(scope: Any) -> str:
    return credential(scope).rpartition(" ")[2]


def _echoed_in_errors(scope: Any, error: Json, *statuses: int) -> tuple[int, Json] | None:
    status = error.get("status", 0)
    return (status, {**error, "message": f"refused for {_key_of(scope)}"}) if status in statuses else None


def _echoed_in_header(scope: Any, status: int, headers: Headers, body: bytes) -> Answer:
    return status, [*headers, (b"x-caller", _key_of(scope).encode("latin-1"))], body


def _echoed_in_answer(scope: Any, status: int, headers: Headers, body: bytes) -> Answer:
    if status == 200 and operation(scope) == "list":
        body = json.dumps({**json.loads(body), "caller": _key_of(scope)}).encode()
    return status, headers, body


_LATE = "authentication-late authentication-status-wrong"

FAULTS = family(
    "credentials",
    "auth.",
    # status and challenge
    wrong("answers 403 to a wrong key", "authentication-status-wrong", lambda: _status(403, "forbidden")),
    wrong("answers 404 to a wrong key", "authentication-status-wrong", lambda: _status(404, "not_found")),
    wrong(
        "answers 400 to a missing key",
        "authentication-status-wrong",
        lambda: _status(400, "invalid_param", lambda scope: not credential(scope)),
    ),
    wrong(
        "answers 403 to a key that is only like one",
        "authentication-status-wrong",
        lambda: _status(403, "forbidden", lambda scope: credential(scope).startswith("Bearer ")),
    ),
    wrong(
        "breaks on another scheme",
        "server-error",
        lambda: _status(500, "internal_server_error", lambda scope: credential(scope).startswith("Basic")),
    ),
    wrong(
        "breaks on a header without a key",
        "server-error",
        lambda: _status(500, "internal_server_error", lambda scope: credential(scope) == "Bearer"),
    ),
    wrong(
        "says in 200 that a key is wrong",
        "authentication-ignored credential-accepted response-schema-violated",
        lambda: _status(200, "unauthorized"),
    ),
    wrong(
        "does not challenge",
        "challenge-missing response-header-missing",
        lambda: _challenge(lambda _, headers: _without_challenge(headers)),
    ),
    wrong(
        "challenges for another scheme",
        "challenge-missing response-header-missing",
        lambda: _challenge(lambda _, headers: [*_without_challenge(headers), (b"www-authenticate", b"Basic")]),
    ),
    wrong(
        "challenges only without a key",
        "challenge-missing response-header-missing",
        lambda: _challenge(lambda scope, headers: _without_challenge(headers) if credential(scope) else headers),
    ),
    # what comes first
    wrong("looks for the dataset first", _LATE, lambda: _status(404, "not_found", lambda scope: not _known(scope))),
    wrong("looks at the body first", _LATE, lambda: _late(_bad_body, 400)),
    wrong("looks at the query first", _LATE, lambda: _late(_bad_query, 400)),
    wrong("looks at the media type first", _LATE, lambda: _late(_bad_media, 415)),
    wrong(
        "acts before it looks at the key",
        "authentication-late refused-write-changed authentication-ignored",
        _acts_first,
        laws="auth. input.",
    ),
    # secrets
    wrong(
        "echoes the key in 401",
        "secret-echoed",
        lambda: erring(lambda scope, error: _echoed_in_errors(scope, error, 401)),
    ),
    wrong(
        "echoes the key in 404",
        "secret-echoed",
        lambda: erring(lambda scope, error: _echoed_in_errors(scope, error, 404)),
        laws="auth. scope. input.",
    ),
    wrong(
        "echoes the key in 400",
        "secret-echoed",
        lambda: erring(lambda scope, error: _echoed_in_errors(scope, error, 400)),
        laws="auth. input.",
    ),
    wrong("echoes the key in a header", "secret-echoed", lambda: rewire(_echoed_in_header), laws="auth. paging."),
    wrong("echoes the key in lists", "secret-echoed", lambda: rewire(_echoed_in_answer), laws="auth. paging."),
    wrong(
        "echoes the key in its challenge",
        "secret-echoed",
        lambda: _challenge(
            lambda scope, headers: [
                *_without_challenge(headers),
                (b"www-authenticate", f'Bearer error="{_key_of(scope)}"'.encode("latin-1")),
            ]
        ),
    ),
)
