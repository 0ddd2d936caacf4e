"""The words of Mintlify's flattened dialect, as its converter prints them.

Source: npm package `@mintlify/validation`, `dist/openapi` (IncrementalEvaluator, OpenApiToEndpointConverter). Only the
root schema of a parameter, body or response is flattened; everything below it is OpenAPI as the author wrote it.
"""

from __future__ import annotations

from typing import Any

PREFIX = "#/components/schemas/"
PLACEHOLDER = "_mintlify/placeholder"
MARKERS = {"isAllOf": "allOf", "isOneOf": "oneOf", "isAnyOf": "anyOf"}
SHARED = ("title", "description", "readOnly", "writeOnly", "deprecated", "refIdentifier", "examples")
"""What every alternative of one schema repeats, whatever its type."""

_VALUES = ("default", "x-default", "example")
_NUMBER = ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "const", *_VALUES)
_ENUM = ("enum", "const", *_VALUES)
PRINTED: dict[str, tuple[str, ...]] = {
    "boolean": _VALUES,
    "number": _NUMBER,
    "integer": _NUMBER,
    "string": ("format", "pattern", "maxLength", "minLength", "const", *_VALUES),
    "enum<string>": _ENUM,
    "enum<number>": _ENUM,
    "enum<integer>": _ENUM,
    "array": ("items", "maxItems", "minItems", "uniqueItems", *_VALUES),
    "object": ("properties", "required", "additionalProperties", "maxProperties", "minProperties", *_VALUES),
    "file": ("contentEncoding", "contentMediaType"),
    "null": _VALUES,
    "any": (),
}
"""Type tag -> the keywords printed with it, besides the shared ones; `required` is spelt `requiredProperties`.

`pattern` and `uniqueItems` were printed by old versions of the converter; newer ones forget them while they merge.
"""

MEMBERS: dict[str, frozenset[str]] = {
    "tree": frozenset({"paths", "components"}),
    "components": frozenset({"schemas"}),
    "endpoint": frozenset({"path", "method", "servers", "request", "response", "deprecated", "type"}),
    "request": frozenset({"security", "parameters", "body", "codeSamples"}),
    "locations": frozenset({"path", "query", "header", "cookie"}),
    "parameter": frozenset({"schema", "style", "explode"}),
    "content": frozenset({"schemaArray", "examples", "description"}),
    "server": frozenset({"url", "description", "variables"}),
    "variable": frozenset({"type", "enum", "description", "default"}),
    "requirement": frozenset({"title", "parameters"}),
    "scheme": frozenset({"type", "scheme", "description", "x-default"}),
}
"""Object of the tree -> its members; whatever else stands there is noted as not read."""


def base_type(tag: str) -> str | None:
    """The JSON type that a tag stands for: `enum<integer>` is integer, `file` is string, `any` is none."""
    if tag.startswith("enum<"):
        return tag[5:-1]
    return {"file": "string", "any": None}.get(tag, tag)


def ref_name(ref: Any) -> str | None:
    """The name of the schema component that a `$ref` or `refIdentifier` points at, or None for anything else."""
    if not isinstance(ref, str) or not ref.startswith(PREFIX):
        return None
    name = ref.removeprefix(PREFIX)
    return name if name and "/" not in name else None
