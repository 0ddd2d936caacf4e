"""How the converter merges schemas without compositions into one, and which type tag it prints for the result.

Mirrors `combineSimpleSchemas` and `convertCombinedSchema` of the converter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeGuard

from diglot.read.mintlify.grammar import PRINTED, SHARED

Hidden = Callable[[str, Any], bool]

_LAST = (
    *("refIdentifier", "examples", "format", "contentMediaType", "contentEncoding"),
    *("default", "x-default", "const"),
)
_LEAST = ("maxLength", "maxItems", "maxProperties")
_MOST = ("minLength", "minItems", "minProperties")
_IMAGES = ("image/", "audio/", "video/")
_ARCHIVES = ("octet-stream", "pdf", "zip", "gzip", "x-gzip", "x-zip-compressed", "x-tar", "x-7z-compressed")
_FILES = frozenset(f"application/{name}" for name in (*_ARCHIVES, "vnd.rar", "x-rar-compressed"))


def merge(product: Iterable[Mapping[str, Any]], hidden: Hidden) -> dict[str, Any] | None:
    """One schema that says what all of `product` say, outermost first; None where their types contradict.

    `hidden` tells which properties are left out (read-only ones of a request, write-only ones of a response).
    """
    merged: dict[str, Any] = {}
    schemas = [dict(schema) for schema in product]
    outer = next((schema["_within"] for schema in reversed(schemas) if "_within" in schema), None)
    for schema in sorted(schemas, key=lambda schema: (schema.get("_depth", 0), not schema.get("type"))):
        if not _merge_types(merged, schema):
            return None
        _plain_bounds(schema)
        _merge_texts(merged, schema, outer)
        _merge_members(merged, schema, hidden)
        _merge_limits(merged, schema)
    return merged


def _merge_types(merged: dict[str, Any], schema: dict[str, Any]) -> bool:
    kinds = (merged.get("type"), schema.get("type"))
    if kinds in (("integer", "number"), ("number", "integer")):
        merged["type"] = "integer"
    elif kinds[0] is None and kinds[1] is not None:
        merged["type"] = kinds[1]
    elif kinds[1] is not None and kinds[0] != kinds[1]:
        return False
    return True


def _plain_bounds(schema: dict[str, Any]) -> None:
    """Write a numeric exclusive bound (OpenAPI 3.1) in the boolean form; the weaker of two bounds is forgotten."""
    for bound, exclusive, sign in (("maximum", "exclusiveMaximum", 1), ("minimum", "exclusiveMinimum", -1)):
        limit, plain = schema.get(exclusive), schema.get(bound)
        if not _is_number(limit):
            continue
        if plain is None or (_is_number(plain) and sign * plain >= sign * limit):
            schema[bound], schema[exclusive] = limit, True
        else:
            del schema[exclusive]


def _merge_texts(merged: dict[str, Any], schema: dict[str, Any], outer: str | None) -> None:
    inner = outer is not None and schema.get("refIdentifier") not in (None, outer)
    last = schema.get("type") is not None or "title" not in merged
    if "title" in schema and "discriminator" not in schema and last and not inner:
        merged["title"] = schema["title"]
    said, more = merged.get("description"), schema.get("description")
    if isinstance(said, str) and isinstance(more, str) and said and more:
        if more not in said and "discriminator" not in schema:
            merged["description"] = f"{said}\n{more}"
    elif not said and more is not None:
        merged["description"] = more


def _merge_members(merged: dict[str, Any], schema: dict[str, Any], hidden: Hidden) -> None:
    properties = schema.get("properties")
    for name, prop in properties.items() if isinstance(properties, dict) else ():
        if not hidden(name, prop):
            merged.setdefault("properties", {}).setdefault(name, {"allOf": []})["allOf"].append(prop)
    if schema.get("items"):
        merged.setdefault("items", {"allOf": []})["allOf"].append(schema["items"])
    extra = schema.get("additionalProperties")
    if extra is False:
        merged["additionalProperties"] = False
    elif isinstance(extra, dict) and merged.get("additionalProperties") is not False:
        merged.setdefault("additionalProperties", {"allOf": []})["allOf"].append(extra)


def _merge_limits(merged: dict[str, Any], schema: dict[str, Any]) -> None:
    merged.update({key: schema[key] for key in _LAST if key in schema})
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        merged["example"] = examples[0]
    elif "example" in schema:
        merged["example"] = schema["example"]
    for bound, exclusive, choose in (("maximum", "exclusiveMaximum", min), ("minimum", "exclusiveMinimum", max)):
        if bound in schema:
            before = merged.get(bound)
            merged[bound] = _choose(choose, before, schema[bound])
            if merged[bound] != before:
                merged.pop(exclusive, None)
        if schema.get(exclusive) and merged.get(bound) == schema.get(bound):
            merged[exclusive] = schema[exclusive]
    for keys, choose in ((_LEAST, min), (_MOST, max)):
        merged.update({key: _choose(choose, merged.get(key), schema[key]) for key in keys if key in schema})
    for key, combine in _COMBINED.items():
        if key in schema:
            merged[key] = combine(merged[key], schema[key]) if key in merged else schema[key]


def _united(before: Any, more: Any) -> Any:
    if isinstance(before, list) and isinstance(more, list):
        return [*before, *[value for value in more if value not in before]]
    return more


def _common(before: Any, more: Any) -> Any:
    if isinstance(before, list) and isinstance(more, list):
        return [value for value in before if value in more]
    return more


_COMBINED: dict[str, Callable[[Any, Any], Any]] = {
    "required": _united,
    "enum": _common,
    "readOnly": lambda before, more: before and more,
    "writeOnly": lambda before, more: before and more,
    "deprecated": lambda before, more: before or more,
    "multipleOf": lambda _before, more: more,
}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _choose(choose: Callable[[Any, Any], Any], before: Any, value: Any) -> Any:
    return choose(before, value) if _is_number(before) and _is_number(value) else value


def printed(schema: dict[str, Any]) -> dict[str, Any] | None:
    """A merged schema as the page prints it, with its type tag; None where its type is none of JSON's."""
    kind = schema.get("type") or infer_type(schema)
    if kind is None:
        return {"type": "any", **{key: schema[key] for key in SHARED if key in schema}}
    tag = _tag(kind, schema)
    if tag not in PRINTED:
        return None
    item = {"type": tag, **{key: schema[key] for key in (*SHARED, *PRINTED[tag]) if key in schema}}
    if "required" in item:
        item["requiredProperties"] = item.pop("required")
    if tag.startswith("enum<"):
        item["enum"] = [
            value for value in schema["enum"] if (isinstance(value, str) if kind == "string" else _is_number(value))
        ]
    elif tag == "file":
        item["contentEncoding"] = _file_encoding(schema)
    elif tag in ("array", "object"):
        item.setdefault("items" if tag == "array" else "properties", {})
    return item


