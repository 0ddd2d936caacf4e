"""Fragments -> contract and overlays: what the five pages must give, and what holds for any pages."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot import pipeline
from diglot.core.catalogue import message
from diglot.core.ir import Fragment
from diglot.core.pointer import resolve
from diglot.core.tree import plain, walk
from diglot.core.yaml import dump, load
from diglot.normalize import Normalized, apply, canonical, normalize
from diglot.normalize.operation_ids import infer_operation_id
from diglot.normalize.shared import hoisted
from diglot.normalize.targets import target_of
from diglot.project import Project
from diglot.read import read_bytes
from normalize_help import addition, dated, fence, merged, things

ROOT = Path(__file__).resolve().parent.parent
PROJECT = Project.at(ROOT)
GET = "/paths/~1datasets~1{dataset_id}~1documents/get"
PATCH = "/paths/~1datasets~1{dataset_id}~1documents~1status~1{action}/patch"
POST = "/paths/~1datasets~1{dataset_id}~1documents~1metadata/post"


@pytest.fixture(scope="module")
def fragments() -> list[Fragment]:
    return pipeline.read(PROJECT)


@pytest.fixture(scope="module")
def seeds(fragments: list[Fragment]) -> Normalized:
    return pipeline.normalize(PROJECT, fragments)


@pytest.fixture(scope="module")
def document(seeds: Normalized) -> dict[str, Any]:
    return seeds.contract.document


def parameter(document: Mapping[str, Any], pointer: str, name: str) -> Any:
    return next(item for item in resolve(document, pointer)["parameters"] if item["name"] == name)


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


# --- the five pages


def test_the_contract_has_the_three_operations(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.1"
    operations = {(method, path) for path, item in document["paths"].items() for method in item}
    assert operations == {
        ("get", "/datasets/{dataset_id}/documents"),
        ("patch", "/datasets/{dataset_id}/documents/status/{action}"),
        ("post", "/datasets/{dataset_id}/documents/metadata"),
    }


def test_list_documents_is_inferred_and_says_so(seeds: Normalized, document: dict[str, Any]) -> None:
    assert resolve(document, GET)["operationId"] == "listDocuments"
    assert [(finding.rule, dict(finding.args)) for finding in seeds.findings] == [
        ("operation-id-inferred", {"name": "listDocuments"})
    ]
    assert [origin.strength for origin in seeds.contract.origins[GET + "/operationId"]] == ["inferred"]


def test_list_parameters_come_from_both_pages(document: dict[str, Any]) -> None:
    assert parameter(document, GET, "status")["schema"]["enum"] == [
        *("queuing", "indexing", "paused", "error", "available", "disabled", "archived"),
    ]
    assert parameter(document, GET, "limit")["schema"] == {"type": "integer", "default": 20, "minimum": 1}
    assert parameter(document, GET, "page")["schema"] == {"type": "integer", "default": 1, "minimum": 1}
    assert parameter(document, GET, "dataset_id")["schema"] == {"type": "string", "format": "uuid"}


def test_components_keep_the_names_that_a_page_gives(document: dict[str, Any]) -> None:
    assert {"Document", "DocumentListResponse", "Error"} == document["components"]["schemas"].keys()
    assert "Success" in document["components"]["responses"]
    assert resolve(document, PATCH)["responses"]["200"] == {"$ref": "#/components/responses/Success"}
    media = resolve(document, GET)["responses"]["200"]["content"]["application/json"]
    assert media["schema"] == {"$ref": "#/components/schemas/DocumentListResponse"}


def test_document_has_twenty_declared_and_four_sampled_fields(document: dict[str, Any]) -> None:
    properties = document["components"]["schemas"]["Document"]["properties"]
    sampled = {name for name, schema in properties.items() if schema.get("x-diglot-strength") == "sampled"}
    assert sampled == {"data_source_detail_dict", "doc_metadata", "summary_index_status", "need_summary"}
    assert len(properties) == 24
    nullable = {name for name, schema in properties.items() if "null" in schema.get("type", ())}
    assert nullable == {"error", "disabled_at", "disabled_by", "data_source_info", "dataset_process_rule_id"}
    assert properties["disabled_at"] == {"type": ["integer", "null"], "format": "int64"}
    assert properties["data_source_info"] == {"type": ["object", "null"]}


def test_the_other_operations(document: dict[str, Any]) -> None:
    assert parameter(document, PATCH, "action")["schema"]["enum"] == ["enable", "disable", "archive", "un_archive"]
    body = resolve(document, PATCH)["requestBody"]
    assert body["required"] is True
    schema = body["content"]["application/json"]["schema"]
    assert schema["required"] == ["document_ids"]
    assert schema["properties"]["document_ids"]["items"] == {"type": "string", "format": "uuid"}
    entry = resolve(document, POST)["requestBody"]["content"]["application/json"]["schema"]["properties"][
        "operation_data"
    ]
    assert entry["items"]["properties"]["partial_update"]["default"] is False
    value = entry["items"]["properties"]["metadata_list"]["items"]["properties"]["value"]
    assert value["type"] == ["string", "number", "null"]


def test_security_is_one_scheme_with_its_bearer_format(document: dict[str, Any]) -> None:
    assert document["security"] == [{"ApiKeyAuth": []}]
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "API_KEY")
    assert "`Authorization`" in scheme["description"]


def test_prose_lives_per_language(seeds: Normalized, document: dict[str, Any]) -> None:
    (overlay,) = seeds.overlays
    chinese, problems = apply(overlay.document, document)
    assert not problems
    assert "summary" not in resolve(document, GET)
    assert resolve(chinese, GET)["summary"] == "获取知识库的文档列表"
    assert resolve(document, PATCH)["summary"] == "Update Document Status"
    assert resolve(chinese, PATCH)["summary"] == "更新文档状态"
    assert parameter(chinese, PATCH, "action")["description"] == "对文档执行的操作。"
    assert resolve(chinese, "/components/responses/Success/description") == "操作成功。"
    assert resolve(chinese, POST)["summary"] == resolve(document, POST)["summary"]


def test_the_overlay_is_openapi_overlay_1_0(seeds: Normalized) -> None:
    (overlay,) = seeds.overlays
    assert overlay.language == "zh"
    assert overlay.document["overlay"] == "1.0.0"
    assert overlay.document["info"].keys() == {"title", "version"}
    for action in overlay.document["actions"]:
        assert action.keys() <= {"target", "description", "update", "remove"}
        assert ("update" in action) != ("remove" in action)
        assert "[0]" not in action["target"]


def test_every_fact_has_its_provenance(seeds: Normalized, document: dict[str, Any]) -> None:
    leaves = [pointer for pointer, value, _ in walk(document) if not isinstance(value, dict | list)]
    assert leaves
    for pointer in leaves:
        near = pointer
        while near and near not in seeds.contract.origins:
            near = near.rpartition("/")[0]
        assert near.count("/") >= 1 or pointer == "/openapi", pointer
    limit = next(index for index, item in enumerate(resolve(document, GET)["parameters"]) if item["name"] == "limit")
    minimum = seeds.contract.origins[f"{GET}/parameters/{limit}/schema/minimum"]
    assert [(origin.location.path, origin.location.line) for origin in minimum] == [
        ("specs/pages/zh/list-documents.md", 56)
    ]
    default = seeds.contract.origins[f"{GET}/parameters/{limit}/schema/default"]
    assert {origin.location.path for origin in default} == {
        *("specs/pages/zh/list-documents.md", "specs/pages/en/list-documents.md"),
    }


def test_the_committed_files_are_what_the_pages_make(seeds: Normalized) -> None:
    for file in pipeline.contract_files(PROJECT, seeds):
        assert (ROOT / file.path).read_text(encoding="utf-8") == file.text


def test_the_order_of_the_pages_does_not_matter(fragments: list[Fragment], seeds: Normalized) -> None:
    wanted = [file.text for file in pipeline.contract_files(PROJECT, seeds)]
    for order in list(itertools.permutations(fragments))[::17]:
        assert [file.text for file in pipeline.contract_files(PROJECT, pipeline.normalize(PROJECT, order))] == wanted


def test_normalize_is_idempotent(seeds: Normalized, document: dict[str, Any]) -> None:
    (again,) = read_bytes("en/openapi.yaml", dump(document).encode())
    assert normalize([again], ["en"]).contract.document == document


# --- any pages


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 3}),
        ({"type": "integer", "maximum": 3, "exclusiveMaximum": False}, {"type": "integer", "maximum": 3}),
        ({"type": "string", "example": "x"}, {"type": "string", "examples": ["x"]}),
        ({"type": ["string"]}, {"type": "string"}),
        ({"type": ["null", "string"]}, {"type": ["string", "null"]}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": ["string", "null"]}),
        ({"allOf": [{"type": "object"}], "nullable": True},
         {"anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}]}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
         {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}),
        ({"nullable": True}, {}),
        ({"properties": {"nullable": {"type": "boolean", "nullable": False}}},
         {"properties": {"nullable": {"type": "boolean"}}}),
    ],
)  # fmt: skip
def test_equal_things_get_one_form(old: Any, new: Any) -> None:
    media = merged(fence(things(old))).contract.document["paths"]["/things"]["get"]["responses"]["200"]["content"]
    assert media["application/json"]["schema"] == new


def test_what_stands_with_the_path_or_the_document_stands_with_the_operation_and_back() -> None:
    document = things({"type": "object"})
    document["servers"] = [{"url": "https://a"}]
    document["security"] = [{"key": []}]
    document["components"] = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    document["paths"]["/things"]["parameters"] = [{"name": "q", "in": "query", "schema": {"type": "string"}}]
    result = merged(fence(document)).contract.document
    assert result["servers"] == [{"url": "https://a"}]
    assert result["security"] == [{"key": []}]
    assert [item["name"] for item in result["paths"]["/things"]["get"]["parameters"]] == ["q"]
    assert "parameters" not in result["paths"]["/things"]


def test_tags_that_are_lists_are_flattened() -> None:
    result = merged(fence(things({}, tags=[["a"], "b", []]))).contract.document
    assert result["paths"]["/things"]["get"]["tags"] == ["a", "b"]


def test_without_an_operation_there_is_nothing_to_say() -> None:
    result = merged(read_bytes("zh/a.md", b"# Nothing\n")[0])
    assert result.contract.document["paths"] == {}
    assert not result.overlays


def test_security_that_differs_stays_with_its_operation() -> None:
    document = things({"type": "object"})
    document["security"] = [{"key": []}]
    document["components"] = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    document["paths"]["/open"] = {"get": {"security": [], "responses": {"200": {"description": "ok"}}}}
    result = merged(fence(document)).contract.document
    assert "security" not in result
    assert result["paths"]["/open"]["get"]["security"] == []
    assert result["paths"]["/things"]["get"]["security"] == [{"key": []}]


def test_of_two_declared_facts_the_newer_wins_and_the_clash_names_both_lines() -> None:
    old = dated(fence(things({"type": "integer", "maximum": 10}), "en/old.md"), "2025-01-01")
    new = dated(fence(things({"type": "integer", "maximum": 20}), "zh/new.md"), "2026-01-01/2026-02-01")
    for pair in ((old, new), (new, old)):
        result = merged(*pair)
        schema = resolve(result.contract.document, "/paths/~1things/get/responses/200/content/application~1json/schema")
        assert schema["maximum"] == 20
        (clash,) = [finding for finding in result.findings if finding.rule == "fact-clash"]
        assert (clash.location.path, clash.other and clash.other.path) == ("en/old.md", "zh/new.md")
        assert clash.location.line > 1
        assert dict(clash.args) == {"taken": 20, "left": 10}
        assert clash.evidence["why"]["en"] == "the newer page wins: 2026-01-01/2026-02-01 against 2025-01-01"
        assert "以较新的页面为准" in message(clash, "zh")
        target = "$.paths['/things'].get.responses['200'].content['application/json'].schema.maximum"
        assert message(clash).startswith(f"{target} is 10 here, 20 in zh/new.md; the contract takes 20 (")


def test_a_reference_and_the_same_thing_inline_become_the_component() -> None:
    inline = fence(things({"type": "object", "properties": {"a": {"type": "string"}}}), "en/inline.md")
    document = things({"$ref": "#/components/schemas/Thing"})
    document["components"] = {"schemas": {"Thing": {"type": "object", "properties": {"a": {"type": "string"}}}}}
    result = merged(inline, fence(document, "zh/named.md")).contract.document
    media = result["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"]
    assert media["schema"] == {"$ref": "#/components/schemas/Thing"}
    assert result["components"]["schemas"]["Thing"] == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_a_component_that_contains_itself_is_no_trouble() -> None:
    document = things({"$ref": "#/components/schemas/Node"})
    document["components"] = {
        "schemas": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}}
    }
    result = merged(fence(document), fence(document, "zh/a.md")).contract.document
    assert result["components"] == document["components"]


def test_a_path_parameter_under_two_names_is_one_parameter() -> None:
    def document(name: str) -> Any:
        parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}]
        return {
            "openapi": "3.0.1",
            "info": {"title": "T", "version": "1"},
            "paths": {
                f"/x/{{{name}}}": {"get": {"parameters": parameters, "responses": {"200": {"description": "ok"}}}}
            },
        }

    old = dated(fence(document("id"), "en/a.md", "a.yaml get /x/{id}"), "2025-01-01")
    new = dated(fence(document("x_id"), "zh/a.md", "a.yaml get /x/{x_id}"), "2026-01-01")
    result = merged(old, new).contract.document
    assert list(result["paths"]) == ["/x/{x_id}"]
    assert [item["name"] for item in result["paths"]["/x/{x_id}"]["get"]["parameters"]] == ["x_id"]


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("get", "/datasets/{id}/documents", "listDocuments"),
        ("get", "/datasets/{id}", "getDataset"),
        ("get", "/status", "getStatus"),
        ("post", "/chat-messages", "createChatMessages"),
        ("delete", "/datasets/{a}/documents/{b}", "deleteDocument"),
        ("put", "/categories/{id}", "replaceCategory"),
        ("get", "/", "getRoot"),
    ],
)
def test_operation_ids_are_inferred_from_method_and_path(method: str, path: str, name: str) -> None:
    assert infer_operation_id(method, path) == name


def test_inferred_operation_ids_never_collide() -> None:
    taken: set[str] = set()
    for path in ("/documents", "/datasets/{id}/documents", "/a/{b}/datasets/{id}/documents", "/documents/"):
        taken.add(infer_operation_id("get", path, taken))
    assert taken == {"listDocuments", "listDatasetDocuments", "listADatasetDocuments", "listDocuments2"}


# --- additions


def test_an_addition_is_applied_with_its_reason_and_is_an_origin() -> None:
    result = merged(
        fence(things({"type": "object"})),
        additions=(addition("actions:\n- target: $.info\n  description: why\n  update: {x-a: 1}\n"),),
    )
    assert result.contract.document["info"]["x-a"] == 1
    (origin,) = result.contract.origins["/info/x-a"]
    assert (origin.strength, origin.location.path, origin.location.line) == ("added", "additions/a.yaml", 2)


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("actions:\n- target: $.info\n  update: {x: 1}\n", "addition-without-reason", 2),
        ("actions:\n- target: $.nowhere\n  description: why\n  update: {x: 1}\n", "overlay-target-missing", 2),
        ("actions:\n- target: '$.['\n  description: why\n  update: {x: 1}\n", "overlay-target-invalid", 2),
        ("just text", "addition-invalid", 1),
        ("[]", "addition-invalid", 1),
    ],
)
def test_an_addition_that_is_wrong_is_a_finding_with_its_line(text: str, rule: str, line: int) -> None:
    result = merged(fence(things({"type": "object"})), additions=(addition(text),))
    (finding,) = result.findings
    assert (finding.rule, finding.location.path, finding.location.line) == (rule, "additions/a.yaml", line)
    assert "x" not in result.contract.document["info"]


def test_overlay_actions_merge_append_replace_and_remove() -> None:
    document = {"a": {"b": [1], "c": {"d": 1}}, "e": [1, 2]}
    actions = [
        {"target": "$.a", "update": {"b": [2], "c": {"f": 2}, "g": 3}},
        {"target": "$.e", "update": 3},
        {"target": "$.a.c.d", "remove": True},
    ]
    result, findings = apply({"actions": actions}, document)
    assert result == {"a": {"b": [1, 2], "c": {"f": 2}, "g": 3}, "e": [1, 2, 3]}
    assert not findings
    assert document == {"a": {"b": [1], "c": {"d": 1}}, "e": [1, 2]}


@given(st.recursive(st.integers(), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=6))
def test_the_target_of_a_pointer_selects_exactly_that_place(tree: Any) -> None:
    for pointer, value, _ in walk(tree):
        if isinstance(value, dict):
            result, findings = apply({"actions": [{"target": target_of(tree, pointer), "update": {"+": "x"}}]}, tree)
            assert not findings
            assert resolve(result, pointer)["+"] == "x"
            assert json.dumps(result).count('"+": "x"') == 1


# --- properties on mutated seed pages


@pytest.mark.parametrize("seed", range(40))
def test_merging_broken_documents_never_raises(fragments: list[Fragment], seed: int) -> None:
    chance = random.Random(seed)
    broken = []
    for fragment in fragments:
        document = load(dump(plain(fragment.document))).value
        places = [pointer for pointer, _, _ in walk(document) if pointer.count("/") > 1]
        for pointer in chance.sample(places, min(4, len(places))):
            parent, _, last = pointer.rpartition("/")
            node = resolve(document, parent) if _reachable(document, parent) else None
            if isinstance(node, dict) and last in node:
                node[last] = chance.choice([None, 1, "x", [], {}, [1], {"$ref": "#/nowhere"}, {"$ref": 1}, [[]], True])
        broken.append(replace(fragment, document=document))
    result = pipeline.normalize(PROJECT, broken)
    assert result.contract.document["openapi"] == "3.1.1"


def _reachable(document: Any, pointer: str) -> bool:
    try:
        resolve(document, pointer)
    except LookupError:
        return False
    return True


def test_canonical_keeps_marks(fragments: list[Fragment]) -> None:
    for fragment in fragments:
        marks = {mark for _, _, mark in walk(canonical(fragment).document)} - {None}
        assert len(marks) > 10
        lines = fragment.page.text.count("\n") + 1
        assert all(1 <= mark.line <= lines for mark in marks if mark)


def test_what_is_shared_is_lifted_out_of_a_copy() -> None:
    text = dump(
        {
            "openapi": "3.1.1",
            "info": {"title": "T", "version": "1"},
            "paths": {
                path: {"get": {"servers": [{"url": "https://a.example"}], "responses": {"200": {"description": "ok"}}}}
                for path in ("/a", "/b")
            },
        }
    )
    (page,) = read_bytes("en/a.yaml", text.encode(), "en")
    own = canonical(page)
    before = json.dumps(own.document)
    (lifted,) = hoisted([own])
    assert lifted.document["servers"] == [{"url": "https://a.example"}]
    assert "servers" not in lifted.document["paths"]["/a"]["get"]
    assert json.dumps(own.document) == before
    assert lifted.document.marks["servers"] == own.document["paths"]["/b"]["get"].marks["servers"]
