"""Documents that are wrong: each fault is a finding with its line, and everything else is merged all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot import pipeline
from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.yaml import dump
from diglot.normalize import Normalized, normalize
from diglot.normalize.cycles import circular
from diglot.project import Project
from diglot.read import read_bytes
from normalize_help import things

GOOD = {"get": {"operationId": "good", "responses": {"200": {"description": "ok"}}}}


def document(schema: Any, **components: Any) -> dict[str, Any]:
    """A document with one operation of this schema, and another one that nothing is wrong with."""
    whole = things(schema)
    whole["paths"]["/good"] = GOOD
    return {**whole, "components": {"schemas": components}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def found(root: Path, text: str) -> tuple[Normalized, list[Finding]]:
    """The contract, and all that reading, merging and validating found."""
    fragments = read_bytes("en/bad.yaml", text.encode())
    result = normalize(fragments, ["en"])
    project = Project.at(root)
    invalid = pipeline.validate(result.contract.document, partial(pipeline.locate, project, result.contract))
    return result, [*(each for item in fragments for each in item.findings), *result.findings, *invalid]


@pytest.mark.parametrize(
    ("whole", "rule", "pointer"),
    [
        (document(ref("A"), A=ref("B"), B=ref("A")), "reference-circular", "/components/schemas/A"),
        (document(ref("A"), A=ref("A")), "reference-circular", "/components/schemas/A"),
        (document(ref("A"), A={"allOf": [ref("B")]}, B={"oneOf": [ref("A"), {}]}), "reference-circular",
         "/components/schemas/A"),
        (document(ref("Nope")), "reference-unresolved",
         "/paths/~1things/get/responses/200/content/application~1json/schema"),
        (document(ref("A"), A=ref("Nope")), "reference-unresolved", "/components/schemas/A"),
        (document({"$ref": "https://x.example/a.yaml#/A"}), "reference-unresolved",
         "/paths/~1things/get/responses/200/content/application~1json/schema"),
        ({**document({}), "servers": {"url": "x"}}, "page-block-invalid", "/servers"),
        (document({"properties": ["a"]}), "page-block-invalid",
         "/paths/~1things/get/responses/200/content/application~1json/schema/properties"),
    ],
)  # fmt: skip
def test_a_fault_is_a_finding_with_its_line_and_the_rest_is_merged(
    root: Path, whole: Any, rule: str, pointer: str
) -> None:
    result, findings = found(root, dump(whole))
    finding = next(finding for finding in findings if finding.rule == rule)
    assert finding.location.pointer == pointer
    assert finding.location.path == "en/bad.yaml"
    assert finding.location.line > 1
    assert message(finding)
    assert result.contract.document["paths"]["/good"] == GOOD


def test_a_tree_that_holds_itself_in_a_field_is_no_circle(root: Path) -> None:
    node = {"type": "object", "properties": {"next": ref("Node"), "all": {"type": "array", "items": ref("Node")}}}
    assert not found(root, dump(document(ref("Node"), Node=node)))[1]


def test_a_circle_is_told_once_and_says_its_way(root: Path) -> None:
    whole = document(ref("C"), A={"allOf": [ref("B"), ref("B")]}, B=ref("A"), C={"anyOf": [ref("A"), ref("B")]})
    circles = [finding for finding in found(root, dump(whole))[1] if finding.rule == "reference-circular"]
    assert [dict(finding.args) for finding in circles] == [{"way": ["A", "B", "A"]}]


def test_another_name_of_a_component_stays_a_name(root: Path) -> None:
    whole = document(ref("B"), A={"type": "object"}, B=ref("A"))
    result, findings = found(root, dump(whole))
    assert not findings
    assert result.contract.document["components"] == whole["components"]


def test_two_pages_with_circles_through_each_other_are_merged() -> None:
    pages = [
        *read_bytes("en/a.yaml", dump(document(ref("A"), A={"properties": {"x": ref("B")}}, B=ref("A"))).encode()),
        *read_bytes("zh/b.yaml", dump(document(ref("B"), B={"properties": {"x": ref("A")}}, A=ref("B"))).encode()),
    ]
    assert normalize(pages, ["en"]).contract.document["paths"]["/good"] == GOOD


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_there_is_a_circle_exactly_where_a_walk_never_ends(edges: dict[str, list[str]]) -> None:
    schemas = {name: {"allOf": [ref(other) for other in others]} for name, others in edges.items()}

    def reaches(start: str) -> bool:
        seen, waiting = set(), list(edges.get(start, ()))
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += edges.get(name, ())
        return start in seen

    findings = circular({"components": {"schemas": schemas}}, {})
    assert bool(findings) is any(reaches(name) for name in edges)
    for finding in findings:
        way = finding.args["way"]
        assert way[0] == way[-1]
        assert all(after in edges[before] for before, after in pairwise(way))


@pytest.mark.parametrize("depth", [60, 5_000])
def test_deep_nesting_is_merged_or_told(root: Path, depth: int) -> None:
    schema = '{"items":' * depth + "{}" + "}" * depth
    text = json.dumps(document({"mark": 0})).replace('{"mark": 0}', schema)
    result, findings = found(root, text)
    if depth < 100:
        assert not findings
        assert result.contract.document["paths"]["/good"] == GOOD
    else:
        assert [finding.rule for finding in findings] == ["page-block-broken"]


def test_a_long_chain_of_components_is_no_trouble() -> None:
    schemas = {f"n{index}": {"allOf": [ref(f"n{index + 1}")]} for index in range(20_000)}
    assert not circular({"components": {"schemas": schemas}}, {})


def test_nothing_is_written_from_a_circle(tmp_path: Path, diglot: Callable[..., tuple[int, str, str]]) -> None:
    (tmp_path / "specs/pages").mkdir(parents=True)
    (tmp_path / "specs/pages/a.yaml").write_text(dump(document(ref("A"), A=ref("A"))), encoding="utf-8")
    code, out, err = diglot("normalize", "-C", tmp_path)
    assert code == 1
    assert "reference-circular" in out
    assert "nothing is written" in err
    assert not (tmp_path / "specs/openapi.yaml").exists()
