"""Bodies of JSON that are taken though the contract does not allow them, or refused in another way than it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.wrapping import Json, breaking, calling, is_uuid, operation, reading


def _status_body(change: Callable[[Any], Any]) -> App:
    return reading(lambda body: change(body) if isinstance(body, dict) and "document_ids" in body else body)


def _ids(change: Callable[[Any], Any]) -> App:
    """A server that reads other ids of documents from a body."""
    return _status_body(lambda body: {**body, "document_ids": change(body["document_ids"])})


def _entries(change: Callable[[Any], Any]) -> App:
    """A server that reads other entries of metadata from a body."""

    def read(body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("operation_data"), list):
            return {
                **body,
                "operation_data": [change(one) if isinstance(one, dict) else one for one in body["operation_data"]],
            }
        return body

    return reading(read)


def _items(change: Callable[[Json], Any]) -> App:
    """A server that reads other values of fields from a body."""

    def read(entry: Json) -> Json:
        held = entry.get("metadata_list")
        items = [change(one) if isinstance(one, dict) else one for one in held] if isinstance(held, list) else held
        return {**entry, "metadata_list": items} if "metadata_list" in entry else entry

    return _entries(read)


def _filled(body: Any) -> Any:
    """An empty list for a body that names nothing."""
    return {"document_ids": [], "operation_data": [], **body} if isinstance(body, dict) else body


def _flag(entry: Json) -> Json:
    flag = entry.get("partial_update", False)
    return entry if isinstance(flag, bool) else {**entry, "partial_update": bool(flag)}


def _null_flag(entry: Json) -> Json:
    return {**entry, "partial_update": False} if entry.get("partial_update", False) is None else entry


def _quoted_flag(entry: Json) -> Json:
    return (
        {**entry, "partial_update": entry["partial_update"] == "true"}
        if isinstance(entry.get("partial_update"), str)
        else entry
    )


def _value(fits: Callable[[Any], bool], instead: Callable[[Any], Any]) -> App:
    return _items(lambda item: {**item, "value": instead(item["value"])} if fits(item.get("value")) else item)


def _entries_with(name: str) -> App:
    """A server that passes over entries that lack a member."""

    def read(body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("operation_data"), list):
            return {
                **body,
                "operation_data": [one for one in body["operation_data"] if not isinstance(one, dict) or name in one],
            }
        return body

    return reading(read)


def _fields_with(name: str) -> App:
    """A server that passes over fields that lack a member."""

    def read(entry: Json) -> Json:
        held = entry.get("metadata_list")
        kept = [one for one in held if not isinstance(one, dict) or name in one] if isinstance(held, list) else held
        return {**entry, "metadata_list": kept} if "metadata_list" in entry else entry

    return _entries(read)


_TAKEN, _STATUS = "invalid-input-accepted", "refusal-status-wrong status-undeclared"

FAULTS = family(
    "inputs",
    "input.",
    # bodies with document_ids
    wrong("takes no ids for an empty list", _TAKEN, lambda: reading(_filled)),
    wrong("takes null for an empty list of ids", _TAKEN, lambda: _ids(lambda ids: [] if ids is None else ids)),
    wrong("takes one id for a list", _TAKEN, lambda: _ids(lambda ids: [] if isinstance(ids, str) else ids)),
    wrong("takes an object for a list of ids", _TAKEN, lambda: _ids(lambda ids: [] if isinstance(ids, dict) else ids)),
    wrong(
        "passes over ids that are no text",
        _TAKEN,
        lambda: _ids(lambda ids: [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else ids),
    ),
    wrong(
        "passes over ids that are no UUID",
        _TAKEN,
        lambda: _ids(
            lambda ids: (
                [one for one in ids if not isinstance(one, str) or is_uuid(one)] if isinstance(ids, list) else ids
            )
        ),
    ),
    wrong(
        "takes a list for a body", _TAKEN, lambda: reading(lambda body: _filled({}) if isinstance(body, list) else body)
    ),
    wrong("takes null for a body", _TAKEN, lambda: reading(lambda body: _filled({}) if body is None else body)),
    wrong("breaks on null in a list of ids", "server-error", lambda: breaking(lambda _, body: b"[null" in body)),
    wrong(
        "breaks on a number for an id",
        "server-error",
        lambda: breaking(
            lambda scope, body: operation(scope) == "status" and re.search(rb"\[\s*[0-9]", body) is not None
        ),
    ),
    wrong(
        "breaks on a list for a body",
        "server-error",
        lambda: breaking(lambda scope, body: operation(scope) != "list" and body.strip() == b"[]"),
    ),
    wrong(
        "breaks on a body without its member", "server-error", lambda: breaking(lambda _, body: body.strip() == b"{}")
    ),
    wrong(
        "answers 422 to a wrong body",
        _STATUS,
        lambda: calling(
            422, "invalid_param", lambda text: text.startswith(("document_ids", "operation_data", "body")), 400
        ),
    ),
    wrong(
        "answers 404 to a wrong body",
        _STATUS,
        lambda: calling(404, "not_found", lambda text: text.startswith(("document_ids:", "operation_data:")), 400),
    ),
    wrong(
        "answers 200 to a wrong body, with an error",
        _TAKEN + " response-schema-violated",
        lambda: calling(
            200, "invalid_param", lambda text: text.startswith(("document_ids", "operation_data", "body")), 400
        ),
    ),
    # bodies with operation_data
    wrong(
        "takes one entry for a list",
        _TAKEN,
        lambda: reading(
            lambda body: (
                {**body, "operation_data": []}
                if isinstance(body, dict) and isinstance(body.get("operation_data"), dict)
                else body
            )
        ),
    ),
    wrong(
        "takes an entry without fields for an empty one",
        _TAKEN,
        lambda: _entries(lambda entry: {"metadata_list": [], **entry}),
    ),
    wrong(
        "takes null for an empty list of fields",
        _TAKEN,
        lambda: _entries(
            lambda entry: {**entry, "metadata_list": []} if entry.get("metadata_list", 0) is None else entry
        ),
    ),
    wrong("passes over entries without a document", _TAKEN, lambda: _entries_with("document_id")),
    wrong("reads a quoted flag", _TAKEN, lambda: _entries(_quoted_flag)),
    wrong("reads a null flag", _TAKEN, lambda: _entries(_null_flag)),
    wrong("reads any flag by its truth", _TAKEN, lambda: _entries(_flag)),
    wrong("takes truth for a value", _TAKEN, lambda: _value(lambda value: isinstance(value, bool), int)),
    wrong("takes a list for a value", _TAKEN, lambda: _value(lambda value: isinstance(value, list), str)),
    wrong("takes an object for a value", _TAKEN, lambda: _value(lambda value: isinstance(value, dict), str)),
    wrong("passes over fields without an id", _TAKEN, lambda: _fields_with("id")),
    wrong("passes over fields without a name", _TAKEN, lambda: _fields_with("name")),
    wrong(
        "breaks on an object for a value",
        "server-error",
        lambda: breaking(lambda _, body: re.search(rb'"value":\s*\{', body) is not None),
    ),
    wrong(
        "breaks on a list for a value",
        "server-error",
        lambda: breaking(lambda _, body: re.search(rb'"value":\s*\[', body) is not None),
    ),
    wrong(
        "breaks on null for a document",
        "server-error",
        lambda: breaking(lambda _, body: re.search(rb'"document_id":\s*null', body) is not None),
    ),
    wrong(
        "breaks on null for fields",
        "server-error",
        lambda: breaking(lambda _, body: re.search(rb'"metadata_list":\s*null', body) is not None),
    ),
)
