"""What `diglot conform` takes against a fast server in a process of its own, beside Schemathesis on the same server."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_measure import BIN, ROOT, RUNS
from fast_help import fast
from servers.right import known

DIGLOT: list[str | Path] = [sys.executable, "-m", "diglot"]
_FIXTURES = known()
# Laws are named by what they find: the time is from the start of the process to the first breach that is taken.
_FIRST = """
import sys, time
from diglot.conform.findings import Findings
take = Findings.take
def first(self, finding):
    sys.stderr.write(f"FIRST {time.time()} {finding.rule}\\n")
    Findings.take = take
    take(self, finding)
Findings.take = first
from diglot.cli import main
main(sys.argv[1:], sys.stdout, sys.stderr)
"""


def fixtures_file(folder: Path) -> Path:
    other = _FIXTURES.other_tenant
    assert other is not None
    lines = [f'token = "{_FIXTURES.token.value}"']
    lines += [
        f'{name} = "{getattr(_FIXTURES, name)}"'
        for name in ("dataset", "empty_dataset", "other_dataset", "api_disabled_dataset")
    ]
    lines += ["[other_tenant]", f'token = "{other.token.value}"', f'dataset = "{other.dataset}"']
    for one in _FIXTURES.metadata_fields:
        lines += ["[[metadata_field]]", f'id = "{one.id}"', f'name = "{one.name}"', f'type = "{one.type}"']
    path = folder / "fixtures.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(command: list[str | Path]) -> tuple[str, str, float, float]:
    """Both outputs of a command, its wall seconds and its CPU seconds."""
    started = time.perf_counter()
    before = os.times()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode not in (0, 1):
        sys.exit(f"{command[:3]}: exit {done.returncode}\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout, done.stderr, time.perf_counter() - started, cpu


def own(name: str, url: str, fixtures: Path, *arguments: str) -> None:
    runs = []
    for _ in range(max(1, RUNS // 2)):
        command = [
            sys.executable,
            "-m",
            "diglot",
            "conform",
            url,
            "--fixtures",
            fixtures,
            "--format",
            "json",
            *arguments,
        ]
        out, _, wall, cpu = run(command)
        runs.append((json.loads(out)["summary"], wall, cpu))
    summary = runs[0][0]
    seconds = statistics.median(one["seconds"] for one, _, _ in runs)
    wall, cpu = (statistics.median(figures[index] for figures in runs) for index in (1, 2))
    line(name, summary["requests"], "requests", seconds, wall, cpu)


def peer(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command: list[str | Path] = [
            BIN / "st", "run", ROOT / "specs/openapi.yaml", "-u", url, "--seed", "1", "-n", "20",
            "-H", f"Authorization: Bearer {_FIXTURES.token.value}", "--phases", "examples,coverage,fuzzing",
            "--generation-database", "none", "--report", "json", "--report-json-path", report,
        ]  # fmt: skip
        _, _, wall, cpu = run(command)
        said: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    line("st run, 20 examples (the peer)", said["test_cases"]["generated"], "cases", said["running_time"], wall, cpu)


def line(name: str, count: int, what: str, seconds: float, wall: float, cpu: float) -> None:
    rate = f"{count / seconds:6.0f} a second"
    print(f"  {name:34} {count:5} {what:8} {seconds:7.3f} s {rate}; process {wall:7.3f} s, CPU {cpu:6.3f} s")


def first_finding(fixtures: Path) -> None:
    with fast("total") as url:
        seconds = []
        for _ in range(max(1, RUNS // 2)):
            started = time.time()
            command = [sys.executable, "-c", _FIRST, "conform", url, "--fixtures", fixtures]
            said = next(text for text in run(command)[1].splitlines() if text.startswith("FIRST"))
            seconds.append(float(said.split()[1]) - started)
    print(f"  first finding of a server with a wrong total: {statistics.median(seconds):.3f} s after the process began")


def main() -> None:
    print("\nconform, a fast server on loopback in a process of its own; requests a second of the run itself")
    with tempfile.TemporaryDirectory() as folder:
        fixtures = fixtures_file(Path(folder))
        os.environ["XDG_STATE_HOME"] = folder
        with fast() as url:
            own("laws only", url, fixtures, "--only", "laws")
            own("both engines", url, fixtures)
            peer(url)
        first_finding(fixtures)


if __name__ == "__main__":
    main()
