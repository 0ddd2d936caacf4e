"""Pages that contradict each other: every clash is a finding with both lines and the reason; nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from diglot.core.catalogue import message
from diglot.core.ir import Loss
from diglot.core.pointer import resolve
from diglot.core.tree import plain
from diglot.drift import drift_languages
from diglot.normalize import Normalized, canonical, editions
from normalize_help import RESPONSE, addition, dated, fence, merged, rules, schema_of, things

OBJECT = {"type": "object"}
CLOSED = {"type": "object", "additionalProperties": False}
OPEN = {"type": "object", "additionalProperties": {}}


def two(old: Any, new: Any) -> Normalized:
    """An English page of 2025 and a Chinese one of 2026, whose documents are these."""
    pages = [dated(fence(old, "en/old.md"), "2025-01-01"), dated(fence(new, "zh/new.md"), "2026-01-01")]
    result = merged(*pages)
    assert merged(*pages[::-1]) == result
    return result


def clash(result: Normalized, pointer: str, rule: str = "fact-clash") -> Any:
    """What the contract takes, after the only finding was looked at: both lines, and why."""
    (finding,) = result.findings
    assert finding.rule == rule
    assert finding.location.pointer == pointer
    assert (finding.location.path, finding.other and finding.other.path) == ("en/old.md", "zh/new.md")
    assert finding.location.line > 1
    assert finding.other
    assert finding.other.line > 1
    for language, words in (("en", "the newer page wins"), ("zh", "以较新的页面为准")):
        assert words in finding.evidence["why"][language]
    assert message(finding)
    return finding


# --- schemas


@pytest.mark.parametrize(
    ("old", "new", "member"),
    [
        ({"type": "string"}, {"type": "integer"}, "type"),
        ({"type": "string"}, {"type": ["string", "null"]}, "type"),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, "enum"),
        ({"enum": ["1"]}, {"enum": [1]}, "enum"),
        ({"type": "object", "required": ["a"]}, {"type": "object", "required": ["a", "b"]}, "required"),
        ({"default": 1}, {"default": 2}, "default"),
        ({"default": 1}, {"default": True}, "default"),
        ({"const": None}, {"const": 0}, "const"),
        ({"maxLength": 1}, {"maxLength": 2}, "maxLength"),
        ({"readOnly": True}, {"readOnly": False}, "readOnly"),
        ({"oneOf": [{"type": "string"}]}, {"oneOf": [{"type": "string"}, {"type": "integer"}]}, "oneOf"),
        ({"anyOf": [{"type": "string"}, {"enum": [1]}]}, {"anyOf": [{"type": "string"}]}, "anyOf"),
        (CLOSED, OPEN, "additionalProperties"),
        (OPEN, CLOSED, "additionalProperties"),
        ({"properties": {"examples": {"type": "string"}}}, {"properties": {"examples": {"type": "array"}}},
         "properties/examples/type"),
        ({"properties": {"x-a": {"type": "string"}}}, {"properties": {"x-a": {"type": "array"}}},
         "properties/x-a/type"),
    ],
)  # fmt: skip
def test_what_two_schemas_declare_differently_is_a_clash(old: Any, new: Any, member: str) -> None:
    result = two(things(old), things(new))
    clash(result, f"{RESPONSE}/{member}")
    assert resolve(schema_of(result), f"/{member}") == resolve(new, f"/{member}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
        ({"type": "object", "required": ["a", "b"]}, {"type": "object", "required": ["b", "a"]}),
        ({"type": "string", "maxLength": 3}, {"type": "string", "minLength": 1}),
        ({"type": "string", "example": "a"}, {"type": "string", "example": "甲"}),
        ({"type": "string", "x-order": 1}, {"type": "string", "x-order": 2}),
        ({"type": "object", "additionalProperties": True}, {"type": "object", "additionalProperties": {}}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        ({"type": "string", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
    ],
)
def test_what_says_the_same_or_something_else_is_no_clash(old: Any, new: Any) -> None:
    assert not two(things(old), things(new)).findings


def test_alternatives_in_another_order_keep_their_own_texts() -> None:
    old = {"oneOf": [{"type": "string", "description": "text"}, {"type": "integer", "description": "number"}]}
    new = {"oneOf": [{"type": "integer", "description": "数"}, {"type": "string", "description": "文"}]}
    result = two(things(old), things(new))
    assert {item["type"]: item["description"] for item in schema_of(result)["oneOf"]} == {
        "string": "text",
        "integer": "number",
    }
    (overlay,) = result.overlays
    texts = {action["target"].partition("oneOf")[2]: action["update"] for action in overlay.document["actions"]}
    assert texts == {"[?@.type=='integer']": {"description": "数"}, "[?@.type=='string']": {"description": "文"}}


def test_of_alternatives_that_differ_those_of_the_newer_page_stand_in_the_words_of_each_language() -> None:
    text, number = {"type": "string", "description": "text"}, {"type": "integer", "description": "number"}
    three = [{"type": "boolean", "description": "真假"}, {"type": "string", "description": "文"}, {"type": "null"}]
    result = two(things({"oneOf": [text, number]}), things({"oneOf": three}))
    finding = clash(result, f"{RESPONSE}/oneOf")
    assert finding.args["left"] == [{"type": "string"}, {"type": "integer"}]
    assert schema_of(result)["oneOf"] == [{"type": "boolean"}, text, {"type": "null"}]
    assert resolve(editions(result)["zh"], f"{RESPONSE}/oneOf") == three


@pytest.mark.parametrize(
    ("language", "value", "names"),
    [
        ("en", {"id": 1, "text": "hello"}, ["greeting"]),
        ("zh", {"id": 1, "text": "你好"}, ["greeting"]),
        ("en", {"id": 1, "text": "other"}, ["greeting", "example"]),
        ("zh", {"id": 2, "text": "你好"}, ["greeting", "example"]),
    ],
)
def test_an_example_without_a_name_is_the_one_that_another_page_names(language: str, value: Any, names: Any) -> None:
    def document(**examples: Any) -> Any:
        whole = things(OBJECT)
        whole["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"] |= examples
        return whole

    named_page = fence(document(examples={"greeting": {"value": {"id": 1, "text": "hello"}}}), "en/a.md")
    result = merged(named_page, fence(document(example=value), f"{language}/b.md"))
    media = result.contract.document["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"]
    assert list(media["examples"]) == names
    if names == ["greeting"] and language == "zh":
        examples = resolve(editions(result)["zh"], RESPONSE.replace("schema", "examples"))
        assert examples["greeting"]["value"] == value


# --- the rest of an operation


def test_a_parameter_in_one_page_only_contradicts_nothing_and_drift_tells() -> None:
    page, limit = ({"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("page", "limit"))
    documents = things(OBJECT, parameters=[page]), things(OBJECT, parameters=[page, limit])
    result = two(*documents)
    assert not result.findings
    operation = result.contract.document["paths"]["/things"]["get"]
    assert [item["name"] for item in operation["parameters"]] == ["page", "limit"]
    pages = [canonical(fence(each, path)) for each, path in zip(documents, ("en/old.md", "zh/new.md"), strict=True)]
    assert "parameter-missing" in [finding.rule for finding in drift_languages(pages, ["en", "zh"])]


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [("required", True, False), ("style", "form", "deepObject"), ("explode", True, False), ("deprecated", True, False)],
)
def test_what_two_parameters_declare_differently_is_a_clash(member: str, old: Any, new: Any) -> None:
    def document(value: Any) -> Any:
        return things(OBJECT, parameters=[{"name": "q", "in": "query", "schema": {"type": "string"}, member: value}])

    result = two(document(old), document(new))
    clash(result, f"/paths/~1things/get/parameters/0/{member}")
    assert resolve(result.contract.document, f"/paths/~1things/get/parameters/0/{member}") == new


def test_security_that_differs_is_a_clash_and_its_order_is_none() -> None:
    def document(*names: str) -> Any:
        schemes = {name: {"type": "apiKey", "in": "header", "name": f"X-{name}"} for name in ("a", "b")}
        return {**things(OBJECT, security=[{name: []} for name in names]), "components": {"securitySchemes": schemes}}

    result = two(document("a"), document("b"))
    clash(result, "/paths/~1things/get/security")
    assert result.contract.document["paths"]["/things"]["get"]["security"] == [{"b": []}]
    assert not two(document("a", "b"), document("b", "a")).findings


def test_servers_that_differ_are_a_clash_and_are_not_added_up() -> None:
    result = two(
        {**things(OBJECT), "servers": [{"url": "https://old.example"}]},
        {**things(OBJECT), "servers": [{"url": "https://new.example"}]},
    )
    finding = clash(result, "/paths/~1things/get/servers")
    assert dict(finding.args) == {"taken": ["https://new.example"], "left": ["https://old.example"]}
    assert result.contract.document["paths"]["/things"]["get"]["servers"] == [{"url": "https://new.example"}]


def test_a_sampled_fact_gives_way_without_a_word() -> None:
    declared = fence(things({"type": "object", "properties": {"a": {"type": "string"}}}), "en/old.md")
    shown = fence(things({"type": "object", "properties": {"a": {"type": "integer"}}}), "zh/new.md")
    sampled = replace(dated(shown, "2026-01-01"), strengths={RESPONSE: "sampled"})
    result = merged(declared, sampled)
    assert not result.findings
    assert schema_of(result)["properties"]["a"]["type"] == "string"


# --- components


def named(name: str, schema: Any, **others: Any) -> dict[str, Any]:
    return {**things({"$ref": f"#/components/schemas/{name}"}), "components": {"schemas": {name: schema, **others}}}


def fields(*names: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


def test_one_name_for_two_lists_of_fields_is_a_conflict() -> None:
    result = two(named("Error", fields("code", "text")), named("Error", fields("code", "reason", "at")))
    finding = clash(result, "/components/schemas/Error", "component-conflict")
    assert dict(finding.args) == {"name": "Error", "here": ["text"], "there": ["at", "reason"]}
    assert result.contract.document["components"]["schemas"]["Error"]["properties"].keys() == {
        "code",
        "text",
        "reason",
        "at",
    }


def test_one_name_for_two_kinds_of_thing_is_a_clash() -> None:
    result = two(named("Status", {"type": "string"}), named("Status", {"type": "integer"}))
    assert clash(result, "/components/schemas/Status/type").operation == ""


def test_a_component_whose_fields_a_dialect_lost_is_completed_without_a_word() -> None:
    whole, part = (
        fence(named("Error", fields("code", "text")), "en/a.md"),
        fence(named("Error", fields("code")), "zh/a.md"),
    )
    lost = replace(part, losses=(Loss("/components/schemas/Error/properties/*", "property-hidden", "lost"),))
    result = merged(whole, lost)
    assert not result.findings
    assert result.contract.document["components"]["schemas"]["Error"] == fields("code", "text")


def test_a_reference_to_another_component_is_a_clash_and_nothing_is_mixed() -> None:
    result = two(named("Old", fields("a")), named("New", fields("b")))
    clash(result, f"{RESPONSE}/$ref")
    assert schema_of(result) == {"$ref": "#/components/schemas/New"}
    assert result.contract.document["components"]["schemas"] == {"New": fields("b"), "Old": fields("a")}


def test_a_reference_whose_name_a_dialect_guessed_is_no_clash() -> None:
    named_page, guess = fence(named("Whole", fields("a", "b")), "en/a.md"), fence(named("Part", fields("a")), "zh/a.md")
    lost = (Loss(f"{RESPONSE}/$ref", "outer-name-lost", "ambiguous"),)
    for age in (None, "2026-01-01"):
        result = merged(named_page, replace(guess, losses=lost, age=age))
        assert "fact-clash" not in rules(result)
        assert schema_of(result) == {"$ref": "#/components/schemas/Whole"}


def test_a_component_under_a_translated_name_is_the_same_component() -> None:
    inner = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}}, "description": "A node."}
    translated = {
        "type": "object",
        "properties": {"child": {"$ref": "#/components/schemas/节点"}},
        "description": "节点。",
    }
    result = merged(fence(named("Node", inner), "en/a.md"), fence(named("节点", translated), "zh/a.md"))
    assert not result.findings
    assert schema_of(result) == {"$ref": "#/components/schemas/Node"}


# --- what a person has decided


PIN = "actions:\n- target: {}\n  description: why\n  {}\n"
SCHEMA = "$.paths['/things'].get.responses['200'].content['application/json'].schema"


@pytest.mark.parametrize(
    ("action", "settled"),
    [
        (PIN.format(SCHEMA, "update: {maximum: 15}"), True),
        (PIN.format("$.paths['/things'].get", "update: {responses: {'200': {description: ok, x-a: 1}}}"), False),
        (PIN.format(SCHEMA + ".maximum", "remove: true"), True),
        (PIN.format(SCHEMA, "update: {minimum: 15}"), False),
        (PIN.format("$.nowhere", "update: {maximum: 15}"), False),
        (PIN.format("$.paths['/things'].get.responses['200']", "remove: true"), True),
        ("actions:\n- target: " + SCHEMA + "\n  update: {maximum: 15}\n", False),  # no reason, not applied
    ],
)  # fmt: skip
def test_a_clash_about_a_place_that_an_addition_decides_is_settled(action: str, settled: bool) -> None:
    old, new = (fence(things({"type": "integer", "maximum": limit}), f"en/{limit}.md") for limit in (10, 20))
    assert ("fact-clash" not in rules(merged(old, new, additions=(addition(action),)))) is settled


def test_a_conflict_is_settled_when_each_of_its_fields_is_decided() -> None:
    old, new = fence(named("Error", fields("a")), "en/a.md"), fence(named("Error", fields("b", "c")), "en/b.md")
    one, all_of_them = (
        addition(
            "actions:\n"
            + "".join(f"- target: $..Error.properties.{name}\n  description: why\n  remove: true\n" for name in names)
        )
        for names in ("a", "abc")
    )
    assert rules(merged(old, new, additions=(one,))) == ["component-conflict"]
    assert rules(merged(old, new, additions=(all_of_them,))) == []


def test_an_operation_id_that_an_addition_gives_is_not_inferred() -> None:
    document = things(OBJECT)
    del document["paths"]["/things"]["get"]["operationId"]
    pin = addition(PIN.format("$.paths['/things'].get", "update: {operationId: all}"))
    assert rules(merged(fence(document))) == ["operation-id-inferred"]
    assert rules(merged(fence(document), additions=(pin,))) == []


ZH = "x-diglot-language: {}\nactions:\n- target: $.info\n  {}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ZH.format("zh", "description: why\n  update: {title: 题}"), []),
        (ZH.format("en", "description: why\n  update: {title: Other}"), []),
        (ZH.format("zh", "update: {title: 题}"), ["addition-without-reason"]),
        (
            ZH.format("zh", "description: why\n  update: {title: 题}").replace("$.info", "$.x"),
            ["overlay-target-missing"],
        ),
        (ZH.format("zh-CN", "description: why\n  update: {title: 题}"), ["addition-language-unknown"]),
        (ZH.format("[zh]", "description: why\n  update: {title: 题}"), ["addition-language-unknown"]),
        ("x-diglot-language: zh\nactions: {a: 1}\n", ["addition-invalid"]),
    ],
)
def test_an_addition_to_one_language_is_looked_at_as_any_other(text: str, found: list[str]) -> None:
    result = merged(fence(things(OBJECT), "en/a.md"), fence(things(OBJECT), "zh/a.md"), additions=(addition(text),))
    assert rules(result) == found
    assert all(finding.location.path == "additions/a.yaml" and finding.location.line for finding in result.findings)
    titles = {language: document["info"]["title"] for language, document in editions(result).items()}
    zh, en = ("题" if "zh\n" in text and not found else "T"), ("Other" if ": en" in text else "T")
    assert titles == {"en": en, "zh": zh if en == "T" else en}


# --- one operation under several spellings


def at(path: str, method: str = "get") -> Any:
    parameters = [
        {"name": name.partition("}")[0], "in": "path", "required": True, "schema": {"type": "string"}}
        for name in path.split("{")[1:]
    ]
    operation = {"operationId": "x", "parameters": parameters, "responses": {"200": {"description": "ok"}}}
    return {"openapi": "3.0.1", "info": {"title": "T", "version": "1"}, "paths": {path: {method: operation}}}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("/x/{id}", "/x/{x_id}", "path-spelling-differs"),
        ("/x/{id}/", "/x/{id}", "path-slash-differs"),
        ("/x/{id}", "/x/{x_id}/", "path-slash-differs"),
    ],
)
def test_an_operation_under_two_spellings_is_one_and_both_lines_are_told(old: str, new: str, rule: str) -> None:
    pages = (
        dated(fence(at(old), "en/old.md", f"a get {old}"), "2025-01-01"),
        fence(at(new), "zh/new.md", f"a get {new}"),
    )
    result = merged(pages[0], dated(pages[1], "2026-01-01"))
    assert list(result.contract.document["paths"]) == [new]
    (finding,) = result.findings
    assert (finding.rule, finding.location.path, finding.other and finding.other.path) == (
        rule,
        "en/old.md",
        "zh/new.md",
    )
    assert dict(finding.args) == {"path": old, "taken": new}
    assert finding.location.line > 1


def test_one_page_with_two_spellings_of_a_path_loses_no_operation() -> None:
    document = at("/x/{id}")
    document["paths"] |= at("/x/{name}", "delete")["paths"] | at("/x/{id}/", "post")["paths"]
    result = merged(fence(document, info="a get /x/{id}"))
    assert result.contract.document["paths"]["/x/{id}"].keys() == {"get", "delete", "post"}
    assert sorted(rules(result)) == ["path-slash-differs", "path-spelling-differs"]


def test_one_page_with_one_operation_twice_contradicts_itself() -> None:
    document = at("/x")
    document["paths"]["/x/"] = plain(document["paths"]["/x"])
    document["paths"]["/x/"]["get"]["deprecated"] = True
    document["paths"]["/x"]["get"]["deprecated"] = False
    result = merged(fence(document, info="a get /x"))
    assert sorted(rules(result)) == ["fact-clash", "path-slash-differs"]
    assert result.contract.document["paths"]["/x"]["get"]["deprecated"] is False


def test_a_method_in_capitals_is_read_and_told() -> None:
    page = fence(at("/x", "GET"), info="a GET /x")
    assert [(finding.rule, finding.location.pointer) for finding in page.findings] == [
        ("page-method-capitalized", "/paths/~1x/GET")
    ]
    assert page.findings[0].location.line > 5
    assert merged(page).contract.document["paths"]["/x"].keys() == {"get"}
