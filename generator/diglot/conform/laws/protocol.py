"""What HTTP itself asks of every operation."""

from __future__ import annotations

from collections.abc import Iterator

from diglot.conform.bench.lab import UNKNOWN_ID, Lab, refused
from diglot.conform.bench.requests import bound_to, harmless_body, scope_of
from diglot.conform.binding.surface import Endpoint
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange

_OTHERS = ("GET", "POST", "PATCH")


def _harmless(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """A plain valid request is answered as one."""
    if not endpoint.reads and bound_to(lab, endpoint) is None:
        raise UnmetError(f"an entry for {endpoint.key} in laws.yaml")
    exchange = lab.call(endpoint, lab.values(endpoint), body=harmless_body(lab, endpoint))
    if not exchange.ok:
        yield refused(exchange, "—")


def _methods(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """A method that the path does not have is 405 or 404, and 405 says which it has.

    The unknown dataset keeps a server that has more methods than its contract from doing anything.
    """
    declared = _declared(lab, endpoint)
    scope = scope_of(lab, endpoint)
    tries = [("PUT", lab.values(endpoint))]
    if scope:
        tries.append(("DELETE", lab.values(endpoint, **{scope: UNKNOWN_ID})))
    for method, values in tries:
        if method not in declared:
            exchange = lab.call(endpoint, values, method=method)
            yield from _refused(exchange, declared, method)


def _more_methods(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """No method of HTTP breaks a path: whether HEAD and OPTIONS are answered is left to the server."""
    declared = _declared(lab, endpoint)
    scope = scope_of(lab, endpoint)
    lab.call(endpoint, lab.values(endpoint), method="OPTIONS")
    if "GET" in declared:
        lab.call(endpoint, lab.values(endpoint), method="HEAD")
    for method in _OTHERS:
        if scope and method not in declared:
            exchange = lab.call(endpoint, lab.values(endpoint, **{scope: UNKNOWN_ID}), method=method)
            yield from _refused(exchange, declared, method)


def _refused(exchange: Exchange, declared: set[str], method: str) -> Iterator[Breach]:
    if exchange.ok or 300 <= exchange.status < 400:
        yield Breach("method-not-refused", {"method": method}, exchange, 405, exchange.status, "method.allow")
    elif exchange.status == 405:
        said = exchange.headers.get("allow", "∅")
        if not declared <= {name.strip().upper() for name in said.split(",")}:
            yield Breach("allow-header-wrong", {}, exchange, ", ".join(sorted(declared)), said, "method.allow")


def _declared(lab: Lab, endpoint: Endpoint) -> set[str]:
    return {other.method for other in lab.surface.endpoints if other.key.route == endpoint.key.route}


FIRST = (Law("input.valid", "endpoint", _harmless),)
LAWS = (
    Law("input.methods", "endpoint", _methods),
    Law("input.more-methods", "endpoint", _more_methods, thorough=True),
)
