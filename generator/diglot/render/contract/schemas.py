"""JSON Schema -> shapes and models. Every object with properties becomes a model with a name of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from diglot.core.names import Names, pascal, snake
from diglot.core.pointer import join
from diglot.render.contract.cursor import Node, Prose
from diglot.render.contract.keywords import (
    enum_of,
    first_of,
    limits_of,
    literal_of,
    owner_of,
    parts_of,
    prose_of,
    title_of,
    types_of,
    union_of,
)
from diglot.render.contract.naming import content_of, contested_titles, item_name, option_name, property_name
from diglot.render.contract.reserved import CLASSES, FIELDS
from diglot.render.contract.shapes import ANY, Field, Kind, Model, Shape
from diglot.render.contract.variants import Choice, fitting, stated_choice, tagged, told_apart

_SCALARS: dict[str, Kind] = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS = frozenset({"date", "date-time", "uuid"})
_MAX_DEPTH = 40  # schemas within schemas; deeper ones are taken as any value


class Schemas:
    """Reads schemas and collects the models that they need, in the order in which they are first met."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._names = Names(CLASSES)
        self._by_pointer: dict[str, str] = {}
        self._by_content: dict[str, str] = {}
        self._open: list[str] = []
        self._shapes: dict[str, Shape] = {}
        self._inside: list[str] = []  # the models whose fields are being read
        self._outermost: dict[str, str] = {}
        self.models: dict[str, Model] = {}
        for key, _ in root.at("components", "schemas").members():
            self._by_pointer[join("/components/schemas", key)] = self._names.take(pascal(key, "Model"))
        self._contested = contested_titles(root, set(self._by_pointer.values()))

    def shape(self, node: Node, *names: str) -> Shape:
        """The shape of a schema; `names` are what a model is called that has neither a component nor a title."""
        pointer = node.target().pointer if isinstance(node.get("$ref"), str) else node.pointer
        if pointer in self._shapes:
            return self._shapes[pointer]
        if pointer in self._open or len(self._open) > _MAX_DEPTH:
            return self._again(parts_of(node))
        self._open.append(pointer)
        shape = self._shape(parts_of(node), names)
        self._open.pop()
        self._shapes[pointer] = shape
        return shape

    def finished(self) -> dict[str, Model]:
        """Every model; the property by which a choice tells its options apart is closed in each of them."""
        values: dict[tuple[str, str], list[str]] = {}
        for choice in self.models.values():
            for value, name in choice.options:
                values.setdefault((name, choice.key), []).append(value)
        models = dict(self.models)
        for (name, key), told in values.items():
            models[name] = tagged(models[name], key, list(dict.fromkeys(told)))
        return models

    def variants_named(self, names: Sequence[str], samples: Sequence[str]) -> Node | None:
        """The one choice between components that a text names; where it names none, the one that samples fit."""
        components = dict(self._root.at("components", "schemas").members())
        choices = {key: choice for key, node in components.items() if (choice := stated_choice(node.target(), ()))}
        named = [key for key in choices if key in names]
        if not named:
            named = fitting(choices, samples)
        return components[named[0]] if len(named) == 1 else None

    def _again(self, parts: list[Node]) -> Shape:
        """A schema within itself: its model, or any value where there is no object in between."""
        known = self._by_pointer.get(parts[0].pointer, "")
        if known not in self.models:
            return ANY
        kind: Kind = "choice" if self.models[known].key else "model"
        return Shape(kind, types_of(parts)[1], model=known)

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

    def _shape(self, parts: list[Node], names: Sequence[str]) -> Shape:
        name = self._by_pointer.get(parts[0].pointer, names[0])
        kinds, nullable = types_of(parts)
        if (values := enum_of(parts)) is not None:
            return literal_of(values, nullable)
        if (choice := _choice(parts)) is not None and kinds <= {"object"}:
            return self._stated(parts, choice, names, nullable)
        if first_of(parts, "properties") is not None and kinds <= {"object"}:
            return Shape("model", nullable, model=self._model(parts, names))
        for key in ("oneOf", "anyOf"):
            owner = owner_of(parts, key)
            if owner is not None and not kinds - {"object"}:
                options = [self.shape(option, option_name(name, option)) for option in owner.at(key).items()]
                return self._union(parts, options, names, nullable)
        if len(kinds) > 1:
            return union_of([self._one(parts, kind, name) for kind in sorted(kinds)], nullable)
        if not kinds:
            kinds = {"array"} if first_of(parts, "items") is not None else {"any"}
        return replace(self._one(parts, kinds.pop(), name), nullable=nullable) if kinds != {"any"} else ANY

    def _stated(self, parts: list[Node], choice: Choice, names: Sequence[str], nullable: bool) -> Shape:
        """A choice that a discriminator makes. It is known before its options are read: they may refer back to it."""
        known = self._known(parts, names)
        self.models[known] = Model(known, key=choice.key, prose=prose_of(parts), pointer=parts[0].pointer)
        read = [(value, self.shape(node, option_name(known, node))) for value, node in choice.options]
        options = tuple((value, name) for value, shape in read if (name := self._chosen(value, shape)))
        made = replace(self.models[known], options=options) if options else Model(known, root=ANY)
        self.models[known] = made
        return Shape("choice" if options else "model", nullable, model=known)

    def _chosen(self, value: str, shape: Shape) -> str:
        """The class of one option; where that is a choice itself, the class that it has for the same value."""
        if shape.kind == "choice":
            return dict(self.models[shape.model].options).get(value, "")
        return shape.model

    def _union(self, parts: list[Node], options: list[Shape], names: Sequence[str], nullable: bool) -> Shape:
        """A choice without a discriminator: one between classes where a property tells them apart."""
        union = union_of(options, nullable)
        told = told_apart(union.parts, self.models) if union.kind == "union" else None
        if told is None:
            return union
        known, (key, pairs) = self._known(parts, names), told
        self.models[known] = Model(known, prose=prose_of(parts), pointer=parts[0].pointer, key=key, options=pairs)
        return Shape("choice", union.nullable, model=known)

    def _one(self, parts: list[Node], kind: str, name: str) -> Shape:
        """The shape of one JSON type."""
        if kind == "object":
            owner = owner_of(parts, "additionalProperties")
            values = owner.at("additionalProperties") if owner is not None else None
            inner = (
                self.shape(values, f"{name}Value") if values is not None and isinstance(values.value, Mapping) else ANY
            )
            return Shape("map", parts=(inner,))
        if kind == "array":
            owner = owner_of(parts, "items")
            inner = self.shape(owner.at("items"), item_name(name)) if owner is not None else ANY
            return Shape("array", parts=(inner,), limits=limits_of(parts, "array"))
        if kind not in _SCALARS:
            return ANY
        form = first_of(parts, "format")
        if kind == "string" and (form == "binary" or first_of(parts, "contentMediaType") == "application/octet-stream"):
            return Shape("file")
        scalar = _SCALARS[kind]
        known = form if kind == "string" and form in _FORMATS else ""
        return Shape(scalar, format=known, limits=() if known else limits_of(parts, scalar))

    def _known(self, parts: list[Node], names: Sequence[str]) -> str:
        """The name of the model of these parts: its component's, its title, or the first free one of `names`."""
        site = parts[0]
        if (known := self._by_pointer.get(site.pointer)) is not None:
            return known
        title, content = title_of(parts), content_of(site.value)
        if pascal(title, "Model") in self._contested:
            title = ""
        if title and (twin := self._by_content.get(content)):
            return twin
        wanted = [pascal(name, "Model") for name in ((title,) if title else names)]
        known = self._names.take(next((name for name in wanted if self._names.is_free(name)), wanted[-1]))
        self._by_pointer[site.pointer] = known
        if title:
            self._by_content[content] = known
        elif self._inside:
            self._outermost[known] = self._outermost.get(self._inside[-1], self._inside[-1])
        return known

    def _model(self, parts: list[Node], names: Sequence[str]) -> str:
        site, known = parts[0], self._known(parts, names)
        if known in self.models:
            return known
        self.models[known] = Model(known)  # known before its fields are read: they may refer back to it
        self._inside.append(known)
        self.models[known] = Model(
            known,
            tuple(self._fields(parts, known)),
            prose=prose_of(parts),
            deprecated=first_of(parts, "deprecated") is True,
            pointer=site.pointer,
        )
        self._inside.pop()
        return known

    def _fields(self, parts: list[Node], model: str) -> Iterator[Field]:
        required = {key for part in parts for key in part.get("required") or () if isinstance(key, str)}
        names, seen = Names(FIELDS), set()
        for part in parts:
            for key, node in part.at("properties").members():
                if key in seen:
                    continue
                seen.add(key)
                own = parts_of(node)
                yield Field(
                    names.take(snake(key, "field")),
                    key,
                    self.shape(node, *property_name(model, self._outermost.get(model, model), key)),
                    key in required,
                    prose_of([node, *own]),
                    first_of(own, "deprecated") is True,
                    first_of(own, "default"),
                    node.pointer,
                )


def _choice(parts: list[Node]) -> Choice | None:
    """The choice that the schema itself states, not one that it is made of."""
    owner = parts[0]
    key = next((key for key in ("oneOf", "anyOf") if owner.get(key) is not None), "")
    return stated_choice(owner, list(owner.at(key).items()) if key else ())
