"""Contract -> package: names, shapes, determinism, and that no text of a page ever becomes code."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot.core.finding import Location
from diglot.core.ir import Origin
from diglot.core.names import Names, comment, constant, docstring, literal, pascal, snake
from diglot.core.usage import UsageError
from diglot.render import Options, render
from injection_help import unformatted
from quality_help import mypy, ruff
from render_help import documents, library, rendered, write

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "specs" / "dify-82.en.json"


class TestNames:
    """Text of a page -> names, literals, docstrings."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("listDocuments", "list_documents"),
            ("list-documents", "list_documents"),
            ("HTTPError", "http_error"),
            ("created_at__before", "created_at_before"),
            ("2fa", "value_2fa"),
            ("class", "class_"),
            ("名称", "u540d_u79f0"),
            ("émigré", "emigre"),
            ("", "value"),
            ("--", "value"),
            ("__init__", "init"),
        ],
    )
    def test_snake(self, text: str, expected: str) -> None:
        assert snake(text) == expected

    def test_pascal_and_constant(self) -> None:
        assert pascal("batch update-documentStatus v2") == "BatchUpdateDocumentStatusV2"
        assert pascal("none") == "None_"
        assert constant("listDocuments") == "LIST_DOCUMENTS"

    def test_collisions_are_numbered_in_order(self) -> None:
        names = Names({"taken"})
        assert [names.take(name) for name in ("a", "a", "taken", "taken", "a", "a2", "class")] == [
            "a", "a2", "taken_", "taken2", "a3", "a2_2", "class_",
        ]  # fmt: skip

    def test_long_names_are_cut_and_stay_apart(self) -> None:
        first, second = snake("x" * 500 + "a"), snake("x" * 500 + "b")
        assert first != second
        assert max(len(first), len(second)) <= 80

    @given(st.text())
    def test_any_text_gives_a_name(self, text: str) -> None:
        for name in (snake(text), pascal(text), constant(text), Names().take(snake(text))):
            assert name.isascii()
            assert name.isidentifier()
            assert not __import__("keyword").iskeyword(name)

    @given(st.text(st.characters(exclude_categories=[])))
    def test_any_text_survives_a_literal(self, text: str) -> None:
        source = literal(text)
        assert source.encode().isascii() or source.isprintable() or "\u3000" in source
        assert ast.literal_eval(source) == text

    @given(st.text(st.characters(exclude_categories=[])), st.integers(0, 8))
    def test_any_text_fits_a_docstring_and_a_comment(self, text: str, indent: int) -> None:
        source = f"class C:\n    {docstring(text, 4)}\n    {comment(text)}\n    x = 1\n"
        tree = ast.parse(source)
        assert [type(node).__name__ for node in tree.body[0].body] == ["Expr", "Assign"]  # type: ignore[attr-defined]

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists))
    def test_any_value_survives_a_literal(self, value: Any) -> None:
        assert eval(literal(value), {"float": float}) == value


