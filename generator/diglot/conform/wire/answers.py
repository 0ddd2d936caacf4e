"""What every answer must obey whatever was asked: status, media type, headers and schema as the contract declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from diglot.conform.binding.surface import Endpoint, Surface, follow
from diglot.conform.outcome import NotExercised, Profile
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.completeness import gaps, says_what_is_required
from diglot.conform.wire.schemas import ResponseSchema, Schemas, Violation, content_schema, of_type
from diglot.conform.wire.session import NOT_JSON, Exchange
from diglot.core.pointer import resolve

_MAX_VIOLATIONS = 8
_BOM = b"\xef\xbb\xbf"
# What HTTP itself, or a proxy, answers to a request that deserves it, whatever an API documents: in any form.
_OF_HTTP = frozenset({406, 411, 413, 414, 431})
_REFUSALS = frozenset({400, 401, 403, 404, 415, 422})


@dataclass
class Wire:
    """Checks answers against the responses that a contract declares.

    In the profile `documented` only what stands in the documents counts: neither members that are missing, nor the
    statuses of refusals that the documents do not mention.
    """

    surface: Surface
    profile: Profile = "strict"
    _omitted: dict[str, set[int]] = field(default_factory=dict)
    _contradictions: dict[tuple[str, int, str], None] = field(default_factory=dict)
    _unsaid: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._schemas = Schemas(self.surface.document)

    def check(self, endpoint: Endpoint, exchange: Exchange) -> Iterator[Breach]:
        """What is wrong with one answer to one operation."""
        if exchange.failure:
            yield Breach("answer-missing", {"how": exchange.failure}, exchange)
            return
        if exchange.status >= 500:
            yield Breach("server-error", {"status": exchange.status}, exchange)
            return
        if exchange.status in _OF_HTTP:
            return
        pointer = endpoint.declares(exchange.status)
        if pointer is None:
            yield from self._undeclared(endpoint, exchange)
            return
        response = follow(self.surface.document, resolve(self.surface.document, pointer))
        yield from self._headers(response, exchange)
        yield from self._body(endpoint, response, pointer, exchange)

    def not_exercised(self) -> list[NotExercised]:
        """What the contract's own faults kept from being checked, each once."""
        found = [
            NotExercised(f"error answers of {key}", f"responses for {_listed(statuses)} in the contract")
            for key, statuses in self._omitted.items()
        ]
        found += [
            NotExercised(f"{at} of the {status} answer of {key}", "an example in the contract that obeys its schema")
            for key, status, at in self._contradictions
        ]
        return found + [NotExercised(f"schema {one}", "a schema that compiles") for one in self._schemas.unusable]

    def _undeclared(self, endpoint: Endpoint, exchange: Exchange) -> Iterator[Breach]:
        """A status that the contract lacks: the server's fault, unless HTTP leaves it no other.

        Where a contract documents no error at all for an operation, every plain refusal is one it forgot.
        """
        status = exchange.status
        if self.profile == "documented" and 400 <= status < 500:
            return
        declares_errors = any(name[:1] in "45" for name in endpoint.responses)
        if status in (_own_to_http(endpoint) if declares_errors else _REFUSALS):
            self._omitted.setdefault(str(endpoint.key), set()).add(status)
        else:
            yield Breach("status-undeclared", {"status": status}, exchange, expected=sorted(endpoint.responses))

    def _headers(self, response: Mapping[str, Any], exchange: Exchange) -> Iterator[Breach]:
        headers = response.get("headers")
        for name, entry in (headers if isinstance(headers, Mapping) else {}).items():
            if follow(self.surface.document, entry).get("required") is True and name.lower() not in exchange.headers:
                yield Breach("response-header-missing", {"header": name, "status": exchange.status}, exchange)

    def _body(
        self, endpoint: Endpoint, response: Mapping[str, Any], pointer: str, exchange: Exchange
    ) -> Iterator[Breach]:
        content = response.get("content")
        if not isinstance(content, Mapping) or not content or exchange.request.method == "HEAD":
            return
        declared = {str(name).partition(";")[0].strip().lower(): str(name) for name in content}
        family = exchange.media_type.partition("/")[0] + "/*"
        name = declared.get(exchange.media_type) or declared.get(family) or declared.get("*/*")
        if name is None:
            args = {"status": exchange.status, "media_type": exchange.media_type}
            yield Breach("content-type-undeclared", args, exchange, expected=sorted(declared))
            return
        if "json" not in exchange.media_type:
            return
        if not _is_json(exchange):
            yield Breach("response-not-json", {"status": exchange.status}, exchange)
            return
        yield from _charset(exchange)
        if known := self._schemas.at(content_schema(pointer, name)):
            yield from self._schema(endpoint, known, exchange)
        yield from _repeated_status(exchange)

    def _schema(self, endpoint: Endpoint, known: ResponseSchema, exchange: Exchange) -> Iterator[Breach]:
        violations = known.violations(exchange.json)
        if self.profile == "documented":
            violations = [one for one in violations if one.keyword != "required"]
        elif exchange.ok and self._unsaid_in(known):
            violations += gaps(known, exchange.json)
        told = 0
        for one in violations:
            if one.identity in known.contradicted:
                self._contradictions[str(endpoint.key), exchange.status, one.at] = None
            elif told < _MAX_VIOLATIONS:
                told += 1
                yield _violated(one, known, exchange)

    def _unsaid_in(self, known: ResponseSchema) -> bool:
        """Whether a schema names no required member anywhere: then it does not say that nothing is required."""
        if known.pointer not in self._unsaid:
            self._unsaid[known.pointer] = not says_what_is_required(known.document, known.schema)
        return self._unsaid[known.pointer]


