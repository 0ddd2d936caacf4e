"""Binding the laws to a contract: what `laws.yaml` says, and what conventional names show where it says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from diglot.conform.binding.bindings import Action, Actions, Bindings, Case, Collection, Filter, Values
from diglot.conform.binding.checks import name, number, one_of, sentences
from diglot.conform.binding.infer import infer_collections, row_fields
from diglot.conform.binding.surface import Endpoint, Surface
from diglot.core.usage import UsageError


def bind(surface: Surface, data: Mapping[str, Any]) -> Bindings:
    """Bind the laws to a contract. An entry whose operation the contract lacks is left out.

    Raises:
        UsageError: an entry lacks a member, or a member has the wrong shape.
    """
    given = list(_each(surface, data, "collections", partial(_collection, surface)))
    bound = {collection.endpoint.key for collection in given}
    for found in infer_collections(surface):
        if found["endpoint"].key not in bound:
            filters = tuple(Filter(**one) for one in found.pop("filters"))
            given.append(Collection(**found, filters=filters))
    seen = {collection.endpoint.key: collection for collection in given}
    return Bindings(
        collections=tuple(given),
        actions=tuple(_each(surface, data, "actions", partial(_actions, surface, seen))),
        values=tuple(_each(surface, data, "values", partial(_values, surface, seen))),
        sentences=dict(sentences(data)),
        quoted=frozenset(str(key) for key, entry in (data.get("sentences") or {}).items() if "quote" in entry),
    )


def _each(
    surface: Surface, data: Mapping[str, Any], kind: str, make: Callable[[Endpoint, Mapping[str, Any]], Any]
) -> Iterator[Any]:
    """The binding of each entry of one kind whose operation the contract has."""
    listed = data.get(kind) or []
    if not isinstance(listed, list):
        raise UsageError(f"laws: {kind} must be a list")
    for index, entry in enumerate(listed):
        place = f"laws: {kind}[{index}]"
        if not isinstance(entry, Mapping):
            raise UsageError(f"{place} must be a mapping with operation and more")
        place += f" ({entry['operation']})" if "operation" in entry else ""
        try:
            endpoint = surface.find(str(entry["operation"]))
            if endpoint is not None and not _unseen(surface, data, entry):
                yield make(endpoint, entry)
        except KeyError as error:
            raise UsageError(f"{place} lacks or misnames {error.args[0]}") from None
        except (TypeError, AttributeError, ValueError) as error:
            raise UsageError(f"{place} has the wrong shape: {error}") from None


def _unseen(surface: Surface, data: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether what an entry writes is seen in a collection that is bound, but that the contract lacks."""
    seen_in = entry.get("seen_in")
    bound = [one.get("operation") for one in data.get("collections") or () if isinstance(one, Mapping)]
    return seen_in in bound and surface.find(str(seen_in)) is None


def _collection(surface: Surface, endpoint: Endpoint, entry: Mapping[str, Any]) -> Collection:
    page, size = entry["page"], entry["size"]
    counts = one_of(page.get("counts", "pages"), "pages", "rows")
    return Collection(
        endpoint=endpoint,
        rows=name(entry["rows"]),
        id=name(entry["id"]),
        page=name(page["parameter"]),
        size=name(size["parameter"]),
        scope=entry.get("scope"),
        total=entry.get("total"),
        more=entry.get("more"),
        page_echo=page.get("echo"),
        size_echo=size.get("echo"),
        default_page=number(page.get("default")),
        default_size=number(size.get("default")),
        cap=number(size.get("cap")),
        filters=tuple(_filters(endpoint, entry)),
        derived={
            field_name: tuple(Case(case.get("when") or {}, case["is"]) for case in table)
            for field_name, table in (entry.get("derived") or {}).items()
        },
        fields=row_fields(surface, endpoint, entry["rows"]),
        counts=counts,
        first=number(page.get("first", 0 if counts == "rows" else 1)) or 0,
    )


def _filters(endpoint: Endpoint, entry: Mapping[str, Any]) -> Iterator[Filter]:
    """The filters whose parameters the contract has."""
    enums = {one.name: one.schema.get("enum") or () for one in endpoint.placed("query")}
    for one in entry.get("filters") or ():
        selects, field_name, how = name(one["parameter"]), name(one["field"]), one_of(one["how"], "contains", "equals")
        if selects in enums:
            yield Filter(selects, field_name, how, tuple(map(str, enums[selects])))


def _seen_in(entry: Mapping[str, Any], surface: Surface, seen: Mapping[Any, Collection]) -> Collection:
    endpoint = surface.find(str(entry["seen_in"]))
    if endpoint is None or endpoint.key not in seen:
        raise KeyError("seen_in")
    return seen[endpoint.key]


def _actions(surface: Surface, seen: Mapping[Any, Collection], endpoint: Endpoint, entry: Mapping[str, Any]) -> Actions:
    return Actions(
        endpoint=endpoint,
        collection=_seen_in(entry, surface, seen),
        parameter=entry["parameter"],
        ids=entry["ids"],
        actions=tuple(
            Action(
                name=str(name),
                inverse=one.get("inverse"),
                on=one.get("on") or {},
                sets=one["sets"],
                shows=one.get("shows") or {},
                stamps=_texts(one.get("stamps")),
                refused_on=one.get("refused_on") or {},
            )
            for name, one in entry["actions"].items()
        ),
        unknown=_status(entry.get("unknown")),
        refused=_status(entry.get("refused")),
    )


def _values(surface: Surface, seen: Mapping[Any, Collection], endpoint: Endpoint, entry: Mapping[str, Any]) -> Values:
    return Values(
        endpoint=endpoint,
        collection=_seen_in(entry, surface, seen),
        entries=entry["entries"],
        row=entry["row"],
        items=entry["items"],
        item_id=entry["item"]["id"],
        item_name=entry["item"]["name"],
        item_value=entry["item"]["value"],
        partial=entry["partial"],
        shown=entry["shown"],
        unknown=_status(entry.get("unknown")),
    )


def _status(value: Any) -> int | None:
    return None if value is None else int(value)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
