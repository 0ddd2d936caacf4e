"""The merge as a whole: fragments and additions in, one contract and one overlay a language out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diglot.core.collector import paused
from diglot.core.finding import Finding
from diglot.core.ir import Contract, Fragment, Overlay
from diglot.core.tree import Map
from diglot.normalize.additions import Addition, add, strangers
from diglot.normalize.arrange import arrange
from diglot.normalize.canonical import canonical
from diglot.normalize.claims import Claim, Evidence
from diglot.normalize.complete import complete
from diglot.normalize.cycles import circular
from diglot.normalize.language import build, strings
from diglot.normalize.merge import Merger
from diglot.normalize.overlay import apply
from diglot.normalize.paths import align_paths
from diglot.normalize.security import align_security
from diglot.normalize.shared import hoisted

_MAX_PASSES = 20


@dataclass(frozen=True, slots=True)
class Normalized:
    """What the merge gives: the contract, an overlay for each further language, and what was found on the way.

    `language` is that of the contract.
    """

    language: str
    contract: Contract
    overlays: tuple[Overlay, ...]
    findings: tuple[Finding, ...]


@paused()
def normalize(
    fragments: Sequence[Fragment], languages: Sequence[str], additions: Sequence[Addition] = ()
) -> Normalized:
    """Merge what pages say into one contract; `languages` in order of preference, the first with a page is canonical.

    Deterministic, and independent of the order of `fragments`. Fragments without an operation contribute nothing.
    """
    speaking = [canonical(fragment) for fragment in fragments if fragment.operations]
    spoken = {fragment.language for fragment in speaking}
    known = [*languages, *sorted(spoken - set(languages))]
    languages = [tag for tag in known if tag in spoken] or known[:1]
    evidence = Evidence(languages)
    aligned, spellings = align_paths(align_security(speaking), evidence)
    merger, document = _merge(hoisted(aligned), evidence, languages[0])
    inferred = complete(document, merger)
    clashes = [clash.finding(document) for clash in merger.clashes]  # before an addition takes a place away
    origins = dict(merger.origins)
    added = add([item for item in additions if item.language in (None, languages[0])], document, origins, languages[0])
    document = arrange(added.document)
    findings = [*spellings, *circular(document, origins), *clashes, *inferred]
    findings = [finding for finding in findings if not added.decides(finding.location.pointer)]
    findings += [each.finding() for each in merger.conflicts if not all(map(added.decides, each.places))]
    findings += [*added.findings, *strangers(additions, known)]
    overlays = []
    for language in languages[1:]:
        overlay = _overlay(language, merger, document)
        own = [item for item in additions if item.language == language]
        if own:
            by_hand = add(own, apply(overlay, document)[0], {}, language)
            overlay["actions"] += by_hand.actions
            findings += by_hand.findings
        overlays.append(Overlay(language, overlay))
    return Normalized(languages[0], Contract(document, origins), tuple(overlays), tuple(findings))


@paused()
def editions(normalized: Normalized) -> dict[str, dict[str, Any]]:
    """The document in each language, that of the contract first: the contract with the language's overlay applied."""
    contract = normalized.contract.document
    documents = {normalized.language: contract}
    for overlay in normalized.overlays:
        document, _ = apply(overlay.document, contract)
        documents[overlay.language] = arrange(document)
    return documents


def _merge(fragments: Sequence[Fragment], evidence: Evidence, language: str) -> tuple[Merger, dict[str, Any]]:
    """Merge until no pass learns of a further place where a page describes a component."""
    known: dict[Any, Any] = {}
    for _ in range(_MAX_PASSES):
        merger = Merger(evidence, language)
        merger.components.update(known)
        for fragment in fragments:
            _claim_components(fragment, merger)
        before = _size(merger)
        document: dict[str, Any] = merger.merge("document", [_top(item) for item in fragments], "") if fragments else {}
        document["components"] = _components(merger)
        if _size(merger) == before:
            break
        known = merger.components
    return merger, document


def _components(merger: Merger) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for section, name in sorted(merger.components):
        merged.setdefault(section, {})[name] = merger.component(section, name)
    return merged


def _size(merger: Merger) -> int:
    return sum(len(claims) for claims in merger.components.values())


def _claim_components(fragment: Fragment, merger: Merger) -> None:
    components = fragment.document.get("components")
    for section, names in components.items() if isinstance(components, dict) else ():
        for name in names if isinstance(names, dict) else ():
            claim = Claim.root(fragment).child("components").child(section).child(name)
            merger.claim_component(section, name, claim)


def _top(fragment: Fragment) -> Claim:
    """The page's claim without its components: those are claimed by name."""
    root = Claim.root(fragment)
    top = Map(fragment.document.own)
    for key, value in fragment.document.items():
        if key != "components":
            top.put(key, value, fragment.document.marks.get(key))
    return Claim(fragment, top, root.pointer, root.mark, root.strength)


def _overlay(language: str, merger: Merger, document: dict[str, Any]) -> dict[str, Any]:
    own = merger.texts.get(merger.language, {})
    texts = {pointer: text for pointer, text in merger.texts.get(language, {}).items() if text != own.get(pointer)}
    for pointer, value in merger.values.get(language, {}).items():
        texts.update(strings(document, pointer, value))
    title = texts.get("/info/title") or document["info"]["title"]
    return build(title, document["info"]["version"], texts, document)
