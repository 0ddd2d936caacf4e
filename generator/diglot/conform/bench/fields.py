"""What values can be written, and onto which rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from diglot.conform.bench.lab import Lab, refused
from diglot.conform.bench.ledger import entry, held, same, write
from diglot.conform.binding.bindings import Values
from diglot.conform.fixtures import MetadataField
from diglot.conform.wire.breach import UnansweredError, UnmetError
from diglot.conform.wire.session import Exchange

_SPREAD = 25
TYPES = ("string", "number", "time")

Items = Sequence[tuple[MetadataField, Any]]


def fields_of(lab: Lab, values: Values) -> list[MetadataField]:
    """The fields that can be written: those of the fixtures, then those that the rows show under one name each.

    Raises:
        UnmetError: none is known.
    """
    place = values.collection.endpoint.key
    if not lab.fixtures.metadata_fields and not lab.fields.get(place):  # later the rows show what the tests left
        lab.fields[place] = _writable(lab, values, fields_shown(values, lab.view(values.collection).rows))
    fields = list(lab.fixtures.metadata_fields) or lab.fields[place]
    if not fields:
        raise UnmetError("[[metadata_field]] with id, name and type in --fixtures")
    return fields


def fields_shown(values: Values, rows: Sequence[Mapping[str, Any]]) -> list[MetadataField]:
    """The fields that some rows show, each under one name and with one of the known types."""
    shown: dict[str, MetadataField] = {}
    names: dict[str, set[str]] = {}
    for row in rows:
        listed = row.get(values.shown)
        for item in listed if isinstance(listed, list) else []:
            if isinstance(item, dict) and item.get("type") in TYPES and isinstance(item.get(values.item_id), str):
                one = MetadataField(item[values.item_id], str(item.get(values.item_name)), item["type"])
                names.setdefault(one.id, set()).add(one.name)
                shown[one.id] = one
    return [one for key, one in shown.items() if len(names[key]) == 1]


def _writable(lab: Lab, values: Values, fields: Sequence[MetadataField]) -> list[MetadataField]:
    """Those of the fields shown that take a value: a row gets again, in part, the one that it has.

    A server may show entries that are its own, such as the name of the file.
    """
    taken = []
    for one in fields:
        for key, row in lab.view(values.collection).by_id.items():
            if one.id in (now := read(values, row, [one])):
                if write(lab, values, [entry_of(values, key, [(one, now[one.id])], True)]).ok:
                    taken.append(one)
                break
    return taken


def two_fields(lab: Lab, values: Values) -> tuple[MetadataField, MetadataField]:
    """Two fields that can be written.

    Raises:
        UnmetError: fewer are known.
    """
    fields = fields_of(lab, values)
    if len(fields) < 2:
        raise UnmetError("two entries of [[metadata_field]] in --fixtures")
    return fields[0], fields[1]


def sample(one: MetadataField, turn: int = 0) -> Any:
    """A value of the field's type; different turns give different values."""
    return f"diglot {turn}" if one.type == "string" else 1741267200 + turn


def rows_of(lab: Lab, values: Values, count: int) -> list[str]:
    """The ids of rows to write on, from all over the rows in sight, and always the same ones first.

    Raises:
        UnmetError: the dataset has too few.
    """
    ids = lab.view(values.collection).ids
    if len(ids) < count:
        raise UnmetError(f"a dataset with at least {count} rows")
    spread = ids[:: max(len(ids) // _SPREAD, 1)]
    return list(dict.fromkeys((*spread, *ids)))[:count]


def entry_of(values: Values, row: str, items: Items, partial: bool | None) -> dict[str, Any]:
    """One entry of a write; `partial` None leaves the flag out."""
    return entry(values, row, [(one.id, one.name, value) for one, value in items], partial)


def put(lab: Lab, values: Values, entries: Sequence[Mapping[str, Any]], what: str) -> Exchange:
    """Write entries that must be accepted.

    Raises:
        UnansweredError: they were not.
    """
    exchange = write(lab, values, entries)
    if not exchange.ok:
        raise UnansweredError(refused(exchange, what))
    return exchange


def read(values: Values, row: Mapping[str, Any], fields: Sequence[MetadataField]) -> dict[str, Any]:
    """The values that a row shows of some fields, by the field's id."""
    known = {one.id for one in fields}
    return {str(key): value for key, _, value in held(values, row) if key in known}


def agrees(got: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether values are read as expected. A field without a value may be shown, as null, or not."""
    surplus = [value for key, value in got.items() if key not in expected]
    kept = {key: value for key, value in got.items() if key in expected}
    return same(kept, dict(expected)) and all(value is None for value in surplus)
