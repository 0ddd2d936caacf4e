"""What a change between two versions means: the rule for it, by who sends what changed and where it stands.

A change that no rule knows is an `unjudged-difference`; nothing that was found is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.core.rules.versions import KIN
from diglot.drift.judge import UNJUDGED
from diglot.drift.versions.changes import Change, changes
from diglot.drift.walk.facts import Difference, Saying, Spot
from diglot.drift.words import in_each, says, show, where

_CAPITAL = re.compile(r"(?=[A-Z])")
_PARAMETER = ("query", "path", "header", "cookie")
# differences that are one rule whichever way they go
_ALWAYS = {
    "version": "api-version-changed",
    "info": "api-info-changed",
    "external-docs": "external-docs-changed",
    "encoding": "request-body-encoding-changed",
    "parameter-name": "request-parameter-renamed",
    "security-type": "api-security-component-type-changed",
    "security-detail": "api-security-component-changed",
    "oauth-url": "api-security-component-oauth-url-changed",
    "oauth-token-url": "api-security-component-oauth-token-url-changed",
}
_NAMES = {"links": "link", "callbacks": "callback", "component": "schema"}


def judge_versions(difference: Difference, old: Saying, new: Saying) -> Iterator[Finding]:
    """The findings for one difference, one a change: located in the new version, `other` in the old one."""
    for change in changes(difference, old, new):
        spot = difference.spot
        if difference.what == "field-required":  # one fact of the object, a change of each field
            spot, change = spot.below(f".{change.item}"), replace(change, item="")
        rule = _rule(replace(difference, spot=spot), change, old, new)
        unjudged = {"says": in_each(partial(says, difference)), "because": ""} if rule == UNJUDGED else {}
        yield Finding(
            rule=rule,
            location=new.parts.get(change.part, new.location),
            operation=difference.spot.operation,
            other=old.parts.get(change.part, old.location),
            args=_args(difference, spot, change, rule),
            evidence={
                "where": in_each(partial(where, spot)),
                "from": _shown(difference, change.old),
                "to": _shown(difference, change.new),
                "breaks": RULES[rule].breaks,
                **unjudged,
            },
        )


def _shown(difference: Difference, value: Any) -> Any:
    """A value for people; a type that is not said is any."""
    if value is None and difference.what == "type":
        return in_each(partial(phrase, "drift-any-type"))
    return show(value)


def _args(difference: Difference, spot: Spot, change: Change, rule: str) -> dict[str, Any]:
    args: dict[str, Any] = {"what": difference.what} if rule == UNJUDGED else {}
    named = {"subject": spot.path, "status": spot.status, "media_type": spot.media, "item": change.item}
    args |= {key: value for key, value in named.items() if value}
    args |= {key: value for key, value in (("old", change.old), ("new", change.new)) if value is not None}
    return args | dict(difference.subject)


def _rule(difference: Difference, change: Change, old: Saying, new: Saying) -> str:
    what = difference.what
    if difference.notes.get("keyword"):  # whatever a schema calls it, it is a part of a schema
        known = (RULES[rule] for rule in _candidates(difference.spot, change.name) if rule in RULES)
        return next((rule.id for rule in known if rule.subject), UNJUDGED)
    if what in _ALWAYS:
        return _ALWAYS[what]
    turn = "added" if not old.present else "removed" if not new.present else "changed"
    special = _SPECIAL.get(what)
    if special is not None:
        return special(difference, turn)
    name = change.name
    if what in ("read-only", "write-only"):
        return f"{difference.spot.direction}-{_word(difference.spot.required)}-property-{name}"
    if what == "serialization":
        name = f"{'-'.join(_CAPITAL.split(difference.subject['member'])).lower()}-changed"
    if what in _NAMES:
        name = f"{_NAMES[what]}-{turn}"
    return next((rule for rule in _candidates(difference.spot, name) if rule in RULES), UNJUDGED)


def _candidates(spot: Spot, name: str) -> Iterator[str]:
    """The rules that may judge a change at a spot, the most particular first."""
    subject = subject_of(spot)
    yield f"{subject}-{name}"
    if subject in KIN:
        yield f"{KIN[subject]}-{name}"
    if subject == "api":
        yield f"endpoint-{name}"
    if spot.part in ("request", "response"):
        yield f"{spot.direction}-{name}"
    yield name


def subject_of(spot: Spot) -> str:
    """What a spot is to the rule table: `request-parameter`, `response-property`, `api`."""
    if spot.direction == "structure":
        return "api"
    if spot.part in _PARAMETER:
        return "request-parameter-property" if spot.depth else "request-parameter"
    if spot.path and spot.path[0] != "$":
        return "response-property" if spot.depth else "response-header"
    return f"{spot.direction}-{'property' if spot.depth else 'body'}"


def _word(required: Any) -> str:
    return "required" if required else "optional"


def _parameter(difference: Difference, turn: str) -> str:
    if turn == "removed":
        return "request-parameter-removed" + ("-with-deprecation" if difference.notes.get("deprecated") else "")
    if difference.spot.part == "path":
        return "new-request-path-parameter"
    return f"new-{_word(difference.notes.get('required'))}-request-parameter"


def _field(difference: Difference, turn: str) -> str:
    required, subject = bool(difference.notes.get("required")), subject_of(difference.spot)
    word = _word(required)
    if difference.spot.direction == "response":
        return f"response-{word}-property-{turn}"
    if turn == "removed":
        return f"{subject}-removed"
    return f"new-{word}-{subject}{'-with-default' if required and difference.notes.get('filled') else ''}"


def _body(difference: Difference, turn: str) -> str:
    if turn == "removed":
        return "request-body-removed"
    return f"request-body-added-{_word(difference.notes.get('required'))}"


def _response(difference: Difference, turn: str) -> str:
    success = difference.spot.status[:1] in ("1", "2", "3")
    return f"response-{'success' if success else 'non-success'}-status-{turn}"


def _header(difference: Difference, turn: str) -> str:
    if turn == "added":
        return "response-header-added"
    return f"{_word(difference.notes.get('required'))}-response-header-removed"


def _media_type(difference: Difference, turn: str) -> str:
    return f"{'request-body' if difference.spot.direction == 'request' else 'response'}-media-type-{turn}"


def _schema(difference: Difference, turn: str) -> str:
    subject = subject_of(difference.spot)
    return f"{subject}-media-type-schema-{turn}" if subject.endswith("-body") else f"{subject}-schema-{turn}"


_SPECIAL = {
    "parameter": _parameter,
    "field": _field,
    "sampled-field": _field,
    "body": _body,
    "response": _response,
    "header": _header,
    "media-type": _media_type,
    "schema": _schema,
}
