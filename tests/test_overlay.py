"""Overlays: valid OpenAPI Overlay 1.0, texts only, and as true after the contract was put in another order."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from diglot import pipeline
from diglot.core.grammar import role_of
from diglot.core.ir import Fragment
from diglot.core.yaml import dump, load
from diglot.normalize import Normalized, apply, editions, normalize
from diglot.normalize.selecting import select
from diglot.project import Project
from diglot.read import read_bytes
from normalize_help import addition, fence, merged, things

# --- the specification, word for word (https://spec.openapis.org/overlay/v1.0.0)


def assert_overlay(document: Any) -> None:
    """Fixed fields, required ones, types and patterns of §4.4; extensions begin with x-."""
    assert_fields(
        document, {"overlay": str, "info": dict, "extends": str, "actions": list}, {"overlay", "info", "actions"}
    )
    assert re.fullmatch(r"1\.0\.\d+", document["overlay"])
    assert_fields(document["info"], {"title": str, "version": str}, {"title", "version"})
    assert document["actions"]
    for action in document["actions"]:
        assert_fields(action, {"target": str, "description": str, "update": dict, "remove": bool}, {"target"})
        assert ("update" in action) is not action.get("remove", False)
        JSONPathEnvironment(strict=True).compile(action["target"])


def assert_fields(node: Any, types: dict[str, type], required: set[str]) -> None:
    assert isinstance(node, dict)
    assert required <= node.keys()
    for key, value in node.items():
        assert key.startswith("x-") or isinstance(value, types.get(key, ())), key


def assert_only_texts(overlay: Any) -> None:
    """No structure in any update, no position in any target."""
    for action in overlay["actions"]:
        assert not re.search(r"\[\d+\]", action["target"].replace(".enum[0]==", ""))
        for way, leaf in leaves(action.get("update", "")):
            assert isinstance(leaf, str), way
            assert way[-1:] != ("$ref",)
            assert not {"type", "in", "required", "operationId"}.intersection(way[-1:])


def leaves(node: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*way, key))
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, (*way, "-"))
    else:
        yield way, node


def test_the_overlay_of_this_project_is_valid_and_only_text(root: Any) -> None:
    project = Project.at(root)
    (overlay,) = pipeline.normalize(project, pipeline.read(project)).overlays
    assert_overlay(overlay.document)
    assert_only_texts(overlay.document)


@pytest.mark.parametrize(
    "broken",
    [
        {"overlay": "1.1.0"},
        {"actions": []},
        {"info": {"title": "t"}},
        {"more": 1},
        {"actions": [{"target": "$.a", "update": {}, "remove": True}]},
        {"actions": [{"target": "$.["}]},
        {"actions": [{"update": {}}]},
    ],
)
def test_the_validator_of_these_tests_refuses_what_is_not_valid(broken: Any) -> None:
    right = {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [{"target": "$", "update": {}}]}
    assert_overlay(right)
    with pytest.raises((AssertionError, JSONPathError)):
        assert_overlay({**right, **broken})


def test_an_edition_without_a_text_of_its_own_is_an_overlay_all_the_same() -> None:
    result = merged(fence(things({}), "en/a.md"), fence(things({}), "zh/a.md"))
    (overlay,) = result.overlays
    assert_overlay(overlay.document)
    assert editions(result)["zh"] == editions(result)["en"]


# --- any two editions of one document; a text is `§` and what distinguishes it

MARK = "§"
TEXTS = st.one_of(
    st.just("ID"),
    st.text(st.sampled_from("ab`*_#|<>\"'\\ \n中，。$[@?"), max_size=8).map(lambda text: MARK + text),
)
NAMES = st.text(st.sampled_from("ab'. /~é中$"), min_size=1, max_size=4)
DATA = st.recursive(
    st.one_of(TEXTS, st.integers(0, 9), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(NAMES, inner, max_size=3),
        st.lists(st.fixed_dictionaries({"id": st.integers(0, 3).map("n{}".format), "label": TEXTS}), max_size=3),
    ),
    max_leaves=5,
)


def alternatives(inner: Any) -> Any:
    """Alternatives that have names: a type each, one value of a field, a component."""
    by_type = st.tuples(TEXTS, TEXTS).map(
        lambda texts: [{"type": "string", "description": texts[0]}, {"type": "integer", "description": texts[1]}]
    )
    by_value = st.lists(inner, min_size=1, max_size=3).map(
        lambda schemas: [
            {"type": "object", "properties": {"kind": {"enum": [f"k{index}"]}, "body": schema}}
            for index, schema in enumerate(schemas)
        ]
    )
    by_component = inner.map(lambda schema: [{"$ref": "#/components/schemas/Thing"}, {"type": "object", "not": schema}])
    return st.tuples(st.sampled_from(["oneOf", "anyOf", "allOf"]), st.one_of(by_type, by_value, by_component)).map(
        lambda pair: {pair[0]: pair[1]}
    )


SCHEMAS = st.recursive(
    st.fixed_dictionaries({"type": st.sampled_from(["string", "integer", "boolean"])}, optional={"description": TEXTS}),
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=3)},
            optional={"description": TEXTS, "title": TEXTS, "examples": st.lists(DATA, min_size=1, max_size=2)},
        ),
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"x-note": DATA}),
        alternatives(inner),
    ),
    max_leaves=6,
)
PARAMETERS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from("abc"), "in": st.sampled_from(["query", "header"]), "schema": SCHEMAS},
        optional={"description": TEXTS},
    ),
    max_size=4,
    unique_by=lambda parameter: (parameter["name"], parameter["in"]),
)
OPERATIONS = st.builds(
    lambda parameters, schema, examples, rest: {
        "operationId": "x",
        "parameters": parameters,
        "responses": {"200": {"description": MARK, "content": {"text/x": {"schema": schema, "examples": examples}}}},
        **rest,
    },
    PARAMETERS,
    SCHEMAS,
    st.dictionaries(NAMES, st.fixed_dictionaries({"value": DATA}, optional={"summary": TEXTS}), max_size=2),
    st.fixed_dictionaries({}, optional={"summary": TEXTS, "x-more": DATA, "tags": st.just([MARK + "t", "u"])}),
)
DOCUMENTS = st.builds(
    lambda operations, thing, tags: {
        "openapi": "3.1.1",
        "info": {"title": MARK, "version": "1"},
        "servers": [{"url": "https://a", "description": MARK + "a"}, {"url": "https://b", "description": MARK + "b"}],
        "tags": [{"name": MARK + name} for name in tags],
        "paths": {f"/p{index}": {"get": operation} for index, operation in enumerate(operations)},
        "components": {"schemas": {"Thing": thing}},
    },
    st.lists(OPERATIONS, min_size=1, max_size=2),
    SCHEMAS,
    st.sets(st.sampled_from("tuv")),
)


def said(node: Any, language: str) -> Any:
    """The document in one language."""
    if isinstance(node, dict):
        return {key: said(value, language) for key, value in node.items()}
    if isinstance(node, list):
        return [said(value, language) for value in node]
    return f"{language} {node[1:]}" if isinstance(node, str) and node.startswith(MARK) else node


def edition(document: Any, language: str) -> Fragment:
    (fragment,) = read_bytes(f"{language}.yaml", dump(said(document, language)).encode(), language)
    assert fragment.operations
    return fragment


def shuffled(node: Any, chance: random.Random, role: str = "document") -> Any:
    """The same document in another order: members, parameters, servers, alternatives."""
    if isinstance(node, dict):
        keys = chance.sample(list(node), len(node))
        return {key: shuffled(node[key], chance, inner(role, key)) for key in keys}
    if isinstance(node, list):
        items = [shuffled(item, chance, inner(role, "")) for item in node]
        return chance.sample(items, len(items)) if role[0] == "[" else items
    return node


def sorted_lists(node: Any, role: str = "document") -> Any:
    """The same document with every list that `shuffled` shuffles in one order."""
    if isinstance(node, dict):
        return {key: sorted_lists(value, inner(role, key)) for key, value in node.items()}
    if isinstance(node, list):
        items = [sorted_lists(item, inner(role, "")) for item in node]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if role[0] == "[" else items
    return node


def inner(role: str, key: str) -> str:
    return "value" if role == "value" or (role[0] == "[" and key) else role_of(role, key)


def both(document: Any) -> Normalized:
    pages = [edition(document, "en"), edition(document, "zh")]
    result = normalize(pages, ["en", "zh"])
    assert normalize(pages[::-1], ["en", "zh"]) == result
    return result


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS)
def test_each_edition_comes_back_as_it_is_alone(document: Any) -> None:
    result = both(document)
    assert {finding.rule for finding in result.findings} <= {"reference-circular"}
    for language, whole in editions(result).items():
        alone = normalize([edition(document, language)], [language]).contract.document
        assert whole == alone
        (again,) = read_bytes("again.yaml", dump(whole).encode(), language)
        assert normalize([again], [language]).contract.document == whole


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_an_overlay_is_valid_and_finds_its_places_in_any_order(document: Any, chance: random.Random) -> None:
    result = both(document)
    (overlay,) = result.overlays
    assert_overlay(overlay.document)
    assert load(dump(overlay.document)).value == overlay.document
    contract = result.contract.document
    wanted, problems = apply(overlay.document, contract)
    assert not problems
    found, problems = apply(overlay.document, shuffled(contract, chance))
    assert not problems
    assert sorted_lists(found) == sorted_lists(wanted)


# --- texts that speak of what is not there


def test_a_text_of_something_that_an_addition_removes_is_dropped() -> None:
    def document(text: str) -> Any:
        return things({"type": "object", "properties": {"a": {"type": "string", "description": text}}})

    remove = addition("actions:\n- target: $..properties.a\n  description: why\n  remove: true\n")
    result = merged(fence(document("a"), "en/a.md"), fence(document("甲"), "zh/a.md"), additions=(remove,))
    (overlay,) = result.overlays
    assert_overlay(overlay.document)
    assert "甲" not in json.dumps(overlay.document, ensure_ascii=False)


def test_an_example_of_another_shape_stays_that_of_the_contract() -> None:
    def document(*examples: Any) -> Any:
        return things({"type": "object", "examples": list(examples)})

    result = merged(fence(document({"a": "x", "n": 1}), "en/a.md"), fence(document({"a": "甲", "n": 2}), "zh/a.md"))
    assert not result.findings
    assert editions(result)["zh"] == result.contract.document


def test_the_strings_of_examples_stand_in_the_words_of_each_language() -> None:
    def document(words: str) -> Any:
        value = {"list": [{"id": "a", "label": words}, {"id": "b", "label": "B"}], "names": ["x", words], "n": 1}
        return things({"type": "object", "example": {"deep": words}}, **{"x-samples": value})

    result = merged(fence(document("yes"), "en/a.md"), fence(document("是"), "zh/a.md"))
    (overlay,) = result.overlays
    operation = "$.paths['/things'].get"
    actions = [(action["target"], action.get("update", True)) for action in overlay.document["actions"]]
    assert actions == [
        (f"{operation}.responses['200'].content['application/json'].schema.examples", True),
        (f"{operation}['x-samples'].names", True),
        (operation, {
            "responses": {"200": {"content": {"application/json": {"schema": {"examples": [{"deep": "是"}]}}}}},
            "x-samples": {"names": ["x", "是"]},
        }),
        (f"{operation}['x-samples'].list[?@.id=='a']", {"label": "是"}),
    ]  # fmt: skip
    assert (
        editions(result)["zh"]["paths"]
        == normalize([fence(document("是"), "zh/a.md")], ["zh"]).contract.document["paths"]
    )


# --- pages that contradict each other in anything


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(DOCUMENTS, st.sampled_from(["en", "zh"]), st.sampled_from([None, "2025-01-01", "2026"])), max_size=3
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_pages_never_matters(drawn: Any, chance: random.Random) -> None:
    pages = []
    for index, (document, language, age) in enumerate(drawn):
        (page,) = read_bytes(f"{language}/{index}.yaml", dump(said(document, language)).encode(), language)
        pages.append(replace(page, age=age))
    result = normalize(pages, ["en", "zh"])
    assert normalize(chance.sample(pages, len(pages)), ["en", "zh"]) == result
    for language, whole in editions(result).items():
        (again,) = read_bytes("again.yaml", dump(whole).encode(), language)
        once = normalize([again], [language]).contract.document
        assert once == whole


# --- what targets select, as another implementation of RFC 9535 says

NODES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 1) | st.sampled_from(["", "a", "b c", "é"]),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b c", "é", "0", "_x"]), inner) | st.lists(inner, max_size=3),
    max_leaves=20,
)
MEMBERS = st.sampled_from([".a", "._x", "['b c']", "['é']", "['a']", "['']", "['0']", "[0]", "[1]"])
TESTS = st.builds(
    lambda way, value: "@" + "".join(way) + value,
    st.lists(MEMBERS, min_size=1, max_size=2),
    st.sampled_from(["", "=='a'", "=='b c'", "==''"]),
)
STEPS = (
    MEMBERS
    | st.sampled_from([".*", "[*]"])
    | st.lists(TESTS, min_size=1, max_size=2).map(lambda tests: f"[?{' && '.join(tests)}]")
)


@settings(max_examples=300, deadline=None)
@given(NODES, st.lists(STEPS, max_size=3))
def test_a_target_by_names_selects_what_the_library_selects(document: Any, steps: list[str]) -> None:
    target = "$" + "".join(steps)
    expected = [match.parts for match in JSONPathEnvironment(strict=True).finditer(target, document)]
    assert select(target, document) == expected


@pytest.mark.parametrize("target", ["", "a", "$.", "$[01]", "$.a b", "$['a'", "$[?@.a=='x]", "$.a\n", "$[?a]"])
def test_what_is_no_path_selects_nothing_by_mistake(target: str) -> None:
    assert select(target, {"a": {"a": 1}}) is None
