"""The disk: atomic writes, trees that are made as wanted, nothing outside them, nothing of anybody else's."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diglot import files
from diglot.core.ir import File
from diglot.core.usage import UsageError
from diglot.files.placing import PENDING, recover
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


OLD = [File("a.py", "old\n"), File("b/c.py", "old\n"), File("gone/d.py", "old\n")]
NEW = [File("a.py", "new\n"), File("b/c.py", "new\n"), File("new/e/f.py", "new\n")]
STEPS: tuple[tuple[Any, str], ...] = (
    *((Path, name) for name in ("mkdir", "write_bytes", "write_text", "chmod", "replace", "unlink")),
    *((os, "link"), (shutil, "rmtree")),
)


def tree(root: Path) -> dict[str, str]:
    """Every file below, by path."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in found}


def whole(tmp_path: Path, listed: list[File]) -> dict[str, str]:
    """The tree as an undisturbed run writes it."""
    root = tmp_path / "undisturbed"
    files.write_tree(root, listed)
    found = tree(root)
    shutil.rmtree(root)
    return found


class Fault:
    """Raises once, before or after the step of that number does its work; counts the steps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: BaseException, number: int, *, late: bool) -> None:
        self.steps = 0
        for owner, name in STEPS:
            monkeypatch.setattr(owner, name, self._wrapped(getattr(owner, name), error, number, late))

    def _wrapped(self, real: Callable[..., Any], error: BaseException, number: int, late: bool) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            self.steps += 1
            is_due = self.steps == number
            if is_due and not late:
                raise error
            result = real(*args, **kwargs)
            if is_due:
                raise error
            return result

        return step


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()], ids=["full", "ctrl-c"])
def test_whatever_step_fails_the_tree_is_the_old_one_or_the_new_one(
    tmp_path: Path, error: BaseException, late: bool
) -> None:
    old, new = whole(tmp_path, OLD), whole(tmp_path, NEW)
    seen = []
    for number in range(1, 200):
        root = tmp_path / str(number)
        files.write_tree(root, OLD)
        with pytest.MonkeyPatch.context() as patch:
            fault = Fault(patch, error, number, late=late)
            with contextlib.suppress(UsageError, OSError, KeyboardInterrupt):
                files.write_tree(root, NEW)
            found = {path: text for path, text in tree(root).items() if PENDING not in path}
            assert found in (old, new)
            seen.append(found == new)
        assert files.write_tree(root, OLD) in ([], sorted({file.path for file in (*OLD, *NEW)}))
        assert tree(root) == old
        assert not (root / PENDING).exists()
        if fault.steps < number:
            break
    assert number > 25
    assert seen.count(False) > 20


KILLED = """
import os, signal, sys
from pathlib import Path
from diglot import files
from diglot.core.ir import File

calls, real = [0], Path.replace

def replace(self, target):
    calls[0] += 1
    if calls[0] == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)

Path.replace = replace
new = [File("a.py", "new\\n"), File("b/c.py", "new\\n"), File("new/e/f.py", "new\\n")]
files.write_tree(Path(sys.argv[1]), new)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("third", [OLD, NEW, [File("a.py", "third\n"), File("b/c.py", "third\n")]])
def test_the_next_run_repairs_what_a_killed_one_left(tmp_path: Path, third: list[File]) -> None:
    for number in range(1, 6):
        root = tmp_path / str(number)
        files.write_tree(root, OLD)
        run = subprocess.run([sys.executable, "-c", KILLED, root, str(number)], check=False)
        assert run.returncode == -signal.SIGKILL
        left = files.standing(root, third)
        assert (left.edited, left.foreign) == ((), ())  # nobody edited what a killed run had placed
        files.write_tree(root, third)
        assert tree(root) == whole(tmp_path, third)
        assert not (root / PENDING).exists()


def test_what_a_killed_run_left_is_taken_back_to_the_old_tree(tmp_path: Path) -> None:
    root = tmp_path / "root"
    files.write_tree(root, OLD)
    subprocess.run([sys.executable, "-c", KILLED, root, "4"], check=False)
    assert (root / "b/c.py").read_text(encoding="utf-8") == "new\n"  # half way
    recover(root)
    assert tree(root) == whole(tmp_path, OLD)
    assert not (root / "new").exists()


INTERRUPTED = """
import signal, sys
from itertools import cycle
from pathlib import Path
from diglot import files
from diglot.core.ir import File

signal.signal(signal.SIGINT, signal.default_int_handler)
for text in cycle(["1", "2"]):
    files.write_tree(Path(sys.argv[1]), [File(f"{number}.py", text) for number in range(100)])
    print("written", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_at_any_moment_leaves_one_tree_whole(tmp_path: Path) -> None:
    for _ in range(3):
        command = [sys.executable, "-c", INTERRUPTED, tmp_path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(3):
                assert process.stdout.readline() == b"written\n"
            process.send_signal(signal.SIGINT)
            assert b"KeyboardInterrupt" in process.communicate()[1]
        texts = {text for path, text in tree(tmp_path).items() if "/" not in path and path != files.MANIFEST}
        assert len(texts) == 1


RIVAL = """
import sys
from pathlib import Path
from diglot import files
from diglot.core.ir import File

for turn in range(20):
    files.write_tree(Path(sys.argv[1]), [File(f"{number}.py", f"{sys.argv[2]}{turn}") for number in range(30)])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no lock of a folder")
