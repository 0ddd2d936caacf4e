"""Pages made by hand for the tests of the merge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from diglot.core.ir import Fragment
from diglot.core.pointer import resolve
from diglot.core.yaml import dump, load
from diglot.normalize import Addition, Normalized, normalize
from diglot.read import read_bytes

RESPONSE = "/paths/~1things/get/responses/200/content/application~1json/schema"


def page(text: str, path: str = "en/a.md") -> Fragment:
    (fragment,) = read_bytes(path, text.encode())
    assert fragment.operations, fragment.findings
    return fragment


def fence(document: Any, path: str = "en/a.md", info: str = "openapi.yaml get /things") -> Fragment:
    return page(f"# Things\n\n## OpenAPI\n\n````yaml {info}\n{dump(document)}\n````\n", path)


def things(schema: Any, **operation: Any) -> dict[str, Any]:
    """A 3.0 document with one operation whose 200 response has this schema."""
    responses = {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}
    return {
        "openapi": "3.0.1",
        "info": {"title": "T", "version": "1"},
        "paths": {"/things": {"get": {"operationId": "listThings", "responses": responses, **operation}}},
    }


def merged(*fragments: Fragment, additions: tuple[Addition, ...] = ()) -> Normalized:
    return normalize(fragments, ["en", "zh"], additions)


def dated(fragment: Fragment, age: str) -> Fragment:
    return replace(fragment, age=age)


def addition(text: str, path: str = "additions/a.yaml") -> Addition:
    return Addition(path, load(text).value)


def rules(result: Normalized) -> list[str]:
    """The rules of what was found, in order."""
    return [finding.rule for finding in result.findings]


def schema_of(result: Normalized) -> Any:
    """The schema of the only answer of `things`."""
    return resolve(result.contract.document, RESPONSE)
