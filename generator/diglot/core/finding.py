"""Findings: values that say what was found and where. Words live in the catalogue, rank in the rule table."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_NAMING = frozenset({"subject", "name"})
_POSITION = re.compile(r"/parameters/\d+")


@dataclass(frozen=True, slots=True)
class Location:
    """A place: path as the user named it (or a URL), line and column from 1 (0: unknown), JSON Pointer."""

    path: str
    line: int = 0
    column: int = 0
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    `rule` is an id of the rule table, `operation` one such as `GET /datasets/{}/documents` or empty, `location`
    the line that causes it, `other` the line that disagrees. `args` fill the message and are part of the identity:
    values of JSON, never a line number or a word of ours. `evidence` is for people and is not part of the identity.
    `also` are further findings of the same cause, at another operation or place: they are told in one breath, but each
    has an identity of its own, so that a waiver of one hides no other.
    """

    rule: str
    location: Location
    operation: str = ""
    other: Location | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[Finding, ...] = ()

    @property
    def parts(self) -> tuple[Finding, ...]:
        """Each finding of the same cause by itself, this one first."""
        return (replace(self, also=()), *self.also)

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations at which the cause shows, each once."""
        return tuple(dict.fromkeys(part.operation for part in self.parts if part.operation))

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits: rule, operation, pointer and args; no words, no language, no line numbers.

        What is said of a page as a whole (no operation, no pointer) is identified by the page's path. A parameter that
        the args name is not identified by its position as well: one more before it makes it no other.
        """
        place = self.location.pointer if self.operation or self.location.pointer else self.location.path
        if not _NAMING.isdisjoint(self.args):
            place = _POSITION.sub("/parameters", place)
        identity = [self.rule, self.operation, place, self.args]
        canonical = json.dumps(identity, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]
