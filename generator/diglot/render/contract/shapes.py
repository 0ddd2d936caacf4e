"""What the models are made of: the few shapes that every schema of a contract comes down to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from diglot.render.contract.cursor import Prose

Kind = Literal[
    "any",
    "string",
    "integer",
    "number",
    "boolean",
    "null",
    "literal",
    "array",
    "map",
    "model",
    "union",
    "file",
    "choice",
]


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of one value.

    `format` is one of `date`, `date-time`, `uuid` or empty; `values` are those of a literal; `parts` the type of the
    items of an array or the values of a map, or the options of a union; `model` the name of a class, or of a choice
    between classes; `limits` JSON Schema assertions such as `("minimum", 1)`. A `closed` literal admits no other value
    even in an answer.
    """

    kind: Kind
    nullable: bool = False
    format: str = ""
    values: tuple[str | int | bool, ...] = ()
    parts: tuple[Shape, ...] = ()
    model: str = ""
    limits: tuple[tuple[str, Any], ...] = ()
    closed: bool = False

    def walk(self) -> Iterator[Shape]:
        """This shape and all that it is made of."""
        yield self
        for part in self.parts:
            yield from part.walk()


ANY = Shape("any", nullable=True)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model: its name in Python and on the wire."""

    name: str
    wire: str
    shape: Shape
    required: bool
    prose: Prose = ()
    deprecated: bool = False
    default: Any = None
    pointer: str = ""

    @property
    def omissible(self) -> bool:
        """Whether the field may be left out but may not be null: in Python None then stands for absent."""
        return not self.required and not self.shape.nullable


@dataclass(frozen=True, slots=True)
class Model:
    """One class: an object with fields, or a `root` of another shape; or a choice between classes.

    The `options` of a choice are class names by the value of the property `key`. `use` says what the model is for.

    An `open` model is one that a server answers with: it keeps fields and takes values of an enumeration that the
    contract does not know. The others are what a caller sends, where an unknown name is a mistake.
    """

    name: str
    fields: tuple[Field, ...] = ()
    root: Shape | None = None
    prose: Prose = ()
    deprecated: bool = False
    open: bool = True
    pointer: str = ""
    key: str = ""
    options: tuple[tuple[str, str], ...] = ()
    use: str = ""

    def shapes(self) -> Iterator[Shape]:
        """Every shape in this model."""
        for field in self.fields:
            yield from field.shape.walk()
        if self.root is not None:
            yield from self.root.walk()
        for _, name in self.options:
            yield Shape("model", model=name)
