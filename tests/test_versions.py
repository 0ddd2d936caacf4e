"""Two versions: every rule's own example raises it and nothing else, one golden a change, and nothing is dropped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from diglot.core.catalogue import catalogue, message
from diglot.core.examples import placed
from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.core.rules import RULES, Rule
from diglot.core.rules.changes import CHANGES, CONDITIONS
from diglot.core.yaml import dump
from diglot.drift import drift_versions
from diglot.normalize import canonical
from drift_help import VERSIONS, fragment

TODAY = date(2026, 11, 25)
TEXT = (VERSIONS / "base.yaml").read_text(encoding="utf-8")
CASES = sorted((VERSIONS / "patch").glob("*.json"))
TABLE = [rule for rule in RULES.values() if rule.stage == "versions"]
SCHEMES = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "login": {"type": "oauth2", "flows": {}}}
OK = {"200": {"description": "OK"}}


def document(rule: Rule, value: Any) -> dict[str, Any]:
    """A small document that holds one side of a rule's example where it belongs."""
    assert rule.example
    whole: dict[str, Any] = {"openapi": "3.1.1", "info": {"title": "Library", "version": "1"}}
    if rule.example.slot == "document":
        return {**whole, "paths": {"/other": {"get": {"responses": OK}}}, **value}
    operation = {"responses": OK, **placed(rule, value)}
    return {
        **whole,
        "paths": {"/shelves/{shelf_id}": {"post": operation}},
        "components": {"securitySchemes": SCHEMES},
    }


def version(rule: Rule, value: Any, path: str) -> Fragment:
    return canonical(fragment(dump(document(rule, value)), path=path))


def found(rule: Rule, before: Any, after: Any) -> list[str]:
    return [each.rule for each in drift_versions([version(rule, before, "old")], [version(rule, after, "new")], TODAY)]


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.id)
def test_the_example_of_a_rule_raises_it_and_nothing_else(rule: Rule) -> None:
    assert rule.example
    assert found(rule, rule.example.before, rule.example.after) == [rule.id]
    for same in (rule.example.before, rule.example.after):
        assert found(rule, same, same) == []


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.id)
def test_the_way_back_is_judged_too(rule: Rule) -> None:
    assert rule.example
    back = found(rule, rule.example.after, rule.example.before)
    assert back
    assert all(RULES[each].stage == "versions" for each in back)
    changes = {change.id: change.mirror for change in (*CHANGES, *CONDITIONS)}
    if rule.change in changes:
        assert back == [f"{rule.subject}-{changes[rule.change]}"]


@pytest.mark.parametrize("change", [*CHANGES, *CONDITIONS], ids=lambda change: change.id)
def test_what_breaks_callers_in_a_request_does_not_in_a_response(change: Any) -> None:
    request, response = RULES[f"request-property-{change.id}"], RULES[f"response-property-{change.id}"]
    if change.effect in ("wider", "narrower"):
        assert {request.breaks, response.breaks} == {"callers", "servers"}
        loud = request if request.breaks == "callers" else response
        quiet = response if loud is request else request
        assert loud.severity in ("error", "warning")
        assert quiet.severity == "note"
    else:
        assert all((rule.breaks == "callers") == (rule.severity != "note") for rule in (request, response))


def test_an_error_breaks_somebody_and_who_breaks_is_never_only_a_remark() -> None:
    for rule in TABLE:
        assert rule.severity != "error" or rule.breaks == "callers", rule.id
        if rule.breaks == "callers" and rule.severity == "note":
            assert rule.id.endswith("-with-deprecation"), rule.id


def shown(findings: tuple[Finding, ...]) -> str:
    lines = []
    for each in findings:
        where = f"{each.location.path}:{each.location.line}"
        lines.append(f"{where}: {RULES[each.rule].severity} {each.rule} {message(each)}\n")
        lines.append(f"    {message(each, 'zh')}\n")
    return "".join(lines)


def sides(case: Path) -> tuple[Fragment, Fragment]:
    patch = json.loads(case.read_text(encoding="utf-8"))
    old = fragment(TEXT, patch=patch["before"], path="old.yaml")
    new = fragment(TEXT, patch=[*patch["before"], *patch["after"]], path="new.yaml")
    return canonical(old), canonical(new)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_one_case_a_change(case: Path, golden: Callable[[Path, str], None]) -> None:
    old, new = sides(case)
    findings = drift_versions([old], [new], TODAY)
    assert findings
    for each in findings:
        assert RULES[each.rule].stage == "versions"
        for language in ("en", "zh"):
            template = catalogue(language)["rules"][each.rule]["message"]
            blanks = {name for _, name, _, _ in Formatter().parse(template) if name}
            assert blanks <= {"operation", *each.args, *each.evidence}
    golden(VERSIONS / "output" / f"{case.stem}.txt", shown(findings))


def test_every_rule_about_versions_stands_in_a_golden() -> None:
    outputs = "\n".join(path.read_text(encoding="utf-8") for path in (VERSIONS / "output").glob("*.txt"))
    missing = [rule.id for rule in TABLE if f" {rule.id} " not in outputs]
    assert missing == []
    stems = {path.stem for path in (VERSIONS / "output").glob("*.txt")}
    assert stems == {case.stem for case in CASES}


def test_fingerprints_of_a_change_are_all_different() -> None:
    for case in CASES:
        findings = drift_versions(*([side] for side in sides(case)), TODAY)
        assert len({each.fingerprint for each in findings}) == len(findings), case.stem
