"""The generated code passes the checkers that a careful author's code passes, and so does a program that uses it."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from injection_help import ROOT, contract
from quality_help import mypy, pyright, ruff
from render_help import library, rendered, write

SHARED = ROOT.parent / "shared" / "specs" / "dify-82.en.json"
USER = '''"""A program of somebody who uses the client."""

from __future__ import annotations

from typing import Any, assert_type
from uuid import UUID

import httpx2

from dify_knowledge import (
    AsyncDifyKnowledge,
    AsyncPage,
    DifyKnowledge,
    DifyKnowledgeError,
    NotFound,
    Page,
    StatusError,
    models,
)


def names(client: DifyKnowledge, dataset_id: str) -> list[str]:
    """Every name in a knowledge base."""
    page = client.list_documents(dataset_id, keyword="guide", limit=50)
    assert_type(page, Page[models.Document])
    assert_type(page.data, list[models.Document])
    assert_type(page.total, int | None)
    assert_type(page.next_page(), Page[models.Document] | None)
    for document in page:
        assert_type(document, models.Document)
        assert_type(document.id, UUID)
    return [document.name or "" for document in page]


def change(client: DifyKnowledge, dataset_id: str) -> None:
    """Disable, and see what came of it."""
    try:
        done = client.batch_update_document_status(
            dataset_id, "disable", document_ids=["x"]
        )
    except NotFound as error:
        assert_type(error.status, int)
        assert_type(error.code, str | None)
        assert_type(error.body, bytes)
    except StatusError as error:
        raise RuntimeError(error.message) from error
    except DifyKnowledgeError:
        return
    else:
        assert_type(done, models.SuccessResponse)
        assert_type(done.model_extra, dict[str, Any] | None)


async def main() -> None:
    """The same in an event loop."""
    async with AsyncDifyKnowledge(http_client=httpx2.AsyncClient()) as client:
        page = await client.list_documents("x")
        assert_type(page, AsyncPage[models.Document])
        async for document in client.list_documents("x"):
            assert_type(document, models.Document)
        quick = client.with_options(timeout=5, retries=0)
        assert_type(quick, AsyncDifyKnowledge)
        done = await quick.batch_update_document_status(
            "x", "enable", document_ids=["y"]
        )
        assert_type(done, models.SuccessResponse)
'''
WRONG = {
    "an unknown action": 'client.batch_update_document_status("x", "explode", document_ids=["y"])',
    "an argument too many": 'client.list_documents("x", colour="red")',
    "a text for a number": 'client.list_documents("x", limit="50")',
    "a field that is not there": 'print(client.list_documents("x").data[0].colour_of_the_cover)',
    "no key, but a number": "DifyKnowledge(api_key=5)",
}


def assert_clean(folder: Path, *packages: str) -> None:
    """All four checkers find nothing."""
    assert ruff(folder, "check") == ""
    assert ruff(folder, "format", "--check") == ""
    assert mypy(folder, *packages) == ""
    assert pyright(folder) == []


def test_a_client_and_a_program_that_uses_it_are_clean(tmp_path: Path) -> None:
    write(rendered(contract("own")), tmp_path)
    (tmp_path / "user.py").write_text(USER, encoding="utf-8")
    assert_clean(tmp_path, "dify_knowledge", "user")


def test_what_a_caller_gets_wrong_is_found_before_it_runs(tmp_path: Path) -> None:
    """Each mistake is found by both checkers, and nothing else."""
    write(rendered(contract("own")), tmp_path)
    lines = ["from dify_knowledge import DifyKnowledge", "client = DifyKnowledge()", *WRONG.values()]
    (tmp_path / "wrong.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    places = {f"wrong.py:{number}" for number in range(3, 3 + len(WRONG))}
    assert {
        ":".join(said.split(":")[:2]) for said in mypy(tmp_path, "wrong").splitlines() if "error:" in said
    } == places
    assert {":".join(said.split(":")[:2]) for said in pyright(tmp_path)} == places


def test_a_contract_with_every_feature_is_clean(tmp_path: Path) -> None:
    write({**library(), **rendered(contract("rich"), package="rich_client")}, tmp_path)
    assert_clean(tmp_path, "library_client", "rich_client")


def test_a_whole_specification_is_clean(tmp_path: Path) -> None:
    if not SHARED.is_file():
        pytest.skip("needs the 82 operations in ../shared/specs")
    both = {
        tag: json.loads(SHARED.with_name(f"dify-82.{tag}.json").read_text(encoding="utf-8")) for tag in ("en", "zh")
    }
    files = rendered(both)
    write(files, tmp_path)
    assert_clean(tmp_path, "dify_knowledge")
    table = ast.parse(files["dify_knowledge/operations.py"])
    calls = [
        {word.arg: ast.unparse(word.value) for word in node.keywords}
        for node in ast.walk(table)
        if isinstance(node, ast.Call)
    ]
    asked = {(call["method"], call["path"]) for call in calls if "method" in call}
    assert len(asked) == 82


def test_nothing_is_ignored() -> None:
    for text in library().values():
        for word in ("noqa", "type: ignore", "pyright:", "fmt: off", "pragma"):
            assert word not in text
