"""OpenAPI's law, examples against schemas, rules of the house."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from diglot.core.finding import Finding, Location
from diglot.core.yaml import load
from diglot.validate import validate

ROOT = Path(__file__).resolve().parent.parent
GET = "/paths/~1datasets~1{dataset_id}~1documents/get"


@pytest.fixture(scope="module")
def contract() -> Any:
    return load((ROOT / "specs/openapi.yaml").read_text(encoding="utf-8")).value


@pytest.fixture
def document(contract: Any) -> Any:
    return copy.deepcopy(dict(contract))


def judged(document: Any) -> list[Finding]:
    return validate(document, lambda pointer: Location("x.yaml", 1, 1, pointer))


def found(document: Any) -> list[tuple[str, str]]:
    return [(finding.rule, finding.location.pointer) for finding in judged(document)]


def operation(document: Any) -> Any:
    return document["paths"]["/datasets/{dataset_id}/documents"]["get"]


def test_the_contract_is_valid(document: Any) -> None:
    assert found(document) == []


def test_a_missing_member_is_found_at_its_place(document: Any) -> None:
    del operation(document)["parameters"][0]["in"]
    assert ("openapi-invalid", GET + "/parameters/0") in found(document)


@pytest.mark.parametrize(
    ("place", "value", "pointer"),
    [
        (
            ["responses", "200", "content", "application/json", "examples", "example", "value", "total"],
            "many",
            GET + "/responses/200/content/application~1json/examples/example/value",
        ),
        (["parameters", 1, "schema", "default"], "first", GET + "/parameters/1/schema/default"),
        (["parameters", 1, "schema", "default"], 0, GET + "/parameters/1/schema/default"),
    ],
)
def test_an_example_or_default_that_does_not_fit_is_found_at_its_place(
    document: Any, place: list[Any], value: Any, pointer: str
) -> None:
    node = operation(document)
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    assert found(document) == [("example-invalid", pointer)]


def test_examples_are_judged_through_references(document: Any) -> None:
    example = operation(document)["responses"]["200"]["content"]["application/json"]["examples"]["example"]
    example["value"]["data"][0]["position"] = "first"
    (finding,) = judged(document)
    assert finding.args["problem"] == "$.data[0].position: 'first' is not of type 'integer'"


def test_a_reference_that_leads_nowhere_or_outside_is_found_and_never_followed(document: Any) -> None:
    schemas = document["components"]["schemas"]
    schemas["A"] = {"$ref": "#/components/schemas/Missing"}
    schemas["B"] = {"$ref": "file:///etc/passwd"}
    assert {("reference-unresolved", f"/components/schemas/{name}") for name in "AB"} <= set(found(document))


def test_an_operation_without_a_success_response(document: Any) -> None:
    del operation(document)["responses"]["200"]
    assert found(document) == [("operation-without-success", GET)]


@pytest.mark.parametrize("version", ["4.0.0", "", None, 3])
def test_a_version_that_nobody_knows(document: Any, version: Any) -> None:
    document["openapi"] = version
    assert ("openapi-invalid", "") in found(document)


@pytest.mark.parametrize("broken", [None, 1, "x", [], [1], {"$ref": 1}, {"type": 7}, True])
@pytest.mark.parametrize("place", ["paths", "components", "info", "servers"])
def test_documents_that_are_wrong_in_odd_ways_never_raise(document: Any, place: str, broken: Any) -> None:
    document[place] = broken
    for finding in judged(document):
        assert "\n" not in str(finding.args.get("problem", ""))
