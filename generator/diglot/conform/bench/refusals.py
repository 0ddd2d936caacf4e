"""Requests that are valid but for one thing, and what the answers to them must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.conform.bench.lab import Lab
from diglot.conform.bench.requests import harmless_body
from diglot.conform.binding.surface import Endpoint, Parameter, follow
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.session import Exchange
from diglot.core.pointer import resolve

BAD_INPUT = frozenset({400, 422})
BAD_PATH = frozenset({400, 404, 422})
ANY_REFUSAL = frozenset(range(400, 500))  # where nothing else in the request is known to be right


class Refusals:
    """Gathers the answers to input that must be refused: one breach a place, however many inputs show it."""

    def __init__(self, where: str, statuses: frozenset[int], source: str = "input.refused") -> None:
        self._where, self._statuses, self._source = where, statuses, source
        self._accepted: list[tuple[str, Exchange]] = []
        self._other: list[tuple[str, Exchange]] = []

    def add(self, case: str, exchange: Exchange) -> None:
        """Take the answer to one input."""
        if exchange.ok or 300 <= exchange.status < 400:
            self._accepted.append((case, exchange))
        elif exchange.status not in self._statuses and 400 <= exchange.status < 500:
            self._other.append((case, exchange))

    @property
    def accepted(self) -> bool:
        """Whether any of the inputs was accepted."""
        return bool(self._accepted)

    def breaches(self) -> Iterator[Breach]:
        """At most one breach for what was accepted, and one for what was refused with a wrong status."""
        for rule, cases in (("invalid-input-accepted", self._accepted), ("refusal-status-wrong", self._other)):
            if cases:
                exchange = cases[0][1]
                names = ", ".join(dict.fromkeys(case for case, _ in cases))
                args = {"where": self._where} | ({"case": "invalid"} if rule == "refusal-status-wrong" else {})
                expected = "4xx" if self._statuses == ANY_REFUSAL else sorted(self._statuses)
                yield Breach(rule, args, exchange, expected, f"{exchange.status}: {names}", self._source)


def sent_with(lab: Lab, endpoint: Endpoint, one: Parameter, text: str, strange: bool = False) -> Exchange:
    """Send a request that is valid but for one parameter; strange text is escaped already."""
    body = harmless_body(lab, endpoint)
    if one.place == "path":
        return lab.call(endpoint, lab.values(endpoint, **{one.name: text}), body=body, strange=strange)
    query: Any = f"{one.name}={text}" if strange else {one.name: text}
    return lab.call(endpoint, lab.values(endpoint), query=query, body=body, strange=strange)


def needs_body(lab: Lab, endpoint: Endpoint) -> bool:
    """Whether the contract says that a request without a body is none."""
    try:
        entry = resolve(lab.surface.document, f"{endpoint.pointer}/requestBody")
    except LookupError:
        return False
    return follow(lab.surface.document, entry).get("required") is True
