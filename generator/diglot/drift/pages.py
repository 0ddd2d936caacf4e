"""The pages and languages of one project: what they do not say alike, and which of them is stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.drift.judge import judge, standing
from diglot.drift.languages import missing_operation, missing_texts
from diglot.drift.order import in_order, once, unread
from diglot.drift.stale import verdict
from diglot.drift.templated import templated_server
from diglot.drift.walk.compare import compare
from diglot.drift.walk.facts import Difference, Record
from diglot.drift.walk.operation import parties
from diglot.drift.walk.side import Side
from diglot.drift.wording.identifiers import translated
from diglot.drift.wording.wording import Wording


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
    unknown = unread(fragments)
    known = [language for language in languages if language not in unknown]
    for group in groups:
        findings += missing_operation(group, known)
        findings += templated_server(group)
        findings += missing_texts(compare(group, record))
    wording = Wording(record, groups, languages)
    for difference in record.differences:
        if difference.what != "text" and not wording.explains(difference):
            findings.append(_judged(difference))
    findings += wording.findings()
    findings += [finding for side in sides for finding in side.unresolved.values()]
    return once(findings)


def _judged(difference: Difference) -> Finding:
    """The finding for what pages say differently; a translated identifier has a rule of its own."""
    opinion = verdict(difference.sayings)
    found = translated(difference)
    if found is None:
        return judge(difference, opinion, standing(difference, opinion))
    here, rule = found
    return replace(judge(difference, opinion, here), rule=rule)
