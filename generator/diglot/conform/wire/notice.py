"""What one exchange shows by itself: what its answer breaks, and whether it gives a key away."""

from __future__ import annotations

from collections.abc import Iterator

from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import Redactor
from diglot.conform.wire.answers import Wire
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.session import Exchange

_ABUSE = 64 * 1024
_UNKNOWN_METHOD = 501  # RFC 9110, 15.6.2: a server may say so of a method that it knows nothing of


def notices(
    wire: Wire, redactor: Redactor, endpoint: Endpoint, exchange: Exchange, strange: bool = False
) -> Iterator[Breach]:
    """The breaches of one exchange; an answer to `strange` input need only show that it did not break the server."""
    for breach in wire.check(endpoint, exchange):
        unknown = exchange.status == _UNKNOWN_METHOD and exchange.request.method != endpoint.method
        if not strange or (_broke(breach) and not unknown):
            yield breach
    answered = exchange.text + " ".join(exchange.headers.values())
    if redactor.echoed(answered) or exchange.request.credential.echoed(answered):
        yield Breach("secret-echoed", {}, exchange, source="auth.echo")


def _broke(breach: Breach) -> bool:
    """Whether an answer to strange input shows that it broke the server, which may hang up on a body that is abuse."""
    if breach.rule == "answer-missing":
        return breach.args["how"] != "dropped" or len(breach.exchange.request.body or b"") <= _ABUSE
    return breach.rule == "server-error"
