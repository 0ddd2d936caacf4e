"""What a package offers to who imports it: names, signatures, fields, types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Form = Literal["def", "async def", "property", "classmethod", "staticmethod"]
Kind = Literal["model", "exception", "enumeration", "protocol", "plain"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a generated file; the path is relative to the tree."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Type:
    """The alternatives of an annotation: heads such as `str`, `None`, `list`, the literal values among them, and for a
    head the types of its parts. `text` is how people read it, and no part of what it is.
    """

    heads: frozenset[str]
    values: frozenset[str] = frozenset()
    parts: Mapping[str, tuple[Type, ...]] = field(default_factory=dict)
    text: str = field(default="", compare=False)

    def names(self) -> frozenset[str]:
        """Every head in it, also within parts."""
        return self.heads.union(*(part.names() for parts in self.parts.values() for part in parts))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument. `position` counts from 1; 0 is given by name only. Without a `default` it is required."""

    name: str
    position: int
    type: Type
    default: str | None


@dataclass(frozen=True, slots=True)
class Function:
    """A function, a method or a property."""

    form: Form
    parameters: Mapping[str, Parameter]
    returns: Type
    is_deprecated: bool
    signature: str
    place: Place


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model or a public attribute. Without a `default` it is always there; `limits` check its value."""

    type: Type
    default: str | None
    limits: str
    is_deprecated: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Class:
    """A class with all that it inherits within the package.

    `bases` names every class above it. A model that `is_sent` admits no field that it does not name: callers make it.
    """

    kind: Kind
    bases: frozenset[str]
    fields: Mapping[str, Field]
    methods: Mapping[str, Function]
    is_sent: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Constant:
    """Any other name: a module, a value, or a name for a type."""

    type: Type | None
    place: Place


Thing = Class | Function | Constant


@dataclass(frozen=True, slots=True)
class Surface:
    """The public names of a package as its users write them, below the package.

    `things` has each thing once, under its shortest name; `names` has every name with the one that it stands for.
    """

    things: Mapping[str, Thing]
    names: Mapping[str, str]
