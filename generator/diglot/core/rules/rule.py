"""One row of the rule table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
Speaks = Literal["request", "response", "structure"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding: its id, the stage that raises it, its rank, and what it speaks of."""

    id: str
    stage: str
    severity: Severity
    speaks: Speaks = "structure"
