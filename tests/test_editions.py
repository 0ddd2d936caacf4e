"""Two whole editions of one specification, and pages of one operation in two dialects: the merge loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import SHARED
from diglot.core.ir import Fragment
from diglot.core.tree import plain, walk
from diglot.core.yaml import dump, load
from diglot.normalize import Normalized, editions, normalize
from diglot.read import read_bytes
from test_overlay import assert_only_texts, assert_overlay

Diglot = Callable[..., tuple[int, str, str]]
SPECS = {language: SHARED / f"specs/dify-82.{language}.json" for language in ("en", "zh")}
PAIRS = sorted((SHARED / "pages/pairs").glob("*")) if (SHARED / "pages/pairs").is_dir() else []
needs_specs = pytest.mark.skipif(not SPECS["en"].is_file(), reason="the whole specifications are not here")
needs_pairs = pytest.mark.skipif(not PAIRS, reason="the pairs of pages are not here")


# --- two editions


@pytest.fixture(scope="module")
def fragments() -> dict[str, Fragment]:
    read = {language: read_bytes(path.name, path.read_bytes(), language) for language, path in SPECS.items()}
    return {language: fragment for language, (fragment,) in read.items()}


@pytest.fixture(scope="module")
def both(fragments: dict[str, Fragment]) -> Normalized:
    return normalize([*fragments.values()], ["en", "zh"])


def upgraded(node: Any) -> Any:
    """What the normal form changes in these editions, written down once more: 3.0's `nullable` and `example`."""
    if isinstance(node, list):
        return [upgraded(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: upgraded(value) for key, value in node.items()}
    if result.get("nullable") is True:
        del result["nullable"]
        if "type" in result:
            result["type"] = [result["type"], "null"]
        elif "oneOf" in result:
            result["oneOf"].append({"type": "null"})
        elif "$ref" in result or "allOf" in result:
            result = {"anyOf": [result, {"type": "null"}]}
    if isinstance(result.get("example"), str) and "type" in result:
        result["examples"] = [result.pop("example")]
    return result


def with_ids_of(contract: Any, document: Any) -> Any:
    """The document with the operationIds of the contract: identifiers are no prose."""
    result = plain(document)
    for path, item in result["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                operation["operationId"] = contract["paths"][path][method]["operationId"]
    return result


@needs_specs
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_edition_comes_back_equal_to_the_original(both: Normalized, language: str) -> None:
    original = json.loads(SPECS[language].read_text(encoding="utf-8"))
    wanted = with_ids_of(both.contract.document, upgraded({**original, "openapi": "3.1.1"}))
    assert editions(both)[language] == wanted


@needs_specs
def test_what_the_second_edition_does_not_keep_are_its_translated_identifiers(both: Normalized) -> None:
    original = json.loads(SPECS["zh"].read_text(encoding="utf-8"))
    translated = [
        operation["operationId"]
        for path, item in original["paths"].items()
        for method, operation in item.items()
        if both.contract.document["paths"][path][method]["operationId"] != operation["operationId"]
    ]
    assert len(translated) == 46


@needs_specs
def test_the_normal_form_of_an_edition_is_its_own_normal_form(both: Normalized) -> None:
    for language, document in editions(both).items():
        (again,) = read_bytes("again.yaml", dump(document).encode(), language)
        assert normalize([again], [language]).contract.document == document


@needs_specs
def test_markdown_stays_byte_for_byte_as_it_was(both: Normalized) -> None:
    original = json.loads(SPECS["zh"].read_text(encoding="utf-8"))
    wanted, kept = descriptions(original), descriptions(editions(both)["zh"])
    assert any("\n" in text and "`" in text for text in wanted)
    assert kept == wanted
    (overlay,) = both.overlays
    assert load(dump(overlay.document)).value == overlay.document


def descriptions(document: Any) -> set[str]:
    return {
        value for pointer, value, _ in walk(document) if pointer.endswith("/description") and isinstance(value, str)
    }


@needs_specs
def test_the_overlay_of_an_edition_is_valid_small_and_only_text(both: Normalized) -> None:
    assert not both.findings
    (overlay,) = both.overlays
    assert_overlay(overlay.document)
    assert_only_texts(overlay.document)
    texts = sum(len(value.encode()) for pointer, value, _ in walk(overlay.document) if is_text(pointer, value))
    assert len(dump(overlay.document).encode()) < 2.1 * texts
    assert len(overlay.document["actions"]) < 400


def is_text(pointer: str, value: Any) -> bool:
    return "/update" in pointer and isinstance(value, str)


@needs_specs
def test_an_edition_is_printed_by_the_command_line(both: Normalized, diglot: Diglot) -> None:
    code, out, err = diglot("normalize", *SPECS.values(), "--edition", "zh")
    assert (code, err) == (0, "")
    assert load(out).value == editions(both)["zh"]
    code, out, err = diglot("normalize", SPECS["zh"])
    assert load(out).value["info"] == editions(both)["zh"]["info"]


# --- the edition of any project


def test_the_project_has_two_editions(diglot: Diglot, root: Path) -> None:
    code, out, _ = diglot("normalize", "-C", root, "--edition", "zh")
    assert code == 0
    assert load(out).value["info"]["title"] == "知识库 API"
    code, out, _ = diglot("normalize", "-C", root, "--edition", "en")
    assert out == (root / "specs/openapi.yaml").read_text(encoding="utf-8")
    code, out, _ = diglot("normalize", "-C", root, "--edition", "zh", "--format", "json")
    assert json.loads(out)["document"]["info"]["title"] == "知识库 API"


@pytest.mark.parametrize(("more", "words"), [(["fr"], "'fr'; the pages are in en, zh"), (["zh", "--check"], "--check")])
def test_an_edition_that_cannot_be_printed_is_named(diglot: Diglot, root: Path, more: list[str], words: str) -> None:
    code, out, err = diglot("normalize", "-C", root, "--edition", *more)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


# --- one operation in two dialects: what one lost the other supplies


def read_pair(folder: Path, name: str, language: str) -> list[Fragment]:
    return read_bytes(f"{language}/{name}", (folder / name).read_bytes(), language)


@needs_pairs
@pytest.mark.parametrize("folder", PAIRS, ids=lambda folder: folder.name)
def test_a_flattened_page_adds_nothing_to_the_whole_one_and_contradicts_nothing(folder: Path) -> None:
    fence, flat = (read_pair(folder, name, "en") for name in ("fence.md", "flat.md"))
    alone, together = normalize(fence, ["en"]), normalize([*flat, *fence], ["en"])
    assert together.contract.document == alone.contract.document
    assert together.findings == alone.findings


@needs_pairs
@pytest.mark.parametrize("folder", PAIRS, ids=lambda folder: folder.name)
def test_what_a_flattened_page_lost_a_whole_page_in_another_language_supplies(folder: Path) -> None:
    flat, fence = read_pair(folder, "flat.md", "en"), read_pair(folder, "fence.md", "zh")
    together = normalize([*flat, *fence], ["en", "zh"])
    alone = normalize(fence, ["zh"])
    assert not [finding for finding in together.findings if finding.rule != "operation-id-inferred"]
    assert structure(together.contract.document) == structure(alone.contract.document)


def structure(document: Any) -> Any:
    """A document without its prose and what a page without it leaves empty."""
    texts = ("title", "summary", "description", "tags", "examples", "example")
    if isinstance(document, dict):
        return {key: structure(value) for key, value in document.items() if key not in texts or isinstance(value, dict)}
    return [structure(item) for item in document] if isinstance(document, list) else document
