"""Pages are a partition of one ordered whole, and say so: rows, total, has-more, page and size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.binding.bindings import Collection
from diglot.conform.laws.law import Law
from diglot.conform.laws.pages import Extent, Probe, closer, extent, probes
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError

_BEYOND_32_BITS = 2**31 + 1


def _order(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """The same page, asked for again after others, is the same."""
    pages = extent(lab, collection).whole.pages
    size = collection.largest
    for number in sorted({1, max(number for number, page in enumerate(pages, 1) if page.rows or number == 1)}):
        first, again = pages[number - 1], lab.page(collection, collection.window(number, size))
        if again.ids != first.ids:
            yield Breach("order-unstable", {}, again.exchange, first.ids[:3], again.ids[:3], "paging.order")
            return


def _size(lab: Lab, collection: Collection) -> Iterator[Breach]:
    span = extent(lab, collection)
    for probe in probes(lab, collection):
        expected, got = span.holds(probe.number, probe.size), len(probe.answer.rows)
        if probe.number == 1 and got != expected:
            yield Breach(
                "page-size-ignored",
                {"parameter": collection.size},
                probe.answer.exchange,
                f"{expected} x {collection.rows}",
                f"{got} x {collection.rows}",
                "paging.size",
            )
            return


def _partition(lab: Lab, collection: Collection) -> Iterator[Breach]:
    yield from _misplaced(collection, extent(lab, collection), probes(lab, collection))


def _misplaced(collection: Collection, span: Extent, asked: list[Probe]) -> Iterator[Breach]:
    wrong = [probe for probe in asked if not _in_place(span, probe)]
    # A row that no page of the walk held is missing there, wherever it turns up.
    torn = [one for one in wrong if span.holds(one.number, one.size) or not set(one.answer.ids) <= set(span.ids)]
    for probe in (torn or wrong)[:1]:
        belongs, ids = span.belongs(probe.number, probe.size), probe.answer.ids
        yield Breach(
            "pages-overlap-or-gap" if torn else "page-past-end-wrong",
            {"parameter": collection.page},
            probe.answer.exchange,
            {probe.asked: (belongs or ())[:3], "n": span.holds(probe.number, probe.size)},
            {probe.asked: ids[:3], "n": len(ids)},
            "paging.partition",
        )


def _in_place(span: Extent, probe: Probe) -> bool:
    """Whether a page holds the rows that belong there, as far as these are known."""
    belongs, ids = span.belongs(probe.number, probe.size), probe.answer.ids
    if belongs is not None:
        return ids == belongs
    holds = span.holds(probe.number, probe.size)
    return holds is None or len(ids) == holds == len(set(ids))


def _echo(lab: Lab, collection: Collection) -> Iterator[Breach]:
    yield from _misnamed(collection, extent(lab, collection), probes(lab, collection))


def _misnamed(collection: Collection, span: Extent, asked: list[Probe]) -> Iterator[Breach]:
    """Where an answer names another page or size. One that holds another number of rows names what it did, not ours."""
    other = {probe.size for probe in asked if len(probe.answer.rows) != span.holds(probe.number, probe.size)}
    pages = [(collection.position(probe.number, probe.size), probe.answer.page, probe) for probe in asked]
    sizes = [(probe.size, probe.answer.size, probe) for probe in asked if probe.size not in other]
    for member, echoes, source in (
        (collection.page_echo, pages, "paging.page-echo"),
        (collection.size_echo, sizes, "paging.size"),
    ):
        for expected, got, probe in echoes if member else ():
            if got is not None and got != expected:
                yield Breach("page-echo-wrong", {"member": member}, probe.answer.exchange, expected, got, source)
                break


def _total(lab: Lab, collection: Collection) -> Iterator[Breach]:
    yield from _miscounted(collection, extent(lab, collection), probes(lab, collection))


def _miscounted(collection: Collection, span: Extent, asked: list[Probe]) -> Iterator[Breach]:
    for probe in asked:
        total = probe.answer.total
        if total is not None and (total != span.count if span.count is not None else total < len(span.ids)):
            yield Breach(
                "total-wrong",
                {"member": collection.total},
                probe.answer.exchange,
                f"{collection.total} = {span.count or len(span.ids)}",
                f"{collection.total} = {total} ({probe.asked})",
                "paging.total",
            )
            return


def _more(lab: Lab, collection: Collection) -> Iterator[Breach]:
    yield from _mistaken(collection, extent(lab, collection), probes(lab, collection))


def _mistaken(collection: Collection, span: Extent, asked: list[Probe]) -> Iterator[Breach]:
    known = [(probe, span.goes_on(probe.number, probe.size)) for probe in asked if probe.answer.more is not None]
    wrong = [
        (probe, more)
        for probe, more in known
        if more is not None and more != probe.answer.more and not _follows(probe, span)
    ]
    if wrong:
        first, expected = wrong[0]
        got = ", ".join(probe.asked for probe, _ in wrong[:6])
        member = collection.more
        yield Breach(
            "has-more-wrong",
            {"member": member},
            first.answer.exchange,
            f"{member} = {str(expected).lower()}",
            f"{member} = {str(not expected).lower()} ({got})",
            "paging.more",
        )


def _follows(probe: Probe, span: Extent) -> bool:
    """Whether has-more is only as wrong as the total of the same answer, which is a finding of its own."""
    total = probe.answer.total
    return total not in (None, span.count) and probe.answer.more == (probe.number * probe.size < (total or 0))


def _closer(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """All of it again for further sizes, page by page, and the beginning of the whole at the end."""
    span, asked = extent(lab, collection), closer(lab, collection)
    for judge in (_misplaced, _miscounted, _mistaken):
        for breach in judge(collection, span, asked):
            yield breach
            return
    yield from _order(lab, collection)
    endpoint, beyond = collection.endpoint, collection.window(_BEYOND_32_BITS, 7)
    lab.call(endpoint, lab.values(endpoint), query=beyond, strange=True)  # it may be refused, but breaks nothing


def _cap(lab: Lab, collection: Collection) -> Iterator[Breach]:
    cap = collection.cap
    if cap is None:
        raise UnmetError("the cap of a page's size in laws.yaml")
    span = extent(lab, collection)
    first = span.whole.pages[0]
    largest = _largest(collection, cap * 5)
    if len(first.rows) != span.holds(1, cap):
        yield _cap_breach(collection, first, f"{span.holds(1, cap)} x {collection.rows}", len(first.rows))
        return
    for number, asked in ((1, largest), (2, largest), (2, cap + 1)) if largest > cap else ():
        answer = lab.page(collection, {collection.page: collection.position(number, cap), collection.size: asked})
        belongs = span.belongs(number, cap) or ()
        expected, got = _in_force(lab, collection, answer, number), dict[str, Any](n=len(answer.ids))
        shown = {str(collection.size_echo): answer.size, str(collection.more): answer.more}
        got |= {name: value for name, value in shown.items() if name in expected}
        if got != expected or answer.ids != belongs:
            yield _cap_breach(collection, answer, expected, got)
            return
    if len(span.ids) <= cap:
        raise UnmetError(f"a dataset with more than {cap} rows")


def _in_force(lab: Lab, collection: Collection, answer: Answer, number: int) -> dict[str, Any]:
    """What an answer to a size beyond the cap says; what is wrong anyway proves nothing here."""
    span, cap = extent(lab, collection), collection.cap or 0
    expected: dict[str, Any] = {"n": span.holds(number, cap)}
    if answer.size is not None and _right(lab, collection, _misnamed):
        expected[str(collection.size_echo)] = cap
    if answer.more is not None and _right(lab, collection, _mistaken):
        expected[str(collection.more)] = span.goes_on(number, cap)
    return expected


def _right(lab: Lab, collection: Collection, judge: Callable[..., Iterator[Breach]]) -> bool:
    """Whether the pages that are looked at anyway are right in one respect, as far as there are any."""
    try:
        return not any(judge(collection, extent(lab, collection), probes(lab, collection)))
    except (UnmetError, UnansweredError):
        return True


def _largest(collection: Collection, otherwise: int) -> int:
    """The largest size that may be asked for: a contract with a maximum refuses what lies beyond."""
    maximum = collection.schema(collection.size).get("maximum")
    if isinstance(maximum, int):
        return maximum
    return otherwise if collection.clamps else collection.cap or otherwise


def _cap_breach(collection: Collection, answer: Answer, expected: Any, got: Any) -> Breach:
    return Breach(
        "page-size-cap-wrong",
        {"parameter": collection.size, "cap": collection.cap},
        answer.exchange,
        expected,
        got,
        "paging.cap",
    )


def _defaults(lab: Lab, collection: Collection) -> Iterator[Breach]:
    page, size = collection.default_page, collection.default_size
    if page is None or size is None:
        raise UnmetError("the defaults of page and size in the contract or in laws.yaml")
    explicit = lab.page(collection, {collection.page: page, collection.size: size})
    for given in ({}, {collection.page: page}, {collection.size: size}):
        implicit = lab.page(collection, given)
        if (explicit.ids, _summary(explicit)) != (implicit.ids, _summary(implicit)):
            expected, got = _summary(explicit), _summary(implicit)
            yield Breach("page-default-differs", {}, implicit.exchange, expected, got, "paging.size")
            return


def _summary(answer: Answer) -> str:
    paging = f"page = {answer.page}, size = {answer.size}, n = {len(answer.ids)}"
    return f"{paging}, total = {answer.total}, more = {answer.more}"


def _empty(lab: Lab, collection: Collection) -> Iterator[Breach]:
    if not lab.fixtures.empty_dataset:
        raise UnmetError('empty_dataset = "…" in --fixtures')
    query = collection.window(1, collection.default_size or collection.cap or 20)
    answer = lab.page(collection, query, scope=lab.fixtures.empty_dataset)
    expected, got = {"n": 0}, {"n": len(answer.rows)}
    for member, right, shown, judge in (
        (collection.total, 0, answer.total, _miscounted),
        (collection.more, False, answer.more, _mistaken),
        (collection.page_echo, query[collection.page], answer.page, _misnamed),
        (collection.size_echo, query[collection.size], answer.size, _misnamed),
    ):
        if shown is not None and _right(lab, collection, judge):
            expected[str(member)], got[str(member)] = right, shown
    if got != expected:
        yield Breach("empty-page-wrong", {}, answer.exchange, expected, got, "paging.total")


LAWS = (
    Law("paging.order", "collection", _order),
    Law("paging.size", "collection", _size, presumes=("paging.order",)),
    Law("paging.partition", "collection", _partition, presumes=("paging.order", "paging.size")),
    Law("paging.echo", "collection", _echo),
    Law("paging.total", "collection", _total, presumes=("paging.size", "paging.partition")),
    Law("paging.more", "collection", _more, presumes=("paging.size", "paging.partition")),
    Law("paging.cap", "collection", _cap, presumes=("paging.order", "paging.size", "paging.partition")),
    Law("paging.defaults", "collection", _defaults, presumes=("paging.order", "paging.size", "paging.echo")),
    Law("paging.empty", "collection", _empty),
)
CLOSER = (
    Law(
        "paging.closer",
        "collection",
        _closer,
        presumes=("paging.partition", "paging.total", "paging.more"),
        thorough=True,
    ),
)
