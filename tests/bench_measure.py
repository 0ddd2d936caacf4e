"""Measuring whole processes for `make bench`: wall and CPU seconds, peak memory; medians of runs in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
RUNS = int(os.environ.get("DIGLOT_BENCH_RUNS", "5"))
EDITIONS = ROOT.parent / "shared" / "specs"


@dataclass(frozen=True, slots=True)
class Figures:
    """One command's medians: wall and CPU seconds of the whole process, and its peak memory in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Subject:
    """A command to time, and what to do before each run."""

    name: str
    command: Sequence[str | Path]
    before: Callable[[], object] = lambda: None
    cwd: Path = ROOT
    code: int = 0  # the exit code of success: 1 where findings are what is measured


def measure(subject: Subject) -> tuple[float, float, float]:
    """One run in a process of its own."""
    subject.before()
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in subject.command], cwd=subject.cwd, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != subject.code:
            output.seek(0)
            sys.exit(f"{subject.name}: exit {process.returncode}\n{output.read().decode(errors='replace')[-2000:]}")
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def compare(*subjects: Subject) -> list[Figures]:
    """The medians of each subject, run in turn."""
    runs: list[list[tuple[float, float, float]]] = [[] for _ in subjects]
    for number in range(RUNS + 1):
        for subject, seen in zip(subjects, runs, strict=True):
            figures = measure(subject)
            if number:  # the first is the warm-up
                seen.append(figures)
    return [Figures(*(statistics.median(run[index] for run in seen) for index in range(3))) for seen in runs]


def row(name: str, figures: Figures, peer: Figures | None = None) -> str:
    ratio = f"{figures.wall / peer.wall:6.2f} x" if peer else " " * 8
    return f"  {name:44} {figures.wall:7.3f} s  {figures.cpu:7.3f} s  {figures.memory:6.0f} MB {ratio}"
