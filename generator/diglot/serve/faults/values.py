"""Values that are not read back as they were written."""

from __future__ import annotations

import html
import re
import struct
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import Tampered, folding, keeping, writing
from diglot.serve.faults.wrapping import Json
from diglot.serve.store import Operation, Query, Store, Value


def _texts(change: Callable[[str], Value]) -> App:
    """A server that keeps another value for each text."""
    return keeping(lambda value: change(value) if isinstance(value, str) else value)


def _numbers(change: Callable[[float], Value]) -> App:
    """A server that keeps another value for each number."""
    return keeping(lambda value: change(value) if isinstance(value, int | float) else value)


def _as_number(text: str) -> Value:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else text


def _single(value: float) -> Value:
    """A number as four bytes hold it."""
    try:
        held: float = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return value
    return int(held) if isinstance(value, int) else held


def _dropping_null(partial_only: bool = False) -> App:
    def drop(operations: list[Operation]) -> list[Operation]:
        return [
            replace(one, entries=[entry for entry in one.entries if entry[2] is not None])
            if one.partial or not partial_only
            else one
            for one in operations
        ]

    return folding(drop)


def _showing(change: Callable[[list[Json]], list[Json]]) -> App:
    """A server that shows the values of a document otherwise than it keeps them."""

    class Showing(Store):
        def document(self, row: Any, values: list[Json]) -> Json:
            return super().document(row, change(values))

    return create_app(store=Showing())


def _shows_the_last_value_twice() -> App:
    written: dict[str, int] = {}

    class Doubling(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            super().set_metadata(dataset_id, operations)
            for one in operations:
                written[one.document_id] = written.get(one.document_id, 0) + 1

        def document(self, row: Any, values: list[Json]) -> Json:
            return super().document(row, values + values[-1:] * (written.get(row["id"], 0) > 1))

    return create_app(store=Doubling())


def _old_values(store: Tampered, dataset_id: str) -> dict[str, dict[str, Any]]:
    rows = store.all_rows(dataset_id)
    return {row["id"]: {one["id"]: one["value"] for one in row["doc_metadata"]} for row in rows}


def _joining(join: Callable[[Any, Any], Value]) -> App:
    """A server that joins the old value of a field and the new one, of one kind."""

    def write(store: Tampered, dataset_id: str, operations: list[Operation], really: Any) -> None:
        old = _old_values(store, dataset_id)
        really(
            [
                replace(
                    one,
                    entries=[
                        (key, name, joined(old.get(one.document_id, {}).get(key), value))
                        for key, name, value in one.entries
                    ],
                )
                for one in operations
            ]
        )

    def joined(old: Any, new: Any) -> Value:
        return join(old, new) if type(old) is type(new) and new else new

    return writing(write)


def _lags() -> App:
    """Values are shown as they were before the last write, once."""
    kept: dict[str, Any] = {}

    class Lagging(Tampered):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            before = {row["id"]: row["doc_metadata"] for row in self.all_rows(dataset_id)}
            super().set_metadata(dataset_id, operations)
            kept.update(before)

        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, query)
            rows = [{**row, "doc_metadata": kept.get(row["id"], row["doc_metadata"])} for row in rows]
            kept.clear()
            return total, rows

    return create_app(store=Lagging())


def _hides_values_under_filters() -> App:
    class Hiding(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, query)
            return total, [{**row, "doc_metadata": []} for row in rows] if query.status else rows

    return create_app(store=Hiding())


def _on(belongs: Callable[[Json], bool]) -> App:
    """A server that only says that it writes on some documents."""

    def write(store: Tampered, dataset_id: str, operations: list[Operation], really: Any) -> None:
        rows = {row["id"]: row for row in store.all_rows(dataset_id)}
        really([one for one in operations if one.document_id not in rows or not belongs(rows[one.document_id])])

    return writing(write)


_READ = "value-not-read-back batch-values-mixed"

