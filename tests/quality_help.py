"""What the checkers of types and style say about a folder of generated code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def mypy(folder: Path, *packages: str) -> str:
    """What mypy --strict says about packages; nothing where it is content."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary"]
    command += ["--cache-dir", str(folder / ".mypy")]
    named = [word for package in packages for word in ("-p", package)]
    environment = {**os.environ, "MYPYPATH": str(folder)}
    run = subprocess.run([*command, *named], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def pyright(folder: Path) -> list[str]:
    """What pyright in strict mode says about everything in a folder: file, line, message."""
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": ["."]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report = json.loads(run.stdout)
    assert report["summary"]["filesAnalyzed"] > 10
    return [
        f"{Path(said['file']).name}:{said['range']['start']['line'] + 1}: {said['message']}"
        for said in report["generalDiagnostics"]
    ]


def ruff(folder: Path, *arguments: str) -> str:
    """What ruff says as it comes, without any configuration; nothing where it is content."""
    command = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--no-cache", "--isolated"]
    run = subprocess.run([*command, "."], cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr
