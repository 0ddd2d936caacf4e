"""Items of lists that mean the same one: parameters by name, servers by address, alternatives by what they name."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from diglot.core.tree import plain
from diglot.normalize.claims import Claim, reference_of


def grouped(role: str, claims: Sequence[Claim]) -> tuple[list[list[Claim]] | None, list[Claim]]:
    """The items of the lists of `claims`, best first, each with its counterparts; and the claims that list others.

    Parameters of all pages stand together, servers are those of the best page. The groups are None where alternatives
    cannot be matched; then one list must be taken whole.
    """
    named = [[_identity(role, claim.child(index)) for index in range(len(claim.value))] for claim in claims]
    sets = [set(names) for names in named]
    if role == "[server]":
        left = [claim for claim, names in zip(claims, sets, strict=True) if names != sets[0]]
        return _together(claims, named, sets[0]), left
    if role != "[schema]":
        return _together(claims, named), []
    if all(names == sets[0] and len(names) == len(own) for names, own in zip(sets, named, strict=True)):
        return _together(claims, named), []
    if len({len(names) for names in named}) == 1:
        return _together(claims, [list(range(len(names))) for names in named]), []
    return None, []


def _together(
    claims: Sequence[Claim], named: Sequence[Sequence[Hashable]], wanted: set[Hashable] | None = None
) -> list[list[Claim]]:
    groups: dict[Hashable, list[Claim]] = {}
    for claim, names in zip(claims, named, strict=True):
        for index, name in enumerate(names):
            if wanted is None or name in wanted:
                groups.setdefault(name, []).append(claim.child(index))
    return list(groups.values())


def _identity(role: str, item: Claim) -> Hashable:
    """What makes two list items of different pages the same item."""
    index = item.pointer.rpartition("/")[2]
    if role == "[parameter]":
        target = item.target()
        value = target.value if target else item.value
        return (str(value.get("in")), str(value.get("name"))) if isinstance(value, dict) else index
    if role == "[server]":
        return str(item.value.get("url")) if isinstance(item.value, dict) else index
    if role == "[schema]":
        return alternative(item.value) or index
    return index


def alternative(schema: Any) -> Hashable | None:
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
