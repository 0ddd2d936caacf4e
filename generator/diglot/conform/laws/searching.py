"""A search finds what a reader of the whole would find, whatever the keyword means to a database or a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.bench.searches import explained, keywords
from diglot.conform.binding.bindings import Collection, Filter
from diglot.conform.laws.law import Law
from diglot.conform.laws.proof import sure_filters
from diglot.conform.laws.selection import SOURCES, Selection, Wanted, ask, breach_of, is_wrong, plural, select, texts_of
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError

_MOST_FIELDS = 2


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
    common = plural(lab, collection, one)
    if common:
        yield "substring", common[one]
    if one.inferred:  # that it finds names is sure; which signs it takes for themselves is not
        return
    yield from keywords(texts)
    yield from _elsewhere(lab, collection, one)
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


LAWS = (Law("filter.contains", "collection", _contains, presumes=("paging.order", "paging.size")),)
CLOSER = (Law("filter.odd", "collection", _odd, presumes=("filter.contains",), thorough=True),)
