"""A search finds what a reader of the whole would find, whatever the keyword means to a database or a pattern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.bench.searches import explained, keywords
from diglot.conform.binding.bindings import Collection, Filter
from diglot.conform.laws.law import Law
from diglot.conform.laws.proof import sure_filters
from diglot.conform.laws.selection import (
    PRESUMED,
    SOURCES,
    Selection,
    Wanted,
    ask,
    breach_of,
    is_wrong,
    plural,
    select,
    texts_of,
)
from diglot.conform.wire.breach import Breach, UnmetError

_LONGEST = 100  # characters: a request line has its limits
_MOST_ROWS = 100  # among which texts of other fields are looked for


def _contains(lab: Lab, collection: Collection) -> Iterator[Breach]:
    for one in sure_filters(lab, collection, "contains"):
        texts = texts_of(lab, collection, one)
        if not texts:
            raise UnmetError("a dataset with rows")
        asked: list[tuple[str, frozenset[str]]] = []
        for case, wanted, answer in searches(lab, collection, one):
            selection = select(lab, collection, wanted)
            asked.append((wanted[one], frozenset(answer.ids)))
            if is_wrong(collection, answer, wanted, selection):
                cap = collection.largest
                named = explained(asked, tuple(texts.items()), cap) if selection.whole else None
                args = {"parameter": one.parameter, "case": named or case}
                yield breach_of("filter-wrong", args, answer, wanted, selection, SOURCES[one.how])
                break


def searches(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[str, Wanted, Answer]]:
    """(what it tells apart, what was asked, answer) of each keyword."""
    for case, keyword in _keywords(lab, collection, one):
        yield case, {one: keyword}, ask(lab, collection, {one: keyword})


def _keywords(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[str, str]]:
    """(what it tells apart, keyword), plain ones first, then what must not be found."""
    texts = tuple(texts_of(lab, collection, one).values())
    common = plural(lab, collection, one)
    if common:
        yield "substring", common[one]
    if one.inferred:  # that it finds names is sure; which signs it takes for themselves is not
        return
    yield from keywords(texts)
    yield from _elsewhere(lab, collection, one)
    yield "empty", ""


def _elsewhere(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[str, str]]:
    """Texts that stand in other fields of some rows, but in the searched field of none; one of another scope.

    One is an id, one stands for a state, one stands deeper in a row, and one in any other field.
    """
    rows = lab.whole(collection).rows[:_MOST_ROWS]
    states = {other.field for other in collection.filters if other.how == "equals"}
    known = {collection.id, one.field, *states}
    kinds = (
        (row[collection.id] for row in rows[:1]),
        (row.get(name) for row in rows for name in states),
        (text for row in rows for value in row.values() for text in _deeper(value)),
        (row[name] for row in rows for name in sorted(row.keys() - known)),
    )
    for kind in kinds:
        yield from (("other-field", text) for text in islice(_strangers(lab, collection, one, kind), 1))
    if lab.fixtures.other_dataset:
        others = (row.get(one.field) for row in lab.view(collection, lab.fixtures.other_dataset).rows[:20])
        yield from (("other-scope", text) for text in islice(_strangers(lab, collection, one, others), 1))


def _strangers(lab: Lab, collection: Collection, one: Filter, values: Iterable[Any]) -> Iterator[str]:
    """The texts among some values that the searched field of no row may hold."""
    for value in values:
        plain = isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable() and value == value.strip()
        if plain and not select(lab, collection, {one: value}).may:
            yield value


def _deeper(value: Any) -> Iterator[str]:
    """The texts of the objects that a list holds."""
    for item in value if isinstance(value, list) else ():
        held = item.items() if isinstance(item, dict) else ()
        yield from (text for name, text in sorted(held, reverse=True) if isinstance(text, str) and name != "id")


def _odd(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """A keyword that no name can hold finds nothing, if it is not refused; it is not cut at its odd character."""
    for one in sure_filters(lab, collection, "contains"):
        common = (plural(lab, collection, one) or {}).get(one)
        for case, sign in (("nul", "\0"), ("line-break", "\n"), ("long", "x" * 1500)) if common else ():
            wanted = {one: f"{common}{sign}zq"}
            query = {one.parameter: wanted[one]}
            endpoint = collection.endpoint
            if not lab.call(endpoint, lab.values(endpoint), query=query, strange=True).ok:
                continue
            answer = lab.page(collection, query)
            if answer.ids:
                args, selection = {"parameter": one.parameter, "case": case}, Selection((), frozenset(), True)
                yield breach_of("filter-wrong", args, answer, wanted, selection, SOURCES[one.how])


LAWS = (Law("filter.contains", "collection", _contains, presumes=PRESUMED),)
CLOSER = (Law("filter.odd", "collection", _odd, presumes=("filter.contains",), thorough=True),)
