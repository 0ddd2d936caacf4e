"""The page level of the read stage: where pages begin, which blocks count, and that every mark is that of the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.ir import Fragment, Operation
from diglot.core.pointer import resolve, split
from diglot.core.tree import mark_of, walk
from diglot.core.usage import LANGUAGES
from diglot.read import read_bytes
from diglot.read.header import read_header
from diglot.read.lines import Sheet

DOCUMENT = """\
openapi: 3.0.1
info:
  title: Pets
  version: '1'
paths:
  /pets/{id}:
    get:
      summary: Get a pet
      responses:
        '200':
          description: The pet
"""
FLAT = """\
paths:
  path: /pets/{id}
  method: get
  request:
    security: []
    parameters:
      path:
        id:
          schema:
            - type: string
              required: true
      query: {}
      header: {}
      cookie: {}
    body: {}
  response:
    '200':
      application/json:
        schemaArray:
          - type: string
        examples: {}
        description: The pet
  deprecated: false
  type: path
components:
  schemas: {}
"""
GET_PET = Operation("get", "/pets/{id}")
INDEX = """\
> ## Documentation Index
> Fetch the complete documentation index at: https://docs.example.com/llms.txt
> Use this file to discover all available pages before exploring further.
"""
FOOTER = (
    "\n---\n\n> To find navigation and other pages, fetch the llms.txt file at: https://docs.example.com/llms.txt\n"
)


def page(block: str = DOCUMENT, info: str = "yaml openapi.json get /pets/{id}", marks: str = "````") -> str:
    return f"# Get a pet\n\n> Gives one pet.\n\n## OpenAPI\n\n{marks}{info}\n{block}\n{marks}\n"


def read(text: str, path: str = "page.md", language: str | None = None) -> list[Fragment]:
    return read_bytes(path, text.encode(), language)


def read_one(text: str, path: str = "page.md", language: str | None = None) -> Fragment:
    fragments = read(text, path, language)
    assert len(fragments) == 1
    return fragments[0]


def rules(fragment: Fragment) -> list[str]:
    return [finding.rule for finding in fragment.findings]


def only(fragment: Fragment, rule: str) -> Finding:
    (found,) = (finding for finding in fragment.findings if finding.rule == rule)
    for language in LANGUAGES:
        assert "{" not in message(found, language).replace("{}", "").replace("{id}", "")
    return found


VARIANTS = {
    "today": INDEX + "\n" + page(),
    "three marks, no blank line, footer": page(marks="```").replace("\n\n```\n", "\n```\n") + FOOTER,
    "trailer": page() + "\nBuilt with [Mintlify](https://mintlify.com).\n",
    "index with a blank quotation line": INDEX.replace("Index\n", "Index\n>\n") + "\n" + page(),
    "source line": "# Source: https://docs.example.com/pets.md\n\n" + page(),
    "two source lines": "# Source: https://a.example/pets.md\n\n# Source: https://b.example/pets\n\n" + INDEX + page(),
    "source line under the title": page().replace("pet\n\n>", "pet\nSource: https://docs.example.com/pets\n\n>", 1),
    "front matter": "---\ntitle: Get: a pet\nurl: https://docs.example.com/p.md\ntags:\n    - a\n---\n\n"
    + INDEX
    + page(),
    "front matter touching the title": "---\nurl: https://x.example\nlastmod: 2025-11-15T22:33:04.266Z\n---\n" + page(),
    "html comment": "<!--\nSource: https://docs.example.com/p.md\nDownloaded: 2026-08-20T20:27:56Z\n-->\n\n" + page(),
    "comment around the page": "/*\n" + page() + "*/\n\nimport { z } from 'zod';\n```yaml get /no\n```\n",
    "comment with stars": "/**\n" + "".join(f" * {line}\n" for line in page().splitlines()) + " */\n",
    "comment that cuts the block off": "/*\n" + page().rsplit("````", 1)[0] + "*/\n\nexport class A {}\n",
    "MDX below the quotation": page().replace("## OpenAPI", "<Note>\n  Mind the gap.\n</Note>\n\n## OpenAPI"),
    "byte order mark": "\ufeff" + page(),
    "carriage returns": page().replace("\n", "\r\n"),
    "tildes": page(marks="~~~"),
    "six marks": page(marks="``````"),
    "not closed": page().rsplit("````", 1)[0],
    "not closed, with a footer": page().rsplit("````", 1)[0] + FOOTER,
    "no title": page().split("\n", 2)[2],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_page_is_read_whatever_stands_around_its_block(name: str) -> None:
    fragment = read_one(VARIANTS[name])
    assert fragment.operations == (GET_PET,)
    assert fragment.dialect == "openapi"
    assert fragment.document["info"] == {"title": "Pets", "version": "1"}
    assert set(rules(fragment)) <= {"page-block-unclosed"}
    assert rules(fragment) == (["page-block-unclosed"] if "cuts" in name or "not closed" in name else [])


@pytest.mark.parametrize("name", VARIANTS)
def test_every_mark_is_the_place_of_its_key_in_the_file(name: str) -> None:
    text = VARIANTS[name].removeprefix("\ufeff").replace("\r\n", "\n")
    check_marks(read_one(VARIANTS[name]), text)


def check_marks(fragment: Fragment, text: str) -> None:
    lines = text.split("\n")
    checked = 0
    for pointer, _, _ in walk(fragment.document):
        if not pointer:
            continue
        *parents, key = split(pointer)
        parent = resolve(fragment.document, "".join("/" + token.replace("/", "~1") for token in parents))
        if isinstance(parent, dict):
            mark = mark_of(parent, key)
            assert mark is not None
            assert lines[mark.line - 1][mark.column - 1 :].lstrip("'\"").startswith(key), (pointer, mark)
            checked += 1
    assert checked > 8


INFOS = {
    "yaml en/openapi_x.json get /pets/{id}": ("en/openapi_x.json", GET_PET),
    "yaml /openapi.yaml GET /pets/{id}": ("/openapi.yaml", GET_PET),
    "yaml https://docs.example.com/o.json get /pets/{id}": ("https://docs.example.com/o.json", GET_PET),
    "yaml get /pets/{id}": (None, GET_PET),
    "YAML Get /pets/{id}": (None, GET_PET),
    "yml my spec.json get /pets/{id} theme={null}": ("my spec.json", GET_PET),
    "yaml get.json get /pets/{id}": ("get.json", GET_PET),
}


@pytest.mark.parametrize("info", INFOS)
def test_the_info_string_names_source_method_and_path(info: str) -> None:
    fragment = read_one(page(info=info))
    assert fragment.operations == (INFOS[info][1],)
    assert fragment.findings == ()


@pytest.mark.parametrize("info", ["yaml", "json", "", 'yaml title="spec"'])
def test_a_block_that_announces_nothing_counts_by_its_content(info: str) -> None:
    assert read_one(page(info=info)).operations == (GET_PET,)


def test_a_webhook_has_a_name_and_no_server_path() -> None:
    block = "openapi: 3.1.0\nwebhooks:\n  new pet:\n    post:\n      responses: {}\n"
    fragment = read_one(page(block, "yaml /hooks.yaml webhook new pet"))
    assert fragment.operations == (Operation("post", "new pet", webhook=True),)
    assert fragment.findings == ()


def test_the_flat_dialect_is_told_by_its_tree() -> None:
    fragment = read_one(page(FLAT))
    assert fragment.dialect == "flat"
    assert fragment.operations == (GET_PET,)
    assert read_one(page(FLAT, "yaml")).dialect == "flat"
    assert read_one(FLAT, "flat.yaml").dialect == "flat"
    assert read_one(FLAT, "flat.txt").dialect == "flat"


def test_an_indented_fence_keeps_lines_and_columns() -> None:
    inner = "".join(f"    {line}\n" for line in f"```yaml get /pets/{{id}}\n{DOCUMENT}```".splitlines())
    text = f"# Get a pet\n\n<Tabs>\n  <Tab>\n{inner}  </Tab>\n</Tabs>\n"
    fragment = read_one(text)
    assert fragment.operations == (GET_PET,)
    check_marks(fragment, text)


@pytest.mark.parametrize("indent", ["", "   "])
def test_a_json_block_keeps_lines_and_columns(indent: str) -> None:
    document = json.loads(json.dumps({"openapi": "3.1.0", "paths": {"/pets/{id}": {"get": {"summary": "A"}}}}))
    block = json.dumps({**document, "x-a": [{"b": 1, "c": {"d": 2, "e": 3, "f": 4, "g": 5}}]}, indent=2)
    body = "\n".join(indent + line for line in f"```json\n{block}\n```".splitlines())
    text = f"# Pets\n\n{body}\n"
    fragment = read_one(text)
    assert fragment.operations == (GET_PET,)
    check_marks(fragment, text)


def test_other_code_samples_are_no_blocks() -> None:
    bodies = {"bash": "curl get /x", "json": '{"paths": [1]}', "yaml": "paths: [a]", "python": "openapi: 1"}
    samples = [f"```{language}\n{body}\n```\n\n" for language, body in bodies.items()]
    fragment = read_one("".join(samples) + page())
    assert fragment.operations == (GET_PET,)
    assert fragment.findings == ()


def test_the_document_is_the_tree_itself_with_all_its_operations() -> None:
    block = DOCUMENT + "  /pets:\n    x-note: y\n    post: {}\n    delete: {}\nx-vendor: [1, 2.5, null]\n"
    fragment = read_one(page(block))
    assert fragment.operations == (GET_PET, Operation("post", "/pets"), Operation("delete", "/pets"))
    assert fragment.document["x-vendor"] == [1, 2.5, None]
    assert fragment.losses == ()
    assert fragment.strengths == {}


@pytest.mark.parametrize(
    ("document", "operation"),
    [
        ({"swagger": "2.0", "paths": {"/a": {"put": {}}}}, Operation("put", "/a")),
        ({"openapi": "3.2.0", "paths": {"/a": {"query": {}}}}, Operation("query", "/a")),
        ({"openapi": "3.2.0", "paths": {"/a": {"additionalOperations": {"LINK": {}}}}}, Operation("link", "/a")),
        (
            {
                "openapi": "3.1.0",
                "paths": {"/a": {"$ref": "#/components/pathItems/A"}},
                "components": {"pathItems": {"A": {"get": {}}}},
            },
            Operation("get", "/a"),
        ),
    ],
)
@pytest.mark.parametrize("path", ["spec.json", "spec.yaml", "spec.txt"])
def test_a_plain_file_of_any_version_is_one_fragment(document: object, operation: Operation, path: str) -> None:
    fragment = read_one(json.dumps(document, indent=1), path)
    assert fragment.operations == (operation,)
    assert fragment.document == document
    assert fragment.findings == ()
    yaml_text = "---\n# a comment\n" + json.dumps(document)
    assert read_one(yaml_text, "spec.yaml").operations == (operation,)


@pytest.mark.parametrize("head", ["", "# A comment\n\n", "---\n", "# Source: https://x.example/a.yaml\n---\n# B\n"])
def test_a_document_without_a_telling_name_is_told_by_how_it_begins(head: str) -> None:
    text = head + DOCUMENT
    fragment = read_one(text, "page.txt")
    assert fragment.operations == (GET_PET,)
    check_marks(fragment, text)


def test_a_path_item_that_refers_to_itself_ends() -> None:
    fragment = read_one('{"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/paths/~1a"}}}', "a.json")
    assert rules(fragment) == ["page-block-empty"]


FERN = """\
# Create a key

