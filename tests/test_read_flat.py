"""Mintlify's flattened dialect: each row of its grammar, each kind of loss, and shapes outside the grammar."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diglot.core import yaml
from diglot.core.ir import Loss, Page
from diglot.core.pointer import join, resolve
from diglot.core.tree import Map, Mark, mark_of, plain
from diglot.read import read_bytes
from diglot.read.block import Block, Heading, Recovered, Text
from diglot.read.mintlify import recover

OP = "/paths/~1things/post"
BODY = f"{OP}/requestBody/content/application~1json"
OK = f"{OP}/responses/200/content/application~1json"


def block(text: str, first_line: int = 1) -> Block:
    tree = yaml.load(textwrap.dedent(text), first_line).value
    return Block("yaml", "api.yaml", "post", "/things", False, tree, Mark(first_line, 1))


def page(request: str = "", response: str = "", components: str = "", extra: str = "") -> Recovered:
    """The reading of one endpoint; each argument is YAML of one part of the tree."""
    text = "paths:\n  path: /things\n  method: post\n  deprecated: false\n  type: path\n"
    text += textwrap.indent(textwrap.dedent(extra), "  ")
    text += "  request:\n    security: []\n" + textwrap.indent(textwrap.dedent(request), "    ")
    text += "\n  response:\n" + textwrap.indent(textwrap.dedent(response) or "'200': {}\n", "    ")
    text += "components:\n  schemas:\n" + textwrap.indent(textwrap.dedent(components) or "{}\n", "    ")
    return recover(block(text), Heading(), Page("page.md", text, "en"))


def body(items: str, components: str = "", examples: str = "{}") -> Recovered:
    content = f"body:\n  application/json:\n    examples: {examples}\n    schemaArray:\n"
    return page(content + textwrap.indent(textwrap.dedent(items), "      "), components=components)


def at(found: Recovered, pointer: str) -> Any:
    return plain(resolve(found.document, pointer))


def loss(found: Recovered, pointer: str, code: str) -> Loss:
    (one,) = [item for item in found.losses if (item.pointer, item.code) == (pointer, code)]
    return one


def has(found: Recovered, pointer: str) -> bool:
    try:
        resolve(found.document, pointer)
    except LookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("item", "schema"),
    [
        ("type: boolean\ndefault: true", {"type": "boolean", "default": True}),
        ("type: string\nformat: uuid\nminLength: 1", {"type": "string", "format": "uuid", "minLength": 1}),
        ("type: number\nmaximum: 2", {"type": "number", "maximum": 2}),
        ("type: integer\nminimum: 1\nconst: 3", {"type": "integer", "minimum": 1, "const": 3}),
        ("type: enum<string>\nenum: [a, b]\ndefault: a", {"type": "string", "enum": ["a", "b"], "default": "a"}),
        ("type: enum<integer>\nenum: [1]", {"type": "integer", "enum": [1]}),
        ("type: enum<number>\nenum: [1.5]", {"type": "number", "enum": [1.5]}),
        ("type: file\ncontentEncoding: binary", {"type": "string", "format": "binary"}),
        (
            "type: file\ncontentEncoding: base64\ncontentMediaType: image/png",
            {"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"},
        ),
        ("type: 'null'", {"type": "null"}),
        ("type: any\ntitle: T", {"title": "T"}),
        (
            "type: array\nitems:\n  allOf:\n    - type: string\nminItems: 1",
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ),
        ("type: array\nitems: {}", {"type": "array"}),
        (
            "type: object\nproperties: {a: {allOf: [{type: string, nullable: true}]}}\nrequiredProperties: [a]",
            {"type": "object", "properties": {"a": {"type": "string", "nullable": True}}, "required": ["a"]},
        ),
        (
            "type: object\nproperties: {}\nadditionalProperties:\n  allOf:\n    - {type: integer}",
            {"type": "object", "additionalProperties": {"type": "integer"}},
        ),
        (
            "type: object\nproperties: {}\nadditionalProperties: false",
            {"type": "object", "additionalProperties": False},
        ),
    ],
)
def test_each_type_becomes_a_schema(item: str, schema: dict[str, Any]) -> None:
    found = body("- " + textwrap.indent(item, "  ").lstrip())
    assert at(found, f"{BODY}/schema") == schema
    assert found.findings == ()


def test_members_merged_from_two_places_stay_together() -> None:
    item = "- type: object\n  properties:\n    a:\n      allOf:\n        - {type: string}\n        - {minLength: 2}\n"
    assert at(body(item), f"{BODY}/schema/properties/a") == {"allOf": [{"type": "string"}, {"minLength": 2}]}


def test_texts_of_the_page_head_become_summary_and_description() -> None:
    tree = block("paths: {path: /things, method: POST, type: path}", 9)
    heading = Heading(Text("Make things", Mark(1, 3)), Text("It makes.", Mark(3, 3)))
    found = recover(tree, heading, Page("page.md", "", "en"))
    operation = resolve(found.document, OP)
    assert (operation["summary"], mark_of(operation, "summary")) == ("Make things", Mark(1, 3))
    assert (operation["description"], mark_of(operation, "description")) == ("It makes.", Mark(3, 3))
    assert loss(found, f"{OP}/summary", "title-of-page").certainty == "inferred"
    assert found.strengths[f"{OP}/summary"] == "prose"


def test_a_title_made_of_method_and_path_is_no_summary() -> None:
    tree = block("paths: {path: /things, method: post, type: path}")
    found = recover(tree, Heading(Text("POST /things", Mark(1, 3))), Page("page.md", "", "en"))
    assert not has(found, f"{OP}/summary")
    assert loss(found, f"{OP}/summary", "title-of-page")


def test_what_the_dialect_never_prints_is_lost_and_not_made_up() -> None:
    found = page()
    for pointer, code in {
        "/info": "info",
        "/tags": "tags",
        "/security": "security-level",
        "/components/schemas/*": "component-name",
        "/components/responses": "component-name",
        "/paths/~1things/summary": "path-text",
        "/paths/~1things/parameters": "parameter-level",
        f"{OP}/operationId": "operation-id",
        f"{OP}/tags": "operation-tags",
        f"{OP}/callbacks": "callbacks",
        f"{OP}/x-*": "extension",
        f"{OP}/parameters/-": "parameter-content",
        f"{OP}/responses/200/headers": "response-headers",
        f"{OP}/responses/200/$ref": "component-name",
    }.items():
        assert loss(found, pointer, code).certainty == "lost"
        assert not has(found, pointer)
    assert loss(found, "/openapi", "openapi-version").certainty == "inferred"
    assert found.document["openapi"] == "3.0.1"


def test_servers_lose_only_the_type_of_their_variables() -> None:
    servers = """\
        servers:
          - url: https://{region}.example.com
            description: Main
            variables:
              region:
                type: enum<string>
                enum: [eu, us]
                description: Where
                default: eu
    """
    found = page(extra=servers)
    variable = {"enum": ["eu", "us"], "default": "eu", "description": "Where"}
    server = {"url": "https://{region}.example.com", "description": "Main", "variables": {"region": variable}}
    assert at(found, "/servers") == [server]
    assert mark_of(resolve(found.document, "/servers/0"), "url") == Mark(7, 7)
    assert loss(found, "/servers", "server-level").certainty == "inferred"


SECURITY = """\
    security:
      - title: api key & token
        parameters:
          query: {}
          header:
            X-Key: {type: apiKey, description: A key, x-default: k}
            Authorization: {type: http, scheme: bearer}
          cookie: {}
      - title: OAuth
        parameters: {query: {}, header: {Authorization: {type: oauth2}}, cookie: {}}
      - title: sign in
        parameters: {query: {}, header: {}, cookie: {}}
      - title: ''
        parameters: {query: {}, header: {}, cookie: {}}
