"""Whether the server serves this contract at all: if it answers no operation, that is all there is to say."""

from __future__ import annotations

from collections.abc import Mapping

from diglot.conform.bench.lab import Lab
from diglot.conform.bench.requests import bound_to, harmless_body
from diglot.conform.binding.surface import Endpoint, follow
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import NOT_JSON, Exchange
from diglot.core.pointer import resolve

_GATEWAY = (502, 503, 504)


def stranger(lab: Lab, called: Endpoint | None, first: Exchange) -> Breach | None:
    """The breach of a server that answers no operation as the contract has it, or None at the first that it knows.

    `first` is the answer to the first plain call, of `called`; where the server knows it, nothing more is asked.
    """
    if called is None or _known(lab, called, first):
        return None
    asked = {str(called.key): _seen(first)}
    for endpoint in lab.surface.endpoints:
        if endpoint is called:
            continue
        if lab.options.read_only and not endpoint.reads:
            continue
        if not endpoint.reads and bound_to(lab, endpoint) is None:
            continue  # what a call would do is not known
        try:
            values = lab.values(endpoint)
        except UnmetError:
            continue
        exchange = lab.call(endpoint, values, body=None if endpoint.reads else harmless_body(lab, endpoint))
        if _known(lab, endpoint, exchange):
            return None
        asked[str(endpoint.key)] = _seen(exchange)
    lab.noticed.clear()
    seen = ", ".join(f"{operation}: {answer}" for operation, answer in asked.items())
    return Breach("contract-not-served", {"count": len(asked)}, first, got=seen)


def _seen(exchange: Exchange) -> str:
    return f"{exchange.status} {exchange.media_type or '—'}"


def _known(lab: Lab, endpoint: Endpoint, exchange: Exchange) -> bool:
    """Whether an answer comes from a server that has the operation, however wrong it is."""
    if exchange.failure:
        return True  # nothing is known: the laws will see
    body = exchange.json
    if exchange.status >= 500:
        return body is not NOT_JSON or exchange.status not in _GATEWAY
    pointer = endpoint.declares(exchange.status)
    if pointer is not None and not follow(lab.surface.document, resolve(lab.surface.document, pointer)).get("content"):
        return True  # declared, and without a body to be told by
    if body is NOT_JSON:
        return False
    possible = [pointer] if pointer is not None else list(endpoint.responses.values())
    schemas = [schema for response in possible if (schema := _schema(lab, response)) is not None]
    if not schemas:
        return True
    return any(_fits(schema, body) for schema in schemas)


def _schema(lab: Lab, pointer: str) -> Mapping[str, object] | None:
    response = follow(lab.surface.document, resolve(lab.surface.document, pointer))
    content = response.get("content")
    for media in (content if isinstance(content, Mapping) else {}).values():
        if isinstance(media, Mapping) and "schema" in media:
            return lab.surface.schema(media["schema"])
    return None


def _fits(schema: Mapping[str, object], body: object) -> bool:
    """Whether a body has something of the schema: one of its members, or its type where it names none."""
    members = schema.get("properties")
    if isinstance(members, Mapping) and members:
        return isinstance(body, dict) and bool(members.keys() & body.keys())
    kind = schema.get("type")
    return not (kind == "array" and not isinstance(body, list)) and not (
        kind == "object" and not isinstance(body, dict)
    )