POST https://api.example.com/v1/keys
Content-Type: application/json

Creates a key.

Reference: https://docs.example.com/keys

## OpenAPI Specification

```yaml
openapi: 3.1.1
paths:
  /keys:
    post:
      operationId: create-key
      tags:
        - - subpackage_keys
        - good
      responses:
        '400':
          description: No
          content: {}
```

## SDK Code Examples

```python
import requests
```
"""


def test_a_page_of_fern_is_read_though_it_is_not_valid() -> None:
    fragment = read_one(FERN)
    assert fragment.dialect == "fern"
    assert fragment.operations == (Operation("post", "/keys"),)
    assert fragment.document["paths"]["/keys"]["post"]["tags"] == [["subpackage_keys"], "good"]
    found = only(fragment, "page-block-invalid")
    assert (found.location.line, found.location.column) == (19, 11)
    assert found.location.pointer == "/paths/~1keys/post/tags/0"
    assert found.args == {"expected": "string", "found": "array"}
    (loss,) = fragment.losses
    assert (loss.pointer, loss.code, loss.evidence) == (
        "/servers",
        "server-in-prose",
        "POST https://api.example.com/v1/keys",
    )
    assert loss.mark == (3, 1)


def test_a_document_under_a_title_of_its_own_belongs_to_the_page_above() -> None:
    text = many(*(f"# Pet {n}\n\nText.\n\n# OpenAPI definition\n\n```yaml\n{DOCUMENT}```" for n in range(3)))
    fragments = read(text)
    assert [fragment.page.text.split("\n")[0] for fragment in fragments] == ["# Pet 0", "# Pet 1", "# Pet 2"]
    assert all(fragment.operations == (GET_PET,) for fragment in fragments)


@pytest.mark.parametrize(
    ("text", "title", "description"),
    [
        ("# A\n\n> One.\n", ("A", 1, 3), ("One.", 3, 3)),
        ("# A\n\n>  One\nand two.\n> Three.\n\nFour.\n", ("A", 1, 3), ("One\nand two.\nThree.", 3, 4)),
        ("# A\n> One.\n<Note>\n", ("A", 1, 3), ("One.", 2, 3)),
        ("# A\nSource: https://x.example/a\n\n> One.\n## B\n", ("A", 1, 3), ("One.", 4, 3)),
        (INDEX + "\n# A\n\nText.\n\n> Not this.\n", ("A", 5, 3), None),
        ("# Source: https://x.example/a\n\n#   C #1\n", ("C #1", 3, 5), None),
        ("# A\n\n" + INDEX, ("A", 1, 3), None),
        ("---\ntitle: 'A: b'\n---\n\n> One.\n", ("A: b", 2, 9), None),
        ("```\n# No\n```\n\n## No\n", None, None),
        ("", None, None),
    ],
)
def test_the_heading_is_the_title_and_the_quotation_under_it(
    text: str, title: tuple[str, int, int] | None, description: tuple[str, int, int] | None
) -> None:
    heading = read_header(Sheet.of("a.md", text.split("\n"))).heading
    found = [(part.value, *part.mark) if part else None for part in (heading.title, heading.description)]
    assert found == [title, description]


# --- many pages in one file


def many(*pages: str) -> str:
    return "\n\n".join(pages)


MANY = {
    "source under each title": many(
        "# A\nSource: https://d.example/a\n\nText.", page().replace("pet\n", "pet\nSource: https://d.example/b\n", 1)
    ),
    "source lines": many("# Source: https://d.example/a\n\n# A\n\nText.", "# Source: https://d.example/b\n\n" + page()),
    "front matter": many(
        "---\ntitle: A\nurl: https://d.example/a\n---\n# A\nText.",
        "---\ntitle: B\nfetched_at: 2026-01-21T19:38:30.228-03:00\n---\n\n" + page(),
    ),
    "documentation index": many(INDEX + "\n# A\n\nText.", INDEX + "\n" + page()),
    "front matter and index": many(
        "---\nurl: https://d.example/a\n---\n\n" + INDEX + "\n# A\n\nText.",
        "---\nurl: https://d.example/b\n---\n\n" + INDEX + "\n" + page(),
    ),
    "blocks under titles": many(FERN, page()),
    "comments": many(
        "<!--\nSource: https://d.example/a\n-->\n# A\n\nText.", "<!--\nSource: https://d.example/b\n-->\n\n" + page()
    ),
}


@pytest.mark.parametrize("name", MANY)
def test_a_file_of_many_pages_gives_one_fragment_a_page(name: str) -> None:
    text = MANY[name]
    first, second = read(text)
    assert first.page.first_line == 1
    assert second.operations == (GET_PET,)
    assert second.page.first_line > 4
    assert text.split("\n")[second.page.first_line - 1] == second.page.text.split("\n")[0]
    check_marks(second, text)
    assert first.operations == ((Operation("post", "/keys"),) if "titles" in name else ())
    assert first.findings


def test_a_preamble_and_every_page_between_are_kept() -> None:
    sections = [f"# T{index}\nSource: https://d.example/{index}\n\nWords {index}." for index in range(50)]
    fragments = read(many("All the pages.", *sections, page()))
    assert len(fragments) == 51
    assert [fragment.page.text.split("\n")[0] for fragment in fragments[:2]] == ["All the pages.", "# T0"]
    assert sum(rules(fragment) == ["page-without-operation"] for fragment in fragments) == 50


def test_a_rule_between_paragraphs_is_no_page() -> None:
    text = page() + "\n---\n\nNote: more.\n\n---\nNote: this too.\n---\n\n# Another section\n\nText.\n"
    assert read_one(text).operations == (GET_PET,)


def test_a_comment_within_a_block_is_no_title() -> None:
    block = (
        "# Source: https://d.example/x\n# T\nSource: https://d.example\n" + DOCUMENT + "# Source: https://d.example/y\n"
    )
    assert read_one(page(block)).operations == (GET_PET,)


def test_a_block_that_is_not_closed_ends_before_the_next_one() -> None:
    text = "```yaml get /pets/{id}\n" + DOCUMENT + "\n```yaml get /a\nopenapi: 3.1.0\npaths:\n  /a:\n    get: {}\n```\n"
    fragment = read_one(text)
    assert fragment.operations == (GET_PET, Operation("get", "/a"))
    assert only(fragment, "page-block-unclosed").location.line == 1


# --- several blocks of one page


def test_blocks_of_one_page_make_one_document() -> None:
    tags = "tags:\n  - name: a\n    description: A\n  - name: b\n"
    one = DOCUMENT + tags + "components:\n  schemas:\n    A: {type: string}\n    B: {type: string}\n"
    two = (
        DOCUMENT.replace("get:", "delete:")
        + tags.replace("b", "c")
        + ("components:\n  schemas:\n    A: {type: integer}\n    C: {type: string}\n")
    )
    text = f"# Pets\n\n```yaml get /pets/{{id}}\n{one}```\n\n```yaml delete /pets/{{id}}\n{two}```\n"
    fragment = read_one(text)
    assert fragment.operations == (GET_PET, Operation("delete", "/pets/{id}"))
    assert list(fragment.document["paths"]["/pets/{id}"]) == ["get", "delete"]
    assert fragment.document["components"]["schemas"] == {
        "A": {"type": "string"},
        "B": {"type": "string"},
        "C": {"type": "string"},
    }
    assert [tag["name"] for tag in fragment.document["tags"]] == ["a", "b", "c"]
    conflict = only(fragment, "page-blocks-conflict")
    assert conflict.location.pointer == "/components/schemas/A"
    assert text.split("\n")[conflict.location.line - 1].strip() == "A: {type: integer}"
    assert conflict.other is not None
    assert text.split("\n")[conflict.other.line - 1].strip() == "A: {type: string}"


def test_a_broken_block_does_not_hide_the_others() -> None:
    text = page("paths: [", "yaml get /a") + page() + page('{"openapi": "3.1.0",', "json post /b")
    fragments = read(text)
    assert [operation for fragment in fragments for operation in fragment.operations] == [GET_PET]
    broken = [f for fragment in fragments for f in fragment.findings if f.rule == "page-block-broken"]
    assert [finding.operation for finding in broken] == ["GET /a", "POST /b"]
    assert all(finding.evidence["problem"] for finding in broken)


# --- what is wrong with a page


def test_a_page_that_is_not_utf8_is_named_with_the_byte() -> None:
    (fragment,) = read_bytes("p.md", "# ä\nab".encode() + b"\xff" + page().encode())
    found = only(fragment, "page-not-utf8")
    assert found.evidence["offset"] == 7
    assert (found.location.line, found.location.column) == (2, 3)
    assert fragment.dialect == "unknown"
    assert fragment.document == {}


def test_a_page_that_is_too_large_is_not_read() -> None:
    (fragment,) = read_bytes("p.md", b" " * 32_000_001)
    assert rules(fragment) == ["page-too-large"]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xef\xbb\xbf", b"Hello.", b"# Title\n", b"```", b"/*", b"*/", b"---\n---\n"]
)
@pytest.mark.parametrize("path", ["p.md", "p.mdx", "p.txt", "p.json", "p.yaml", "p.yml", "p", ""])
def test_a_page_that_says_nothing_is_a_finding(data: bytes, path: str) -> None:
    fragments = read_bytes(path, data)
    assert fragments
    for fragment in fragments:
        assert fragment.operations == ()
        assert fragment.document == {}
        assert fragment.findings
        assert all(finding.location.path == path for finding in fragment.findings)


def test_a_page_without_an_operation_says_what_was_looked_for() -> None:
    found = only(read_one("# About\n\nWelcome.\n"), "page-without-operation")
    assert "OpenAPI" in found.evidence["reason"]
    assert "none of openapi" in only(read_one("a: 1", "a.yaml"), "page-without-operation").evidence["reason"]


@pytest.mark.parametrize("paths", ["paths: {}", "paths:", "webhooks: {}", "components: {}"])
def test_an_empty_block_is_never_a_success(paths: str) -> None:
    fragment = read_one(page(f"openapi: 3.1.0\n{paths}\n", "yaml spec.json webhook order"))
    assert only(fragment, "page-block-empty").location.line >= 7
    assert fragment.operations == ()


def test_a_block_with_nothing_in_it_is_empty() -> None:
    assert "page-block-empty" in rules(read_one(page("")))


@pytest.mark.parametrize(
    ("document", "pointer", "expected", "found"),
    [
        ("paths: [a]", "/paths", "object", "array"),
        ("paths:\n  /pets/{id}: text", "/paths/~1pets~1{id}", "object", "string"),
        ("paths:\n  /pets/{id}:\n    get: 3", "/paths/~1pets~1{id}/get", "object", "number"),
        ("paths:\n  /pets/{id}:\n    get: {tags: x}", "/paths/~1pets~1{id}/get/tags", "array", "string"),
        ("paths:\n  /pets/{id}:\n    get: {parameters: {}}", "/paths/~1pets~1{id}/get/parameters", "array", "object"),
        ("paths:\n  /pets/{id}:\n    get: {summary: 5}", "/paths/~1pets~1{id}/get/summary", "string", "number"),
        ("openapi: 3.1\npaths:\n  /pets/{id}:\n    get: {}", "/openapi", "string", "number"),
        (
            "paths:\n  /pets/{id}:\n    get: {}\ncomponents:\n  schemas:\n    A: null",
            "/components/schemas/A",
            "object",
            "null",
        ),
        ("- a\n- b", "", "object", "array"),
    ],
)
def test_what_has_the_wrong_shape_is_named_and_the_rest_is_read(
    document: str, pointer: str, expected: str, found: str
) -> None:
    text = page(document)
    fragment = read_one(text)
    finding = only(fragment, "page-block-invalid")
    assert (finding.location.pointer, dict(finding.args)) == (pointer, {"expected": expected, "found": found})
    assert finding.operation == "GET /pets/{}"
    line = text.split("\n")[finding.location.line - 1]
    assert line[finding.location.column - 1 :].startswith(split(pointer)[-1] if pointer else "- a")
    assert fragment.operations == ((GET_PET,) if "get: {" in document else ())
    assert ("page-block-empty" in rules(fragment)) != bool(fragment.operations)


def test_right_shapes_raise_nothing() -> None:
    block = (
        DOCUMENT
        + "components:\n  schemas:\n    A: true\n    B: {additionalProperties: false, properties: {$ref: {}}}\n"
    )
    assert read_one(page(block)).findings == ()
    assert read_one(page(DOCUMENT + "  x-extra: text\n")).findings == ()


def test_a_fence_that_announces_another_operation_is_reported() -> None:
    found = only(read_one(page(info="yaml post /dogs")), "page-block-mismatch")
    assert found.args == {"announced": "POST /dogs", "declared": ["GET /pets/{}"]}
    assert read_one(page(info="yaml get /pets/{pet_id}")).findings == ()


def test_a_key_that_stands_twice_is_named_with_both_lines() -> None:
    text = page(DOCUMENT + "info:\n  title: Other\n  version: '2'\n")
    found = only(read_one(text), "page-key-duplicate")
    assert found.args == {"key": "info"}
    assert found.other is not None
    assert [text.split("\n")[place.line - 1] for place in (found.location, found.other)] == ["info:", "info:"]


def test_a_broken_block_is_named_with_line_and_column() -> None:
    text = page(DOCUMENT.replace("title: Pets", "title: 'Pets"))
    found = only(read_one(text), "page-block-broken")
    assert 9 <= found.location.line <= text.count("\n")
    found = only(read_one('{\n  "openapi": "3.1.0",\n  "paths": nope\n}', "a.json"), "page-block-broken")
    assert (found.location.line, found.location.column) == (3, 12)


NEIGHBOURS = {
    "AsyncAPI": ("# Ping\n\n## AsyncAPI\n\n````yaml a.yaml channel\nid: channel\n````\n", 3),
    "AsyncAPI ": ("# Ping\n\n```yaml\nasyncapi: 3.0.0\nchannels: {}\n```\n", 3),
    "GitBook": ('# Get\n\n{% openapi-operation spec="x" path="/a" method="get" %}\n{% endopenapi-operation %}\n', 3),
    "ParamField": ('# Get\n\nText.\n\n<ParamField path="id" type="string" required>\n  The ID.\n</ParamField>\n', 5),
    "Docusaurus": (f"---\nid: a\ntitle: A\napi: eJz{'A' * 80}==\n---\n\n# A\n", 4),
    "openapi:": ("---\ntitle: A\nopenapi: openapi.json get /a\n---\n", 3),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_neighbouring_dialect_is_named_at_the_line_that_shows_it(name: str) -> None:
    text, line = NEIGHBOURS[name]
    found = only(read_one(text), "page-dialect-unsupported")
    assert name.strip() in found.args["dialect"]
    assert found.location.line == line
    assert rules(read_one(text)) == ["page-dialect-unsupported"]


def test_a_neighbour_beside_a_block_is_named_too() -> None:
    fragment = read_one(page() + "\n## AsyncAPI\n\n````yaml a.yaml channel\nid: channel\n````\n")
    assert fragment.operations == (GET_PET,)
    assert rules(fragment) == ["page-dialect-unsupported"]


def test_a_file_of_another_description_is_named() -> None:
    found = only(read_one('{"asyncapi": "3.0.0", "channels": {}}', "a.json"), "page-dialect-unsupported")
    assert found.args["dialect"] == "AsyncAPI"


# --- language and age

ZH = page().replace("Get a pet", "获取宠物").replace("Gives one pet.", "返回一只宠物的详细信息。")


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("pages/zh/a.md", page(), "zh"),
        ("pages/zh-CN/a.md", page(), "zh"),
        ("pages/zh_Hans/sub/a.md", page(), "zh"),
        ("pages/cn/a.md", page(), "zh"),
        ("pages/jp/a.md", page(), "ja"),
        ("zh/en/a.md", ZH, "en"),
        ("a.zh.md", page(), "zh"),
        ("a.zh-hans.mdx", page(), "zh"),
        ("zh/a.en.md", ZH, "en"),
        ("pages\\zh\\a.md", page(), "zh"),
        ("https://docs.example.com/zh/a", page(), "zh"),
        ("token/den/enable/tokens.en-passant/id/it/a.md", ZH, "zh"),
        ("cnx/enx/zhx/a.md", page(), "en"),
        ("a.md", page(info="yaml zh-hans/openapi_knowledge.json get /pets/{id}"), "zh"),
        ("a.md", page(info="yaml /zh/api-reference/openapi.json get /pets/{id}"), "zh"),
        ("a.md", page(info="yaml https://docs.example.com/ja/o.json get /pets/{id}"), "ja"),
        ("a.md", "---\ntitle: A\nlang: zh-Hans\n---\n" + page(), "zh"),
        ("en/a.md", "---\ntitle: A\nlanguage: zh\n---\n" + page(), "zh"),
        ("en/a.md", "---\ntitle: A\nlang: it-IT\n---\n" + page(), "it"),
        ("a.md", "---\ntitle: A\nurl: https://docs.example.com/zh/a.md\n---\n" + page(), "zh"),
        ("a.md", page(), "en"),
        ("a.md", ZH, "zh"),
        ("a.md", INDEX + "\n" + ZH, "zh"),
        ("a.md", page(DOCUMENT.replace("Get a pet", "获取一只宠物").replace("The pet", "宠物")), "zh"),
        ("a.md", ZH.replace("返回一只宠物の", "").replace("获取", "ペットを取得する"), "ja"),
        ("a.md", page().replace("Gives one pet.", "한 마리의 반려동물을 돌려줍니다."), "ko"),
        ("a.md", "# Names\n\n> The default name of a new pet is 宠物 unless one is given by the caller.\n", "en"),
        ("a.md", "1 2 3", "und"),
    ],
)
def test_the_language_of_a_page(path: str, text: str, language: str) -> None:
    fragment = read_one(text, path)
    assert fragment.language == language
    assert fragment.page.language_evidence


def test_a_given_language_comes_before_all_evidence() -> None:
    fragment = read_one("---\nlang: en\ntitle: x\n---\n" + page(), "en/a.md", "zh-CN")
    assert fragment.language == "zh"
    assert "given" in fragment.page.language_evidence


@pytest.mark.parametrize(
    ("head", "age"),
    [
        ("---\ntitle: A\nfetched_at: 2026-01-21T19:38:30.228236528-03:00\n---\n", "2026-01-21"),
        ("---\ntitle: A\ndate: '2025-11-30'\nfetched_at: 2026-01-21\n---\n", "2025-11-30"),
        ("---\nurl: https://x.example\nlastmod: 2025-11-15T22:33:04.266Z\n---\n", "2025-11-15"),
        ("---\ntitle: A\nlast_updated: 2025-02-30\n---\n", None),
        ("---\ntitle: A\nupdated: yesterday\n---\n", None),
        ("<!--\nSource: https://x.example/a.md\nDownloaded: 2026-08-20T20:27:56.420Z\n-->\n", "2026-08-20"),
        ("", None),
    ],
)
def test_the_age_of_a_page(head: str, age: str | None) -> None:
    assert read_one(head + page()).age == age


# --- cost


@pytest.mark.parametrize("char", "`~#>- \t*{[\"'<:&\\|")
def test_a_million_of_one_character_is_read_at_once(char: str) -> None:
    for text in (char * 1_000_000, (char * 3 + "\n") * 10_000, "# T\n\n> " + char * 1_000_000):
        for fragment in read(text):
            assert fragment.operations == ()
            assert fragment.findings
    assert read_one(char * 1_000_000, "a.json").findings
    assert read_one(char * 1_000_000, "a.yaml").findings


def test_many_blocks_are_merged_without_growing_cost() -> None:
    blocks = "\n".join(
        f"```yaml\nopenapi: 3.1.0\npaths:\n  /a{n}:\n    get: {{}}\ntags: [{{name: t{n}}}]\n```" for n in range(2_000)
    )
    fragment = read_one(blocks)
    assert len(fragment.operations) == 2_000
    assert len(fragment.document["tags"]) == 2_000


def test_aliases_that_unfold_are_looked_at_once() -> None:
    levels = "".join(f"  L{n}: &l{n} {{properties: {{a: *l{n - 1}, b: *l{n - 1}}}}}\n" for n in range(1, 18))
    block = DOCUMENT + "components:\n schemas:\n  L0: &l0 {type: string}\n" + levels
    assert read_one(page(block)).operations == (GET_PET,)


def test_the_seed_pages_of_the_project_are_read() -> None:
    pages = sorted((Path(__file__).parent.parent / "specs" / "pages").rglob("*.md"))
    assert pages
    for path in pages:
        (fragment,) = read_bytes(str(path), path.read_bytes())
        assert len(fragment.operations) == 1
        assert fragment.language == path.parent.name
        assert "page-without-operation" not in rules(fragment)
