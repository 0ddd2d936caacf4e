"""Many files below one folder, all or none: whatever ends the work half way, the old files stand whole.

Everything new is written, and everything old is linked, below a folder of our own; a journal then says what is about to
be placed. Only then does the first file change. As long as the journal stands, the placing can be undone: by this run
where it fails, by the next one where this one was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from diglot.core.usage import UsageError

if sys.platform != "win32":
    import fcntl

PENDING = ".diglot-pending"
_JOURNAL = "journal.json"


def write_all(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write files below `root`, all or none.

    Raises:
        UsageError: a path that would leave `root`, or a file that cannot be written; then nothing has changed.
    """
    refuse_outside(root, contents)
    with alone(root):
        recover(root)
        place(root, contents)


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """While this is open no other run places anything below `root`; it waits for one that does.

    Raises:
        UsageError: the folder cannot be made.
    """
    is_new = not root.exists()
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{root}: cannot be written ({error.strerror}); nothing was changed") from None
    try:
        with _locked(root):
            yield
    finally:
        if is_new:
            with contextlib.suppress(OSError):  # something was placed in it, as it should
                root.rmdir()


def place(root: Path, contents: Mapping[str, bytes], removed: Collection[str] = ()) -> None:
    """Write files below `root`, where nothing is pending, and remove those of `removed`, all or none.

    Raises:
        UsageError: a file that cannot be written or removed; then nothing has changed.
    """
    try:
        _stage(root, contents, removed)
        _place(root, contents, removed)
        (root / PENDING / _JOURNAL).unlink()  # from here on the new files count
    except BaseException as error:
        recover(root)
        if isinstance(error, OSError):
            raise UsageError(f"{root}: cannot be written ({error.strerror}); nothing was changed") from None
        raise
    shutil.rmtree(root / PENDING, ignore_errors=True)


def recover(root: Path) -> None:
    """Undo a placing that did not come to its end, and clear away what it left.

    Raises:
        UsageError: the old files cannot be put back; they are kept, and the next run tries again.
    """
    pending = root / PENDING
    if not pending.is_dir():
        return
    journal = _journal(root)
    try:
        for path in journal.get("replaced", ()):
            with contextlib.suppress(FileNotFoundError):  # put back by a run that was killed while it did so
                (pending / "old" / path).replace(root / path)
        for path in journal.get("created", ()):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                (root / path).unlink()
    except OSError as error:
        raise UsageError(f"{root}: {error.filename} cannot be put back ({error.strerror})") from None
    for folder in journal.get("folders", ()):
        with contextlib.suppress(OSError):  # not made yet, or somebody put a file into it
            (root / folder).rmdir()
    with contextlib.suppress(OSError):
        (pending / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(pending)


def interrupted(root: Path) -> frozenset[str]:
    """The paths that a run which was killed may have placed."""
    journal = _journal(root)
    return frozenset([*journal.get("replaced", ()), *journal.get("created", ())])


def refuse_outside(root: Path, paths: Iterable[str]) -> None:
    """Raise UsageError for the first path that would leave `root`."""
    for path in paths:
        if not inside(path):
            raise UsageError(f"{path!r} would be written outside {root}")


def inside(name: str) -> bool:
    """Whether a relative path stays below the folder that it starts from."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    """A lock that ends with the process, however that ends; on Windows there is none for a folder."""
    if sys.platform == "win32":
        yield
        return
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _stage(root: Path, contents: Mapping[str, bytes], removed: Collection[str]) -> None:
    """Everything that placing needs, complete on the disk: the new files, the old ones, and the journal."""
    pending = root / PENDING
    replaced = [path for path in (*contents, *removed) if os.path.lexists(root / path)]
    for path, data in contents.items():
        staged = _made(pending / "new" / path)
        staged.write_bytes(data)
        if (root / path).exists():
            staged.chmod((root / path).stat().st_mode & 0o777)
    for path in replaced:
        _link(root / path, _made(pending / "old" / path))
    journal = {
        "replaced": replaced,
        "created": [path for path in contents if path not in replaced],
        "folders": _missing_folders(root, contents),
    }
    draft = _made(pending / "journal.draft")
    draft.write_text(json.dumps(journal), encoding="utf-8")
    draft.replace(pending / _JOURNAL)


def _place(root: Path, contents: Mapping[str, bytes], removed: Collection[str]) -> None:
    for path in contents:
        (root / PENDING / "new" / path).replace(_made(root / path))
    for path in removed:
        (root / path).unlink(missing_ok=True)


def _link(old: Path, kept: Path) -> None:
    try:
        os.link(old, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):  # a file system that knows no links
        shutil.copy2(old, kept, follow_symlinks=False)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _missing_folders(root: Path, paths: Iterable[str]) -> list[str]:
    """The folders that the paths need and that are not there, deepest first."""
    needed = {str(parent) for path in paths for parent in PurePosixPath(path).parents} - {"."}
    return sorted((folder for folder in needed if not (root / folder).exists()), reverse=True)


def _journal(root: Path) -> Mapping[str, list[str]]:
    """What a placing that is under way names; nothing where there is none, or where it names what is not below."""
    try:
        journal = json.loads((root / PENDING / _JOURNAL).read_text(encoding="utf-8"))
        named = {key: [str(path) for path in journal[key]] for key in ("replaced", "created", "folders")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return named if all(inside(path) for paths in named.values() for path in paths) else {}
