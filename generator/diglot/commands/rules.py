"""`diglot rules [RULE]`: the table of rules, those that a word finds, or one rule or law explained."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from difflib import get_close_matches

from diglot.core.catalogue import catalogue
from diglot.core.laws import PROMISES, Promise
from diglot.core.rules import RULES, Rule
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, deliver
from diglot.report import law_value, render_law, render_reference, render_rule, render_rules, rule_values

_FORMATS = ("text", "json", "jsonl", "markdown")


def run(arguments: Namespace, streams: Streams) -> int:
    """Print the table, a part of it, or what one rule or one law of `conform` means."""
    form, language, wanted = arguments.format, streams.language, arguments.inputs
    if form not in _FORMATS:
        raise UsageError(f"rules are no findings: --format is one of {', '.join(_FORMATS)}")
    if wanted in PROMISES and form != "markdown":
        return deliver(_law(PROMISES[wanted], language), arguments, streams)
    rules = _chosen(wanted, arguments.stage, language)
    outcome = Outcome()
    if form == "markdown":
        outcome = Outcome(markdown=render_reference(rules, language))
    elif form == "text":
        colour = streams.colour and not arguments.output
        body = render_rule(rules[0], language, colour) if wanted in RULES else render_rules(rules, language, colour)
        outcome = Outcome(body=body)
    else:
        outcome = Outcome(value=rule_values(rules, language))
    return deliver(outcome, arguments, streams)


def _law(promise: Promise, language: str) -> Outcome:
    return Outcome(value=[law_value(promise, language)], body=render_law(promise, language))


def _chosen(wanted: str | None, stage: str | None, language: str) -> Sequence[Rule]:
    """The rule of that name, else the rules whose id or title holds the word."""
    if wanted in RULES:
        return [RULES[wanted]]
    word = (wanted or "").casefold()
    titles = catalogue(language)["rules"]
    named = [rule for rule in RULES.values() if word in rule.id or word in titles[rule.id]["title"].casefold()]
    found = [rule for rule in named if stage in (None, rule.stage)]
    if found:
        return found
    if named:
        raise UsageError(f"no rule of stage {stage} holds {wanted!r}; `diglot rules {wanted}` lists those that do")
    known = {part: None for rule in RULES for part in (rule, *rule.split("-"))} | dict.fromkeys(PROMISES)
    near = get_close_matches(word, known, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "`diglot rules` lists them all"
    raise UsageError(f"there is no rule {wanted!r}; {hint}")
