"""`diglot generate`: what changes is said as callers see it, people's files and templates are respected."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from diglot import pipeline
from diglot.core import yaml
from render_help import documents, put, rendered

Run = Callable[..., tuple[int, str, str]]
BOOKS = "/paths/~1books/get"
SPEC: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Library", "version": "1"},
    "servers": [{"url": "https://api.example.com"}],
    "paths": {
        "/books": {
            "get": {
                "operationId": "listBooks",
                "summary": "List books.",
                "parameters": [
                    {"name": "author", "in": "query", "schema": {"type": "string"}},
                    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["asc", "desc"]}},
                ],
                "responses": {
                    "200": {
                        "description": "The books.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Books"}}},
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Books": {
                "type": "object",
                "required": ["names"],
                "properties": {"names": {"type": "array", "items": {"type": "string"}}, "count": {"type": "integer"}},
            }
        }
    },
}


class Workshop:
    """A folder with one document, and the client generated from it."""

    def __init__(self, diglot: Run, root: Path) -> None:
        self._diglot, self.root, self.out = diglot, root, root / "client"
        self.say(SPEC)
        assert self.generate()[0] == 0

    def say(self, document: dict[str, Any]) -> None:
        (self.root / "library.yaml").write_text(yaml.dump(document), encoding="utf-8")

    def change(self, *changes: tuple[str, Any]) -> None:
        document = copy.deepcopy(SPEC)
        for pointer, value in changes:
            put(document, pointer, value)
        self.say(document)

    def generate(self, *more: str | Path) -> tuple[int, str, str]:
        arguments = ("generate", "-C", self.root, "library.yaml", "--into", "client", "--package", "library")
        return self._diglot(*arguments, *more)

    def tree(self) -> dict[str, bytes]:
        found = (path for path in self.out.rglob("*") if path.is_file())
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def workshop(diglot: Run, tmp_path: Path) -> Workshop:
    return Workshop(diglot, tmp_path)


def findings(workshop: Workshop) -> list[tuple[str, str]]:
    """Rule and file of all that --check finds."""
    found = json.loads(workshop.generate("--check", "--format", "json")[1])["findings"]
    return [(item["rule"], item["location"]["path"]) for item in found]


class TestWhatWouldChange:
    def test_nothing(self, workshop: Workshop) -> None:
        code, out, err = workshop.generate("--check")
        assert (code, out, err) == (0, "", "generate: nothing would change\n")

    def test_an_argument_that_goes_breaks_callers_and_nothing_is_written(self, workshop: Workshop) -> None:
        before = workshop.tree()
        workshop.change((f"{BOOKS}/parameters", SPEC["paths"]["/books"]["get"]["parameters"][1:]))
        code, out, err = workshop.generate("--check")
        assert code == 1
        assert re.search(
            r"^client/library/_untagged\.py:\d+:1: error client-argument-removed "
            r"`Library\.list_books` no longer takes `author`$",
            out,
            re.MULTILINE,
        )
        assert out.count("client-argument-removed") == 1  # the asynchronous twin is not told of again
        assert "---" not in out
        assert err.endswith("API: Argument removed: 1 (breaking), Method to implement changed: 1\n")
        assert workshop.tree() == before

    def test_a_change_of_texts_alone_is_a_note_for_each_file_and_still_a_change(self, workshop: Workshop) -> None:
        workshop.change((f"{BOOKS}/summary", "List all books."))
        assert workshop.generate("--check")[0] == 1
        found = findings(workshop)
        assert {rule for rule, _ in found} == {"generated-stale"}
        assert ("generated-stale", "client/library/_untagged.py") in found
        assert ("generated-stale", "client/library/errors.py") not in found  # nothing but the digest differs
        assert workshop.generate("--check")[2].endswith("API: nothing\n")

    def test_a_change_that_only_the_digest_shows_is_told_too(self, workshop: Workshop) -> None:
        workshop.change(("/info/version", "2"))
        code, out, _ = workshop.generate("--check")
        assert code == 1
        assert "client/library/errors.py:1:1: note generated-stale" in out

    def test_what_breaks_and_what_does_not_come_together(self, workshop: Workshop) -> None:
        sort = {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["asc"]}}
        field = {"type": ["integer", "null"]}
        workshop.change(
            (f"{BOOKS}/parameters/1", sort),
            ("/components/schemas/Books/properties/count", field),
            ("/paths/~1shelves", {"get": {"operationId": "listShelves", "responses": {"204": {"description": "OK"}}}}),
        )
        rules = {rule for rule, _ in findings(workshop)}
        assert {"argument-value-removed", "model-field-may-be-null", "client-method-added"} <= rules
        for form in ("sarif", "markdown", "junit", "github", "jsonl", "text"):
            code, out, _ = workshop.generate("--check", "--format", form)
            assert code == 1
            assert "argument-value-removed" in out

    def test_in_chinese(self, workshop: Workshop) -> None:
        workshop.change((f"{BOOKS}/operationId", "findBooks"))
        _, out, err = workshop.generate("--check", "--lang", "zh")
        assert "`Library.list_books` 已不存在" in out
        assert "方法被移除 1 项（不兼容）" in err

    def test_a_file_on_the_disk_that_is_no_python_says_nothing_of_the_api(self, workshop: Workshop) -> None:
        (workshop.out / "library/models.py").write_text("class Books(:\n", encoding="utf-8")
        assert findings(workshop) == [("generated-edited", "client/library/models.py")]

    def test_generating_says_in_one_line_what_changed(self, workshop: Workshop) -> None:
        workshop.change((f"{BOOKS}/operationId", "findBooks"))
        code, out, err = workshop.generate()
        assert (code, out) == (0, "")
        assert err.count("\n") == 1
        assert err.endswith("API: Method removed: 1 (breaking), Method added: 1, Method to implement changed: 2\n")
        assert workshop.generate()[2] == "generated into client; changed: nothing\n"

    def test_where_nothing_stood_nothing_has_changed(self, workshop: Workshop, diglot: Run) -> None:
        _, _, err = diglot("generate", "-C", workshop.root, "library.yaml", "--into", "fresh")
        assert "API" not in err


class TestPeoplesFiles:
    def test_an_edit_by_hand_is_kept_until_it_is_given_up(self, workshop: Workshop) -> None:
        path = workshop.out / "library/errors.py"
        path.write_text(f"{path.read_text(encoding='utf-8')}\n# mine\n", encoding="utf-8")
        edited = workshop.tree()
        workshop.change((f"{BOOKS}/summary", "List all books."))
        assert ("generated-edited", "client/library/errors.py") in findings(workshop)
        code, out, err = workshop.generate()
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert "edited by hand" in err
        assert "library/errors.py" in err
        assert "--force" in err
        assert workshop.tree() == edited
        assert workshop.generate("--force")[0] == 0
        assert b"# mine" not in path.read_bytes()
        assert workshop.generate("--check")[0] == 0

    def test_a_file_in_the_way_is_named_and_kept(self, workshop: Workshop, diglot: Run) -> None:
        folder = workshop.root / "other"
        folder.mkdir()
        (folder / "README.md").write_text("# Mine\n", encoding="utf-8")
        arguments = ("generate", "-C", workshop.root, "library.yaml", "--into", "other")
        assert "other/README.md:1:1: error generated-collision" in diglot(*arguments, "--check")[1]
        code, _, err = diglot(*arguments, "--force")
        assert code == 2
        assert "README.md" in err
        assert [path.name for path in folder.iterdir()] == ["README.md"]


def templates(root: Path, **texts: str) -> Path:
    folder = root / "mine"
    for name, text in texts.items():
        path = folder / {"retry": "_retry.py.jinja"}.get(name, f"pydantic_v2/{name}.jinja2")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


class TestNames:
    def test_the_client_is_called_after_its_package(self, workshop: Workshop) -> None:
        source = workshop.tree()["library/_settings.py"].decode()
        assert "class Library(" in workshop.tree()["library/_client.py"].decode()
        assert '"LIBRARY_API_KEY"' in source

    @pytest.mark.parametrize("name", ["../evil", "class", "my-api", "a.b", "1st", "名", "a" * 200 + "-"])
    def test_a_package_that_cannot_be_imported_is_refused_in_one_line(self, workshop: Workshop, name: str) -> None:
        before = workshop.tree()
        code, out, err = workshop.generate("--package", name)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"diglot: {name[:60]!r} ")
        assert "is no name in Python" in err
        assert workshop.tree() == before


class TestTemplatesOfOnesOwn:
    def test_one_replaces_ours_and_no_other(self, workshop: Workshop) -> None:
        before = workshop.tree()
        templates(workshop.root, retry='{{ header }}\n"""Mine."""\n\nATTEMPTS = 3\n')
        assert workshop.generate("--check", "--templates", "mine")[0] == 1
        assert workshop.tree() == before
        assert workshop.generate("--templates", "mine")[0] == 0
        after = workshop.tree()
        changed = {path for path in after if after[path] != before[path]}
        assert changed == {"library/_retry.py", ".manifest.json"}
        assert after["library/_retry.py"].endswith(b'"""Mine."""\n\nATTEMPTS = 3\n')
        assert workshop.generate("--check", "--templates", "mine")[0] == 0

    @pytest.mark.parametrize("name", ["RootModel", "BaseModel"])
    def test_one_template_of_models_alone(self, workshop: Workshop, name: str) -> None:
        document = copy.deepcopy(SPEC)
        content = {"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}}
        answer = {"200": {"description": "The ids.", "content": content}}
        document["paths"]["/ids"] = {"get": {"operationId": "listIds", "responses": answer}}
        workshop.say(document)
        assert workshop.generate()[0] == 0
        plain = workshop.tree()["library/models.py"].decode()
        home = Path(__file__).resolve().parent.parent / "templates" / "pydantic_v2" / f"{name}.jinja2"
        marked = home.read_text(encoding="utf-8").replace("    {{ doc }}\n", '    """Mine."""\n', 1)
        templates(workshop.root, **{name: marked})
        assert workshop.generate("--templates", "mine")[0] == 0
        text = workshop.tree()["library/models.py"].decode()
        assert '"""Mine."""' in text
        assert text != plain
        other = {"RootModel": "class Books(Model):\n", "BaseModel": "class ListIdsResponse("}[name]
        assert text[text.index(other) :].split('"""')[1] == plain[plain.index(other) :].split('"""')[1]

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("retry", "{{ header }}\n{{ base_url }}\n", r"mine/_retry\.py\.jinja:2: .*without an encoder"),
            ("retry", "{{ header }}\n\n{{ nowhere }}\n", r"mine/_retry\.py\.jinja:3: .*'nowhere' is undefined"),
            ("retry", "{{ header }}\n{% if %}\n", r"mine/_retry\.py\.jinja:2: .*Expected an expression"),
            ("retry", "{{ header }}\n{{ package + 1 }}\n", r"mine/_retry\.py\.jinja:2: .*concatenate"),
            ("retry", "{{ header }}\nx = = 1\n", r"no Python in _retry\.py, line 3, invalid syntax: x = = 1"),
            ("BaseModel", "class A:\n    {{ nowhere.at.all }}\n", r"mine/pydantic_v2/BaseModel\.jinja2:2: .*undefined"),
            ("BaseModel", "class A:\n    {% if %}\n", r"mine/pydantic_v2/BaseModel\.jinja2:2: .*Expected"),
            ("RootModle", "", r"mine/pydantic_v2/RootModle\.jinja2: there is no template .*RootModel\.jinja2"),
        ],
    )
    def test_what_is_wrong_with_one_is_said_in_a_line_with_its_place(
        self, workshop: Workshop, name: str, text: str, said: str
    ) -> None:
        before = workshop.tree()
        templates(workshop.root, **{name: text})
        code, out, err = workshop.generate("--templates", "mine")
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert re.search(said, err)
        assert workshop.tree() == before

    def test_a_folder_that_is_not_there(self, workshop: Workshop) -> None:
        code, _, err = workshop.generate("--templates", "nowhere")
        assert code == 2
        assert "there is no directory of templates" in err

    def test_those_of_the_configuration_count_and_are_watched(
        self, diglot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "pages").mkdir()
        (tmp_path / "pages/library.yaml").write_text(yaml.dump(SPEC), encoding="utf-8")
        (tmp_path / "diglot.toml").write_text('pages = "pages"\ntemplates = "mine"\n', encoding="utf-8")
        folder = templates(tmp_path, retry='{{ header }}\n"""One."""\n')
        assert diglot("normalize", "-C", tmp_path)[0] == 0
        assert diglot("generate", "-C", tmp_path)[0] == 0
        written = tmp_path / "generated/api_client/_retry.py"
        assert '"""One."""' in written.read_text(encoding="utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(pipeline, "render", None)  # nothing changed: not asked
            assert diglot("generate", "-C", tmp_path) == (0, "", "generated into generated; changed: nothing\n")
        (folder / "_retry.py.jinja").write_text('{{ header }}\n"""Two."""\n', encoding="utf-8")
        assert diglot("generate", "-C", tmp_path)[0] == 0
        assert '"""Two."""' in written.read_text(encoding="utf-8")


EVALUATED = ("{{ 7*7 }}", "{% for x in [1, 2] %}9{% endfor %}", "{# gone #}", "{{ cycler.__init__.__globals__ }}")


def texts(node: Any, pointer: str = "") -> Iterator[str]:
    """The pointers of every title, summary and description."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key in ("title", "summary", "description") and isinstance(value, str):
            yield f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield from texts(value, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


@pytest.mark.parametrize("text", EVALUATED)
def test_no_text_of_a_page_is_ever_a_template(text: str, tmp_path: Path) -> None:
    contract = documents()
    pointers = list(texts(contract["en"]))
    for pointer in pointers:
        for document in contract.values():
            put(document, pointer, f"<{text}>")
    folder = tmp_path / "templates" / "pydantic_v2"
    folder.mkdir(parents=True)
    home = Path(__file__).resolve().parent.parent / "templates" / "pydantic_v2" / "BaseModel.jinja2"
    (folder / "BaseModel.jinja2").write_bytes(home.read_bytes())
    for options in ({}, {"templates": tmp_path / "templates"}):
        files = rendered(contract, **options)
        whole = "".join(files.values())
        assert len(pointers) > 10
        assert "<49>" not in whole
        assert "<99>" not in whole
        assert "<>" not in whole
        assert f"<{text}>" in files["dify_knowledge/models.py"]
        assert text in files["dify_knowledge/_client.py"]
        assert text in files["reference/en.md"]


def test_every_file_that_can_hold_a_comment_names_the_contract() -> None:
    files = rendered()
    digests = {
        path: re.findall(r"Contract: sha256 ([0-9a-f]{64})", "\n".join(text.split("\n")[:2]))
        for path, text in files.items()
        if not path.endswith("py.typed")
    }
    assert len(digests) == len(files) - 1
    assert all(len(found) == 1 for found in digests.values()), digests
    assert len({found[0] for found in digests.values()}) == 1


def test_the_manifest_names_the_same_contract_as_the_files(workshop: Workshop) -> None:
    tree = workshop.tree()
    manifest = json.loads(tree[".manifest.json"])
    assert f"Contract: sha256 {manifest['contract']}".encode() in tree["library/_client.py"]
    assert manifest["files"].keys() == tree.keys() - {".manifest.json"}
