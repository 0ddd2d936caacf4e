"""`diglot rules` and the rule reference: every rule is there, the committed files are current, nothing breaks out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from diglot.core.catalogue import catalogue
from diglot.core.rules import RULES
from diglot.core.usage import LANGUAGES, STAGES
from diglot.report import render_reference, render_rule, render_rules

ROOT = Path(__file__).resolve().parent.parent
FILES = {"en": ROOT / "RULES.md", "zh": ROOT / "RULES.zh.md"}
Run = Callable[..., tuple[int, str, str]]
SHAPE = ["id", "stage", "severity", "speaks", "breaks", "title", "message", "explanation", "example"]


def tokens(text: str) -> list[Token]:
    parsed = MarkdownIt("commonmark").enable("table").parse(text)
    return [each for token in parsed for each in (token, *(token.children or ()))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_committed_reference_is_what_the_table_gives(language: str) -> None:
    text = FILES[language].read_text(encoding="utf-8")
    assert text == render_reference(list(RULES.values()), language), "`make rules` writes it anew"
    assert text.count("\n") < 5_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_names_every_rule_and_its_contents_lead_somewhere(language: str) -> None:
    text = FILES[language].read_text(encoding="utf-8")
    named = [token.content for token in tokens(text) if token.type == "code_inline"]
    assert [rule for rule in RULES if named.count(rule) != 1] == []
    anchors = re.findall(r'<a id="([a-z-]+)"></a>', text)
    assert len(set(anchors)) == len(anchors)
    links = [str(token.attrs["href"]) for token in tokens(text) if token.type == "link_open"]
    assert links == [f"#{anchor}" for anchor in anchors]
    assert {f"#{stage}" for stage in STAGES} <= set(links)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_catalogue_becomes_markup(language: str) -> None:
    parsed = tokens(FILES[language].read_text(encoding="utf-8"))
    assert {token.type for token in parsed} & {"image", "html_block", "em_open", "hr", "code_block"} == set()
    assert all(re.fullmatch(r'<a id="[a-z-]+">|</a>', each.content) for each in parsed if each.type == "html_inline")
    quotes = [parsed[at + 2] for at, token in enumerate(parsed) if token.type == "blockquote_open"]
    said = ["".join(child.content for child in quote.children or ()) for quote in quotes]
    rules = [rule for rule in RULES.values() if rule.stage != "versions"]
    words = catalogue(language)["rules"]
    assert sorted(said) == sorted(words[rule.id]["message"].replace("`", "") for rule in rules)


def test_the_table_is_aligned_and_grouped_by_stage(diglot: Run) -> None:
    code, out, _ = diglot("rules")
    assert code == 0
    groups = out.rstrip("\n").split("\n\n")
    assert [group.partition(":")[0] for group in groups[:-1]] == list(STAGES)
    for group in groups[:-1]:
        rows = [
            re.fullmatch(r"  (error  |warning|note   )  (([a-z0-9-]+) +)\S.*", line) for line in group.split("\n")[1:]
        ]
        assert len({len(row[2]) for row in rows if row}) == 1
        assert all(row and row[3] in RULES for row in rows)
    assert str(len(RULES)) in groups[-1]


def test_a_word_and_a_stage_choose_from_the_table(diglot: Run) -> None:
    _, out, _ = diglot("rules", "page-block", "--format", "json")
    assert [rule["id"] for rule in json.loads(out)] == [rule for rule in RULES if "page-block" in rule]
    _, out, _ = diglot("rules", "默认值", "--lang", "zh", "--stage", "drift", "--format", "json")
    assert [rule["id"] for rule in json.loads(out)] == ["default-differs"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (["parametr-missing"], ["parametr-missing", "parameter-missing"]),
        (["nulable"], ["nullable"]),
        (["xyzzy"], ["`diglot rules` lists them all"]),
        (["nullable", "--stage", "read"], ["no rule of stage read"]),
        (["--format", "sarif"], ["text, json, jsonl, markdown"]),
    ],
)
def test_what_is_not_there_is_one_line_with_the_nearest(diglot: Run, wanted: list[str], words: list[str]) -> None:
    code, out, err = diglot("rules", *wanted)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert all(word in err for word in words)


def test_one_rule_is_shown_with_all_that_the_table_says(diglot: Run) -> None:
    _, out, _ = diglot("rules", "response-property-max-decreased")
    for words in (
        *("Response field: maximum decreased", "severity: note", "stage: versions", "speaks of: response"),
        *("breaks: servers", "backwards: response-property-max-increased", "{from}", "example (- before, + after):"),
        *("  -               maximum: 20\n", "  +               maximum: 10\n"),
    ):
        assert words in out
    _, out, _ = diglot("rules", "page-not-utf8", "--lang", "zh")
    assert "级别：错误" in out
    assert "受影响方" not in out


@pytest.mark.parametrize("language", LANGUAGES)
def test_colour_is_only_added(language: str) -> None:
    rules = list(RULES.values())
    coloured = [
        render_rules(rules, language, colour=True),
        *(render_rule(rule, language, colour=True) for rule in rules),
    ]
    plain = [render_rules(rules, language), *(render_rule(rule, language) for rule in rules)]
    assert [re.sub(r"\x1b\[\d+m", "", text) for text in coloured] == plain
    assert coloured != plain


def test_the_json_of_a_rule_has_a_stable_shape(diglot: Run) -> None:
    for form, read in (("json", json.loads), ("jsonl", lambda text: [json.loads(line) for line in io.StringIO(text)])):
        _, out, _ = diglot("rules", "--format", form)
        table = read(out)
        assert [rule["id"] for rule in table] == list(RULES)
        for rule in table:
            assert list(rule) == SHAPE
            assert all(isinstance(rule[key], str) for key in SHAPE[:-1])
            assert list(rule["example"]) == ["before", "after"]
            assert all(isinstance(text, str) for text in rule["example"].values())
