"""Languages compared as languages: what is prose, what no translation changes, and two editions side by side."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.json import documents_in
from diglot.core.tree import plain
from diglot.drift import drift_languages
from diglot.drift.walk.naming import is_translated
from diglot.drift.wording.prose import left_in, vocabulary
from diglot.drift.wording.quantities import Quantities, quantities, spoken
from diglot.drift.wording.tokens import Tokens
from diglot.drift.wording.values import Gone, unlike
from diglot.normalize import canonical
from diglot.read import read_bytes
from drift_help import BASE, fragment

SPECS = Path(__file__).resolve().parent.parent.parent / "shared" / "specs"
LANGUAGES = ("en", "zh")
TEXT = BASE.read_text(encoding="utf-8")
GET = "/paths/~1shelves~1{shelf_id}~1books/get"
POST = "/paths/~1shelves~1{shelf_id}~1books/post"
COMMON = vocabulary(["the local file and the text input of an icon, a success, of the type"])


# --- prose


@pytest.mark.parametrize(
    "text",
    [
        "The books of one shelf.",
        "Success.",
        "Node type.",
        "File ID.",
        "Local File",
        "Response Example - Streaming",
        "`not_found` : Workflow run not found.",
        "某个书架。\n\n- `not_found` : The shelf does not exist.",
        "图书 not found with the specified `id`.",
        "Shelf ID. Obtain it from [List Shelves](/en/shelves/list-shelves).",
        "Reader-chosen mark, unique within it. See [The Shelf](/en/shelf).",
    ],
)
def test_what_was_left_in_english_is_found(text: str) -> None:
    common = COMMON | {"node", "file", "response", "example", "streaming"}
    assert left_in(text, "zh", "图书 not found with the specified `id`.".replace("图书", "Book"), common)


@pytest.mark.parametrize(
    "text",
    [
        *("ID", "UUID", "OpenAPI 3.1", "https://library.example/help", "name@library.example", "v1.2.3", "`limit`"),
        *("not_found", "invalid_param (document)", "asc | desc", "jpg, png, webp", "application/json", "limit=100"),
        *("Zotero", "Zotero Cloud", "Bank of Zanzibar", "Online Drive", "Access Token", "Token.", "Webhook"),
        *("`primary`, `default`, or `ghost`.", "{shelf_id}", "# `POST`", "**200**", ""),
        *(
            "<code>asc</code>, or <code>desc</code>",
            "`a` or `b`, and `c` of `d`",
            "Out of the Box",
            "Return of the Kraken",
        ),
        *("Bad Request", "404 Not Found", "Internal Server Error."),
        "返回：\n\n```json\n# The books of one shelf.\n{}\n```",
        "返回图书。\n\nLocal File\n",
        "图书（The books of the shelf)。",
        '返回 "This shelf does not exist in the library"。',
        "自带密钥（bring your own key to the library）。",
        "调用 Retrieval Augmented Generation 的 Workflow 应用。",
        "与 `the name of the shelf` 相同。",
    ],
)
def test_names_codes_and_quotations_are_no_prose(text: str) -> None:
    assert not left_in(text, "zh", text, COMMON)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这个标识由服务器生成。", True),
        ("The identifier.\n\n由服务器生成的标识。", True),
        ("One of 简体中文, 繁體中文, 日本語.", False),
        ("The title, such as `红楼梦的作者是谁`.", False),
        ("The shelf (书架的标识).", False),
        ("Der Titel.", False),
    ],
)
def test_chinese_on_an_english_page(text: str, found: bool) -> None:
    assert bool(left_in(text, "en", "另一段文字", COMMON)) is found


def test_a_language_in_latin_letters_is_judged_by_its_being_the_same() -> None:
    assert left_in("The books of one shelf.", "de", "The books of one shelf.", COMMON)
    assert not left_in("Zotero Cloud", "de", "Zotero Cloud", COMMON)
    assert not left_in("Die Bücher.", "de", "The books.", COMMON)


# --- numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("最多100个", [100]),
        ("1,000 of 2,500.5", [1000, 2500.5]),
        ("１００", []),  # `Tokens` makes half-width digits of them
        ("1-100, 1–100 and 1~100", [1, 100, 1, 100, 1, 100]),
        ("10k, 10 thousand, 1 万, 1.5 百万", [10_000, 10_000, 10_000, 1_500_000]),
        ("1. First\n2) Second\n3、第三", []),
        ("UTF-8, SHA-256, GPT-4, MP3, 4xx, v1, 1.2.3, 16 进制, 32-character", []),
        ("404", [404]),
    ],
)
def test_numbers_in_digits(text: str, values: list[float]) -> None:
    assert [each.value for each in quantities(text)] == values


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("60 seconds", "1 分钟", True),
        ("30 seconds", "30 分钟", False),
        ("1 GB", "1024 MB", True),
        ("10 MB", "10 KB", False),
        ("10 MB", "10", True),
        ("50%", "50 percent", True),
        ("0.5", "0.50", True),
        ("7 days", "1 周", True),
    ],
)
def test_quantities_with_units(one: str, other: str, same: bool) -> None:
    left, right = (Quantities(quantities(text)) for text in (one, other))
    assert left.hold(*right.all) is same
    assert right.hold(*left.all) is same


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一千二百", 1200),
        ("二十", 20),
        ("十二", 12),
        ("一万", 10_000),
        ("两", 2),
        ("三亿", 300_000_000),
        ("twelve", 12),
        ("twenty-five", 25),
    ],
)
def test_numbers_in_words(text: str, value: float) -> None:
    assert value in spoken(text)


# --- literals


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ('Use `asc` or "desc".', '使用 "asc" 或 **`desc`**。'),
        ("At most 1,000 items in two pages.", "两页中最多１０００条。"),
        (
            "See [orders](https://docs.books.example/en/orders#all).",
            "参见[排序](https://docs.books.example/zh-hans/orders)。",
        ),
        ("See [orders](/en-US/orders/).", "参见[排序](/orders)。"),
        ("See [orders](/en/api/orders).", "参见[排序](/接口/排序（全部）)。"),
        ('Send `{"title": "<any title>"}`.', '发送 `{"title": "<任意标题>"}`。'),
        ("Set `metadata` (`usage`, `price`).", "设置 `metadata.usage` 与 `metadata.price`。"),
        ("The book title.", "`book_title`。"),
        ("Repeat `limit`: `limit`.", "重复 `limit`。"),
        ("<Note>At most 5.</Note>", "最多 5 个。"),
        ("Press `Add Book`, then choose `Paper`.", "按 `添加图书`，然后选择 `纸质书`。"),
        ("Two 404 codes, always typed.", "两个 404 `code`，始终有 `type`。"),
        ("![List](/en/list.png) of books.", "图书![列表](/zh/images/list.png)。"),
        ("See [orders](/en/api/orders#all).", "参见[排序](#排序)。"),
        ("Doubling, up to 1M books.", "每次 2 倍，最多 100 万本。"),
        ("See [orders](/en/orders).", "参见[排序](https://docs.books.example/zh/orders)。"),
        ("See [orders](/en/orders).", "参见[排序][1]。\n\n[1]: /zh/orders"),
        ("Use `asc`.", "使用 <code>asc</code>。"),
        ("See https://library.example/en/orders.", "参见 <https://library.example/zh/orders>。"),
        ("Within 24 hours, no day later.", "一天之内，不晚于一天。"),
        ("Every 90 minutes.", "每一个半小时。"),
        ("Half a minute, or 365 days.", "30 秒，或者一年。"),
        ("Each second.", "每 1 秒。"),
        ("At most 10 books per 60 seconds.", "每分钟最多十本。"),
        ("Use shelf_place.", "使用 shelf\\_place。"),
    ],
)
def test_the_same_literals_however_they_are_written(english: str, chinese: str) -> None:
    one, other = Tokens(english), Tokens(chinese)
    assert one.lacking(other, True) == ([], [])
    assert other.lacking(one, True) == ([], [])


@pytest.mark.parametrize(
    ("english", "chinese", "lacking"),
    [
        ("Use `asc` or `desc`.", "使用 `asc`。", ([], ["desc"])),
        ("At most 100.", "最多 1000。", (["100"], [])),
        ("Give the {title}.", "提供标题。", ([], ["{title}"])),
        ("Give doc_form.", "提供类型。", ([], ["doc_form"])),
        ("See [orders](/en/orders).", "参见排序。", ([], ["/en/orders"])),
        ("See [orders](/en/orders).", "参见[作者](/zh/authors)。", ([], ["/en/orders"])),
        ("Answers `404`.", "找不到。", ([], ["404"])),
        ("Within 24 hours.", "两天之内。", (["24 hours"], [])),
        ("After 30 minutes.", "半分钟后。", (["30 minutes"], [])),
        ("Sort by `title`.", "按 `书名` 排序。", ([], ["title"])),
        ("Use `asc`.", "使用 <code>desc</code>。", ([], ["asc"])),
        (
            "See [a](https://a.example/orders).",
            "参见[甲](https://b.example/orders)。",
            ([], ["https://a.example/orders"]),
        ),
    ],
)
def test_literals_that_a_text_lacks(english: str, chinese: str, lacking: tuple[list[str], list[str]]) -> None:
    assert Tokens(english).lacking(Tokens(chinese), True) == lacking


@given(st.text(alphabet="`{}[]()<>\"'_ab1,.:/-\n 一的", max_size=60))
def test_no_text_lacks_anything_of_itself(text: str) -> None:
    assert Tokens(text).lacking(Tokens(text), True) == ([], [])
    assert not left_in("", "zh", text, COMMON)


def test_many_numbers_cost_little() -> None:
    texts = [" ".join(map(str, range(first, first + 8_000))) for first in (1_000, 20_000)]
    begun = time.process_time()
    numbers, _ = Tokens(texts[0]).lacking(Tokens(texts[1]), True)
    assert len(numbers) == 8_000
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "piece",
    [
        "一",
        "每天",
        "no day ",
        "one ",
        "[a]: ",
        "<code>",
        "][",
        "`",
        "](",
        "{a",
        "<a",
        "http://",
        "a_",
        "1,",
        "“",
        "((",
        "一十",
        "aB",
        "1-",
        "[ ",
        "a a, ",
    ],
)
def test_hostile_texts_cost_little(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    begun = time.process_time()
    Tokens(text).lacking(Tokens(text + "一"), True)
    for line in (text + "\n一", "一 " + text):
        left_in(line, "zh", text, COMMON)
        left_in(line, "en", text, COMMON)
    documents_in(text)
    assert time.process_time() - begun < 5


# --- values


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": "The Sea", "pages": 120.0}, {"pages": 120, "title": "海"}),
        ("Added 2 books", "已添加 2 本书"),
        ('data: {"a": 1, "b": "The Sea"}\n\n', 'data: {"b": "海", "a": 1}'),
        ("https://library.example/en/help", "https://library.example/zh/help"),
        ([[], {}, None, True], [[], {}, None, True]),
    ],
)
def test_values_that_differ_in_prose_only(one: Any, other: Any) -> None:
    assert not [each for each in unlike(one, other, LANGUAGES) if not each.prose]


@pytest.mark.parametrize(
    ("one", "other", "pointer"),
    [
        ({"a": 1}, {"a": 2}, "/a"),
        ({"a": 1}, {"b": 1}, "/a"),
        ({"a": [1, 2]}, {"a": [1]}, "/a"),
        ({"a": True}, {"a": 1}, "/a"),
        ({"a": "Sea"}, {"a": "Ocean"}, "/a"),
        ({"a": "user_1"}, {"a": "用户_1"}, "/a"),
        ({"a": "2025-01-01"}, {"a": "2025-01-02"}, "/a"),
        ({"a": "Added 2 books"}, {"a": "已添加 3 本书"}, "/a"),
        ('data: {"a": 1}', 'data: {"a": 2}', "/0/a"),
        ('data: {"a": 1}', 'event: {"a": 1}', ""),
    ],
)
def test_values_that_differ_in_more_than_prose(one: Any, other: Any, pointer: str) -> None:
    assert next(each.pointer for each in unlike(one, other, LANGUAGES) if not each.prose) == pointer


def test_a_member_of_one_value_only_is_gone_from_the_other() -> None:
    (found,) = unlike({"a": None}, {}, LANGUAGES)
    assert (found.pointer, found.one, found.other) == ("/a", None, Gone)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_no_value_is_unlike_itself(value: Any) -> None:
    again = json.loads(json.dumps(value))
    assert not list(unlike(value, again, LANGUAGES))
    assert documents_in(json.dumps([value, value]))[1] == [[again, again]]


# --- identifiers


@pytest.mark.parametrize(
    ("name", "original", "found"),
    [
        ("listBooksZh", "listBooks", True),
        ("listBooks_zh", "getBooks", True),
        ("list-books-zh-CN", "list-books", True),
        ("Book.cn", "Book", True),
        ("zh_listBooks", "listBooks", True),
        ("图书", "Book", True),
        ("getBooks", "listBooks", False),
        ("listBooksZh", "listBooksZh", False),
        ("getZh", "readZh", False),
        ("searchzh", "search", False),
        ("图书", "书", False),
    ],
)
def test_names_that_were_translated(name: str, original: str, found: bool) -> None:
    assert is_translated(name, "zh", original) is found


def drifted(english: list[dict[str, Any]], chinese: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return drift_languages([fragment(TEXT, "en", english), fragment(TEXT, "zh", chinese)], LANGUAGES)


def put(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def test_a_discriminator_is_judged_by_its_values_not_by_the_names_of_components() -> None:
    schema = f"{POST}/requestBody/content/application~1json/schema"

    def mapping(**values: str) -> dict[str, Any]:
        refs = {key: f"#/components/schemas/{name}" for key, name in values.items()}
        return put(f"{schema}/discriminator", {"propertyName": "title", "mapping": refs})

    copied = fragment(TEXT).document["components"]["schemas"]["Paper"]
    chinese = [put("/components/schemas/PaperZh", plain(copied)), mapping(paper="PaperZh")]
    assert {each.rule for each in drifted([mapping(paper="Paper")], chinese)} <= {"identifier-translated"}
    (found,) = drifted([mapping(paper="Paper")], [mapping(纸书="Paper")])
    assert found.rule == "wire-value-translated"
    assert found.location.path == "zh/page.md"


def test_alternatives_under_translated_names_are_the_same_ones() -> None:
    schema = f"{POST}/requestBody/content/application~1json/schema/oneOf"
    chinese = []
    for index, name in enumerate(("Paper", "Sound")):
        path = f"/components/schemas/{name}"
        chinese += [
            {"op": "replace", "path": f"{schema}/{index}/$ref", "value": f"#{path}Zh"},
            put(f"{path}/properties/note", {"type": "string"}),
            {"op": "move", "from": path, "path": f"{path}Zh"},
        ]
    found = Counter(each.rule for each in drifted([], chinese))
    assert found == {"identifier-translated": 2, "field-missing": 2}


def test_a_default_that_was_translated() -> None:
    order = f"{GET}/parameters/2/schema/default"
    (found,) = drifted([put(order, "title")], [put(order, "书名")])
    assert (found.rule, found.args["here"], found.args["there"]) == ("wire-value-translated", "书名", "title")


def test_an_example_under_a_translated_name_is_one_finding_and_still_compared() -> None:
    examples = f"{POST}/requestBody/content/application~1json/examples"
    named = {"sea": {"value": {"title": "Sea", "pages": 1}}, "land": {"value": {"title": "Land"}}}
    translated = {"sea_zh": {"value": {"title": "海", "pages": 2}}, "land": {"value": {"title": "陆"}}}
    found = drifted([put(examples, named)], [put(examples, translated)])
    assert sorted(each.rule for each in found) == ["example-differs", "identifier-translated"]
    assert found[0].args["at"] == ["/pages"]


def test_an_example_that_is_longer_than_is_told_says_how_many_more() -> None:
    examples = f"{POST}/requestBody/content/application~1json/examples"
    pages = [{"example": {"value": dict.fromkeys("abcdef", number)}} for number in (1, 2)]
    (found,) = drifted([put(examples, pages[0])], [put(examples, pages[1])])
    assert message(found, "en").endswith("/a 1 against 2; /b 1 against 2; /c 1 against 2; and 3 more")
    assert message(found, "zh").endswith("/c 处 1 对 2；另有 3 处")


# --- ages


AGES = ("2025-01-01", "2026-01-01")


@pytest.mark.parametrize("ages", [AGES, AGES[::-1]])
@pytest.mark.parametrize(
    ("english", "chinese", "rule"),
    [
        ("Sort by `title`.", "按 `title` 或 `place` 排序。", "text-code-differs"),
        ("Sort by `place` or `title`.", "按 `title` 排序。", "text-code-differs"),
        ("At most 100; more than 100 is refused.", "最多 300；超过 100 会被拒绝。", "text-code-differs"),
        ("At most 100.", "最多 300。", "text-number-differs"),
        ("At most a few.", "", "text-missing"),
        ("", "最多几个。", "text-missing"),
    ],
)
def test_an_age_shows_which_page_is_stale_and_hides_nothing(
    english: str, chinese: str, rule: str, ages: tuple[str, str]
) -> None:
    at = f"{GET}/parameters/2/description"
    patches = [[put(at, text), {"op": "age", "value": age}] for text, age in zip((english, chinese), ages, strict=True)]
    (found,) = drifted(*patches)
    assert found.rule == rule
    older = "en/page.md" if ages == AGES else "zh/page.md"
    lacking = {"": "en/page.md"}.get(english, "zh/page.md")
    if rule != "text-missing" or lacking == older:
        assert f"likely stale: {older}, older (2025-01-01, the newest 2026-01-01)" in message(found, "en")
    else:
        assert "stale" not in message(found, "en")


def test_texts_that_a_page_lacks_are_told_unless_it_is_shown_to_be_behind() -> None:
    gone = [{"op": "remove", "path": f"{GET}/parameters/2/description"}, {"op": "age", "value": AGES[0]}]
    renamed = put(f"{GET}/operationId", "listBooksZh")
    behind = {"op": "remove", "path": "/components/schemas/Book/properties/subtitle"}
    newer = [{"op": "age", "value": AGES[1]}]
    assert [each.rule for each in drifted(newer, gone)] == ["text-missing"]
    assert {each.rule for each in drifted(newer, [*gone, renamed])} == {"text-missing", "operation-id-translated"}
    assert [each.rule for each in drifted(newer, [*gone, behind])] == ["field-missing"]


# --- the document itself


def test_texts_of_the_document_itself_are_compared() -> None:
    server = "/servers/0/description"
    found = drifted(
        [put(server, "The library of the town."), put("/tags", [{"name": "Books", "description": "All books."}])],
        [put(server, "The library of the town."), put("/tags", [{"name": "Books"}])],
    )
    assert [(each.rule, each.operation) for each in found] == [("text-missing", ""), ("text-untranslated", "")]
    assert found[0].args["texts"] == ["document tags Books"]
    assert "document (servers https://library.example/v1)" in message(found[1], "en")


def test_schemas_that_no_operation_leads_to_are_compared_too() -> None:
    def spare(text: str, kind: str = "string") -> dict[str, Any]:
        fields = {"note": {"type": kind, "description": text}}
        return put("/components/schemas/Spare", {"type": "object", "properties": fields})

    assert drifted([spare("A note on the book.")], [spare("图书的备注。")]) == ()
    (found,) = drifted([spare("A note on the book.")], [spare("A note on the book.")])
    assert (found.rule, found.location.pointer) == (
        "text-untranslated",
        "/components/schemas/Spare/properties/note/description",
    )
    (found,) = drifted([spare("A note on the book.")], [spare("图书的备注。", "integer")])
    assert found.rule == "type-differs"


def test_what_every_page_says_of_the_document_is_told_once() -> None:
    pages = []
    for language in LANGUAGES:
        for kept, dropped in (("get", POST), ("post", GET)):
            patch = [{"op": "remove", "path": dropped}, put("/info/description", "The library of the town.")]
            pages.append(fragment(TEXT, language, patch, path=f"{language}/{kept}.md"))
    (found,) = drift_languages(pages, LANGUAGES)
    assert (found.rule, found.location.pointer) == ("text-untranslated", "/info/description")


HOSTILE: list[Any] = [None, 3, "x", True, [], {}, [None], [[]], {"a": None}, {"a": 3}, [{"name": "x"}], {"$ref": "#/x"}]
PLACES = [
    *(
        "/info",
        "/servers",
        "/tags",
        "/externalDocs",
        "/components",
        "/components/schemas",
        "/components/securitySchemes",
    ),
    *(f"{GET}/{member}" for member in ("tags", "summary", "description", "operationId", "parameters", "responses")),
    f"{GET}/parameters/1/examples",
    f"{GET}/responses/200/links",
    f"{POST}/requestBody/content/application~1json/examples",
    *(f"/components/schemas/Book/{member}" for member in ("title", "description", "examples", "discriminator", "$ref")),
]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("value", HOSTILE, ids=str)
def test_what_is_malformed_is_survived(path: str, value: Any) -> None:
    right = {"example": {"value": {"a": "b"}, "summary": "An example."}}
    for patches in (([put(path, value)], []), ([], [put(path, value)]), ([put(path, value)], [put(path, right)])):
        for found in drifted(*patches):
            assert found.location.path
            assert message(found, "en") != message(found, "zh")


# --- tags


def tagged(first: list[list[str]], second: list[list[str]]) -> tuple[Finding, ...]:
    """What is found where the two operations, and then a third and a fourth, have these tags."""
    patches = []
    for tags in (first, second):
        patch = [put(f"{path}/tags", each) for path, each in zip((GET, POST), tags, strict=False)]
        patch += [
            put(f"/paths/~1t{index}", {"get": {"summary": "X", "tags": each, "responses": {}}})
            for index, each in enumerate(tags[2:])
        ]
        patches.append(patch)
    return drifted(*patches)


@pytest.mark.parametrize(
    ("english", "chinese", "operations"),
    [
        ([["a"], ["b"], ["a"]], [["甲"], ["乙"], ["甲"]], []),
        ([["a"], ["a"], ["a"]], [["甲"], ["乙"], ["甲"]], ["POST /shelves/{}/books"]),
        ([["a"], ["b"], ["b"]], [["甲"], ["甲"], ["甲"]], ["GET /shelves/{}/books"]),
        ([["a", "b"], ["b"], ["a"]], [["乙", "甲"], ["乙"], ["甲"]], []),
        ([["a", "b"], ["b"], ["a"]], [["乙"], ["乙"], ["甲"]], ["GET /shelves/{}/books"]),
        ([["a"], ["b"]], [[], []], []),
        ([["a"], ["b"]], [["甲"], []], ["POST /shelves/{}/books"]),
    ],
)
def test_tags_stand_for_each_other_one_to_one(
    english: list[list[str]], chinese: list[list[str]], operations: list[str]
) -> None:
    found = tagged(english, chinese)
    assert {each.rule for each in found} <= {"tags-do-not-map"}
    assert [each.operation for each in found] == operations


def test_a_tag_that_is_a_name_is_not_translated() -> None:
    found = tagged([["books"], ["books"]], [["books_zh"], ["books_zh"]])
    assert [(each.rule, each.args["kind"]) for each in found] == [("identifier-translated", "tag")]
    assert tagged([["Books"], ["Books"]], [["图书"], ["图书"]]) == ()


# --- two inputs


OPENAPI = """openapi: 3.0.1
info: {{title: {title}, version: '1'}}
paths:
  /books:
    get:
      operationId: {name}
      summary: {title}
      responses:
        '200': {{description: {title}}}
{more}"""
MORE = "    post:\n      operationId: addBook\n      responses:\n        '200': {description: '%s'}\n"


@pytest.fixture
def edition(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, title: str, operation: str, more: str = "") -> Path:
        path = tmp_path / name
        path.write_text(OPENAPI.format(title=title, name=operation, more=more), encoding="utf-8")
        return path

    return write


def test_two_inputs_in_two_languages_are_editions(diglot: Callable[..., Any], edition: Callable[..., Path]) -> None:
    english = edition("one.yaml", "The books of the library", "listBooks")
    chinese = edition("two.yaml", "图书馆的图书", "listBooksZh", MORE % "已添加图书。")
    for first, second in ((english, chinese), (chinese, english)):
        code, out, _ = diglot("drift", first, second, "--format", "json")
        found = {each["rule"]: each for each in json.loads(out)["findings"]}
        assert code == 1
        assert found.keys() == {"operation-id-translated", "operation-missing-in-language"}
        assert found["operation-id-translated"]["location"]["path"].endswith("two.yaml")
        assert found["operation-missing-in-language"]["args"] == {"language": "en"}


def test_two_inputs_in_one_language_or_in_several_are_versions(
    diglot: Callable[..., Any], edition: Callable[..., Path], tmp_path: Path
) -> None:
    old = edition("old.yaml", "The books of the library", "listBooks")
    new = edition("new.yaml", "The books of the library", "listBooks", MORE % "Added.")
    folders = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        edition(f"{name}/one.yaml", "The books of the library", "listBooks")
        edition(f"{name}/two.yaml", "图书馆的图书", "listBooks", MORE % "已添加图书。" if name == "b" else "")
        folders.append(folder)
    for first, second in ((old, new), tuple(folders)):
        _, out, _ = diglot("drift", first, second, "--format", "json")
        (found,) = json.loads(out)["findings"]
        assert found["rule"].endswith("-added")


@pytest.mark.skipif(not SPECS.is_dir(), reason="the shared specifications are not beside this checkout")
def test_two_editions_of_one_specification_differ_in_exactly_this() -> None:
    pages = []
    for language in LANGUAGES:
        data = (SPECS / f"dify-82.{language}.json").read_bytes()
        pages += [canonical(each) for each in read_bytes(f"{language}.json", data)]
    found = drift_languages(pages, LANGUAGES)
    assert Counter(each.rule for each in found) == {"operation-id-translated": 46, "text-untranslated": 41}
    quoted = Counter(each.evidence["quoted"] for each in found if each.rule == "text-untranslated")
    assert quoted["Node type."] == 10
    assert quoted["Success."] == 7
    assert len({each.fingerprint for each in found}) == len(found)
