"""The only module that touches the disk. Writing is atomic: a file is as before or as wanted, never in between."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from diglot.core.ir import File
from diglot.core.usage import UsageError

PAGE_SUFFIXES = (".md", ".mdx", ".txt", ".json", ".yaml", ".yml")
MANIFEST = ".manifest.json"
_CACHES = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"})


def read(path: Path) -> bytes:
    """The content of a file.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise UsageError(f"{path}: a file is expected, this is a folder") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def read_text(path: Path) -> str:
    """The content of a UTF-8 file.

    Raises:
        UsageError: as `read`, or it is not UTF-8.
    """
    try:
        return read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from None


def pages(inputs: Sequence[str], root: Path) -> list[tuple[str, bytes]]:
    """The pages that the inputs name, files as given and folders searched, each with the path as the user names it.

    Raises:
        UsageError: an input that does not exist, or a folder without a page.
    """
    found: list[tuple[str, bytes]] = []
    for name in inputs:
        path = root / name
        if path.is_dir():
            inside = [
                item for item in sorted(path.rglob("*")) if item.suffix.lower() in PAGE_SUFFIXES and item.is_file()
            ]
            if not inside:
                raise UsageError(f"{name}: this folder holds no page ({', '.join(PAGE_SUFFIXES)})")
            found += [(_joined(name, item.relative_to(path)), read(item)) for item in inside]
        else:
            found.append((name, read(path)))
    return found


def _joined(name: str, inner: Path) -> str:
    return inner.as_posix() if name == "." else str(PurePosixPath(name) / inner.as_posix())


def documents(folder: Path, suffixes: Iterable[str] = (".yaml", ".yml")) -> list[Path]:
    """The files of a folder with one of the suffixes, by name; none where there is no such folder."""
    return sorted(path for path in folder.glob("*") if path.suffix in tuple(suffixes)) if folder.is_dir() else []


def write(path: Path, text: str) -> None:
    """Write one file atomically, its folders with it.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _replacing(path) as temporary:
            temporary.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from None


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def differences(root: Path, files: Sequence[File]) -> list[str]:
    """The paths below `root` that are not as `files` wants them: missing, different, or no longer generated."""
    wanted = {file.path for file in files}
    differing = [file.path for file in files if _content(root / file.path) != file.text.encode("utf-8")]
    stale = [path for path in _manifest(root) if path not in wanted and (root / path).exists()]
    return sorted(differing + stale)


def write_tree(root: Path, files: Sequence[File]) -> list[str]:
    """Make the generated tree as wanted and return the paths that changed; files not generated are never touched.

    Every file is written before any is put in place, so that a failure half way leaves the old tree.

    Raises:
        UsageError: a path that would leave `root`, or a file that cannot be written.
    """
    _refuse_outside(root, (file.path for file in files))
    changed = differences(root, files)
    texts = {file.path: file.text for file in files if file.path in changed}
    manifest = {"files": {file.path: digest(file.text.encode()) for file in sorted(files, key=lambda file: file.path)}}
    texts[MANIFEST] = json.dumps(manifest, indent=1) + "\n"
    write_all(root, {path: text.encode("utf-8") for path, text in texts.items()})
    try:
        for path in changed:
            if path not in texts:
                (root / path).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{root}: cannot be written ({error.strerror})") from None
    return changed


def write_all(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write files below `root`, all or none: each is complete on the disk before the first is put in place.

    Raises:
        UsageError: a path that would leave `root`, or a file that cannot be written.
    """
    _refuse_outside(root, contents)
    try:
        with contextlib.ExitStack() as stack:
            for path, data in contents.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                stack.enter_context(_replacing(root / path)).write_bytes(data)
    except OSError as error:
        raise UsageError(f"{root}: cannot be written ({error.strerror})") from None


def _refuse_outside(root: Path, paths: Iterable[str]) -> None:
    for path in paths:
        if not inside(path):
            raise UsageError(f"{path!r} would be written outside {root}")


def _manifest(root: Path) -> list[str]:
    """The paths that were generated last time; a manifest that was edited into nonsense names nothing."""
    try:
        listed = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [path for path in listed if inside(path)] if isinstance(listed, dict) else []


def inside(name: str) -> bool:
    """Whether a relative path stays below the folder that it starts from."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_tree(paths: Iterable[Path], salt: str = "") -> str:
    """One digest of the names and contents of files and of all files below folders."""
    total = hashlib.sha256(salt.encode())
    for path in paths:
        inside = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file())
        for item in inside:
            if not _CACHES.intersection(item.parts):
                total.update(f"{item}\0".encode())
                total.update(hashlib.sha256(item.read_bytes()).digest())
    return total.hexdigest()


def load_state(path: Path) -> Mapping[str, Any]:
    """What an earlier run remembered; empty where it remembered nothing that can be read."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}
