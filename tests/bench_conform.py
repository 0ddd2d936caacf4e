"""What `diglot conform` takes against a fast server in a process of its own, beside Schemathesis on the same server."""

from __future__ import annotations

import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

from bench_measure import BIN, ROOT, RUNS
from conform_help import CONTRACT, LAWS, fixtures
from diglot import conform
from diglot.conform.findings import Findings
from diglot.serve import running
from diglot.serve.faults import FAULTS
from fast_help import fast
from servers.right import known

DIGLOT: list[str | Path] = [sys.executable, "-m", "diglot"]
_FIXTURES = known()
TAKE = Findings._take
_EACH = 12  # of the catalogue of faults, one in so many is served


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


def run(command: list[str | Path], folder: str | Path = ROOT) -> tuple[str, str, float, float]:
    """Both outputs of a command, its wall seconds and its CPU seconds."""
    started = time.perf_counter()
    before = os.times()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
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
        _, _, wall, cpu = run(command, folder)  # where it leaves its caches
        said: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    line("st run, 20 examples (the peer)", said["test_cases"]["generated"], "cases", said["running_time"], wall, cpu)


def line(name: str, count: int, what: str, seconds: float, wall: float, cpu: float) -> None:
    rate = f"{count / seconds:6.0f} a second"
    print(f"  {name:34} {count:5} {what:8} {seconds:7.3f} s {rate}; process {wall:7.3f} s, CPU {cpu:6.3f} s")


def first_findings() -> None:
    """How long until something is found in servers that are wrong in one way; they share a process with the tool."""
    seconds, options = [], conform.Options(engines=("laws",), journal=False)  # which come first
    logging.disable(logging.CRITICAL)  # what faulty servers log is nobody's business
    for fault in [one for one in FAULTS if not one.timed][::_EACH]:
        with running(fault.make()) as url:
            started = time.perf_counter()
            found: list[float] = []

            def noted(self: Findings, seen: Any, found: list[float] = found) -> Any:
                found.append(time.perf_counter())
                return TAKE(self, seen)

            with mock.patch.object(Findings, "_take", noted):
                conform.run(conform.Target.parse(url), CONTRACT, LAWS, fixtures(), options)
            seconds += [found[0] - started] if found else []
    median, most = statistics.median(seconds), sum(one <= 1 for one in seconds)
    print(f"  first finding, {len(seconds)} faults: median {median:.3f} s after the run began, {most} within 1 s")


def main() -> None:
    print("\nconform, a fast server on loopback in a process of its own; requests a second of the run itself")
    with tempfile.TemporaryDirectory() as folder:
        file = fixtures_file(Path(folder))
        os.environ["XDG_STATE_HOME"] = folder
        with fast() as url:
            own("laws only", url, file, "--only", "laws")
            own("both engines", url, file)
            peer(url)
    first_findings()


if __name__ == "__main__":
    main()
