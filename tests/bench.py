"""`make bench`: whole-process figures, each beside its peer in the same run. Nothing here passes or fails.

Every command runs RUNS times in turn with its peer (A B A B …) after one warm-up; seconds are medians, memory
is the largest process. Compare ratios of one run: absolute times of two machines, or of two days, mean nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from diglot.core.yaml import dump, load

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
RUNS = int(os.environ.get("DIGLOT_BENCH_RUNS", "5"))
PAGES = 1000
SPECIFICATION = 3_000_000  # bytes


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
        if process.returncode:
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


def generating(folder: Path) -> None:
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


def reading(folder: Path) -> None:
    seeds = sorted((ROOT / "specs/pages").rglob("*.md"))
    pages = folder / "pages"
    pages.mkdir()
    for number in range(PAGES):
        seed = seeds[number % len(seeds)]
        shutil.copy(seed, pages / f"{number:04}-{seed.parent.name}.md")
    command: list[str | Path] = [BIN / "diglot", "read", pages, "--format"]
    findings, whole = compare(Subject("findings", [*command, "jsonl"]), Subject("documents", [*command, "json"]))
    print(f"\nread, a folder of {PAGES:,} pages in three dialects: {PAGES / findings.wall:,.0f} pages a second")
    print(row("diglot read, findings only (jsonl)", findings))
    print(row("diglot read, every document too (json)", whole))


def specification(folder: Path) -> Path:
    """A YAML file of at least 3 MB: the paths of the project's own contract, many times under other names."""
    contract = load((ROOT / "specs/openapi.yaml").read_text(encoding="utf-8")).value
    copies = SPECIFICATION // len(dump({"paths": contract["paths"]}).encode()) + 1
    paths = {f"/copy-{number}{path}": item for number in range(copies) for path, item in contract["paths"].items()}
    file = folder / "specification.yaml"
    file.write_text(dump({**contract, "paths": paths}), encoding="utf-8")
    return file


def loading(folder: Path) -> None:
    file = specification(folder)

    def script(name: str, code: str) -> Subject:
        return Subject(name, [sys.executable, "-c", f"{code}(open({str(file)!r}, encoding='utf-8').read())"])

    own, peer, page = compare(
        script("load", "from diglot.core.yaml import load; load"),
        script("CSafeLoader", "import yaml; (lambda text: yaml.load(text, yaml.CSafeLoader))"),
        Subject("read", [BIN / "diglot", "read", file, "--format", "jsonl"]),
    )
    size = file.stat().st_size / 1e6
    print(f"\nYAML, a specification of {size:.1f} MB, each in a process of its own; ratio to the peer's wall time")
    print(row("our loader: YAML 1.2, bounded, with positions", own, peer))
    print(row("PyYAML CSafeLoader (peer)", peer))
    print(row("diglot read, all that the file says", page, peer))


def conforming() -> None:
    print("\nconform, the reference server on loopback; requests a second of the run itself")
    for name, only in (("laws", "laws"), ("fuzz (Schemathesis, the peer)", "fuzz")):
        summaries = []
        for _ in range(max(1, RUNS // 2)):
            command = [BIN / "diglot", "conform", "--only", only, "--format", "json"]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            summaries.append(json.loads(run.stdout)["summary"])
        rate = statistics.median(summary["requests"] / summary["seconds"] for summary in summaries)
        seconds = statistics.median(summary["seconds"] for summary in summaries)
        print(f"  {name:44} {seconds:7.3f} s  {summaries[0]['requests']:5} requests  {rate:7.0f} a second")


def main() -> None:
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {python}, {os.cpu_count()} processors, median of {RUNS} runs: wall, CPU, peak memory\n")
    with tempfile.TemporaryDirectory() as name:
        # Programs are measured as installed: with their bytecode kept, wherever the caller wants none written.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(name) / "bytecode")
        generating(Path(name))
        reading(Path(name))
        loading(Path(name))
    conforming()


if __name__ == "__main__":
    main()