"""


def secured(text: str) -> Recovered:
    tree = "paths:\n  path: /things\n  method: post\n  request:\n" + textwrap.indent(textwrap.dedent(text), "    ")
    return recover(block(tree), Heading(), Page("page.md", tree, "en"))


def test_security_schemes_are_rebuilt_from_what_they_send() -> None:
    found = secured(SECURITY)
    assert at(found, f"{OP}/security") == [{"api_key": [], "token": []}, {"OAuth": []}, {"sign_in": []}, {}]
    assert at(found, "/components/securitySchemes") == {
        "api_key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "A key", "x-default": "k"},
        "token": {"type": "http", "scheme": "bearer"},
        "OAuth": {"type": "oauth2"},
    }
    schemes = "/components/securitySchemes"
    assert loss(found, f"{schemes}/api_key", "scheme-name").certainty == "inferred"
    assert loss(found, f"{schemes}/token/bearerFormat", "bearer-format").certainty == "lost"
    assert loss(found, f"{schemes}/OAuth/flows", "oauth-flows").certainty == "lost"
    assert loss(found, f"{OP}/security/1/OAuth", "oauth-scopes").certainty == "ambiguous"
    assert loss(found, f"{schemes}/sign_in", "scheme-lost").certainty == "lost"
    assert not any(item.pointer == f"{schemes}/token" for item in found.losses)


def test_names_of_schemes_in_two_places_are_paired_by_what_else_is_known() -> None:
    both = "{query: {key: {type: apiKey}}, header: {Authorization: {type: http, scheme: basic}}, cookie: {}}"
    one = "{query: {}, header: {Authorization: {type: http, scheme: basic}}, cookie: {}}"
    apart = f"security:\n  - title: basic & key\n    parameters: {both}\n"
    found = secured(apart + f"  - title: basic\n    parameters: {one}\n")
    assert at(found, "/components/securitySchemes/basic") == {"type": "http", "scheme": "basic"}
    assert not [item for item in found.losses if item.code == "scheme-pairing"]
    assert loss(secured(apart), "/components/securitySchemes/basic", "scheme-pairing").certainty == "ambiguous"


def test_no_security_is_said_for_a_path_but_not_for_a_webhook() -> None:
    text = "paths: {path: made, method: post, type: webhook, request: {security: []}, response: {}}"
    hook = recover(block(text), Heading(), Page("page.md", text, "en"))
    assert at(page(), f"{OP}/security") == []
    assert at(hook, "/webhooks/made/post") == {}
    assert "paths" not in hook.document
    assert hook.operations[0].webhook
    assert loss(hook, "/webhooks/made/post/responses", "responses-empty").certainty == "ambiguous"


def test_parameters_come_by_location_with_their_own_texts() -> None:
    found = page("""\
        parameters:
          path: {id: {schema: [{type: string, required: true, description: The id}]}}
          query:
            tag:
              style: form
              explode: false
              schema:
                - type: array
                  items: {allOf: [{type: string}]}
                  required: false
                  deprecated: true
          header: {X-A: {schema: [{type: number, minimum: 1, exclusiveMinimum: true}]}}
          cookie: {c: {schema: [{type: string, examples: [a, b], example: a}]}}
    """)
    assert at(found, f"{OP}/parameters") == [
        {"name": "id", "in": "path", "required": True, "description": "The id", "schema": {"type": "string"}},
        {
            "name": "tag",
            "in": "query",
            "required": False,
            "deprecated": True,
            "style": "form",
            "explode": False,
            "schema": {"type": "array", "items": {"type": "string"}},
        },
        {"name": "X-A", "in": "header", "schema": {"type": "number", "minimum": 1, "exclusiveMinimum": True}},
        {"name": "c", "in": "cookie", "schema": {"type": "string", "examples": ["a", "b"]}},
    ]
    place = f"{OP}/parameters"
    assert loss(found, place, "parameter-order").certainty == "inferred"
    assert loss(found, f"{place}/0/schema/description", "parameter-text").certainty == "ambiguous"
    assert loss(found, f"{place}/0/schema/pattern", "schema-keyword").certainty == "lost"
    assert loss(found, f"{place}/1/allowReserved", "parameter-serialization").certainty == "lost"
    assert loss(found, f"{place}/2/schema/format", "schema-keyword").certainty == "lost"
    assert loss(found, f"{place}/2/schema/minimum", "bound-form").certainty == "ambiguous"
    assert loss(found, f"{place}/3/example", "parameter-example").certainty == "lost"
    assert loss(found, f"{place}/3/schema/example", "example-overwritten").certainty == "lost"
    assert loss(found, f"{place}/3/schema/$ref", "schema-name").certainty == "lost"


def test_shared_nodes_are_evidence_of_one_component() -> None:
    found = page("""\
        parameters:
          query:
            a: {schema: [{type: array, items: {allOf: [&ref_0 {type: string}]}}]}
            b: {schema: [{type: array, items: {allOf: [*ref_0]}}]}
    """)
    known = loss(found, f"{OP}/parameters/0/schema/$ref", "schema-name")
    assert (known.certainty, known.evidence) == ("inferred", "written with the same nodes as query parameter b")


def test_null_after_one_type_is_nullable_and_more_types_are_a_choice() -> None:
    nullable = body("- {type: string, title: T}\n- {type: 'null', title: T}\n")
    assert at(nullable, f"{BODY}/schema") == {"type": "string", "title": "T", "nullable": True}
    assert loss(nullable, f"{BODY}/schema/nullable", "nullable-form").certainty == "ambiguous"
    choice = body("- {type: string, minLength: 1}\n- {type: integer}\n- {type: 'null', title: N}\n")
    expected = [{"type": "string", "minLength": 1}, {"type": "integer"}, {"type": "null", "title": "N"}]
    assert at(choice, f"{BODY}/schema") == {"anyOf": expected}
    for member in ("anyOf", "oneOf", "type"):
        assert loss(choice, f"{BODY}/schema/{member}", "union-kind").certainty == "ambiguous"


PART = "Base: {type: object, properties: {id: {type: string}}, required: [id]}\n"
WRAPPED = "properties: {id: {allOf: [{type: string}]}}"
WIDE = "properties: {id: {allOf: [{type: string}]}, name: {allOf: [{type: string}]}}"
BASE = "refIdentifier: '#/components/schemas/Base'"


def test_a_name_is_a_reference_where_the_component_prints_the_same() -> None:
    found = body(f"- {{type: object, {WRAPPED}, requiredProperties: [id], {BASE}}}\n", PART)
    assert at(found, f"{BODY}/schema") == {"$ref": "#/components/schemas/Base"}
    assert list(at(found, "/components/schemas")) == ["Base"]


def test_a_name_without_a_component_registers_one() -> None:
    found = body(f"- {{type: object, {WRAPPED}, required: true, {BASE}}}\n")
    assert at(found, f"{BODY}/schema") == {"$ref": "#/components/schemas/Base"}
    assert at(found, "/components/schemas/Base") == {"type": "object", "properties": {"id": {"type": "string"}}}
    assert at(found, f"{OP}/requestBody/required") is True
    assert loss(found, "/components/schemas/Base", "component-from-root").certainty == "inferred"


def test_the_last_name_of_an_all_of_never_overwrites_its_component() -> None:
    found = body(f"- {{type: object, {WIDE}, requiredProperties: [id, name], {BASE}}}\n", PART)
    assert at(found, "/components/schemas/Base/properties") == {"id": {"type": "string"}}
    rest = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    assert at(found, f"{BODY}/schema") == {"allOf": [{"$ref": "#/components/schemas/Base"}, rest]}
    assert loss(found, f"{BODY}/schema/$ref", "outer-name-lost").certainty == "ambiguous"


def test_a_marker_names_the_outer_schema_and_is_cleaned_away() -> None:
    marked = PART + textwrap.dedent("""\
        Pet:
          allOf:
            - $ref: '#/components/schemas/Base'
              isAllOf: '#/components/schemas/Pet'
            - type: object
              properties: {name: {type: string}, isAllOf: {type: boolean}}
              isAllOf: '#/components/schemas/Pet'
          type: object
    """)
    wide = WIDE[:-1] + ", isAllOf: {allOf: [{type: boolean}]}}"
    item = f"- {{type: object, {wide}, requiredProperties: [id], {BASE}}}\n"
    found = body(item, marked)
    assert at(found, f"{BODY}/schema") == {"$ref": "#/components/schemas/Pet"}
    properties = {"name": {"type": "string"}, "isAllOf": {"type": "boolean"}}
    assert at(found, "/components/schemas/Pet") == {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": properties}]
    }
    assert loss(found, f"{BODY}/schema/$ref", "outer-name-lost").evidence.startswith("allOf of Pet is marked")
    assert loss(found, "/components/schemas/Pet/type", "type-injected").certainty == "inferred"


def responses(first: str, second: str) -> str:
    return "".join(
        f"'{code}': {{application/json: {{schemaArray: [{item}], examples: {{}}, description: d}}}}\n"
        for code, item in (("200", first), ("400", second))
    )


def test_sightings_that_differ_stay_where_they_are() -> None:
    name = "properties: {name: {allOf: [{type: string}]}}"
    found = page(response=responses(f"{{type: object, {WRAPPED}, {BASE}}}", f"{{type: object, {name}, {BASE}}}"))
    assert "components" not in found.document
    assert at(found, f"{OK}/schema/properties") == {"id": {"type": "string"}}
    assert loss(found, f"{OK}/schema/allOf", "allof-merged").certainty == "ambiguous"


def test_of_sightings_the_one_that_all_others_extend_is_the_component() -> None:
    found = page(response=responses(f"{{type: object, {WIDE}, {BASE}}}", f"{{type: object, {WRAPPED}, {BASE}}}"))
    assert at(found, "/components/schemas/Base/properties") == {"id": {"type": "string"}}
    rest = {"type": "object", "properties": {"name": {"type": "string"}}}
    assert at(found, f"{OK}/schema") == {"allOf": [{"$ref": "#/components/schemas/Base"}, rest]}


def test_sightings_of_both_sides_of_the_wire_are_united() -> None:
    sent = "{a: {allOf: [{type: string}]}, pw: {allOf: [{type: string, writeOnly: true}]}}"
    given_back = "{a: {allOf: [{type: string}]}, id: {allOf: [{type: string, readOnly: true}]}}"
    item = "{{type: object, properties: {}, requiredProperties: [id], {}}}"
    found = page(
        "body: {application/json: {schemaArray: [" + item.format(sent, BASE) + "], examples: {}}}\n",
        "'200': {application/json: {schemaArray: [" + item.format(given_back, BASE) + "], examples: {}}}\n",
    )
    assert list(at(found, "/components/schemas/Base/properties")) == ["a", "pw", "id"]
    assert at(found, f"{BODY}/schema") == at(found, f"{OK}/schema") == {"$ref": "#/components/schemas/Base"}


def test_a_required_property_that_is_not_shown_is_a_loss_with_its_name() -> None:
    found = body(f"- {{type: object, {WRAPPED}, requiredProperties: [id, created]}}\n")
    assert loss(found, f"{BODY}/schema/properties/created", "property-hidden").certainty == "lost"


def test_responses_without_content() -> None:
    placeholder = "{schemaArray: [{type: any, description: gone}], examples: {}, description: gone}"
    found = page(response=f"'204': {{_mintlify/placeholder: {placeholder}}}\n'205': {{}}\n")
    assert at(found, f"{OP}/responses") == {"204": {"description": "gone"}, "205": {"description": ""}}
    assert loss(found, f"{OP}/responses/205/description", "response-description").certainty == "ambiguous"


def test_a_media_type_without_schema() -> None:
    media = "{schemaArray: [{type: file, contentMediaType: text/plain}], examples: {example: {}}, description: d}"
    found = page(f"body: {{text/plain: {media}}}\n")
    assert at(found, f"{OP}/requestBody") == {"description": "d", "content": {"text/plain": {}}}
    assert loss(found, f"{OP}/requestBody/required", "body-required").certainty == "lost"
    only = body("- type: any\n", examples="{example: {value: {a: 1}}}")
    assert at(only, BODY) == {"example": {"a": 1}}
    assert loss(only, f"{BODY}/schema", "schema-absent").certainty == "ambiguous"


THING = """\
- type: object
  properties:
    id: {allOf: [{type: string, format: uuid}]}
    size: {allOf: [{type: integer, minimum: 1, maximum: 4}]}
    kind: {allOf: [{type: string, enum: [x, y]}]}
    parts: {allOf: [{type: array, items: {$ref: '#/components/schemas/Part'}}]}
    file: {allOf: [{type: string, format: binary}]}
