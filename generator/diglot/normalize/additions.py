"""What people add to the contract by hand: Overlay documents whose every action gives its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.ir import Origin
from diglot.core.pointer import is_within, join
from diglot.core.tree import mark_of, plain
from diglot.normalize.overlay import apply, settled, touched

LANGUAGE = "x-diglot-language"


@dataclass(frozen=True, slots=True)
class Addition:
    """One hand-written Overlay file: its path and its document, a tree with marks."""

    path: str
    document: Any

    @property
    def language(self) -> str | None:
        """The language whose overlay it adds to; None for what belongs to the contract itself."""
        language = self.document.get(LANGUAGE) if isinstance(self.document, dict) else None
        return None if language is None else str(language)


@dataclass(frozen=True, slots=True)
class Added:
    """The document with all additions, the actions that had an effect, what was found wrong, and what they decide."""

    document: Any
    actions: tuple[Any, ...]
    findings: tuple[Finding, ...]
    pinned: frozenset[str]

    def decides(self, pointer: str) -> bool:
        """Whether an addition says what stands at this place, or took it away: then pages may disagree about it."""
        return pointer in self.pinned or any(is_within(pointer, place) for place in self.pinned)


def add(additions: Sequence[Addition], document: Any, origins: dict[str, tuple[Origin, ...]], language: str) -> Added:
    """The additions applied in the order of their paths; `origins` learns where they stand."""
    findings: list[Finding] = []
    pinned: set[str] = set()
    effective: list[Any] = []
    for addition in sorted(additions, key=lambda addition: addition.path):
        actions = addition.document.get("actions") if isinstance(addition.document, dict) else None
        if not isinstance(actions, list):
            findings.append(Finding("addition-invalid", Location(addition.path, 1, 1)))
            continue
        for index, action in enumerate(actions):
            mark = mark_of(actions, index) or (1, 1)
            where = Location(addition.path, *mark, join("/actions", index))
            if not isinstance(action, dict) or not str(action.get("description") or "").strip():
                findings.append(Finding("addition-without-reason", where))
                continue
            pinned.update(settled(action, document))
            single = {"actions": actions[index : index + 1]}
            document, problems = apply(single, document, addition.path)
            findings += [Finding(problem.rule, where, args=problem.args) for problem in problems]
            effective += [] if problems else [plain(action)]
            _note(action, document, origins, Origin(where, "added", language))
    return Added(document, tuple(effective), tuple(findings), frozenset(pinned))


def strangers(additions: Sequence[Addition], languages: Sequence[str]) -> list[Finding]:
    """The additions whose language is none of these: nothing of them is applied."""
    return [
        Finding(
            "addition-language-unknown",
            Location(addition.path, *(mark_of(addition.document, LANGUAGE) or (1, 1)), join("", LANGUAGE)),
            args={"language": addition.language},
        )
        for addition in additions
        if addition.language is not None and addition.language not in languages
    ]


def _note(action: Any, document: Any, origins: dict[str, tuple[Origin, ...]], origin: Origin) -> None:
    for pointer in touched(str(action.get("target")), action.get("update"), document):
        for known in [known for known in origins if is_within(known, pointer)]:
            origins[known] = (*origins[known], origin)
        origins.setdefault(pointer, (origin,))
