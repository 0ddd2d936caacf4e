"""Examples against the schemas that they stand beside (JSON Schema 2020-12 as OpenAPI 3.1 uses it)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diglot.core.finding import Finding
from diglot.core.grammar import walk_roles
from diglot.core.pointer import join
from diglot.validate.locate import Locate

_LONGEST = 200
_BASE = "urn:diglot:contract"


def check_examples(document: Mapping[str, Any], locate: Locate) -> list[Finding]:
    """Each example, default and enum value that the schema at its place refuses, one finding an example."""
    if not str(document.get("openapi", "")).startswith("3.1"):
        return []
    from jsonschema.exceptions import best_match
    from openapi_schema_validator import OAS31Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    registry: Registry[Any] = Registry().with_resource(_BASE, DRAFT202012.create_resource(document))
    findings: list[Finding] = []
    for pointer, value, schema_pointer in _pairs(document):
        validator = OAS31Validator({"$ref": f"{_BASE}#{_escaped(schema_pointer)}"}, registry=registry)
        try:
            error = best_match(validator.iter_errors(value))
        except Exception:  # noqa: S112  the schema itself is broken, in any way there is: openapi-invalid says so
            continue
        if error is not None:
            problem = f"{error.json_path}: {error.message}"[:_LONGEST]
            findings.append(Finding("example-invalid", locate(pointer), args={"problem": problem}))
    return findings


def _pairs(document: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """(pointer of a value, the value, pointer of the schema that judges it)."""
    for pointer, node, role, _ in walk_roles(document):
        if not isinstance(node, dict):
            continue
        if role == "schema":
            for index, value in enumerate(node["examples"] if isinstance(node.get("examples"), list) else []):
                yield join(pointer, "examples", index), value, pointer
            if "default" in node:
                yield join(pointer, "default"), node["default"], pointer
        elif role in ("media", "parameter", "header") and "schema" in node:
            if "example" in node:
                yield join(pointer, "example"), node["example"], join(pointer, "schema")
            named = node.get("examples")
            for name, example in named.items() if isinstance(named, dict) else ():
                if isinstance(example, dict) and "value" in example:
                    yield join(pointer, "examples", name, "value"), example["value"], join(pointer, "schema")


def _escaped(pointer: str) -> str:
    """A JSON Pointer as the fragment of a URI (RFC 6901, section 6)."""
    from urllib.parse import quote

    return quote(pointer, safe="/~!$&'()*+,;=:@")
