"""No text of a page becomes code, markup, a path or a template: every position x every break-out x every language."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diglot.core import yaml
from diglot.render import Options, render
from injection_help import MARK, ROOT, WAYS, Documents, Kind, Poison, contract, faults, hidden, is_inside, unformatted
from render_help import write

SHARED = ROOT.parent / "shared" / "specs" / "dify-82.en.json"
POSITIONS = 25_000
RENDERED: dict[str, dict[str, str]] = {}
COUNTED: dict[tuple[str, ...], int] = {}
WRITABLE = [way for way in WAYS if way != "half a surrogate pair"]
"""What a file can hold: half a pair is refused by the readers of pages, and no class could have it in its docstring."""
PIPED = [*WRITABLE[:12:3], "expression of a template", "parent folders", "fences", "table of TOML"]
Run = Callable[..., tuple[int, str, str]]


def poisoned(documents: Documents, way: str, *kinds: Kind, part: int = 0, parts: int = 1) -> list[str]:
    """What is wrong with what is made of a contract with poison in all positions of some kinds, each position named."""
    poison = Poison(way, frozenset(kinds), part=part, parts=parts)
    twin = Poison(way, frozenset(kinds), harmless=True, part=part, parts=parts).of(documents)
    if (key := repr(twin)) not in RENDERED:
        RENDERED[key] = unformatted(twin)
    found = faults(unformatted(poison.of(documents)), RENDERED[key])
    COUNTED[(str(id(documents)), way, str(part), *kinds)] = poison.count
    named = {at for fault in found for sentinel, at in poison.positions.items() if sentinel in fault}
    return [*found[:5], *sorted(named)[:5]]


@pytest.mark.parametrize("kind", ["text", "name"])
@pytest.mark.parametrize("name", ["own", "rich"])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_made_has_the_shape_of_the_harmless(name: str, kind: Kind, way: str) -> None:
    assert poisoned(contract(name), WAYS[way], kind) == []


@pytest.mark.parametrize("way", WAYS)
def test_words_with_a_meaning_in_openapi_may_be_anything(way: str) -> None:
    """Types, places, formats, references, media types, statuses: a third of them at a time."""
    for part in range(3):
        assert poisoned(contract("rich"), WAYS[way], "structure", part=part, parts=3) == []


def test_there_were_positions_enough() -> None:
    """The two tests before, counted: each string of a contract, in each language, with each break-out."""
    alone = len(WAYS) * 7
    if len(COUNTED) < alone:
        pytest.skip("counts what the other tests of this module did")
    print(f"{sum(COUNTED.values())} payload positions")
    assert sum(COUNTED.values()) >= POSITIONS


def test_every_string_of_the_rich_contract_is_a_position() -> None:
    """Poison of every kind leaves no value, and of the keys only words of OpenAPI itself."""
    poison = Poison("!", frozenset[Kind]({"text", "name", "structure"}))
    keys, values = strings(poison.of(contract("rich"))["zh"])
    assert [value for value in values if "zqX" not in value] == []
    assert {key for key in keys if "zqX" not in key and not key.isalpha()} == {"$ref"}
    assert keys & {"petId", "Pet", "Dog", "headerKey", "rex", "caption", "onChange", "owner", "busy", "kind"} == set()


@pytest.mark.parametrize("name", ["own", "rich"])
def test_the_whole_way_executes_nothing(name: str, tmp_path: Path) -> None:
    """Formatted, written and imported, with a different break-out in every position."""
    everything = "".join(WAYS[way] for way in WRITABLE)
    for number, kinds in enumerate((frozenset[Kind]({"text"}), frozenset[Kind]({"name"}))):
        made = Poison(everything, kinds).of(contract(name))
        files = {file.path: file.text for file in render(made, Options(package=f"evil{number}"))}
        harmless = render(Poison(everything, kinds, harmless=True).of(contract(name)), Options(package=f"evil{number}"))
        assert faults(files, {file.path: file.text for file in harmless}) == []
        write(files, tmp_path)
    modules = [path.relative_to(tmp_path).with_suffix("") for path in sorted(tmp_path.glob("evil*/*.py"))]
    assert len(modules) > 20
    program = "\n".join(
        [
            "import builtins, importlib, pathlib",
            *(f"importlib.import_module({'.'.join(path.parts)!r})" for path in modules),
            f"assert not hasattr(builtins, {MARK!r})",
            "from pydantic import BaseModel",
            "import evil0.models, evil1.models",
            "for home in (evil0.models, evil1.models):",
            "    made = [it for it in vars(home).values() if isinstance(it, type) and issubclass(it, BaseModel)]",
            "    assert len(made) > 10 and [it.model_rebuild() for it in made]",
        ]
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert all(is_inside(str(path.relative_to(tmp_path))) for path in tmp_path.rglob("*.py"))


@pytest.mark.parametrize("kind", ["text", "name"])
def test_a_whole_specification_with_a_different_break_out_in_every_position(kind: Kind) -> None:
    if not SHARED.is_file():
        pytest.skip("needs the 82 operations in ../shared/specs")
    both = {
        tag: json.loads(SHARED.with_name(f"dify-82.{tag}.json").read_text(encoding="utf-8")) for tag in ("en", "zh")
    }
    ways = list(WAYS.values())
    poison, twin = Poison(ways, frozenset({kind})), Poison(ways, frozenset({kind}), harmless=True)
    made = unformatted(poison.of(both))
    assert faults(made, unformatted(twin.of(both))) == []
    assert poison.count > 4_000


FENCE = """# Title {evil}

