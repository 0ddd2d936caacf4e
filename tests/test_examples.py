"""The example of each rule: there is one, it is short, and wherever it can be run it raises that rule and no other."""

from __future__ import annotations

import tomllib
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from diglot.core import yaml
from diglot.core.examples import Sample, example, mirror
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES, Rule, server
from diglot.core.rules.changes import CHANGES, CONDITIONS
from diglot.core.usage import LANGUAGES
from diglot.drift import drift_languages
from diglot.drift.waivers import apply, parse
from diglot.normalize import Addition, canonical, normalize
from diglot.read import read_bytes
from diglot.validate import validate
from drift_help import fragment

EXAMPLES = Path(__file__).resolve().parent.parent / "generator" / "diglot" / "core" / "words" / "examples"
KINDS = {("before", "after"), ("one", "other"), ("wrong", "right"), ("expected", "got")}
BYTES = {"page-not-utf8", "page-too-large", "page-date-invalid", "page-history-slow"}  # theirs describe a file, or git
PAGES = {
    "operation-missing-in-language",
    "tags-do-not-map",
    "operation-id-differs",
    "server-url-templated",
    "field-undeclared",
} | {rule.id for rule in server.TABLE}  # theirs, more than a document
WRONG = {"waiver-expired", "waiver-unmatched", "waiver-invalid"}
LIBRARY = {
    "openapi": "3.1.1",
    "info": {"title": "Library", "version": "1"},
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        "responses": {"Books": {"description": "OK"}},
    },
}
OK: dict[str, Any] = {"200": {"description": "OK"}}


def of(stage: str, *besides: str) -> list[Any]:
    return [pytest.param(rule, id=rule.id) for rule in RULES.values() if rule.stage == stage and rule.id not in besides]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_has_a_short_example(rule: Rule) -> None:
    sample = example(rule)
    assert sample.kinds in KINDS
    assert sample.before != sample.after
    for text in (sample.before, sample.after):
        assert 1 <= text.count("\n") + 1 <= 30
        assert all(len(line) <= 100 and line.isprintable() for line in text.split("\n"))


def test_no_example_stands_unused() -> None:
    files = [tomllib.loads(path.read_text(encoding="utf-8"))["rules"] for path in EXAMPLES.glob("*.toml")]
    named = [rule for file in files for rule in file]
    assert sorted(named) == sorted(rule.id for rule in RULES.values() if rule.example is None)


def raised(page: str) -> list[str]:
    fragments = read_bytes("page.md", f"{page}\n".encode())
    return [finding.rule for fragment in fragments for finding in fragment.findings]


@pytest.mark.parametrize("rule", of("read", *BYTES))
def test_a_wrong_page_raises_its_rule_and_a_right_one_none(rule: Rule) -> None:
    sample = example(rule)
    assert (raised(sample.before), raised(sample.after)) == ([rule.id], [])


def document(text: str) -> dict[str, Any]:
    """A whole document around parts of an operation, or around the schema of its answer."""
    parts = yaml.load(text).value
    keys = {"operationId", "summary", "deprecated", "servers", "security", "parameters", "requestBody", "responses"}
    if not keys & parts.keys():
        parts = {"responses": {"200": {"description": "OK", "content": {"application/json": {"schema": parts}}}}}
    given = {key: value for key, value in parts.items() if value is not None}
    return {**LIBRARY, "paths": {"/books": {"post": {"responses": OK, **given}}}}


def drifted(one: str, other: str, languages: tuple[str, ...] = LANGUAGES) -> list[str]:
    texts = zip((*languages, "en"), (yaml.dump(document(text)) for text in (one, other)), strict=False)
    pages = [canonical(fragment(text, language)) for language, text in texts]
    return [finding.rule for finding in drift_languages(pages, languages)]


@pytest.mark.parametrize("rule", of("drift", *PAGES, *WRONG))
def test_two_pages_raise_their_rule_and_each_with_itself_none(rule: Rule) -> None:
    sample = example(rule)
    assert drifted(sample.before, sample.after) == [rule.id]
    for same in (sample.before, sample.after):
        assert drifted(same, same, ("en",)) == []


ADDITIONS = {"overlay-target-invalid", "overlay-target-missing", "addition-invalid", "addition-without-reason"}


def merged(*texts: str, additions: tuple[Addition, ...] = ()) -> list[str]:
    pages = [fragment(yaml.dump(document(text)), path=f"{at}.md") for at, text in enumerate(texts)]
    return [finding.rule for finding in normalize(pages, LANGUAGES, additions).findings]


def test_two_pages_that_clash_raise_that_rule_and_each_alone_none() -> None:
    one, other = (f"operationId: addBook\n{text}" for text in astuple(example(RULES["fact-clash"]))[:2])
    assert (merged(one, other), merged(one), merged(other)) == (["fact-clash"], [], [])


def test_an_operation_without_a_name_raises_that_rule_and_one_with_a_name_none() -> None:
    sample = example(RULES["operation-id-inferred"])
    assert (merged(sample.before), merged(sample.after)) == (["operation-id-inferred"], [])


@pytest.mark.parametrize("rule", sorted(ADDITIONS))
def test_a_wrong_addition_raises_its_rule_and_a_right_one_none(rule: str) -> None:
    sample = example(RULES[rule])
    files = [Addition("additions.yaml", yaml.load(text).value) for text in (sample.before, sample.after)]
    assert [merged("operationId: addBook", additions=(file,)) for file in files] == [[rule], []]


@pytest.mark.parametrize("rule", of("validate"))
def test_a_wrong_document_raises_its_rule_and_a_right_one_none(rule: Rule) -> None:
    def judged(text: str) -> set[str]:
        tree = yaml.load(yaml.dump(document(text))).value
        return {finding.rule for finding in validate(tree, lambda pointer: Location("x.yaml", 1, 1, pointer))}

    sample = example(rule)
    assert (judged(sample.before), judged(sample.after)) == ({rule.id}, set())


@pytest.mark.parametrize("rule", sorted(WRONG))
def test_a_wrong_waiver_raises_its_rule_and_a_right_one_none(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waived = Finding("type-differs", Location("page.md"))
    monkeypatch.setattr(Finding, "fingerprint", "5c2f9a0e7b1d4836")

    def judged(text: str) -> list[str]:
        waivers, broken = parse(text, "waivers.toml")
        return [finding.rule for finding in (*broken, *apply([waived], waivers, date(2026, 11, 25))[2])]

    sample = example(RULES[rule])
    assert (judged(sample.before), judged(sample.after)) == ([rule], [])


def test_a_mirror_is_mutual_and_what_the_table_of_changes_says() -> None:
    for rule in RULES.values():
        other = mirror(rule)
        assert other is None or mirror(other) is rule
    for change in (*CHANGES, *CONDITIONS):
        other = mirror(RULES[f"request-property-{change.id}"])
        expected = None if change.mirror == change.id else RULES[f"request-property-{change.mirror}"]
        assert other is expected


def test_the_example_of_a_rule_about_versions_shows_where_it_stands() -> None:
    before = example(RULES["response-header-type-changed"]).before
    assert yaml.load(before).value == {
        "responses": {"200": {"description": "OK", "headers": {"X-Value": {"schema": {"type": "integer"}}}}}
    }
    assert isinstance(example(RULES["api-tag-added"]), Sample)
