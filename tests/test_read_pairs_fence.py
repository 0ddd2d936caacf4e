"""The fence dialect on pages whose source is known, and every published page of the collection beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diglot.core.pointer import resolve, split
from diglot.core.tree import Map, mark_of, plain, walk
from diglot.read import read_bytes

PAGES = Path(__file__).resolve().parent.parent.parent / "shared" / "pages"
ABSENT = pytest.mark.skipif(not PAGES.is_dir(), reason="the collection of published pages is not beside this checkout")
PAIRS = sorted(PAGES.glob("pairs/*/fence.md"))
REAL = sorted(PAGES.glob("real/*/*.md"))
NO_PAGE = [pytest.param(None, marks=pytest.mark.skip(reason="the collection of published pages is absent"))]


@pytest.mark.parametrize("path", PAIRS or NO_PAGE, ids=lambda path: path.parent.name if path else "none")
def test_the_document_is_the_one_the_page_was_made_from(path: Path) -> None:
    truth = json.loads((path.parent / "truth.json").read_text(encoding="utf-8"))
    (fragment,) = read_bytes(str(path), path.read_bytes())
    assert plain(fragment.document) == truth["openapi"]
    assert [(operation.method, operation.path) for operation in fragment.operations] == [
        (truth["method"], truth["path"])
    ]
    assert fragment.dialect == "openapi"
    assert [finding.rule for finding in fragment.findings] == []
    assert fragment.losses == ()


@pytest.mark.parametrize("path", PAIRS or NO_PAGE, ids=lambda path: path.parent.name if path else "none")
def test_every_key_is_found_where_its_mark_points(path: Path) -> None:
    (fragment,) = read_bytes(str(path), path.read_bytes())
    lines = path.read_text(encoding="utf-8").split("\n")
    for pointer, _, _ in walk(fragment.document):
        tokens = split(pointer)
        parent = resolve(fragment.document, pointer.rpartition("/")[0]) if tokens else None
        if isinstance(parent, Map):
            mark = mark_of(parent, tokens[-1])
            assert mark is not None, pointer
            assert lines[mark.line - 1][mark.column - 1 :].lstrip("'\"").startswith(tokens[-1]), pointer


@pytest.mark.parametrize("path", REAL or NO_PAGE, ids=lambda path: path.stem if path else "none")
def test_every_published_page_gives_operations_or_a_finding(path: Path) -> None:
    fragments = read_bytes(str(path), path.read_bytes())
    assert len(fragments) == 1
    assert fragments[0].operations or fragments[0].findings
    assert fragments[0].language == "en"
    if "## OpenAPI" in path.read_text(encoding="utf-8"):
        assert len(fragments[0].operations) == 1


@ABSENT
def test_all_published_pages_in_one_file_are_as_many_fragments() -> None:
    paths = [path for path in REAL if "## OpenAPI" in path.read_text(encoding="utf-8")]
    whole = b"\n\n".join(path.read_bytes() for path in paths)
    operations = [operation for fragment in read_bytes("llms-full.txt", whole) for operation in fragment.operations]
    alone = [operation for path in paths for operation in read_bytes(str(path), path.read_bytes())[0].operations]
    assert operations == alone
    assert len(read_bytes("llms-full.txt", whole)) == len(paths)
