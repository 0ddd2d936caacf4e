"""One thing written in two forms is no change between two versions, whichever of them came first."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from diglot.core import yaml
from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.drift import drift_versions
from diglot.normalize import canonical
from drift_help import fragment

TODAY = date(2026, 11, 25)
OK = {"200": {"description": "OK"}}
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
BOOK = {"type": "object", "properties": {"isbn": TEXT}, "required": ["isbn"]}
FILM = {"type": "object", "properties": {"reel": WHOLE}, "required": ["reel"]}
NULL = {"type": "null"}


def to(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: dict[str, Any] = {
    "Book": BOOK,
    "Film": FILM,
    "Either": {"oneOf": [to("Book"), to("Film")]},
    "Hidden": {**TEXT, "readOnly": True},
}
SAME: dict[str, tuple[Any, Any]] = {
    "a union of one": ({"anyOf": [to("Book")]}, BOOK),
    "a union that is a component": (to("Either"), {"oneOf": [BOOK, FILM]}),
    "a union within a union": ({"oneOf": [to("Either"), TEXT]}, {"oneOf": [to("Film"), to("Book"), TEXT]}),
    "an alternative twice": ({"anyOf": [to("Book"), to("Film"), to("Book")]}, {"anyOf": [to("Book"), to("Film")]}),
    "null beside a union": ({"anyOf": [to("Either"), NULL]}, {"oneOf": [to("Book"), to("Film"), NULL]}),
    "null as a constant": ({"anyOf": [to("Book"), {"const": None}]}, {"anyOf": [NULL, to("Book")]}),
    "nullable values": ({"type": ["string", "null"], "enum": ["a", None]}, {"anyOf": [{"enum": ["a"]}, NULL]}),
    "a union of constants": ({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}, {"enum": ["b", "a"]}),
    "a union of lists of values": ({"anyOf": [{"enum": ["a"]}, {"enum": ["b"]}]}, {"enum": ["a", "b"]}),
    "a text, or one of some texts": ({"anyOf": [TEXT, {"type": "string", "enum": ["a", "b"]}]}, TEXT),
    "a nullable text, or one of some texts": (
        {"anyOf": [TEXT, {"enum": ["a"]}, NULL], "default": "a"},
        {"type": ["string", "null"], "default": "a"},
    ),
    "types in a union": ({"type": ["string", "integer", "null"]}, {"anyOf": [{"type": ["string", "null"]}, WHOLE]}),
    "types with a bound": (
        {"type": ["string", "integer"], "maxLength": 5},
        {"anyOf": [{"type": "string", "maxLength": 5}, WHOLE]},
    ),
    "numbers and whole numbers": ({"type": ["integer", "number"]}, {"type": "number"}),
    "a mapping by name, by reference and by none": (
        {"oneOf": [to("Book"), to("Film")], "discriminator": {"propertyName": "kind"}},
        {
            "oneOf": [to("Book"), to("Film")],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"Book": "#/components/schemas/Book", "Film": "Film"},
            },
        },
    ),
    "an implied type": ({"type": "object", "oneOf": [BOOK, FILM]}, {"oneOf": [BOOK, FILM]}),
    "above 0, from 1": ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    "a step of 1": ({"type": "integer", "multipleOf": 1}, WHOLE),
    "a pattern that keeps nothing out": ({"type": "string", "pattern": ".*"}, TEXT),
    "shut in two ways": ({**BOOK, "additionalProperties": {"not": {}}}, {**BOOK, "additionalProperties": False}),
    "read-only behind a reference": (
        {"type": "object", "properties": {"id": to("Hidden")}},
        {"type": "object", "properties": {"id": {**TEXT, "readOnly": True}}},
    ),
}


def document(**members: Any) -> dict[str, Any]:
    return {"openapi": "3.1.1", "info": {"title": "Library", "version": "1"}, "paths": {}, **members}


def body(schema: Any) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": schema}}}
    operation = {"requestBody": content, "responses": {"200": {"description": "OK", **content}}}
    return document(paths={"/things": {"post": operation}}, components={"schemas": SCHEMAS})


def called(parameter: Any = None, **members: Any) -> dict[str, Any]:
    operation = {"responses": OK, **({"parameters": [parameter]} if parameter else {}), **members}
    return document(paths={"/things": {"get": operation}})


def drift(old: Any, new: Any) -> tuple[Finding, ...]:
    sides = (canonical(fragment(yaml.dump(copy.deepcopy(each)), path=path)) for path, each in (("o", old), ("n", new)))
    before, after = sides
    return drift_versions([before], [after], TODAY)


def rules(old: Any, new: Any) -> dict[str, str]:
    return {each.rule: RULES[each.rule].severity for each in drift(old, new)}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same_schema_in_another_form(one: Any, other: Any) -> None:
    assert drift(body(one), body(other)) == drift(body(other), body(one)) == ()


def secured(**scheme: str) -> dict[str, Any]:
    schemes = {"securitySchemes": {"key": scheme}}
    return {**called(), "security": [{"key": []}], "components": schemes}


QUERY = {"name": "q", "in": "query", "schema": TEXT}
PLACES: dict[str, tuple[Any, Any]] = {
    "explode of one value": (called({**QUERY, "explode": False}), called(QUERY)),
    "a media type in capitals": (
        called({"name": "q", "in": "query", "content": {"application/json": {"schema": TEXT}}}),
        called({"name": "q", "in": "query", "content": {"application/JSON; charset=utf-8": {"schema": TEXT}}}),
    ),
    "a scheme in capitals": (secured(type="http", scheme="Bearer"), secured(type="http", scheme="bearer")),
    "a header in capitals": (
        secured(**{"type": "apiKey", "in": "header", "name": "X-Key"}),
        secured(**{"type": "apiKey", "in": "header", "name": "x-key"}),
    ),
    "a host in capitals": (
        called(servers=[{"url": "https://Books.example/v1"}]),
        called(servers=[{"url": "https://books.example/v1/"}]),
    ),
    "a header that says nothing": (
        called(responses={"200": {"description": "OK", "headers": {"Content-Type": {"schema": TEXT}}}}),
        called(),
    ),
}


@pytest.mark.parametrize(("one", "other"), PLACES.values(), ids=PLACES)
def test_the_same_operation_in_another_form(one: Any, other: Any) -> None:
    assert drift(one, other) == drift(other, one) == ()


def test_a_key_in_a_query_is_another_one_in_capitals() -> None:
    one, other = (secured(**{"type": "apiKey", "in": "query", "name": name}) for name in ("key", "KEY"))
    assert "api-security-component-type-changed" in rules(one, other)


def test_alternatives_are_told_by_what_they_admit() -> None:
    wide = {"anyOf": [TEXT, WHOLE, BOOK]}
    narrowed = {"request-body-one-of-constraint-added": "error", "response-body-one-of-constraint-added": "note"}
    assert rules(body({}), body(wide)) == narrowed
    third = rules(body({"anyOf": [BOOK, FILM]}), body({"anyOf": [BOOK, FILM, {**BOOK, "maxProperties": 2}]}))
    assert third == {}  # whatever it admits, another one did
    named = rules(body({"anyOf": [BOOK, FILM]}), body({"anyOf": [BOOK, FILM, TEXT]}))
    assert named == {"request-body-any-of-added": "note", "response-body-any-of-added": "warning"}


def test_an_alternative_without_a_name_is_shown() -> None:
    old, new = {"anyOf": [BOOK, FILM]}, {"anyOf": [BOOK, FILM, {"required": ["x"], "maxProperties": 2, "not": {}}]}
    for each in drift(body(old), body(new)):
        assert "{" not in message(each).replace('{"', "")
        assert each.args["item"]


PAIR = {"type": "array", "prefixItems": [TEXT, {"type": "string", "maxLength": 5}]}
KINDS = {"type": "object", "properties": {"kind": TEXT}, "if": {"required": ["kind"]}, "then": {"required": ["size"]}}


def test_what_a_keyword_applies_is_walked() -> None:
    longer = {"type": "array", "prefixItems": [TEXT, {"type": "string", "maxLength": 9}]}
    assert rules(body(PAIR), body(longer)) == {
        "request-property-max-length-increased": "note",
        "response-property-max-length-increased": "error",
    }
    assert {each.args["subject"] for each in drift(body(PAIR), body(longer))} == {"$[1]"}
    found = drift(body(KINDS), body({**KINDS, "then": {"required": ["shape"]}}))
    assert {each.args["subject"] for each in found} == {"$<then>.size", "$<then>.shape"}


def test_a_name_that_is_required_and_not_described_is_found() -> None:
    found = rules(body(BOOK), body({**BOOK, "required": ["isbn", "shelf"]}))
    assert found == {"request-property-became-required": "error", "response-property-became-required": "note"}


def calling(schema: Any) -> dict[str, Any]:
    sent = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": OK}}
    whole = called(callbacks={"lent": {"{$request.query.url}": sent}})
    return {**whole, "components": {"schemas": SCHEMAS}}


def test_a_callback_is_walked_and_the_server_sends_it() -> None:
    assert drift(calling(to("Either")), calling({"oneOf": [FILM, BOOK]})) == ()
    (wider,) = drift(calling(WHOLE), calling({"type": "number"}))
    assert (wider.rule, RULES[wider.rule].severity) == ("response-body-type-generalized", "error")
    assert wider.operation == "GET /things → lent {$request.query.url} POST"
    again = calling(TEXT)
    again["paths"]["/things"]["get"]["callbacks"]["lent"]["{$request.query.url}"] = {"$ref": "#/paths/~1things"}
    assert drift(again, {**again, "tags": []}) == ()


@pytest.mark.parametrize("value", [1, "x", [], [1], {"a": 1}, None], ids=repr)
def test_malformed_members_are_no_crash(value: Any) -> None:
    for keyword in ("anyOf", "enum", "$ref", "discriminator", "prefixItems", "servers", "tags", "security"):
        found = [
            *drift(body({"anyOf": [{keyword: value}, TEXT, 3]}), body({**TEXT, keyword: value})),
            *drift(body(TEXT), body({keyword: value})),
        ]
        assert all(each.rule in RULES and each.location.path for each in found)
    found = drift(called(), called(tags=value, callbacks={"a": {"b": value}}, servers=[{"url": value}]))
    assert all(each.rule in RULES and each.location.path for each in found)


def test_null_among_alternatives_is_found() -> None:
    found = rules(body({"oneOf": [BOOK, FILM]}), body({"oneOf": [BOOK, FILM, NULL]}))
    assert found == {"request-body-became-nullable": "note", "response-body-became-nullable": "error"}


def test_a_default_that_moves_into_a_union_is_compared() -> None:
    found = rules(body({**TEXT, "default": "a"}), body({"anyOf": [TEXT, {"enum": ["b"]}], "default": "b"}))
    assert found["request-body-default-value-changed"] == "error"


def test_whatever_travels_as_text_may_be_any_text() -> None:
    old, new = called({**QUERY, "schema": WHOLE}), called(QUERY)
    assert rules(old, new) == {"request-parameter-type-generalized": "note"}
    assert rules(new, old) == {"request-parameter-type-specialized": "error"}
    assert rules(body(WHOLE), body(TEXT))["request-body-type-changed"] == "error"


def test_a_bound_that_excludes_its_value_is_one_bound_that_moved() -> None:
    old, new = {"type": "number", "minimum": 1}, {"type": "number", "exclusiveMinimum": 1}
    assert rules(body(old), body(new)) == {"request-body-min-increased": "error", "response-body-min-increased": "note"}
    assert rules(body(new), body(old)) == {"request-body-min-decreased": "note", "response-body-min-decreased": "error"}


def test_a_change_stands_where_it_is_written() -> None:
    old = yaml.dump(body({"type": "string", "minLength": 1, "enum": ["a"], "maxLength": 9}))
    new = yaml.dump(body({"type": "string", "minLength": 1, "enum": ["a", "b"], "maxLength": 8}))
    pages = [canonical(fragment(text, path="page")) for text in (old, new)]
    for each in drift_versions(pages[:1], pages[1:], TODAY):
        shown = "maxLength: 8" if "max-length" in each.rule else "b"
        assert shown in new.splitlines()[each.location.line - 1]


def test_what_no_rule_judges_is_said_in_full() -> None:
    found = drift(body(TEXT), body({**TEXT, "badge": "x"}))
    assert {each.rule for each in found} == {"unjudged-difference"}
    for language in ("en", "zh"):
        assert all("{" not in message(each, language) and "x" in message(each, language) for each in found)


@pytest.mark.parametrize(
    "name", ["version", "info", "text", "extension", "parameter", "servers", "tags", "type-changed"]
)
def test_a_keyword_that_nobody_knows_is_unjudged_whatever_it_is_called(name: str) -> None:
    (request, response) = drift(body({**TEXT, name: ["a"]}), body({**TEXT, name: ["b"]}))
    assert request.rule == response.rule == "unjudged-difference"
    assert request.args["what"] == name


@pytest.mark.parametrize(("kind", "rule"), [("string", "note"), ("integer", "error")])
def test_a_query_parameter_that_may_now_be_repeated(kind: str, rule: str) -> None:
    one = {"name": "tag", "in": "query", "schema": TEXT}
    many = {**one, "schema": {"type": "array", "items": {"type": kind}}}
    (found,) = [each for each in drift(called(one), called(many)) if each.rule.startswith("request-parameter-type")]
    assert RULES[found.rule].severity == rule
    (back,) = [each for each in drift(called(many), called(one)) if each.rule.startswith("request-parameter-type")]
    assert RULES[back.rule].severity == "error"
