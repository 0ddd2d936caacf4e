"""To what the laws are bound: which parameter is the page, which field shows an action, on which sentence it rests.

Bindings are data (`specs/laws.yaml`). What they leave out is inferred from the contract where names are conventional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from diglot.conform.binding.checks import name, number, one_of, sentences
from diglot.conform.binding.infer import infer_collections, row_fields
from diglot.conform.binding.surface import Endpoint, Surface
from diglot.core.usage import UsageError


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that selects rows by one of their fields; one that was `inferred` has to prove itself."""

    parameter: str
    field: str
    how: Literal["contains", "equals"]
    values: tuple[str, ...] = ()
    inferred: bool = False


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

    `page` counts pages or, as an offset, rows, from `first`; `cap` is the largest size of a page, and `clamps` says
    that a larger one is taken for it and not refused. What was `inferred` has to prove itself in its first answers.
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
    counts: Literal["pages", "rows"] = "pages"
    first: int = 1
    clamps: bool = True
    inferred: bool = False

    @property
    def largest(self) -> int:
        """The size of the largest page that can be had, or of one that will hardly be refused."""
        return self.cap or self.default_size or 20

    def schema(self, parameter: str) -> Mapping[str, Any]:
        """The schema of a query parameter; the empty one where the contract does not describe it."""
        return next((one.schema for one in self.endpoint.placed("query") if one.name == parameter), {})

    def window(self, number: int, size: int) -> dict[str, int]:
        """The query for the page of that number, counted from 1, when pages hold `size` rows."""
        return {self.page: self.position(number, size), self.size: size}

    def position(self, number: int, size: int) -> int:
        """What the parameter `page` has to be for the page of that number, counted from 1."""
        return self.first + (number - 1) * (size if self.counts == "rows" else 1)


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
    """Everything the laws are bound to, and by key the sentences they rest on; `quoted` are those that a page says."""

    collections: tuple[Collection, ...] = ()
    actions: tuple[Actions, ...] = ()
    values: tuple[Values, ...] = ()
    sentences: Mapping[str, str] = field(default_factory=dict)
    quoted: frozenset[str] = frozenset()


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


def matches(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a row has every wanted value; a list means any of these, `{not: x}` anything else."""
    return all(_fits(row.get(name), value) for name, value in wanted.items())


def _fits(actual: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return not _fits(actual, wanted["not"])
    if isinstance(wanted, list | tuple):
        return actual in wanted
    return bool(actual == wanted)
