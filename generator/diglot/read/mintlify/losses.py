"""What the flattened dialect does not print, object by object, noted at the place where it would stand.

A pointer ends in `*` for members whose very names are unknown, in `x-*` for extensions, and in `-` (RFC 6901) for list
items that are not shown.
"""

from __future__ import annotations

from diglot.core.ir import Certainty
from diglot.core.pointer import join
from diglot.core.tree import Map
from diglot.read.mintlify.evaluate import Where
from diglot.read.mintlify.grammar import PRINTED, base_type
from diglot.read.mintlify.merge import infer_type
from diglot.read.mintlify.notes import FlatNotes
from diglot.read.mintlify.roots import Group
from diglot.read.mintlify.schema import restore

NOT_PRINTED: dict[str, dict[str, str]] = {
    "document": {
        "info": "info",
        "tags": "tags",
        "externalDocs": "external-docs",
        "x-*": "extension",
    },
    "components": {
        **dict.fromkeys(("parameters", "requestBodies", "responses", "headers", "examples"), "component-name"),
        **dict.fromkeys(("links", "callbacks", "pathItems"), "component-name"),
        "x-*": "extension",
    },
    "path": {
        "summary": "path-text",
        "description": "path-text",
        "parameters": "parameter-level",
        "servers": "server-level",
        "x-*": "extension",
    },
    "operation": {
        "operationId": "operation-id",
        "tags": "operation-tags",
        "externalDocs": "external-docs",
        "callbacks": "callbacks",
        "x-*": "extension",
    },
    "parameter": {
        "$ref": "component-name",
        **dict.fromkeys(("example", "examples"), "parameter-example"),
        **dict.fromkeys(("allowReserved", "allowEmptyValue"), "parameter-serialization"),
        "x-*": "extension",
    },
    "body": {"$ref": "component-name", "x-*": "extension"},
    "response": {
        "$ref": "component-name",
        "headers": "response-headers",
        "links": "response-links",
        "x-*": "extension",
    },
    "media": {"encoding": "media-encoding", "x-*": "extension"},
    "server": {"x-*": "extension"},
    "variable": {"x-*": "extension"},
    "security": {"x-*": "extension"},
}
"""Role of `core.grammar` -> member that is never printed -> code of the loss."""

_GENERAL = (
    *("allOf", "oneOf", "anyOf", "nullable", "discriminator"),  # merged into what is printed, or vanished
    *("not", "if", "then", "else", "xml", "externalDocs", "x-*"),
)
_TYPED: dict[str, tuple[str, ...]] = {
    "boolean": ("enum", "const"),
    "number": ("format",),
    "integer": ("format",),
    "string": ("pattern", "contentEncoding", "contentMediaType", "contentSchema"),
    "array": (
        *("uniqueItems", "prefixItems", "contains", "minContains", "maxContains", "unevaluatedItems"),
        *("enum", "const"),
    ),
    "object": (
        *("patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties"),
        *("enum", "const"),
    ),
    "enum<string>": ("format", "pattern", "minLength", "maxLength"),
    **dict.fromkeys(
        ("enum<number>", "enum<integer>"),
        ("format", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    ),
    "file": ("pattern", "minLength", "maxLength", "const", "default", "example"),
    "null": ("enum", "const"),
}
"""Type tag -> keywords that apply to it and are dropped, besides the general ones."""


def lose_members(notes: FlatNotes, role: str, pointer: str) -> None:
    """Note every member that the dialect drops from an object of `role`."""
    for member, code in NOT_PRINTED[role].items():
        notes.lose(join(pointer, member), code)


def lose_keywords(notes: FlatNotes, item: Map, pointer: str, where: Where) -> None:
    """Note what a printed alternative may have lost: keywords its type does not print, values that were rewritten."""
    tag = item.get("type")
    if not isinstance(tag, str) or tag not in PRINTED:
        notes.lose(pointer, "type-unknown", "ambiguous")
        return
    if tag == "any":
        notes.lose(pointer, "any-type", "ambiguous", "`any`: no schema, an empty one, or one that could not be merged")
        return
    for keyword in (*_GENERAL, *_TYPED[tag]):
        if keyword not in item:
            notes.lose(join(pointer, keyword), "schema-keyword")
    _lose_type(notes, item, tag, pointer)
    _lose_values(notes, item, tag, pointer)
    if tag == "object":
        _lose_properties(notes, item, pointer, where)
    if tag in ("number", "integer"):
        _lose_bounds(notes, item, pointer)


def _lose_type(notes: FlatNotes, item: Map, tag: str, pointer: str) -> None:
    rest = {key: value for key, value in restore(item).items() if key != "type"}
    if infer_type(rest) == base_type(tag) or (tag == "object" and "properties" in item):
        notes.lose(join(pointer, "type"), "type-inferred", "ambiguous", "printed also where the schema names no type")
    if tag == "file" and "contentMediaType" in item:
        notes.lose(join(pointer, "format"), "file-form", "ambiguous", "binary or base64, however it was said")
        notes.lose(join(pointer, "contentEncoding"), "file-form", "ambiguous", "binary or base64, however it was said")


def _lose_values(notes: FlatNotes, item: Map, tag: str, pointer: str) -> None:
    if tag.startswith("enum<"):
        evidence = f"only values of the type {base_type(tag)} are printed"
        notes.lose(join(pointer, "enum"), "enum-filtered", "ambiguous", evidence)
    examples = item.get("examples")
    if isinstance(examples, list) and examples:
        notes.lose(join(pointer, "example"), "example-overwritten", "lost", "the first of `examples` stands for it")
    if tag == "array" and examples is None and "example" in item:
        notes.lose(join(pointer, "examples"), "example-form", "ambiguous")


def _lose_bounds(notes: FlatNotes, item: Map, pointer: str) -> None:
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if bound not in item:
            continue
        certainty: Certainty = "ambiguous" if exclusive in item else "lost"
        notes.lose(join(pointer, exclusive), "bound-form", certainty, "of two bounds the stronger one is printed")
        if exclusive in item:
            notes.lose(join(pointer, bound), "bound-form", "ambiguous", f"printed as {exclusive}: true")


def _lose_properties(notes: FlatNotes, item: Map, pointer: str, where: Where) -> None:
    if "additionalProperties" not in item:
        notes.lose(join(pointer, "additionalProperties"), "additional-properties", "lost", "`true` is not printed")
    properties, required = item.get("properties"), item.get("requiredProperties")
    shown = properties if isinstance(properties, dict) else {}
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and name not in shown:
            evidence = "listed as required, but not shown: read-only in a request or write-only in a response"
            notes.lose(join(pointer, "properties", name), "property-hidden", "lost", evidence)
    if where is not None:
        if not shown:
            notes.lose(join(pointer, "properties"), "property-hidden", "lost", "none is shown here")
        evidence = "read-only properties" if where == "request" else "write-only properties"
        notes.lose(join(pointer, "properties", "*"), "property-hidden", "lost", f"{evidence} are not printed here")


def lose_merged(notes: FlatNotes, group: Group, pointer: str, evidence: str) -> None:
    """Note that a schema is the merger of an allOf: which part of it said what is not told."""
    notes.lose(join(pointer, "allOf"), "allof-merged", "ambiguous", evidence)
    for item in group:
        for key in ("title", "description", *restore(item)):
            notes.lose(join(pointer, key), "allof-merged", "ambiguous", evidence)
