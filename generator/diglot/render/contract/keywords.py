"""What the keywords of a schema say, over all the parts that `allOf` makes it of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from diglot.core.names import pascal
from diglot.core.pointer import split
from diglot.render.contract.cursor import Node, Prose
from diglot.render.contract.shapes import ANY, Kind, Shape

_LIMITS: dict[Kind, tuple[str, ...]] = {
    "string": ("minLength", "maxLength", "pattern"),
    **dict.fromkeys(("integer", "number"), ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")),
    "array": ("minItems", "maxItems"),
}
_MAX_WHOLE = 2**63 - 1  # what checkers of types know of whole numbers ends here
_LIMIT_TYPES: dict[str, type[Any] | tuple[type[Any], ...]] = {
    "pattern": str,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), int),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), (int, float)),
}
_MAX_TITLE = 60
_REMARKS = frozenset({"allOf", "default", "deprecated", "description", "nullable"})


def component_name(node: Node) -> str:
    """The name of the component that `node` is, or an empty string."""
    tokens = split(node.pointer)
    return pascal(tokens[2]) if len(tokens) == 3 and tokens[0] == "components" else ""


def parts_of(node: Node) -> list[Node]:
    """The schema itself and the schemas that `allOf` adds to it, each once, references followed."""
    parts: dict[str, Node] = {}
    waiting = [node.target()]
    while waiting:
        part = waiting.pop(0)
        if part.pointer not in parts:
            parts[part.pointer] = part
            waiting[:0] = [member.target() for member in part.at("allOf").items()]
    found = list(parts.values())
    if len(found) == 2 and set(found[0].value) <= _REMARKS and found[0].pointer not in mapping_of(found[1]).values():
        return found[::-1]  # a reference with remarks of its own is that component
    return found


def mapping_of(node: Node) -> Mapping[str, str]:
    """The pointers of the schemas that a discriminator's mapping names, by its values."""
    stated = ((value, target.value) for value, target in node.at("discriminator", "mapping").members())
    return {
        value: target.removeprefix("#") if target.startswith("#/") else f"/components/schemas/{target}"
        for value, target in stated
        if isinstance(target, str)
    }


def owner_of(parts: list[Node], key: str) -> Node | None:
    """The first part that has this keyword."""
    return next((part for part in parts if part.get(key) is not None), None)


def first_of(parts: list[Node], key: str) -> Any:
    """The value of a keyword in the first part that has it."""
    owner = owner_of(parts, key)
    return None if owner is None else owner.get(key)


def prose_of(parts: list[Node]) -> Prose:
    """The description of the first part that has one."""
    return next((prose for part in parts if (prose := part.prose("description"))), ())


def title_of(parts: list[Node]) -> str:
    """The title, where it can name a class in every language: ASCII, and short enough to be a name."""
    title = first_of(parts[:1], "title")
    return (
        title
        if isinstance(title, str) and title.isascii() and 0 < len(title) <= _MAX_TITLE and title[0].isalpha()
        else ""
    )


def types_of(parts: list[Node]) -> tuple[set[str], bool]:
    """The JSON types that are allowed besides null, and whether null is."""
    stated = first_of(parts, "type")
    kinds = {kind for kind in (stated if isinstance(stated, list) else [stated]) if isinstance(kind, str)}
    return kinds - {"null"}, "null" in kinds or first_of(parts, "nullable") is True


def enum_of(parts: list[Node]) -> list[Any] | None:
    """The values of an enumeration or a constant."""
    owner = owner_of(parts, "const")
    if owner is not None:
        return [owner.get("const")]
    values = first_of(parts, "enum")
    return values if isinstance(values, list) and values else None


def literal_of(values: list[Any], nullable: bool) -> Shape:
    """The shape of an enumeration."""
    scalars = [value for value in values if value is not None]
    nullable = nullable or len(scalars) < len(values)
    if not scalars:
        return Shape("null", nullable=True)
    kind = type(scalars[0])
    if kind not in (str, int, bool) or any(type(value) is not kind for value in scalars):
        return ANY  # numbers with fractions, objects, a mixture: nothing that one Literal can hold
    if any(isinstance(value, int) and abs(value) > _MAX_WHOLE for value in scalars):
        return Shape("integer", nullable)
    return Shape("literal", nullable, values=tuple(dict.fromkeys(scalars)))


def union_of(options: list[Shape], nullable: bool) -> Shape:
    """The shape of a choice between others; options that are choices themselves are dissolved."""
    flat = [part for option in options for part in (option.parts if option.kind == "union" else (option,))]
    nullable = nullable or any(option.nullable for option in options)
    plain = list(dict.fromkeys(replace(option, nullable=False) for option in flat if option.kind != "null"))
    if not plain or any(option.kind == "any" for option in plain):
        return ANY
    if len(plain) == 1:
        return replace(plain[0], nullable=nullable)
    return Shape("union", nullable, parts=tuple(plain))


def limits_of(parts: list[Node], kind: Kind) -> tuple[tuple[str, Any], ...]:
    """The assertions about a value of this kind that have a value as JSON Schema wants it."""
    found = ((key, first_of(parts, key)) for key in _LIMITS.get(kind, ()))
    return tuple(
        (key, value) for key, value in found if isinstance(value, _LIMIT_TYPES[key]) and _can_bound(key, value)
    )


def _can_bound(key: str, value: Any) -> bool:
    """Whether pydantic takes this limit: with a length that no list can have, a class could not be imported."""
    return not isinstance(value, bool) and (_LIMIT_TYPES[key] is not int or 0 <= value <= _MAX_WHOLE)
