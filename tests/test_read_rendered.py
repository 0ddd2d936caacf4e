"""The rendered-text dialect: what a reader sees of an endpoint page, and nothing that the page does not show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diglot.core.ir import Loss, Operation, Page
from diglot.core.pointer import join, resolve, split
from diglot.core.tree import Map, Mark, mark_of, plain, walk
from diglot.read.block import Recovered
from diglot.read.rendered import recover

ROOT = Path(__file__).parent.parent
SEED = ROOT / "specs" / "pages" / "en" / "list-documents.md"
REAL = ROOT.parent / "shared" / "pages" / "real" / "kalshi_text"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the shared sample pages are not beside this checkout")

BARE = """GET
/
things
/
{thing_id}
Path Parameters
thing_id
string<uuid>
required

The thing.
"""

MARKDOWN = """# Make a card

POST /api/v2/cards/
reveal\\_token

Try it

Make a card

```
curl --request POST \\
  --url https://api.example.com/base/api/v2/cards/reveal_token \\
  --header 'X-API-Key: <api-key>' \\
  --data '
{
  "card_id": "m-1",
  "extra": {"a": 1.5}
}
'
```

```
{
  "token": "abc"
}
```

#### Authorizations

[](#authorization-x-api-key)

X-API-Key

string

query

required

Private key

#### Body

application/json

[](#body-card-id)

card\\_id

string

required

Which card

Required string length: `1 - 64`

[

](https://docs.example.com/z#body-tags)

tags

enum\\<string\\>\\[\\]

deprecated

Maximum length: `20`

Available options: a,
b

#### Response

201 - application/json

A short-lived token

[](#response-token)

token

string

required

[Back](/a)[On](/b)

⌘I
"""

CHINESE = """创建图片
POST
/
v1
/
images

试一试
curl --request POST \\
  --url https://api.example.cn/v1/images \\
  --header 'Authorization: Bearer <token>'
200
{
  "data": {"urls": ["https://a.example"]},
  "n": 7
}
授权

授权
stringheader必填
HTTP 鉴权

请求体
application/json

model
enum<string>必填
模型名称

可用选项: image-01, image-02
response_format
enum<string>默认值:url
返回形式，默认为 url。
⚠️ 有效期为 24 小时

可用选项：
url,
base64

n
integer默认值:1
数量

必填范围: 1 <= x <= 9

响应
200 - application/json

data
object
Hide child attributes


data.urls
string[]
链接
"""


def read(text: str, path: str = "page.md") -> Recovered:
    found = recover(Page(path, text, "en"))
    assert found is not None
    return found


def operation_of(found: Recovered) -> Map:
    one = found.operations[0]
    operation = found.document["paths"][one.path][one.method]
    assert isinstance(operation, Map)
    return operation


def field(lines: str, section: str = "Query Parameters") -> tuple[Map, Recovered]:
    """The first parameter of a page whose only section holds these lines."""
    found = read(f"GET\n/\nthings\n\n{section}\n\n{lines}")
    return operation_of(found)["parameters"][0], found


def losses(found: Recovered, code: str) -> list[Loss]:
    return [loss for loss in found.losses if loss.code == code]


def test_the_smallest_page_is_read() -> None:
    found = read(BARE)
    assert found.operations == (Operation("get", "/things/{thing_id}"),)
    assert plain(operation_of(found)["parameters"]) == [
        {
            "name": "thing_id",
            "in": "path",
            "description": "The thing.",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
    ]
    assert found.document["openapi"] == "3.0.1"
    assert "info" not in found.document
    assert "servers" not in found.document


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Guide\n\nCall `GET /users` to list users.\n\nGET /users\n\nand so on.",
        "## Users\n\n```http\nGET /users\n```\n\n#### Query Parameters\n\n| name | type |\n|---|---|\n| page | int |\n",
        "GET\n\nis a method.\n\nResponse\n\nstring\nstring\n",
        "Response\n\nid\nstring\n",
        "openapi: 3.0.1\npaths: {}\n",
    ],
)
def test_other_texts_are_not_claimed(text: str) -> None:
    assert recover(Page("page.md", text, "en")) is None


@pytest.mark.parametrize(
    ("word", "schema"),
    [
        ("string", {"type": "string"}),
        ("string<uuid>", {"type": "string", "format": "uuid"}),
        ("integer<int64>", {"type": "integer", "format": "int64"}),
        ("enum<string>", {"type": "string"}),
        ("object[]", {"type": "array", "items": {"type": "object"}}),
        ("string<uuid>[]", {"type": "array", "items": {"type": "string", "format": "uuid"}}),
        ("integer[][]", {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        ("array", {"type": "array"}),
        ("file", {"type": "string", "format": "binary"}),
        ("any", {}),
        ("string | null", {"type": "string", "nullable": True}),
        ("string<date-time> | null", {"type": "string", "format": "date-time", "nullable": True}),
        ("string | integer", {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ("Text · object | File · object", {"anyOf": [{"type": "object"}, {"type": "object"}]}),
        ("(string | integer)[]", {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ("enum\\<string\\>\\[\\]", {"type": "array", "items": {"type": "string"}}),
        ("enum&lt;string&gt;", {"type": "string"}),
    ],
)
def test_type_words(word: str, schema: dict[str, object]) -> None:
    parameter, found = field(f"one\n{word}\n\nText.\n")
    assert plain(parameter["schema"]) == schema
    assert parameter["description"] == "Text."
    assert bool(losses(found, "union-kind")) == ("anyOf" in str(schema))


@pytest.mark.parametrize(
    ("kind", "line", "members"),
    [
        ("integer", "Required range: 1 <= x <= 100", {"minimum": 1, "maximum": 100}),
        ("integer", "Required range: `x >= 1`", {"minimum": 1}),
        ("number", "Required range: x < 2.5", {"maximum": 2.5, "exclusiveMaximum": True}),
        ("number", "Required range: 0 < x <= 1", {"minimum": 0, "exclusiveMinimum": True, "maximum": 1}),
        ("integer", "Required range: 5 <= x", {"minimum": 5}),
        ("integer", "必填范围：-3 <= x <= 9", {"minimum": -3, "maximum": 9}),
        ("string", "Minimum length: 1", {"minLength": 1}),
        ("string", "Maximum string length: `9`", {"maxLength": 9}),
        ("string", "Required string length: `1 - 64`", {"minLength": 1, "maxLength": 64}),
        ("string", "所需字符串长度: `1 - 200`", {"minLength": 1, "maxLength": 200}),
        ("string[]", "Maximum length: `20`", {"maxItems": 20}),
        ("string[]", "Required array length: `1 - 100` elements", {"minItems": 1, "maxItems": 100}),
        ("string", "Pattern: ^\\d+\\.[a-z]$", {"pattern": "^\\d+\\.[a-z]$"}),
        ("integer", "Must be a multiple of: `5`", {"multipleOf": 5}),
        ("string", 'Allowed value: `"x"`', {"enum": ["x"]}),
        ("string", 'Example: "a b"', {"example": "a b"}),
        ("string", "Example:\n\n2024", {"example": "2024"}),
        ("integer", "Example:\n\n`10`", {"example": 10}),
        ("string[]", 'Example:\n\n["a"]', {"example": ["a"]}),
        ("enum<integer>", "Available options: 1, 2", {"enum": [1, 2]}),
        ("enum<string>", "Available options:\n\n`unopened`,\n\n`open`", {"enum": ["unopened", "open"]}),
        ("enum<string>", "利用可能なオプション:\na,\nb", {"enum": ["a", "b"]}),
    ],
)
def test_labelled_lines(kind: str, line: str, members: dict[str, object]) -> None:
    parameter, _ = field(f"one\n{kind}\n\nText.\n\n{line}\n")
    holder = parameter["schema"]
    assert {key: holder.get(key) for key in members} == members
    assert all(type(holder[key]) is type(value) for key, value in members.items() if not isinstance(value, list))
    assert parameter["description"] == "Text."


def test_prose_that_begins_with_a_label_stays_prose() -> None:
    parameter, _ = field("one\ninteger\n\nPattern: as you like.\nExample: see the guide.\nRequired range: positive.\n")
    assert plain(parameter["schema"]) == {"type": "integer"}
    assert parameter["description"].count("\n") == 2


def test_numbers_in_prose_are_not_limits() -> None:
    parameter, _ = field("limit\ninteger\ndefault:20\n\nServer caps at 100. Defaults to 20.\n")
    assert plain(parameter["schema"]) == {"type": "integer", "default": 20}


@pytest.mark.parametrize(
    ("kind", "shown", "value"),
    [
        ("integer", "20", 20),
        ("number", "0.5", 0.5),
        ("boolean", "true", True),
        ("string", "20", "20"),
        ("string", '"a"', "a"),
        ("enum<string>", "asc", "asc"),
        ("string[]", '["a"]', ["a"]),
        ("string | null", "null", "null"),
    ],
)
def test_a_default_has_the_type_of_its_schema(kind: str, shown: str, value: object) -> None:
    parameter, _ = field(f"one\n{kind}\ndefault:{shown}\n\nText.\n")
    assert parameter["schema"]["default"] == value
    assert type(parameter["schema"]["default"]) is type(value) or isinstance(value, list)


def test_a_default_that_is_no_value_of_its_type_is_a_loss() -> None:
    parameter, found = field("one\ninteger\ndefault:many\n\nText.\n")
    assert "default" not in parameter["schema"]
    assert [(loss.pointer[-15:], loss.certainty, loss.evidence) for loss in losses(found, "value-unreadable")] == [
        ("/schema/default", "ambiguous", "many")
    ]


@pytest.mark.parametrize(
    "badges", ["requireddeprecated", "\nrequired\ndeprecated", "\n必填\n已弃用", " required deprecated"]
)
def test_badges_glued_and_apart(badges: str) -> None:
    parameter, _ = field(f"one\ninteger{badges}\n\nText.\n")
    assert plain(parameter) == {
        "name": "one",
        "in": "query",
        "description": "Text.",
        "required": True,
        "deprecated": True,
        "schema": {"type": "integer"},
    }


def test_a_glued_default_gives_its_badge_back() -> None:
    parameter, _ = field("one\nintegerdefault:20required\nText.\n")
    assert parameter["required"] is True
    assert parameter["schema"]["default"] == 20


def test_a_description_keeps_its_paragraphs_and_marks() -> None:
    parameter, _ = field("one\ninteger\n\nFirst line.\nSecond line.\n\nOther paragraph.\n")
    assert parameter["description"] == "First line.\nSecond line.\n\nOther paragraph."
    assert parameter.marks["description"] == Mark(10, 1)


def test_the_markdown_form() -> None:
    found = read(MARKDOWN)
    assert found.operations == (Operation("post", "/api/v2/cards/reveal_token"),)
    assert plain(found.document["servers"]) == [{"url": "https://api.example.com/base"}]
    operation = operation_of(found)
    assert operation["summary"] == "Make a card"
    assert "description" not in operation
    media = operation["requestBody"]["content"]["application/json"]
    assert plain(media["schema"]["properties"]["card_id"]) == {
        "type": "string",
        "description": "Which card",
        "minLength": 1,
        "maxLength": 64,
    }
    assert plain(media["schema"]["properties"]["tags"]) == {
        "type": "array",
        "items": {"type": "string", "enum": ["a", "b"]},
        "deprecated": True,
        "maxItems": 20,
    }
    assert media["schema"]["required"] == ["card_id"]
    assert plain(media["example"]) == {"card_id": "m-1", "extra": {"a": 1.5}}
    assert media["example"].marks["card_id"] == Mark(16, 3)
    assert list(operation["responses"]) == ["201"]
    response = operation["responses"]["201"]
    assert response["description"] == "A short-lived token"
    assert plain(response["content"]["application/json"]["schema"]) == {
        "type": "object",
        "required": ["token"],
        "properties": {"token": {"type": "string"}},
    }
    assert plain(found.document["components"]["securitySchemes"]) == {
        "X-API-Key": {"type": "apiKey", "in": "query", "name": "X-API-Key", "description": "Private key"}
    }
    assert not losses(found, "title")


def test_the_chinese_form() -> None:
    found = read(CHINESE)
    operation = operation_of(found)
    assert (operation["summary"], operation["security"]) == ("创建图片", [{"Authorization": []}])
    assert plain(found.document["components"]["securitySchemes"]["Authorization"]) == {
        "type": "http",
        "scheme": "bearer",
        "description": "HTTP 鉴权",
    }
    assert plain(operation["requestBody"]["content"]["application/json"]["schema"]) == {
        "type": "object",
        "required": ["model"],
        "properties": {
            "model": {"type": "string", "description": "模型名称", "enum": ["image-01", "image-02"]},
            "response_format": {
                "type": "string",
                "description": "返回形式，默认为 url。\n⚠️ 有效期为 24 小时",
                "enum": ["url", "base64"],
                "default": "url",
            },
            "n": {"type": "integer", "description": "数量", "minimum": 1, "maximum": 9, "default": 1},
        },
    }
    media = operation["responses"]["200"]["content"]["application/json"]
    assert plain(media["schema"]["properties"]) == {
        "data": {
            "type": "object",
            "properties": {"urls": {"type": "array", "items": {"type": "string"}, "description": "链接"}},
        },
        "n": {"type": "integer", "x-diglot-strength": "sampled"},
    }
    assert [loss.evidence for loss in losses(found, "security-scheme-header")] == ["授权"]


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ({"Authorizations": "授权", "Path Parameters": "路径参数"}, "zh"),
        ({"Authorizations": "認証", "Path Parameters": "パスパラメータ"}, "ja"),
        ({"Authorizations": "#### Authorizations", "Path Parameters": "## Path Parameters"}, "signed"),
    ],
)
def test_section_names(names: dict[str, str], kind: str) -> None:
    text = "GET\n/\n{a}\n\nAuthorizations\n\nX-Key\nstring\nheader\n\nPath Parameters\n\na\nstring\n\nText\n"
    for english, other in names.items():
        text = text.replace(english, other)
    found = read(text)
    assert [parameter["name"] for parameter in operation_of(found)["parameters"]] == ["a"]
    assert list(found.document["components"]["securitySchemes"]) == ["X-Key"]


def test_every_place_of_a_parameter() -> None:
    sections = ("Headers", "Path Parameters", "Query Parameters", "Cookie Parameters")
    text = "GET\n/\n{p}\n\n" + "".join(f"{name}\n\np\nstring\n\nText.\n\n" for name in sections)
    places = [parameter["in"] for parameter in operation_of(read(text))["parameters"]]
    assert places == ["header", "path", "query", "cookie"]


def test_nested_fields_stand_below_their_parents() -> None:
    found = read(
        "GET\n/\nthings\n\nResponse\n\n200 - application/json\n\n"
        "data\nobject\nHide child attributes\n\ndata.items\nobject[]\nrequired\nHide child attributes\n\n"
        "data.items.id\nstring\nrequired\n\ndata.items.file\nfile\n\nother.name\nstring\n"
    )
    schema = operation_of(found)["responses"]["200"]["content"]["application/json"]["schema"]
    assert plain(schema) == {
        "type": "object",
        "properties": {
            "data": {
                "type": "object",
                "required": ["items"],
                "properties": {
                    "items": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["id"],
                            "properties": {"id": {"type": "string"}, "file": {"type": "string", "format": "binary"}},
                        },
                    }
                },
            },
            "other.name": {"type": "string"},
        },
    }


def test_unnamed_children_of_an_open_fold_are_guessed_by_order_and_said_so() -> None:
    found = read("GET\n/\nthings\n\nResponse\n\nend\nobject\nHide child attributes\n\nat\ninteger\n\nText.\n")
    schema = operation_of(found)["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(schema["properties"]) == ["end"]
    assert schema["properties"]["end"]["properties"]["at"]["type"] == "integer"
    assert [(loss.certainty, loss.evidence) for loss in losses(found, "nesting")] == [("inferred", "at")]


def test_a_root_type_without_fields() -> None:
    found = read(
        "GET\n/\nthings\n\nResponse\n\n200 - application/json\n\nThings.\n\nThe response is of type `object[]`.\n"
    )
    response = operation_of(found)["responses"]["200"]
    assert response["description"] == "Things."
    schema = response["content"]["application/json"]["schema"]
    assert plain(schema) == {"type": "array", "items": {"type": "object"}}
    assert losses(found, "fields-not-shown")[0].pointer.endswith("/schema/items")


def test_authorization_without_the_word_bearer_is_an_api_key() -> None:
    found = read(
        "GET\n/\na\n\nAuthorizations\n\nAuthorization\nstring\nheader\nrequired\n\nYour key.\n\nResponse\n\n200\n"
    )
    assert plain(found.document["components"]["securitySchemes"]["Authorization"]) == {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Your key.",
    }
    assert [loss.certainty for loss in losses(found, "security-scheme-type")] == ["ambiguous"]
    assert losses(found, "security-scheme-name")[0].pointer == "/components/securitySchemes/Authorization"


def test_tabs_that_are_not_open_are_losses() -> None:
    found = read('GET\n/\na\n\n200\n\n404\n\n{"a": 1}\n\nResponse\n\napplication/json\n\nFine.\n\na\ninteger\n')
    assert list(operation_of(found)["responses"]) == ["200"]
    assert [loss.pointer for loss in losses(found, "response-not-shown")] == [
        join("/paths", "/a", "get", "responses", "404")
    ]


def test_a_section_whose_fields_the_copy_lost_is_a_loss() -> None:
    found = read("GET\n/\na\n\n#### Query Parameters\n\nWhat to find.\n\n#### Response\n\n200\n")
    assert [(loss.evidence, loss.mark) for loss in losses(found, "fields-lost")] == [("What to find.", Mark(5, 6))]


def test_an_undeclared_part_of_the_path_is_a_loss() -> None:
    found = read("GET\n/\na\n/\n{b}\n\nResponse\n\n200\n")
    assert "parameters" not in operation_of(found)
    assert [loss.evidence for loss in losses(found, "path-parameter-not-shown")] == ["b"]


def test_a_second_operation_is_never_silent() -> None:
    found = read(BARE.replace("Path Parameters", "POST\n/\nothers\nPath Parameters"))
    assert [loss.evidence for loss in losses(found, "operation-not-read")] == ["POST /others"]


def test_the_caption_of_the_panel_stands_in_for_a_lost_title() -> None:
    found = read("GET\n\n/\n\na\n\nList all\n\ncURL\n\n```\ncurl https://h.example/a\n```\n\n#### Response\n\n200\n")
    assert operation_of(found)["summary"] == "List all"
    assert "description" not in operation_of(found)
    assert [(loss.certainty, loss.mark) for loss in losses(found, "title")] == [("inferred", Mark(7, 1))]


def test_what_follows_the_question_below_a_page_is_not_read() -> None:
    found = read(BARE + "\nWas this page helpful?\n\nYesNo\n\nOther page\n")
    assert operation_of(found)["parameters"][0]["description"] == "The thing."


# --- samples


def sampled(text: str, tail: str = "Response\n\nFine.\n") -> tuple[Map, Recovered]:
    found = read(f"GET\n/\na\n\n```\n{text}\n```\n\n{tail}")
    return operation_of(found)["responses"]["200"]["content"]["application/json"], found


def test_a_sample_gives_types_and_nothing_else() -> None:
    media, found = sampled(
        '{"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "n": 1, "x": [1, 2.5], "z": null, "e": [], "b": true}'
    )
    mark = {"x-diglot-strength": "sampled"}
    assert plain(media["schema"]) == {
        "type": "object",
        "properties": {
            "id": {"type": "string", **mark},
            "n": {"type": "integer", **mark},
            "x": {"type": "array", "items": {"type": "number", **mark}, **mark},
            "z": mark,
            "e": {"type": "array", **mark},
            "b": {"type": "boolean", **mark},
        },
        **mark,
    }
    base = join("/paths", "/a", "get", "responses", "200", "content", "application/json")
    assert [loss.pointer for loss in losses(found, "sample-null")] == [base + "/schema/properties/z"]
    assert [loss.pointer for loss in losses(found, "sample-empty-array")] == [base + "/schema/properties/e/items"]
    assert found.strengths[base + "/example"] == "sampled"
    assert not found.findings


def test_items_of_a_sample_are_united_and_conflicts_are_losses() -> None:
    media, found = sampled('[{"a": 1}, {"a": "x", "b": null}, {"b": 2}]')
    items = media["schema"]["items"]
    assert "type" not in items["properties"]["a"]
    assert items["properties"]["b"]["type"] == "integer"
    assert [loss.evidence for loss in losses(found, "sample-types-differ")] == ["integer, string"]
    assert "required" not in items


def test_a_sample_never_overrules_what_is_declared() -> None:
    media, found = sampled('{"a": "x", "b": 1}', "Response\n\na\ninteger\n\nText.\n")
    assert media["schema"]["properties"]["a"]["type"] == "integer"
    assert [loss.pointer[-2:] for loss in losses(found, "sample-contradicts")] == ["/a"]
    assert media["schema"]["properties"]["b"]["x-diglot-strength"] == "sampled"


def test_an_array_of_items_whose_fields_are_shown() -> None:
    media, found = sampled('[{"id": 7}]', "Response\n\nid\ninteger\nrequired\n")
    assert plain(media["schema"]) == {
        "type": "array",
        "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
    }
    assert [loss.certainty for loss in losses(found, "root-type")] == ["inferred"]


def test_a_synthetic_sample_is_no_example() -> None:
    media, found = sampled('{"a": "<string>", "b": 123, "c": "<any>"}')
    assert "example" not in media
    assert plain(media["schema"]["properties"]["c"]) == {"x-diglot-strength": "sampled"}
    assert len(losses(found, "example-synthetic")) == 1


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ('{\n  "a": 1,\n}', {"a": "integer"}),
        ('{\n  "a": ,\n  "b": true\n}', {"b": "boolean"}),
        ('{"a": 1, "b": {"c": "x"', {"a": "integer", "b": "object"}),
        (
            '{\n  "l": [\n    {\n      "t": "x",\n        }\n      ],\n    }\n  ],\n  "z": 2\n}',
            {"l": "array", "z": "integer"},
        ),
        ('{"a": 1 // one\n, "b": ...}', {"a": "integer"}),
    ],
)
def test_what_is_readable_of_a_broken_sample_counts(text: str, schema: dict[str, str]) -> None:
    media, found = sampled(text)
    assert {name: one["type"] for name, one in media["schema"]["properties"].items()} == schema
    assert "example" not in media
    assert [(finding.rule, finding.location.line) for finding in found.findings] == [("page-sample-broken", 6)]


# --- the seed


def test_the_seed_parameters_and_texts() -> None:
    found = read(SEED.read_text(encoding="utf-8"), "en/list-documents.md")
    assert found.operations == (Operation("get", "/datasets/{dataset_id}/documents"),)
    operation = operation_of(found)
    assert "summary" not in operation
    assert "description" not in operation
    assert [(p["name"], p["in"], p.get("required"), plain(p["schema"])) for p in operation["parameters"]] == [
        ("dataset_id", "path", True, {"type": "string", "format": "uuid"}),
        ("page", "query", None, {"type": "integer", "default": 1}),
        ("limit", "query", None, {"type": "integer", "default": 20}),
        ("keyword", "query", None, {"type": "string"}),
        (
            "status",
            "query",
            None,
            {
                "type": "string",
                "enum": ["queuing", "indexing", "paused", "error", "available", "disabled", "archived"],
            },
        ),
    ]
    assert operation["parameters"][2]["description"] == "Number of items per page. Server caps at 100."
    scheme = found.document["components"]["securitySchemes"]["Authorization"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert not found.findings


def test_the_seed_response_and_sample() -> None:
    found = read(SEED.read_text(encoding="utf-8"))
    response = operation_of(found)["responses"]["200"]
    assert response["description"] == "List of documents."
    media = response["content"]["application/json"]
    properties = media["schema"]["properties"]
    assert list(properties) == ["data", "has_more", "limit", "total", "page"]
    items = properties["data"]["items"]
    assert items["type"] == "object"
    assert len(items["properties"]) == 24
    assert all(one["x-diglot-strength"] == "sampled" for one in items["properties"].values())
    assert {name for name, one in items["properties"].items() if "type" not in one} == {
        "error",
        "disabled_at",
        "disabled_by",
        "summary_index_status",
    }
    assert plain(media["example"])["data"][0]["tokens"] == 512
    base = join("/paths", "/datasets/{dataset_id}/documents", "get", "responses", "200", "content", "application/json")
    data = base + "/schema/properties/data"
    assert found.strengths[data + "/items/properties/position"] == "sampled"
    assert data not in found.strengths
    assert [loss.pointer for loss in losses(found, "fields-not-shown")] == [data + "/items"]


def test_the_seed_losses() -> None:
    found = read(SEED.read_text(encoding="utf-8"))
    operation = join("/paths", "/datasets/{dataset_id}/documents", "get")
    pairs = {(loss.pointer, loss.code, loss.certainty) for loss in found.losses}
    assert {
        (operation + "/summary", "title", "lost"),
        (operation + "/operationId", "operation-id", "lost"),
        (operation + "/tags", "operation-tags", "lost"),
        (operation + "/responses/200", "status", "inferred"),
        ("/components/securitySchemes/Authorization/type", "security-scheme-type", "inferred"),
        ("/components/securitySchemes/Authorization", "security-scheme-name", "lost"),
        ("/components/schemas", "schema-names", "lost"),
        ("/info", "info", "lost"),
    } <= pairs
    templated = losses(found, "server-url-templated")
    assert [(loss.pointer, loss.certainty, loss.mark) for loss in templated] == [("/servers", "ambiguous", Mark(10, 1))]
    assert templated[0].evidence == "A valid request URL is required to generate request examples"


def test_every_mark_of_the_seed_points_at_its_text() -> None:
    text = SEED.read_text(encoding="utf-8")
    rows = text.split("\n")
    found = read(text)
    operation = operation_of(found)

    def at(container: object, key: str | int) -> str:
        mark = mark_of(container, key)
        assert mark is not None
        return rows[mark.line - 1][mark.column - 1 :]

    assert at(found.document["paths"]["/datasets/{dataset_id}/documents"], "get") == "GET"
    parameters = {p["name"]: (index, p) for index, p in enumerate(operation["parameters"])}
    for name, (index, parameter) in parameters.items():
        assert at(operation["parameters"], index) == name
        assert at(parameter, "description") == parameter["description"]
    schema = parameters["dataset_id"][1]["schema"]
    assert (at(schema, "type"), at(schema, "format")) == ("string<uuid>", "uuid>")
    assert at(parameters["dataset_id"][1], "required") == "required"
    assert at(parameters["limit"][1]["schema"], "default") == "default:20"
    status = parameters["status"][1]["schema"]
    assert [at(status["enum"], index).rstrip(",") for index in range(7)] == status["enum"]
    media = operation["responses"]["200"]["content"]["application/json"]
    item = media["schema"]["properties"]["data"]["items"]["properties"]
    assert at(item, "need_summary") == '"need_summary": false'
    assert at(media["example"]["data"][0], "tokens") == '"tokens": 512,'
    assert at(media["schema"]["properties"], "page") == "page"
    unmarked = {pointer for pointer, _, mark in walk(found.document) if mark is None}
    assert unmarked == {"", "/openapi"}


def test_a_slice_of_a_file_keeps_the_lines_of_the_file() -> None:
    found = recover(Page("all.txt", BARE, "en", first_line=101))
    assert found is not None
    assert operation_of(found)["parameters"].marks == [Mark(107, 1)]


# --- hostile input

PIECES = [
    *(
        "GET",
        "POST",
        "/",
        "a",
        "{id}",
        "{",
        "}",
        "[",
        "]",
        "```",
        '{"a":',
        '"b": [',
        "1,",
        "curl -X POST \\",
        "'",
        "--data '{",
    ),
    *(
        "Response",
        "#### Body",
        "Authorizations",
        "200",
        "application/json",
        "string",
        "object[]",
        "required",
        "default:",
    ),
    *("Available options:", "a,", "Example:", "data.id", "data", "Hide child attributes", "Option 1", "授权", "必填"),
    *(
        "Required range: 1 <= x",
        "\\",
        "[](#x)",
        "](#x)",
        "",
        "",
        "The body is of type `object[]`.",
        "string | null",
        "\u2028",
    ),
]


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_raises(text: str) -> None:
    alone = recover(Page("page.md", text, "en"))
    assert alone is None or alone.operations
    below = recover(Page("page.md", BARE + text, "en"))
    assert below is None or below.operations


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=60))
@settings(max_examples=400, deadline=None)
def test_no_sequence_of_the_dialects_own_words_raises(pieces: list[str]) -> None:
    found = recover(Page("page.md", "GET\n/\na\n" + "\n".join(pieces) + "\nResponse\n" + "\n".join(pieces), "en"))
    if found is None:  # a fence of the text holds every section
        return
    for pointer in found.strengths:
        resolve(found.document, pointer)
    for loss in found.losses:
        assert split(loss.pointer)


@pytest.mark.parametrize(
    "unit",
    [
        "{\n",
        "[",
        '{"a":',
        "GET\n/\n",
        "```\n",
        '"\\',
        "a\nstring\n",
        "a.b.",
        "1,\n",
        "string | ",
        "'",
        "[](#x)\n[\n",
        "a · ",
        "{}\n",
    ],
)
def test_long_repetitions_are_read(unit: str) -> None:
    size = 15_000
    for lead in ("", BARE + "Response\n\n", BARE + "Available options:\n", BARE + "```\n{", BARE + "curl -X '"):
        recovered = recover(Page("page.md", lead + unit * (size // len(unit)), "en"))
        assert recovered is None or recovered.operations


# --- pages as published


def published(name: str) -> Recovered:
    return read((REAL / name).read_text(encoding="utf-8"), name)


@real
def test_published_markets() -> None:
    found = published("market__get-markets.md")
    operation = operation_of(found)
    assert found.operations == (Operation("get", "/markets"),)
    assert plain(found.document["servers"]) == [{"url": "https://api.elections.kalshi.com/trade-api/v2"}]
    parameters = {p["name"]: p["schema"] for p in operation["parameters"]}
    assert len(parameters) == 14
    assert plain(parameters["limit"]) == {
        "type": "integer",
        "format": "int64",
        "minimum": 1,
        "maximum": 1000,
        "default": 100,
    }
    assert parameters["status"]["enum"] == ["unopened", "open", "paused", "closed", "settled"]
    assert parameters["mve_filter"]["enum"] == ["only", "exclude"]
    assert operation["summary"] == "Get Markets"
    assert "| --- | --- | --- |" in operation["description"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["markets", "cursor"]
    assert list(schema["properties"]["markets"]["items"]["properties"]) == ["ticker"]
    assert [finding.rule for finding in found.findings] == ["page-sample-broken"]


@real
def test_published_statuses_and_null() -> None:
    found = published("exchange__get-exchange-status.md")
    schema = operation_of(found)["responses"]["200"]["content"]["application/json"]["schema"]
    resume = schema["properties"]["exchange_estimated_resume_time"]
    assert (resume["type"], resume["format"], resume["nullable"]) == ("string", "date-time", True)
    assert [loss.evidence for loss in losses(found, "response-not-shown")] == ["503", "504"]
    assert not losses(found, "nullability")
    assert [loss.evidence for loss in losses(found, "operation-tags")] == ["exchange"]


@real
def test_published_authorizations() -> None:
    found = published("account__get-account-api-limits.md")
    schemes = found.document["components"]["securitySchemes"]
    assert {(one["type"], one["in"], one["name"]) for one in schemes.values()} == {
        ("apiKey", "header", f"KALSHI-ACCESS-{word}") for word in ("KEY", "SIGNATURE", "TIMESTAMP")
    }
    assert len(losses(found, "security-scheme-name")) == 3
    assert operation_of(found)["description"].startswith("Endpoint to retrieve the API tier limits")


@real
def test_published_quote_and_order_group() -> None:
    quote = published("communications__get-quote.md")
    assert quote.operations == (Operation("get", "/communications/quotes/{quote_id}"),)
    schema = operation_of(quote)["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["properties"]["quote"]["properties"]["id"]["x-diglot-strength"] == "sampled"
    group = published("order-groups__delete-order-group.md")
    assert group.operations == (Operation("delete", "/portfolio/order_groups/{order_group_id}"),)
    assert operation_of(group)["summary"] == "Delete Order Group"
    assert [p["name"] for p in operation_of(group)["parameters"]] == ["order_group_id", "subaccount"]
    assert not group.findings
