"""What the contract does not allow is refused, with the right status and without effect; what it allows is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator

from diglot.conform.bench.lab import JSON, Lab, refused
from diglot.conform.bench.ledger import differences
from diglot.conform.bench.misses import Misses
from diglot.conform.bench.refusals import ANY_REFUSAL, BAD_INPUT, BAD_PATH, Refusals, needs_body, sent_with
from diglot.conform.bench.requests import bound_to, deep_body, harmless_body
from diglot.conform.binding.surface import Endpoint, Parameter
from diglot.conform.credentials import NO_CREDENTIAL, near_misses
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach

_OTHER_TYPE = "text/plain"
_OTHER_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml")
_MOST_CHOICES = 8


def _parameters(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    misses = Misses(lab.surface)
    for one in (*endpoint.placed("query"), *endpoint.placed("path")):
        refusals = Refusals(f"{one.place} {one.name}", BAD_INPUT if one.place == "query" else BAD_PATH)
        first = endpoint is lab.surface.endpoints[0]  # who looks an id up is one function, mostly
        known = lab.values(endpoint).get(one.name, "") if first else ""
        for miss in misses.texts(one.schema, known):
            if miss.value or one.place == "query":
                refusals.add(miss.how, sent_with(lab, endpoint, one, miss.value))
        yield from refusals.breaches()


def _bodies(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    yield from _near_misses(lab, endpoint, also=False)


def _types(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """The types that `_bodies` leaves out, at every place."""
    yield from _near_misses(lab, endpoint, also=True)


def _near_misses(lab: Lab, endpoint: Endpoint, also: bool) -> Iterator[Breach]:
    if endpoint.body is None:
        return
    values, valid = lab.values(endpoint), deep_body(lab, endpoint, other=also)
    bound = bound_to(lab, endpoint)
    before = lab.view(bound.collection).by_id if bound else {}
    places: dict[str, Refusals] = {}
    last = None
    for miss in Misses(lab.surface).bodies(endpoint.body, valid, also):
        statuses = ANY_REFUSAL if bound is None else BAD_PATH if miss.how == "not-a-uuid" else BAD_INPUT
        where = f"body {miss.where or '/'}"
        refusals = places.setdefault(f"{where}{sorted(statuses)}", Refusals(where, statuses))
        last = lab.call(endpoint, values, raw=json.dumps(miss.value).encode())
        refusals.add(miss.how, last)
    for refusals in places.values():
        yield from refusals.breaches()
    if not bound or not last or any(refusals.accepted for refusals in places.values()):
        return
    if changes := differences(before, lab.view(bound.collection).by_id):
        yield Breach("refused-write-changed", {}, last, {}, changes, "input.refused", frozenset(changes))


def _malformed(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """What is not JSON is refused; bytes that are no UTF-8, which some parsers repair, are left to them."""
    if endpoint.body is None:
        return
    whole = json.dumps(harmless_body(lab, endpoint)).encode()
    cases = [("cut-off", whole[:-1])]
    if needs_body(lab, endpoint):
        cases.append(("empty", b""))
    if endpoint is next(one for one in lab.surface.endpoints if one.body is not None):  # one parser reads all, mostly
        cases += [("followed-by-text", whole + b" x"), ("comma-at-end", whole[:-1] + b",}")]
    refusals = Refusals("body", BAD_INPUT, "input.body")
    for case, raw in cases:
        refusals.add(case, lab.call(endpoint, lab.values(endpoint), raw=raw))
    yield from refusals.breaches()


def _unchanged(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """What is refused has no effect, however right the rest of it is."""
    bound = bound_to(lab, endpoint)
    if bound is None:
        return
    before = lab.view(bound.collection).by_id
    raw, values = json.dumps(deep_body(lab, endpoint)).encode(), lab.values(endpoint)
    refusals = [lab.call(endpoint, values, raw=raw[:-1]), lab.call(endpoint, values, raw=raw, media_type=_OTHER_TYPE)]
    if endpoint.secured:
        wrong = near_misses(lab.fixtures.token, lab.scheme)[0]
        refusals += [lab.call(endpoint, values, raw=raw, credential=one) for one in (NO_CREDENTIAL, wrong)]
    for one in endpoint.placed("path"):
        for miss in Misses(lab.surface).texts(one.schema):
            refusals.append(lab.call(endpoint, lab.values(endpoint, **{one.name: miss.value}), raw=raw))
    if any(exchange.ok for exchange in refusals):
        return  # that is another fault, and said elsewhere
    if changes := differences(before, lab.view(bound.collection).by_id):
        yield Breach("refused-write-changed", {}, refusals[0], {}, changes, "input.refused", frozenset(changes))


def _media(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """A body of another media type is 415; parameters of the right one do not matter, nor does blank space."""
    yield from _other_types(lab, endpoint, (_OTHER_TYPE,))
    yield from _accepted(lab, endpoint, (f"{JSON}; charset=utf-8",))


def _more_media(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    yield from _other_types(lab, endpoint, _OTHER_TYPES)
    yield from _accepted(lab, endpoint, ("Application/JSON", f"{JSON};charset=UTF-8"))


def _other_types(lab: Lab, endpoint: Endpoint, media_types: tuple[str, ...]) -> Iterator[Breach]:
    body = harmless_body(lab, endpoint)
    if not body or JSON not in endpoint.media_types:
        return
    raw, values = json.dumps(body).encode(), lab.values(endpoint)
    statuses = frozenset({415}) if "415" in endpoint.responses else frozenset({400, 415, 422})
    refusals = Refusals("header Content-Type", statuses, "input.body")
    for media_type in media_types:
        if media_type.partition(";")[0] not in endpoint.media_types:
            refusals.add(media_type, lab.call(endpoint, values, raw=raw, media_type=media_type))
    yield from refusals.breaches()


def _accepted(lab: Lab, endpoint: Endpoint, media_types: tuple[str, ...]) -> Iterator[Breach]:
    """The same JSON in other words: with blank space and with letters escaped."""
    body = harmless_body(lab, endpoint)
    if not body or JSON not in endpoint.media_types:
        return
    raw = json.dumps(body, indent=2).replace("d", "\\u0064").encode() + b"\r\n\t "
    for media_type in media_types:
        exchange = lab.call(endpoint, lab.values(endpoint), raw=raw, media_type=media_type)
        if not exchange.ok:
            yield refused(exchange, f"Content-Type: {media_type}")


def _edges(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """What lies on a bound of the contract is valid, and so is each value that it lists."""
    if not endpoint.reads and bound_to(lab, endpoint) is None:
        return  # no body is known to be valid there
    tried = {one.parameter for collection in lab.bindings.collections for one in collection.filters}
    tried |= {actions.parameter for actions in lab.bindings.actions}
    for one in (*endpoint.placed("query"), *endpoint.placed("path")):
        known = lab.values(endpoint).get(one.name, "")
        for text in dict.fromkeys(_on_edge(one, known, one.name in tried)):
            exchange = sent_with(lab, endpoint, one, text)
            if not exchange.ok:
                yield refused(exchange, f"{one.name}={'upper case' if text == known.upper() != known else text[:40]}")


def _on_edge(one: Parameter, known: str, tried: bool) -> Iterator[str]:
    """Values at the edge; those of a list are left out where other laws have tried them."""
    schema = one.schema
    for word in ("minimum", "maximum", "default"):
        value = schema.get(word)
        if isinstance(value, int) and not isinstance(value, bool):
            yield str(value)
    choices = schema.get("enum")
    if isinstance(choices, list) and not tried:
        yield from (str(choice) for choice in choices[:_MOST_CHOICES])
    if schema.get("format") == "uuid" and known:
        yield known.upper()


LAWS = (
    Law("input.parameters", "endpoint", _parameters),
    Law("input.bodies", "endpoint", _bodies, writes=True),
    Law("input.more-bodies", "endpoint", _types, writes=True, thorough=True),
    Law("input.unchanged", "endpoint", _unchanged, writes=True, thorough=True),
    Law("input.malformed", "endpoint", _malformed),
    Law("input.media", "endpoint", _media, presumes=("input.valid",)),
    Law("input.more-media", "endpoint", _more_media, presumes=("input.valid",), thorough=True),
    Law("input.edges", "endpoint", _edges, presumes=("input.valid",), thorough=True),
)
