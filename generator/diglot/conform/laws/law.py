"""A law: a named relation between requests and answers that the contract promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.conform.wire.breach import Breach

Over = Literal["endpoint", "collection", "actions", "values"]


@dataclass(frozen=True)
class Law:
    """One law: what it is bound to, how it is tried, and which laws must hold before it says anything.

    `attempt` takes the lab and one binding of the kind `over`, and yields what breaks the law there.

    `once` marks a law whose breach is proof by itself (a race that was lost): it is not tried a second time.
    `thorough` marks one that looks closer at what another law has looked at: a run of the laws alone, which has to be
    short, leaves it out.
    """

    name: str
    over: Over
    attempt: Callable[[Any, Any], Iterator[Breach]] = field(repr=False)
    writes: bool = False
    presumes: tuple[str, ...] = ()
    once: bool = False
    thorough: bool = False
