"""How old a page is: whence its age comes, in which order of trust, and what git may be made to do (nothing)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot import ages, history, pipeline
from diglot.core.age import parse_age
from diglot.core.catalogue import message
from diglot.core.ir import Fragment
from diglot.core.yaml import dump
from diglot.normalize import normalize
from diglot.project import Project

Diglot = Callable[..., tuple[int, str, str]]
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def page(limit: int, head: str = "") -> str:
    """A page of one operation whose only parameter has this maximum, so that two of them clash."""
    parameters = [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": limit}}]
    operation = {"operationId": "list", "parameters": parameters, "responses": {"200": {"description": "ok"}}}
    document = {"openapi": "3.0.1", "info": {"title": "T", "version": "1"}, "paths": {"/x": {"get": operation}}}
    return f"{head}# Things\n\n````yaml openapi.yaml get /x\n{dump(document)}\n````\n"


def project(root: Path, pages: dict[str, str], config: str = "") -> Project:
    for name, text in pages.items():
        path = root / "specs/pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "diglot.toml").write_text(config, encoding="utf-8")
    return Project.at(root)


def known(fragments: list[Fragment]) -> dict[str, tuple[str | None, str | None]]:
    return {item.page.path.removeprefix("specs/pages/"): (item.age, item.age_source) for item in fragments}


def taken(fragments: list[Fragment]) -> tuple[int, str]:
    """The maximum that the contract takes, and why."""
    result = normalize(fragments, ["en", "zh"])
    (clash,) = [finding for finding in result.findings if finding.rule == "fact-clash"]
    assert clash.other
    assert str(clash.evidence["why"]["en"]) in message(clash)
    maximum = result.contract.document["paths"]["/x"]["get"]["parameters"][0]["schema"]["maximum"]
    assert maximum == clash.args["taken"]
    return maximum, clash.evidence["why"]["en"]


# --- dates


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("2025-11-28", "2025-11-28"),
        ("20251128", "2025-11-28"),
        ("2025-11-28T23:30:00-05:00", "2025-11-28"),
        ("2025-11-28 23:30", "2025-11-28"),
        ("2025-11-28T23:30:00.123456789Z", "2025-11-28"),
        ("2024-02", "2024-02-01/2024-02-29"),
        ("2025-09-11/2025-11-26", "2025-09-11/2025-11-26"),
        ("2025-09/2025-11", "2025-09-01/2025-11-30"),
        ("2025-09-11/2025-09-11", "2025-09-11"),
        *(
            (text, None)
            for text in ("2025-02-30", "2025-13", "0000-01-01", "yesterday", "28.11.2025", "", "/", "1764288000")
        ),
        *(
            (text, None)
            for text in ("2025-11-28/2025-01-01", "2025-11-28/", "2025/11/28", "2025-1128", "２０２５-11-28")
        ),
        ("2025-11-28" + "0" * 10_000, None),
    ],
)
def test_an_age_is_an_iso_date_or_an_interval(text: str, age: str | None) -> None:
    assert parse_age(text) == age


@given(st.text(st.sampled_from("0123456789-/T:Z+. ")))
def test_an_age_reads_as_itself_and_nothing_raises(text: str) -> None:
    age = parse_age(text)
    assert age is None or parse_age(age) == age


# --- the order of trust


@needs_git
def test_the_configuration_comes_before_the_page_before_its_path_before_git(tmp_path: Path) -> None:
    dated = "---\ntitle: X\nupdated: 2020-02-02\n---\n"
    pages = {
        "2021-01/configured.md": page(1, dated),
        "2021-01/page.md": page(2, dated),
        "2021-01/path.md": page(3),
        "history.md": page(4),
    }
    made = project(tmp_path, pages, '[ages]\n"2021-01/configured.md" = "2019-01-01T10:00:00Z"\n')
    commit(tmp_path, "2022-02-02")
    assert known(pipeline.read(made)) == {
        "2021-01/configured.md": ("2019-01-01", "configured"),
        "2021-01/page.md": ("2020-02-02", "page"),
        "2021-01/path.md": ("2021-01-01/2021-01-31", "path"),
        "history.md": ("2022-02-02", "history"),
    }


def test_an_age_in_the_configuration_that_is_none_is_named(tmp_path: Path, diglot: Diglot) -> None:
    project(tmp_path, {"a.md": page(1)})
    (tmp_path / "diglot.toml").write_text('[ages]\n"a.md" = "last week"\n', encoding="utf-8")
    code, out, err = diglot("normalize", "-C", tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "'a.md'" in err
    assert "'last week'" in err


def test_an_age_in_the_configuration_may_be_a_date_of_toml(tmp_path: Path) -> None:
    made = project(
        tmp_path, {"a.md": page(1), "b.md": page(1)}, '[ages]\n"a.md" = 2025-01-02\n"b.md" = 2025-01-02T03:04:05Z\n'
    )
    assert known(pipeline.read(made)) == dict.fromkeys(("a.md", "b.md"), ("2025-01-02", "configured"))


@pytest.mark.parametrize("key", ["date", "updated", "last_modified", "fetched_at", "published", "lastmod"])
def test_front_matter_dates_a_page(tmp_path: Path, key: str) -> None:
    made = project(tmp_path, {"a.md": page(1, f"---\n{key}: '2025-11-28T01:02:03Z'  # seen\n---\n")})
    assert known(pipeline.read(made)) == {"a.md": ("2025-11-28", "page")}


def test_a_date_that_is_none_is_a_note_and_the_next_key_counts(tmp_path: Path) -> None:
    head = "---\ntitle: X\nupdated: last week\npublished: true\nfetched_at: 2025-11-28\n---\n"
    (fragment,) = pipeline.read(project(tmp_path, {"a.md": page(1, head)}))
    assert fragment.age == "2025-11-28"
    (finding,) = fragment.findings
    assert (finding.rule, finding.location.line, finding.location.column) == ("page-date-invalid", 3, 10)
    assert "updated" in message(finding)
    assert "last week" in message(finding, "zh")


@pytest.mark.parametrize(
    ("path", "age"),
    [
        ("docs/2025-11-28/a.md", "2025-11-28"),
        ("docs/2025-11/2024-01/a.md", "2024-01-01/2024-01-31"),
        ("docs/2025-11.md", "2025-11-01/2025-11-30"),
        ("docs/2025-13/a.md", None),
        ("docs/20251128/a.md", None),
        ("docs/v2/a.md", None),
        ("docs/release-2025-11-28/a.md", None),
    ],
)
def test_a_path_dates_a_page_by_a_whole_segment(path: str, age: str | None) -> None:
    assert ages.path_age(path) == age


# --- versions in paths


def test_versions_side_by_side_order_pages_and_date_none(tmp_path: Path) -> None:
    made = project(tmp_path, {"en/v1.9/a.md": page(1), "en/v1.10/b.md": page(2)})
    fragments = pipeline.read(made)
    assert {item.age for item in fragments} == {None}
    assert taken(fragments) == (2, "the later version in the path wins")
    assert taken(fragments[::-1])[0] == 2


def test_languages_are_no_other_folder(tmp_path: Path) -> None:
    made = project(tmp_path, {"en/v1/a.md": page(1), "zh/v2/a.md": page(2, "---\nlang: zh\n---\n")})
    assert taken(pipeline.read(made))[0] == 2


def test_a_version_without_a_sibling_says_nothing(tmp_path: Path) -> None:
    made = project(tmp_path, {"en/a.md": page(1), "en/v2/b.md": page(2), "other/v3/c.md": page(1)})
    assert {item.generation for item in pipeline.read(made)} == {()}


def test_an_age_comes_before_a_version(tmp_path: Path) -> None:
    pages = {"v1/a.md": page(1, "---\ndate: 2025-01-02\n---\n"), "v2/a.md": page(2, "---\ndate: 2025-01-01\n---\n")}
    fragments = pipeline.read(project(tmp_path, pages))
    maximum, why = taken(fragments)
    assert (maximum, why) == (1, "the newer page wins: 2025-01-02 as the page says against 2025-01-01 as the page says")
    (clash,) = normalize(fragments, ["en"]).findings
    assert "2025-01-02（依据页面自身），另一页面为 2025-01-01（依据页面自身）" in message(clash, "zh")


def test_a_page_without_an_age_is_not_called_older(tmp_path: Path) -> None:
    pages = {"a.md": page(1), "b.md": page(2, "---\ndate: 2025-01-02\n---\n")}
    assert taken(pipeline.read(project(tmp_path, pages)))[1] == (
        "only one of the pages has an age, and it wins: 2025-01-02 as the page says"
    )


# --- git


def git(root: Path, *words: str, day: str = "") -> None:
    names = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "a@b")
    days = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{day}T12:00:00Z") if day else {}
    command = ["git", "-c", "init.defaultBranch=main", "-C", str(root), *words]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **names, **days})


def commit(root: Path, day: str) -> None:
    if not (root / ".git").exists():
        git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "x", day=day)


@pytest.fixture
def grown(tmp_path: Path) -> Project:
    """Two pages that clash, the second one changed later."""
    made = project(tmp_path / "docs", {"a.md": page(1), "b.md": page(3)})
    commit(tmp_path, "2024-01-01")
    (made.root / "specs/pages/b.md").write_text(page(2), encoding="utf-8")
    commit(tmp_path, "2025-05-05")
    return made


@needs_git
def test_the_last_commit_that_changed_a_page_dates_it(grown: Project) -> None:
    fragments = pipeline.read(grown)
    assert known(fragments) == {"a.md": ("2024-01-01", "history"), "b.md": ("2025-05-05", "history")}
    assert taken(fragments) == (
        2,
        "the newer page wins: 2025-05-05 by its last commit against 2024-01-01 by its last commit",
    )


@needs_git
def test_in_a_shallow_clone_history_makes_no_page_the_newer_one(grown: Project, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--depth", "1", f"file://{tmp_path}", str(tmp_path / "clone"))
    fragments = pipeline.read(Project.at(tmp_path / "clone/docs"))
    assert {item.age for item in fragments} == {"2025-05-05"}
    assert taken(fragments) == (1, "nothing tells them apart; pin the choice in specs/additions/")


@needs_git
def test_history_is_read_once_and_only_where_it_may_decide(grown: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    run = subprocess.run

    def counting(command: list[str], **options: object) -> object:
        calls.append(command)
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(history.subprocess, "run", counting)
    pipeline.read(grown, ["specs/pages/a.md"])
    assert not calls
    pipeline.read(grown, ["./specs/pages/a.md", "specs/pages/b.md"])
    assert len(calls) == 1
    assert calls[0][calls[0].index("--") :] == ["--", "./specs/pages/a.md", "specs/pages/b.md"]


@needs_git
def test_nothing_of_a_repository_makes_git_run_a_program(grown: Project, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n", encoding="utf-8")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "gpg.program", "core.pager", "diff.external", "core.sshCommand", "pager.log"):
        git(tmp_path, "config", key, str(trap))
    git(tmp_path, "config", "log.showSignature", "true")
    (tmp_path / ".git/hooks/post-index-change").write_text(trap.read_text(encoding="utf-8"), encoding="utf-8")
    assert {item.age_source for item in pipeline.read(grown)} == {"history"}
    assert not sprung.exists()


@needs_git
def test_variables_of_git_lead_nowhere_else(grown: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert {item.age_source for item in pipeline.read(grown)} == {"history"}


@needs_git
def test_a_name_is_a_path_and_nothing_else(tmp_path: Path) -> None:
    names = ["*.md", "-x.md", ":(top)a.md", "2099-01-01", "\n2099-01-01", "ü b.md"]
    for name in names:
        (tmp_path / name).write_text("x", encoding="utf-8")
    commit(tmp_path, "2025-01-01")
    (tmp_path / "a.md").write_text("x", encoding="utf-8")
    commit(tmp_path, "2025-02-02")
    assert history.last_changed(tmp_path, names) == dict.fromkeys(names, "2025-01-01")


@needs_git
def test_many_pages_are_asked_for_by_their_folders(tmp_path: Path) -> None:
    names = [f"{folder}/{name}.md" for folder in "abcdefg" for name in "xy"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    commit(tmp_path, "2025-01-01")
    for asked in (names, names[:6], [f"./{name}" for name in names]):
        assert history.last_changed(tmp_path, asked) == dict.fromkeys(asked, "2025-01-01")


def test_without_git_or_a_repository_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(tmp_path, {"a.md": page(1), "b.md": page(2)})
    assert {(item.age, *item.findings) for item in pipeline.read(made)} == {(None,)}
    (tmp_path / ".git").write_text("gitdir: /nowhere", encoding="utf-8")
    assert {(item.age, *item.findings) for item in pipeline.read(made)} == {(None,)}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {(item.age, *item.findings) for item in pipeline.read(made)} == {(None,)}


@needs_git
def test_a_history_that_takes_too_long_is_not_read_by_half(grown: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "TIMEOUT", 0.000001)
    fragments = pipeline.read(grown)
    assert {item.age for item in fragments} == {None}
    assert {finding.rule for item in fragments for finding in item.findings} == {"page-history-slow"}
    assert {finding.location.path for item in fragments for finding in item.findings} == {
        *("specs/pages/a.md", "specs/pages/b.md"),
    }


def test_the_pages_of_this_project_need_no_history(root: Path) -> None:
    fragments = pipeline.read(Project.at(root))
    assert {item.age_source for item in fragments} == {"configured"}
