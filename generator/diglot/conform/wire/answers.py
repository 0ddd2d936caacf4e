"""What every answer must obey whatever was asked: status, media type, headers and schema as the contract declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from diglot.conform.binding.surface import Endpoint, Surface, follow
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.session import NOT_JSON, Exchange
from diglot.core.pointer import join, resolve

_MAX_ERRORS = 5


@dataclass
class Wire:
    """Checks answers against the responses that a contract declares; validators are compiled once.

    `unusable` gathers the pointers of schemas that do not compile: what they describe is not checked.
    """

    surface: Surface
    unusable: list[str] = field(default_factory=list)
    _validators: dict[str, Any] = field(default_factory=dict)

    def check(self, endpoint: Endpoint, exchange: Exchange) -> Iterator[Breach]:
        """What is wrong with one answer to one operation."""
        if exchange.failure:
            yield Breach("answer-missing", {"how": exchange.failure}, exchange)
            return
        if exchange.status >= 500:
            yield Breach("server-error", {"status": exchange.status}, exchange)
            return
        pointer = endpoint.declares(exchange.status)
        if pointer is None:
            declared = sorted(endpoint.responses)
            yield Breach("status-undeclared", {"status": exchange.status}, exchange, expected=declared)
            return
        response = follow(self.surface.document, resolve(self.surface.document, pointer))
        yield from self._headers(response, exchange)
        yield from self._body(response, pointer, exchange)

    def _headers(self, response: Mapping[str, Any], exchange: Exchange) -> Iterator[Breach]:
        headers = response.get("headers")
        for name, entry in (headers if isinstance(headers, Mapping) else {}).items():
            if follow(self.surface.document, entry).get("required") is True and name.lower() not in exchange.headers:
                yield Breach("response-header-missing", {"header": name, "status": exchange.status}, exchange)

    def _body(self, response: Mapping[str, Any], pointer: str, exchange: Exchange) -> Iterator[Breach]:
        content = response.get("content")
        if not isinstance(content, Mapping) or not content or exchange.request.method == "HEAD":
            return
        declared = {str(name).partition(";")[0].strip().lower(): str(name) for name in content}
        name = declared.get(exchange.media_type) or declared.get("*/*")
        if name is None:
            args = {"status": exchange.status, "media_type": exchange.media_type}
            yield Breach("content-type-undeclared", args, exchange, expected=sorted(declared))
            return
        if "json" not in name:
            return
        if exchange.json is NOT_JSON:
            yield Breach("response-not-json", {"status": exchange.status}, exchange)
            return
        yield from self._schema(join(pointer, "content", name, "schema"), exchange)
        yield from _repeated_status(exchange)

    def _schema(self, pointer: str, exchange: Exchange) -> Iterator[Breach]:
        validator = self._validator(pointer)
        if validator is None or validator.is_valid(exchange.json):
            return
        seen = set()
        for error in validator.iter_errors(exchange.json):
            at = "/".join("*" if isinstance(step, int) else str(step) for step in error.instance_path)
            args = {"status": exchange.status, "at": f"/{at}", "keyword": str(error.schema_path[-1])}
            if (identity := tuple(args.items())) not in seen:
                seen.add(identity)
                yield Breach("response-schema-violated", args, exchange, got=error.message)
            if len(seen) >= _MAX_ERRORS:
                return

    def _validator(self, pointer: str) -> Any:
        if pointer not in self._validators:
            try:
                resolve(self.surface.document, pointer)
                root = {**self.surface.document, "$ref": "#" + quote(pointer, safe="/~")}
                self._validators[pointer] = jsonschema_rs.Draft202012Validator(root, validate_formats=True)
            except LookupError:
                self._validators[pointer] = None
            except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
                self._validators[pointer] = None
                self.unusable.append(pointer)
        return self._validators[pointer]


def _repeated_status(exchange: Exchange) -> Iterator[Breach]:
    body = exchange.json
    if exchange.status < 400 or not isinstance(body, dict):
        return
    status = body.get("status")
    if isinstance(status, int) and not isinstance(status, bool) and status != exchange.status:
        yield Breach("error-status-differs", {}, exchange, expected=exchange.status, got=status)
