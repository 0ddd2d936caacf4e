"""The rule table for people at a terminal: a list by stage, or one rule with its example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from diglot.core.catalogue import catalogue, law_words, phrase
from diglot.core.examples import Sample, example, mirror
from diglot.core.laws import Promise
from diglot.core.rules import Rule
from diglot.core.usage import STAGES
from diglot.report.text import painted

_SIGNS = {"- ": "error", "+ ": "added"}


def render_rules(rules: Sequence[Rule], language: str = "en", colour: bool = False) -> str:
    """One line a rule, under its stage: severity, id, title."""
    words = catalogue(language)["rules"]
    lines = []
    for stage in STAGES:
        listed = [rule for rule in rules if rule.stage == stage]
        if not listed:
            continue
        width = max(len(rule.id) for rule in listed)
        lines += [f"{stage}: {phrase(f'stage-{stage}', language)}"]
        for rule in listed:
            rank = painted(f"{rule.severity:7}", rule.severity, colour)
            lines.append(f"  {rank}  {rule.id:{width}}  {words[rule.id]['title']}")
        lines.append("")
    return "".join(f"{line}\n" for line in [*lines, phrase("rules-counted", language, rules=len(rules))])


def render_rule(rule: Rule, language: str = "en", colour: bool = False) -> str:
    """All that the table says of one rule."""
    words, sample = catalogue(language)["rules"][rule.id], example(rule)
    first, second = (phrase(f"kind-{kind}", language) for kind in sample.kinds)
    lines = [rule.id, words["title"], "", words["explanation"], "", *_facts(rule, words["message"], language), ""]
    lines.append(phrase("rules-example", language, first=first, second=second))
    lines += (f"  {painted(line.rstrip(), _SIGNS.get(line[:2], ''), colour)}".rstrip() for line in difference(sample))
    return "".join(f"{line}\n" for line in lines)


def _facts(rule: Rule, message: str, language: str) -> Iterator[str]:
    backwards = mirror(rule)
    yield phrase("rules-severity", language, value=phrase(f"severity-{rule.severity}", language))
    yield phrase("rules-stage", language, stage=rule.stage, value=phrase(f"stage-{rule.stage}", language))
    yield phrase("rules-speaks", language, value=phrase(f"speaks-{rule.speaks}", language))
    if rule.stage == "versions":
        yield phrase("rules-who", language, value=phrase(f"breaks-{rule.breaks}", language))
    yield phrase("rules-message", language, value=message)
    if backwards is not None:
        yield phrase("rules-mirror", language, value=backwards.id)


def render_law(promise: Promise, language: str = "en") -> str:
    """What one law of `conform` promises, and which rules name its breaches."""
    words, titles = law_words(promise.law, language), catalogue(language)["rules"]
    lines = [promise.law, words["title"], "", words["says"], ""]
    lines.append(phrase("rules-severity", language, value=phrase(f"severity-{promise.severity}", language)))
    if promise.sentences:
        lines.append(phrase("laws-sentences", language, keys=", ".join(promise.sentences)))
    lines.append(phrase("laws-rules", language))
    width = max(map(len, promise.rules))
    lines += (f"  {rule:{width}}  {titles[rule]['title']}" for rule in promise.rules)
    return "".join(f"{line}\n" for line in lines)


def law_value(promise: Promise, language: str = "en") -> Mapping[str, Any]:
    """One law as JSON: id, severity, title, says, rules, sentences (their keys in `specs/laws.yaml`)."""
    return {
        "id": promise.law,
        "severity": promise.severity,
        **law_words(promise.law, language),
        "rules": promise.rules,
        "sentences": promise.sentences,
    }


def difference(sample: Sample) -> Iterator[str]:
    """The lines of an example: `- ` stands before what only the first text has, `+ ` only the second."""
    before, after = ([] if text == "{}" else text.split("\n") for text in (sample.before, sample.after))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            yield from (f"  {line}" for line in before[first:last])
            continue
        yield from (f"- {line}" for line in before[first:last])
        yield from (f"+ {line}" for line in after[start:end])


def rule_values(rules: Iterable[Rule], language: str = "en") -> list[Mapping[str, Any]]:
    """The table as JSON: id, stage, severity, speaks, breaks, title, message, explanation, example (two texts)."""
    return [_value(rule, language) for rule in rules]


def _value(rule: Rule, language: str) -> Mapping[str, Any]:
    sample = example(rule)
    return {
        "id": rule.id,
        "stage": rule.stage,
        "severity": rule.severity,
        "speaks": rule.speaks,
        "breaks": rule.breaks,
        **catalogue(language)["rules"][rule.id],
        "example": {"before": sample.before, "after": sample.after},
    }
