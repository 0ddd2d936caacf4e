"""What is wrong with an answer, or with the relation of several; and why a relation could not be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diglot.conform.wire.session import Exchange, Request


@dataclass(frozen=True)
class Breach:
    """One way in which an answer, or the relation of several, is wrong.

    `args` is the identity: stable names, no ids and no random values. `expected` and `got` are for people: values or
    short equations in symbols, no prose of one language. `source` is the key of the sentence it rests on. `rows` are
    the ids of rows that changed although nobody named them. `suspect` is `contract` where it may be the documents that
    err.

    `law` is the id of the law that found it (empty: what every answer must obey). `baseline` is a valid request that
    the one sent was made from, and `place` what was changed in it (`query limit`, `body /ids/*`), where they are known.
    `proof` says that one sight is enough (a race that was lost).
    """

    rule: str
    args: Mapping[str, Any]
    exchange: Exchange
    expected: Any = None
    got: Any = None
    source: str = ""
    rows: frozenset[str] = frozenset()
    proof: bool = False
    suspect: str = ""
    law: str = ""
    baseline: Request | None = None
    place: str = ""


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
