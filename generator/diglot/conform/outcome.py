"""What goes into a run of the conform stage beside the contract, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from diglot.core.finding import Finding

Engine = Literal["laws", "fuzz"]
ENGINES: tuple[Engine, ...] = ("laws", "fuzz")


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


@dataclass(frozen=True, slots=True)
class Options:
    """How to test.

    `budget` and `timeout` are seconds, for the whole run and for one request; `read_only` sends GET and HEAD only;
    `seed` chooses the inputs of the fuzzing engine; `spec` is the path that findings name; `only` the
    beginnings of the names of the laws to try (`paging.`; empty: all); `progress` is told the status on the way.
    """

    engines: tuple[Engine, ...] = ENGINES
    read_only: bool = False
    seed: int = 0
    budget: float = 120.0
    timeout: float = 10.0
    max_requests: int = 1500
    spec: str = "specs/openapi.yaml"
    only: tuple[str, ...] = ()
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class NotExercised:
    """Something that could not be tested, and what the user can give so that it can."""

    what: str
    needs: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: how much was sent and tested, what is wrong, and what could not be tested.

    `laws` counts the laws that were exercised, once for each place they were bound to; `seconds` is wall time.
    """

    requests: int
    seconds: float
    operations: int
    laws: int
    findings: tuple[Finding, ...]
    not_exercised: tuple[NotExercised, ...]
