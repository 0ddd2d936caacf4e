"""Formatting of every Python file at once, by ruff: one process a file, all at the same time, nothing on disk."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from diglot.core.usage import UsageError

_STYLE = (
    "--isolated",
    "--no-cache",
    "--target-version=py311",
    "--line-length=88",
    "--stdin-filename=generated.py",
    "-",
)
_SORT = (
    "check",
    "--quiet",
    "--fix",
    "--select=F401,I001",
    "--config=lint.isort.known-first-party=[{package}]",
    *_STYLE,
)
_FORMAT = ("format", "--quiet", *_STYLE)


def format_python(files: Mapping[str, str], package: str, loose: Collection[str]) -> dict[str, str]:
    """The same files formatted; those of `loose` also lose the imports that they do not use, and have the rest sorted.

    Raises:
        UsageError: ruff is not there, or a file is no Python (then a template is wrong).
    """
    sort = [argument.format(package=f'"{package}"') for argument in _SORT]
    sorted_files = _run(sort, {path: text for path, text in files.items() if path in loose})
    return _run(_FORMAT, {**files, **sorted_files})


def _run(arguments: tuple[str, ...] | list[str], files: Mapping[str, str]) -> dict[str, str]:
    command = [_ruff(), *arguments]
    running = {
        path: subprocess.Popen(  # noqa: S603 - our own arguments; the file goes in through a pipe
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for path in files
    }
    results = {path: process.communicate(files[path].encode()) for path, process in running.items()}
    for path, process in running.items():
        if process.returncode and not results[path][0]:
            said = results[path][1].decode(errors="replace").strip() or _fault(files[path])
            raise UsageError(f"the templates give no Python in {path}: {said}")
    return {path: output.decode().replace("\r\n", "\n") for path, (output, _) in results.items()}


def _fault(text: str) -> str:
    """What Python itself has against a file that ruff refused without a word."""
    import ast

    try:
        ast.parse(text)
    except SyntaxError as error:
        line = (error.text or "").strip()
        return f"line {error.lineno}, {error.msg}: {line}"
    return "ruff refused it"


def _ruff() -> str:
    beside = Path(sys.executable).with_name("ruff.exe" if sys.platform == "win32" else "ruff")
    if beside.is_file():
        return str(beside)
    if (found := shutil.which("ruff")) is None:
        raise UsageError("ruff is not installed; diglot formats the code it generates with it")
    return found
