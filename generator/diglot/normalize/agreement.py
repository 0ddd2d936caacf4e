"""Whether two claims about one place say the same, as far as the dialect of each can say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from diglot.core.grammar import is_documentation, is_prose, role_of
from diglot.core.tree import plain
from diglot.normalize.claims import Claim

_SETS = frozenset({"enum", "required", "tags"})  # lists whose order says nothing
# What a dialect prints only a part of: member -> code of the loss.
_PARTIAL = {"enum": "enum-filtered", "security": "oauth-scopes"}
_MOST_PAIRS = 10_000


def agree(one: Claim, other: Claim, member: str) -> bool:
    """Whether two claims for the value of `member` say the same; what a dialect cannot print is no contradiction."""
    if equal(one.value, other.value):
        return True
    if member in _SETS and isinstance(one.value, list) and isinstance(other.value, list):
        left, right = one.value, other.value
        if is_partial(one, member):
            right = _of_kinds(right, left)
        if is_partial(other, member):
            left = _of_kinds(left, right)
        return _same_items(left, right, _key)
    if member == "security" and isinstance(one.value, list) and isinstance(other.value, list):
        scopes = not (is_partial(one, member) or is_partial(other, member))
        return _same_items(one.value, other.value, lambda requirement: _requirement(requirement, scopes))
    return False


def equal(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: 1 is 1.0, and is not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def fullest(claims: Sequence[Claim], member: str) -> Claim:
    """Of claims that agree, best first, the first whose dialect prints all of the value."""
    return next((claim for claim in claims if not is_partial(claim, member)), claims[0])


def is_partial(claim: Claim, member: str) -> bool:
    """Whether the page's dialect prints only a part of what `member` may hold."""
    return member in _PARTIAL and claim.loses_below(_PARTIAL[member])


def _of_kinds(values: Iterable[Any], printed: Sequence[Any]) -> list[Any]:
    """The values of the JSON types that a dialect did print."""
    kinds = {type(value) for value in printed}
    return [value for value in values if type(value) in kinds]


def _same_items(left: Sequence[Any], right: Sequence[Any], key: Callable[[Any], Any]) -> bool:
    return {key(item) for item in left} == {key(item) for item in right}


def _key(item: Any) -> Any:
    return repr(plain(item)) if isinstance(item, dict | list) else (isinstance(item, bool), item)


def _requirement(requirement: Any, scopes: bool) -> Any:
    if not isinstance(requirement, dict):
        return _key(requirement)
    return frozenset(
        (name, frozenset(map(str, needed)) if scopes and isinstance(needed, list) else None)
        for name, needed in requirement.items()
    )


def same_thing(role: str, one: Claim, other: Claim) -> bool:
    """Whether two objects of `role` have the same structure, through references and whatever components are called."""
    waiting, seen = [(role, one, other)], set()
    while waiting:
        role, one, other = waiting.pop()
        left, right = one.target(), other.target()
        if left is None or right is None:
            return left is right
        if (left.pointer, right.pointer) in seen:
            continue
        seen.add((left.pointer, right.pointer))
        below = _steps(role, left, right)
        if below is None or len(seen) > _MOST_PAIRS:
            return False
        waiting += below
    return True


def _steps(role: str, left: Claim, right: Claim) -> list[tuple[str, Claim, Claim]] | None:
    """The members to compare next; None where the two differ already here."""
    a, b = left.value, right.value
    if role != "value" and isinstance(a, dict) and isinstance(b, dict):
        keys = [{key for key in each if not (is_prose(role, key) or is_documentation(role, key))} for each in (a, b)]
        if keys[0] != keys[1]:
            return None
        return [(role_of(role, key), left.child(key), right.child(key)) for key in keys[0]]
    if role[0] == "[" and isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return None
        return [(role_of(role, ""), left.child(index), right.child(index)) for index in range(len(a))]
    return [] if agree(left, right, left.pointer.rpartition("/")[2]) else None


def structure(node: Any, role: str) -> Any:
    """A value of `role` without its prose."""
    if isinstance(node, dict) and role[0] != "[":
        return {
            key: structure(value, role_of(role, key))
            for key, value in node.items()
            if not (is_prose(role, key) and isinstance(value, str))
        }
    if isinstance(node, list) and role[0] == "[":
        return [structure(item, role_of(role, "")) for item in node]
    return plain(node)