class TestShape:
    """What is made of the contract."""

    def test_the_files(self) -> None:
        assert sorted(path for path in library() if not path.startswith("library_client/_")) == [
            "README.md",
            "library_client/errors.py",
            "library_client/models.py",
            "library_client/operations.py",
            "library_client/py.typed",
            "library_client/server.py",
            "pyproject.toml",
            "reference/en.md",
            "reference/zh.md",
        ]

    def test_class_names_come_from_the_contract(self) -> None:
        classes = [
            node.name
            for node in ast.parse(library()["library_client/models.py"]).body
            if isinstance(node, ast.ClassDef)
        ]
        assert {"Document", "DocumentMetadataOperation", "MetadataValue", "DocumentMetadataValue"} <= set(classes)
        assert {"BatchUpdateDocumentStatusRequest", "DocumentDataSourceDetailDictUploadFile"} <= set(classes)
        assert {"ListDocumentsParameters", "SuccessResponse", "DocumentListResponse", "Error"} <= set(classes)
        assert not [name for name in classes if name[-1].isdigit() or name.startswith(("Item", "DocMetadatum"))]

    def test_names_do_not_depend_on_the_language(self) -> None:
        both = documents()
        chinese = rendered({"zh": both["zh"], "en": both["en"]})
        english = rendered(both)
        for path in english:
            if path.endswith(".py"):
                assert shape_of(chinese[path]) == shape_of(english[path])

    def test_both_languages_stand_in_the_docstrings(self) -> None:
        client = library()["library_client/_untagged.py"]
        assert "检索指定知识库中所有文档的分页列表。" in client
        assert "Knowledge base ID. 知识库的 ID。" in client
        models = library()["library_client/models.py"]
        assert "One document of a knowledge base.\n\n    知识库中的一个文档。" in models

    def test_a_text_equal_to_the_canonical_one_is_not_said_twice(self) -> None:
        assert library()["library_client/models.py"].count("A keyword of Python.") == 1

    def test_the_references(self) -> None:
        english, chinese = library()["reference/en.md"], library()["reference/zh.md"]
        assert "## Operations" in english
        assert "## 接口" in chinese
        assert "检索指定知识库中所有文档的分页列表。" in chinese
        assert "知识库的 ID。" not in english
        for name in ("list_documents", "batch_update_document_status", "InvalidAction", "display_status", "guide.txt"):
            assert name in english
            assert name in chinese

    def test_the_reference_says_where_facts_come_from(self) -> None:
        pointer = "/paths/~1datasets~1{dataset_id}~1documents/get/parameters/1"
        origin = Origin(Location("specs/pages/en/list.md", 41, 3, pointer), "declared", "en")
        files = render(documents(), Options(), {pointer: (origin,)})
        english = next(file.text for file in files if file.path == "reference/en.md")
        row = next(line for line in english.splitlines() if line.startswith("| `keyword`"))
        assert "`specs/pages/en/list.md:41` (declared)" in row

    def test_the_hash_of_the_contract_stands_in_every_file(self) -> None:
        canonical = json.dumps(documents()["en"], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        for path, text in library().items():
            assert path.endswith("py.typed") or digest in "\n".join(text.splitlines()[:3])

    def test_the_package_stands_alone(self) -> None:
        project = tomllib.loads(library()["pyproject.toml"])["project"]
        assert sorted(name.split(">")[0] for name in project["dependencies"]) == [
            "httpx2",
            "pydantic",
            "typing-extensions",
        ]
        others = {"httpx2", "pydantic", "pydantic_core", "typing_extensions", "library_client"}
        standard = set(sys.stdlib_module_names) | others
        for path, text in library().items():
            if path.endswith(".py"):
                assert imported(text) <= standard

    def test_an_empty_contract_gives_an_empty_client(self, tmp_path: Path) -> None:
        empty = {"en": {"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "paths": {}}}
        write(rendered(empty), tmp_path)
        assert ruff(tmp_path, "check") == ""

    @pytest.mark.parametrize("path", ["_client.py", "_transport.py", "_paging.py"])
    def test_both_clients_are_the_same_program(self, path: str) -> None:
        sync = [
            node.name
            for node in ast.walk(ast.parse(library()[f"library_client/{path}"]))
            if isinstance(node, ast.FunctionDef)
        ]
        twin = ast.parse(library()[f"library_client/_async{path}"])
        methods = [node.name for node in ast.walk(twin) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        spoken = {"__aenter__": "__enter__", "__aexit__": "__exit__", "aclose": "close", "__aiter__": "__iter__"}
        assert set(sync) <= {spoken.get(name, name) for name in methods}


class TestNoTrace:
    """Rendering leaves no trace in the contract, and none of where it ran in the files."""

    def test_the_contract_is_not_changed(self) -> None:
        given_documents = documents()
        before = copy.deepcopy(given_documents)
        rendered(given_documents)
        assert given_documents == before

    def test_no_date_and_no_path(self) -> None:
        for text in library().values():
            assert str(ROOT) not in text
            assert "/tmp" not in text


class TestTemplates:
    """Templates print what an encoder made; one's own replace ours one at a time."""

    def test_templates_print_only_what_an_encoder_made(self, tmp_path: Path) -> None:
        (tmp_path / "_model.py.jinja").write_text("{{ base_url }}", encoding="utf-8")
        with pytest.raises(UsageError, match="without an encoder"):
            rendered(templates=tmp_path)

    def test_a_template_of_ones_own_replaces_ours_alone(self, tmp_path: Path) -> None:
        (tmp_path / "_error.py.jinja").write_text('"""Mine."""\n\nNAME = {{ base_url | literal }}\n', encoding="utf-8")
        files, ours = rendered(templates=tmp_path), rendered()
        assert files["dify_knowledge/_error.py"] == '"""Mine."""\n\nNAME = "https://api.dify.ai/v1"\n'
        assert {path for path in files if files[path] != ours[path]} == {"dify_knowledge/_error.py"}

    @pytest.mark.parametrize("text", ["{{ nothing }}", "{% if %}", "{{ 1 / 0"])
    def test_a_template_that_is_wrong_is_said_to_be_wrong(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "_model.py.jinja").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=r"_model\.py\.jinja"):
            rendered(templates=tmp_path)


ODD_SCHEMAS: tuple[Any, ...] = (
    True,
    {"$ref": "#/components/schemas/Loop"},
    {"$ref": "#/nowhere"},
    {"$ref": "other.yaml#/x"},
    {"allOf": [{"$ref": "#/components/schemas/Loop"}, {"$ref": "#/components/schemas/Document"}]},
    {"oneOf": [{"type": "string", "minLength": 2}, {"type": "object", "properties": {"a": {"type": "integer"}}}]},
    {"anyOf": [{"type": "null"}, {"type": "array"}]},
    {"type": ["string", "integer", "array", "null"], "items": {"type": "number", "minimum": 2}},
    {"type": "object", "additionalProperties": {"type": ["number", "null"]}},
    {"enum": [1, "a", None, True]},
    {"enum": [1.5]},
    {"enum": []},
    {"type": "string", "pattern": "(?<=x)y", "format": "email"},
    {"type": "integer", "minimum": "x", "default": "y"},
    {"type": "nonsense"},
    {"properties": {"model_config": {}, "copy": {"type": "string"}, "date": {"type": "string", "format": "date"}}},
    {"properties": {"a": {"items": {"items": {"items": {"properties": {"b": {}}}}}}}},
    {"type": "object", "properties": {"self": {"$ref": "#/components/schemas/Odd"}}},
    {"discriminator": {"propertyName": 5, "mapping": {"a": "#/components/schemas/Document"}}},
    {"oneOf": [], "discriminator": {"propertyName": "kind"}},
    {"oneOf": [{"type": "string"}], "discriminator": {"propertyName": "kind", "mapping": {"a": "#/nowhere", "b": 5}}},
    {"discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/Text"}}},
    {"discriminator": {"propertyName": "kind", "mapping": {"a": "Odd22", "b": "Document", "c": "Loop"}}},
    {
        "oneOf": [{"$ref": "#/components/schemas/Odd22"}, {"$ref": "#/components/schemas/MetadataValue"}],
        "discriminator": {"propertyName": 'k"\n', "mapping": {'b"""\\': "Odd22", "d": "#/components/schemas/Odd23"}},
    },
)


def test_odd_schemas_give_a_package_that_imports(tmp_path: Path) -> None:
    contract = documents()["en"]
    contract["components"]["schemas"]["Text"] = {"type": "string"}
    contract["components"]["schemas"]["Loop"] = {"$ref": "#/components/schemas/Loop"}
    for number, schema in enumerate(ODD_SCHEMAS):
        media = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/Odd{number}"}}}}
        contract["components"]["schemas"][f"Odd{number}"] = schema
        contract["paths"][f"/odd/{number}"] = {
            "post": {
                "operationId": f"odd{number}",
                "requestBody": media,
                "responses": {"200": {"description": "d", **media}},
            }
        }
    write(rendered({"en": contract}), tmp_path)
    assert ruff(tmp_path, "check") == ""
    check = (
        "import dify_knowledge._client, dify_knowledge.models as m\n"
        "models = [v for v in vars(m).values() if hasattr(v, 'model_rebuild')]\n"
        "[v.model_rebuild() for v in models]\n"
        "assert len(models) > 20"
    )
    command = [sys.executable, "-W", "error", "-c", check]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert mypy(tmp_path, "dify_knowledge") == ""


@pytest.mark.parametrize("kind", ["allOf", "anyOf", "oneOf"])
def test_schemas_that_double_at_every_step_cost_nothing(kind: str) -> None:
    contract = documents()["en"]
    for number in range(60):
        twice = [{"$ref": f"#/components/schemas/Step{number + 1}"}] * 2
        own = {"type": "object", "properties": {f"p{number}": {"type": "string"}}}
        contract["components"]["schemas"][f"Step{number}"] = {kind: [*twice, own]}
    contract["components"]["schemas"]["Step60"] = {"type": "object"}
    assert "class Step" in unformatted({"en": contract})["dify_knowledge/models.py"]


def shape_of(source: str) -> str:
    """The program without what its strings say."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def imported(source: str) -> set[str]:
    """The top-level modules that a source imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found
