"""What values can be written, and onto which rows."""

from __future__ import annotations

from typing import Any

from diglot.conform.bench.lab import Lab
from diglot.conform.binding.bindings import Values
from diglot.conform.fixtures import MetadataField
from diglot.conform.wire.breach import UnmetError


def fields_of(lab: Lab, values: Values) -> list[MetadataField]:
    """The fields that can be written: those of the fixtures, then those that the rows show under one name each.

    Raises:
        UnmetError: none is known.
    """
    shown: dict[str, MetadataField] = {one.id: one for one in lab.fixtures.metadata_fields}
    if not shown:
        names: dict[str, set[str]] = {}
        for row in lab.view(values.collection).rows:
            for item in row.get(values.shown) or ():
                if isinstance(item, dict) and item.get("type") in ("string", "number", "time"):
                    one = MetadataField(str(item[values.item_id]), str(item.get(values.item_name)), item["type"])
                    names.setdefault(one.id, set()).add(one.name)
                    shown[one.id] = one
        shown = {key: one for key, one in shown.items() if len(names[key]) == 1}
    if not shown:
        raise UnmetError("[[metadata_field]] with id, name and type in --fixtures")
    return list(shown.values())


def sample(one: MetadataField, turn: int = 0) -> Any:
    """A value of the field's type; different turns give different values."""
    return f"diglot {turn}" if one.type == "string" else 1741267200 + turn


def rows_of(lab: Lab, values: Values, count: int) -> list[str]:
    """The ids of rows to write on.

    Raises:
        UnmetError: the dataset has too few.
    """
    ids = lab.view(values.collection).ids
    if len(ids) < count:
        raise UnmetError(f"a dataset with at least {count} rows")
    return list(ids[:: max(len(ids) // count, 1)][:count])
