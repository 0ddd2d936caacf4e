"""Merging: every claim about one place, walked in step, becomes one value with its origins.

Structure is language-free and lives once; prose is kept per language. An object that any page names as a component
becomes that component. Nothing is decided here but by `Evidence`, and a declared fact that loses is a clash.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from diglot.core.grammar import is_prose, role_of
from diglot.core.ir import Origin
from diglot.core.pointer import join
from diglot.core.tree import plain, walk
from diglot.normalize.claims import MARKER, Claim, Evidence, reference_of

LANGUAGE_BOUND = {("operation", "tags"), ("document", "tags")}
_UNJUDGED = frozenset({"examples", "example", "value", "operationId"})


@dataclass(frozen=True, slots=True)
class Clash:
    """Two pages declare different values for one place of the contract; the first one was taken."""

    pointer: str
    taken: Claim
    left: Claim


class Merger:
    """One run of the merge. The result is in `origins`, `texts`, `clashes` and what `merge` returns."""

    def __init__(self, evidence: Evidence, language: str) -> None:
        self.evidence, self.language = evidence, language
        self.origins: dict[str, tuple[Origin, ...]] = {}
        self.texts: dict[str, dict[str, Any]] = defaultdict(dict)
        self.clashes: list[Clash] = []
        self.components: dict[tuple[str, str], dict[tuple[str, int, str], Claim]] = defaultdict(dict)

    def merge(self, role: str, claims: list[Claim], pointer: str) -> Any:
        """The value of the place `pointer` of the contract, from at least one claim."""
        claims = self.evidence.sort(claims)
        kind = dict if role[0] != "[" else list
        shaped = [claim for claim in claims if isinstance(claim.value, kind)]
        if role == "value" or not shaped or not isinstance(claims[0].value, kind):
            return self._atom(claims, pointer)
        self._remember(pointer, shaped)
        if kind is list:
            return self._list(role, shaped, pointer)
        if role[0] != "{" and any(reference_of(claim.value) for claim in shaped):
            return self._reference(role, shaped, pointer)
        return self._object(role, shaped, pointer)

    def component(self, section: str, name: str) -> Any:
        """The merged component of that name, from every claim met so far."""
        claims = list(self.components[section, name].values())
        role = role_of(role_of("components", section), name)
        return self.merge(role, claims, join("/components", section, name))

    def claim_component(self, section: str, name: str, claim: Claim) -> None:
        """Note that a page describes this component at `claim`."""
        page = claim.fragment.page
        self.components[section, name][page.path, page.first_line, claim.pointer] = claim

    def _reference(self, role: str, claims: list[Claim], pointer: str) -> Any:
        reference = next(found for claim in claims if (found := reference_of(claim.value)))
        _, _, section, name = [*reference.split("/", 3), "", ""][:4]
        result: dict[str, Any] = {"$ref": reference}
        for claim in claims:
            target = claim.target()
            if target is not None and reference.startswith("#/components/"):
                self.claim_component(section, name.replace("~1", "/").replace("~0", "~"), target)
        siblings = [claim for claim in claims if reference_of(claim.value) and len(claim.value) > 1]
        if siblings:
            result |= self._object(role, siblings, pointer)
        return result

    def _object(self, role: str, claims: list[Claim], pointer: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        guessed = _free_form(claims) if role == "schema" else False
        for key in dict.fromkeys(key for claim in claims for key in claim.value if key != MARKER):
            holders = [claim.child(key) for claim in claims if key in claim.value]
            if key == "properties" and guessed:
                holders = [holder for holder in holders if not _sampled(holder)]
            if holders:
                self._member(result, role, key, holders, join(pointer, key))
        if role == "schema" and all(_sampled(claim) for claim in claims):
            for _, inner, _ in walk(result):
                if isinstance(inner, dict):
                    inner.pop(MARKER, None)  # what lies inside a sampled place needs no mark of its own
            result[MARKER] = "sampled"
        return result

    def _member(self, result: dict[str, Any], role: str, key: str, claims: list[Claim], pointer: str) -> None:
        if (role, key) in LANGUAGE_BOUND or (is_prose(role, key) and isinstance(claims[0].value, str)):
            self._text(result, key, claims, pointer)
        else:
            result[key] = self.merge(role_of(role, key), claims, pointer)

    def _text(self, result: dict[str, Any], key: str, claims: list[Claim], pointer: str) -> None:
        for claim in reversed(self.evidence.sort_texts(claims)):
            self.texts[claim.fragment.language][pointer] = plain(claim.value)
        self._remember(pointer, claims)
        own = self.texts[self.language].get(pointer)
        if own is not None:
            result[key] = own

    def _list(self, role: str, claims: list[Claim], pointer: str) -> list[Any]:
        if role == "[schema]" and len({len(claim.value) for claim in claims}) > 1:
            return self._atom(claims, pointer)  # type: ignore[no-any-return]  # an atom of lists is a list
        groups: dict[Any, list[Claim]] = {}
        for claim in claims:
            for index, item in enumerate(claim.value):
                member = claim.child(index)
                groups.setdefault(_identity(role, index, item, member), []).append(member)
        return [
            self.merge(role_of(role, ""), members, join(pointer, index))
            for index, members in enumerate(groups.values())
        ]

    def _atom(self, claims: list[Claim], pointer: str) -> Any:
        best = self.evidence.sort(claims)[0]
        value = plain(best.value)
        agreeing = [claim for claim in claims if plain(claim.value) == value]
        self._remember(pointer, agreeing)
        token = pointer.rpartition("/")[2]
        if best.strength == "declared" and not _is_free(token) and "/examples/" not in pointer:
            others = [claim for claim in claims if claim not in agreeing and claim.strength == "declared"]
            self.clashes += [Clash(pointer, best, other) for other in others]
        return value

    def _remember(self, pointer: str, claims: list[Claim]) -> None:
        self.origins[pointer] = tuple(dict.fromkeys(claim.origin for claim in claims))


def _identity(role: str, index: int, item: Any, claim: Claim) -> Any:
    """What makes two list items of different pages the same item."""
    if role == "[parameter]":
        target = claim.target()
        value = target.value if target else item
        if isinstance(value, dict):
            return str(value.get("in")), str(value.get("name"))
    if role == "[server]" and isinstance(item, dict):
        return str(item.get("url"))
    return index


def _is_free(token: str) -> bool:
    """Whether pages may differ here without a clash: extensions and examples are each page's own."""
    return token in _UNJUDGED or token.startswith("x-")


def _sampled(claim: Claim) -> bool:
    return claim.strength == "sampled"


def _free_form(claims: list[Claim]) -> bool:
    """Whether a page declares this object without listing properties: then a sample's fields are only an instance."""
    declared = [claim for claim in claims if not _sampled(claim) and not claim.loses("fields-not-shown")]
    return bool(declared) and not any("properties" in claim.value for claim in declared)
