"""Two versions of one interface walked in step, and each change judged by the rule for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.drift.order import in_order, once, unread
from diglot.drift.versions.counterparts import counterparts, only_in_one
from diglot.drift.versions.document import compare_documents
from diglot.drift.versions.equal import Equality
from diglot.drift.versions.impact import judge_versions
from diglot.drift.versions.unused import compare_unused
from diglot.drift.walk.compare import compare
from diglot.drift.walk.facts import Record
from diglot.drift.walk.operation import parties
from diglot.drift.walk.side import Side


def drift_versions(old: Sequence[Fragment], new: Sequence[Fragment], today: date = date.min) -> tuple[Finding, ...]:
    """What the new version of an interface changed, and whom that breaks; located in the new one, `other` in the old.

    The versions are compared language by language where they have one in common. `today` is the day to judge
    announced removals by.
    """
    record, equal = Record(versions=True), Equality()
    before, after = (parties(map(Side.of, in_order(fragments))) for fragments in (old, new))
    findings = only_in_one(before, after, today, whole=(not unread(old), not unread(new)))
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
        findings += [*old_side.unresolved.values(), *new_side.unresolved.values()]
    for side, difference in differences:
        before_it, after_it = difference.sayings
        if before_it.fragment is side.fragment:
            before_it, after_it = after_it, before_it
        findings += judge_versions(difference, before_it, after_it)
    return once(findings)
