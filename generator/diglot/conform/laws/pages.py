"""The pages that tell right from wrong: of several sizes, at both ends, exactly full, and past the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diglot.conform.bench.lab import Answer, Lab, Whole
from diglot.conform.binding.bindings import Collection
from diglot.conform.laws.proof import prove
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError
from diglot.conform.wire.session import Exchange

_FAR = 1000  # pages past the end
_ODD = 7  # divides no round number
_WALK = range(3, 7)  # how many pages may be walked whole
_SIZES = (20, 10, 50, 99, 3)  # where a closer look is asked for
_MOST_WALKED = 40


@dataclass(frozen=True)
class Extent:
    """How far a collection goes: its first rows, the number of all, and the largest size of a page.

    `count` is None where there are more rows than were looked at, and no total says how many.
    """

    whole: Whole
    ids: tuple[str, ...]
    count: int | None
    largest: int

    def belongs(self, number: int, size: int) -> tuple[str, ...] | None:
        """The ids of a page; None where they are not known."""
        end = number * size
        if self.whole.complete or end <= len(self.ids):
            return self.ids[end - size : end]
        return () if self.count is not None and end - size >= self.count else None

    def holds(self, number: int, size: int) -> int | None:
        """How many rows a page holds; None where that is not known."""
        if self.count is None:
            return size if number * size <= len(self.ids) else None
        return max(0, min(size, self.count - (number - 1) * size))

    def goes_on(self, number: int, size: int) -> bool | None:
        """Whether a later page holds a row; None where that is not known."""
        if self.count is None:
            return True if number * size < len(self.ids) else None
        return number * size < self.count


@dataclass(frozen=True)
class Probe:
    """One page that was asked for."""

    size: int
    number: int
    answer: Answer

    @property
    def asked(self) -> str:
        """The page in short: number and size."""
        return f"page {self.number} x {self.size}"


def extent(lab: Lab, collection: Collection) -> Extent:
    """How far the collection under test goes.

    Raises:
        UnmetError: the collection was inferred, and its first answers do not fit.
    """
    if collection.inferred:
        prove(lab, collection)
    whole = lab.whole(collection)
    first = whole.pages[0]
    count = len(whole.ids) if whole.complete else first.total
    if not whole.complete and count is not None and count < len(whole.ids):
        count = None
    return Extent(whole, whole.ids, count, collection.cap or max(len(first.rows), 1))


def probes(lab: Lab, collection: Collection) -> list[Probe]:
    """The pages that were asked for in the course of a walk, and those that tell right from wrong.

    Raises:
        UnansweredError: one of them was refused.
        UnmetError: there are too few rows to tell.
    """
    found: list[Probe] = lab.remembered(("probes", collection.endpoint.key), lambda: list(_probe(lab, collection)))
    return found


def closer(lab: Lab, collection: Collection) -> list[Probe]:
    """The pages of further sizes, from the first to the one past the end, as far as they are not too many."""
    span = _telling(lab, collection)
    found: list[Probe] = []
    for size in _SIZES:
        last = -(-(span.count or len(span.ids)) // size)
        if size < span.largest and len(found) + last <= _MOST_WALKED:
            found += (_ask(lab, collection, span, number, size) for number in range(1, last + 2))
    return found


def _telling(lab: Lab, collection: Collection) -> Extent:
    span = extent(lab, collection)
    if len(span.ids) < 2:
        raise UnmetError("a dataset with at least 2 rows (better: more than 100)")
    return span


def _probe(lab: Lab, collection: Collection) -> Iterator[Probe]:
    span = _telling(lab, collection)
    if len(span.whole.pages[0].rows) == span.holds(1, span.largest):
        for number, answer in enumerate(span.whole.pages, 1):
            yield Probe(span.largest, number, answer)
    for number, size in _plan(span):
        yield _ask(lab, collection, span, number, size)


def _ask(lab: Lab, collection: Collection, span: Extent, number: int, size: int) -> Probe:
    number = _within(collection, number, size)
    try:
        return Probe(size, number, lab.page(collection, collection.window(number, size)))
    except UnansweredError as problem:
        if span.holds(number, size) != 0 or problem.breach.rule != "valid-input-refused":
            raise
        raise UnansweredError(_past_end(collection, problem.breach.exchange)) from None


def _within(collection: Collection, number: int, size: int) -> int:
    """The number of that page, or of the last that the contract lets anybody ask for."""
    most = collection.schema(collection.page).get("maximum")
    while isinstance(most, int | float) and number > 1 and collection.position(number, size) > most:
        number //= 2
    return number


def _past_end(collection: Collection, exchange: Exchange) -> Breach:
    args: dict[str, Any] = {"parameter": collection.page}
    return Breach("page-past-end-wrong", args, exchange, "200, n = 0", exchange.status, "paging.partition")


def _plan(span: Extent) -> Iterator[tuple[int, int]]:
    """(number, size) of the pages that tell right from wrong."""
    count = span.count
    if count is None:
        yield from ((1, 1), (2, 1), (len(span.ids), 1), (2, _ODD), (3, _ODD))
        return
    asked: dict[tuple[int, int], None] = {}
    odd = _ODD if count > _ODD else 2
    for size in sorted({1, odd, *_full(count, span.largest)} & set(range(1, span.largest + 1))):
        last = -(-count // size)
        numbers = {1, last - 1, last, last + 1}
        if size == odd:
            numbers = {2, last, last + _FAR}
        elif last in _WALK:
            numbers = set(range(1, last + 2))
        asked |= dict.fromkeys((number, size) for number in sorted(numbers) if number > 0)
    yield from asked


def _full(count: int, largest: int) -> Iterator[int]:
    """Sizes that fill the last page to the brim: one that is walked whole, and the size of the whole itself."""
    divisors = [size for size in range(2, min(count, largest) + 1) if count % size == 0]
    walked = [size for size in divisors if count // size in _WALK]
    yield from walked[:1] or [size for size in divisors if size < count][-1:]
    if not walked and count > _WALK.stop:
        yield -(-count // (_WALK.stop - 1))
    if count <= largest:
        yield count
