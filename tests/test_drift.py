"""Drift: the five pages give their list and nothing else; one case a rule; equal things are never different."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diglot.config import load_config
from diglot.core import yaml
from diglot.core.catalogue import catalogue, message
from diglot.core.finding import Finding, Location
from diglot.core.ir import Fragment, Loss
from diglot.core.rules import RULES, languages
from diglot.core.tree import copy_tree, plain
from diglot.drift import drift_languages, drift_versions
from diglot.normalize import canonical
from diglot.read import read_bytes
from drift_help import BASE, fragment

ROOT = Path(__file__).resolve().parent.parent
PAIRS = ROOT.parent / "shared" / "pages" / "pairs"
SPECS = ROOT.parent / "shared" / "specs"
CASES = sorted((BASE.parent / "patch").glob("*.json"))
STRUCTURAL = [case for case in CASES if case.stem.removeprefix("quiet-") not in {rule.id for rule in languages.TABLE}]
LANGUAGES = ("en", "zh")
TEXT = BASE.read_text(encoding="utf-8")
EN, ZH = "specs/pages/en/list-documents.md", "specs/pages/zh/list-documents.md"


def seeds() -> list[Fragment]:
    ages = load_config(ROOT).ages
    found = []
    for path in sorted((ROOT / "specs" / "pages").glob("*/*.md")):
        name = path.relative_to(ROOT).as_posix()
        for each in read_bytes(name, path.read_bytes()):
            found.append(canonical(replace(each, age=ages[f"{path.parent.name}/{path.name}"])))
    return found


def place(location: Location | None) -> str:
    return f"{location.path}:{location.line}" if location else ""


def test_the_five_pages_drift_in_exactly_these_places() -> None:
    found = drift_languages(seeds(), LANGUAGES)
    document = "/components/schemas/Document/properties"
    assert [(each.rule, dict(each.args), place(each.location), place(each.other)) for each in found] == [
        ("title-missing", {"language": "en", "texts": ["summary", "description"]}, f"{EN}:2", f"{ZH}:1"),
        ("server-url-templated", {"url": "{apiBaseUrl}"}, f"{ZH}:12", f"{EN}:10"),
        ("parameter-missing", {"in": "query", "name": "status"}, f"{ZH}:33", f"{EN}:100"),
        (
            "bounds-differ",
            {"subject": "limit", "here": ["maximum 100", "minimum 1"], "there": None},
            f"{ZH}:55",
            f"{EN}:90",
        ),
        ("field-undeclared", {"field": "data_source_detail_dict"}, f"{ZH}:120", f"{EN}:20"),
        ("field-undeclared", {"field": "doc_metadata"}, f"{ZH}:120", f"{EN}:47"),
        ("field-undeclared", {"field": "need_summary"}, f"{ZH}:120", f"{EN}:49"),
        ("field-undeclared", {"field": "summary_index_status"}, f"{ZH}:120", f"{EN}:48"),
        ("operation-missing-in-language", {"language": "zh"}, "specs/pages/en/update-document-metadata.md:57", ""),
    ]
    assert {each.location.pointer for each in found if each.rule == "field-undeclared"} == {document}
    assert len({each.fingerprint for each in found}) == len(found)


def test_the_older_page_of_the_five_is_the_stale_one_and_the_message_says_why() -> None:
    judged = [each for each in drift_languages(seeds(), LANGUAGES) if "stale" in each.evidence]
    assert len(judged) == 6
    for each in judged:
        assert each.evidence["stale"] == ZH
        assert f"; likely stale: {ZH}, older (2025-09-11/2025-11-26, the newest 2026-03-23/2026-07-08)" in message(each)
        assert f"；很可能已过时：{ZH}" in each.evidence["because"]["zh"]
        assert f"{EN}:" in message(each)


def test_the_order_of_the_pages_does_not_matter() -> None:
    pages = seeds()
    assert drift_languages(pages[::-1], LANGUAGES) == drift_languages(pages, LANGUAGES)


def shown(findings: tuple[Finding, ...]) -> str:
    lines = []
    for each in findings:
        severity = RULES[each.rule].severity
        lines.append(f"{place(each.location)}: {severity} {each.rule} {message(each)}")
        args = json.dumps(dict(each.args), ensure_ascii=False)
        lines.append(f"  against {place(each.other) or 'nothing'}; {each.operation}; {args}")
    return "".join(line + "\n" for line in lines)


def pair(case: Path, languages: tuple[str, str] = LANGUAGES) -> tuple[Fragment, Fragment]:
    """A page in the first language and one in the second, which the patch of the case changes.

    A step whose `page` is `en` or `both` changes the first page, or both.
    """
    patch = json.loads(case.read_text(encoding="utf-8"))
    first = [step for step in patch if step.get("page") in ("en", "both")]
    second = [step for step in patch if step.get("page") != "en"]
    if "age" in {step["op"] for step in patch}:
        first.append({"op": "age", "value": "2025-07-01/2025-12-31"})
    return fragment(TEXT, languages[0], first), fragment(TEXT, languages[1], second)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_one_case_a_rule(case: Path, golden: Callable[[Path, str], None]) -> None:
    english, chinese = pair(case)
    findings = drift_languages([english, chinese], LANGUAGES)
    if case.stem in RULES:
        assert case.stem in {each.rule for each in findings}
    if case.stem.startswith("quiet"):
        assert findings == ()
    golden(BASE.parent / "output" / f"{case.stem}.txt", shown(findings))


@pytest.mark.parametrize("case", STRUCTURAL, ids=lambda case: case.stem)
def test_swapping_the_languages_finds_the_same_rules(case: Path) -> None:
    found = sorted(each.rule for each in drift_languages(pair(case), LANGUAGES))
    swapped = drift_languages(pair(case, ("zh", "en")), LANGUAGES)
    assert sorted(each.rule for each in swapped) == found


def test_every_rule_of_the_comparison_has_a_case() -> None:
    tested_elsewhere = {"operation-not-on-server", "operation-undocumented", "operation-id-differs"}
    rules = {rule.id for rule in RULES.values() if rule.stage == "drift" and not rule.id.startswith("waiver")}
    assert rules - {case.stem for case in CASES} == tested_elsewhere


def test_pages_of_one_language_that_name_an_operation_differently() -> None:
    patch = [{"op": "replace", "path": "/paths/~1shelves~1{shelf_id}~1books/get/operationId", "value": "getBooks"}]
    pages = [fragment(TEXT, path="one.md"), fragment(TEXT, patch=patch, path="two.md")]
    (found,) = drift_languages(pages, ["en"])
    assert (found.rule, found.args) == ("operation-id-differs", {"here": "listBooks", "there": "getBooks"})


def test_two_versions_show_what_came_and_went() -> None:
    old = fragment(TEXT, path="old.yaml")
    new = fragment(
        TEXT,
        path="new.yaml",
        patch=[
            {"op": "remove", "path": "/paths/~1shelves~1{shelf_id}~1books/post"},
            {"op": "add", "path": "/paths/~1shelves~1{shelf_id}~1books/delete", "value": {"responses": {}}},
            {
                "op": "replace",
                "path": "/paths/~1shelves~1{shelf_id}~1books/get/parameters/1/schema/default",
                "value": 5,
            },
        ],
    )
    found = {each.rule: each for each in drift_versions([old], [new])}
    default = "request-parameter-default-value-changed"
    assert found.keys() == {"api-removed-without-deprecation", "endpoint-added", default}
    assert found["api-removed-without-deprecation"].location.path == "old.yaml"
    assert found["endpoint-added"].location.path == "new.yaml"
    changed = found[default]
    assert (changed.location.path, changed.other and changed.other.path) == ("new.yaml", "old.yaml")
    assert (changed.args["old"], changed.args["new"]) == (20, 5)
    assert drift_versions([old], [old]) == ()


def test_what_a_version_adds_or_drops_is_located_in_the_new_one() -> None:
    full = fragment(TEXT, path="full.yaml")
    patch = [{"op": "remove", "path": "/paths/~1shelves~1{shelf_id}~1books/get/parameters/2"}]
    short = fragment(TEXT, path="short.yaml", patch=patch)
    rules = ("request-parameter-removed", "new-optional-request-parameter")
    for old, new, rule in ((full, short, rules[0]), (short, full, rules[1])):
        (found,) = drift_versions([old], [new])
        assert found.rule == rule
        assert found.location.path == new.page.path
        assert found.other
        assert found.other.path == old.page.path


def test_the_only_page_of_several_that_differs_is_the_stale_one() -> None:
    default = "/paths/~1shelves~1{shelf_id}~1books/get/parameters/1/schema/default"
    pages = [fragment(TEXT, language, path=f"{language}/page.md") for language in ("en", "ja")]
    pages.append(fragment(TEXT, "zh", [{"op": "replace", "path": default, "value": 10}]))
    findings = drift_languages(pages, ("en", "ja", "zh"))
    (found,) = (each for each in findings if each.rule != "text-untranslated")
    assert found.rule == "default-differs"
    assert found.location.path == found.evidence["stale"] == "zh/page.md"
    assert "likely stale: zh/page.md, which alone differs from 2 others" in message(found)


def test_a_shared_component_is_reported_once() -> None:
    changed = [{"op": "replace", "path": "/components/schemas/Book/properties/id/type", "value": "integer"}]
    (found,) = drift_languages([fragment(TEXT), fragment(TEXT, "zh", changed)], LANGUAGES)
    assert found.location.pointer == "/components/schemas/Book/properties/id"


def test_fingerprints_do_not_move_with_lines_words_or_ages() -> None:
    patch = [{"op": "remove", "path": "/paths/~1shelves~1{shelf_id}~1books/get/parameters/2"}]
    first = drift_languages([fragment(TEXT), fragment(TEXT, "zh", patch)], LANGUAGES)
    moved = "# another line\n\n" + TEXT.replace("In which order.", "按什么顺序。")
    again = drift_languages([fragment(moved), fragment(moved, "zh", patch)], LANGUAGES)
    assert [each.fingerprint for each in first] == [each.fingerprint for each in again]
    assert first[0].location.line + 2 == again[0].location.line


def test_fingerprints_do_not_move_with_a_parameter_more_or_another_order() -> None:
    parameters = "/paths/~1shelves~1{shelf_id}~1books/get/parameters"
    default = [{"op": "replace", "path": f"{parameters}/1/schema/default", "value": 5}]
    (found,) = drift_languages([fragment(TEXT), fragment(TEXT, "zh", default)], LANGUAGES)
    more = {"op": "add", "path": f"{parameters}/0", "value": {"name": "mark", "in": "query", "schema": {}}}
    moved = [*default, more]
    (again,) = drift_languages([fragment(TEXT, patch=[more]), fragment(TEXT, "zh", moved)], LANGUAGES)
    assert found.location.pointer != again.location.pointer
    assert found.fingerprint == again.fingerprint


def test_a_sample_contradicts_only_with_a_type_that_is_not_admitted() -> None:
    title = "/components/schemas/Book/properties/title"
    sampled = {"op": "strength", "path": title, "value": "sampled"}
    fitting = [{"op": "replace", "path": title, "value": {"type": "string", "maxLength": 3}}, sampled]
    assert drift_languages([fragment(TEXT), fragment(TEXT, "zh", fitting)], LANGUAGES) == ()
    wrong = [{"op": "replace", "path": title, "value": {"type": "boolean"}}, sampled]
    (found,) = drift_languages([fragment(TEXT), fragment(TEXT, "zh", wrong)], LANGUAGES)
    assert found.rule == "type-differs"
    assert {page["strength"] for page in found.evidence["pages"]} == {"declared", "sampled"}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Missing"},
        {"$ref": "#/components/schemas/Book"},
        {"$ref": "https://elsewhere.example/book"},
        {"allOf": [{"$ref": "#/components/schemas/Book"}, {"$ref": "#/components/schemas/Paper"}]},
        {"oneOf": "no list", "properties": ["no", "mapping"], "required": {"a": 1}, "enum": 5, "type": 7},
        {"properties": {"a": 1, "b": None}, "items": "x", "allOf": [3, None]},
        True,
        [],
        "text",
        None,
    ],
    ids=str,
)
def test_malformed_and_circular_schemas_are_survived(schema: Any) -> None:
    for pointer in ("/components/schemas/Book", "/components/schemas/Paper"):
        patch = [{"op": "replace", "path": pointer, "value": schema}]
        drift_languages([fragment(TEXT), fragment(TEXT, "zh", patch)], LANGUAGES)
        same = drift_versions([fragment(TEXT, "zh", patch)], [fragment(TEXT, "zh", patch)])
        assert {each.rule for each in same} <= {"reference-unresolved", "reference-circular"}


@pytest.mark.parametrize(
    "reference", ["#/components/schemas/Missing", "https://elsewhere.example/book", "#/nowhere/~2"]
)
def test_a_reference_that_leads_nowhere_is_found_where_it_stands_and_the_rest_is_compared(reference: str) -> None:
    book = {"op": "replace", "path": "/components/schemas/Book/properties/sequel/$ref", "value": reference}
    limit = "/paths/~1shelves~1{shelf_id}~1books/get/parameters/1/schema/default"
    patch = [book, {"op": "replace", "path": limit, "value": 5}]
    found = drift_languages([fragment(TEXT), fragment(TEXT, "zh", patch)], LANGUAGES)
    assert [each.rule for each in found if each.rule != "reference-unresolved"] == ["default-differs"]
    (broken,) = [each for each in found if each.rule == "reference-unresolved"]
    assert (broken.location.path, broken.args) == ("zh/page.md", {"reference": reference})
    assert TEXT.splitlines()[broken.location.line - 1].strip() == "$ref: '#/components/schemas/Book'"


def test_a_reference_in_a_circle_is_found() -> None:
    patch = [{"op": "replace", "path": "/components/schemas/Book", "value": {"$ref": "#/components/schemas/Tome"}}]
    patch.append({"op": "add", "path": "/components/schemas/Tome", "value": {"$ref": "#/components/schemas/Book"}})
    found = drift_versions([fragment(TEXT, path="old.yaml")], [fragment(TEXT, patch=patch, path="new.yaml")])
    circles = [each for each in found if each.rule == "reference-circular"]
    assert circles
    for each in circles:
        assert each.location.path == "new.yaml"
        assert sorted(set(each.args["way"])) == ["Book", "Tome"]
        assert each.args["way"][0] == each.args["way"][-1]


@pytest.mark.parametrize("member", ["parameters", "responses", "requestBody", "security", "servers"])
@pytest.mark.parametrize("value", [None, 3, "x", [None], [[]], {"a": None}, {"200": []}, [{"name": "x"}]], ids=str)
def test_malformed_operations_are_survived(member: str, value: Any) -> None:
    patch = [{"op": "add", "path": f"/paths/~1shelves~1{{shelf_id}}~1books/get/{member}", "value": value}]
    found = drift_languages([fragment(TEXT), fragment(TEXT, "zh", patch)], LANGUAGES)
    assert all(finding.location.path and finding.rule in RULES for finding in found)
    assert drift_versions([fragment(TEXT, "zh", patch)], [fragment(TEXT, "zh", patch)]) == ()


def inlined(document: Any, node: Any, depth: int) -> Any:
    """The same document with references replaced by what they name, as deep as asked."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and depth:
            target = document["components"]["schemas"][reference.rpartition("/")[2]]
            return inlined(document, target, depth - 1)
        return {key: inlined(document, value, depth) for key, value in node.items()}
    return [inlined(document, value, depth) for value in node] if isinstance(node, list) else node


