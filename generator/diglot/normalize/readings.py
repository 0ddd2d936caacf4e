"""The members of one object as several pages claim it, with what a dialect printed under another name put right."""

from __future__ import annotations

from collections.abc import Sequence

from diglot.core.pointer import join
from diglot.normalize.claims import MARKER, Claim

_UNIONS = ("oneOf", "anyOf")


def members(role: str, claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """Every member with the claims for it, both in order of evidence.

    A dialect may have printed a union without saying its kind, the parts of an `allOf` as one schema, or the text of a
    parameter's schema as the parameter's. Where another page of the same object says what it was, that is what it is.
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


def _said(claims: Sequence[Claim], key: str, code: str) -> bool:
    return any(key in claim.value and not _lost(claim, key, code) for claim in claims)


def _lost(claim: Claim, key: str, code: str) -> bool:
    place = join(claim.pointer, key)
    return any(loss.code == code and loss.pointer == place for loss in claim.fragment.losses)
