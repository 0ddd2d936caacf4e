"""Collections that a contract shows by conventional names, for contracts that come without bindings.

What is inferred may be wrong: it has to prove itself in the first answers, and withdraws where they do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from diglot.conform.binding.checks import whole_number
from diglot.conform.binding.surface import Endpoint, Parameter, Surface, follow
from diglot.core.pointer import resolve

_PAGE = ("page", "page_number", "pageNumber", "pageNo", "page_no", "current_page", "currentPage")
_OFFSET = ("offset", "skip")
_SIZE = ("limit", "per_page", "page_size", "pageSize", "perPage", "size", "take", "max_results", "maxResults")
_ROWS = ("data", "items", "results", "records", "rows", "list", "content", "entries")
_ID = ("id", "_id", "uuid")
_TOTAL = ("total", "total_count", "totalCount", "total_items", "totalItems", "total_elements", "totalElements")
_MORE = ("has_more", "hasMore", "has_next", "hasNext")
_SEARCH = ("keyword", "query", "q", "search")

_CLAMPED = re.compile(r"\bcaps?\b|\bcapped\b|\bclamp|截断为|最多返回", re.IGNORECASE)
_MOST = re.compile(
    r"(?:\bcap(?:s|ped)?\b|\bclamp\w*|\bmax(?:imum)?\b|\bat most\b|\bup to\b|\bno more than\b|最大|最多|上限|不超过)"
    r"[^\d.。;；]{0,24}?(\d{1,6})(?!\d)",
    re.IGNORECASE,
)
_BY_NAME = re.compile(
    r"\bby (?:the |its |their )?(?:\w+ )?(name|title)s?\b|(?:按|根据|通过)\S{0,6}(名称|标题)", re.IGNORECASE
)
_SEVERAL = re.compile(r"\b(?:or|and)\b|[或和与及、/]", re.IGNORECASE)
_FIELD_OF = {"名称": "name", "标题": "title"}


def infer_collections(surface: Surface) -> Iterator[dict[str, Any]]:
    """The arguments of a `Collection` for each listing operation that is recognized.

    A listing is a GET with a page or offset and a size, all else optional, whose answer holds one array of objects
    with an id.
    """
    for endpoint in surface.endpoints:
        if endpoint.key.method == "get" and (found := _collection(surface, endpoint)):
            yield found


def _collection(surface: Surface, endpoint: Endpoint) -> dict[str, Any] | None:
    query = {parameter.name: parameter for parameter in endpoint.placed("query")}
    whole = {name for name, parameter in query.items() if _is(parameter.schema, "integer", "number")}
    members = _members(surface, endpoint)
    rows = _rows(surface, members)
    page, size = _first(_PAGE, whole), _first(_SIZE, whole)
    counts = "pages" if page else "rows"
    page = page or _first(_OFFSET, whole)
    if page is None or size is None or rows is None or any(one.required for one in query.values()):
        return None
    row = _properties(surface, members[rows].get("items"))
    start, path = query[page].schema, endpoint.placed("path")
    zero = counts == "rows" or 0 in (start.get("minimum"), start.get("default"))
    integers = {name for name, schema in members.items() if _is(schema, "integer", "number")}
    cap, clamps = _cap(query[size])
    return {
        "endpoint": endpoint,
        "rows": rows,
        "id": _first(_ID, row),
        "page": page,
        "size": size,
        "scope": path[0].name if len(path) == 1 else None,
        "total": _first(_TOTAL, integers),
        "more": _first(_MORE, {name for name, schema in members.items() if _is(schema, "boolean")}),
        "page_echo": page if page in integers else None,
        "size_echo": size if size in integers else None,
        "default_page": whole_number(start.get("default", 0 if counts == "rows" else None)),
        "default_size": whole_number(query[size].schema.get("default")),
        "cap": cap,
        "clamps": clamps,
        "counts": counts,
        "first": 0 if zero else 1,
        "filters": tuple(_filters(query.values(), row)),
        "fields": frozenset(row),
        "inferred": True,
    }


def _rows(surface: Surface, members: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The member that holds the rows: by its name, or the only array of objects with an id."""
    arrays = [
        name
        for name, schema in members.items()
        if schema.get("type") == "array" and _first(_ID, _properties(surface, schema.get("items")))
    ]
    return _first(_ROWS, arrays) or (arrays[0] if len(arrays) == 1 else None)


def _cap(size: Parameter) -> tuple[int | None, bool]:
    """The largest size of a page, and whether a larger one is taken for it: by the schema, or by the words."""
    maximum = whole_number(size.schema.get("maximum"))
    said = re.sub("[`*_]", "", size.description)
    match = _MOST.search(said)
    if maximum is not None or match is None:
        return maximum, False
    return int(match[1]) or None, _CLAMPED.search(said) is not None


def _filters(query: Iterable[Parameter], row: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The arguments of a `Filter` for each parameter of which name or description leave no doubt."""
    texts = {name for name, schema in row.items() if _is(schema, "string")}
    for one in query:
        choices = one.schema.get("enum")
        if isinstance(choices, list) and all(isinstance(choice, str) for choice in choices):
            if field := _chosen(one, choices, row, texts):
                values = tuple(choices)
                yield {"parameter": one.name, "field": field, "how": "equals", "values": values, "inferred": True}
        elif one.name in _SEARCH and _is(one.schema, "string"):
            match = _BY_NAME.search(one.description)
            word = (match[1] or match[2]).lower() if match else ""
            field = _FIELD_OF.get(word, word)
            if match and field in texts and not _SEVERAL.search(one.description[match.start() :]):
                yield {"parameter": one.name, "field": field, "how": "contains", "inferred": True}


def _chosen(one: Parameter, choices: list[str], row: Mapping[str, Mapping[str, Any]], texts: set[str]) -> str | None:
    """The field that an enumerated parameter selects by: of its name and values, or named in its description."""
    listed = row.get(one.name, {}).get("enum")
    if isinstance(listed, list) and set(choices) <= set(listed):
        return one.name
    said = one.description.lower()
    named = [name for name in texts if "_" in name and re.search(rf"\b{re.escape(name.replace('_', ' '))}\b", said)]
    return named[0] if len(named) == 1 else None


def row_fields(surface: Surface, endpoint: Endpoint, rows: str) -> frozenset[str]:
    """The members of a row that the contract describes; none where it does not describe rows."""
    return frozenset(_properties(surface, _members(surface, endpoint).get(rows, {}).get("items")))


def _members(surface: Surface, endpoint: Endpoint) -> dict[str, Mapping[str, Any]]:
    pointer = endpoint.declares(200)
    if pointer is None:
        return {}
    response = follow(surface.document, resolve(surface.document, pointer))
    content = response.get("content")
    media = content.get("application/json") if isinstance(content, Mapping) else None
    return _properties(surface, media.get("schema") if isinstance(media, Mapping) else None)


def _properties(surface: Surface, node: Any) -> dict[str, Mapping[str, Any]]:
    properties = surface.schema(node).get("properties")
    return (
        {name: surface.schema(entry) for name, entry in properties.items()} if isinstance(properties, Mapping) else {}
    )


def _is(schema: Mapping[str, Any], *kinds: str) -> bool:
    kind = schema.get("type")
    listed = kind if isinstance(kind, list) else [kind]
    return any(one in kinds for one in listed)


def _first(names: Iterable[str], known: Iterable[str]) -> str | None:
    held = set(known)
    return next((name for name in names if name in held), None)