def shuffled(node: Any, chance: random.Random, key: str = "") -> Any:
    """The same document with its mappings, and the lists whose order means nothing, in another order."""
    if isinstance(node, dict):
        keys = list(node)
        chance.shuffle(keys)
        return {each: shuffled(node[each], chance, each) for each in keys}
    if isinstance(node, list):
        items = [shuffled(each, chance) for each in node]
        if key in ("parameters", "required", "enum", "oneOf", "anyOf", "type", "security"):
            chance.shuffle(items)
        return items
    return node


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(0, 3))
def test_a_document_never_drifts_from_itself(seed: int, depth: int) -> None:
    document = plain(yaml.load(TEXT).value)
    paths = inlined(document, document["paths"], depth)
    other = shuffled({**document, "paths": paths}, random.Random(seed))
    rewritten = fragment(yaml.dump(other), "zh")
    assert drift_languages([fragment(TEXT), rewritten], LANGUAGES) == ()
    assert drift_versions([rewritten], [fragment(TEXT, "zh")]) == ()


def test_comparing_changes_nothing() -> None:
    pages = seeds()
    before = [copy_tree(each.document) for each in pages]
    drift_languages(pages, LANGUAGES)
    assert [each.document for each in pages] == before


def test_messages_fill_every_blank_in_both_languages() -> None:
    for case in CASES:
        for each in drift_languages(pair(case), LANGUAGES):
            for language in LANGUAGES:
                names = {
                    name for _, name, _, _ in Formatter().parse(catalogue(language)["rules"][each.rule]["message"])
                }
                assert names - {None} <= {"operation", *each.args, *each.evidence}
                assert message(each, language)
            for words in {"where", "says", "because"} & each.evidence.keys():
                assert each.evidence[words].keys() == set(LANGUAGES)
                assert "{" not in each.evidence[words]["zh"].replace("{reels", "")


