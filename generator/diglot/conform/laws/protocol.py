"""What HTTP itself asks of every operation."""

from __future__ import annotations

from collections.abc import Iterator

from diglot.conform.bench.lab import UNKNOWN_ID, Lab, refused
from diglot.conform.bench.requests import bound_to, harmless_body, scope_of
from diglot.conform.binding.surface import Endpoint
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError


def _harmless(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """A plain valid request is answered as one."""
    if not endpoint.reads and bound_to(lab, endpoint) is None:
        raise UnmetError(f"an entry for {endpoint.key} in laws.yaml")
    exchange = lab.call(endpoint, lab.values(endpoint), body=harmless_body(lab, endpoint))
    if not exchange.ok:
        yield refused(exchange, "—")


def _methods(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """A method that the path does not have is 405, and the answer says which it has.

    The unknown dataset keeps a server that has more methods than its contract from doing anything.
    """
    declared = {other.method for other in lab.surface.endpoints if other.key.route == endpoint.key.route}
    scope = scope_of(lab, endpoint)
    tries = [("PUT", lab.values(endpoint))]
    if scope:
        tries.append(("DELETE", lab.values(endpoint, **{scope: UNKNOWN_ID})))
    for method, values in tries:
        if method in declared:
            continue
        exchange = lab.call(endpoint, values, method=method)
        if exchange.ok or 300 <= exchange.status < 400:
            yield Breach("method-not-refused", {"method": method}, exchange, 405, exchange.status, "method.allow")
        elif exchange.status == 405:
            allowed = {name.strip().upper() for name in exchange.headers.get("allow", "").split(",")}
            if not declared <= allowed:
                got = exchange.headers.get("allow", "∅")
                yield Breach("allow-header-wrong", {}, exchange, ", ".join(sorted(declared)), got, "method.allow")
                return


FIRST = (Law("input.valid", "endpoint", _harmless),)
LAWS = (Law("input.methods", "endpoint", _methods),)
