"""Two versions of one interface: which operations each has alone, and which pages of the others belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from diglot.core.finding import Finding
from diglot.core.ir import OpKey
from diglot.drift.walk.operation import Party

_Parties = Mapping[tuple[bool, OpKey], Sequence[Party]]


def only_in_one(before: _Parties, after: _Parties, today: date, whole: tuple[bool, bool]) -> list[Finding]:
    """The operations that the new version has no longer, and those that the old one did not have.

    `whole` says of the old and of the new version whether all of it could be read: what is missing in one that could
    not may stand where nobody could read it.
    """
    findings = []
    gone = (before, after, whole[1], lambda party: _removed(party, today))
    for mine, others, known, name in (gone, (after, before, whole[0], _added)):
        for key in mine.keys() - others.keys() if known else ():
            where = mine[key][0].place.location
            findings.append(Finding(name(mine[key][0]), where, str(key[1]), evidence={"page": where.path}))
    return findings


def _added(party: Party) -> str:
    return "webhook-added" if party.operation.webhook else "endpoint-added"


def _removed(party: Party, today: date) -> str:
    """The rule for an operation that is gone, by what was announced of it: `deprecated`, `x-sunset` (RFC 8594)."""
    if party.operation.webhook:
        return "webhook-removed"
    if party.place.get("deprecated") is not True:
        return "api-removed-without-deprecation"
    try:
        sunset = date.fromisoformat(str(party.place.get("x-sunset"))[:10])
    except ValueError:
        return "api-removed-with-deprecation"
    return "api-removed-before-sunset" if today < sunset else "api-removed-with-deprecation"


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
    for party in sorted(found, key=lambda party: party.side.fragment.terseness):
        best.setdefault(party.side.fragment.language, party)
    return best
