"""What an answer to drawn input shows: a crash, an answer that the contract does not allow, invalid input accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import parse_qsl

from diglot.conform.bench.lab import Lab, refused
from diglot.conform.binding.bindings import Collection
from diglot.conform.binding.surface import Endpoint
from diglot.conform.fuzz.drawing import Drawn
from diglot.conform.fuzz.proof import Proof, path_texts, routed
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange

# Statuses that HTTP itself gives any server, whatever the contract says (RFC 9110, RFC 6585).
_OF_HTTP = frozenset({405, 406, 408, 411, 413, 414, 415, 417, 429, 431})
_OF_ACCESS = frozenset({401, 403, 404})
_HIGHEST_PAGE = 10_000


@dataclass
class Judge:
    """Judges answers to drawn requests; what is wrong by the request alone is known from `proof`."""

    lab: Lab
    proof: Proof

    def breaches(self, endpoint: Endpoint, drawn: Drawn, exchange: Exchange) -> Iterator[Breach]:
        """What is wrong with one answer."""
        invalid = () if drawn.positive else self.proof.invalid(endpoint, drawn.request)
        place = invalid[0] if invalid else ""
        for breach in chain(self._seen(endpoint, drawn, exchange), self._accepted(invalid, exchange)):
            yield replace(breach, place=place)
        refusal = 400 <= exchange.status < 500 and exchange.status not in _OF_HTTP
        if refusal and drawn.positive and self._surely_valid(endpoint, drawn):
            yield refused(exchange, "a question within the contract")

    def may_be_sent(self, endpoint: Endpoint, drawn: Drawn) -> bool:
        """Whether a request that may change something surely has to be refused, and for its body.

        What is wrong in its path or query a careless server overlooks, and does what it was asked; so it may with the
        body of a DELETE.
        """
        places = self.proof.invalid(endpoint, drawn.request)
        return endpoint.key.method != "delete" and any(place.startswith("body") for place in places)

    def _seen(self, endpoint: Endpoint, drawn: Drawn, exchange: Exchange) -> Iterator[Breach]:
        """What the answer shows by itself."""
        answered = exchange.text + " ".join(exchange.headers.values())
        if self.lab.session.redactor.echoed(answered):
            yield Breach("secret-echoed", {}, exchange, source="auth.echo")
        busy = exchange.status == 503 and "retry-after" in exchange.headers
        if exchange.failure == "too-large" or exchange.status in _OF_HTTP or busy:
            return
        plain = routed(endpoint, drawn.request)
        if exchange.failure == "dropped" and not plain:
            return  # HTTP allows to hang up on what is no proper request
        for breach in self.lab.wire.check(endpoint, exchange):
            crashed = breach.rule in ("server-error", "answer-missing")
            if crashed or (plain and not self._forgotten(endpoint, breach)):
                yield breach

    def _forgotten(self, endpoint: Endpoint, breach: Breach) -> bool:
        """Whether a refusal is undeclared because the contract says nothing of refusals like it."""
        status = breach.exchange.status
        if breach.rule != "status-undeclared" or not 400 <= status < 500:
            return False
        return status in _OF_ACCESS or not any(endpoint.declares(refusal) for refusal in (400, 422))

    def _accepted(self, invalid: tuple[str, ...], exchange: Exchange) -> Iterator[Breach]:
        if exchange.ok and invalid:
            yield Breach(
                "invalid-input-accepted", {"where": invalid[0]}, exchange, "4xx", exchange.status, "input.refused"
            )

    def _surely_valid(self, endpoint: Endpoint, drawn: Drawn) -> bool:
        """Whether nothing that the documents leave open can refuse it: a known list, its pages, its listed values."""
        bound = next((one for one in self.lab.bindings.collections if one.endpoint is endpoint), None)
        if bound is None or drawn.request.headers:
            return False
        try:
            values = self.lab.values(endpoint)
        except UnmetError:
            return False
        if any(values[one.name] != text for one, text in path_texts(endpoint, drawn.request)):
            return False
        pairs = parse_qsl(drawn.request.query, keep_blank_values=True)
        return len(dict(pairs)) == len(pairs) and all(_is_listed(bound, name, text) for name, text in pairs)


def _is_listed(bound: Collection, name: str, text: str) -> bool:
    """Whether a query parameter has a value that the contract names: a page, a size, a value of an enumeration."""
    if name in (bound.page, bound.size):
        highest = _HIGHEST_PAGE if name == bound.page else bound.cap or 1
        return text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= highest
    return any(one.parameter == name and text in one.values for one in bound.filters)
