"""What the contract does not allow is refused, with the right status and without effect; nothing breaks the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from diglot.conform.bench.lab import JSON, UNKNOWN_ID, Lab, refused
from diglot.conform.bench.ledger import differences
from diglot.conform.bench.requests import bound_to, deep_body, harmless_body
from diglot.conform.bench.samples import near_miss_bodies, near_misses
from diglot.conform.binding.surface import Endpoint, Parameter
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnansweredError
from diglot.conform.wire.session import Exchange

_BAD_INPUT = frozenset({400, 422})
_BAD_PATH = frozenset({400, 404, 422})
_MALFORMED = (b"{", b"", b'{"a": 1,}', b"\xff\xfe{}")
_OTHER_TYPES = ("text/plain", "application/x-www-form-urlencoded")
_HUGE = "9" * 40
_STRANGE_TEXT = ("%00", "%FF%FE", "x" * 3000, "%F0%9F%99%82%E2%80%AE", "%27%22%3B--%25%5C%5F")


class _Refusals:
    """Gathers the answers to input that must be refused: one breach a place, however many inputs show it."""

    def __init__(self, where: str, statuses: frozenset[int], source: str = "input.refused") -> None:
        self._where, self._statuses, self._source = where, statuses, source
        self._accepted: list[tuple[str, Exchange]] = []
        self._other: list[tuple[str, Exchange]] = []

    def add(self, case: str, exchange: Exchange) -> None:
        if exchange.ok or 300 <= exchange.status < 400:
            self._accepted.append((case, exchange))
        elif exchange.status not in self._statuses and 400 <= exchange.status < 500:
            self._other.append((case, exchange))

    def breaches(self) -> Iterator[Breach]:
        for rule, cases in (("invalid-input-accepted", self._accepted), ("refusal-status-wrong", self._other)):
            if cases:
                exchange = cases[0][1]
                names = ", ".join(dict.fromkeys(case for case, _ in cases))
                args = {"where": self._where} | ({"case": "invalid"} if rule == "refusal-status-wrong" else {})
                yield Breach(rule, args, exchange, sorted(self._statuses), f"{exchange.status}: {names}", self._source)


def _parameters(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    for one in (*endpoint.placed("query"), *endpoint.placed("path")):
        refusals = _Refusals(f"{one.place} {one.name}", _BAD_INPUT if one.place == "query" else _BAD_PATH)
        for case, text in near_misses(one.schema):
            refusals.add(case, _with(lab, endpoint, one, text))
        yield from refusals.breaches()


def _with(lab: Lab, endpoint: Endpoint, one: Parameter, text: str, strange: bool = False) -> Exchange:
    """A request that is valid but for one parameter; strange text is escaped already."""
    body = harmless_body(lab, endpoint)
    if one.place == "path":
        return lab.call(endpoint, lab.values(endpoint, **{one.name: text}), body=body, strange=strange)
    query: Any = f"{one.name}={text}" if strange else {one.name: text}
    return lab.call(endpoint, lab.values(endpoint), query=query, body=body, strange=strange)


def _bodies(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    if endpoint.body is None:
        return
    values, valid = lab.values(endpoint), deep_body(lab, endpoint)
    bound = bound_to(lab, endpoint)
    before = lab.view(bound.collection).by_id if bound else {}
    places: dict[str, _Refusals] = {}
    last = None
    for where, case, body in near_miss_bodies(lab.surface, endpoint.body, valid):
        statuses = _BAD_PATH if case == "not-a-uuid" else _BAD_INPUT
        refusals = places.setdefault(f"{where}{sorted(statuses)}", _Refusals(f"body {where or '/'}", statuses))
        last = lab.call(endpoint, values, raw=json.dumps(body).encode())
        refusals.add(case, last)
    breaches = [breach for refusals in places.values() for breach in refusals.breaches()]
    yield from breaches
    if not bound or not last or any(breach.rule == "invalid-input-accepted" for breach in breaches):
        return
    if changes := differences(before, lab.view(bound.collection).by_id):
        yield Breach("refused-write-changed", {}, last, {}, changes, "input.refused", frozenset(changes))


def _malformed(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    if endpoint.body is None:
        return
    refusals = _Refusals("body", _BAD_INPUT, "input.body")
    for raw in _MALFORMED:
        refusals.add(f"malformed {raw!r}", lab.call(endpoint, lab.values(endpoint), raw=raw))
    yield from refusals.breaches()


def _media(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """A body of another media type is 415; parameters of the right one do not matter."""
    body = harmless_body(lab, endpoint)
    if not body or JSON not in endpoint.media_types:
        return
    raw, values = json.dumps(body).encode(), lab.values(endpoint)
    statuses = frozenset({415}) if "415" in endpoint.responses else frozenset({400, 415, 422})
    refusals = _Refusals("header Content-Type", statuses, "input.body")
    for media_type in _OTHER_TYPES:
        if media_type not in endpoint.media_types:
            refusals.add(media_type, lab.call(endpoint, values, raw=raw, media_type=media_type))
    yield from refusals.breaches()
    exchange = lab.call(endpoint, values, raw=raw, media_type=f"{JSON}; charset=utf-8")
    if not exchange.ok:
        raise UnansweredError(refused(exchange, f"Content-Type: {JSON}; charset=utf-8"))


def _strange(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """No input, however large, deep or strange, is answered with a 5xx: the wire check says so."""
    for one in endpoint.placed("query"):
        numeric = one.schema.get("type") in ("integer", "number")
        texts = (_HUGE,) if numeric else _STRANGE_TEXT[:1] if "enum" in one.schema else _STRANGE_TEXT
        for text in texts:
            _with(lab, endpoint, one, text, strange=True)
    first = endpoint is lab.surface.endpoints[0]
    for one in endpoint.placed("path"):
        for text in _STRANGE_TEXT[: 2 if first else 1]:
            _with(lab, endpoint, one, text, strange=True)
    if endpoint.body is not None:
        values = lab.values(endpoint)
        for raw in dict.fromkeys(_strange_bodies(deep_body(lab, endpoint))):
            lab.call(endpoint, values, raw=raw, strange=True)
    yield from ()


def _strange_bodies(valid: Any) -> Iterator[bytes]:
    """Bodies that are deep, long or odd; where they would be valid, they name rows that do not exist."""
    yield b"[" * 100_000
    if isinstance(valid, dict) and valid:
        name = next(iter(valid))
        quoted = json.dumps(name).encode()
        for odd in (rb'"\u0000"', rb'"\ud800"', b"1e999", b'"' + b"x" * 100_000 + b'"'):
            yield b"{" + quoted + b": [" + odd + b"]}"
        for text in ("\u0000", "\ud800", UNKNOWN_ID.upper()):
            yield json.dumps(_replaced(valid, text)).encode()


def _replaced(value: Any, text: str) -> Any:
    """The same body with every text in it replaced: all its ids become unknown."""
    if isinstance(value, dict):
        return {name: _replaced(held, text) for name, held in value.items()}
    if isinstance(value, list):
        return [_replaced(held, text) for held in value]
    return text if isinstance(value, str) else value


LAWS = (
    Law("input.parameters", "endpoint", _parameters),
    Law("input.bodies", "endpoint", _bodies, writes=True),
    Law("input.malformed", "endpoint", _malformed, writes=True),
    Law("input.media", "endpoint", _media, writes=True, presumes=("input.valid",)),
    Law("input.strange", "endpoint", _strange),
)
