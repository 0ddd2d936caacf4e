"""A server URL that is nothing but a variable, and the page whose reader shows what that does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diglot.core.finding import Finding, Location
from diglot.core.ir import Loss
from diglot.drift.walk.operation import Party
from diglot.drift.walk.side import Place

_SYMPTOM = "server-url-templated"
_ONLY_A_VARIABLE = re.compile(r"\s*\{[^{}]+\}/?\s*")


def templated_server(parties: Sequence[Party]) -> list[Finding]:
    """One finding where a page of the operation shows that its generator could not form a URL.

    Located at the server URL that a page of the operation declares, which is the cause; where none declares one, at
    the sentence itself. A templated URL that troubles no page is no finding.
    """
    shown = [(party, loss) for party in parties for loss in party.side.fragment.losses if loss.code == _SYMPTOM]
    if not shown:
        return []
    party, loss = shown[0]
    symptom = _symptom(party, loss)
    url = next((found for each in parties if (found := _templated(each))), None)
    return [
        Finding(
            "server-url-templated",
            url.location if url else symptom,
            str(party.operation.key),
            symptom if url else None,
            {"url": url.value.strip() if url else "{…}"},
            {"page": f"{symptom.path}:{symptom.line}", "sentence": loss.evidence},
        )
    ]


def _symptom(party: Party, loss: Loss) -> Location:
    line, column = loss.mark or party.place.mark or (0, 0)
    return Location(party.place.location.path, line, column, loss.pointer)


def _templated(party: Party) -> Place | None:
    servers = party.effective("servers")
    for _, server in servers.children() if servers else ():
        url = server.child("url")
        if url is not None and isinstance(url.value, str) and _ONLY_A_VARIABLE.fullmatch(url.value):
            return url
    return None
