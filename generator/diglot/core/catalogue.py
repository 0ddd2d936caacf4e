"""The words of the tool, one catalogue a language: titles, explanations and messages. Identity is never words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from diglot.core.finding import Finding
from diglot.core.rules import RULES, Rule

_WORDS = Path(__file__).parent / "words"


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def _written(language: str) -> dict[str, Any]:
    """The words as the files of a language have them, by section."""
    import tomllib

    whole: dict[str, Any] = {"rules": {}, "phrases": {}}
    for path in sorted((_WORDS / language).glob("*.toml")):
        for section, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            whole.setdefault(section, {}).update(words)
    return whole


@cache
def phrases(language: str) -> Mapping[str, str]:
    """The phrases that every command may say, and what the reference says: one file, not the whole catalogue."""
    import tomllib

    words: dict[str, str] = tomllib.loads((_WORDS / language / "phrases.toml").read_text(encoding="utf-8"))["phrases"]
    return words


@cache
def catalogue(language: str) -> dict[str, Any]:
    """The whole catalogue of one of `LANGUAGES`: `rules.<id>.{title,message,explanation}` and `phrases.<key>`."""
    words = _written(language)
    composed = {rule.id: _composed(rule, words) for rule in RULES.values() if rule.change}
    return {**words, "rules": {**words["rules"], **composed}}


def _composed(rule: Rule, words: Mapping[str, Any]) -> dict[str, str]:
    """The words of a rule about two versions: those of its change, and who breaks."""
    change = _change(rule.change, words)
    title = change["title"]
    if rule.subject:
        title = words["phrases"]["rule-title"].format(subject=words["subjects"][rule.subject], title=title)
    explanation = change.get("explanation") or words["breaks"][f"{rule.speaks}-{rule.breaks}"]
    return {"title": title, "message": change["message"], "explanation": explanation}


def _change(change: str, words: Mapping[str, Any]) -> Mapping[str, str]:
    if change in words["changes"]:
        listed: Mapping[str, str] = words["changes"][change]
        return listed
    name, _, turn = change.rpartition("-")
    noun = words["nouns"][name]
    return {key: template.format_map(_Blank(noun=noun)) for key, template in words["turns"][turn].items()}


def change_words(change: str, language: str = "en") -> Mapping[str, str]:
    """The words of a change between two versions, wherever it stands: title, message, and at times an explanation."""
    return _change(change, catalogue(language))


def law_words(law: str, language: str = "en") -> Mapping[str, str]:
    """The words of a law: `title` and, in one sentence, what it `says`; none for a law that has no words."""
    words: Mapping[str, str] = _written(language)["laws"].get(law, {})
    return words


def subject_words(subject: str, language: str = "en") -> str:
    """What a rule about two versions speaks of, such as `Request field`."""
    words: str = catalogue(language)["subjects"][subject]
    return words


def phrase(key: str, language: str = "en", /, **args: Any) -> str:
    """One phrase of the tool's own, with its arguments filled in."""
    common = phrases(language)  # most runs say no other
    template: str = common[key] if key in common else _written(language)["phrases"][key]
    return template.format_map(_Blank(args))


def message(finding: Finding, language: str = "en") -> str:
    """The sentence for one finding: the rule's template, filled from the finding's operation, evidence and args."""
    template: str = catalogue(language)["rules"][finding.rule]["message"]
    words = {"operation": finding.operation, **finding.evidence, **finding.args}
    return template.format_map(_Blank({key: _say(value, language) for key, value in words.items()}))


def _say(value: Any, language: str) -> Any:
    if isinstance(value, dict) and language in value:
        return value[language]  # said in every language by the stage that found it
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
