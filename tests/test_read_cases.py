"""One case for each kind of page: what `diglot read` makes of it, as goldens, and where every word of it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from diglot.core.tree import Mark, mark_of
from diglot.read import read_bytes
from fuzz_help import CASES

NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
GOLDEN = "read.json"


def pages_of(case: str) -> list[str]:
    """The files of a case, relative to its folder."""
    folder = CASES / case
    inside = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != GOLDEN)
    return [path.relative_to(folder).as_posix() for path in inside]


def short(page: dict[str, Any]) -> dict[str, Any]:
    """One page of the output as a golden keeps it: losses by kind, findings as lines."""
    losses: dict[str, list[str]] = {}
    for loss in page["losses"]:
        losses.setdefault(f"{loss['certainty']} {loss['code']}", []).append(loss["pointer"])
    return {
        **{key: page[key] for key in ("page", "language", "dialect")},
        "operations": [f"{item['method']} {item['path']}" for item in page["operations"]],
        "document": page["document"],
        "losses": losses,
        "findings": [_line(finding) for finding in page["findings"]],
    }


def _line(finding: dict[str, Any]) -> str:
    def place(location: dict[str, Any]) -> str:
        return f"{location['path']}:{location['line']}:{location['column']}"

    other = f" (see {place(finding['other'])})" if finding["other"] else ""
    return f"{place(finding['location'])}: {finding['severity']} {finding['rule']} {finding['message']}{other}"


@pytest.mark.parametrize("case", NAMES)
def test_case(case: str, diglot: Callable[..., tuple[int, str, str]], golden: Callable[[Path, str], None]) -> None:
    code, out, _ = diglot("read", "-C", CASES / case, *pages_of(case), "--format", "json", "--fail-on", "error")
    pages = json.loads(out)
    failed = any(finding["severity"] == "error" for page in pages for finding in page["findings"])
    assert code == failed
    assert all(page["operations"] or failed for page in pages)
    text = json.dumps([short(page) for page in pages], indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    golden(CASES / case / GOLDEN, text)


def entries(node: Any) -> Iterator[tuple[str | int, Mark]]:
    """Every entry of a document that has a mark of its own: key or index, mark."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        mark = mark_of(node, key)
        if mark is not None:
            yield key, mark
        yield from entries(value)


@pytest.mark.parametrize("case", NAMES)
def test_every_mark_names_the_place_of_its_word(case: str) -> None:
    for name in pages_of(case):
        data = (CASES / case / name).read_bytes()
        lines = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
        for fragment in read_bytes(name, data):
            for key, mark in entries(fragment.document):
                here = lines[mark.line - 1][mark.column - 1 :]
                assert here.strip(), (name, key, mark)
                if fragment.dialect in ("openapi", "fern") and isinstance(key, str):
                    written = here[1:] if here[0] in "\"'" else here
                    assert written.startswith((key, "*", json.dumps(key)[1:-1])), (name, key, mark)
