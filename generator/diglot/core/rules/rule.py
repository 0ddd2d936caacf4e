"""One row of the rule table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
Speaks = Literal["request", "response", "structure"]
Breaks = Literal["callers", "servers", "nobody"]


@dataclass(frozen=True, slots=True)
class Example:
    """What a rule is about in one glance: the same place of a document before and after.

    `slot` says what stands there: a `schema`, or a part of an `operation` or of the `document`.
    """

    before: Any
    after: Any
    slot: str = "schema"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding: its id, the stage that raises it, its rank, and what it speaks of.

    A rule about two versions also says who breaks: `callers` that follow the old version, or `servers` that do. Its
    `subject` and `change` are the keys of its words, which rules share.
    """

    id: str
    stage: str
    severity: Severity
    speaks: Speaks = "structure"
    breaks: Breaks = "nobody"
    subject: str = ""
    change: str = ""
    example: Example | None = None
