"""Without the right key nothing is answered, done or learnt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.conform.bench.lab import UNKNOWN_ID, Lab
from diglot.conform.bench.requests import harmless_call, scope_of
from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import NO_CREDENTIAL, near_misses
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach

_TELLING = ("wrong-key", "basic-scheme", "key-extended")
_REFUSED = frozenset({400, 403, 404, 422})


def _key(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """No key is 401, and so is every near miss of a key."""
    if not endpoint.secured:
        return
    exchange = harmless_call(lab, endpoint, NO_CREDENTIAL)
    if exchange.status != 401:
        rule = "authentication-ignored" if exchange.ok else "authentication-status-wrong"
        yield Breach(rule, {}, exchange, 401, exchange.status, "auth.key")
        if exchange.ok:
            return
    elif "www-authenticate" not in exchange.headers:
        yield Breach("challenge-missing", {}, exchange, "WWW-Authenticate: Bearer", "∅", "auth.challenge")
    accepted, other = [], []
    misses = near_misses(lab.fixtures.token)
    if endpoint is not next(one for one in lab.surface.endpoints if one.secured):  # one function checks all, mostly
        misses = tuple(miss for miss in misses if miss.name in _TELLING)
    for credential in misses:
        exchange = harmless_call(lab, endpoint, credential)
        if exchange.ok:
            accepted.append((credential.name, exchange))
        elif exchange.status != 401 and exchange.status < 500:
            other.append((credential.name, exchange))
    for rule, cases in (("credential-accepted", accepted), ("authentication-status-wrong", other)):
        if cases:
            got = f"{cases[0][1].status}: {', '.join(name for name, _ in cases)}"
            yield Breach(rule, {}, cases[0][1], 401, got, "auth.key")


def _first(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """The key is looked at before anything else."""
    if not endpoint.secured:
        return
    tries: list[tuple[str, dict[str, Any]]] = []
    if scope := scope_of(lab, endpoint):
        tries += [("unknown", {"values": lab.values(endpoint, **{scope: UNKNOWN_ID})})]
        tries += [("not-a-uuid", {"values": lab.values(endpoint, **{scope: "not-a-uuid"})})]
    if endpoint.body is not None:
        tries += [("malformed", {"raw": b"{"}), ("media-type", {"raw": b"x", "media_type": "text/plain"})]
    tries += [
        ("query", {"query": {one.name: "abc"}})
        for one in endpoint.placed("query")
        if one.schema.get("type") == "integer"
    ][:1]
    for case, changed in tries:
        exchange = harmless_call(lab, endpoint, NO_CREDENTIAL, **changed)
        if exchange.status != 401 and exchange.status < 500 and not exchange.failure:
            yield Breach("authentication-late", {}, exchange, 401, f"{exchange.status}: {case}", "auth.first")
            return


LAWS = (
    Law("auth.key", "endpoint", _key),
    Law("auth.first", "endpoint", _first, presumes=("auth.key",)),
)
