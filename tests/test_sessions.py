"""Every program that the generated code shows (docstrings, README, reference) runs against the reference server."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dify_knowledge as dk
from diglot.render.words.session import UUID, Piece
from diglot.serve import demo, running
from render_help import library

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / "generated"
DEMO = demo()


def programs() -> Iterator[tuple[str, str]]:
    """Where each program stands, and its text."""
    for client in (dk.DifyKnowledge, dk.AsyncDifyKnowledge):
        for name in ("list_documents", "batch_update_document_status", "batch_update_document_metadata"):
            examples = doctest.DocTestParser().get_examples(getattr(client, name).__doc__ or "")
            yield f"{client.__name__}.{name}", "".join(example.source for example in examples)
    for path in ("README.md", "reference/en.md", "reference/zh.md"):
        text = (GENERATED / path).read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL), 1):
            if "client." in block:
                yield f"{path}:{number}", block


def real(text: str, document: str) -> str:
    """The program with things that the reference server has in place of those made up."""
    field = DEMO.metadata_fields[0]
    text = re.sub(
        r'MetadataValue\(\s*id="[^"]*",\s*name="[^"]*"', f'MetadataValue(id="{field.id}", name="{field.name}"', text
    )
    text = re.sub(rf'(document_ids?=\[?\s*)"{UUID}"', rf'\1"{document}"', text)
    return text.replace(UUID, DEMO.dataset)


@pytest.fixture(scope="module")
def document() -> Iterator[str]:
    """The id of a document on a server whose key and address stand in the environment."""
    with running() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIFY_API_KEY", DEMO.token)
        patch.setenv("DIFY_BASE_URL", url)
        with dk.DifyKnowledge() as client:
            yield str(client.list_documents(DEMO.dataset, limit=1).data[0].id)


@pytest.mark.parametrize(("place", "text"), list(programs()), ids=[place for place, _ in programs()])
def test_a_program_that_is_shown_runs(place: str, text: str, document: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = real(text, document)
    assert "..." not in text, "nothing is left for the reader to guess"
    scope: dict[str, object] = {"__name__": "program"}
    exec(compile(text, place, "exec"), scope)
    if "list_documents" in text:
        assert capsys.readouterr().out.count("display_status=") == 130


def test_every_place_that_shows_programs_is_among_them() -> None:
    places = [place.partition(":")[0] for place, _ in programs()]
    assert {place: places.count(place) for place in places if "/" in place or place == "README.md"} == {
        "README.md": 3,
        "reference/en.md": 3,
        "reference/zh.md": 3,
    }


def test_what_is_too_wide_stands_on_lines_of_its_own() -> None:
    piece = Piece("f(", (Piece("[", (Piece("1"), Piece("2")), "]").after("x="), Piece("3")), ")")
    assert piece.lines(80, "y = ") == ["y = f(x=[1, 2], 3)"]
    assert piece.lines(13) == ["f(", "    x=[1, 2],", "    3,", ")"]
    assert piece.lines(10, end=":") == ["f(", "    x=[", "        1,", "        2,", "    ],", "    3,", "):"]


def test_examples_of_the_contract_are_used() -> None:
    files = library()
    for path in ("README.md", "reference/en.md"):
        blocks = re.findall(r"```python\n(.*?)```", files[path], re.DOTALL)
        assert blocks
        for block in blocks:
            assert compile(block, path, "exec")
