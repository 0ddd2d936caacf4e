"""Two versions of one interface: which operations each has alone, and which pages of the others belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from diglot.core.finding import Finding
from diglot.core.ir import OpKey
from diglot.drift.operation import Party

_Parties = Mapping[tuple[bool, OpKey], Sequence[Party]]
_DIALECTS = ("openapi", "fern", "flat", "rendered")


def only_in_one(before: _Parties, after: _Parties) -> list[Finding]:
    """The operations that the new version has no longer, and those that the old one did not have."""
    findings = []
    for rule, mine, others in (("operation-removed", before, after), ("operation-added", after, before)):
        for key in mine.keys() - others.keys():
            where = mine[key][0].place.location
            findings.append(Finding(rule, where, str(key[1]), evidence={"page": where.path}))
    return findings


def counterparts(before: Sequence[Party], after: Sequence[Party]) -> Iterator[tuple[Party, Party]]:
    """The page of the old and the page of the new version in each language that both have, else the first of each."""
    old, new = _best(before), _best(after)
    shared = sorted(old.keys() & new.keys())
    if shared:
        yield from ((old[language], new[language]) for language in shared)
    else:
        yield old[min(old)], new[min(new)]


def _best(found: Sequence[Party]) -> dict[str, Party]:
    """For each language the page whose dialect says most."""
    best: dict[str, Party] = {}
    for party in sorted(found, key=_rank):
        best.setdefault(party.side.fragment.language, party)
    return best


def _rank(party: Party) -> int:
    dialect = party.side.fragment.dialect
    return _DIALECTS.index(dialect) if dialect in _DIALECTS else len(_DIALECTS)
