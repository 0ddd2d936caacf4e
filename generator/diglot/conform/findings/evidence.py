"""What a finding shows a person, and what a replay needs: never a key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from diglot.conform.credentials import Redactor
from diglot.conform.findings.seen import Seen
from diglot.conform.wire.session import Exchange, Request, curl, excerpt

_LONGEST_BODY = 8000  # bytes that a finding carries along
_EXPECTED = {"server-error": "2xx, 4xx", "response-not-json": "JSON", "secret-echoed": "∅"}


@dataclass(frozen=True)
class Evidence:
    """Makes the evidence of findings. `sentences` maps the key of a source to what it says; `run` goes into each."""

    redactor: Redactor
    sentences: Mapping[str, str]
    run: Mapping[str, Any]

    def of(self, seen: Seen) -> dict[str, Any]:
        """Everything there is to show of one sight."""
        breach, exchange = seen.breach, seen.breach.exchange
        expected = breach.expected if breach.expected is not None else _EXPECTED.get(breach.rule, "")
        answer = excerpt(self.redactor.clean(exchange.text))
        evidence: dict[str, Any] = {
            "curl": curl(exchange, self.redactor),
            "status": exchange.status,
            "answer": answer,
            "expected": self.said(expected),
            "got": self.said(breach.got) if breach.got is not None else answer,
            "law": seen.law,
            **({"during": seen.during} if seen.during else {}),
            "reproduced": f"{seen.tries[0]} of {seen.tries[1]}",
            "request": self.request(exchange.request),
            "variants": list(self._variants(seen)),
            "variant_count": seen.count,
            **self.run,
        }
        if breach.suspect:
            evidence["suspect"] = breach.suspect
        if breach.source in self.sentences:
            evidence["source"] = self.sentences[breach.source]
        return evidence

    def said(self, value: Any) -> str:
        """A value on one line, cut to size and without keys."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        return excerpt(self.redactor.clean(text))

    def request(self, request: Request) -> dict[str, Any]:
        """A request as a replay reads it: the credential by its name; no body where it is too long to carry along."""
        value: dict[str, Any] = {
            "method": request.method,
            "path": self.redactor.clean(request.path),
            "query": self.redactor.clean(request.query),
            "credential": self._credential(request),
        }
        if request.body is not None and len(request.body) <= _LONGEST_BODY:
            value["media_type"] = self.redactor.clean(request.media_type or "")
            try:
                value["body"] = self.redactor.clean(request.body.decode())
            except UnicodeDecodeError:
                value["body_base64"] = base64.b64encode(request.body).decode()
        short = request.body is None or len(request.body) <= _LONGEST_BODY
        return {**value, "complete": short and not request.headers}

    def _credential(self, request: Request) -> str:
        others = {f"Bearer {secret.value}" for secret in self.redactor.secrets[1:]}
        return "other-tenant" if request.credential.sent in others else request.credential.name

    def _variants(self, seen: Seen) -> Iterator[dict[str, Any]]:
        for exchange in seen.variants:
            yield {"what": self._what(exchange), "status": exchange.status, "curl": curl(exchange, self.redactor)}

    def _what(self, exchange: Exchange) -> str:
        request = exchange.request
        body = "" if request.body is None else " " + excerpt(request.body.decode("utf-8", "replace"), 60)
        query = f"?{request.query}" if request.query else ""
        return excerpt(self.redactor.clean(f"{request.method} {request.path}{query}{body}"))
