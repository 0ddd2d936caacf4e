"""Writes that are refused or accepted where they should not be, or refused when half of them is done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from diglot.serve.app import create_app
from diglot.serve.errors import UnknownDocumentError, UnknownFieldError
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import Tampered, writing
from diglot.serve.faults.wrapping import erring, operation
from diglot.serve.store import Operation, Store

Write = Callable[[list[Operation]], None]


def _one_by_one(order: Callable[[list[Operation]], list[Operation]], by_field: bool = False) -> App:
    """A server that writes what comes before the fault of a batch, in an order of its own."""

    def write(_store: Tampered, _dataset: str, operations: list[Operation], really: Write) -> None:
        for one in order(operations):
            parts = (
                [replace(one, entries=[entry], partial=True) for entry in one.entries]
                if by_field and one.partial
                else [one]
            )
            for part in parts:
                really([part])

    return writing(write)


def _writes_all_but_the_fault(_store: Tampered, _dataset: str, operations: list[Operation], really: Write) -> None:
    failed: Exception | None = None
    for one in operations:
        try:
            really([one])
        except (UnknownDocumentError, UnknownFieldError) as error:
            failed = error
    if failed:
        raise failed


def _lenient(error: type[Exception], by_field: bool = False) -> App:
    """A server that passes over what it does not know."""

    def write(_store: Tampered, _dataset: str, operations: list[Operation], really: Write) -> None:
        for one in operations:
            parts = [one]
            if by_field:  # a full update clears first
                cleared = [] if one.partial else [replace(one, entries=[])]
                parts = [*cleared, *(replace(one, entries=[entry], partial=True) for entry in one.entries)]
            for part in parts:
                with contextlib.suppress(error):
                    really([part])

    return writing(write)


def _lenient_after_the_first(_store: Tampered, _dataset: str, operations: list[Operation], really: Write) -> None:
    really(operations[:1])
    for one in operations[1:]:
        with contextlib.suppress(UnknownFieldError, UnknownDocumentError):
            really([one])


def _fields_by_name() -> App:
    class Named(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            with self._database.reading() as connection:
                ids = {name: key for key, name in self.fields(connection, dataset_id).items()}
            named = [
                replace(one, entries=[(ids.get(name, key), name, value) for key, name, value in one.entries])
                for one in operations
            ]
            super().set_metadata(dataset_id, named)

    return create_app(store=Named())


def _refusing(refuses: Callable[[list[Operation]], bool], error: Callable[[], Exception] = UnknownFieldError) -> App:
    """A server that refuses some batches that it could write."""

    def write(_store: Tampered, _dataset: str, operations: list[Operation], really: Write) -> None:
        if refuses(operations):
            raise error()
        really(operations)

    return writing(write)


def _status_of_unknown(status: int, code: str, what: str) -> App:
    return erring(
        lambda scope, error: (
            (status, {**error, "code": code, "status": status})
            if operation(scope) == "metadata" and "names no" in error["message"] and what in error["message"]
            else None
        ),
        400,
    )


FAULTS = family(
    "values",
    "values.",
    wrong(
        "refuses an empty list of entries", "valid-input-refused", lambda: _refusing(lambda operations: not operations)
    ),
    wrong(
        "breaks on an empty list of entries",
        "server-error",
        lambda: _refusing(lambda operations: not operations, RuntimeError),
    ),
    wrong(
        "refuses an empty list of fields",
        "valid-input-refused",
        lambda: _refusing(lambda operations: any(not one.entries for one in operations)),
    ),
    wrong(
        "refuses null",
        "valid-input-refused",
        lambda: _refusing(lambda operations: any(entry[2] is None for one in operations for entry in one.entries)),
    ),
    wrong(
        "refuses an empty text",
        "valid-input-refused",
        lambda: _refusing(lambda operations: any(entry[2] == "" for one in operations for entry in one.entries)),
    ),
    wrong(
        "breaks on long texts",
        "server-error",
        lambda: _refusing(
            lambda operations: any(len(str(entry[2])) > 255 for one in operations for entry in one.entries),
            RuntimeError,
        ),
    ),
    wrong(
        "refuses fractions",
        "valid-input-refused",
        lambda: _refusing(
            lambda operations: any(
                isinstance(entry[2], float) and entry[2] % 1 for one in operations for entry in one.entries
            )
        ),
    ),
    wrong("writes past unknown documents", "unknown-row-accepted", lambda: _lenient(UnknownDocumentError)),
    wrong("writes past unknown fields", "unknown-field-accepted", lambda: _lenient(UnknownFieldError, by_field=True)),
    wrong(
        "writes past the unknown after the first entry",
        "unknown-row-accepted unknown-field-accepted",
        lambda: writing(_lenient_after_the_first),
    ),
    wrong("finds fields by their name alone", "unknown-field-accepted", _fields_by_name),
    wrong(
        "calls writing to an unknown document not found",
        "refusal-status-wrong",
        lambda: _status_of_unknown(404, "not_found", "document"),
    ),
    wrong(
        "calls an unknown field not found",
        "refusal-status-wrong",
        lambda: _status_of_unknown(404, "not_found", "field"),
    ),
    wrong(
        "breaks on writing to an unknown document",
        "server-error",
        lambda: _status_of_unknown(500, "internal_server_error", "document"),
    ),
    wrong(
        "breaks on an unknown field", "server-error", lambda: _status_of_unknown(500, "internal_server_error", "field")
    ),
    wrong("writes what comes before the fault", "batch-not-atomic", lambda: _one_by_one(lambda operations: operations)),
    wrong(
        "writes what comes after the fault",
        "batch-not-atomic",
        lambda: _one_by_one(lambda operations: operations[::-1]),
    ),
    wrong("writes all but the fault", "batch-not-atomic", lambda: writing(_writes_all_but_the_fault)),
    wrong(
        "writes the fields before the fault",
        "batch-not-atomic",
        lambda: _one_by_one(lambda operations: operations, by_field=True),
    ),
)