def _own_to_http(endpoint: Endpoint) -> frozenset[int]:
    """The refusals that a server cannot avoid on an operation, whether the contract declares them or not."""
    own = {401, 403} if endpoint.secured else set()
    own |= {404} if endpoint.placed("path") else set()
    own |= {415} if endpoint.body is not None else set()
    own |= set() if endpoint.declares(400) or endpoint.declares(422) else {400}
    return frozenset(own)


def _violated(one: Violation, known: ResponseSchema, exchange: Exchange) -> Breach:
    """A violation as a breach. Where all rows agree against a contract that shows no example, who errs is open."""
    args = {"status": exchange.status, "at": one.at, "keyword": one.keyword} | ({"name": one.name} if one.name else {})
    suspect = "contract" if one.alike and of_type(one) and not known.examples else ""
    return Breach("response-schema-violated", args, exchange, got=one.said, suspect=suspect)


def _is_json(exchange: Exchange) -> bool:
    """Whether the body is JSON as it travels between systems: UTF-8 without a byte order mark (RFC 8259, 8.1)."""
    if exchange.json is NOT_JSON or exchange.body.startswith(_BOM):
        return False
    try:
        exchange.body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _charset(exchange: Exchange) -> Iterator[Breach]:
    """JSON is UTF-8: another charset misleads who believes it, unless the body is plain ASCII."""
    _, _, parameters = exchange.headers.get("content-type", "").lower().partition(";")
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        charset = value.strip('" ')
        if name.strip() == "charset" and charset not in ("utf-8", "utf8") and not exchange.body.isascii():
            args = {"status": exchange.status, "charset": charset}
            yield Breach("charset-wrong", args, exchange, expected="charset=utf-8", source="answer.charset")


def _repeated_status(exchange: Exchange) -> Iterator[Breach]:
    body = exchange.json
    if exchange.status < 400 or not isinstance(body, dict):
        return
    status = body.get("status")
    if isinstance(status, int) and not isinstance(status, bool) and status != exchange.status:
        yield Breach("error-status-differs", {}, exchange, exchange.status, status, "error.status")


def _listed(statuses: set[int]) -> str:
    return ", ".join(str(status) for status in sorted(statuses))
