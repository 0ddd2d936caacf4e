"""What goes into a run of the conform stage beside the contract, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.core.usage import SEVERITIES

Engine = Literal["laws", "fuzz"]
ENGINES: tuple[Engine, ...] = ("laws", "fuzz")
Profile = Literal["documented", "strict"]
PROFILES: tuple[Profile, ...] = ("documented", "strict")


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run has come: the phase (`laws`, `fuzz`, `replay`) and in it what is done, of how many (0: unknown).

    `requests`, `seconds` and `findings` count from the start of the run.
    """

    phase: str
    what: str
    done: int
    of: int
    requests: int
    seconds: float
    findings: int


Progress = Callable[[Status], None]
Say = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding of an earlier run, to be run again: its identity, the law that found it, and the request if it has one.

    `during` is the law in whose course one exchange showed it by itself; `base_url` and `dataset` are what was tested.
    """

    rule: str
    operation: str
    args: Mapping[str, Any]
    law: str = ""
    during: str = ""
    base_url: str = ""
    dataset: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """How to test.

    `profile` says what counts: `documented` is what the pages literally promise, `strict` all laws, complete answers
    and nothing that the contract does not declare.
    `budget` and `timeout` are seconds, for the whole run and for one request, `rate` requests a second at most (None:
    no limit), `max_requests` the whole run's; what it takes to put things back comes on top. `read_only` sends GET and
    HEAD only; `journal` keeps what was there on the disk until it is put back, and puts back what an earlier run left;
    `seed` chooses the inputs of the fuzzing engine; `spec` is the path that findings name; `only` the
    beginnings of the names of the laws to try (`paging.`; empty: all); `progress` is told the status on the way;
    `replay` are findings to run again instead of everything, `say` (phrase, **words) what the user
    must know at once.
    """

    engines: tuple[Engine, ...] = ENGINES
    profile: Profile = "strict"
    read_only: bool = False
    seed: int = 0
    budget: float = 120.0
    timeout: float = 10.0
    rate: float | None = None
    max_requests: int = 1500
    journal: bool = True
    spec: str = "specs/openapi.yaml"
    only: tuple[str, ...] = ()
    progress: Progress | None = None
    replay: tuple[Recorded, ...] = ()
    say: Say | None = None


@dataclass(frozen=True, slots=True)
class NotExercised:
    """Something that could not be tested, and what the user can give so that it can."""

    what: str
    needs: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: how much was sent and tested, what is wrong, and what could not be tested.

    `laws` counts the laws that were exercised, once for each place they were bound to; `seconds` is wall time;
    `interrupted`: Ctrl-C came, and what is here is what was found until then.
    """

    requests: int
    seconds: float
    operations: int
    laws: int
    findings: tuple[Finding, ...]
    not_exercised: tuple[NotExercised, ...]
    interrupted: bool = False

    def raise_for_findings(self, fail_on: str = "warning") -> None:
        """Raise unless the server has no finding at or above `fail_on` (`error`, `warning` or `note`).

        Raises:
            ConformError: it has; says each in English, with the `curl` line that shows it.
        """
        limit = SEVERITIES.index(fail_on)
        counted = [one for one in self.findings if SEVERITIES.index(RULES[one.rule].severity) <= limit]
        if counted:
            raise ConformError(counted)


class ConformError(AssertionError):
    """A server breaks its contract. `findings` are those that count."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(_said, findings)))
        self.findings = tuple(findings)


def _said(finding: Finding) -> str:
    text = f"{', '.join(finding.operations)}: {finding.rule}: {message(finding)}"
    return f"{text}\n    {finding.evidence['curl']}" if "curl" in finding.evidence else text
