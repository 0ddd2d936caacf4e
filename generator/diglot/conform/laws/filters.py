"""A filter selects exactly the rows that a reader of the whole would select, and paging goes on within them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.bench.samples import found_in, keywords
from diglot.conform.binding.bindings import Collection, Filter, matches
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError

_MOST_PAGES = 8
_MOST_FIELDS = 4
_SOURCES = {"contains": "filter.keyword", "equals": "filter.status"}


@dataclass(frozen=True)
class _Selection:
    """The ids that a filter must select and those it may, by the rows of the whole, in their order."""

    must: tuple[str, ...]
    may: frozenset[str]

    @property
    def exact(self) -> bool:
        return len(self.must) == len(self.may)


def _select(lab: Lab, collection: Collection, wanted: Mapping[Filter, str]) -> _Selection:
    ids = lab.whole(collection).ids
    must, may = set(ids), set(ids)
    for one, value in wanted.items():
        sure, possible = lab.remembered(("selected", one, value), partial(_alone, lab, collection, one, value))
        must &= sure
        may &= possible
    return _Selection(tuple(key for key in ids if key in must), frozenset(may))


def _alone(lab: Lab, collection: Collection, one: Filter, value: str) -> tuple[set[str], set[str]]:
    """The ids that one filter must select by itself, and those it may."""
    fits = {str(row[collection.id]): _fits(one, value, row.get(one.field)) for row in lab.whole(collection).rows}
    return {key for key, (sure, _) in fits.items() if sure}, {key for key, (_, may) in fits.items() if may}


def _fits(one: Filter, value: str, actual: Any) -> tuple[bool, bool]:
    if one.how == "contains":
        return found_in(value, actual) if isinstance(actual, str) else (False, False)
    return (actual == value,) * 2


def _ask(lab: Lab, collection: Collection, wanted: Mapping[Filter, str], **paging: int) -> Answer:
    query: dict[str, Any] = {one.parameter: value for one, value in wanted.items()}
    size, page = paging.get("size", collection.cap or 100), paging.get("page", 1)
    answer: Answer = lab.remembered(
        ("filtered", tuple(query.items()), size, page),
        lambda: lab.page(collection, {**query, collection.page: page, collection.size: size}),
    )
    return answer


def _wrong(collection: Collection, answer: Answer, selection: _Selection) -> bool:
    cap = collection.cap or 100
    if len(set(answer.ids)) != len(answer.ids) or not set(answer.ids) <= selection.may:
        return True
    if len(selection.may) > cap:
        return len(answer.ids) != cap
    return not set(selection.must) <= set(answer.ids)


def _breach(rule: str, args: Mapping[str, Any], answer: Answer, selection: _Selection, source: str) -> Breach:
    missing = [key for key in selection.must if key not in answer.ids]
    surplus = [key for key in answer.ids if key not in selection.may]
    got = f"n = {len(answer.ids)}, missing: {missing[:2]}, surplus: {surplus[:2]}"
    return Breach(rule, args, answer.exchange, f"n = {len(selection.must)}", got, source)


def _contains(lab: Lab, collection: Collection) -> Iterator[Breach]:
    for one in _filters(collection, "contains"):
        texts = [row[one.field] for row in lab.whole(collection).rows if isinstance(row.get(one.field), str)]
        if not texts:
            raise UnmetError("a dataset with rows")
        for case, keyword in (*keywords(texts), *_elsewhere(lab, collection, one)):
            wanted = {one: keyword}
            answer, selection = _ask(lab, collection, wanted), _select(lab, collection, wanted)
            if _wrong(collection, answer, selection):
                args = {"parameter": one.parameter, "case": case}
                yield _breach("filter-wrong", args, answer, selection, _SOURCES[one.how])
                break


def _elsewhere(lab: Lab, collection: Collection, one: Filter) -> Iterator[tuple[str, str]]:
    """A text that stands in another field of some row, but in the searched field of none; one of another scope."""
    rows = lab.whole(collection).rows
    others = [rows[0].get(name) for name in (collection.id, *sorted(rows[0].keys() - {collection.id, one.field}))]
    texts = dict.fromkeys(value for value in others if isinstance(value, str) and value)
    strangers = (value for value in texts if not _select(lab, collection, {one: value}).may)
    yield from (("other-field", value) for value in islice(strangers, _MOST_FIELDS))
    if lab.fixtures.other_dataset:
        for row in lab.whole(collection, lab.fixtures.other_dataset).rows[:20]:
            value = row.get(one.field)
            if isinstance(value, str) and value and not _select(lab, collection, {one: value}).may:
                yield "other-scope", value
                return


def _equals(lab: Lab, collection: Collection) -> Iterator[Breach]:
    absent = []
    for one in _filters(collection, "equals"):
        for value in one.values:
            wanted = {one: value}
            answer, selection = _ask(lab, collection, wanted), _select(lab, collection, wanted)
            if _wrong(collection, answer, selection):
                args = {"parameter": one.parameter, "case": value}
                yield _breach("filter-wrong", args, answer, selection, _SOURCES[one.how])
                break
            if not selection.must:
                absent.append(value)
    if absent:
        raise UnmetError(f"rows whose state is {', '.join(absent)}")


def _within(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """Total, has-more and the pages of what a filter selects."""
    tried = False
    for one in collection.filters:
        wanted = _plural(lab, collection, one)
        if wanted is None:
            continue
        tried = True
        yield from _pages_within(lab, collection, one, wanted)
    if not tried:
        raise UnmetError("a dataset in which a filter selects some rows, more than one, and not all")


def _pages_within(lab: Lab, collection: Collection, one: Filter, wanted: Mapping[Filter, str]) -> Iterator[Breach]:
    selection = _select(lab, collection, wanted)
    count = len(selection.must)
    size = min(max(count // 2, 1), collection.cap or 100)
    last = -(-count // size)
    args = {"parameter": one.parameter}
    seen: list[str] = []
    for page in range(1, min(last, _MOST_PAGES) + 1):
        answer = _ask(lab, collection, wanted, size=size, page=page)
        seen += answer.ids
        if answer.total is not None and answer.total != count:
            yield Breach("filter-total-wrong", args, answer.exchange, count, answer.total, "paging.total")
            return
        if answer.more is not None and answer.more != (page * size < count):
            yield Breach("filter-more-wrong", args, answer.exchange, page * size < count, answer.more, "paging.more")
            return
    if len(set(seen)) < len(seen) or (last <= _MOST_PAGES and set(seen) != set(selection.must)):
        expected, got = f"n = {count}", f"n = {len(seen)}, distinct = {len(set(seen))}"
        yield Breach("filter-pages-wrong", args, answer.exchange, expected, got, "paging.partition")


def _plural(lab: Lab, collection: Collection, one: Filter) -> Mapping[Filter, str] | None:
    """A value of the filter that selects at least two rows (better three) but not all."""
    rows = lab.whole(collection).rows
    texts = [row[one.field] for row in rows if isinstance(row.get(one.field), str)]
    values = one.values if one.how == "equals" else tuple(_pieces(texts))
    counted = {value: _select(lab, collection, {one: value}) for value in values}
    fitting = [
        (abs(len(found.must) - 5), value)
        for value, found in counted.items()
        if found.exact and 2 <= len(found.must) < len(rows)
    ]
    return {one: min(fitting)[1]} if fitting else None


def _pieces(texts: list[str]) -> Iterator[str]:
    for text in texts[:: max(len(texts) // 8, 1)]:
        for length in (2, 3, 4):
            piece = text[-length:]
            if piece.isascii() and piece.strip() == piece and len(text) >= length:
                yield piece
                yield text[:length].strip()


def _combined(lab: Lab, collection: Collection) -> Iterator[Breach]:
    texts, states = _filters(collection, "contains"), _filters(collection, "equals")
    pairs = [(one, other) for one in texts for other in states]
    if not pairs:
        raise UnmetError("a collection with two kinds of filters in laws.yaml")
    tried = False
    for one, other in pairs:
        for wanted, selection in _telling(lab, collection, one, other):
            tried = True
            answer = _ask(lab, collection, wanted)
            if _wrong(collection, answer, selection):
                yield _breach("filters-not-combined", {}, answer, selection, "filter.combined")
                return
            if answer.total is not None and selection.exact and answer.total != len(selection.must):
                args = {"parameter": f"{one.parameter}+{other.parameter}"}
                expected = len(selection.must)
                yield Breach("filter-total-wrong", args, answer.exchange, expected, answer.total, "paging.total")
                return
    if not tried:
        raise UnmetError("a dataset whose rows differ in name and state")


def _telling(
    lab: Lab, collection: Collection, one: Filter, other: Filter
) -> Iterator[tuple[Mapping[Filter, str], _Selection]]:
    """Pairs whose common rows are fewer than those of either alone: first with some in common, then with none."""
    rows = lab.whole(collection).rows
    texts = [row[one.field] for row in rows if isinstance(row.get(one.field), str)]
    some: list[Any] = []
    none: list[Any] = []
    for keyword in dict.fromkeys((*_pieces(texts), *texts[:20])):
        alone = set(_select(lab, collection, {one: keyword}).must)
        for value in other.values if alone else ():
            wanted = {one: keyword, other: value}
            selection = _select(lab, collection, wanted)
            others = sum(row.get(other.field) == value for row in rows)
            if selection.exact and len(selection.must) < min(len(alone), others):
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


def _filters(collection: Collection, how: str) -> list[Filter]:
    found = [one for one in collection.filters if one.how == how]
    if not found:
        raise UnmetError("a filter in laws.yaml")
    return found


LAWS = (
    Law("filter.contains", "collection", _contains, presumes=("paging.order", "paging.size")),
    Law("filter.equals", "collection", _equals, presumes=("paging.order", "paging.size")),
    Law(
        "filter.within",
        "collection",
        _within,
        presumes=("filter.contains", "filter.equals", "paging.size", "paging.partition", "paging.total", "paging.more"),
    ),
    Law("filter.combined", "collection", _combined, presumes=("filter.contains", "filter.equals", "paging.total")),
    Law("filter.derived", "collection", _derived, presumes=("paging.partition",)),
)