@pytest.mark.skipif(not PAIRS.is_dir(), reason="the shared pages are not beside this checkout")
@pytest.mark.parametrize("name", sorted(path.name for path in PAIRS.glob("*")) if PAIRS.is_dir() else [])
def test_one_operation_in_two_dialects_never_drifts(name: str) -> None:
    pages = []
    for dialect in ("flat", "fence"):
        data = (PAIRS / name / f"{dialect}.md").read_bytes()
        pages += [canonical(each) for each in read_bytes(f"{dialect}.md", data)]
    assert len(pages) == 2
    assert drift_languages(pages, [pages[0].language]) == ()


@pytest.mark.skipif(not SPECS.is_dir(), reason="the shared specifications are not beside this checkout")
def test_two_editions_have_no_structural_difference() -> None:
    pages = []
    for language in LANGUAGES:
        data = (SPECS / f"dify-82.{language}.json").read_bytes()
        pages += [canonical(each) for each in read_bytes(f"{language}.json", data)]
    found = drift_languages(pages, LANGUAGES)
    wording = {rule.id for rule in languages.TABLE}
    assert {each.rule for each in found} <= wording


def inferred(page: Fragment, *pointers: str) -> Fragment:
    return replace(page, losses=tuple(Loss(pointer, "status", "inferred") for pointer in pointers))


