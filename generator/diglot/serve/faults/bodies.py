"""Bodies that are no JSON, too large, too deep, or of another media type; input that changes what it should not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from dify_knowledge.server import Misfit, Refusal
from diglot.serve.app import Handlers, create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import DEMO
from diglot.serve.faults.wrapping import JSON, breaking, calling, hearing, operation
from diglot.serve.store import Query


def _raw(change: Callable[[bytes], bytes]) -> App:
    """A server that repairs bodies that are no JSON."""

    def read(scope: Any, body: bytes) -> tuple[Any, bytes]:
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            return scope, change(body)
        return scope, body

    return hearing(read)


def _harmless(_body: bytes) -> bytes:
    return b'{"document_ids": [], "operation_data": []}'


def _media(takes: Callable[[bytes], bool]) -> App:
    """A server that takes bodies of other media types for JSON."""

    def read(scope: Any, body: bytes) -> tuple[Any, bytes]:
        media = dict(scope["headers"]).get(b"content-type", b"")
        if operation(scope) in ("status", "metadata") and takes(media):
            others = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
            scope = {**scope, "headers": [*others, JSON]}
        return scope, body

    return hearing(read)


def _refuses_parameters() -> App:
    def read(scope: Any, body: bytes) -> tuple[Any, bytes]:
        if b";" in dict(scope["headers"]).get(b"content-type", b""):
            others = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
            scope = {**scope, "headers": [*others, (b"content-type", b"text/json")]}
        return scope, body

    return hearing(read)


def _writes_before_it_refuses(changes: Callable[[Misfit], bool]) -> App:
    class Hasty(Handlers):
        def refuse(self, misfit: Misfit, /) -> Refusal:
            if changes(misfit):
                rows = self.store.list_documents(DEMO.dataset, Query(limit=100, status="available"))[1]
                self.store.set_status(DEMO.dataset, [rows[0]["id"]], "archive", "nobody")
            return super().refuse(misfit)

    return create_app(handlers=Hasty)


def _refuses_capitals() -> App:
    def read(scope: Any, body: bytes) -> tuple[Any, bytes]:
        media = dict(scope["headers"]).get(b"content-type", b"")
        if media != media.lower():
            others = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
            scope = {**scope, "headers": [*others, (b"content-type", b"text/json")]}
        return scope, body

    return hearing(read)


FAULTS = family(
    "inputs",
    "input.",
    # no JSON
    wrong("takes what is no JSON for an empty batch", "invalid-input-accepted", lambda: _raw(_harmless)),
    wrong(
        "takes an empty body for an empty batch",
        "invalid-input-accepted",
        lambda: hearing(lambda scope, body: (scope, body or _harmless(body))),
    ),
    wrong(
        "takes what follows JSON for nothing",
        "invalid-input-accepted",
        lambda: _raw(lambda body: re.sub(rb"(?<=\})[^}]+\Z", b"", body)),
    ),
    wrong(
        "takes a comma before the end",
        "invalid-input-accepted",
        lambda: _raw(lambda body: re.sub(rb",\s*([}\]])", rb"\1", body)),
    ),
    wrong("takes single quotes", "invalid-input-accepted", lambda: _raw(lambda body: body.replace(b"'", b'"'))),
    wrong(
        "takes not-a-number for null",
        "invalid-input-accepted",
        lambda: hearing(lambda scope, body: (scope, re.sub(rb":\s*(NaN|-?Infinity)", b": null", body))),
    ),
    wrong(
        "answers 403 to what is no JSON",
        "refusal-status-wrong",
        lambda: calling(403, "forbidden", lambda text: "not valid JSON" in text, 400),
    ),
    wrong(
        "answers 415 to what is no JSON",
        "refusal-status-wrong",
        lambda: calling(415, "unsupported_media_type", lambda text: "not valid JSON" in text, 400),
    ),
    wrong(
        "breaks on what is no JSON",
        "server-error",
        lambda: calling(500, "internal_server_error", lambda text: "not valid JSON" in text, 400),
    ),
    wrong(
        "breaks on an empty body",
        "server-error",
        lambda: breaking(lambda scope, body: operation(scope) in ("status", "metadata") and not body),
    ),
    wrong("breaks on a body that is no UTF-8", "server-error", lambda: breaking(lambda _, body: b"\xff" in body)),
    # strange, deep, large
    wrong("breaks on deep JSON", "server-error", lambda: breaking(lambda _, body: body.startswith(b"[[[["))),
    wrong("breaks on NUL in a body", "server-error", lambda: breaking(lambda _, body: b"\\u0000" in body)),
    wrong(
        "breaks on half a character in a body",
        "server-error",
        lambda: breaking(lambda _, body: b"\\ud800" in body.lower()),
    ),
    wrong(
        "breaks on a number that is too large",
        "server-error",
        lambda: breaking(lambda _, body: b"1e999" in body.lower()),
    ),
    wrong(
        "breaks on a long text in a body",
        "server-error",
        lambda: breaking(lambda _, body: len(body) > 50_000 and b'"' in body),
    ),
    wrong(
        "breaks on emoji in a body",
        "server-error",
        lambda: breaking(lambda _, body: "\\ud83d" in body.decode("utf-8", "replace").lower() or b"\xf0\x9f" in body),
        laws="input. values.",
    ),
    wrong(
        "breaks on ids in capitals",
        "server-error",
        lambda: breaking(lambda _, body: re.search(rb'"(?=[0-9-]*[A-F])[0-9A-F-]{36}"', body) is not None),
    ),
    # media types
    wrong("ignores the media type", "invalid-input-accepted", lambda: _media(lambda media: bool(media))),
    wrong(
        "reads plain text as JSON",
        "invalid-input-accepted",
        lambda: _media(lambda media: media.startswith(b"text/plain")),
    ),
    wrong("reads forms as JSON", "invalid-input-accepted", lambda: _media(lambda media: b"form" in media)),
    wrong(
        "answers 400 to another media type",
        "refusal-status-wrong",
        lambda: calling(400, "bad_request", lambda text: text.startswith("Send the body"), 415),
    ),
    wrong(
        "answers 403 to another media type",
        "refusal-status-wrong",
        lambda: calling(403, "forbidden", lambda text: text.startswith("Send the body"), 415),
    ),
    wrong(
        "breaks on another media type",
        "server-error",
        lambda: calling(500, "internal_server_error", lambda text: text.startswith("Send the body"), 415),
    ),
    wrong(
        "breaks without a media type",
        "server-error",
        lambda: breaking(
            lambda scope, _: (
                operation(scope) in ("status", "metadata") and b"content-type" not in dict(scope["headers"])
            )
        ),
    ),
    wrong("refuses a charset beside the media type", "valid-input-refused", _refuses_parameters),
    wrong("refuses capitals in the media type", "valid-input-refused", _refuses_capitals),
    # what it does before it refuses
    wrong(
        "acts before it refuses a body",
        "refused-write-changed",
        lambda: _writes_before_it_refuses(
            lambda misfit: misfit.operation == "batch_update_document_status" and misfit.kind == "body"
        ),
    ),
    wrong(
        "acts before it refuses values",
        "refused-write-changed",
        lambda: _writes_before_it_refuses(
            lambda misfit: misfit.operation == "batch_update_document_metadata" and misfit.kind == "body"
        ),
    ),
    wrong(
        "acts before it refuses what is no JSON",
        "refused-write-changed",
        lambda: _writes_before_it_refuses(
            lambda misfit: misfit.operation == "batch_update_document_status" and misfit.kind == "json"
        ),
    ),
    wrong(
        "acts before it refuses a media type",
        "refused-write-changed",
        lambda: _writes_before_it_refuses(
            lambda misfit: misfit.operation == "batch_update_document_status" and misfit.kind == "media"
        ),
    ),
    wrong(
        "acts before it refuses an action",
        "refused-write-changed",
        lambda: _writes_before_it_refuses(lambda misfit: misfit.place == "action"),
    ),
)
