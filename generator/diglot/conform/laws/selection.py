"""What a filter must select, by the rows of the whole, and what it was answered with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.bench.searches import found_in
from diglot.conform.binding.bindings import Collection, Filter
from diglot.conform.wire.breach import Breach

# Where these do not hold, the whole is not what a filter selects from.
PRESUMED = ("paging.order", "paging.size", "paging.partition", "paging.cap")
SOURCES = {"contains": "filter.keyword", "equals": "filter.status"}
_MOST_ROWS = 300  # among which values are looked for that select some
Wanted = Mapping[Filter, str]


@dataclass(frozen=True)
class Selection:
    """The ids that a filter must select and those it may, among the rows that were looked at, in their order.

    `whole` says whether these are all rows there are.
    """

    must: tuple[str, ...]
    may: frozenset[str]
    whole: bool

    @property
    def exact(self) -> bool:
        """Whether it is known how many rows there are to select."""
        return self.whole and len(self.must) == len(self.may)


def select(lab: Lab, collection: Collection, wanted: Wanted) -> Selection:
    """What the filters together must select."""
    whole = lab.whole(collection)
    must, may = set(whole.ids), set(whole.ids)
    for one, value in wanted.items():
        sure, possible = lab.remembered(("selected", one, value), partial(_alone, lab, collection, one, value))
        must &= sure
        may &= possible
    return Selection(tuple(key for key in whole.ids if key in must), frozenset(may), whole.complete)


def _alone(lab: Lab, collection: Collection, one: Filter, value: str) -> tuple[set[str], set[str]]:
    """The ids that one filter must select by itself, and those it may."""
    found = {key: fits(one, value, row) for key, row in lab.whole(collection).by_id.items()}
    return {key for key, (sure, _) in found.items() if sure}, {key for key, (_, may) in found.items() if may}


def fits(one: Filter, value: str, row: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether a filter must select a row, and whether it may."""
    actual = row.get(one.field)
    if one.how == "contains":
        return found_in(value, actual) if isinstance(actual, str) else (False, False)
    return (actual == value,) * 2


def ask(lab: Lab, collection: Collection, wanted: Wanted, size: int = 0, page: int = 1) -> Answer:
    """One page of what the filters select, of the largest size where none is given; remembered."""
    query: dict[str, Any] = {one.parameter: value for one, value in wanted.items()}
    size = size or collection.largest
    answer: Answer = lab.remembered(
        ("filtered", tuple(query.items()), size, page),
        lambda: lab.page(collection, {**query, **collection.window(page, size)}),
    )
    return answer


def is_wrong(collection: Collection, answer: Answer, wanted: Wanted, selection: Selection) -> bool:
    """Whether a first page of the largest size holds other rows than the filters select."""
    if len(set(answer.ids)) != len(answer.ids) or surplus(answer, wanted, selection):
        return True
    cap = collection.largest
    if selection.whole and len(selection.may) <= cap:
        return not set(selection.must) <= set(answer.ids)
    return len(answer.ids) < min(len(selection.must), cap)


def surplus(answer: Answer, wanted: Wanted, selection: Selection) -> list[str]:
    """The ids of rows that were answered although the filters do not select them, by themselves or by the whole."""
    shown = zip(answer.ids, answer.rows, strict=True)
    misfits = {key for key, row in shown if not all(fits(one, value, row)[1] for one, value in wanted.items())}
    return [key for key in answer.ids if key in misfits or (selection.whole and key not in selection.may)]


def breach_of(
    rule: str, args: Mapping[str, Any], answer: Answer, wanted: Wanted, selection: Selection, source: str
) -> Breach:
    """The breach of an answer that holds other rows than the filters select."""
    missing = [key for key in selection.must if key not in answer.ids]
    got = f"n = {len(answer.ids)}, missing: {missing[:2]}, surplus: {surplus(answer, wanted, selection)[:2]}"
    return Breach(rule, args, answer.exchange, f"n = {len(selection.must)}", got, source)


def miscounted(
    collection: Collection, answer: Answer, count: int, size: int, page: int
) -> Iterator[tuple[str, Any, Any]]:
    """(rule, expected, got) where an answer miscounts what the filters select."""
    if answer.total is not None and answer.total != count:
        yield "filter-total-wrong", count, answer.total
    goes_on = page * size < count
    if answer.more is not None and answer.more != goes_on:
        yield "filter-more-wrong", goes_on, answer.more
    for member, expected, got in (
        (collection.page_echo, collection.position(page, size), answer.page),
        (collection.size_echo, size, answer.size),
    ):
        if got is not None and got != expected:
            yield "page-echo-wrong", {member: expected}, {member: got}


def texts_of(lab: Lab, collection: Collection, one: Filter) -> dict[str, str]:
    """What the field of a filter holds, by the ids of the rows."""
    rows = lab.whole(collection).by_id
    return {key: row[one.field] for key, row in rows.items() if isinstance(row.get(one.field), str)}


def plural(lab: Lab, collection: Collection, one: Filter) -> dict[Filter, str] | None:
    """A value of the filter that selects at least two rows (better four) but not all."""
    found: dict[Filter, str] | None = lab.remembered(("plural", one), lambda: _find_plural(lab, collection, one))
    return found


def _find_plural(lab: Lab, collection: Collection, one: Filter) -> dict[Filter, str] | None:
    rows = lab.whole(collection).rows[:_MOST_ROWS]
    texts = [row[one.field] for row in rows if isinstance(row.get(one.field), str)]
    values = one.values if one.how == "equals" else tuple(dict.fromkeys(pieces(texts)))
    fitting = []
    for value in values:
        found = [fits(one, value, row) for row in rows]
        count = sum(must for must, _ in found)
        if count == sum(may for _, may in found) and 2 <= count < len(rows):
            fitting.append((abs(count - 4), value))
    return {one: min(fitting)[1]} if fitting else None


def pieces(texts: list[str]) -> Iterator[str]:
    """Beginnings and ends of some texts: what several of them may share."""
    for text in texts[:: max(len(texts) // 8, 1)]:
        for length in (2, 3, 4):
            piece = text[-length:]
            if piece.isascii() and piece.strip() == piece and len(text) >= length:
                yield piece
                yield text[:length].strip()
