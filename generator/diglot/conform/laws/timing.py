"""Answers come within a bound, and no operation's time explodes with the size of what it is given.

A slow server is no wrong server: time is judged by that of other requests to the same server, again and again, and only
where it is long. What is sent to provoke it grows step by step and stops as soon as something shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

from diglot.conform.bench.durations import FACTOR, LARGE
from diglot.conform.bench.lab import Lab
from diglot.conform.bench.requests import bound_to, harmless_call
from diglot.conform.binding.bindings import Actions, Values
from diglot.conform.binding.surface import Endpoint, Parameter
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange, Request

_NOTABLE = 0.3  # from here on a further step is worth its request
_SLOW_WRITE, _SLOW_READ = 1.5, 5.0  # seconds for nothing to do, and for a page of a list
_GROWTH = 8  # times as long: less than the square of four times as much, more than linear time
_CONTROL = 10  # times as long as another request at the same time


@dataclass(frozen=True)
class _Series:
    """Inputs of growing size, each a step larger than the one before it.

    The first is only asked for where a later one takes long. A `steep` series goes on step by step, as long as its
    time is worth a look; else the largest is tried in any case. Compared are one size and the next, in a steep series
    the first and any: what is done in linear time takes six times as long at most.
    """

    what: str
    make: Callable[[int], Any]
    sizes: tuple[int, ...]
    steep: bool = False


_TEXTS = (
    _Series("repeated letters", lambda size: "a" * size + "!", (18, 24, 26, 28), steep=True),
    _Series("regular expression", lambda size: ".*" * size + "zq", (2, 6, 7, 8), steep=True),
    _Series("wildcards", lambda size: "%a" * size + "%zq", (2, 8, 12), steep=True),
    _Series("length", lambda size: "x" * size, (1500, 6000)),
)
_PAGES = _Series("page number", lambda size: size, (1_000, 4_000_000))
_NESTED = _Series("nesting", lambda size: b"[" * size, (500, 2000))


def _operation(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """An operation that has next to nothing to do is not far slower than all others."""
    fastest = lab.durations.fastest(endpoint)
    others = [lab.durations.fastest(other) for other in lab.surface.endpoints if other.key != endpoint.key]
    known = [one for one in others if one is not None]
    bound = _SLOW_READ if endpoint.reads else _SLOW_WRITE
    if fastest is None or not known or fastest.seconds <= max(bound, FACTOR * median(one.seconds for one in known)):
        return
    again = harmless_call(lab, endpoint, lab.key)
    took = lab.durations.last
    lab.durations.again(lab.session, min(known, key=lambda one: one.seconds).exchange.request)
    if took > max(bound, _CONTROL * lab.durations.last):
        yield _slow(again, (), took, lab.durations.last)


def _answers(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """No input makes an answer far slower than others of its kind: what took long is asked again, beside another."""
    for suspect in lab.durations.suspects(endpoint):
        request = suspect.exchange.request
        if endpoint.reads or 400 <= suspect.exchange.status < 500:
            again, took = _least(lab, request)
            lab.durations.again(lab.session, suspect.peer.request)
            if not again.failure and took > max(LARGE, FACTOR * suspect.usual, _CONTROL * lab.durations.last):
                names = tuple(part.partition("=")[0] for part in request.query.split("&") if part)
                yield _slow(again, names, took, suspect.usual)
                return


def _least(lab: Lab, request: Request) -> tuple[Exchange, float]:
    """A request sent twice, and the seconds that it took at least: chance does not strike twice."""
    lab.durations.again(lab.session, request)
    first = lab.durations.last
    return lab.durations.again(lab.session, request), min(first, lab.durations.last)


def _slow(exchange: Exchange, names: tuple[str, ...], took: float, usual: float) -> Breach:
    expected = f"<= {FACTOR} x {_seconds(usual)}"
    return Breach("answer-slow", {"parameters": sorted(names)}, exchange, expected, _seconds(took), "time")


def _growth(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """Texts, page numbers, bodies and batches that grow: the first with which the time explodes, as each costs time."""
    yield from islice(_growing(lab, endpoint), 1)


def _growing(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    if endpoint.reads:
        pages = {one.page for one in lab.bindings.collections if one.endpoint.key == endpoint.key}
        for one in endpoint.placed("query"):
            free = one.schema.get("type") == "string" and not {"enum", "format"} & one.schema.keys()
            paged = one.name in pages and "maximum" not in one.schema
            for series in _TEXTS if free else (_PAGES,) if paged else ():
                yield from _explodes(lab, series, _text(lab, endpoint, one), f"query {one.name}")
        return
    bound = bound_to(lab, endpoint)
    if bound is None:
        raise UnmetError(f"an entry for {endpoint.key} in laws.yaml")
    batch = _Series("batch", lambda size: json.dumps(_unknown(bound, size)).encode(), (125, 500, 2000))
    for series in (batch, _NESTED):
        yield from _explodes(lab, series, lambda raw: _send(lab, endpoint, raw), "body")


def _text(lab: Lab, endpoint: Endpoint, one: Parameter) -> Callable[[Any], Exchange]:
    return lambda text: lab.call(endpoint, lab.values(endpoint), query={one.name: text}, strange=True)


def _send(lab: Lab, endpoint: Endpoint, raw: bytes) -> Exchange:
    return lab.call(endpoint, lab.values(endpoint), raw=raw, strange=True)


def _unknown(bound: Actions | Values, size: int) -> Any:
    """A batch of rows that do not exist: a right server refuses it, and nothing is there to be changed."""
    ids = [f"00000000-0000-4000-8000-{number:012x}" for number in range(0xD1610000, 0xD1610000 + size)]
    if isinstance(bound, Actions):
        return {bound.ids: ids}
    return {bound.entries: [{bound.row: key, bound.items: []} for key in ids]}


def _explodes(lab: Lab, series: _Series, send: Callable[[Any], Exchange], where: str) -> Iterator[Breach]:
    first, *larger = series.sizes
    smaller = first
    for size in larger:
        exchange = send(series.make(size))
        took = lab.durations.last
        if took > LARGE or exchange.failure or (series.steep and took < _NOTABLE):
            break
        smaller = first if series.steep else size
    if took <= LARGE or exchange.failure:
        return
    small = max(_taken(lab, send, series.make(smaller)) for _ in range(2))
    took = min(took, _taken(lab, send, series.make(size)))
    if took > max(LARGE, _GROWTH * small):
        yield Breach(
            "time-explodes",
            {"where": where, "case": series.what},
            exchange,
            f"{size}: <= {_GROWTH} x {_seconds(small)} ({smaller})",
            f"{size}: {_seconds(took)}",
            "time",
        )


def _taken(lab: Lab, send: Callable[[Any], Exchange], given: Any) -> float:
    send(given)
    return lab.durations.last


def _seconds(value: float) -> str:
    return f"{value:.2g} s"


FIRST = (Law("timing.operation", "endpoint", _operation, presumes=("input.valid",)),)
LAWS = (
    Law("timing.answers", "endpoint", _answers, presumes=("input.valid",)),
    Law("timing.growth", "endpoint", _growth, presumes=("input.valid", "filter.contains")),
)
