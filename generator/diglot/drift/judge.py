"""What a difference means: a table from its kind to a rule, and the finding that says who says what.

A kind that the table does not hold is an `unjudged-difference`; nothing that was found is dropped.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from diglot.core.finding import Finding
from diglot.drift.stale import Verdict
from diglot.drift.walk.facts import Difference, Saying
from diglot.drift.walk.terms import text
from diglot.drift.words import because, in_each, says, where

UNJUDGED = "unjudged-difference"
_JUDGED = {
    "operation-id": "operation-id-differs",
    "deprecation": "deprecation-differs",
    "servers": "server-differs",
    "security": "security-differs",
    "parameter": "parameter-missing",
    "parameter-required": "parameter-required-differs",
    "serialization": "serialization-differs",
    "body": "body-missing",
    "body-required": "body-required-differs",
    "response": "response-missing",
    "header": "header-missing",
    "media-type": "media-type-missing",
    "type": "type-differs",
    "nullability": "nullability-differs",
    "format": "format-differs",
    "bounds": "bounds-differ",
    "pattern": "pattern-differs",
    "default": "default-differs",
    "enum": "enum-value-missing",
    "variant": "variant-missing",
    "field": "field-missing",
    "sampled-field": "field-undeclared",
    "fields": "fields-not-described",
    "field-required": "field-required-differs",
    "additional-fields": "additional-fields-differ",
    "additional-schema": "additional-fields-differ",
    "items": "items-not-described",
    "read-only": "one-way-differs",
    "write-only": "one-way-differs",
}
_SETS = frozenset({"enum", "variant", "field-required"})


def judge(difference: Difference, verdict: Verdict, here: Saying) -> Finding:
    """The finding for one difference: located at `here`, beside the first page that says otherwise."""
    others = [saying for saying in difference.sayings if saying.identity != here.identity]
    there = next((saying for saying in others if saying.present), others[0])
    rule = _JUDGED.get(difference.what, UNJUDGED)
    if difference.what == "enum" and not (here.present and there.present):
        rule = "enum-missing"
    return Finding(
        rule=rule,
        location=here.location,
        operation=difference.spot.operation,
        other=there.location,
        args=_named(difference, rule) | _valued(difference, here, there),
        evidence=_evidence(difference, verdict),
    )


def standing(difference: Difference, verdict: Verdict) -> Saying:
    """The saying that a finding is located at: the stale page, else one that lacks the fact, else the first."""
    lacking = [saying for saying in difference.sayings if not saying.present]
    return [*verdict.stale, *lacking, *difference.sayings][0]


def _named(difference: Difference, rule: str) -> dict[str, Any]:
    """The args that name what the fact is about."""
    spot = difference.spot
    if difference.what == "parameter":
        return {"in": spot.part, "name": spot.path}
    if difference.what == "response":
        return {"status": spot.status}
    if difference.what == "media-type":
        return {"media_type": spot.media}
    args: dict[str, Any] = {"what": difference.what} if rule == UNJUDGED else {}
    if difference.subject:
        return args | dict(difference.subject)
    return args | ({"subject": spot.path} if spot.path else {})


def _valued(difference: Difference, here: Saying, there: Saying) -> dict[str, Any]:
    """The args that hold the two values: all of each, or of two sets what only one of them has."""
    if difference.presence:
        return {}
    if difference.what in _SETS and here.present and there.present:
        return {"here": _only(here, there), "there": _only(there, here)}
    return {"here": _arg(here), "there": _arg(there)}


def _only(one: Saying, other: Saying) -> list[Any]:
    known = {text(value) for value in other.value}
    return [value for value in one.value if text(value) not in known]


def _arg(saying: Saying) -> Any:
    if not saying.present:
        return None
    if isinstance(saying.value, dict) and not saying.meaning:
        return [f"{key} {text(value)}" for key, value in sorted(saying.value.items())]
    return saying.meaning[:12] or saying.value


def _evidence(difference: Difference, verdict: Verdict) -> dict[str, Any]:
    return {
        "where": in_each(partial(where, difference.spot)),
        "says": in_each(partial(says, difference)),
        "because": in_each(partial(because, verdict)),
        "stale": verdict.stale[0].fragment.page.path if verdict.stale else None,
        "pages": [_page(saying) for saying in difference.sayings],
    }


def _page(saying: Saying) -> dict[str, Any]:
    return {
        "path": saying.location.path,
        "line": saying.location.line,
        "language": saying.fragment.language,
        "age": saying.fragment.age,
        "age_source": saying.fragment.age_source,
        "strength": saying.strength,
        "says": saying.value if saying.present else None,
    }
