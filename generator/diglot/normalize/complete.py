"""What OpenAPI requires and no page says: a version, a title, descriptions, an operationId; inferences are findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.ir import METHODS, OpKey, Origin
from diglot.core.pointer import join
from diglot.normalize.canonical import VERSION
from diglot.normalize.merge import Merger
from diglot.normalize.operation_ids import infer_operation_id

_INFO = (("title", "API"), ("version", "0.0.0"))


def complete(document: dict[str, Any], merger: Merger) -> list[Finding]:
    """Complete the document in place; what was inferred for it is told, with the place that it was inferred from."""
    document["openapi"] = VERSION
    if not isinstance(document.get("info"), dict):
        document["info"] = {}
    if not isinstance(document.get("paths"), dict):
        document["paths"] = {}
    for key, fallback in _INFO:
        others = [texts[join("/info", key)] for texts in merger.texts.values() if join("/info", key) in texts]
        if not isinstance(document["info"].get(key), str):
            document["info"][key] = str(others[0]) if others else fallback
    findings, taken = [], {str(operation.get("operationId")) for _, _, operation in _operations(document)}
    for path, method, operation in _operations(document):
        _describe_responses(operation)
        if not isinstance(operation.get("operationId"), str):
            name = infer_operation_id(method, path, taken)
            taken.add(name)
            operation["operationId"] = name
            findings.append(_inferred(merger, method, path, name))
    return findings


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS if isinstance(item, dict) else ():
            if isinstance(item.get(method), dict):
                yield path, method, item[method]


def _describe_responses(operation: dict[str, Any]) -> None:
    responses = operation.get("responses")
    for response in responses.values() if isinstance(responses, dict) else ():
        if isinstance(response, dict) and "$ref" not in response:
            response.setdefault("description", "")


def _inferred(merger: Merger, method: str, path: str, name: str) -> Finding:
    pointer = join("/paths", path, method)
    first = merger.origins[pointer][0].location
    where = Location(first.path, first.line, first.column, join(pointer, "operationId"))
    merger.origins[where.pointer] = (Origin(where, "inferred", merger.language),)
    return Finding("operation-id-inferred", where, str(OpKey.of(method, path)), args={"name": name})
