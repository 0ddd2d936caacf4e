"""From breaches to findings: one a cause, with a curl line and what was expected, and never a key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diglot.conform.credentials import Redactor
from diglot.conform.wire.breach import Breach
from diglot.conform.wire.session import Exchange, curl, excerpt
from diglot.core.finding import Finding, Location


@dataclass
class Findings:
    """Gathers findings by their identity.

    `sentences` maps the key of a source to what it says. `promised` are the sources that count (None: all do): what
    rests on another is not taken.
    """

    spec: str
    redactor: Redactor
    sentences: Mapping[str, str] = field(default_factory=dict)
    promised: frozenset[str] | None = None
    _found: dict[str, Finding] = field(default_factory=dict)
    _variants: dict[str, int] = field(default_factory=dict)

    def add(self, pointer: str, operation: str, breach: Breach) -> None:
        """Take one breach of an operation; the first of its kind is shown, the others are counted."""
        if breach.source and self.promised is not None and breach.source not in self.promised:
            return
        self.take(
            Finding(
                rule=breach.rule,
                location=Location(self.spec, pointer=pointer),
                operation=operation,
                args=breach.args,
                evidence=self._evidence(breach),
            )
        )

    def take(self, finding: Finding) -> None:
        """Take one finding that is ready."""
        self._found.setdefault(finding.fingerprint, finding)
        self._variants[finding.fingerprint] = self._variants.get(finding.fingerprint, 0) + 1

    def all(self) -> tuple[Finding, ...]:
        """Every finding once, in the order of operations and rules."""
        counted = [
            Finding(
                one.rule,
                one.location,
                one.operation,
                one.other,
                one.args,
                {**one.evidence, "variants": self._variants[key]},
            )
            for key, one in self._found.items()
        ]
        return tuple(sorted(counted, key=lambda one: (one.location.pointer, one.rule, one.fingerprint)))

    def _evidence(self, breach: Breach) -> dict[str, Any]:
        evidence: dict[str, Any] = {**self.request_of(breach.exchange)}
        evidence["expected"] = self.said(breach.expected) if breach.expected is not None else ""
        evidence["got"] = self.said(breach.got) if breach.got is not None else evidence["answer"]
        if breach.source in self.sentences:
            evidence["source"] = self.sentences[breach.source]
        if breach.suspect:
            evidence["suspect"] = breach.suspect
        return evidence

    def request_of(self, exchange: Exchange) -> dict[str, Any]:
        """What shows one exchange: the curl line, the status, the beginning of the answer."""
        return {
            "curl": curl(exchange, self.redactor),
            "status": exchange.status,
            "answer": excerpt(self.redactor.clean(exchange.text)),
        }

    def said(self, value: Any) -> str:
        """A value on one line, cut to size and without keys."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        return excerpt(self.redactor.clean(text))