FAULTS = family(
    "values",
    "values.",
    # text
    wrong("cuts texts at 255 characters", _READ, lambda: _texts(lambda text: text[:255])),
    wrong(
        "cuts texts at a hundred bytes", _READ, lambda: _texts(lambda text: text.encode()[:100].decode(errors="ignore"))
    ),
    wrong("trims texts", _READ, lambda: _texts(str.strip)),
    wrong("joins blanks in texts", _READ, lambda: _texts(lambda text: re.sub(r"\s+", " ", text))),
    wrong("turns line breaks into two characters", _READ, lambda: _texts(lambda text: text.replace("\n", "\r\n"))),
    wrong("composes characters", _READ, lambda: _texts(lambda text: unicodedata.normalize("NFC", text))),
    wrong("decomposes characters", _READ, lambda: _texts(lambda text: unicodedata.normalize("NFD", text))),
    wrong("folds compatible characters", _READ, lambda: _texts(lambda text: unicodedata.normalize("NFKC", text))),
    wrong("drops emoji", _READ, lambda: _texts(lambda text: "".join(char for char in text if ord(char) < 0x10000))),
    wrong(
        "keeps Latin letters only",
        _READ,
        lambda: _texts(lambda text: text.encode("latin-1", "replace").decode("latin-1")),
    ),
    wrong("reads UTF-8 as Latin-1", _READ, lambda: _texts(lambda text: text.encode().decode("latin-1"))),
    wrong("escapes texts for HTML", _READ, lambda: _texts(html.escape)),
    wrong("strips tags", _READ, lambda: _texts(lambda text: re.sub("<[^>]*>", "", text))),
    wrong("doubles quotes in texts", _READ, lambda: _texts(lambda text: text.replace("'", "''"))),
    wrong("doubles backslashes", _READ, lambda: _texts(lambda text: text.replace("\\", "\\\\"))),
    wrong("decodes percent signs in texts", _READ, lambda: _texts(unquote)),
    wrong("turns texts into small letters", _READ, lambda: _texts(str.lower)),
    wrong("turns texts of digits into numbers", _READ, lambda: _texts(_as_number)),
    wrong("takes the word null for null", _READ, lambda: _texts(lambda text: None if text == "null" else text)),
    wrong("turns empty texts into null", _READ, lambda: _texts(lambda text: text or None)),
    # numbers
    wrong("rounds to whole numbers", _READ, lambda: _numbers(round)),
    wrong("rounds to two places", _READ, lambda: _numbers(lambda value: round(value, 2))),
    wrong("keeps numbers in four bytes", _READ, lambda: _numbers(_single)),
    wrong("clips numbers at 32 bits", _READ, lambda: _numbers(lambda value: min(value, 2**31 - 1))),
    wrong(
        "turns fractions into texts",
        _READ,
        lambda: _numbers(lambda value: value if value == int(value) else str(value)),
    ),
    wrong("turns numbers into texts", _READ, lambda: _numbers(str)),
    wrong("drops the sign of numbers", _READ, lambda: _numbers(abs)),
    wrong("turns zero into null", _READ, lambda: _numbers(lambda value: value or None)),
    wrong("shifts times by an hour", _READ, lambda: _numbers(lambda value: value + 3600 if value > 10**9 else value)),
    # null
    wrong("drops null", _READ, _dropping_null),
    wrong("drops null in partial updates", _READ, lambda: _dropping_null(partial_only=True)),
    wrong("turns null into an empty text", _READ, lambda: keeping(lambda value: "" if value is None else value)),
    wrong("turns null into a word", _READ, lambda: keeping(lambda value: "None" if value is None else value)),
    # what is shown
    wrong(
        "shows ids as names of fields",
        _READ,
        lambda: _showing(lambda values: [{**one, "name": one["id"]} for one in values]),
    ),
    wrong(
        "shows names as ids of fields",
        _READ,
        lambda: _showing(lambda values: [{**one, "id": one["name"]} for one in values]),
    ),
    wrong(
        "shows every field as text",
        _READ,
        lambda: _showing(lambda values: [{**one, "type": "string"} for one in values]),
    ),
    wrong("shows the first value only", _READ + " partial-update-drops", lambda: _showing(lambda values: values[:1])),
    wrong(
        "shows old values once",
        _READ + " answer-unstable full-update-keeps partial-update-drops partial-default-differs",
        _lags,
    ),
    wrong(
        "hides values under a status",
        "filter-wrong derived-field-wrong order-unstable filter-stale value-not-read-back",
        _hides_values_under_filters,
        laws="",
    ),
    # doing it again
    wrong("shows the last value twice", "update-not-idempotent value-not-read-back", _shows_the_last_value_twice),
    wrong(
        "appends texts to the old ones",
        "update-not-idempotent " + _READ,
        lambda: _joining(lambda old, new: old + new if isinstance(new, str) else new),
    ),
    wrong(
        "adds numbers to the old ones",
        "update-not-idempotent " + _READ,
        lambda: _joining(lambda old, new: old + new if isinstance(new, int | float) else new),
    ),
    # documents that are forgotten
    wrong("writes nothing", _READ, lambda: _on(lambda _: True)),
    wrong("writes nothing on archived documents", _READ, lambda: _on(lambda row: bool(row["archived"]))),
    wrong(
        "writes nothing on unfinished documents", _READ, lambda: _on(lambda row: row["indexing_status"] != "completed")
    ),
    wrong("writes nothing on disabled documents", _READ, lambda: _on(lambda row: not row["enabled"])),
)
