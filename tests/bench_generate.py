"""What `diglot generate` takes, for three operations and for 82, beside its peer in the same run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench_measure import BIN, EDITIONS, ROOT, Subject, compare, measure, row


def generating(folder: Path) -> None:
    """Three operations from nothing and again, then 82, each beside openapi-python-client, its hooks included."""
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"  # the peer formats with the ruff it finds
    _three(folder)
    _eighty_two(folder)


def _three(folder: Path) -> None:
    project = folder / "project"
    shutil.copytree(ROOT / "specs", project / "specs")
    shutil.copy(ROOT / "pyproject.toml", project)
    memory = project / ".diglot"

    def forget() -> None:
        shutil.rmtree(memory, ignore_errors=True)
        shutil.rmtree(project / "generated", ignore_errors=True)

    diglot = [BIN / "diglot", "generate", "-C", project]
    peer = [BIN / "openapi-python-client", "generate", "--path", project / "specs/openapi.yaml", "--overwrite"]
    cold, other = compare(
        Subject("diglot generate", diglot, forget),
        Subject("openapi-python-client", [*peer, "--output-path", folder / "peer"], cwd=folder),
    )
    measure(Subject("diglot generate", diglot))
    unchanged, bare = compare(Subject("unchanged", diglot), Subject("help", [BIN / "diglot", "--help"]))
    print(
        "generate, three operations (both languages, sync and async client, reference); ratio to the peer's wall time"
    )
    print(row("diglot generate, from nothing", cold, other))
    print(row("openapi-python-client generate (peer)", other))
    print(row("diglot generate, nothing changed", unchanged, other))
    print(row("diglot --help", bare))


def _eighty_two(folder: Path) -> None:
    editions = [EDITIONS / f"dify-82.{language}.json" for language in ("en", "zh")]
    if not all(edition.is_file() for edition in editions):
        print(f"generate, 82 operations: skipped, {EDITIONS} is not there")
        return
    own, other = folder / "own-82", folder / "peer-82"
    diglot = [BIN / "diglot", "generate", *editions, "--into", own, "--package", "dify_api"]
    peer = [BIN / "openapi-python-client", "generate", "--path", editions[0], "--overwrite", "--output-path", other]
    whole, beside = compare(
        Subject("diglot generate, 82", diglot, lambda: shutil.rmtree(own, ignore_errors=True)),
        Subject("openapi-python-client, 82", peer, cwd=folder),
    )
    print("generate, 82 operations of a real contract (the peer: in one language, without reference)")
    print(row("diglot generate, from nothing", whole, beside))
    print(row("openapi-python-client generate (peer)", beside))
