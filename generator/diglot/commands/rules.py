"""`diglot rules [RULE]`: the table of rules, or one rule explained."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from diglot.core.catalogue import catalogue
from diglot.core.rules import RULES
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
    value = [{**asdict(rule), **words[rule.id]} for rule in chosen]
    return deliver(Outcome(value=value, body=body), arguments, streams)
