"""Two versions: every rule's own example raises it and nothing else, one golden a change, and nothing is dropped."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from diglot.core import yaml
from diglot.core.catalogue import catalogue, message
from diglot.core.examples import placed
from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.core.pointer import resolve, split
from diglot.core.rules import RULES, Rule
from diglot.core.rules.changes import CHANGES, CONDITIONS
from diglot.core.tree import plain, walk
from diglot.drift import drift_versions
from diglot.normalize import canonical
from diglot.read import read_bytes
from drift_help import BASE, VERSIONS, change, fragment

PAIRS = Path(__file__).resolve().parent.parent.parent / "shared" / "pages" / "pairs"
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
    return canonical(fragment(yaml.dump(document(rule, value)), path=path))


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


def places(text: str) -> list[str]:
    """Every place of a document whose change is a change of the interface or of its prose."""
    document = yaml.load(text).value
    skipped = ("/openapi", "/info", "/paths", "/components", "/components/schemas")
    return [pointer for pointer, _, _ in walk(document) if pointer and pointer not in skipped]


def mutated(text: str, pointer: str) -> Fragment:
    """The document with one place given another value, or removed where it has no other."""
    document = yaml.load(text).value
    value = resolve(document, pointer)
    other = {bool: lambda: not value, int: lambda: value + 7, str: lambda: value + "x"}.get(type(value))
    if other is None or pointer.endswith(("/$ref", "/type", "/style", "/in")):
        change(document, "remove", split(pointer), None)
    else:
        change(document, "replace", split(pointer), other())
    return canonical(fragment(yaml.dump(document), path="new.yaml"))


@pytest.mark.parametrize("pointer", places(BASE.read_text(encoding="utf-8")))
def test_nothing_that_changes_is_dropped(pointer: str) -> None:
    text = BASE.read_text(encoding="utf-8")
    old, new = canonical(fragment(text, path="old.yaml")), mutated(text, pointer)
    findings = drift_versions([old], [new], TODAY)
    implied = pointer.endswith("/type")  # by enum, properties, items beside it
    always = pointer.endswith("/parameters/0/required")  # a path parameter is always required
    assert findings or implied or always
    assert all(each.rule != "unjudged-difference" for each in findings)


def older(node: Any) -> Any:
    """A schema of 3.1 in the words of 3.0, where 3.0 has them."""
    if isinstance(node, list):
        return [older(each) for each in node]
    if not isinstance(node, dict):
        return node
    result = {key: older(value) for key, value in node.items()}
    kinds = result.get("type")
    if isinstance(kinds, list) and "null" in kinds and len(kinds) == 2:
        result |= {"type": next(kind for kind in kinds if kind != "null"), "nullable": True}
    for exclusive, plain_one in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if type(result.get(exclusive)) is int:
            result |= {plain_one: result[exclusive], exclusive: True}
    if "const" in result:
        result["enum"] = [result.pop("const")]
    return result


@pytest.mark.parametrize("rule", [rule for rule in TABLE if rule.subject], ids=lambda rule: rule.id)
def test_the_same_in_openapi_3_0_is_no_change(rule: Rule) -> None:
    assert rule.example
    for value in (rule.example.before, rule.example.after):
        assert found(rule, value, older(value)) == found(rule, older(value), value) == []


def test_referred_to_or_written_out_is_no_change() -> None:
    text = BASE.read_text(encoding="utf-8")
    document = plain(yaml.load(text).value)

    def written_out(node: Any, depth: int) -> Any:
        if isinstance(node, dict):
            if "$ref" in node and depth:
                return written_out(document["components"]["schemas"][node["$ref"].rpartition("/")[2]], depth - 1)
            return {key: written_out(value, depth) for key, value in node.items()}
        return [written_out(each, depth) for each in node] if isinstance(node, list) else node

    other = {**document, "paths": written_out(document["paths"], 3)}
    used = {name: schema for name, schema in document["components"]["schemas"].items() if name == "Book"}
    other["components"] = {**document["components"], "schemas": used}
    pages = [canonical(fragment(each)) for each in (text, yaml.dump(other))]
    assert drift_versions(pages[:1], pages[1:], TODAY) == drift_versions(pages[1:], pages[:1], TODAY) == ()


def test_a_wider_webhook_breaks_who_receives_it() -> None:
    hook = {
        "post": {"requestBody": {"content": {"application/json": {"schema": {"type": "integer"}}}}, "responses": OK}
    }
    old = {"openapi": "3.1.1", "info": {"title": "Library", "version": "1"}, "paths": {}, "webhooks": {"lent": hook}}
    new = copy.deepcopy(old)
    new["webhooks"]["lent"]["post"]["requestBody"]["content"]["application/json"]["schema"]["type"] = "number"
    pages = [canonical(fragment(yaml.dump(each), path=path)) for path, each in (("old.yaml", old), ("new.yaml", new))]
    (wider,) = drift_versions(pages[:1], pages[1:], TODAY)
    assert (wider.rule, RULES[wider.rule].severity) == ("response-body-type-generalized", "error")
    assert "payload of the webhook" in message(wider)
    (narrower,) = drift_versions(pages[1:], pages[:1], TODAY)
    assert RULES[narrower.rule].severity == "note"


def test_a_change_of_what_only_a_discriminator_leads_to_is_found() -> None:
    schemas = {
        "Event": {
            "type": "object",
            "properties": {"kind": {"type": "string"}},
            "discriminator": {"propertyName": "kind", "mapping": {"lent": "#/components/schemas/Lent"}},
        },
        "Lent": {"allOf": [{"$ref": "#/components/schemas/Event"}, {"properties": {"days": {"type": "integer"}}}]},
    }
    media = {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}}
    old: dict[str, Any] = {"openapi": "3.1.1", "info": {"title": "Library", "version": "1"}}
    old["paths"] = {"/events": {"get": {"responses": {"200": {"description": "OK", "content": media}}}}}
    old["components"] = {"schemas": schemas}
    new = copy.deepcopy(old)
    new["components"]["schemas"]["Lent"]["allOf"][1]["properties"]["days"]["type"] = "string"
    pages = [canonical(fragment(yaml.dump(each), path=path)) for path, each in (("old.yaml", old), ("new.yaml", new))]
    (changed,) = drift_versions(pages[:1], pages[1:], TODAY)
    assert (changed.rule, changed.args["subject"]) == ("response-property-type-changed", "$<lent>.days")


@pytest.mark.skipif(not PAIRS.is_dir(), reason="the shared pages are not beside this checkout")
@pytest.mark.parametrize("name", sorted(path.name for path in PAIRS.glob("*")) if PAIRS.is_dir() else [])
def test_a_page_in_another_dialect_is_no_other_version(name: str) -> None:
    pages = [
        [canonical(each) for each in read_bytes(f"{dialect}.md", (PAIRS / name / f"{dialect}.md").read_bytes())]
        for dialect in ("flat", "fence")
    ]
    assert drift_versions(*pages, TODAY) == drift_versions(*reversed(pages), TODAY) == ()


def test_a_page_that_cannot_tell_its_security_asks_for_no_fewer_scopes() -> None:
    text = BASE.read_text(encoding="utf-8")
    get = "/paths/~1shelves~1{shelf_id}~1books/get"
    asked = [{"op": "add", "path": f"{get}/security", "value": [{"key": ["read"]}]}]
    silent = [
        {"op": "remove", "path": "/security"},
        {"op": "lose", "path": f"{get}/security", "value": "security"},
        {"op": "lose", "path": "/paths/~1shelves~1{shelf_id}~1books/post/security", "value": "security"},
    ]
    pages = [canonical(fragment(text, patch=patch, path=path)) for patch, path in ((asked, "old"), (silent, "new"))]
    found = [each.rule for each in drift_versions(pages[:1], pages[1:], TODAY)]
    assert [rule for rule in found if "security" in rule] == []
