"""Formatting of every Python file at once, by ruff: two processes, however many files there are."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from diglot.core.usage import UsageError

_STYLE = ("--isolated", "--no-cache", "--target-version=py311", "--line-length=88")
_SORT = ("check", "--fix", "--exit-zero", "--select=F401,I001", "--config=lint.isort.known-first-party=[{package}]")


def format_python(files: Mapping[str, str], package: str, loose: Collection[str]) -> dict[str, str]:
    """The same files formatted; those of `loose` also lose the imports that they do not use, and have the rest sorted.

    ruff takes more than one file only from a disk, and to start it once a file costs three times as much as all of its
    work: for this moment the files stand in a temporary folder that nobody else can read.

    Raises:
        UsageError: ruff is not there, or a file is no Python (then a template is wrong).
    """
    sort = [argument.format(package=f'"{package}"') for argument in _SORT]
    with tempfile.TemporaryDirectory(prefix="diglot-") as name:
        folder = Path(name)
        for path, text in files.items():
            place = folder / _name(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode())
        if ordered := sorted(set(loose).intersection(files)):
            _run(sort, folder, ordered)
        _run(["format"], folder, list(files))
        return {path: (folder / _name(path)).read_bytes().decode().replace("\r\n", "\n") for path in files}


def _name(path: str) -> str:
    """The name for ruff: from an `__init__.py` it takes no import away, for all that it knows they are offered."""
    return path.replace("__init__.py", "__init__.generated.py")


def _run(arguments: list[str], folder: Path, paths: list[str]) -> None:
    command = [_ruff(), *arguments, *_STYLE, "--", *map(_name, paths)]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - our own arguments
    if run.returncode:
        faults = [fault for path in paths if (fault := _fault(path, (folder / _name(path)).read_bytes()))]
        said = faults[0] if faults else run.stderr.decode(errors="replace").strip()
        raise UsageError(f"the templates give no Python in {said}")


def _fault(path: str, source: bytes) -> str:
    """What Python itself has against a file, or an empty string."""
    import ast

    try:
        ast.parse(source)
    except SyntaxError as error:
        return f"{path}, line {error.lineno}, {error.msg}: {(error.text or '').strip()}"
    return ""


def _ruff() -> str:
    beside = Path(sys.executable).with_name("ruff.exe" if sys.platform == "win32" else "ruff")
    if beside.is_file():
        return str(beside)
    if (found := shutil.which("ruff")) is None:
        raise UsageError("ruff is not installed; diglot formats the code it generates with it")
    return found
