"""One answer held against one copy: the same, a change, or no page that may take its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from diglot.core.catalogue import message, phrase
from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.core.rules import RULES
from diglot.drift.words import in_each
from diglot.fetch import Answer, Failure, explain
from diglot.read import read_bytes, refreshed, same_text
from diglot.upstream.copies import Copy, operations_of

_CUT = "page-block-unclosed"  # a server that announces no length may break off without a sign but this


@dataclass(frozen=True, slots=True)
class Renewal:
    """What came for a copy. `data` is the new file, None where the copy is current; findings are about the fetch."""

    copy: Copy
    answer: Answer
    data: bytes | None = None
    fragments: tuple[Fragment, ...] = ()
    findings: tuple[Finding, ...] = ()


def renew(copy: Copy, came: Answer | Failure, day: str) -> Renewal | Finding:
    """The renewal that an answer is, or the finding that says why the copy stays as it is."""
    if isinstance(came, Failure):
        if came.kind == "gone":
            return Finding("page-gone", copy.location, args={"url": came.url, "status": came.words["status"]})
        return failed(copy, came)
    moved = _moved(copy, came)
    if came.unchanged:
        return Renewal(copy, came, findings=moved)
    if came.html:
        return _unreadable(copy, came, lambda language: phrase("fetch-html", language))
    data = came.body if copy.data is None else refreshed(copy.data, came.body, came.address.shown, day)
    fragments = tuple(read_bytes(copy.path, data))
    problem = _problem(copy, fragments)
    if problem is not None:
        return _unreadable(copy, came, lambda language: message(problem, language))
    described = operations_of(fragments)
    if copy.operations and not copy.operations & described:
        evidence = {"described": sorted(described), "expected": sorted(copy.operations)}
        return Finding("page-operation-other", copy.location, args={"url": came.address.shown}, evidence=evidence)
    if copy.data is not None and same_text(copy.data, refreshed(copy.data, came.body, came.address.shown)):
        return Renewal(copy, came, findings=moved)
    shown = came.address.shown.removesuffix("?…")
    named = tuple(replace(fragment, page=replace(fragment.page, path=shown)) for fragment in fragments)
    return Renewal(copy, came, data, named, moved)


def failed(copy: Copy, failure: Failure) -> Finding:
    """The finding that an address, that of the copy or of the index of its site, gave nothing."""
    if failure.kind == "host":
        return Finding("page-host-not-named", copy.location, args={"host": failure.words["host"]})
    reason = in_each(lambda language: explain(failure, language))
    return Finding("page-not-fetched", copy.location, args={"url": failure.url}, evidence={"reason": reason})


def prose_only(renewal: Renewal) -> Finding:
    """The note that a page changed in nothing that can be compared."""
    old, new = (Counter((data or b"").splitlines()) for data in (renewal.copy.data, renewal.data))
    evidence = {"added": (new - old).total(), "removed": (old - new).total()}
    url = renewal.answer.address.shown
    return Finding("page-text-changed", renewal.copy.location, args={"url": url}, evidence=evidence)


def _moved(copy: Copy, came: Answer) -> tuple[Finding, ...]:
    if not came.moved:
        return ()
    return (Finding("page-moved", copy.location, args={"url": came.address.shown}),)


def _problem(copy: Copy, fragments: tuple[Fragment, ...]) -> Finding | None:
    """Why a text is no page that may take the place of the copy: what reading found, unless the copy has it too."""
    old = {finding.rule for fragment in copy.fragments for finding in fragment.findings}
    for finding in (finding for fragment in fragments for finding in fragment.findings):
        if finding.rule not in old and (RULES[finding.rule].severity == "error" or finding.rule == _CUT):
            return finding
    return None


def _unreadable(copy: Copy, came: Answer, say: Callable[[str], str]) -> Finding:
    evidence = {"reason": in_each(say)}
    return Finding("page-unreadable", copy.location, args={"url": came.address.shown}, evidence=evidence)
