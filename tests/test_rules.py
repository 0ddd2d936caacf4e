"""The rule table audits itself: each rule is raised, tested, and said in both languages; nothing stands unused."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from diglot.core.catalogue import catalogue, message, phrase
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES, Rule
from diglot.core.usage import LANGUAGES, SEVERITIES, STAGES

ROOT = Path(__file__).resolve().parent.parent
CJK = re.compile("[\u4e00-\u9fff]")


def texts(folder: str, *suffixes: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in suffixes and "rules" not in path.parts and path.name != "test_rules.py":
            yield path, path.read_text(encoding="utf-8")


GENERATOR = list(texts("generator", ".py"))
SOURCES = "\n".join(text for path, text in GENERATOR if "faults" not in path.parts)
# Each fault of the catalogue says which rules name it, and test_conform_faults.py holds it to that.
FAULTS = [text for path, text in GENERATOR if "faults" in path.parts]
TESTS = "\n".join([*FAULTS, *(text for _, text in texts("tests", ".py", ".txt", ".toml", ".json", ".jsonl"))])


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_each_rule_is_raised_somewhere_and_tested_somewhere(rule: Rule) -> None:
    assert f'"{rule.id}"' in SOURCES or rule.stage == "versions"  # tests/test_versions.py raises each of those
    assert rule.id in TESTS


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_each_rule_is_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.id)
    assert rule.stage in STAGES
    assert rule.severity in SEVERITIES


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_said_in_both_languages(rule: str) -> None:
    said = {language: catalogue(language)["rules"][rule] for language in LANGUAGES}
    for words in said.values():
        assert words.keys() == {"title", "message", "explanation"}
        assert all(words.values())
    assert placeholders(said["en"]["message"]) == placeholders(said["zh"]["message"])
    assert not CJK.search("".join(said["en"].values()))
    assert CJK.search(said["zh"]["title"])
    assert CJK.search(said["zh"]["explanation"])


def test_the_catalogues_hold_no_rule_that_the_table_lacks() -> None:
    for language in LANGUAGES:
        assert catalogue(language)["rules"].keys() == RULES.keys()


def test_phrases_have_the_same_blanks_in_both_languages() -> None:
    english, chinese = (catalogue(language)["phrases"] for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for key in english:
        assert placeholders(english[key]) == placeholders(chinese[key]), key
        computed = f'f"{key.rpartition("-")[0]}-{{'
        family = f'"{key.partition("-")[0]}-"'
        assert any(use in SOURCES for use in (f'"{key}"', f"'{key}'", computed, family)), key


def test_a_blank_without_a_value_is_shown_and_never_raises() -> None:
    for rule in RULES:
        assert message(Finding(rule, Location("x")), "zh")


def test_every_stage_has_rules_and_a_title() -> None:
    assert {rule.stage for rule in RULES.values()} == set(STAGES)
    for language in LANGUAGES:
        assert all(phrase(f"stage-{stage}", language) for stage in STAGES)
