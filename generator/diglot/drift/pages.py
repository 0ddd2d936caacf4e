"""The doors of this stage: the pages and languages of one project, and two versions of one interface."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from diglot.core.finding import Finding, Location
from diglot.core.ir import Fragment
from diglot.drift.compare import compare
from diglot.drift.document import compare_documents
from diglot.drift.equal import Equality
from diglot.drift.facts import Difference, Record
from diglot.drift.identifiers import translated
from diglot.drift.impact import judge_versions
from diglot.drift.judge import judge, standing
from diglot.drift.languages import missing_operation, missing_texts
from diglot.drift.operation import parties
from diglot.drift.servers import templated_server
from diglot.drift.side import Side, unresolved
from diglot.drift.stale import verdict
from diglot.drift.unused import compare_unused
from diglot.drift.versions import counterparts, only_in_one
from diglot.drift.wording import Wording


def drift_languages(fragments: Sequence[Fragment], languages: Sequence[str]) -> tuple[Finding, ...]:
    """Where pages of the same operations disagree, and what each of `languages` lacks.

    The fragments hold canonical documents (OpenAPI 3.1) with marks; what their dialects lost is no difference. The
    order of the fragments does not matter. Each finding names the line that is wrong or lacks something, as `other`
    the line that says it, and in its evidence the page that is likely stale, where ages or numbers show it.
    """
    record = Record()
    findings: list[Finding] = []
    sides = list(map(Side.of, in_order(fragments)))
    groups = list(parties(sides).values())
    for group in groups:
        findings += missing_operation(group, languages)
        findings += templated_server(group)
        findings += missing_texts(each for each in compare(group, record) if each.what == "text")
    wording = Wording(record, groups, languages)
    for difference in record.differences:
        if difference.what != "text" and not wording.explains(difference):
            findings.append(_judged(difference))
    findings += wording.findings()
    findings += [finding for side in sides for finding in unresolved(side)]
    return once(findings)


def _judged(difference: Difference) -> Finding:
    """The finding for what pages say differently; a translated identifier has a rule of its own."""
    opinion = verdict(difference.sayings)
    found = translated(difference)
    if found is None:
        return judge(difference, opinion, standing(difference, opinion))
    here, rule = found
    return replace(judge(difference, opinion, here), rule=rule)


def drift_versions(old: Sequence[Fragment], new: Sequence[Fragment], today: date = date.min) -> tuple[Finding, ...]:
    """What the new version of an interface changed, and whom that breaks; located in the new one, `other` in the old.

    The versions are compared language by language where they have one in common. `today` is the day to judge
    announced removals by.
    """
    record, equal = Record(versions=True), Equality()
    before, after = (parties(map(Side.of, in_order(fragments))) for fragments in (old, new))
    findings = only_in_one(before, after, today)
    differences = []
    documents: dict[tuple[int, int], tuple[Side, Side]] = {}
    for key in sorted(before.keys() & after.keys()):
        for pair in counterparts(before[key], after[key]):
            sides = pair[0].side, pair[1].side
            documents.setdefault((id(sides[0]), id(sides[1])), sides)
            if not equal.holds(*pair):
                differences += [(sides[1], difference) for difference in compare(pair, record)]
    for sides in documents.values():
        found = [*compare_documents(*sides), *compare_unused(*sides, record)]
        differences += [(sides[1], difference) for difference in found]
    for old_side, new_side in documents.values():
        findings += [*unresolved(old_side), *unresolved(new_side)]
    for side, difference in differences:
        before_it, after_it = difference.sayings
        if before_it.fragment is side.fragment:
            before_it, after_it = after_it, before_it
        findings += judge_versions(difference, before_it, after_it)
    return once(findings)


def in_order(fragments: Iterable[Fragment]) -> list[Fragment]:
    """By path and line, so that the order in which pages are given does not matter."""
    return sorted(fragments, key=lambda fragment: (fragment.page.path, fragment.page.first_line))


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted, and what several operations share through a component only once."""
    unique: dict[object, Finding] = {}
    for finding in sorted(findings, key=_order):
        args = {key: value for key, value in finding.args.items() if key != "subject"}
        unique.setdefault((finding.rule, _spot(finding.location), _spot(finding.other), str(args)), finding)
    return tuple(unique.values())


def _spot(where: Location | None) -> tuple[object, ...]:
    """A place in a file; where the file has no lines, the place in its document."""
    if where is None:
        return ()
    return (where.path, where.line, where.column) if where.line else (where.path, where.pointer)


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.location
    return finding.operation, where.path, where.line, where.column, finding.rule, str(sorted(finding.args.items()))
