"""Single files: read as what they should be, written atomically; digests of them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from diglot.core.usage import UsageError

PAGE_SUFFIXES = (".md", ".mdx", ".txt", ".json", ".yaml", ".yml")
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
