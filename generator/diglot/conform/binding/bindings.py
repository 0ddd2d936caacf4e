"""To what the laws are bound: which parameter is the page, which field shows an action, on which sentence it rests.

Bindings are data (`specs/laws.yaml`). What they leave out is inferred from the contract where names are conventional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.conform.binding.surface import Endpoint


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


def matches(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a row has every wanted value; a list means any of these, `{not: x}` anything else."""
    return all(_fits(row.get(name), value) for name, value in wanted.items())


def _fits(actual: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return not _fits(actual, wanted["not"])
    if isinstance(wanted, list | tuple):
        return actual in wanted
    return bool(actual == wanted)
