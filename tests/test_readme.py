"""The programs of the README do what they say, against the server that it tells to start, and type-check."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from diglot.serve import demo, running

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
USE = README[README.index("## Use the client") : README.index("## Test a server")]
PROGRAMS = re.findall(r"```python\n(.*?)```", USE, re.DOTALL)
DEMO = demo()


def test_the_first_five_minutes(tmp_path: Path) -> None:
    assert f"DIFY_API_KEY={DEMO.token} DIFY_BASE_URL=http://127.0.0.1:8000/v1" in README
    sync, concurrent = PROGRAMS
    with running() as url:
        environment = {
            **os.environ,
            "DIFY_API_KEY": DEMO.token,
            "DIFY_BASE_URL": url,
            "PYTHONPATH": str(ROOT / "generated"),
        }
        said = [
            subprocess.run(
                [sys.executable, "-c", program],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=True,
            ).stdout.splitlines()
            for program in (sync, concurrent)
        ]
    done, wrong_id, wrong_key, down = said[0]
    assert re.fullmatch(r"\d+ documents were available; .+ is disabled and has an author", done)
    assert wrong_id.startswith(f"404 not_found: Knowledge base not found. [GET {url}/datasets/00000000-")
    assert wrong_key.startswith("401 unauthorized: ")
    assert down.startswith("cannot connect; is the server up, and is base_url right?")
    assert re.fullmatch(r"[1-9]\d* documents are enabled again", said[1][0])


def test_its_programs_type_check(tmp_path: Path) -> None:
    for number, program in enumerate(PROGRAMS):
        (tmp_path / f"program{number}.py").write_text(program, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / ".mypy"), "."],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "generated")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
