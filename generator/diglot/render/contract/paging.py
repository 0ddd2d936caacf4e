"""Which operations give their rows page by page, told from the shape of the contract alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diglot.render.contract.arguments import Argument
from diglot.render.contract.shapes import Field, Model, Shape

_NUMBER = ("page", "page_number", "pageNumber")
_SIZE = ("limit", "page_size", "pageSize", "per_page", "perPage", "size")
_ROWS = ("data", "items", "results", "records", "rows")
_MORE = ("has_more", "hasMore", "has_next", "hasNext")
_TOTAL = ("total", "total_count", "totalCount")


@dataclass(frozen=True, slots=True)
class Paging:
    """How one listing is paged: the arguments, and the attributes of the answer (empty where it has none)."""

    number: str
    size: str
    rows: str
    row: Shape
    more: str
    total: str
    echo: str


def find_paging(query: Mapping[str, Argument], answer: Model | None) -> Paging | None:
    """The paging of an operation, where it takes a page number and answers with rows and a way to see their end."""
    number = next((query[wire] for wire in _NUMBER if wire in query), None)
    if number is None or number.field.shape.kind != "integer" or answer is None or answer.root is not None:
        return None
    fields = {field.wire: field for field in answer.fields}
    rows = _rows(fields)
    more, total = _attribute(fields, _MORE, "boolean"), _attribute(fields, _TOTAL, "integer")
    if rows is None or not (more or total):
        return None
    size = next((query[wire].name for wire in _SIZE if wire in query), "")
    echo = _attribute(fields, _SIZE, "integer")
    return Paging(number.name, size, rows.name, rows.shape.parts[0], more, total, echo)


def _rows(fields: Mapping[str, Field]) -> Field | None:
    arrays = [field for field in fields.values() if field.shape.kind == "array" and not field.shape.nullable]
    named = [field for wire in _ROWS for field in arrays if field.wire == wire]
    if named:
        return named[0]
    return arrays[0] if len(arrays) == 1 else None


def _attribute(fields: Mapping[str, Field], names: tuple[str, ...], kind: str) -> str:
    return next((fields[wire].name for wire in names if wire in fields and fields[wire].shape.kind == kind), "")
