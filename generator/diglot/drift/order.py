"""Pages in an order that does not depend on how they were given, and findings once each, in the order of operations."""

from __future__ import annotations

from collections.abc import Iterable

from diglot.core.finding import Finding, Location
from diglot.core.ir import Fragment
from diglot.core.rules import broken


def in_order(fragments: Iterable[Fragment]) -> list[Fragment]:
    """By path and line, so that the order in which pages are given does not matter."""
    return sorted(fragments, key=lambda fragment: (fragment.page.path, fragment.page.first_line))


def unread(fragments: Iterable[Fragment]) -> set[str]:
    """The languages of the pages that could not be read, or not wholly: what they lack, they may have."""
    return {fragment.language for fragment in fragments if broken(fragment.findings)}


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted, and what several operations share through a component only once."""
    unique: dict[object, Finding] = {}
    known: set[str] = set()
    for finding in sorted(findings, key=_order):
        args = {key: value for key, value in finding.args.items() if key != "subject"}
        key = (finding.rule, _spot(finding.location), _spot(finding.other), str(args))
        if key not in unique and finding.fingerprint not in known:
            unique[key] = finding
            known.add(finding.fingerprint)
    return tuple(unique.values())


def _spot(where: Location | None) -> tuple[object, ...]:
    """A place in a file; where the file has no lines, the place in its document."""
    if where is None:
        return ()
    return (where.path, where.line, where.column) if where.line else (where.path, where.pointer)


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.location
    return finding.operation, where.path, where.line, where.column, finding.rule, str(sorted(finding.args.items()))