def test_a_status_that_a_page_does_not_show_is_the_one_success_of_the_others() -> None:
    responses = "/paths/~1shelves~1{shelf_id}~1books/post/responses"
    title = "/components/schemas/Book/properties/title/type"
    patch = [
        {"op": "move", "from": f"{responses}/201", "path": f"{responses}/200"},
        {"op": "replace", "path": title, "value": "integer"},
        {"op": "remove", "path": "/paths/~1shelves~1{shelf_id}~1books/get"},
    ]
    page = fragment(TEXT, "zh", patch)
    english = fragment(TEXT, patch=patch[2:])
    assert [each.rule for each in drift_languages([english, page], LANGUAGES)] == [
        "type-differs",  # of a component that no operation has on both pages
        "response-missing",
        "response-missing",
    ]
    (found,) = drift_languages([english, inferred(page, f"{responses}/200")], LANGUAGES)
    assert found.rule == "type-differs"


def test_a_page_that_shows_one_response_without_its_status_denies_no_other() -> None:
    responses = "/paths/~1shelves~1{shelf_id}~1books/get/responses"
    page = fragment(TEXT, "zh", [{"op": "remove", "path": f"{responses}/404"}])
    assert drift_languages([fragment(TEXT), inferred(page, f"{responses}/200")], LANGUAGES) == ()


