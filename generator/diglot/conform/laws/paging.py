"""Pages are a partition of one ordered whole, and say so: rows, total, has-more, page and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diglot.conform.bench.lab import Answer, Lab
from diglot.conform.binding.bindings import Collection
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError
from diglot.conform.wire.session import Exchange


@dataclass(frozen=True)
class _Probe:
    """One page that was asked for, and the rows of the whole that belong on it."""

    size: int
    number: int
    answer: Answer
    belongs: tuple[str, ...]
    after: int

    @property
    def asked(self) -> str:
        return f"page {self.number} x {self.size}"


def _probes(lab: Lab, collection: Collection) -> list[_Probe]:
    """The pages that tell right from wrong: first, second, the last two and the one past the end, of several sizes."""
    found: list[_Probe] = lab.remembered(("probes", collection.endpoint.key), lambda: _probe_all(lab, collection))
    return found


def _probe_all(lab: Lab, collection: Collection) -> list[_Probe]:
    ids = lab.complete(collection).ids
    if len(ids) < 2:
        raise UnmetError("a dataset with at least 2 rows (better: more than 100)")
    probes = []
    for size in _sizes(len(ids), collection.cap or 100):
        last = -(-len(ids) // size)
        for number in sorted({1, 2, max(last - 1, 1), last, last + 1}):
            try:
                answer = lab.page(collection, {collection.page: number, collection.size: size})
            except UnansweredError as problem:
                if number <= last or problem.breach.rule != "valid-input-refused":
                    raise
                raise UnansweredError(_past_end(collection, problem.breach.exchange)) from None
            belongs = ids[(number - 1) * size : number * size]
            probes.append(_Probe(size, number, answer, belongs, len(ids) - number * size))
    return probes


def _past_end(collection: Collection, exchange: Exchange) -> Breach:
    args = {"parameter": collection.page}
    return Breach("page-past-end-wrong", args, exchange, "200, n = 0", exchange.status, "paging.partition")


def _sizes(count: int, cap: int) -> list[int]:
    """Small sizes, one that is no round number, and one that fills the last page to the brim."""
    divisors = [size for size in range(2, min(count, cap) + 1) if count % size == 0]
    return sorted({1, 7 if count > 7 else 2, *divisors[-1:]} & set(range(1, cap + 1)))


def _order(lab: Lab, collection: Collection) -> Iterator[Breach]:
    query = {collection.page: 1, collection.size: collection.cap or 100}
    first = lab.page(collection, query)
    for _ in range(2):
        again = lab.page(collection, query)
        if again.ids != first.ids:
            yield Breach("order-unstable", {}, again.exchange, first.ids[:3], again.ids[:3], "paging.order")
            return


def _size(lab: Lab, collection: Collection) -> Iterator[Breach]:
    for probe in _probes(lab, collection):
        expected, got = len(probe.belongs), len(probe.answer.rows)
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
    for probe in _probes(lab, collection):
        if probe.answer.ids != probe.belongs:
            rule = "pages-overlap-or-gap" if probe.belongs else "page-past-end-wrong"
            yield Breach(
                rule,
                {"parameter": collection.page},
                probe.answer.exchange,
                {probe.asked: probe.belongs[:3], "n": len(probe.belongs)},
                {probe.asked: probe.answer.ids[:3], "n": len(probe.answer.ids)},
                "paging.partition",
            )
            if rule == "pages-overlap-or-gap":
                return


def _echo(lab: Lab, collection: Collection) -> Iterator[Breach]:
    probes = _probes(lab, collection)
    pages = [(probe.number, probe.answer.page, probe) for probe in probes]
    sizes = [(probe.size, probe.answer.size, probe) for probe in probes]
    for member, echoes, source in (
        (collection.page_echo, pages, "paging.page-echo"),
        (collection.size_echo, sizes, "paging.size"),
    ):
        for expected, got, probe in echoes if member else ():
            if got is not None and got != expected:
                yield Breach("page-echo-wrong", {"member": member}, probe.answer.exchange, expected, got, source)
                break


def _total(lab: Lab, collection: Collection) -> Iterator[Breach]:
    count = len(lab.complete(collection).ids)
    for probe in _probes(lab, collection):
        if probe.answer.total is not None and probe.answer.total != count:
            yield Breach(
                "total-wrong",
                {"member": collection.total},
                probe.answer.exchange,
                f"{collection.total} = {count}",
                f"{collection.total} = {probe.answer.total} ({probe.asked})",
                "paging.total",
            )
            return


def _more(lab: Lab, collection: Collection) -> Iterator[Breach]:
    wrong = [
        probe
        for probe in _probes(lab, collection)
        if probe.answer.more is not None and probe.answer.more != (probe.after > 0)
    ]
    if wrong:
        exchange, expected = wrong[0].answer.exchange, wrong[0].after > 0
        got = ", ".join(probe.asked for probe in wrong[:6])
        member = collection.more
        yield Breach(
            "has-more-wrong",
            {"member": member},
            exchange,
            f"{member} = {str(expected).lower()}",
            f"{member} = {str(not expected).lower()} ({got})",
            "paging.more",
        )


def _cap(lab: Lab, collection: Collection) -> Iterator[Breach]:
    cap = collection.cap
    if cap is None:
        raise UnmetError("the cap of a page's size in laws.yaml")
    count = len(lab.complete(collection).ids)
    sizes = [asked for asked in (cap, cap + 1, cap * 5) if asked <= _largest(collection, cap * 5)]
    for asked in sizes:
        answer = lab.page(collection, {collection.size: asked})
        if answer.size is not None and answer.size != cap:
            yield _cap_breach(collection, answer, f"{collection.size_echo} = {cap}", answer.size)
            return
        if len(answer.rows) != min(count, cap):
            yield _cap_breach(collection, answer, f"{min(count, cap)} x {collection.rows}", len(answer.rows))
            return
    beyond = lab.page(collection, {collection.size: sizes[-1], collection.page: 2})
    if count > cap and beyond.ids != lab.complete(collection).ids[cap : 2 * cap]:
        yield _cap_breach(collection, beyond, f"page 2 = {cap + 1}..", len(beyond.rows))
    if count <= cap:
        raise UnmetError(f"a dataset with more than {cap} rows")


def _largest(collection: Collection, otherwise: int) -> int:
    """The largest size that may be asked for: a contract with a maximum refuses what lies beyond."""
    schema = next(one.schema for one in collection.endpoint.placed("query") if one.name == collection.size)
    maximum = schema.get("maximum")
    return maximum if isinstance(maximum, int) else otherwise


def _cap_breach(collection: Collection, answer: Answer, expected: str, got: Any) -> Breach:
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
    return f"page = {answer.page}, size = {answer.size}, n = {len(answer.ids)}, more = {answer.more}"


def _empty(lab: Lab, collection: Collection) -> Iterator[Breach]:
    if not lab.fixtures.empty_dataset:
        raise UnmetError('empty_dataset = "…" in --fixtures')
    answer = lab.page(collection, scope=lab.fixtures.empty_dataset)
    if answer.rows or answer.total not in (0, None) or answer.more:
        yield Breach(
            "empty-page-wrong",
            {},
            answer.exchange,
            "n = 0, total = 0, more = false",
            f"n = {len(answer.rows)}, total = {answer.total}, more = {str(answer.more).lower()}",
            "paging.total",
        )


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
