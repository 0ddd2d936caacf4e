"""The rules about two versions: every change of a schema wherever a schema can stand, and what stands around schemas.

Who breaks follows from who sends: callers send requests, so a narrower request breaks callers and a wider one servers
that follow the old version; servers send responses, so there it is the other way round. What a webhook sends counts
as a response: the server sends it. Ids are those of oasdiff's catalogue where it has one.
"""

from __future__ import annotations

from collections.abc import Iterator

from diglot.core.rules.changes import CHANGES, CONDITIONS, Change
from diglot.core.rules.document import DOCUMENT
from diglot.core.rules.fields import FIELDS
from diglot.core.rules.rule import Breaks, Rule, Severity, Speaks
from diglot.core.rules.structure import STRUCTURE

_VALUES: dict[str, Speaks] = {
    "request-body": "request",
    "request-property": "request",
    "response-body": "response",
    "response-property": "response",
}
_PARAMETERS: dict[str, Speaks] = {"request-parameter": "request"}
_RARE: dict[str, Speaks] = {"request-parameter-property": "request", "response-header": "response"}
_EVERYWHERE = frozenset(
    {
        *("type-changed", "type-generalized", "type-specialized", "became-nullable", "became-not-nullable"),
        *("enum-value-added", "enum-value-removed", "format-changed"),
    }
)
# what an effect is for whom, by who sends
_WEIGHT: dict[tuple[Speaks, str], tuple[Severity, Breaks]] = {
    ("request", "narrower"): ("error", "callers"),
    ("request", "wider"): ("note", "servers"),
    ("request", "other"): ("error", "callers"),
    ("response", "wider"): ("error", "callers"),
    ("response", "narrower"): ("note", "servers"),
    ("response", "other"): ("error", "callers"),
    ("request", "neutral"): ("note", "nobody"),
    ("response", "neutral"): ("note", "nobody"),
}

# where a subject has no rule of its own for a change, it is judged as this one
KIN = {
    "request-parameter": "request-property",
    "request-parameter-property": "request-property",
    "request-body": "request-property",
    "response-body": "response-property",
    "response-header": "response-property",
}


def _schema_rules() -> Iterator[Rule]:
    for change in CHANGES:
        subjects = _PARAMETERS | _VALUES | (_RARE if change.id in _EVERYWHERE else {})
        yield from (_schema_rule(change, *subject) for subject in subjects.items())
    for change in CONDITIONS:
        yield from (_schema_rule(change, *subject) for subject in _VALUES.items())


def _schema_rule(change: Change, subject: str, speaks: Speaks) -> Rule:
    severity, breaks = _WEIGHT[speaks, change.effect]
    name = f"{subject}-{change.id}"
    weight = change.severities.get(speaks, severity)
    if change.effect == "other" and weight == "note":
        breaks = "nobody"
    return Rule(name, "versions", weight, speaks, breaks, subject, change.id, change.example)


TABLE: tuple[Rule, ...] = (*STRUCTURE, *_schema_rules(), *FIELDS, *DOCUMENT)
