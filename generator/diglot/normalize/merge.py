"""Merging: every claim about one place, walked in step, becomes one value with its origins.

Structure is language-free and lives once; prose is kept per language. An object that any page names as a component
becomes that component. Nothing is decided here but by `Evidence`, and a declared fact that loses is a clash.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from diglot.core.grammar import is_documentation, is_prose, role_of
from diglot.core.ir import Origin
from diglot.core.pointer import join, split
from diglot.core.tree import plain, walk
from diglot.normalize.agreement import agree, fullest, same_thing
from diglot.normalize.claims import MARKER, Claim, Evidence, reference_of
from diglot.normalize.clashes import Clash, Conflict, conflict
from diglot.normalize.items import grouped
from diglot.normalize.language import same_shape
from diglot.normalize.readings import members

_UNJUDGED = frozenset({"operationId"})  # publishers translate it; drift tells
LANGUAGE_BOUND = {("operation", "tags"), ("document", "tags")}


class Merger:
    """One run of the merge. The result is in `origins`, `texts`, `values`, `clashes` and what `merge` returns."""

    def __init__(self, evidence: Evidence, language: str) -> None:
        self.evidence, self.language = evidence, language
        self.origins: dict[str, tuple[Origin, ...]] = {}
        self.texts: dict[str, dict[str, Any]] = defaultdict(dict)
        self.values: dict[str, dict[str, Any]] = defaultdict(dict)
        self.clashes: list[Clash] = []
        self.conflicts: list[Conflict] = []
        self.components: dict[tuple[str, str], dict[tuple[str, int, str], Claim]] = defaultdict(dict)

    def merge(self, role: str, claims: list[Claim], pointer: str) -> Any:
        """The value of the place `pointer` of the contract, from at least one claim."""
        claims = self.evidence.sort(claims)
        kind = dict if role[0] != "[" else list
        shaped = [claim for claim in claims if isinstance(claim.value, kind)]
        if role == "value" or not shaped or not isinstance(claims[0].value, kind):
            return self._atom(role, claims, pointer)
        self._remember(pointer, shaped)
        if role == "schema":  # of booleans, false admits nothing; true says nothing
            self._clash(role, pointer, shaped[0], [claim for claim in claims if claim.value is False])
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
        referring = [claim for claim in claims if reference_of(claim.value)]
        best = next((claim for claim in referring if not claim.doubts("$ref")), referring[0])
        reference = reference_of(best.value) or ""
        _, section, name = [*split(reference), "", "", ""][:3]
        result: dict[str, Any] = {"$ref": reference}
        others = [claim for claim in referring if reference_of(claim.value) != reference]
        foreign = [claim for claim in others if not (claim.doubts("$ref") or same_thing(role, best, claim))]
        self._clash("value", join(pointer, "$ref"), best.child("$ref"), [claim.child("$ref") for claim in foreign])
        for claim in claims:
            target = claim.target() if claim not in foreign else None
            if target is not None and reference.startswith("#/components/"):
                self.claim_component(section, name, target)
        siblings = [claim for claim in referring if len(claim.value) > 1]
        if siblings:
            result |= self._object(role, siblings, pointer)
        return result

    def _object(self, role: str, claims: list[Claim], pointer: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        guessed = _free_form(claims) if role == "schema" else False
        if role == "schema" and pointer.startswith("/components/"):
            self.conflicts += conflict(pointer, claims)
        for key, holders in members(role, claims).items():
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
        elif is_documentation(role, key):
            result[key] = self._documentation(claims, pointer)
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
        groups, left = grouped(role, claims)
        self._clash(role, pointer, claims[0], left)
        return [self.merge(role_of(role, ""), items, join(pointer, index)) for index, items in enumerate(groups)]

    def _atom(self, role: str, claims: list[Claim], pointer: str) -> Any:
        claims = self.evidence.sort(claims)
        token = split(pointer)[-1] if pointer else ""
        agreeing = [claim for claim in claims if agree(claims[0], claim, token)]
        best = fullest(agreeing, token)
        self._remember(pointer, agreeing)
        if token not in _UNJUDGED:
            self._clash(role, pointer, best, [claim for claim in claims if claim not in agreeing])
        return plain(best.value)

    def _documentation(self, claims: list[Claim], pointer: str) -> Any:
        """An example or an extension: the best one, in the words of the contract's language where that has the same."""
        claims = self.evidence.sort(claims)
        for claim in reversed(claims):
            self.values[claim.fragment.language][pointer] = plain(claim.value)
        value = plain(claims[0].value)
        self._remember(pointer, [claim for claim in claims if plain(claim.value) == value])
        own = self.values[self.language].get(pointer)
        return own if same_shape(own, value) else value

    def _clash(self, role: str, pointer: str, taken: Claim, left: list[Claim]) -> None:
        """Note what was declared and not taken; what is only sampled or said in prose gives way without a word."""
        if taken.strength == "declared":
            self.clashes += [Clash(role, pointer, taken, claim) for claim in left if claim.strength == "declared"]

    def _remember(self, pointer: str, claims: list[Claim]) -> None:
        origins = [claim.origin for claim in claims]
        self.origins[pointer] = tuple(dict.fromkeys(origins) if len(origins) > 1 else origins)


def _sampled(claim: Claim) -> bool:
    return claim.strength == "sampled"


def _free_form(claims: list[Claim]) -> bool:
    """Whether a page declares this object without listing properties: then a sample's fields are only an instance."""
    declared = [claim for claim in claims if not _sampled(claim) and not claim.loses("fields-not-shown")]
    return bool(declared) and not any("properties" in claim.value for claim in declared)
