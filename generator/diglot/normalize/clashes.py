"""What pages contradict each other about, as findings: who says what, what the contract takes, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding, Location
from diglot.core.ir import METHODS, Fragment, OpKey
from diglot.core.pointer import is_within, join, split
from diglot.core.usage import LANGUAGES
from diglot.normalize.agreement import structure
from diglot.normalize.claims import Claim, newest
from diglot.normalize.targets import target_of


@dataclass(frozen=True, slots=True)
class Clash:
    """Two pages declare different values for one place of the contract; the first one was taken."""

    role: str
    pointer: str
    taken: Claim
    left: Claim

    def finding(self, document: Any) -> Finding:
        """The clash, located where the value stands that was not taken; `document` is the contract."""
        taken, left = self.taken, self.left
        location = left.location
        return Finding(
            "fact-clash",
            Location(location.path, location.line, location.column, self.pointer),
            operation_of(self.pointer),
            taken.location,
            args={"taken": _fact(self.role, taken), "left": _fact(self.role, left)},
            evidence=_evidence(taken.fragment, left.fragment) | {"target": target_of(document, self.pointer)},
        )


def _fact(role: str, claim: Claim) -> Any:
    """What a page declares, without prose: of servers their addresses."""
    value = structure(claim.value, role)
    if role == "[server]" and isinstance(value, list):
        return [server.get("url") if isinstance(server, dict) else server for server in value]
    return value


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two pages list different fields of one object of a component; the contract has the fields of both."""

    pointer: str
    first: Claim
    second: Claim
    fields: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def places(self) -> list[str]:
        """Where in the contract the fields stand that only one page has."""
        return [join(self.pointer, "properties", name) for names in self.fields for name in names]

    def finding(self) -> Finding:
        """The conflict, located in the page that is the weaker evidence."""
        location, (there, here) = self.second.location, self.fields
        name = split(self.pointer)[2] if self.pointer.count("/") > 2 else ""
        return Finding(
            "component-conflict",
            Location(location.path, location.line, location.column, self.pointer),
            other=self.first.location,
            args={"name": name, "here": list(here), "there": list(there)},
            evidence={
                **_evidence(self.first.fragment, self.second.fragment),
                "there_path": self.first.location.path,
                "only_here": {language: _listed(here, language) for language in LANGUAGES},
                "only_there": {language: _listed(there, language) for language in LANGUAGES},
            },
        )


def conflict(pointer: str, claims: Sequence[Claim]) -> Iterator[Conflict]:
    """Where pages that can list all fields of an object, and do, list others than the best page."""
    listing = [claim for claim in claims if isinstance(claim.value.get("properties"), dict) and _lists_all(claim)]
    for other in listing[1:]:
        best = listing[0]
        known, own = best.value["properties"], other.value["properties"]
        fields = (
            tuple(sorted(name for name in known if name not in own)),
            tuple(sorted(name for name in own if name not in known)),
        )
        if any(fields):
            yield Conflict(pointer, best, other, fields)


def _lists_all(claim: Claim) -> bool:
    """Whether what the page does not list here is not there: it is declared, and the dialect prints every field."""
    fields = join(claim.pointer, "properties")
    silent = any(
        is_within(loss.pointer, fields) or (loss.certainty != "lost" and is_within(claim.pointer, loss.pointer))
        for loss in claim.fragment.losses
    )
    return claim.strength == "declared" and not silent


def operation_of(pointer: str) -> str:
    """The operation that a place of the contract belongs to, empty where it belongs to none or several."""
    tokens = split(pointer)
    if len(tokens) >= 3 and tokens[0] == "paths" and tokens[2] in METHODS:
        return str(OpKey.of(tokens[2], tokens[1]))
    return ""


def _evidence(taken: Fragment, left: Fragment) -> dict[str, Any]:
    return {
        "why": {language: _why(taken, left, language) for language in LANGUAGES},
        "taken_path": taken.page.path,
        "age": taken.age or "",
        "age_source": taken.age_source or "",
        "left_age": left.age or "",
        "left_age_source": left.age_source or "",
    }


def _why(taken: Fragment, left: Fragment, language: str) -> str:
    """Why one page was believed, in the order of `Evidence`."""
    if newest(taken.age) > newest(left.age):
        if left.age is None:
            return phrase("why-dated", language, newer=_said(taken, language))
        return phrase("why-newer", language, newer=_said(taken, language), older=_said(left, language))
    if taken.generation != left.generation and newest(taken.age) == newest(left.age):
        return phrase("why-generation", language)
    return phrase("why-dialect" if taken.dialect != left.dialect else "why-order", language)


def _listed(names: Sequence[str], language: str) -> str:
    return ", ".join(names) or phrase("nothing", language)


def _said(fragment: Fragment, language: str) -> str:
    """An age and whence it comes."""
    if fragment.age_source is None:
        return fragment.age or ""
    return phrase(f"age-{fragment.age_source}", language, age=fragment.age)
