"""`pytest --diglot-url` and the fixture, as a server's own suite uses them; and the same as a library."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from diglot import conform
from diglot.conform import ConformError
from diglot.core.usage import UsageError
from diglot.serve import demo, running
from diglot.serve.app import create_app
from diglot.serve.faults import FAULTS
from diglot.testing import conform as conform_files
from servers.books import SPEC as BOOKS
from servers.books import library

Pytest = Callable[..., subprocess.CompletedProcess[str]]
SPEC, LAWS = ROOT / "specs" / "openapi.yaml", ROOT / "specs" / "laws.yaml"


@pytest.fixture
def suite(tmp_path: Path) -> Pytest:
    """Run pytest in a project of its own."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-v"]
        paths = os.pathsep.join(str(ROOT / name) for name in ("generator", "generated", "tests"))
        env = {**os.environ, "PYTHONPATH": paths, "NO_COLOR": "1", **environment}
        return subprocess.run(
            [*command, *map(str, arguments)], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120
        )

    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return run


@pytest.fixture
def server() -> Iterator[str]:
    with running() as url:
        yield url


def asking(url: str, *more: str) -> list[str]:
    known = ["--diglot-dataset", demo().dataset, "--diglot-only", "laws", "--diglot-spec", str(SPEC)]
    return ["--diglot-url", url, "--diglot-laws", str(LAWS), *known, *more]


def test_a_right_server_passes_a_test_an_operation(suite: Pytest, server: str) -> None:
    done = suite(*asking(server), DIFY_API_KEY=demo().token)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert "not exercised: " in done.stdout
    assert demo().token not in done.stdout + done.stderr


def test_a_wrong_server_fails_the_test_of_its_operation(suite: Pytest) -> None:
    with running(_totals_wrong()) as url:
        done = suite(*asking(url, "--diglot-read-only"), DIFY_API_KEY=demo().token)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "diglot[GET /datasets/{}/documents]" in done.stdout
    assert "total-wrong" in done.stdout
    assert "curl -i -X GET" in done.stdout
    assert "1 failed, 2 passed" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_the_tests_can_be_chosen_from(suite: Pytest, server: str) -> None:
    done = suite(*asking(server), "-k", "metadata", DIFY_API_KEY=demo().token)
    assert done.returncode == 0
    assert "1 passed, 2 deselected" in done.stdout


def test_without_the_option_nothing_is_added(suite: Pytest, tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    assert "1 passed" in suite().stdout


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--diglot-spec": "nowhere.yaml"}, "nowhere.yaml"),
        ({"--diglot-url": "ftp://x"}, "is no target"),
        ({"--diglot-url": "https://api.example/v1"}, "--diglot-yes"),
        ({"--diglot-dataset": "00000000-0000-4000-8000-000000000000"}, "404"),
    ],
)
def test_what_cannot_be_tested_is_said_in_one_line(
    suite: Pytest, server: str, changed: dict[str, str], said: str
) -> None:
    arguments = asking(server)
    for option, value in changed.items():
        arguments[arguments.index(option) + 1] = value
    done = suite(*arguments, DIFY_API_KEY=demo().token)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_suite_that_starts_its_server_itself(suite: Pytest, tmp_path: Path) -> None:
    (tmp_path / "test_server.py").write_text(
        "from diglot.serve.app import create_app\n\n\n"
        "def test_server(diglot_conform):\n"
        f"    report = diglot_conform(create_app(), token={demo().token!r})\n"
        "    report.raise_for_findings()\n"
        "    assert report.laws > 20\n"
    )
    done = suite(*asking("http://unused")[2:])
    assert done.returncode == 0, done.stdout + done.stderr


# --- the library


def test_the_stage_takes_documents() -> None:
    report = conform.run(conform.Target(app=library("total of the page")), BOOKS)
    assert "total-wrong" in {finding.rule for finding in report.findings}
    assert report.operations == 2


def test_the_function_takes_files() -> None:
    options = conform.Options(engines=("laws",), only=("paging.",))
    report = conform_files(
        create_app(), SPEC, laws=LAWS, token=demo().token, dataset=demo().dataset, project=ROOT, options=options
    )
    report.raise_for_findings()
    assert report.laws > 5


def test_findings_are_raised_with_what_shows_them() -> None:
    options = conform.Options(engines=("laws",), only=("paging.",))
    fixtures = {"token": demo().token, "dataset": demo().dataset}
    report = conform_files(_totals_wrong(), SPEC, fixtures=fixtures, project=ROOT, options=options)
    with pytest.raises(ConformError, match=r"total-wrong: (?s:.*)curl -i -X GET") as caught:
        report.raise_for_findings()
    assert caught.value.findings == report.findings
    assert demo().token not in str(caught.value)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fixtures"):
        conform_files("http://127.0.0.1:1", SPEC, fixtures=tmp_path / "fixtures.toml", project=ROOT)


def _totals_wrong() -> object:
    return next(fault for fault in FAULTS if fault.name == "totals the page").make()
