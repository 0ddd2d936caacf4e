"""Without the right key nothing is answered, done or learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from diglot.conform.bench.lab import UNKNOWN_ID, Lab
from diglot.conform.bench.requests import harmless_call, scope_of
from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import BEARER, NO_CREDENTIAL, Credential, elsewhere, near_misses
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.session import Exchange

_TELLING = ("basic-scheme", "key-altered", "key-extended")
_IN_QUERY = ("access_token", "api_key", "apikey", "token", "key")


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
    elif lab.scheme.kind in ("bearer", "basic"):
        yield from _challenge(lab.scheme.kind, exchange)
    yield from _tells(lab, endpoint, exchange)
    first = endpoint is next(one for one in lab.surface.endpoints if one.secured)  # one function checks all, mostly
    misses = [miss for miss in near_misses(lab.fixtures.token, lab.scheme) if first or miss.name in _TELLING]
    yield from _tried(lab, endpoint, misses)


def _challenge(kind: str, exchange: Exchange) -> Iterator[Breach]:
    challenge = exchange.headers.get("www-authenticate", "")
    if kind not in challenge.lower():
        expected = f"WWW-Authenticate: {kind.title()}"
        yield Breach("challenge-missing", {}, exchange, expected, challenge or "∅", "auth.challenge")


def _everywhere(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """Each near miss on each operation, and the key in places where no key belongs."""
    if not endpoint.secured:
        return
    first = endpoint is next(one for one in lab.surface.endpoints if one.secured)
    misses = (
        [] if first else [miss for miss in near_misses(lab.fixtures.token, lab.scheme) if miss.name not in _TELLING]
    )
    bearer = lab.scheme == BEARER
    yield from _tried(lab, endpoint, [*misses, *(elsewhere(lab.fixtures.token) if first and bearer else ())])
    if bearer and (key := lab.fixtures.token.value):
        exchange = harmless_call(lab, endpoint, NO_CREDENTIAL, query=dict.fromkeys(_IN_QUERY, key))
        if exchange.ok:
            yield Breach("credential-accepted", {}, exchange, 401, f"{exchange.status}: in-query", "auth.key")


def _tried(lab: Lab, endpoint: Endpoint, misses: Sequence[Credential]) -> Iterator[Breach]:
    """Each credential with a request that is wrong in every other way too: only the key may be spoken of.

    Where another answer comes, a harmless request tells whether the key was taken or only looked at late.
    """
    everything = _everything_wrong(lab, endpoint)[0]
    accepted, other = [], []
    for credential in misses:
        late = harmless_call(lab, endpoint, credential, **everything)
        if _spoken_of_key(late):
            continue
        exchange = harmless_call(lab, endpoint, credential)
        if exchange.ok:
            accepted.append((credential.name, exchange))
        elif not _spoken_of_key(exchange):
            other.append((credential.name, exchange))
        else:
            yield Breach("authentication-late", {}, late, 401, f"{late.status}: {credential.name}", "auth.first")
            break
    for rule, cases in (("credential-accepted", accepted), ("authentication-status-wrong", other)):
        if cases:
            got = f"{cases[0][1].status}: {', '.join(name for name, _ in cases)}"
            yield Breach(rule, {}, cases[0][1], 401, got, "auth.key")


def _spoken_of_key(exchange: Exchange) -> bool:
    """Whether an answer says nothing but that the key is wrong; a broken server is told of elsewhere."""
    return exchange.status == 401 or exchange.status >= 500 or bool(exchange.failure)


def _first(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """The key is looked at before anything else."""
    if not endpoint.secured:
        return
    together = [harmless_call(lab, endpoint, NO_CREDENTIAL, **one) for one in _everything_wrong(lab, endpoint)]
    if all(_spoken_of_key(exchange) for exchange in together):
        return
    for case, changed in _wrong(lab, endpoint):
        exchange = harmless_call(lab, endpoint, NO_CREDENTIAL, **changed)
        if not _spoken_of_key(exchange):
            yield Breach("authentication-late", {}, exchange, 401, f"{exchange.status}: {case}", "auth.first")
            return


def _tells(lab: Lab, endpoint: Endpoint, known: Exchange) -> Iterator[Breach]:
    """The refusal of an unknown id differs in nothing from that of a known one, unless that differs from itself."""
    scope = scope_of(lab, endpoint)
    if scope is None:
        return
    unknown = harmless_call(lab, endpoint, NO_CREDENTIAL, values=lab.values(endpoint, **{scope: UNKNOWN_ID}))
    if unknown.status >= 500 or unknown.failure:
        return
    said = unknown.text.replace(UNKNOWN_ID, lab.values(endpoint)[scope])
    if unknown.status == known.status and said == known.text:
        return
    if harmless_call(lab, endpoint, NO_CREDENTIAL).text != known.text:
        return  # a time or the number of the request stands in it
    got = unknown.text if unknown.status == known.status else f"{unknown.status}: unknown"
    yield Breach("authentication-late", {}, unknown, known.text, got, "auth.first")


def _wrong(lab: Lab, endpoint: Endpoint) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what is wrong, arguments of a call) for each part of a request but the key."""
    if scope := scope_of(lab, endpoint):
        yield "not-a-uuid", {"values": lab.values(endpoint, **{scope: "not-a-uuid"})}
    if endpoint.body is not None:
        yield "malformed", {"raw": b"{"}
        yield "media-type", {"raw": b"x", "media_type": "text/plain"}
    if query := _wrong_query(endpoint):
        yield "query", {"query": query}


def _wrong_query(endpoint: Endpoint) -> dict[str, Any]:
    """A query of which each part is wrong: the first number too small, the others none, an unlisted choice."""
    query: dict[str, Any] = {}
    for one in endpoint.placed("query"):
        minimum = one.schema.get("minimum")
        if one.schema.get("type") == "integer":
            query[one.name] = minimum - 1 if not query and isinstance(minimum, int) else "abc"
        elif "enum" in one.schema:
            query[one.name] = "no-such-value"
    return query


def _everything_wrong(lab: Lab, endpoint: Endpoint) -> list[dict[str, Any]]:
    """Arguments of calls that are wrong in all these ways at once: one a way in which a body is wrong."""
    wrong = dict(_wrong(lab, endpoint))
    bodies = [wrong.pop(case) for case in ("malformed", "media-type") if case in wrong]
    rest = {name: value for changed in wrong.values() for name, value in changed.items()}
    return [{**rest, **body} for body in bodies] or [rest]


LAWS = (
    Law("auth.key", "endpoint", _key),
    Law("auth.first", "endpoint", _first, presumes=("auth.key",)),
    Law("auth.everywhere", "endpoint", _everywhere, presumes=("auth.key",), thorough=True),
)
