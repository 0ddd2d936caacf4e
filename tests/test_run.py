"""The whole way: from the pages to a tested contract, again with nothing changed, and with something broken."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diglot import pipeline
from diglot.conform import Fixtures, Options
from diglot.serve import running
from diglot.serve.app import create_app
from diglot.serve.store import Store

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., tuple[int, str, str]]
CACHES = {"__pycache__", ".mypy_cache", ".ruff_cache"}
MADE = ("specs/openapi.yaml", "specs/overlays/zh.yaml", "generated")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this project's inputs alone."""
    ignore = shutil.ignore_patterns("openapi.yaml", "overlays")
    shutil.copytree(ROOT / "specs", tmp_path / "specs", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def laws_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the fuzzing out of a run: what these tests look at does not need it."""
    real = pipeline.conform

    def conform(project: Any, target: str, document: Any, fixtures: Fixtures, options: Options, *rest: Any) -> Any:
        return real(project, target, document, fixtures, replace(options, engines=("laws",)), *rest)

    monkeypatch.setattr(pipeline, "conform", conform)


def tree(root: Path) -> dict[str, bytes]:
    found = {}
    for name in MADE:
        path = root / name
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and not CACHES.intersection(file.parts):
                found[file.relative_to(root).as_posix()] = file.read_bytes()
    return found


def test_the_whole_way_gives_the_committed_bytes_and_no_finding(diglot: Run, project: Path) -> None:
    code, out, err = diglot("run", "-C", project)
    assert code == 0, out + err
    assert len(out.splitlines()) <= 25
    assert re.search(r"[1-9]\d* requests in .* [1-9]\d* laws; 0 findings", out)
    assert "specs/openapi.yaml" in out
    assert tree(project) == tree(ROOT)


def test_a_second_run_makes_nothing_again(
    diglot: Run, project: Path, laws_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert diglot("run", "-C", project)[0] == 0
    before = tree(project)
    for stage in ("normalize", "render", "drift", "validate"):
        monkeypatch.setattr(pipeline, stage, None)
    code, out, err = diglot("run", "-C", project)
    assert code == 0, out + err
    assert "nothing changed since the last run" in out
    assert tree(project) == before


@pytest.mark.parametrize("changed", ["specs/pages/en/list-documents.md", "generated/dify_knowledge/models.py"])
def test_a_change_of_what_goes_in_or_came_out_is_noticed(
    diglot: Run, project: Path, laws_only: None, changed: str
) -> None:
    assert diglot("run", "-C", project)[0] == 0
    path = project / changed
    if changed.startswith("generated"):
        path.unlink()
    else:
        text = path.read_text(encoding="utf-8").replace("Current page number.", "The page.")
        path.write_text(f"{text}\n", encoding="utf-8")
    _, out, _ = diglot("run", "-C", project)
    assert "nothing changed since" not in out
    assert re.search(r"generated/; changed: \S*models\.py|generated/; changed: README\.md", out)


def test_generate_after_deleting_everything_gives_the_same_bytes(diglot: Run, project: Path) -> None:
    assert diglot("normalize", "-C", project)[0] == 0
    assert diglot("generate", "-C", project)[0] == 0
    assert tree(project) == tree(ROOT)
    assert diglot("generate", "-C", project, "--check")[0] == 0


def test_generate_check_names_what_was_edited_and_touches_nothing(diglot: Run, project: Path) -> None:
    diglot("normalize", "-C", project)
    diglot("generate", "-C", project)
    models = project / "generated/dify_knowledge/models.py"
    models.write_text("broken", encoding="utf-8")
    code, out, _ = diglot("generate", "-C", project, "--check")
    assert code == 1
    assert "generated/dify_knowledge/models.py:1:1: error generated-edited" in out
    assert models.read_text(encoding="utf-8") == "broken"
    own = project / "generated/mine.txt"
    own.write_text("mine", encoding="utf-8")
    for command in ("generate", "run"):
        code, _, err = diglot(command, "-C", project)
        assert code == 2
        assert "edited by hand since it was generated: dify_knowledge/models.py" in err
        assert models.read_text(encoding="utf-8") == "broken"
    assert diglot("generate", "-C", project, "--force")[0] == 0
    assert own.read_text(encoding="utf-8") == "mine"
    assert tree(project).items() >= tree(ROOT).items()


class Uncounted(Store):
    """Counts one row too many: the list operation broken."""

    def count(self, *args: Any, **kwargs: Any) -> int:
        return super().count(*args, **kwargs) + 1


class Unmoved(Store):
    """Accepts every change of status and does nothing."""

    def set_status(self, *args: Any, **kwargs: Any) -> None:
        return None


class Unwritten(Store):
    """Accepts every metadata value and keeps none."""

    def write(self, *args: Any, **kwargs: Any) -> None:
        return None


@pytest.mark.parametrize(
    ("store", "operation"),
    [
        (Uncounted, "GET /datasets/{}/documents"),
        (Unmoved, "PATCH /datasets/{}/documents/status/{}"),
        (Unwritten, "POST /datasets/{}/documents/metadata"),
    ],
)
def test_a_broken_server_fails_the_run_and_the_fault_is_named(
    diglot: Run,
    project: Path,
    laws_only: None,
    monkeypatch: pytest.MonkeyPatch,
    store: type[Store],
    operation: str,
) -> None:
    monkeypatch.setattr(pipeline, "reference_server", lambda real=pipeline.reference_server: _swapped(real, store))
    code, out, _ = diglot("run", "-C", project)
    assert code == 1
    assert operation in out
    assert "curl" in out
    assert len(out.splitlines()) <= 25


@contextmanager
def _swapped(real: Any, store: type[Store]) -> Iterator[tuple[str, Fixtures]]:
    with real() as (_, fixtures), running(create_app(store=store())) as url:
        yield url, fixtures
