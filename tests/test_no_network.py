"""What a page or document refers to is never fetched: no URL, no file, whatever stage looks at it."""

from __future__ import annotations

import ast
import builtins
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diglot.core.finding import Location
from diglot.drift import drift_languages, drift_versions
from diglot.normalize import canonical, normalize
from diglot.read import read_bytes
from diglot.validate import validate
from fuzz_help import CASES

PAGE = (CASES / "refs-not-fetched" / "page.md").read_bytes()
SOURCES = Path(__file__).resolve().parent.parent / "generator/diglot"
FILE = Path(__file__).parent / "never-read.json"
REFERENCES = (
    "https://elsewhere.example/a.json",
    "http://127.0.0.1:9/a.json",
    "ftp://elsewhere.example/a",
    FILE.as_uri(),
)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that anybody tried to fetch; every try fails."""
    tried: list[str] = []

    def refuse(*arguments: Any, **_: Any) -> Any:
        tried.append(str(arguments))
        raise OSError("no network in this test")

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(target: Any, *arguments: Any, **named: Any) -> Any:
            if FILE.name in str(target) or str(target).startswith(("http", "ftp")):
                refuse(target)
            return original(target, *arguments, **named)

        return call

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(urllib.request, "urlopen", guarded(urllib.request.urlopen))
    monkeypatch.setattr(builtins, "open", guarded(builtins.open))
    return tried


def test_only_named_modules_can_open_a_connection() -> None:
    """Fetching is one stage's business; a test of a server is another's; the reference server listens."""
    network = {"httpx2", "httpx", "requests", "urllib.request", "http.client", "socket", "ssl", "ftplib", "asyncio"}
    allowed = {"conform/wire/sender.py", "conform/target.py", "fetch/address.py", "fetch/client.py", "fetch/server.py"}
    allowed |= {path.relative_to(SOURCES).as_posix() for path in (SOURCES / "serve").glob("*.py")}
    allowed |= {"conform/fuzz/drawing.py"}  # writes down what Schemathesis drew as HTTP, by requests; sends nothing
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if network.intersection(names):
                found.add(path.relative_to(SOURCES).as_posix())
    assert found <= allowed
    assert {"fetch/client.py", "conform/wire/sender.py"} <= found


def locate(pointer: str) -> Location:
    return Location("page.md", 1, 1, pointer)


def test_the_guard_sees_what_is_fetched(attempts: list[str]) -> None:
    for reference in REFERENCES:
        with pytest.raises(OSError, match="no network"):
            urllib.request.urlopen(reference)
    assert len(attempts) == len(REFERENCES)


def test_no_stage_follows_the_references_of_a_page(attempts: list[str]) -> None:
    pages = read_bytes("page.md", PAGE)
    assert pages[0].operations
    normalized = normalize(pages, ["en"])
    shown = [canonical(page) for page in pages]
    drift_languages(shown, ["en"])
    drift_versions(shown, shown)
    found = validate(pages[0].document, locate) + validate(normalized.contract.document, locate)
    assert {finding.rule for finding in found} >= {"reference-unresolved"}
    assert attempts == []


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "REF"},
        {"default": {"$ref": "REF"}},
        {"enum": [{"$ref": "REF"}], "example": {"$ref": "REF"}},
        {"$id": "REF", "allOf": [{"$ref": "#/components/schemas/A"}]},
        {"$schema": "REF"},
        {"$dynamicRef": "REF"},
        {"x-anything": {"$ref": "REF"}, "externalDocs": {"url": "REF"}},
        {"discriminator": {"propertyName": "a", "mapping": {"a": "REF"}}, "oneOf": [{"$ref": "REF"}]},
    ],
)
def test_validation_fetches_nothing(attempts: list[str], schema: Any, reference: str, version: str) -> None:
    def filled(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: filled(value) for key, value in node.items()}
        return [filled(item) for item in node] if isinstance(node, list) else reference if node == "REF" else node

    media = {"schema": filled(schema), "example": {"$ref": reference}}
    response = {"description": "", "content": {"application/json": media}}
    document = {
        "openapi": version,
        "info": {"title": "a", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": response}}}},
        "components": {"schemas": {"A": {"type": "object"}}},
    }
    validate(document, locate)
    assert attempts == []
