"""Laws: named relations between requests and answers, and what breaks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.conform.session import Exchange

Over = Literal["endpoint", "collection", "actions", "values"]


@dataclass(frozen=True)
class Breach:
    """One way in which an answer, or the relation of several, is wrong.

    `args` is the identity: stable names, no ids and no random values. `expected` and `got` are for people: values or
    short equations in symbols, no prose of one language. `source` is the key of the sentence it rests on. `rows` are
    the ids of rows that changed although nobody named them.
    """

    rule: str
    args: Mapping[str, Any]
    exchange: Exchange
    expected: Any = None
    got: Any = None
    source: str = ""
    rows: frozenset[str] = frozenset()


class UnmetError(Exception):
    """A law cannot be exercised here. `needs` is what the user can give so that it can."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


class UnansweredError(Exception):
    """A valid request was not answered as such, so that the relation cannot be looked at."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(breach.rule)
        self.breach = breach


@dataclass(frozen=True)
class Law:
    """One law: what it is bound to, how it is tried, and which laws must hold before it says anything.

    `attempt` takes the lab and one binding of the kind `over`, and yields what breaks the law there.

    `once` marks a law whose breach is proof by itself (a race that was lost): it is not tried a second time.
    """

    name: str
    over: Over
    attempt: Callable[[Any, Any], Iterator[Breach]] = field(repr=False)
    writes: bool = False
    presumes: tuple[str, ...] = ()
    once: bool = False