{prose}

## OpenAPI

````yaml get /things/{{id}}
{page}
````
"""


def page(evil: str) -> dict[str, Any]:
    """The document of one page with poison in what a reader of pages sees first."""
    schema = {"type": "object", "description": evil, "properties": {evil: {"type": "string", "default": evil}}}
    return {
        "openapi": "3.0.1",
        "info": {"title": evil, "version": evil, "description": evil},
        "servers": [{"url": f"https://{evil}.example", "description": evil}],
        "tags": [{"name": evil, "description": evil}],
        "paths": {
            "/things/{id}": {
                "get": {
                    "operationId": evil,
                    "summary": evil,
                    "description": evil,
                    "tags": [evil],
                    "parameters": [
                        {
                            "name": "id",
                            "in": "path",
                            "required": True,
                            "description": evil,
                            "schema": {"type": "string"},
                        },
                        {
                            "name": evil,
                            "in": "query",
                            "description": evil,
                            "schema": {"enum": [evil], "type": "string"},
                        },
                    ],
                    "responses": {"200": {"description": evil, "content": {"application/json": {"schema": schema}}}},
                    "x-evil": evil,
                }
            }
        },
    }


@pytest.mark.parametrize("form", ["page.md", "page.json"])
@pytest.mark.parametrize("way", PIPED)
def test_from_a_page_to_files_nothing_breaks_out(diglot: Run, tmp_path: Path, form: str, way: str) -> None:
    evil = f"{WAYS[way]} zqX00000q {WAYS[way]}"
    text = json.dumps(page(evil), indent=1)
    if form == "page.md":
        text = FENCE.format(evil="evil", prose="prose", page=yaml.dump(page(evil)))
    home = tmp_path / "home"
    home.mkdir()
    (home / form).write_text(text, encoding="utf-8")
    _, out, err = diglot("generate", home / form, "--into", tmp_path / "made", "--package", "things")
    assert "Traceback" not in err
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != home]
    assert written, out + err
    for path in written:
        inner = path.relative_to(tmp_path / "made")
        assert is_inside(inner.as_posix()) or inner.name.startswith(".")
        content = path.read_text(encoding="utf-8")
        assert not hidden(content)
        assert "8641969" not in content
        if path.suffix == ".py":
            compile(content, str(path), "exec")


def strings(node: Any) -> tuple[set[str], set[str]]:
    """Every key and every string of a document."""
    keys, values, waiting = set[str](), set[str](), [node]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            values.add(inner)
        elif isinstance(inner, list):
            waiting += inner
        elif isinstance(inner, dict):
            keys |= inner.keys()
            waiting += inner.values()
    return keys, values


def test_every_file_of_the_package_is_among_those_that_are_tried() -> None:
    given = contract("own")
    whole = {file.path for file in render(given, Options())}
    assert unformatted(given).keys() == whole - {"dify_knowledge/py.typed"}
