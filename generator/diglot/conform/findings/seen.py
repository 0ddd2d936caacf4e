"""One fault as it was seen: what is wrong, where, in which exchange, how often, and in which other shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diglot.conform.wire.breach import Breach
from diglot.conform.wire.session import Exchange, Request

_SHOWN = 5
_KEPT = 200


@dataclass(eq=False)
class Seen:
    """A breach of an operation, counted.

    `during` is the law in whose course one exchange showed it by itself, `places` are those of the request that matter
    (None: it is no matter of one request), `tries` in how many, of how many, it showed, `variants` further exchanges
    that showed the same, a few of `count`.
    """

    pointer: str
    operation: str
    breach: Breach
    args: Mapping[str, Any]
    law: str
    during: str = ""
    places: tuple[str, ...] | None = None
    said: str = ""
    tries: tuple[int, int] = (1, 1)
    count: int = 1
    variants: list[Exchange] = field(default_factory=list)
    requests: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.requests.add(named(self.breach.exchange.request))

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two sights one: rule, operation and args."""
        return self.breach.rule, self.operation, json.dumps(self.args, sort_keys=True, default=str)

    @property
    def kind(self) -> tuple[str, str, str, Mapping[str, Any]]:
        """What is wrong and in which words, whatever places of the request it takes."""
        return self.breach.rule, self.operation, self.said, self.breach.args

    def more(self, exchange: Exchange) -> None:
        """Take a further exchange that shows the same; the shortest one of what is written is the one to show."""
        self.count += 1
        name = named(exchange.request)
        if name in self.requests or len(self.requests) >= _KEPT:
            return
        self.requests.add(name)
        if len(self.variants) < _SHOWN:
            self.variants.append(exchange)

    def join(self, other: Seen) -> None:
        """Take all that another sight of the same has seen."""
        self.count += other.count
        self.requests |= other.requests
        self.variants = [*self.variants, other.breach.exchange, *other.variants][:_SHOWN]


def named(request: Request) -> str:
    """A request as a text that is the same for the same request."""
    return repr((request.method, request.path, request.query, request.body, request.media_type, request.credential))
