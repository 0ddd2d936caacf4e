"""JSON Schema -> shapes and models. Every object with properties becomes a model with a name of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from diglot.core.names import Names, pascal, snake
from diglot.core.pointer import split
from diglot.render.cursor import Node, Prose
from diglot.render.reserved import CLASSES, FIELDS
from diglot.render.shapes import ANY, Field, Kind, Model, Shape

_SCALARS: dict[str, Kind] = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS = frozenset({"date", "date-time", "uuid"})
_LIMITS: dict[Kind, tuple[str, ...]] = {
    "string": ("minLength", "maxLength", "pattern"),
    **dict.fromkeys(("integer", "number"), ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")),
    "array": ("minItems", "maxItems"),
}
_LIMIT_TYPES: dict[str, type[Any] | tuple[type[Any], ...]] = {
    "pattern": str,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), int),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), (int, float)),
}
_MAX_DEPTH = 40  # schemas within schemas; deeper ones are taken as any value
_MAX_TITLE = 60
_MAX_WHOLE = 2**63 - 1  # what checkers of types know of whole numbers ends here
_REMARKS = frozenset({"allOf", "default", "deprecated", "description", "nullable"})


class Schemas:
    """Reads schemas and collects the models that they need, in the order in which they are first met."""

    def __init__(self, root: Node) -> None:
        self._names = Names(CLASSES)
        self._by_pointer: dict[str, str] = {}
        self._by_content: dict[str, str] = {}
        self._open: list[str] = []
        self._shapes: dict[str, Shape] = {}
        self.models: dict[str, Model] = {}
        for key, _ in root.at("components", "schemas").members():
            name = self._names.take(pascal(key, "Model"))
            self._by_pointer[
                root.at("components").pointer + "/schemas/" + key.replace("~", "~0").replace("/", "~1")
            ] = name

    def shape(self, node: Node, name: str) -> Shape:
        """The shape of a schema; `name` is what a model is called that has neither a component nor a title."""
        pointer = node.target().pointer if isinstance(node.get("$ref"), str) else node.pointer
        if pointer in self._shapes:
            return self._shapes[pointer]
        if pointer in self._open or len(self._open) > _MAX_DEPTH:
            return self._again(_parts(node))
        self._open.append(pointer)
        shape = self._shape(_parts(node), name)
        self._open.pop()
        self._shapes[pointer] = shape
        return shape

    def _again(self, parts: list[Node]) -> Shape:
        """A schema within itself: its model, or any value where there is no object in between."""
        known = self._by_pointer.get(parts[0].pointer, "")
        return Shape("model", _types(parts)[1], model=known) if known in self.models else ANY

    def define(self, name: str, fields: Iterable[Field], prose: Prose = (), pointer: str = "") -> str:
        """Add a model that no schema of the contract describes, such as the parameters of an operation."""
        name = self._names.take(name)
        self.models[name] = Model(name, tuple(fields), prose=prose, pointer=pointer)
        return name

    def wrap(self, name: str, shape: Shape, prose: Prose = (), pointer: str = "") -> str:
        """The name of a model for any shape: that of the shape itself, or a new one around it."""
        if shape.kind == "model" and not shape.nullable:
            return shape.model
        name = self._names.take(name)
        self.models[name] = Model(name, root=shape, prose=prose, pointer=pointer)
        return name

    def _shape(self, parts: list[Node], name: str) -> Shape:
        kinds, nullable = _types(parts)
        if (values := _enum(parts)) is not None:
            return _literal(values, nullable)
        if _first(parts, "properties") is not None and kinds <= {"object"}:
            return Shape("model", nullable, model=self._model(parts, name))
        for key in ("oneOf", "anyOf"):
            owner = _owner(parts, key)
            if owner is not None and not kinds - {"object"}:
                options = [self.shape(option, f"{name}Option") for option in Node.items(owner.at(key))]
                return _union(options, nullable)
        if len(kinds) > 1:
            return _union([self._one(parts, kind, name) for kind in sorted(kinds)], nullable)
        if not kinds:
            kinds = {"array"} if _first(parts, "items") is not None else {"any"}
        return replace(self._one(parts, kinds.pop(), name), nullable=nullable) if kinds != {"any"} else ANY

    def _one(self, parts: list[Node], kind: str, name: str) -> Shape:
        """The shape of one JSON type."""
        if kind == "object":
            owner = _owner(parts, "additionalProperties")
            values = owner.at("additionalProperties") if owner is not None else None
            inner = (
                self.shape(values, f"{name}Value") if values is not None and isinstance(values.value, Mapping) else ANY
            )
            return Shape("map", parts=(inner,))
        if kind == "array":
            owner = _owner(parts, "items")
            inner = self.shape(owner.at("items"), f"{name}Item") if owner is not None else ANY
            return Shape("array", parts=(inner,), limits=_limits(parts, "array"))
        if kind not in _SCALARS:
            return ANY
        form = _first(parts, "format")
        if kind == "string" and (form == "binary" or _first(parts, "contentMediaType") == "application/octet-stream"):
            return Shape("file")
        scalar = _SCALARS[kind]
        known = form if kind == "string" and form in _FORMATS else ""
        return Shape(scalar, format=known, limits=() if known else _limits(parts, scalar))

    def _model(self, parts: list[Node], name: str) -> str:
        site = parts[0]
        if (known := self._by_pointer.get(site.pointer)) in self.models and known is not None:
            return known
        title, content = _title(parts), json.dumps(site.value, sort_keys=True, default=str)
        if known is None:
            if title and (twin := self._by_content.get(content)):
                return twin
            known = self._names.take(pascal(title or name, "Model"))
            self._by_pointer[site.pointer] = known
        if title:
            self._by_content[content] = known
        self.models[known] = Model(known)  # known before its fields are read: they may refer back to it
        self.models[known] = Model(
            known,
            tuple(self._fields(parts, known)),
            prose=_prose(parts),
            deprecated=_first(parts, "deprecated") is True,
            pointer=site.pointer,
        )
        return known

    def _fields(self, parts: list[Node], model: str) -> Iterator[Field]:
        required = {key for part in parts for key in part.get("required") or () if isinstance(key, str)}
        names, seen = Names(FIELDS), set()
        for part in parts:
            for key, node in part.at("properties").members():
                if key in seen:
                    continue
                seen.add(key)
                own = _parts(node)
                yield Field(
                    names.take(snake(key, "field")),
                    key,
                    self.shape(node, model + pascal(key, "Field")),
                    key in required,
                    _prose([node, *own]),
                    _first(own, "deprecated") is True,
                    _first(own, "default"),
                    node.pointer,
                )


def component_name(node: Node) -> str:
    """The name of the component that `node` is, or an empty string."""
    tokens = split(node.pointer)
    return pascal(tokens[2]) if len(tokens) == 3 and tokens[0] == "components" else ""


def _parts(node: Node) -> list[Node]:
    """The schema itself and the schemas that `allOf` adds to it, each once, references followed."""
    parts: dict[str, Node] = {}
    waiting = [node.target()]
    while waiting:
        part = waiting.pop(0)
        if part.pointer not in parts:
            parts[part.pointer] = part
            waiting[:0] = [member.target() for member in part.at("allOf").items()]
    found = list(parts.values())
    if len(found) == 2 and set(found[0].value) <= _REMARKS:
        return found[::-1]  # a reference with remarks of its own is that component
    return found


def _owner(parts: list[Node], key: str) -> Node | None:
    return next((part for part in parts if part.get(key) is not None), None)


def _first(parts: list[Node], key: str) -> Any:
    owner = _owner(parts, key)
    return None if owner is None else owner.get(key)


def _prose(parts: list[Node]) -> Prose:
    return next((prose for part in parts if (prose := part.prose("description"))), ())


def _title(parts: list[Node]) -> str:
    """The title, where it can name a class in every language: ASCII, and short enough to be a name."""
    title = _first(parts[:1], "title")
    return (
        title
        if isinstance(title, str) and title.isascii() and 0 < len(title) <= _MAX_TITLE and title[0].isalpha()
        else ""
    )


def _types(parts: list[Node]) -> tuple[set[str], bool]:
    stated = _first(parts, "type")
    kinds = {kind for kind in (stated if isinstance(stated, list) else [stated]) if isinstance(kind, str)}
    return kinds - {"null"}, "null" in kinds or _first(parts, "nullable") is True


def _enum(parts: list[Node]) -> list[Any] | None:
    owner = _owner(parts, "const")
    if owner is not None:
        return [owner.get("const")]
    values = _first(parts, "enum")
    return values if isinstance(values, list) and values else None


def _literal(values: list[Any], nullable: bool) -> Shape:
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


def _union(options: list[Shape], nullable: bool) -> Shape:
    flat = [part for option in options for part in (option.parts if option.kind == "union" else (option,))]
    nullable = nullable or any(option.nullable for option in options)
    plain = list(dict.fromkeys(replace(option, nullable=False) for option in flat if option.kind != "null"))
    if not plain or any(option.kind == "any" for option in plain):
        return ANY
    if len(plain) == 1:
        return replace(plain[0], nullable=nullable)
    return Shape("union", nullable, parts=tuple(plain))


def _limits(parts: list[Node], kind: Kind) -> tuple[tuple[str, Any], ...]:
    found = ((key, _first(parts, key)) for key in _LIMITS.get(kind, ()))
    return tuple(
        (key, value) for key, value in found if isinstance(value, _LIMIT_TYPES[key]) and _can_bound(key, value)
    )


def _can_bound(key: str, value: Any) -> bool:
    """Whether pydantic takes this limit: with a length that no list can have, a class could not be imported."""
    return not isinstance(value, bool) and (_LIMIT_TYPES[key] is not int or 0 <= value <= _MAX_WHOLE)
