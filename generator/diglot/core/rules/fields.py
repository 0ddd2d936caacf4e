"""What can happen to a named field of an object between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.rules.rule import Breaks, Example, Rule, Severity, Speaks

_NAME = {"type": "string"}


def _object(*required: str, **fields: Any) -> dict[str, Any]:
    listed = {"required": list(required)} if required else {}
    return {"type": "object", **listed, "properties": {"id": _NAME, **fields}}


def _rule(
    subject: str, name: str, change: str, severity: Severity, before: Any, after: Any, breaks: Breaks = "nobody"
) -> Rule:
    speaks: Speaks = "response" if subject.startswith("response") else "request"
    return Rule(name, "versions", severity, speaks, breaks, subject, change, Example(before, after))


def _requested(subject: str) -> Iterator[Rule]:
    without, optional, required = _object(), _object(title=_NAME), _object("title", title=_NAME)
    filled = _object("title", title={"type": "string", "default": "Untitled"})
    yield _rule(subject, f"new-required-{subject}", "field-added-required", "error", without, required, "callers")
    new = f"new-required-{subject}-with-default"
    yield _rule(subject, new, "field-added-with-default", "error", without, filled, "callers")
    yield _rule(subject, f"new-optional-{subject}", "field-added", "note", without, optional, "servers")
    yield _rule(subject, f"{subject}-removed", "field-removed", "warning", optional, without, "callers")
    yield _rule(subject, f"{subject}-became-required", "field-became-required", "error", optional, required, "callers")
    given = _object(title={"type": "string", "default": "Untitled"})
    became = f"{subject}-became-required-with-default"
    yield _rule(subject, became, "field-became-required-with-default", "error", given, filled, "callers")
    yield _rule(subject, f"{subject}-became-optional", "field-became-optional", "note", required, optional, "servers")


def _answered() -> Iterator[Rule]:
    subject = "response-property"
    without, optional, required = _object(), _object(title=_NAME), _object("title", title=_NAME)
    ranks: tuple[Severity, Severity] = ("error", "warning")
    for word, full, severity in zip(("required", "optional"), (required, optional), ranks, strict=True):
        removed, added = f"response-{word}-property-removed", f"response-{word}-property-added"
        yield _rule(subject, removed, "field-removed", severity, full, without, "callers")
        yield _rule(subject, added, "field-added", "note", without, full, "servers")
    became = f"{subject}-became-optional"
    yield _rule(subject, became, "field-became-optional", "error", required, optional, "callers")
    became = f"{subject}-became-required"
    yield _rule(subject, became, "field-became-required", "note", optional, required, "servers")


# A field that only one side may send: what that does to who sends it or waits for it.
_ONE_WAY: dict[tuple[str, str], tuple[Severity, Severity]] = {
    # (direction, change) -> rank for a required and for an optional field
    ("request", "became-read-only"): ("warning", "warning"),
    ("request", "became-not-read-only"): ("error", "note"),
    ("request", "became-write-only"): ("note", "note"),
    ("request", "became-not-write-only"): ("note", "note"),
    ("response", "became-read-only"): ("note", "note"),
    ("response", "became-not-read-only"): ("note", "note"),
    ("response", "became-write-only"): ("error", "warning"),
    ("response", "became-not-write-only"): ("note", "note"),
}


def _one_way() -> Iterator[Rule]:
    for (direction, change), ranks in _ONE_WAY.items():
        keyword = "readOnly" if "read" in change else "writeOnly"
        for word, severity in zip(("required", "optional"), ranks, strict=True):
            names = ("title",) if word == "required" else ()
            states = [_object(*names, title=_NAME), _object(*names, title={**_NAME, keyword: True})]
            before, after = reversed(states) if "not" in change else states
            breaks: Breaks = "callers" if severity != "note" else "nobody"
            name = f"{direction}-{word}-property-{change}"
            yield _rule(f"{direction}-property", name, f"field-{change}", severity, before, after, breaks)


def _deprecated() -> Iterator[Rule]:
    for subject in ("request-property", "response-property"):
        plain, marked = _object(title=_NAME), _object(title={**_NAME, "deprecated": True})
        yield _rule(subject, f"{subject}-deprecated", "field-deprecated", "note", plain, marked)
        yield _rule(subject, f"{subject}-reactivated", "field-reactivated", "note", marked, plain)


FIELDS: tuple[Rule, ...] = (
    *_requested("request-property"),
    *_requested("request-parameter-property"),
    *_answered(),
    *_one_way(),
    *_deprecated(),
)
