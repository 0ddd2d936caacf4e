"""What several commands need."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from diglot import files
from diglot.core.catalogue import phrase
from diglot.core.finding import Finding, Location
from diglot.core.ir import File, Fragment
from diglot.delivery import Outcome
from diglot.pipeline import Judged
from diglot.project import Project

_MOST_NAMES = 4


def project_of(arguments: Namespace) -> Project:
    """The project that the command runs in."""
    return Project.at(Path(arguments.project))


def findings_of(fragments: Iterable[Fragment]) -> list[Finding]:
    """What reading the pages found."""
    return [finding for fragment in fragments for finding in fragment.findings]


def operations_of(fragments: Iterable[Fragment]) -> int:
    """How many operations the pages describe between them."""
    return len({operation.key for fragment in fragments for operation in fragment.operations})


def by_history(fragments: Iterable[Fragment]) -> bool:
    """Whether pages were told apart by git's history, which may change though no file does."""
    return any(fragment.age_source == "history" for fragment in fragments)


def stale(project: Project, written: Sequence[File]) -> list[Finding]:
    """A finding for each file of the contract that is not as the pages make it."""
    paths = [file.path for file in written if files.differences(project.root, [file])]
    return [Finding("contract-stale", Location(path, 1, 1), args={"path": path}) for path in paths]


def outcome_of(judged: Judged) -> Outcome:
    """Findings after waivers as an outcome."""
    waived = [(finding, waiver.reason, str(waiver.expires or "")) for finding, waiver in judged.waived]
    return Outcome(judged.open, waived)


def listed(names: Iterable[str], language: str) -> str:
    """A few names, or that there are none, or how many more."""
    known = list(names)
    if not known:
        return phrase("nothing", language)
    more = len(known) - _MOST_NAMES
    return ", ".join(known[:_MOST_NAMES]) + (phrase("more", language, count=more) if more > 0 else "")
