"""The same contract gives the same bytes, wherever, whenever and by whichever Python."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from injection_help import ROOT, contract
from render_help import rendered

SPECS = ROOT.parent / "shared" / "specs"
PROGRAM = """
import hashlib, json, os, sys
sys.path[:0] = sys.argv[1:]
os.umask(0o077)
from pathlib import Path
from diglot.render import Options, render
documents = json.loads(sys.stdin.buffer.read())
files = sorted((file.path, file.text) for file in render(documents, Options()))
print(hashlib.sha256(json.dumps(files).encode()).hexdigest())
"""
PLACES: dict[str, dict[str, str]] = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "random hash seed": {"PYTHONHASHSEED": "random", "PYTHONUTF8": "0"},
    "locale C": {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "locale en_US": {"LC_ALL": "en_US.UTF-8", "LANG": "en_US.UTF-8"},
    "locale zh_CN": {"LC_ALL": "zh_CN.GB18030", "LANG": "zh_CN.GB18030", "PYTHONUTF8": "0"},
    "locale tr_TR": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LC_CTYPE": "tr_TR.UTF-8"},
    "time zone": {"TZ": "Pacific/Kiritimati"},
    "one processor, no colour, no home": {
        "PYTHON_CPU_COUNT": "1",
        "NO_COLOR": "1",
        "HOME": "/nowhere",
        "COLUMNS": "20",
    },
}


@cache
def documents(name: str) -> dict[str, dict[str, Any]]:
    """Three operations, the contract with every feature, or a whole specification where it is there."""
    if name in ("own", "rich"):
        return contract(name)
    if not SPECS.is_dir():
        pytest.skip("needs the 82 operations in ../shared/specs")
    return {tag: json.loads((SPECS / f"dify-82.{tag}.json").read_text(encoding="utf-8")) for tag in ("en", "zh")}


@cache
def expected(name: str) -> str:
    files = sorted(rendered(documents(name)).items())
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()


def made_by(python: str, name: str, folder: Path, **environment: str) -> str:
    """The digest of what a process of its own makes, in another folder."""
    run = subprocess.run(
        [python, "-c", PROGRAM, str(ROOT / "generator")],
        input=json.dumps(documents(name)).encode(),
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    return run.stdout.decode().strip()


@pytest.mark.parametrize("place", PLACES)
def test_wherever_and_whenever(place: str, tmp_path: Path) -> None:
    """Where the system does not have a locale, the process falls back to C."""
    assert made_by(sys.executable, "own", tmp_path, **PLACES[place]) == expected("own")


@pytest.mark.parametrize("name", ["rich", "whole"])
def test_with_more_names_and_another_seed(name: str, tmp_path: Path) -> None:
    assert made_by(sys.executable, name, tmp_path, PYTHONHASHSEED="7", LC_ALL="C", TZ="Asia/Kathmandu") == expected(
        name
    )


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_by_whichever_python(version: str, tmp_path: Path) -> None:
    """`DIGLOT_PYTHONS` may name folders of other Pythons, as PATH does: virtual environments with what diglot needs."""
    folders = os.environ.get("DIGLOT_PYTHONS") or None
    python = shutil.which(f"python{version}", path=folders)
    needed = "import datamodel_code_generator, jinja2, pydantic; raise SystemExit(0)"
    if python is None or subprocess.run([python, "-c", needed], capture_output=True, check=False).returncode:
        pytest.skip(f"there is no python{version} with the packages that diglot needs")
    for name in ("own", "rich"):
        assert made_by(python, name, tmp_path) == expected(name)


def test_the_order_of_members_is_meaning() -> None:
    """What the pages say first stands first: nobody sorts the contract to be the same."""
    turned = {
        language: {**document, "paths": dict(reversed(document["paths"].items()))}
        for language, document in contract("own").items()
    }
    client = next(text for path, text in rendered(turned).items() if path.endswith("/operations.py"))
    straight = rendered(contract("own"))["dify_knowledge/operations.py"]
    assert sorted(client.splitlines()[3:]) == sorted(straight.splitlines()[3:])
    assert client.splitlines()[3:] != straight.splitlines()[3:]
