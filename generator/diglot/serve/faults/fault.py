"""What a fault is, and how a family gathers its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]
Make = Callable[[], App]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to be wrong: `make` gives an ASGI application that is right but for that.

    `name` is what the server does, in plain words. `rules` are the ids of the rules that may name the fault: who knows
    only its answers cannot always tell two causes apart. `laws` are the beginnings of the names of laws that suffice to
    find it; without any, it takes the whole tool. One that is `timed` shows in how long answers take: it has to be
    judged on a machine that does nothing else.
    """

    name: str
    rules: tuple[str, ...]
    make: Make = field(repr=False)
    laws: tuple[str, ...] | None = None
    family: str = ""
    timed: bool = False


def wrong(name: str, rules: str, make: Make, laws: str | None = None) -> Fault:
    """A fault, its rules and laws separated by blanks; without `laws`, those of its family suffice."""
    return Fault(name, tuple(rules.split()), make, None if laws is None else tuple(laws.split()))


def family(name: str, laws: str, *faults: Fault, timed: bool = False) -> tuple[Fault, ...]:
    """The faults of one family; `laws` suffice for each that says nothing else."""
    usual = tuple(laws.split())
    return tuple(
        replace(fault, family=name, timed=timed, laws=usual if fault.laws is None else fault.laws) for fault in faults
    )
