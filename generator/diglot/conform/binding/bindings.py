"""To what the laws are bound: which parameter is the page, which field shows an action, on which sentence it rests.

Bindings are data (`specs/laws.yaml`). What they leave out is inferred from the contract where names are conventional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.conform.binding.infer import infer_collections, row_fields
from diglot.conform.binding.surface import Endpoint, Surface
from diglot.core.usage import UsageError


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that selects rows by one of their fields."""

    parameter: str
    field: str
    how: Literal["contains", "equals"]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a decision table: when the fields have these values, the field is this, or one of these."""

    when: Mapping[str, Any]
    value: Any


@dataclass(frozen=True, slots=True)
class Collection:
    """An operation that lists rows in pages.

    `rows`, `total`, `more`, `page_echo` and `size_echo` name members of the answer; `page` and `size` query parameters;
    `scope` the path parameter that says whose rows these are; `derived` maps a field to its decision table; `fields`
    are the members of a row that the contract describes (empty: it does not say).
    """

    endpoint: Endpoint
    rows: str
    id: str
    page: str
    size: str
    scope: str | None = None
    total: str | None = None
    more: str | None = None
    page_echo: str | None = None
    size_echo: str | None = None
    default_page: int | None = None
    default_size: int | None = None
    cap: int | None = None
    filters: tuple[Filter, ...] = ()
    derived: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Action:
    """One action on rows.

    `on` selects the rows it is for, `refused_on` those it must refuse; `sets` is what it makes of a row's fields,
    `shows` what follows from that, `stamps` the fields that get some value, and `inverse` undoes it all.
    """

    name: str
    inverse: str | None
    on: Mapping[str, Any]
    sets: Mapping[str, Any]
    shows: Mapping[str, Any]
    stamps: tuple[str, ...]
    refused_on: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actions:
    """An operation that applies an action, named by a path parameter, to the rows named in its body.

    `unknown` is the status for a row that does not exist, `refused` for one in a state that does not allow the action.
    """

    endpoint: Endpoint
    collection: Collection
    parameter: str
    ids: str
    actions: tuple[Action, ...]
    unknown: int | None = None
    refused: int | None = None

    def named(self, name: str | None) -> Action | None:
        """The action of that name."""
        return next((action for action in self.actions if action.name == name), None)


@dataclass(frozen=True, slots=True)
class Values:
    """An operation that writes named values onto rows, shown in a field of the collection's rows.

    `unknown` is the status for a row or a field that does not exist.
    """

    endpoint: Endpoint
    collection: Collection
    entries: str
    row: str
    items: str
    item_id: str
    item_name: str
    item_value: str
    partial: str
    shown: str
    unknown: int | None = None


@dataclass(frozen=True, slots=True)
class Bindings:
    """Everything the laws are bound to, and by key the sentences they rest on."""

    collections: tuple[Collection, ...] = ()
    actions: tuple[Actions, ...] = ()
    values: tuple[Values, ...] = ()
    sentences: Mapping[str, str] = field(default_factory=dict)


def bind(surface: Surface, data: Mapping[str, Any]) -> Bindings:
    """Bind the laws to a contract. An entry whose operation the contract lacks is left out.

    Raises:
        UsageError: an entry lacks a member, or a member has the wrong shape.
    """
    try:
        given = [_collection(surface, endpoint, entry) for endpoint, entry in _entries(surface, data, "collections")]
        bound = {collection.endpoint.key for collection in given}
        given += [Collection(**found) for found in infer_collections(surface) if found["endpoint"].key not in bound]
        seen = {collection.endpoint.key: collection for collection in given}
        return Bindings(
            collections=tuple(given),
            actions=tuple(_actions(*pair, surface, seen) for pair in _entries(surface, data, "actions")),
            values=tuple(_values(*pair, surface, seen) for pair in _entries(surface, data, "values")),
            sentences={str(key): _sentence(entry) for key, entry in (data.get("sentences") or {}).items()},
        )
    except KeyError as error:
        raise UsageError(f"laws: an entry lacks or misnames {error.args[0]}") from None
    except (TypeError, AttributeError, ValueError) as error:
        raise UsageError(f"laws: an entry has the wrong shape: {error}") from None


def _entries(surface: Surface, data: Mapping[str, Any], kind: str) -> list[tuple[Endpoint, Mapping[str, Any]]]:
    found = []
    for entry in data.get(kind) or ():
        endpoint = surface.find(str(entry["operation"]))
        if endpoint is not None:
            found.append((endpoint, entry))
    return found


def _collection(surface: Surface, endpoint: Endpoint, entry: Mapping[str, Any]) -> Collection:
    page, size = entry["page"], entry["size"]
    enums = {parameter.name: parameter.schema.get("enum") or () for parameter in endpoint.parameters}
    return Collection(
        endpoint=endpoint,
        rows=entry["rows"],
        id=entry["id"],
        page=page["parameter"],
        size=size["parameter"],
        scope=entry.get("scope"),
        total=entry.get("total"),
        more=entry.get("more"),
        page_echo=page.get("echo"),
        size_echo=size.get("echo"),
        default_page=page.get("default"),
        default_size=size.get("default"),
        cap=size.get("cap"),
        filters=tuple(
            Filter(one["parameter"], one["field"], one["how"], tuple(map(str, enums.get(one["parameter"], ()))))
            for one in entry.get("filters") or ()
        ),
        derived={
            name: tuple(Case(case.get("when") or {}, case["is"]) for case in table)
            for name, table in (entry.get("derived") or {}).items()
        },
        fields=row_fields(surface, endpoint, entry["rows"]),
    )


def _seen_in(entry: Mapping[str, Any], surface: Surface, seen: Mapping[Any, Collection]) -> Collection:
    endpoint = surface.find(str(entry["seen_in"]))
    if endpoint is None or endpoint.key not in seen:
        raise KeyError("seen_in")
    return seen[endpoint.key]


def _actions(endpoint: Endpoint, entry: Mapping[str, Any], surface: Surface, seen: Mapping[Any, Collection]) -> Actions:
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


def _values(endpoint: Endpoint, entry: Mapping[str, Any], surface: Surface, seen: Mapping[Any, Collection]) -> Values:
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


def _sentence(entry: Mapping[str, Any]) -> str:
    if "quote" in entry:
        return f"{entry['page']}: “{entry['quote']}”"
    return str(entry["expected"])


def matches(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a row has every wanted value; a list means any of these, `{not: x}` anything else."""
    return all(_fits(row.get(name), value) for name, value in wanted.items())


def _fits(actual: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return not _fits(actual, wanted["not"])
    if isinstance(wanted, list | tuple):
        return actual in wanted
    return bool(actual == wanted)
