"""What HTTP asks of every answer: methods, headers, bodies that are whole, errors that agree with their status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.wrapping import HTML, Answer, Headers, Json, Operation, asked, erring, listing, rewire, saying


def _to(method: str, answer: Callable[[int, Headers, bytes], Answer]) -> App:
    """A server that answers otherwise to one method."""
    return rewire(lambda scope, *given: answer(*given) if scope["method"] == method else given)


def _with(headers: Headers, name: bytes, value: bytes | None) -> Headers:
    """Headers in which one has another value; None: it is missing."""
    others = [one for one in headers if one[0] != name]
    return others if value is None else [*others, (name, value)]


def _allow(value: bytes | None) -> App:
    return rewire(
        lambda _, status, headers, body: (status, _with(headers, b"allow", value) if status == 405 else headers, body)
    )


def _media(value: bytes | None, *operations: Operation) -> App:
    return saying(lambda status, headers, body: (status, _with(headers, b"content-type", value), body), *operations)


def _page(status: int) -> App:
    """A server that explains one kind of error in a web page."""

    def explain(_scope: Any, given: int, headers: Headers, body: bytes) -> Answer:
        if given != status:
            return given, headers, body
        return given, [*_with(headers, b"content-type", None), HTML], b"<h1>Something is wrong</h1>"

    return rewire(explain)


def _silent(status: int) -> App:
    return rewire(lambda _, given, headers, body: (given, headers, b"" if given == status else body))


def _says(status: int, other: int) -> App:
    """A server whose errors of one status name another one."""
    return erring(lambda _, error: (status, {**error, "status": other}), status)


def _answers(status: int, *operations: Operation) -> App:
    return saying(lambda _, headers, body: (status, headers, body), *operations)


def _empty(status: int, *operations: Operation) -> App:
    return saying(lambda _, headers, __: (status, headers, b""), *operations)


def _list_body(change: Callable[[bytes], bytes]) -> App:
    return saying(lambda status, headers, body: (status, headers, change(body)), "list")


def _short(status: int, headers: Headers, body: bytes) -> Answer:
    """Of a long body, more bytes are promised than are sent."""
    more = [(b"content-length", str(len(body) + 9).encode())] if len(body) > _LONG else []
    return status, [*headers, *more], body


def _hangs_up(when: Callable[[Any], bool]) -> App:
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and when(scope):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            return
        await inner(scope, receive, send)

    return app


def _redirects(*operations: Operation) -> App:
    return saying(lambda _, headers, __: (307, [*headers, (b"location", b"/elsewhere")], b""), *operations)


def _errs_once() -> App:
    turn = [0]

    def once(answer: Json, _query: dict[str, str]) -> None:
        turn[0] += 1
        if turn[0] == 6:
            answer["total"] += 1

    return listing(once)


_LONG = 50_000  # bytes
_ANY = "auth. input. scope."
_TYPE = "content-type-undeclared"

FAULTS = family(
    "protocol",
    "input.",
    # methods
    wrong("answers PUT", "method-not-refused", lambda: _to("PUT", lambda _, headers, __: (200, headers, b"{}"))),
    wrong("answers DELETE", "method-not-refused", lambda: _to("DELETE", lambda _, headers, __: (200, headers, b"{}"))),
    wrong("breaks on PUT", "server-error", lambda: _to("PUT", lambda _, headers, body: (500, headers, body))),
    wrong("breaks on DELETE", "server-error", lambda: _to("DELETE", lambda _, headers, body: (500, headers, body))),
    wrong("breaks on HEAD", "server-error", lambda: _to("HEAD", lambda _, headers, body: (500, headers, body))),
    wrong("breaks on OPTIONS", "server-error", lambda: _to("OPTIONS", lambda _, headers, body: (500, headers, body))),
    wrong("does not say what is allowed", "allow-header-wrong", lambda: _allow(None)),
    wrong("allows nothing", "allow-header-wrong", lambda: _allow(b"")),
    wrong("allows another method than it has", "allow-header-wrong", lambda: _allow(b"PUT, DELETE")),
    # statuses
    wrong("lists with 206", "status-undeclared", lambda: _answers(206, "list"), laws="paging.order"),
    wrong("sets a status with 201", "status-undeclared", lambda: _answers(201, "status"), laws="action. input."),
    wrong("writes values with 202", "status-undeclared", lambda: _answers(202, "metadata"), laws="values. input."),
    wrong("sets a status with 204", "status-undeclared", lambda: _empty(204, "status"), laws="action. input."),
    wrong("writes values with 204", "status-undeclared", lambda: _empty(204, "metadata"), laws="values. input."),
    wrong("redirects who lists", "status-undeclared", lambda: _redirects("list"), laws="paging. input."),
    wrong(
        "redirects who writes",
        "status-undeclared",
        lambda: _redirects("metadata", "status"),
        laws="values. action. input.",
    ),
    # media types and texts
    wrong("lists as HTML", _TYPE, lambda: _media(b"text/html", "list"), laws="paging.order"),
    wrong("lists as plain text", _TYPE, lambda: _media(b"text/plain; charset=utf-8", "list"), laws="paging.order"),
    wrong("lists without a media type", _TYPE, lambda: _media(None, "list"), laws="paging.order"),
    wrong("acts as HTML", _TYPE, lambda: _media(b"text/html", "status", "metadata"), laws="action. values. input."),
    wrong("cuts a list off", "response-not-json", lambda: _list_body(lambda body: body[:-1]), laws="paging.order"),
    wrong(
        "begins a list with a byte order mark",
        "response-not-json",
        lambda: _list_body(lambda body: b"\xef\xbb\xbf" + body),
        laws="paging.order",
    ),
    wrong(
        "lists in GB 18030",
        "response-not-json",
        lambda: _list_body(lambda body: body.decode().encode("gb18030")),
        laws="paging.order",
    ),
    wrong("says a list twice", "response-not-json", lambda: _list_body(lambda body: body + body), laws="paging.order"),
    wrong(
        "lists not-a-number",
        "response-not-json response-schema-violated",
        lambda: _list_body(lambda body: re.sub(rb'"tokens":[0-9]+', b'"tokens":NaN', body)),
        laws="paging.order",
    ),
    wrong(
        "wraps a list in text",
        "response-schema-violated",
        lambda: _list_body(lambda body: json.dumps(body.decode()).encode()),
        laws="paging.order",
    ),
    wrong(
        "answers an action with nothing",
        "response-not-json content-type-undeclared",
        lambda: _empty(200, "status"),
        laws="action. input.",
    ),
    wrong(
        "answers values with nothing",
        "response-not-json content-type-undeclared",
        lambda: _empty(200, "metadata"),
        laws="values. input.",
    ),
    wrong(
        "claims to compress a list",
        "response-not-json answer-missing",
        lambda: saying(
            lambda status, headers, body: (status, [*headers, (b"content-encoding", b"gzip")], body), "list"
        ),
        laws="paging.order",
    ),
    # answers that do not come
    wrong(
        "promises more than it sends",
        "answer-missing response-not-json",
        lambda: saying(_short, "list"),
        laws="paging.",
    ),
    wrong(
        "hangs up on a wrong limit",
        "answer-missing",
        lambda: _hangs_up(lambda scope: not asked(scope).get("limit", "1").removeprefix("-").isdecimal()),
    ),
    wrong(
        "hangs up on long keywords",
        "answer-missing",
        lambda: _hangs_up(lambda scope: len(asked(scope).get("keyword", "")) > 500),
    ),
    # errors
    *(
        wrong(f"explains {status} in a web page", _TYPE, partial(_page, status), laws=_ANY)
        for status in (400, 401, 403, 404, 415)
    ),
    *(
        wrong(
            f"says nothing with {status}",
            "response-not-json content-type-undeclared",
            partial(_silent, status),
            laws=_ANY,
        )
        for status in (400, 401, 404)
    ),
    *(
        wrong(
            f"names another status in a body with {status}",
            "error-status-differs",
            partial(_says, status, 500),
            laws=_ANY,
        )
        for status in (400, 401, 403, 404, 415)
    ),
    wrong("errs once", "answer-unstable", _errs_once, laws="paging.total"),
)
