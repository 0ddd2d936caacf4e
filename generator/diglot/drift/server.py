"""Pages against the document that a server gives of itself: one finding a fact, with all that pages and server say."""

from __future__ import annotations

from collections.abc import Sequence

from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.drift.alignment import align
from diglot.drift.judge import judge, standing
from diglot.drift.order import in_order, once
from diglot.drift.stale import verdict
from diglot.drift.walk.compare import compare
from diglot.drift.walk.facts import Record
from diglot.drift.walk.operation import parties
from diglot.drift.walk.side import Side

# Each document's own: what a server calls its operations, and how it words them.
_OWN = frozenset({"text", "operation-id"})


def drift_server(pages: Sequence[Fragment], document: Sequence[Fragment]) -> tuple[Finding, ...]:
    """Where the server's own document contradicts a page, and which operations only one of them has.

    The fragments hold canonical documents with marks. Where pages disagree with each other, the server tells which of
    them is likely stale; where it contradicts them all, either may be, and nobody is named. What the server's document
    does not say contradicts nothing that its dialect cannot say.
    """
    aligned = align(pages, document)
    servers = {id(fragment) for fragment in aligned.document}
    sides = list(map(Side.of, [*in_order(aligned.pages), *aligned.document]))
    record = Record()
    findings = list(aligned.findings)
    for group in parties(sides).values():
        for difference in compare(group, record):
            speaking = [saying for saying in difference.sayings if id(saying.fragment) in servers]
            if difference.what in _OWN or not speaking:
                continue
            opinion = verdict(difference.sayings, servers)
            findings.append(judge(difference, opinion, standing(difference, opinion)))
    findings += [finding for side in sides for finding in side.unresolved.values()]
    return once(findings)
