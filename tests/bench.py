"""`make bench`: whole-process figures, each beside its peer in the same run. Nothing here passes or fails.

Every command runs RUNS times in turn with its peer (A B A B …) after one warm-up; seconds are medians, memory
is the largest process. Compare ratios of one run: absolute times of two machines, or of two days, mean nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import bench_conform
from bench_generate import generating
from bench_measure import BIN, EDITIONS, ROOT, RUNS, Subject, compare, measure, row
from diglot.core.tree import copy_tree, plain
from diglot.core.yaml import dump, load

PAGES = 1000
SPECIFICATION = 3_000_000  # bytes
VERSION = 11_000_000  # bytes


def starting(folder: Path) -> None:
    """From nothing to a client that can be called; the large contract only where it is at hand."""
    clients = {"three operations": ("dify_knowledge", "DifyKnowledge", ROOT / "generated")}
    editions = [EDITIONS / f"dify-82.{language}.json" for language in ("en", "zh")]
    if all(edition.is_file() for edition in editions):
        into = folder / "large"
        into.mkdir()
        measure(Subject("large", [BIN / "diglot", "generate", *editions, "--into", into, "--package", "large_api"]))
        clients["82 operations"] = ("large_api", "LargeApi", into)
    print("\na client that is ready to be called, a process of its own each; of that, Python itself is the last line")
    subjects = [
        Subject(
            name,
            [sys.executable, "-c", f"from {package} import {client}; {client}('k', base_url='http://x')"],
            cwd=path,
        )
        for name, (package, client, path) in clients.items()
    ]
    for name, figures in zip([*clients, "python alone"], compare(*subjects, bare()), strict=True):
        print(row(name, figures))


def bare() -> Subject:
    return Subject("python alone", [sys.executable, "-c", "pass"])


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


# What any comparison does at least: load two documents, and walk them in step for the places that are not equal.
NAIVE = """
import sys
def walk(old, new, pointer):
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from walk(old.get(key), new.get(key), f"{pointer}/{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new)):
            yield from walk(one, other, f"{pointer}/{index}")
    elif old != new:
        yield pointer
old, new = (load(open(path, encoding="utf-8")) for path in sys.argv[1:])
print(*walk(old, new, ""), sep="\\n")
"""


def renamed(node: Any, copy: int) -> Any:
    """The same part of a document, with references to the components of one copy."""
    if isinstance(node, dict):
        return {
            key: f"{value}-{copy}" if key == "$ref" and "securitySchemes" not in value else renamed(value, copy)
            for key, value in node.items()
        }
    return [renamed(value, copy) for value in node] if isinstance(node, list) else node


def as_json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def versions(folder: Path, form: str, write: Callable[[Any], str]) -> tuple[Path, Path]:
    """Two versions of a large specification: the project's own contract, many times under other names."""
    contract = plain(load((ROOT / "specs/openapi.yaml").read_text(encoding="utf-8")).value)
    shared = {"securitySchemes": contract["components"].pop("securitySchemes")}
    old = {**contract, "paths": {}, "components": shared}
    size = len(write({"paths": contract["paths"], "components": contract["components"]}).encode())
    for copy in range(VERSION // size + 1):
        old["paths"] |= {f"/copy-{copy}{path}": renamed(item, copy) for path, item in contract["paths"].items()}
        for section, named in contract["components"].items():
            whole = old["components"].setdefault(section, {})
            whole |= {f"{name}-{copy}": renamed(value, copy) for name, value in named.items()}
    new = copy_tree(old)
    del new["paths"][min(new["paths"])]
    max(new["paths"].items())[1].popitem()[1]["deprecated"] = True
    objects = [schema for schema in new["components"]["schemas"].values() if schema.get("properties")]
    objects[len(objects) // 2]["properties"].popitem()
    files = folder / f"old.{form}", folder / f"new.{form}"
    for file, version in zip(files, (old, new), strict=True):
        file.write_text(write(version), encoding="utf-8")
    return files


def drifting(folder: Path) -> None:
    print("\ndrift, two specifications as files; ratio to the wall time of loading both and walking them in step")
    json_peer = "from json import load"
    yaml_peer = "import yaml; load = lambda file: yaml.load(file, yaml.CSafeLoader)"
    pairs = {"two editions": (*sorted(EDITIONS.glob("*.json")), json_peer)} if EDITIONS.is_dir() else {}
    # In a process of its own: what a process has ever used counts as the peak of those that it starts.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pairs["two versions, JSON"] = (*pool.submit(versions, folder, "json", as_json).result(), json_peer)
        pairs["two versions, YAML"] = (*pool.submit(versions, folder, "yaml", dump).result(), yaml_peer)
    for name, (old, new, loading) in pairs.items():
        command = [sys.executable, "-c", loading + NAIVE, old, new]
        own, peer = compare(Subject(name, [BIN / "diglot", "drift", old, new], code=1), Subject("naive", command))
        print(row(f"diglot drift, {name} of {old.stat().st_size / 1e6:.1f} MB", own, peer))
        print(row("naive walk (lower bound)", peer))


def main() -> None:
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {python}, {os.cpu_count()} processors, median of {RUNS} runs: wall, CPU, peak memory\n")
    with tempfile.TemporaryDirectory() as name:
        # Programs are measured as installed: with their bytecode kept, wherever the caller wants none written.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(name) / "bytecode")
        generating(Path(name))
        sys.stdout.flush()
        subprocess.run([sys.executable, ROOT / "tests/bench_client.py"], cwd=ROOT, check=True)
        starting(Path(name))
        reading(Path(name))
        loading(Path(name))
        drifting(Path(name))
    bench_conform.main()


if __name__ == "__main__":
    main()
