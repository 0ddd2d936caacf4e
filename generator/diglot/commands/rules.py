"""`diglot rules [RULE]`: the table of rules, or one rule explained."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from diglot.core.catalogue import catalogue
from diglot.core.rules import RULES, Rule
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, deliver


def run(arguments: Namespace, streams: Streams) -> int:
    """Print the table, or what one rule means."""
    words = catalogue(streams.language)["rules"]
    wanted: str | None = arguments.inputs
    if wanted is not None and wanted not in RULES:
        raise UsageError(f"there is no rule {wanted!r}; `diglot rules` lists them all")
    chosen = [RULES[wanted]] if wanted else list(RULES.values())
    body = "".join(f"{rule.severity:8} {rule.stage:10} {rule.id:32} {words[rule.id]['title']}\n" for rule in chosen)
    if wanted:
        rule, said = chosen[0], words[wanted]
        body = f"{rule.id} ({rule.stage}, {rule.severity}, {rule.speaks})\n{said['title']}\n\n{said['explanation']}\n"
    return deliver(Outcome(value=[_value(rule, words[rule.id]) for rule in chosen], body=body), arguments, streams)


def _value(rule: Rule, words: dict[str, str]) -> dict[str, Any]:
    example = rule.example and {"before": rule.example.before, "after": rule.example.after}
    named = {"id": rule.id, "stage": rule.stage, "severity": rule.severity, "speaks": rule.speaks}
    return {**named, "breaks": rule.breaks, **words, "example": example}