def test_union_branches_are_matched_in_any_order_and_compared_inside() -> None:
    schema = "/paths/~1shelves~1{shelf_id}~1books/post/requestBody/content/application~1json/schema/oneOf"
    paper = {"title": "Paper", "type": "object", "required": ["title"], "additionalProperties": False}
    paper["properties"] = {"title": {"type": "string"}, "pages": {"type": "string"}}
    patch = [{"op": "replace", "path": schema, "value": [{"$ref": "#/components/schemas/Sound"}, paper]}]
    (found,) = drift_languages([fragment(TEXT), fragment(TEXT, "zh", patch)], LANGUAGES)
    assert (found.rule, found.args["subject"]) == ("type-differs", "$.pages")


def test_composed_and_merged_schemas_are_equal() -> None:
    book = "/components/schemas/Book"
    properties = {"id": {"type": "string"}, "title": {"type": "string"}}
    merged = {"type": "object", "required": ["id", "title"], "properties": properties}
    composed = {
        "allOf": [
            {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
            {"properties": {"title": {"allOf": [{"type": "string"}]}}, "required": ["title"]},
        ]
    }
    pages = [
        fragment(TEXT, language, [{"op": "replace", "path": book, "value": value}])
        for language, value in (("en", merged), ("zh", composed))
    ]
    assert drift_languages(pages, LANGUAGES) == ()


def test_read_only_fields_are_no_part_of_a_request() -> None:
    pages = "/components/schemas/Paper/properties/pages"
    marked = [{"op": "add", "path": f"{pages}/readOnly", "value": True}]
    absent = [{"op": "remove", "path": pages}]
    assert drift_languages([fragment(TEXT, patch=marked), fragment(TEXT, "zh", absent)], LANGUAGES) == ()


def test_many_alternatives_and_deep_chains_cost_little() -> None:
    count = 3_000
    chain = {
        f"S{index}": {"properties": {"next": {"$ref": f"#/components/schemas/S{index + 1}"}}} for index in range(count)
    }
    chain[f"S{count}"] = {"type": "string"}
    wide = {"oneOf": [{"type": "object", "properties": {f"p{index}": {"type": "string"}}} for index in range(300)]}
    patch = [
        {"op": "add", "path": f"/components/schemas/{name}", "value": value}
        for name, value in {**chain, "Wide": wide}.items()
    ]
    media = "/paths/~1shelves~1{shelf_id}~1books/post/requestBody/content"
    for name in ("S0", "Wide"):
        schema = {"schema": {"$ref": f"#/components/schemas/{name}"}}
        patch.append({"op": "add", "path": f"{media}/application~1{name}", "value": schema})
    last = {"op": "replace", "path": f"/components/schemas/S{count}/type", "value": "integer"}
    (found,) = drift_languages([fragment(TEXT, patch=patch), fragment(TEXT, "zh", [*patch, last])], LANGUAGES)
    assert found.rule == "type-differs"
    assert found.location.pointer == f"/components/schemas/S{count}"
    assert len(message(found)) < 500


def test_what_a_page_that_cannot_be_read_would_hold_is_not_missed() -> None:
    (broken,) = read_bytes("specs/pages/zh/broken.md", b"# A\n\n## OpenAPI\n\n```yaml get /a\nopenapi: [\n```\n")
    assert [RULES[each.rule].severity for each in broken.findings][:1] == ["error"]
    whole = fragment(TEXT)
    assert drift_versions([whole], [broken]) == drift_versions([broken], [whole]) == ()
    missing = drift_languages([whole, replace(broken, page=replace(broken.page, language="zh"))], LANGUAGES)
    assert missing == ()
    assert {each.rule for each in drift_languages([whole], LANGUAGES)} == {"operation-missing-in-language"}


@pytest.mark.parametrize(
    ("pointer", "named"),
    [
        ("/paths/~1shelves~1{shelf_id}~1books/post/requestBody", "request"),
        ("/paths/~1shelves~1{shelf_id}~1books/get/responses/200/headers/X-Total", "response 200 x-total"),
        (
            "/paths/~1shelves~1{shelf_id}~1books/get/responses/200/content/application~1json/schema",
            "response 200 $",
        ),
    ],
)
def test_a_text_of_a_body_or_header_is_missed_too(pointer: str, named: str) -> None:
    explained = [{"op": "add", "path": f"{pointer}/description", "value": "Mind the gap."}]
    (found,) = drift_languages([fragment(TEXT, patch=explained), fragment(TEXT, "zh")], LANGUAGES)
    assert (found.rule, found.args) == ("text-missing", {"language": "zh", "texts": [named]})