"""
MADE_UP = "{{id: 3c90c3cc-0d44-4b50-8888-8dd25736052a, size: {}, kind: x, parts: [{{ok: true, at: '2023-12-25'}}]}}"
OF_PART = "Part: {allOf: [{properties: {ok: {type: boolean}}}, {properties: {at: {type: string, format: date}}}]}\n"


def test_a_made_up_example_is_dropped_and_an_authored_one_kept() -> None:
    made_up = body(THING, OF_PART, f"{{example: {{value: {MADE_UP.format(2)}}}}}")
    assert not has(made_up, f"{BODY}/example")
    assert loss(made_up, f"{BODY}/example", "example-synthetic").certainty == "inferred"
    authored = body(THING, OF_PART, f"{{example: {{value: {MADE_UP.format(3)}}}}}")
    assert at(authored, f"{BODY}/example/size") == 3
    assert loss(authored, f"{BODY}/examples/example", "example-form").certainty == "ambiguous"
    named = body(THING, OF_PART, "{first: {summary: s, value: {size: 1}}}")
    assert at(named, f"{BODY}/examples") == {"first": {"summary": "s", "value": {"size": 1}}}
    assert loss(named, f"{BODY}/examples/*", "example-external").certainty == "lost"


def test_code_samples_and_deprecation() -> None:
    text = "paths: {path: /things, method: post, deprecated: true, request: {codeSamples: [{lang: c, source: s}]}}"
    found = recover(block(text), Heading(), Page("page.md", text, "en"))
    assert at(found, f"{OP}/x-codeSamples") == [{"lang": "c", "source": "s"}]
    assert at(found, f"{OP}/deprecated") is True
    assert loss(found, f"{OP}/x-codeSamples/0/*", "code-sample-keys").certainty == "lost"
    assert not has(page(), f"{OP}/deprecated")


def test_marks_are_those_of_the_page() -> None:
    text = """\
        paths:
          path: /things
          method: post
          request:
            parameters:
              query:
                q:
                  schema:
                    - type: enum<string>
                      enum: [a]
                      description: Which
    """
    found = recover(block(text, 31), Heading(), Page("page.md", text, "en"))
    parameter = resolve(found.document, f"{OP}/parameters/0")
    assert mark_of(parameter, "name") == Mark(37, 9)
    assert mark_of(parameter, "description") == Mark(41, 15)
    assert mark_of(parameter["schema"], "type") == Mark(39, 15)
    assert mark_of(parameter["schema"], "enum") == Mark(40, 15)


@pytest.mark.parametrize(
    "text",
    [
        "paths: []",
        "paths: {path: [1], method: {}, request: 3, response: [x], servers: {a: 1}}",
        "paths: {request: {parameters: {path: [a], query: {q: 1, r: {schema: {}}, s: {schema: [1]}}}}}",
        "paths: {request: {security: [1, {title: 3, parameters: []}], body: {a: 1, b: {schemaArray: 2}}}}",
        "paths: {request: {body: {a: {schemaArray: [{type: [x]}, {type: what}], examples: {example: 3}}}}}",
        "paths: {response: {'200': {a: {schemaArray: [{type: object, properties: 3, items: [], required: x}]}}}}",
        "paths: {}\ncomponents: {schemas: [1]}",
        "paths: {}\ncomponents: {schemas: {A: 3, B: {allOf: 3, oneOf: [1], properties: []}}}",
        "[]",
    ],
)
def test_other_shapes_are_findings(text: str) -> None:
    found = recover(block(text), Heading(), Page("page.md", text, "en"))
    assert "flat-shape-unexpected" in {finding.rule for finding in found.findings}
    assert {finding.rule for finding in found.findings} <= {"flat-shape-unexpected", "page-block-invalid"}
    assert all(finding.location.path == "page.md" for finding in found.findings)
    assert found.operations[0].path == "/things"


def test_without_method_and_path_there_is_no_operation() -> None:
    tree = block("paths: {type: path}")
    bare = Block("yaml", None, None, None, False, tree.tree, tree.mark)
    found = recover(bare, Heading(), Page("page.md", "", "en"))
    assert found.operations == ()
    assert "paths" not in found.document
    assert found.findings


_WORDS = st.sampled_from(
    [
        *("type", "object", "string", "any", "null", "file", "array", "enum<string>", "properties", "allOf", "oneOf"),
        *("items", "$ref", "refIdentifier", "nullable", "#/components/schemas/A", "isAllOf", "schemaArray", "examples"),
        *("example", "value", "required", "requiredProperties", "description", "deprecated", "enum", "minimum"),
    ]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)
_ITEMS = st.lists(st.dictionaries(_WORDS, _VALUES, max_size=5) | _VALUES, max_size=3)


@settings(max_examples=150, deadline=None)
@given(_ITEMS, _ITEMS, _VALUES, _VALUES)
def test_no_tree_is_refused(first: Any, second: Any, component: Any, example: Any) -> None:
    media = {"application/json": {"schemaArray": first, "examples": {"example": {"value": example}}}}
    tree = {
        "paths": {
            "request": {"body": media, "parameters": {"query": {"q": {"schema": second}}}},
            "response": {"200": {"application/json": {"schemaArray": second}}},
        },
        "components": {"schemas": {"A": component}},
    }
    found = recover(block(yaml.dump(tree)), Heading(), Page("page.md", "", "en"))
    assert isinstance(found.document, Map)
    assert all(isinstance(item.pointer, str) for item in found.losses)


PAGES = Path(__file__).parents[1] / "specs" / "pages"


def test_the_flat_pages_of_this_project() -> None:
    name = "zh/list-documents.md"
    (found,) = read_bytes(name, (PAGES / name).read_bytes())
    assert (found.dialect, found.findings) == ("flat", ())
    operation = resolve(found.document, "/paths/~1datasets~1{dataset_id}~1documents/get")
    media = operation["responses"]["200"]["content"]["application/json"]
    assert plain(media) == {"schema": {"$ref": "#/components/schemas/DocumentListResponse"}}
    assert list(found.document["components"]["schemas"]) == ["Document", "DocumentListResponse"]
    assert mark_of(media["schema"], "$ref") == Mark(84, 13)
    name = "en/update-document-status.md"
    (found,) = read_bytes(name, (PAGES / name).read_bytes())
    assert (found.dialect, found.findings) == ("flat", ())
    assert plain(found.document["components"]).keys() == {"securitySchemes"}
    assert Loss("/components/securitySchemes/ApiKeyAuth/bearerFormat", "bearer-format", "lost") in found.losses


def test_aliases_that_unfold_to_very_much_are_read_at_once() -> None:
    levels = ["&l0 {type: string}"]
    levels += [f"&l{i} {{oneOf: [*l{i - 1}, *l{i - 1}]}}" for i in range(1, 18)]
    schemas = "".join(f"L{i}: {level}\n" for i, level in enumerate(levels))
    found = body("- {type: object, properties: {}, refIdentifier: '#/components/schemas/L17'}\n", schemas)
    assert has(found, join("/components/schemas", "L17"))
