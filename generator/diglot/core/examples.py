"""The example of each rule, as two texts. Rules about two versions have theirs in the table, the others in words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from diglot.core.rules import RULES, Rule
from diglot.core.rules.rule import Example
from diglot.core.yaml import dump

_EXAMPLES = Path(__file__).parent / "words" / "examples"


@dataclass(frozen=True, slots=True)
class Sample:
    """Two short texts that no language needs to be told in, and what each of them is.

    `kinds` is `(before, after)`, `(one, other)` page, `(wrong, right)`, or what was `(expected, got)`.
    """

    before: str
    after: str
    kinds: tuple[str, str]


def example(rule: Rule, *, bare: bool = False) -> Sample:
    """What the rule is about in one glance; `bare`: without the place, which rules about one change do not share.

    Raises:
        KeyError: the rule has no example; the tests keep that from happening.
    """
    if rule.example is None:
        (first, before), (second, after) = _written()[rule.id].items()
        return Sample(before.strip("\n"), after.strip("\n"), (first, second))
    sides = rule.example.before, rule.example.after
    before, after = (_text(value if bare else placed(rule, value)) for value in sides)
    return Sample(before, after, ("before", "after"))


def placed(rule: Rule, value: Any) -> Any:
    """One side of the example of a rule about two versions, in the part of an operation that shows where it stands."""
    if rule.example is None or rule.example.slot != "schema":
        return value
    where, _, what = rule.subject.partition("-")
    if what.endswith("property") and not rule.change.startswith("field-"):
        value = {"type": "object", "properties": {"value": value}}
    content = {"content": {"application/json": {"schema": value}}}
    if what.startswith("parameter"):
        return {"parameters": [{"name": "value", "in": "query", "schema": value}]}
    if where == "request":
        return {"requestBody": content}
    headers = {"headers": {"X-Value": {"schema": value}}}
    return {"responses": {"200": {"description": "OK", **(headers if what == "header" else content)}}}


def mirror(rule: Rule) -> Rule | None:
    """The rule about the same change made backwards, if one rule judges exactly that."""
    kin = (other for other in RULES.values() if (other.subject, other.speaks) == (rule.subject, rule.speaks))
    return next((other for other in kin if _backwards(rule.example, other.example)), None)


def _backwards(one: Example | None, other: Example | None) -> bool:
    if one is None or other is None:
        return False
    return (one.slot, one.before, one.after) == (other.slot, other.after, other.before)


def _text(value: Any) -> str:
    return dump(value).rstrip("\n") if value else "{}"


@cache
def _written() -> Mapping[str, Mapping[str, str]]:
    whole: dict[str, Mapping[str, str]] = {}
    for path in sorted(_EXAMPLES.glob("*.toml")):
        whole |= tomllib.loads(path.read_text(encoding="utf-8"))["rules"]
    return whole
