"""Collections that a contract shows by conventional names, for contracts that come without bindings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from diglot.conform.binding.surface import Endpoint, Surface, follow
from diglot.core.pointer import resolve

_PAGE = ("page", "page_number", "pageNumber", "pageNo")
_SIZE = ("limit", "per_page", "page_size", "pageSize", "perPage", "size")
_ROWS = ("data", "items", "results", "records", "rows", "list")
_TOTAL = ("total", "total_count", "totalCount", "count")
_MORE = ("has_more", "hasMore", "has_next", "hasNext")


def infer_collections(surface: Surface) -> Iterator[dict[str, Any]]:
    """The arguments of a `Collection` for each listing operation that is recognized.

    A listing is a GET with a page and a size parameter whose answer holds an array of objects with an `id`. No filter
    is inferred: what a filter means is not in its name.
    """
    for endpoint in surface.endpoints:
        if endpoint.key.method == "get" and (found := _collection(surface, endpoint)):
            yield found


def _collection(surface: Surface, endpoint: Endpoint) -> dict[str, Any] | None:
    query = {parameter.name: parameter for parameter in endpoint.placed("query")}
    members = _members(surface, endpoint)
    page, size = _first(_PAGE, query), _first(_SIZE, query)
    rows = next((name for name in _ROWS if members.get(name, {}).get("type") == "array"), None)
    if page is None or size is None or rows is None:
        return None
    row = surface.schema(members[rows].get("items"))
    if "id" not in (row.get("properties") or {}):
        return None
    path = endpoint.placed("path")
    maximum = query[size].schema.get("maximum")
    return {
        "endpoint": endpoint,
        "rows": rows,
        "id": "id",
        "page": page,
        "size": size,
        "scope": path[0].name if len(path) == 1 else None,
        "total": _first(_TOTAL, members),
        "more": _first(_MORE, members),
        "page_echo": page if page in members else None,
        "size_echo": size if size in members else None,
        "default_page": _whole(query[page].schema.get("default")),
        "default_size": _whole(query[size].schema.get("default")),
        "cap": _whole(maximum),
        "fields": row_fields(surface, endpoint, rows),
    }


def row_fields(surface: Surface, endpoint: Endpoint, rows: str) -> frozenset[str]:
    """The members of a row that the contract describes; none where it does not describe rows."""
    row = surface.schema(_members(surface, endpoint).get(rows, {}).get("items"))
    properties = row.get("properties")
    return frozenset(properties) if isinstance(properties, Mapping) else frozenset()


def _members(surface: Surface, endpoint: Endpoint) -> dict[str, Mapping[str, Any]]:
    pointer = endpoint.declares(200)
    if pointer is None:
        return {}
    response = follow(surface.document, resolve(surface.document, pointer))
    content = response.get("content")
    media = content.get("application/json") if isinstance(content, Mapping) else None
    schema = surface.schema(media.get("schema") if isinstance(media, Mapping) else None)
    properties = schema.get("properties")
    return {name: surface.schema(entry) for name, entry in properties.items()} if isinstance(properties, dict) else {}


def _first(names: Iterable[str], known: Mapping[str, Any]) -> str | None:
    return next((name for name in names if name in known), None)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
