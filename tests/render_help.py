"""The contract that the tests of render and of the client share, and the package rendered from it."""

from __future__ import annotations

import copy
import importlib
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from diglot.core import yaml
from diglot.core.pointer import split
from diglot.core.tree import plain
from diglot.render import Options, render

CASES = Path(__file__).parent / "cases" / "render"


def documents() -> dict[str, dict[str, Any]]:
    """The contract in English and Chinese, fresh copies."""
    english: dict[str, Any] = plain(yaml.load((CASES / "contract.yaml").read_text(encoding="utf-8")).value)
    chinese = copy.deepcopy(english)
    for pointer, text in plain(yaml.load((CASES / "zh.yaml").read_text(encoding="utf-8")).value).items():
        put(chinese, pointer, text)
    return {"en": english, "zh": chinese}


def put(document: Any, pointer: str, value: Any) -> None:
    """Set the value that `pointer` names; its parent must be there."""
    *parents, last = split(pointer)
    for token in parents:
        document = document[int(token)] if isinstance(document, list) else document[token]
    document[int(last) if isinstance(document, list) else last] = value


def rendered(contract: dict[str, dict[str, Any]] | None = None, **options: Any) -> dict[str, str]:
    """Path -> text of everything that is generated."""
    return {file.path: file.text for file in render(contract or documents(), Options(**options))}


@cache
def library() -> dict[str, str]:
    """The package of the shared contract, under a name of its own beside the project's."""
    return rendered(package="library_client", client="Library", environment="LIBRARY")


def write(files: dict[str, str], folder: Path) -> None:
    """Put the files below `folder`."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def import_library(folder: Path) -> ModuleType:
    """The package of the shared contract, written to `folder` and imported."""
    write(library(), folder)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("library_client")
    finally:
        sys.path.remove(str(folder))
