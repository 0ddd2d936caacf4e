"""Every operation of a whole specification: called, sync and async, against a server that knows the contract."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from contract_help import Contract, serving
from diglot import pipeline
from diglot.core.pointer import resolve
from diglot.core.tree import plain
from diglot.normalize import editions
from diglot.project import Project
from diglot.render import Options, render
from diglot.render.contract.operations import Operation
from diglot.render.contract.view import View, build_view
from quality_help import mypy, ruff
from render_help import write

ROOT = Path(__file__).resolve().parent.parent
SPECS = ROOT.parent / "shared" / "specs"
ENGLISH, CHINESE = SPECS / "dify-82.en.json", SPECS / "dify-82.zh.json"
pytestmark = pytest.mark.skipif(not ENGLISH.is_file(), reason="needs the 82 operations in ../shared/specs")


def documents(*paths: Path) -> dict[str, dict[str, Any]]:
    """The contract of some files in its languages, as `diglot generate` makes it."""
    project = Project.at(ROOT)
    normalized = pipeline.normalize(project, pipeline.read(project, [str(path) for path in paths]), additions=False)
    return {language: plain(document) for language, document in editions(normalized).items()}


@dataclass(frozen=True)
class Made:
    """The package of the specification, imported, and what it was made from."""

    folder: Path
    package: ModuleType
    view: View
    contract: Contract


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder, both = tmp_path_factory.mktemp("whole"), documents(ENGLISH, CHINESE)
    options = Options(package="whole_api", client="Whole", environment="WHOLE")
    write({file.path: file.text for file in render(both, options)}, folder)
    sys.path.insert(0, str(folder))
    try:
        package = importlib.import_module("whole_api")
    finally:
        sys.path.remove(str(folder))
    return Made(folder, package, build_view(both, options, {}), Contract(next(iter(both.values()))))


def arguments(made: Made, operation: Operation, *, full: bool) -> dict[str, Any]:
    """Values for the arguments of a method: all of them, or those that must be given."""
    values: dict[str, Any] = {}
    for argument in operation.arguments:
        if argument.field.required or full:
            node = resolve(made.contract.document, argument.field.pointer)
            if argument.place == "file":
                values[argument.name] = ("a.txt", b"text", "text/plain")
            else:
                values[argument.name] = made.contract.sample(node.get("schema", node), full=full)
    return values


def same(value: Any) -> Any:
    """A model as the JSON that it came from."""
    if isinstance(value, list):
        return [same(item) for item in value]
    return value.model_dump(mode="json", by_alias=True, exclude_unset=True) if hasattr(value, "model_dump") else value


def called(client: Any, operation: Operation, values: dict[str, Any]) -> Any:
    """What one call gives, as JSON or bytes."""
    answer = getattr(client, operation.name)(**values)
    if operation.answer.kind == "events":
        with answer as stream:
            return [same(event) for event in stream]
    if operation.answer.kind == "download":
        with answer as stream:
            return b"".join(stream)
    return same(answer.answer if operation.paging else answer)


async def called_async(client: Any, operation: Operation, values: dict[str, Any]) -> Any:
    """The same of the asynchronous client."""
    answer = await getattr(client, operation.name)(**values)
    if operation.answer.kind == "events":
        async with answer as stream:
            return [same(event) async for event in stream]
    if operation.answer.kind == "download":
        async with answer as stream:
            return b"".join([chunk async for chunk in stream])
    return same(answer.answer if operation.paging else answer)


def expected(operation: Operation, content: Any) -> Any:
    """What a call must give for what the server sent."""
    if operation.answer.kind == "nothing":
        return None
    if operation.answer.kind == "events" and not operation.answer.model:
        return [json.dumps(event) for event in content]
    return content


@pytest.mark.filterwarnings("ignore:This operation may go away")
@pytest.mark.parametrize("full", [False, True], ids=["required", "all"])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_every_operation(made: Made, is_async: bool, full: bool) -> None:
    operations = made.view.operations
    assert len({(operation.method, operation.path) for operation in operations}) == 82

    async def all_async(address: str) -> list[Any]:
        async with made.package.AsyncWhole("key", base_url=address, retries=0) as client:
            return [await called_async(client, each, arguments(made, each, full=full)) for each in operations]

    with serving(made.contract) as (address, seen):
        if is_async:
            results = asyncio.run(all_async(address))
        else:
            with made.package.Whole("key", base_url=address, retries=0) as client:
                results = [called(client, each, arguments(made, each, full=full)) for each in operations]
    assert seen.problems == []
    assert [method for method, _, _ in seen.requests] == [operation.method for operation in operations]
    for operation, result, content in zip(operations, results, seen.answers, strict=True):
        if operation.answer.kind == "events" and not operation.answer.model:
            result = [event.data for event in result]
        assert result == expected(operation, content), operation.name


def test_one_attribute_a_tag_and_every_operation_on_the_client(made: Made) -> None:
    with made.package.Whole("key", base_url="http://127.0.0.1:9") as client:
        attributes = [group.attribute for group in made.view.groups]
        assert {"documents", "chunks", "models", "chat_messages", "knowledge_bases", "files"} <= set(attributes)
        for group in made.view.groups:
            held = getattr(client, group.attribute)
            for operation in group.operations:
                assert getattr(type(held), operation.name) is getattr(type(client), operation.name)
                assert inspect.getdoc(getattr(client, operation.name))


def test_a_mode_is_chosen_by_the_method_and_no_argument(made: Made) -> None:
    for name in ("send_chat_message", "execute_workflow", "run_workflow_by_id", "create_completion_message"):
        plain_way, stream = getattr(made.package.Whole, name), getattr(made.package.Whole, f"{name}_stream")
        assert list(inspect.signature(plain_way).parameters) == list(inspect.signature(stream).parameters)
        assert "response_mode" not in inspect.signature(stream).parameters


def test_names_do_not_depend_on_the_order_of_the_editions(made: Made) -> None:
    other = build_view(documents(CHINESE, ENGLISH), made.view.options, {})
    assert names(other) == names(made.view)
    alone = build_view(documents(CHINESE), made.view.options, {})
    for path, name in names(alone)["paths"].items():
        assert name.isascii()
        assert not name.endswith(("_zh", "_cn")), path
    kept = {key: name for key, name in names(alone)["paths"].items() if names(made.view)["paths"].get(key) == name}
    assert len(kept) > 50
    assert {"documents", "segments", "metadata", "tags"} <= {group.attribute for group in alone.groups}


def test_names_do_not_depend_on_the_order_of_the_contract_or_on_what_else_it_holds(made: Made) -> None:
    ours, both = names(made.view), documents(ENGLISH, CHINESE)
    paths = list(both["en"]["paths"])
    for number in range(0, len(paths), 9):
        left = set(paths[number : number + 3])
        fewer = {language: turned(document, left) for language, document in both.items()}
        theirs = names(build_view(fewer, made.view.options, {}))
        assert set(theirs["models"]) <= set(ours["models"])
        assert theirs["paths"].items() < ours["paths"].items()
        assert {group[:2] for group in theirs["groups"]} <= {group[:2] for group in ours["groups"]}


def turned(document: dict[str, Any], left: set[str]) -> dict[str, Any]:
    """A document with its paths and schemas in the opposite order, and without some of the paths."""
    components = document["components"]
    schemas = dict(reversed(components["schemas"].items()))
    paths = {path: item for path, item in reversed(document["paths"].items()) if path not in left}
    return {**document, "paths": paths, "components": {**components, "schemas": schemas}}


def names(view: View) -> dict[str, Any]:
    """Every name that a user of the package sees."""
    return {
        "paths": {f"{each.method} {each.path} {each.answer.kind}": str(each.name) for each in view.operations},
        "groups": [(group.attribute, group.name, [each.name for each in group.operations]) for group in view.groups],
        "models": sorted(model.name for model in view.models),
        "fields": {model.name: [field.name for field in model.fields] for model in view.models},
    }


def test_names_that_a_careful_author_would_choose(made: Made) -> None:
    classes = [model.name for model in made.view.models]
    assert len(classes) > 300
    for name in classes:
        assert not name[-1].isdigit(), name
        assert "Option" not in name.replace("OptionSource", ""), name
        assert "Metadatum" not in name
        assert "ResponseResponse" not in name
        assert len(name) <= 56, name
        words = re.findall("[A-Z][a-z]+", name)
        assert all(first != second for first, second in pairwise(words)), name
    described = ast.parse((made.folder / "whole_api" / "models.py").read_text(encoding="utf-8"))
    for node in described.body:
        if isinstance(node, ast.ClassDef):
            assert ast.get_docstring(node), node.name
    assert "as the contract describes it" not in (made.folder / "whole_api" / "models.py").read_text(encoding="utf-8")


def test_the_models_are_imported_with_the_first_call_alone(made: Made) -> None:
    check = (
        "import sys, whole_api; whole_api.Whole('k').documents; whole_api.AsyncWhole('k').tags\n"
        "print('whole_api.models' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", check], cwd=made.folder, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_types_and_style(made: Made) -> None:
    assert mypy(made.folder, "whole_api") == ""
    assert ruff(made.folder, "check") == ""
    assert ruff(made.folder, "format", "--check") == ""
