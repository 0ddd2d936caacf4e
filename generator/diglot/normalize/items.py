"""Items of lists that mean the same one: parameters by name, servers by address, alternatives by what they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

from diglot.core.tree import plain
from diglot.normalize.claims import Claim, reference_of


def grouped(role: str, claims: Sequence[Claim]) -> tuple[list[list[Claim]], list[Claim]]:
    """The items of the lists of `claims`, best first, each with its counterparts; and the claims that list others.

    Parameters of all pages stand together; servers and alternatives are those of the best page.
    """
    named = [_identities(role, claim) for claim in claims]
    if role not in ("[server]", "[schema]"):
        return _together(claims, named), []
    wanted = set(named[0])
    if role == "[schema]" and any(set(names) != wanted for names in named):
        if len({len(names) for names in named}) == 1:
            return _together(claims, [list(range(len(names))) for names in named]), []
        unnamed = [[(name,) if isinstance(name, int) else name for name in names] for names in named[1:]]
        named = [named[0], *unnamed]  # a position means nothing in lists of different lengths
    left = [claim for claim, names in zip(claims, named, strict=True) if set(names) != wanted]
    return _together(claims, named, wanted), left


def _identities(role: str, claim: Claim) -> list[Hashable]:
    """What each item is called, its position where it has no name of its own."""
    names = [_identity(role, claim.child(index)) for index in range(len(claim.value))]
    times = Counter(names) if role == "[schema]" else Counter()
    return [index if name is None or times[name] > 1 else name for index, name in enumerate(names)]


def _together(
    claims: Sequence[Claim], named: Sequence[Sequence[Hashable]], wanted: set[Hashable] | None = None
) -> list[list[Claim]]:
    groups: dict[Hashable, list[Claim]] = {}
    for claim, names in zip(claims, named, strict=True):
        for index, name in enumerate(names):
            if wanted is None or name in wanted:
                groups.setdefault(name, []).append(claim.child(index))
    return list(groups.values())


def _identity(role: str, item: Claim) -> Hashable | None:
    """What makes two list items of different pages the same item."""
    if role == "[parameter]":
        target = item.target()
        value = target.value if target else item.value
        return (str(value.get("in")), str(value.get("name"))) if isinstance(value, dict) else None
    if role == "[server]":
        return str(item.value.get("url")) if isinstance(item.value, dict) else None
    if role == "[schema]":
        return _alternative(item.value)
    return None


def _alternative(schema: Any) -> Hashable | None:
    """The name of an alternative among others, if it has one: its component, or the value that tells it by."""
    if not isinstance(schema, dict):
        return None
    reference = reference_of(schema)
    if reference:
        return reference
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        values = [inner["const"]] if isinstance(inner, dict) and "const" in inner else _enum(inner)
        if len(values) == 1:
            return name, repr(plain(values[0]))
    return repr(schema["type"]) if isinstance(schema.get("type"), str) else None


def _enum(schema: Any) -> list[Any]:
    values = schema.get("enum") if isinstance(schema, dict) else None
    return values if isinstance(values, list) else []
