"""What a dialect notes while it reads: losses, strengths and findings, gathered in the order met."""

from __future__ import annotations

from diglot.core.finding import Finding, Location
from diglot.core.ir import Certainty, Loss, Strength
from diglot.core.tree import Mark


class Notes:
    """One page's notes; handed down while a document is built, then frozen into a `Recovered`."""

    def __init__(self, path: str, operation: str) -> None:
        self._path, self._operation = path, operation
        self._losses: dict[Loss, None] = {}
        self.strengths: dict[str, Strength] = {}
        self.findings: list[Finding] = []

    def lose(self, pointer: str, code: str, certainty: Certainty, evidence: str = "", mark: Mark | None = None) -> None:
        """Record one loss, once; evidence is cut to what a reader can take in."""
        self._losses.setdefault(Loss(pointer, code, certainty, evidence[:300], mark))

    def broken(self, pointer: str, mark: Mark) -> None:
        """Report a sample that is not complete JSON, for the content that stands at `pointer`."""
        location = Location(self._path, mark.line, mark.column, pointer)
        self.findings.append(Finding("page-sample-broken", location, self._operation))

    @property
    def losses(self) -> tuple[Loss, ...]:
        """The losses, in the order met."""
        return tuple(self._losses)
