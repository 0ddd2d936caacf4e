"""A filter selects exactly the rows that a reader of the whole would select, and paging goes on within them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.bench.searches import explained, keywords
from diglot.conform.binding.bindings import Collection, Filter, matches
from diglot.conform.laws.law import Law
from diglot.conform.laws.selection import (
    SOURCES,
    Selection,
    Wanted,
    ask,
    breach_of,
    filters_of,
    fits,
    is_wrong,
    miscounted,
    select,
    texts_of,
)
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError

_MOST_PAGES = 8
_MOST_FIELDS = 3
_COMMON_ROWS = 300  # among which values are looked for that select some rows
_COUNTS = {"paging.total": "filter-total-wrong", "paging.more": "filter-more-wrong"}


def _contains(lab: Lab, collection: Collection) -> Iterator[Breach]:
    for one in filters_of(collection, "contains"):
        texts = texts_of(lab, collection, one)
        if not texts:
            raise UnmetError("a dataset with rows")
        asked: list[tuple[str, frozenset[str]]] = []
        for case, wanted, answer in _searches(lab, collection, one):
            selection = select(lab, collection, wanted)
            asked.append((wanted[one], frozenset(answer.ids)))
            if is_wrong(collection, answer, wanted, selection):
                cap = collection.cap or 100
                named = explained(asked, tuple(texts.items()), cap) if selection.whole else None
                args = {"parameter": one.parameter, "case": named or case}
                yield breach_of("filter-wrong", args, answer, wanted, selection, SOURCES[one.how])
                break


def _searches(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[str, Wanted, Answer]]:
    """(what it tells apart, what was asked, answer) of each keyword; an empty one may be refused."""
    for case, keyword in _keywords(lab, collection, one):
        wanted = {one: keyword}
        try:
            yield case, wanted, ask(lab, collection, wanted)
        except UnansweredError as problem:
            if keyword or problem.breach.rule != "valid-input-refused":
                raise


def _keywords(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[str, str]]:
    """(what it tells apart, keyword), plain ones first, then what must not be found."""
    texts = tuple(texts_of(lab, collection, one).values())
    common = _plural(lab, collection, one)
    if common:
        yield "substring", common[one]
    yield from keywords(texts)
    yield from _elsewhere(lab, collection, one)
    yield "no-match", "zq-diglot-no-such-text"
    yield "empty", ""


def _elsewhere(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[str, str]]:
    """A text that stands in another field of some row, but in the searched field of none; one of another scope."""
    row = next(iter(lab.whole(collection).rows), {})
    others = [row.get(name) for name in (collection.id, *sorted(row.keys() - {collection.id, one.field}))]
    texts = dict.fromkeys(value for value in others if isinstance(value, str) and value)
    strangers = (value for value in texts if not select(lab, collection, {one: value}).may)
    yield from (("other-field", value) for value in islice(strangers, _MOST_FIELDS))
    if lab.fixtures.other_dataset:
        for row in lab.view(collection, lab.fixtures.other_dataset).rows[:20]:
            value = row.get(one.field)
            if isinstance(value, str) and value and not select(lab, collection, {one: value}).may:
                yield "other-scope", value
                return


def _odd(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """A keyword that no name can hold finds nothing, if it is not refused; it is not cut at its odd character."""
    for one in filters_of(collection, "contains"):
        common = (_plural(lab, collection, one) or {}).get(one)
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


def _equals(lab: Lab, collection: Collection) -> Iterator[Breach]:
    absent = []
    for one in filters_of(collection, "equals"):
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
    for one in collection.filters:
        yield from _first_pages(lab, collection, one)
        wanted = _plural(lab, collection, one)
        if wanted is not None and select(lab, collection, wanted).exact:
            tried = True
            yield from _pages_within(lab, collection, one, wanted)
    if not tried:
        raise UnmetError("a dataset in which a filter selects some rows, more than one, and not all")


def _first_pages(lab: Lab, collection: Collection, one: Filter) -> Iterator[Breach]:
    """What the first pages of all the values that were asked for say of themselves."""
    size = collection.cap or 100
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
        yield from ((wanted, answer) for _, wanted, answer in _searches(lab, collection, one))


def _counted(rule: str, one: Filter, answer: Answer, expected: Any, got: Any) -> Breach:
    source = next((source for source, name in _COUNTS.items() if name == rule), "paging.size")
    args = {"parameter": one.parameter} if rule in _COUNTS.values() else {"member": next(iter(expected))}
    return Breach(rule, args, answer.exchange, expected, got, source)


def _pages_within(lab: Lab, collection: Collection, one: Filter, wanted: Wanted) -> Iterator[Breach]:
    selection = select(lab, collection, wanted)
    count = len(selection.must)
    size = min(max(count // 2, 1), collection.cap or 100)
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


def _plural(lab: Lab, collection: Collection, one: Filter) -> dict[Filter, str] | None:
    """A value of the filter that selects at least two rows (better four) but not all."""
    found: dict[Filter, str] | None = lab.remembered(("plural", one), lambda: _find_plural(lab, collection, one))
    return found


def _find_plural(lab: Lab, collection: Collection, one: Filter) -> dict[Filter, str] | None:
    rows = lab.whole(collection).rows[:_COMMON_ROWS]
    texts = [row[one.field] for row in rows if isinstance(row.get(one.field), str)]
    values = one.values if one.how == "equals" else tuple(dict.fromkeys(_pieces(texts)))
    fitting = []
    for value in values:
        found = [fits(one, value, row) for row in rows]
        count = sum(must for must, _ in found)
        if count == sum(may for _, may in found) and 2 <= count < len(rows):
            fitting.append((abs(count - 4), value))
    return {one: min(fitting)[1]} if fitting else None


def _pieces(texts: list[str]) -> Iterator[str]:
    for text in texts[:: max(len(texts) // 8, 1)]:
        for length in (2, 3, 4):
            piece = text[-length:]
            if piece.isascii() and piece.strip() == piece and len(text) >= length:
                yield piece
                yield text[:length].strip()


def _combined(lab: Lab, collection: Collection) -> Iterator[Breach]:
    texts, states = filters_of(collection, "contains"), filters_of(collection, "equals")
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
    texts = list(texts_of(lab, collection, one).values())[:_COMMON_ROWS]
    some: list[Any] = []
    none: list[Any] = []
    for keyword in dict.fromkeys((*_pieces(texts), *texts[:20])):
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
    yield from (*some[:3], *none[:2])


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
    Law("filter.contains", "collection", _contains, presumes=("paging.order", "paging.size")),
    Law("filter.equals", "collection", _equals, presumes=("paging.order", "paging.size")),
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
    Law("filter.combined", "collection", _combined, presumes=("filter.contains", "filter.equals", "paging.total")),
    Law("filter.derived", "collection", _derived, presumes=("paging.partition",)),
)
CLOSER = (Law("filter.odd", "collection", _odd, presumes=("filter.contains",), thorough=True),)
