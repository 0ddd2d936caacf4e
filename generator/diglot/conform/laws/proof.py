"""What was inferred proves itself in its first answers, or withdraws: our wrong guess is no fault of the server."""

from __future__ import annotations

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.binding.bindings import Collection, Filter
from diglot.conform.laws.selection import Wanted, ask, is_wrong, select, texts_of
from diglot.conform.wire.breach import UnansweredError, UnmetError


def prove(lab: Lab, collection: Collection) -> bool:
    """Look whether the answers to plain questions are those of a collection with pages.

    Raises:
        UnmetError: they are not.
    """
    return bool(lab.remembered(("proven", collection.endpoint.key), lambda: _prove(lab, collection)))


def _prove(lab: Lab, collection: Collection) -> bool:
    size = min(collection.largest, collection.default_size or collection.largest)
    first = _answer(lab, collection, collection.window(1, size))
    if len(set(first.ids)) < len(first.ids) or len(first.rows) != _listed(collection, first):
        raise _withdrawn(collection)
    if first.total is not None and first.total < len(first.rows):
        raise _withdrawn(collection)
    if collection.default_page is None and _answer(lab, collection, {collection.size: size}).ids != first.ids:
        raise _withdrawn(collection)  # what is called the first page is another one, or the order is not theirs to keep
    return True


def _answer(lab: Lab, collection: Collection, query: dict[str, int]) -> Answer:
    try:
        return lab.page(collection, query)
    except UnansweredError as problem:
        if problem.breach.rule != "valid-input-refused":
            raise
        raise _withdrawn(collection) from None


def _listed(collection: Collection, answer: Answer) -> int:
    """How many members the array of rows has, rows or not."""
    body = answer.exchange.json
    return len(body[collection.rows])


def _withdrawn(collection: Collection) -> UnmetError:
    return UnmetError(f"an entry for {collection.endpoint.key} in laws.yaml")


def sure_filters(lab: Lab, collection: Collection, how: str = "") -> list[Filter]:
    """The filters of a collection, or those of one kind.

    Raises:
        UnmetError: there is none that is sure.
    """
    if collection.inferred:
        prove(lab, collection)
    whole = lab.whole(collection)
    totals = {page.total for page in whole.pages}
    if whole.complete and len(totals) == 1 and totals.isdisjoint({None, len(whole.ids)}):
        raise UnmetError("a list that holds as many rows as its total says")
    found = [one for one in collection.filters if (one.how == how or not how) and _proven(lab, collection, one)]
    if not found:
        raise UnmetError("a filter in laws.yaml")
    return found


def _proven(lab: Lab, collection: Collection, one: Filter) -> bool:
    """Whether a filter selects by the field that it is said to select by; one that is given need not prove it."""
    return not one.inferred or bool(
        lab.remembered(("proven", collection.endpoint.key, one), lambda: _selects(lab, collection, one))
    )


def _selects(lab: Lab, collection: Collection, one: Filter) -> bool:
    if one.how == "equals":
        rows = lab.whole(collection).rows
        values = [value for value in one.values if any(row.get(one.field) == value for row in rows)]
    else:
        longest = max(texts_of(lab, collection, one).values(), key=len, default="")
        inner = longest[1 : len(longest) // 2 + 1]
        values = [inner, "zq-diglot-no-such-text"] if longest.isprintable() and inner.strip() == inner else []
    try:
        fitting = [_fits(lab, collection, {one: value}) for value in values]
    except UnansweredError:
        return False
    return any(fitting) if one.how == "equals" else bool(fitting) and all(fitting)


def _fits(lab: Lab, collection: Collection, wanted: Wanted) -> bool:
    return not is_wrong(collection, ask(lab, collection, wanted), wanted, select(lab, collection, wanted))