def _tag(kind: Any, schema: Mapping[str, Any]) -> str:
    if kind in ("string", "number", "integer") and isinstance(schema.get("enum"), list):
        return f"enum<{kind}>"
    if kind == "string" and _file_encoding(schema):
        return "file"
    return kind if isinstance(kind, str) and kind != "any" else ""


def _file_encoding(schema: Mapping[str, Any]) -> str | None:
    if schema.get("format") in ("binary", "base64"):
        return str(schema["format"])
    media = schema.get("contentMediaType")
    if not isinstance(media, str):
        return None
    media = media.lower().split(";", 1)[0].strip()
    if not media.startswith(_IMAGES) and media not in _FILES:
        return None
    return "base64" if schema.get("contentEncoding") in ("base64", "base64url") else "binary"


_HINTS = {
    "string": ("format", "contentMediaType", "pattern", "minLength", "maxLength"),
    "number": ("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "object": ("additionalProperties", "properties", "minProperties", "maxProperties"),
}


def infer_type(schema: Mapping[str, Any]) -> str | None:
    """The one type whose keywords a schema without `type` uses, or None."""
    kinds = [kind for kind, keys in _HINTS.items() if any(key in schema for key in keys)]
    values = schema.get("enum")
    if isinstance(values, list):
        if all(isinstance(value, str) for value in values):
            kinds.append("string")
        if all(_is_number(value) for value in values):
            kinds.append("number")
    return kinds[0] if len(set(kinds)) == 1 else None
