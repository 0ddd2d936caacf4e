"""One alternative of a flattened schema, back in the form of an OpenAPI schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diglot.core.tree import Map, Mark, Seq, mark_of
from diglot.read.mintlify.grammar import PRINTED, base_type

_NOT_OF_THE_SCHEMA = frozenset({"type", "required", "refIdentifier", "contentEncoding", "contentMediaType"})


def restore(item: Map) -> Map:
    """The OpenAPI schema that one printed alternative says, without its name and without `required` of its holder.

    The type tag becomes `type` (and `enum` or a binary `format`), wrapped members are unwrapped, `requiredProperties`
    becomes `required`. An empty `properties` or `items` says nothing and is left out.
    """
    schema = Map(item.own)
    tag = item.get("type")
    kind = base_type(tag) if isinstance(tag, str) and tag in PRINTED else None
    if kind is not None:
        schema.put("type", kind, mark_of(item, "type"))
    if tag == "file":
        _put_encoding(schema, item)
    for key, value in item.items():
        if key in _NOT_OF_THE_SCHEMA or _is_repeated(item, key):
            continue
        name = "required" if key == "requiredProperties" else key
        restored = _members(key, value)
        if restored is not None:
            schema.put(name, restored, mark_of(item, key))
    return schema


def _members(key: str, value: Any) -> Any:
    if key == "properties" and isinstance(value, dict):
        return unwrap_all(value) if value else None
    if key in ("items", "additionalProperties") and isinstance(value, dict):
        return unwrap(value) if value else None
    return value


def _is_repeated(item: Map, key: str) -> bool:
    """The converter repeats the first of `examples` as `example`."""
    examples = item.get("examples")
    return key == "example" and isinstance(examples, list) and bool(examples) and examples[0] == item["example"]


def _put_encoding(schema: Map, item: Map) -> None:
    """A file is a string: by its media type where one is printed (OpenAPI 3.1), else by its format."""
    encoding, media = item.get("contentEncoding"), item.get("contentMediaType")
    mark = mark_of(item, "contentEncoding")
    if isinstance(media, str):
        schema.put("contentMediaType", media, mark_of(item, "contentMediaType"))
        if encoding == "base64":
            schema.put("contentEncoding", encoding, mark)
    elif isinstance(encoding, str):
        schema.put("format", encoding, mark)


def unwrap(wrapped: Any) -> Any:
    """The schema inside `{allOf: [schema]}`; several stay an `allOf`, for they were merged from several places."""
    if isinstance(wrapped, dict) and list(wrapped) == ["allOf"]:
        members = wrapped["allOf"]
        if isinstance(members, list) and len(members) == 1:
            return members[0]
    return wrapped


def unwrap_all(properties: Any) -> Map:
    """Every property out of its wrapping, at the mark of its name."""
    unwrapped = Map(getattr(properties, "own", None))
    for name, wrapped in properties.items():
        unwrapped.put(name, unwrap(wrapped), mark_of(properties, name))
    return unwrapped


def reference(ref: str, mark: Mark | None) -> Map:
    """A Reference Object."""
    schema = Map(mark)
    schema.put("$ref", ref, mark)
    return schema


def any_of(schemas: Iterable[Map], own: Mark | None) -> Map:
    """Alternatives as `anyOf`, the weaker claim: it holds where the author wrote `oneOf`, too."""
    members = Seq(own)
    for schema in schemas:
        members.add(schema, schema.own)
    union = Map(own)
    union.put("anyOf", members, own)
    return union


def nullable(schema: Map, mark: Mark | None) -> Map:
    """The schema with `nullable: true`, in a copy that shares its members."""
    copy = Map(schema.own)
    for key, value in schema.items():
        copy.put(key, value, mark_of(schema, key))
    copy.put("nullable", True, mark)
    return copy


def all_of(parts: Iterable[Map], annotations: Map) -> Map:
    """Parts as `allOf`, with texts of the whole beside it."""
    members = Seq(annotations.own)
    for part in parts:
        members.add(part, part.own)
    whole = Map(annotations.own)
    whole.put("allOf", members, annotations.own)
    for key, value in annotations.items():
        whole.put(key, value, mark_of(annotations, key))
    return whole
