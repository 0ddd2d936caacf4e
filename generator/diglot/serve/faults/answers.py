"""Answers that are not as the contract describes them: members that are missing, null, or of another type."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.wrapping import Json, Operation, erring, listing, putting, saying, showing


def _member(name: str, change: Callable[[Any], Any]) -> App:
    """A server that says one member of a list otherwise."""
    return putting(**{name: lambda answer, _: change(answer[name])})


def _row(name: str, change: Callable[[Any], Any]) -> App:
    """A server that shows one field of every document otherwise."""
    return showing(lambda row: row.update({name: change(row[name])}))


def _some_row(when: Callable[[Json], bool], **fields: Any) -> App:
    """A server that shows some documents otherwise."""
    return showing(lambda row: row.update(fields) if when(row) else None)


def _without(name: str) -> App:
    return listing(lambda answer, _: answer.pop(name))


def _rows_without(name: str, when: Callable[[Json], bool] = lambda _: True) -> App:
    return showing(lambda row: row.pop(name) if when(row) else None)


def _answer(change: Callable[[Any], Any], *operations: Operation) -> App:
    """A server that answers something else."""
    return saying(
        lambda status, headers, body: (status, headers, json.dumps(change(json.loads(body))).encode()), *operations
    )


def _error(change: Callable[[Json], Any], *statuses: int) -> App:
    """A server whose errors have another shape."""
    return erring(lambda _, error: (error["status"], change(error)), *statuses)


def _lacks(name: str) -> Callable[[Json], Json]:
    return lambda value: {key: held for key, held in value.items() if key != name}


def _camel(answer: Json) -> Json:
    return {"hasMore" if name == "has_more" else name: value for name, value in answer.items()}


_SHAPE = "response-schema-violated"
_ANY = "auth. input.parameters"

FAULTS = family(
    "answers",
    "paging.order",
    # the list
    wrong("wraps a list once more", _SHAPE, lambda: _answer(lambda answer: {"data": answer}, "list")),
    wrong("lists without a page around it", _SHAPE, lambda: _answer(lambda answer: answer["data"], "list")),
    wrong("calls has_more hasMore", _SHAPE, lambda: _answer(_camel, "list")),
    *(
        wrong(f"lists without {name}", _SHAPE, partial(_without, name))
        for name in ("data", "has_more", "limit", "total", "page")
    ),
    wrong("shows the total as text", _SHAPE, lambda: _member("total", str)),
    wrong("shows the page as text", _SHAPE, lambda: _member("page", str)),
    wrong("shows the limit as a fraction", _SHAPE, lambda: _member("limit", lambda value: value + 0.5)),
    wrong("shows has_more as text", _SHAPE, lambda: _member("has_more", lambda value: str(value).lower())),
    wrong("shows has_more as a number", _SHAPE, lambda: _member("has_more", int)),
    wrong("shows no has_more on the last page", _SHAPE, lambda: _member("has_more", lambda value: value or None)),
    wrong("shows null for no documents", _SHAPE, lambda: _member("data", lambda rows: rows or None)),
    wrong("lists documents by id", _SHAPE, lambda: _member("data", lambda rows: {row["id"]: row for row in rows})),
    # documents
    *(
        wrong(f"shows documents without {name}", _SHAPE, partial(_rows_without, name))
        for name in ("id", "name", "tokens", "enabled", "display_status", "data_source_info")
    ),
    wrong(
        "shows no error member without an error",
        _SHAPE,
        lambda: _rows_without("error", lambda row: row["error"] is None),
    ),
    wrong(
        "shows no time of disabling of what is enabled",
        _SHAPE,
        lambda: _rows_without("disabled_at", lambda row: row["disabled_at"] is None),
    ),
    wrong("shows ids that are no UUID", _SHAPE, lambda: _row("id", lambda value: value.replace("-", "_"))),
    wrong("shows positions as text", _SHAPE, lambda: _row("position", str)),
    wrong("shows switches as numbers", _SHAPE, lambda: _row("enabled", int)),
    wrong("shows switches as text", _SHAPE, lambda: _row("archived", lambda value: str(value).lower())),
    wrong("shows times as text", _SHAPE, lambda: _row("created_at", lambda value: f"{value}")),
    wrong("shows times as fractions", _SHAPE, lambda: _row("created_at", lambda value: value + 0.25)),
    wrong(
        "shows the time of disabling as text",
        _SHAPE,
        lambda: _row("disabled_at", lambda value: value and "2025-03-06T13:20:00Z"),
    ),
    wrong("shows the name of who disabled", _SHAPE, lambda: _row("disabled_by", lambda value: value and "admin")),
    wrong("shows the name of who created", _SHAPE, lambda: _row("created_by", lambda _: "admin")),
    wrong("shows false for no error", _SHAPE, lambda: _row("error", lambda value: value or False)),
    wrong(
        "shows errors as objects",
        _SHAPE,
        lambda: _some_row(lambda row: row["error"] is not None, error={"message": "failed"}),
    ),
    wrong("shows no tokens as null", _SHAPE, lambda: _row("tokens", lambda value: value or None)),
    wrong("shows no hits as null", _SHAPE, lambda: _row("hit_count", lambda value: value or None)),
    wrong("shows sources as text", _SHAPE, lambda: _row("data_source_info", json.dumps)),
    wrong("shows no metadata as null", _SHAPE, lambda: _row("doc_metadata", lambda value: value or None)),
    wrong(
        "shows metadata by name",
        _SHAPE,
        lambda: _row("doc_metadata", lambda value: {one["name"]: one["value"] for one in value}),
    ),
    wrong(
        "shows metadata with lists of values",
        _SHAPE,
        lambda: _row("doc_metadata", lambda value: [{**one, "value": [one["value"]]} for one in value]),
    ),
    wrong("shows no name of archived documents", _SHAPE, lambda: _some_row(lambda row: row["archived"], name=None)),
    wrong(
        "shows no words of documents in error",
        _SHAPE,
        lambda: _some_row(lambda row: row["error"] is not None, word_count=None),
    ),
    # success
    wrong("sets a status without a result", _SHAPE, lambda: _answer(_lacks("result"), "status"), laws="action. input."),
    wrong(
        "writes values without a result", _SHAPE, lambda: _answer(_lacks("result"), "metadata"), laws="values. input."
    ),
    wrong(
        "sets a status and says true",
        _SHAPE,
        lambda: _answer(lambda _: {"result": True}, "status"),
        laws="action. input.",
    ),
    wrong(
        "writes values and says null",
        _SHAPE,
        lambda: _answer(lambda _: {"result": None}, "metadata"),
        laws="values. input.",
    ),
    wrong(
        "wraps the result in a list", _SHAPE, lambda: _answer(lambda answer: [answer], "status"), laws="action. input."
    ),
    wrong(
        "wraps the result in an object",
        _SHAPE,
        lambda: _answer(lambda answer: {"data": answer}, "metadata"),
        laws="values. input.",
    ),
    # errors
    wrong("errs without a code", _SHAPE, lambda: _error(_lacks("code")), laws=_ANY),
    wrong("errs without a message", _SHAPE, lambda: _error(_lacks("message")), laws=_ANY),
    wrong("errs without a status", _SHAPE, lambda: _error(_lacks("status")), laws=_ANY),
    wrong(
        "errs with a status in text",
        _SHAPE,
        lambda: _error(lambda error: {**error, "status": str(error["status"])}),
        laws=_ANY,
    ),
    wrong(
        "errs with a number for a code",
        _SHAPE,
        lambda: _error(lambda error: {**error, "code": error["status"]}),
        laws=_ANY,
    ),
    wrong(
        "errs with a list of messages",
        _SHAPE,
        lambda: _error(lambda error: {**error, "message": [error["message"]]}),
        laws=_ANY,
    ),
    wrong("errs with text only", _SHAPE, lambda: _error(lambda error: error["message"]), laws=_ANY),
    wrong("errs with one member", _SHAPE, lambda: _error(lambda error: {"error": error}), laws=_ANY),
    wrong(
        "errs with details only, on input",
        _SHAPE,
        lambda: _error(lambda error: {"detail": error["message"]}, 400),
        laws=_ANY,
    ),
    wrong(
        "errs with null for a code, on what is not found",
        _SHAPE,
        lambda: _error(lambda error: {**error, "code": None}, 404),
        laws=_ANY,
    ),
)