def test_two_runs_at_once_follow_each_other(tmp_path: Path) -> None:
    rivals = [subprocess.Popen([sys.executable, "-c", RIVAL, tmp_path, name]) for name in ("a", "b")]
    assert [rival.wait(timeout=60) for rival in rivals] == [0, 0]
    texts = {text for path, text in tree(tmp_path).items() if path != files.MANIFEST}
    assert len(texts) == 1
    assert texts <= {"a19", "b19"}
    assert not (tmp_path / PENDING).exists()


def test_a_journal_that_was_tampered_with_undoes_nothing_outside(tmp_path: Path) -> None:
    victim, root = tmp_path / "victim", tmp_path / "root"
    victim.write_text("precious", encoding="utf-8")
    (root / PENDING).mkdir(parents=True)
    journal = {"replaced": [], "created": ["../victim"], "folders": []}
    (root / PENDING / "journal.json").write_text(json.dumps(journal), encoding="utf-8")
    files.write_tree(root, OLD)
    assert victim.read_text(encoding="utf-8") == "precious"
    assert not (root / PENDING).exists()


def test_a_file_system_without_links_is_no_reason_to_lose_the_old_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    files.write_tree(tmp_path, OLD)
    before = tree(tmp_path)
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="nothing was changed"):
        files.write_tree(tmp_path, [*NEW, File("blocked/x.py", "new\n")])
    assert tree(tmp_path) == {**before, "blocked": ""}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_leaves_the_old_tree(tmp_path: Path) -> None:
    files.write_tree(tmp_path, OLD)
    before = tree(tmp_path)
    (tmp_path / "b").chmod(0o555)
    try:
        with pytest.raises(UsageError, match="cannot be written"):
            files.write_tree(tmp_path, NEW)
        assert tree(tmp_path) == before
    finally:
        (tmp_path / "b").chmod(0o755)


def test_what_was_edited_by_hand_is_told_from_what_the_contract_moved(tmp_path: Path) -> None:
    files.write_tree(tmp_path, OLD)
    (tmp_path / "a.py").write_text("mine\n", encoding="utf-8")
    (tmp_path / "gone/d.py").write_text("mine\n", encoding="utf-8")
    stands = files.standing(tmp_path, NEW)
    assert stands.differing == ("a.py", "b/c.py", "gone/d.py", "new/e/f.py")
    assert stands.edited == ("a.py", "gone/d.py")
    before = tree(tmp_path)
    with pytest.raises(UsageError, match=r"edited by hand since it was generated: a\.py, gone/d\.py"):
        files.write_tree(tmp_path, NEW)
    assert tree(tmp_path) == before
    files.write_tree(tmp_path, NEW, force=True)
    assert tree(tmp_path) == whole(tmp_path, NEW)


def test_a_deleted_file_and_other_line_endings_are_no_edit(tmp_path: Path) -> None:
    files.write_tree(tmp_path, OLD)
    (tmp_path / "a.py").unlink()
    (tmp_path / "b/c.py").write_bytes(b"old\r\n")
    assert files.write_tree(tmp_path, OLD) == ["a.py", "b/c.py"]
    assert (tmp_path / "b/c.py").read_bytes() == b"old\n"


def test_an_edit_that_is_what_is_wanted_is_none(tmp_path: Path) -> None:
    files.write_tree(tmp_path, OLD)
    (tmp_path / "a.py").write_text("new\n", encoding="utf-8")
    assert files.standing(tmp_path, NEW).edited == ()
    files.write_tree(tmp_path, NEW)


def test_a_file_that_was_not_generated_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("mine\n", encoding="utf-8")
    for force in (False, True):
        with pytest.raises(UsageError, match=r"not generated, and in the way: a\.py"):
            files.write_tree(tmp_path, OLD, force=force)
    assert tree(tmp_path) == {"a.py": "mine\n"}
    (tmp_path / "a.py").write_text("old\n", encoding="utf-8")  # identical: nothing is lost
    assert files.write_tree(tmp_path, OLD) == ["b/c.py", "gone/d.py"]


def test_without_a_manifest_a_file_that_says_it_was_generated_may_hold_edits(tmp_path: Path) -> None:
    marked = f"# Contract: sha256 {'0' * 64}\n"
    files.write_tree(tmp_path, [File("a.py", marked)])
    (tmp_path / files.MANIFEST).write_text("<<<<<<< ours", encoding="utf-8")
    with pytest.raises(UsageError, match="edited by hand"):
        files.write_tree(tmp_path, OLD)
    files.write_tree(tmp_path, OLD, force=True)
    assert tree(tmp_path) == whole(tmp_path, OLD)


def test_the_manifest_names_the_contract_and_no_version(tmp_path: Path) -> None:
    files.write_tree(tmp_path, OLD, "c" * 64)
    manifest = json.loads((tmp_path / files.MANIFEST).read_text(encoding="utf-8"))
    assert manifest.keys() == {"contract", "files"}
    assert manifest["contract"] == "c" * 64
    assert manifest["files"].keys() == {file.path for file in OLD}
    assert files.standing(tmp_path, OLD, "c" * 64).differing == ()
    assert files.standing(tmp_path, OLD, "d" * 64).differing == (files.MANIFEST,)


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
