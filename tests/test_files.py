"""The disk: atomic writes, trees that are made as wanted, nothing outside them, nothing of anybody else's."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from diglot import files
from diglot.core.ir import File
from diglot.core.usage import UsageError
from diglot.freshness import Memory
from diglot.project import Project


def test_a_tree_is_written_and_only_what_changed_is_named(tmp_path: Path) -> None:
    tree = [File("a/x.py", "1\n"), File("b.md", "中文\n")]
    assert files.differences(tmp_path, tree) == ["a/x.py", "b.md"]
    assert files.write_tree(tmp_path, tree) == ["a/x.py", "b.md"]
    assert (tmp_path / "b.md").read_bytes() == "中文\n".encode()
    assert files.write_tree(tmp_path, tree) == []
    assert files.write_tree(tmp_path, [File("a/x.py", "2\n"), tree[1]]) == ["a/x.py"]


def test_what_is_no_longer_generated_goes_and_what_never_was_stays(tmp_path: Path) -> None:
    files.write_tree(tmp_path, [File("old.py", "1\n"), File("kept.py", "1\n")])
    (tmp_path / "mine.py").write_text("mine", encoding="utf-8")
    assert files.write_tree(tmp_path, [File("kept.py", "1\n")]) == ["old.py"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [files.MANIFEST, "kept.py", "mine.py"]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a\\..\\x"])
def test_no_path_leaves_the_tree_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    with pytest.raises(UsageError, match="outside"):
        files.write_tree(root, [File("a.py", "1\n"), File(name, "1\n")])
    assert not root.exists()


@pytest.mark.parametrize("listed", [{"files": {"../victim": "x"}}, {"files": ["../victim"]}, [], {"files": 1}])
def test_a_manifest_that_was_edited_removes_nothing_outside(tmp_path: Path, listed: object) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    root = tmp_path / "root"
    root.mkdir()
    (root / files.MANIFEST).write_text(json.dumps(listed), encoding="utf-8")
    files.write_tree(root, [File("a.py", "1\n")])
    assert victim.read_text(encoding="utf-8") == "precious"


def test_a_failure_half_way_leaves_the_old_tree(tmp_path: Path) -> None:
    files.write_tree(tmp_path, [File("a.py", "old\n"), File("b/c.py", "old\n")])
    (tmp_path / "blocked").write_text("a file where a folder is wanted", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        files.write_tree(tmp_path, [File("a.py", "new\n"), File("b/c.py", "new\n"), File("blocked/x.py", "new\n")])
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == "old\n"
    assert (tmp_path / "b/c.py").read_text(encoding="utf-8") == "old\n"
    assert not [path for path in tmp_path.rglob(".*") if path.name != files.MANIFEST]


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("1", encoding="utf-8")
    path.chmod(0o640)
    files.write(path, "2")
    assert path.read_text(encoding="utf-8") == "2"
    assert path.stat().st_mode & 0o777 == 0o640


def test_folders_are_searched_in_order_and_by_suffix(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.YAML", "a/b.txt", "c.png", "d.mdx", "e.json"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(name.encode())
    found = files.pages(["in"], tmp_path)
    assert found == [(f"in/{name}", name.encode()) for name in ("a/b.txt", "a/z.YAML", "b.md", "d.mdx", "e.json")]
    assert next(name for name, _ in files.pages(["."], tmp_path / "in")) == "a/b.txt"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("x", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(UsageError, match="cannot be read"):
        files.read(path)


def test_memory_holds_as_long_as_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / "specs/pages").mkdir(parents=True)
    page = tmp_path / "specs/pages/a.md"
    page.write_text("1", encoding="utf-8")
    memory = Memory(Project.at(tmp_path), "run")
    assert memory.recall() is None
    memory.remember({"en": ["line"]})
    assert memory.recall() == {"en": ["line"]}
    assert Memory(Project.at(tmp_path), "run", salt="tomorrow").recall() is None
    page.write_text("2", encoding="utf-8")
    assert memory.recall() is None
    (tmp_path / ".diglot/run.json").write_text("not json", encoding="utf-8")
    assert memory.recall() is None
