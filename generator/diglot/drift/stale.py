"""Which page is likely stale, and why: by age where the pages have one, else by being the only one that differs.

An age is the interval in which a page was seen published. A page is older than another if it was first seen no later,
last seen no later, and the intervals are not the same. Of pages that versions in their paths
order, the lower is older.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diglot.drift.walk.facts import Saying


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sayings that are likely stale, and the reason: `code` is `server`, `older` or `alone`."""

    stale: tuple[Saying, ...] = ()
    code: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


def verdict(sayings: Sequence[Saying], servers: Container[int] = ()) -> Verdict:
    """Who is likely stale among pages that differ about one fact; empty where nothing shows it.

    `servers` are the ids of fragments that a running server gave of itself. What it agrees with is not stale; where it
    agrees with nobody, either may be.
    """
    running = [saying for saying in sayings if id(saying.fragment) in servers]
    if running:
        wrong = tuple(saying for saying in sayings if saying.identity != running[0].identity)
        agree = len(wrong) + len(running) < len(sayings)
        return Verdict(wrong, "server", {"server": running[0].page}) if agree else Verdict()
    older = _older(sayings)
    if older:
        newest = max((saying for saying in sayings if saying not in older), key=lambda saying: _interval(saying) or ())
        args = {"age": _age(older[0]), "newer_age": _age(newest)}
        return Verdict(older, "older", args)
    counts = Counter(saying.identity for saying in sayings)
    alone = tuple(saying for saying in sayings if counts[saying.identity] == 1)
    if len(sayings) > 2 and len(counts) == 2 and len(alone) == 1:
        return Verdict(alone, "alone", {"others": len(sayings) - 1})
    return Verdict()


def _older(sayings: Sequence[Saying]) -> tuple[Saying, ...]:
    """Every saying that disagrees with the newest ones and is older than each of them."""
    dated = [saying for saying in sayings if _interval(saying) or saying.fragment.generation]
    newest = [saying for saying in dated if not any(is_older(saying, other) for other in dated)]
    if len(dated) < len(sayings) or len({saying.identity for saying in newest}) != 1:
        return ()
    right = newest[0].identity
    wrong = [saying for saying in sayings if saying.identity != right]
    return tuple(wrong) if all(is_older(saying, other) for saying in wrong for other in newest) else ()


def is_older(left: Saying, right: Saying) -> bool:
    """Whether the left page is the older one; False where an age is not known."""
    mine, other = _interval(left), _interval(right)
    if not mine and not other and left.fragment.generation and right.fragment.generation:
        return left.fragment.generation < right.fragment.generation
    return bool(mine and other) and mine != other and all(a <= b for a, b in zip(mine or (), other or (), strict=True))


def _age(saying: Saying) -> str:
    return saying.fragment.age or "v" + ".".join(map(str, saying.fragment.generation))


def _interval(saying: Saying) -> tuple[str, str] | None:
    first, _, last = (saying.fragment.age or "").partition("/")
    return (first, last or first) if first else None
