"""Differences in words, in every language of the tool: where, who says what, and which page is likely stale.

The words go into the evidence of a finding, one text a language, so that each report takes its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diglot.core.catalogue import phrase
from diglot.core.usage import LANGUAGES
from diglot.drift.stale import Verdict
from diglot.drift.walk.facts import Difference, Saying, Spot
from diglot.drift.walk.terms import text

_MAX_SHOWN = 80
_PLACES = {
    ("document", "header"): "drift-at-document-part",
    ("operation", ""): "drift-at-operation",
    ("document", ""): "drift-at-document",
    ("query", ""): "drift-at-query",
    ("path", ""): "drift-at-path",
    ("header", ""): "drift-at-header",
    ("cookie", ""): "drift-at-cookie",
    ("request", ""): "drift-at-request-body",
    ("request", "$"): "drift-at-request-field",
    ("response", ""): "drift-at-response-body",
    ("response", "root"): "drift-at-response-root",
    ("response", "$"): "drift-at-response-field",
    ("response", "header"): "drift-at-response-header",
}
_REASONS = {"server": "drift-because-server", "older": "drift-because-older", "alone": "drift-because-alone"}


class Said(dict[str, str]):
    """The same words in every language of the tool, by language; printed plainly they are those of the first."""

    def __str__(self) -> str:
        return self[LANGUAGES[0]]


def in_each(say: Callable[[str], str]) -> Said:
    """What `say` says in every language of the tool."""
    return Said({language: say(language) for language in LANGUAGES})


def where(spot: Spot, language: str) -> str:
    """What a difference is about: `query parameter limit`, `field $.data of response 200`."""
    thing = "root" if spot.path == "$" else "$" if spot.path[:1] == "$" else "header" if spot.path else ""
    key = _PLACES.get((spot.part, thing)) or _PLACES[spot.part, ""]
    if spot.webhook and spot.part == "request":
        key = "drift-at-webhook-field" if thing == "$" else "drift-at-webhook-body"
    return phrase(key, language, path=spot.path, status=spot.status)


def says(difference: Difference, language: str) -> str:
    """Every page with what it says, each with its line."""
    joint = phrase("drift-joint", language)
    return joint.join(_saying(difference, saying, language) for saying in difference.sayings)


def because(verdict: Verdict, language: str) -> str:
    """Which page is likely stale and why, to be added to a sentence; empty where nothing shows it."""
    if not verdict.stale:
        return ""
    stale = ", ".join(dict.fromkeys(saying.fragment.page.path for saying in verdict.stale))
    return phrase(_REASONS[verdict.code], language, stale=stale, **verdict.args)


def _saying(difference: Difference, saying: Saying, language: str) -> str:
    page, age = saying.page, saying.fragment.age
    if age:
        page = phrase("drift-since", language, page=page, since=age.partition("/")[0])
    if not saying.present:
        return phrase("drift-lacks" if difference.presence else "drift-silent", language, page=page)
    if not difference.presence:
        return phrase("drift-says", language, page=page, value=show(saying.value))
    return phrase("drift-shows" if saying.strength == "sampled" else "drift-has", language, page=page)


def show(value: Any) -> str:
    """A value in one short line: lists and flat objects without brackets, the rest as JSON."""
    if isinstance(value, dict) and not any(isinstance(each, dict | list) for each in value.values()):
        shown = ", ".join(f"{key} {text(each)}" for key, each in value.items()) or "{}"
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        shown = ", ".join(value) or "[]"
    else:
        shown = text(value)
    return shown if len(shown) <= _MAX_SHOWN else shown[: _MAX_SHOWN - 1] + "…"
