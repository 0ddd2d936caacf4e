"""The members of one object as several pages claim it, with what a dialect printed under another name put right."""

from __future__ import annotations

from collections.abc import Sequence

from diglot.core.pointer import join
from diglot.normalize.agreement import equal
from diglot.normalize.claims import MARKER, Claim
from diglot.normalize.language import same_shape

_UNIONS = ("oneOf", "anyOf")
_NAMELESS = "example"  # what the normal form calls the one example of a place


def members(role: str, claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """Every member with the claims for it, both in order of evidence.

    A dialect may have printed a union without saying its kind, the parts of an `allOf` as one schema, the text of a
    parameter's schema as the parameter's, or an example without its name. Where another page of the same object says
    what it was, that is what it is.
    """
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        for key in claim.value:
            if key != MARKER:
                name = _name(role, key, claim, claims)
                if name is not None:
                    found.setdefault(name, []).append(claim.child(key))
    return found


def _name(role: str, key: str, claim: Claim, claims: Sequence[Claim]) -> str | None:
    """The member that `key` of one page belongs to, None where it belongs to none."""
    if role == "{example}" and list(claim.value) == [_NAMELESS]:
        return _named(claim, claims) or key
    if not claim.fragment.losses:
        return key
    if role == "schema" and key in _UNIONS and _lost(claim, key, "union-kind"):
        return next((kind for kind in _UNIONS if kind != key and _said(claims, kind, "union-kind")), key)
    if role == "schema" and key != "allOf" and _lost(claim, key, "allof-merged"):
        merged = _said(claims, "allOf", "allof-merged") and not any(
            key in other.value and not _lost(other, key, "allof-merged") for other in claims
        )
        return None if merged else key
    if role == "parameter" and _lost(claim, key, "parameter-text"):
        return key if all(_lost(other, key, "parameter-text") or key in other.value for other in claims) else None
    return key


def _named(claim: Claim, claims: Sequence[Claim]) -> str | None:
    """The one name under which another page shows this very example, or its translation."""
    names = {
        name
        for other in claims
        if _NAMELESS not in other.value
        for name in other.value
        if _same_example(claim.child(_NAMELESS), other.child(name))
    }
    return names.pop() if len(names) == 1 else None


def _same_example(one: Claim, other: Claim) -> bool:
    values = [claim.value.get("value") if isinstance(claim.value, dict) else None for claim in (one, other)]
    if None in values:
        return False
    same = equal if one.fragment.language == other.fragment.language else same_shape
    return same(*values)


def _said(claims: Sequence[Claim], key: str, code: str) -> bool:
    return any(key in claim.value and not _lost(claim, key, code) for claim in claims)


def _lost(claim: Claim, key: str, code: str) -> bool:
    place = join(claim.pointer, key)
    return any(loss.code == code and loss.pointer == place for loss in claim.fragment.losses)
