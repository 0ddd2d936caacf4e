"""A filter selects exactly the rows that a reader of the whole would select, and paging goes on within them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.binding.bindings import Collection, Filter, matches
from diglot.conform.laws.law import Law
from diglot.conform.laws.proof import sure_filters
from diglot.conform.laws.searching import searches
from diglot.conform.laws.selection import (
    PRESUMED,
    SOURCES,
    Selection,
    Wanted,
    ask,
    breach_of,
    is_wrong,
    miscounted,
    pieces,
    plural,
    select,
    texts_of,
)
from diglot.conform.wire.breach import Breach, UnmetError

_MOST_PAGES = 8
_MOST_TEXTS = 300  # among which keywords are looked for that some rows share
_COUNTS = {"paging.total": "filter-total-wrong", "paging.more": "filter-more-wrong"}


def _equals(lab: Lab, collection: Collection) -> Iterator[Breach]:
    absent = []
    for one in sure_filters(lab, collection, "equals"):
        for value in one.values:
            wanted = {one: value}
            answer, selection = ask(lab, collection, wanted), select(lab, collection, wanted)
            if is_wrong(collection, answer, wanted, selection):
                args = {"parameter": one.parameter, "case": value}
                yield breach_of("filter-wrong", args, answer, wanted, selection, SOURCES[one.how])
                break
            if not selection.must:
                absent.append(value)
    if absent:
        raise UnmetError(f"rows whose state is {', '.join(absent)}")


def _within(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """Total, has-more, the echoes and the pages of what a filter selects."""
    tried = False
    filters = sure_filters(lab, collection)
    found: dict[str, list[Breach]] = {}
    for one in filters:
        wanted = plural(lab, collection, one)
        exact = wanted is not None and select(lab, collection, wanted).exact
        tried = tried or exact
        within = _pages_within(lab, collection, one, wanted) if wanted is not None and exact else ()
        for rule, breach in {breach.rule: breach for breach in (*_first_pages(lab, collection, one), *within)}.items():
            found.setdefault(rule, []).append(breach)
    for breaches in found.values():
        yield from _together(breaches, len(filters))
    if not tried:
        raise UnmetError("a dataset in which a filter selects some rows, more than one, and not all")


def _together(breaches: list[Breach], filters: int) -> list[Breach]:
    """One breach where every filter shows it: then no filter is the cause."""
    names = [str(breach.args.get("parameter", "")) for breach in breaches]
    if len(breaches) < max(filters, 2) or "" in names:
        return breaches
    return [replace(breaches[0], args={**breaches[0].args, "parameter": "+".join(sorted(names))})]


def _first_pages(lab: Lab, collection: Collection, one: Filter) -> Iterator[Breach]:
    """What the first pages of all the values that were asked for say of themselves."""
    size = collection.largest
    seen: set[str] = set()
    for wanted, answer in _asked(lab, collection, one):
        selection = select(lab, collection, wanted)
        count = len(selection.must) if selection.exact else len(answer.ids) if len(answer.ids) < size else None
        for rule, expected, got in miscounted(collection, answer, count, size, 1) if count is not None else ():
            if rule in _COUNTS.values() and rule not in seen:
                seen.add(rule)
                yield _counted(rule, one, answer, expected, got)


def _asked(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[Wanted, Answer]]:
    if one.how == "equals":
        yield from (({one: value}, ask(lab, collection, {one: value})) for value in one.values)
    else:
        yield from ((wanted, answer) for _, wanted, answer in searches(lab, collection, one))


def _counted(rule: str, one: Filter, answer: Answer, expected: Any, got: Any) -> Breach:
    source = next((source for source, name in _COUNTS.items() if name == rule), "paging.size")
    args = {"parameter": one.parameter} if rule in _COUNTS.values() else {"member": next(iter(expected))}
    return Breach(rule, args, answer.exchange, expected, got, source)


def _pages_within(lab: Lab, collection: Collection, one: Filter, wanted: Wanted) -> Iterator[Breach]:
    selection = select(lab, collection, wanted)
    count = len(selection.must)
    size = min(max(count // 2, 1), collection.largest)
    last = min(-(-count // size), _MOST_PAGES)
    seen: list[str] = []
    args = {"parameter": one.parameter}
    for page in range(1, last + 2):
        answer = ask(lab, collection, wanted, size, page)
        seen += answer.ids
        for rule, expected, got in miscounted(collection, answer, count, size, page):
            yield _counted(rule, one, answer, expected, got)
            return
        holds = max(0, min(size, count - (page - 1) * size))
        if len(answer.ids) != holds or len(set(seen)) < len(seen):
            expected, got = f"n = {holds}", f"n = {len(answer.ids)}, distinct = {len(set(seen))} of {len(seen)}"
            yield Breach("filter-pages-wrong", args, answer.exchange, expected, got, "paging.partition")
            return
    if not set(seen) <= set(selection.must):
        expected, got = f"n = {count}", f"n = {len(set(seen) & set(selection.must))}"
        yield Breach("filter-pages-wrong", args, answer.exchange, expected, got, "paging.partition")


def _combined(lab: Lab, collection: Collection) -> Iterator[Breach]:
    texts, states = sure_filters(lab, collection, "contains"), sure_filters(lab, collection, "equals")
    tried = False
    for one, other in [(one, other) for one in texts for other in states]:
        for wanted, selection in _telling(lab, collection, one, other):
            tried = True
            answer = ask(lab, collection, wanted)
            if is_wrong(collection, answer, wanted, selection):
                yield breach_of("filters-not-combined", {}, answer, wanted, selection, "filter.combined")
                return
            counted = answer.total is not None and selection.exact and answer.total != len(selection.must)
            if counted and not any(chain(_first_pages(lab, collection, one), _first_pages(lab, collection, other))):
                args = {"parameter": f"{one.parameter}+{other.parameter}"}
                expected = len(selection.must)
                yield Breach("filter-total-wrong", args, answer.exchange, expected, answer.total, "paging.total")
                return
    if not tried:
        raise UnmetError("a dataset whose rows differ in name and state")


def _telling(
    lab: Lab, collection: Collection, one: Filter, other: Filter
) -> Iterator[tuple[Mapping[Filter, str], Selection]]:
    """Pairs whose common rows are fewer than those of either alone: first with some in common, then with none."""
    texts = list(texts_of(lab, collection, one).values())[:_MOST_TEXTS]
    some: list[Any] = []
    none: list[Any] = []
    for keyword in dict.fromkeys((*pieces(texts), *texts[:20])):
        alone = select(lab, collection, {one: keyword})
        for value in other.values if alone.must else ():
            wanted = {one: keyword, other: value}
            selection = select(lab, collection, wanted)
            others = len(select(lab, collection, {other: value}).must)
            sure = len(selection.must) == len(selection.may)
            if sure and len(selection.must) < min(len(alone.must), others):
                (some if selection.must else none).append((wanted, selection))
        if len(some) > 2 and len(none) > 1:
            break
    yield from (*some[:2], *none[:2])


def _derived(lab: Lab, collection: Collection) -> Iterator[Breach]:
    if not collection.derived:
        raise UnmetError("a derived field in laws.yaml")
    whole = lab.whole(collection)
    for name, table in collection.derived.items():
        for row in whole.rows:
            case = next((case for case in table if matches(row, case.when)), None)
            if case is not None and not matches(row, {name: case.value}):
                shown = {key: row.get(key) for one in table for key in one.when}
                args = {"field": name, "value": case.value}
                yield Breach(
                    "derived-field-wrong",
                    args,
                    whole.exchange,
                    case.value,
                    {**shown, name: row.get(name)},
                    "filter.derived",
                )
                return


LAWS = (
    Law("filter.derived", "collection", _derived, presumes=("paging.partition",)),
    Law("filter.equals", "collection", _equals, presumes=(*PRESUMED, "filter.derived")),
    Law(
        "filter.within",
        "collection",
        _within,
        presumes=(
            "filter.contains",
            "filter.equals",
            "paging.size",
            "paging.partition",
            "paging.total",
            "paging.more",
            "paging.echo",
        ),
    ),
    Law("filter.combined", "collection", _combined, presumes=("filter.contains", "filter.equals", "filter.within")),
)
