"""Fields -> schemas: nesting by dotted names, types, limits and examples, with the pointer of every loss."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from diglot.core.pointer import join
from diglot.core.tree import Map, Seq
from diglot.read.block import Text
from diglot.read.rendered.fields import Field
from diglot.read.rendered.limits import apply_limit, options_of, typed
from diglot.read.rendered.notes import Notes
from diglot.read.rendered.types import schema_of_type

_PARTS = re.compile(r"\[\d*\]")
_BADGE_KEYS = {"deprecated": "deprecated", "read-only": "readOnly", "write-only": "writeOnly"}


@dataclass(slots=True)
class Node:
    """A field in its place: the last part of its name, and the fields below it. `guessed`: only order nests it."""

    name: str
    shown: Field
    children: list[Node] = field(default_factory=list)
    guessed: bool = False


def nest(fields: list[Field]) -> list[Node]:
    """The fields as trees.

    `data.items.id` stands below the longest known field that its name begins with. A field right below an opened fold
    whose name repeats no parent is that fold's child by its order alone.
    """
    roots: list[Node] = []
    known: dict[str, Node] = {}
    fold: Node | None = None
    for one in fields:
        path = _PARTS.sub("", one.name.value)
        parent, rest = _parent(path, known)
        guessed = parent is None and fold is not None
        node = Node(rest, one, guessed=guessed)
        if guessed and fold is not None:
            fold.children.append(node)
        else:
            (parent.children if parent else roots).append(node)
            fold = None
            known[path] = node
        if one.children == "shown" and not guessed:
            fold = node
    return roots


def _parent(path: str, known: dict[str, Node]) -> tuple[Node | None, str]:
    cut = path.rfind(".")
    for _ in range(50):  # no page nests deeper
        if cut <= 0:
            break
        if node := known.get(path[:cut]):
            rest = path[cut + 1 :]
            array = node.shown.type is not None and node.shown.type.value.endswith("[]")
            return node, rest.removeprefix("items.") if array else rest
        cut = path.rfind(".", 0, cut)
    return None, path


def schema_of(node: Node, pointer: str, notes: Notes, *, with_prose: bool = True) -> Map:
    """The schema of one field, to stand at `pointer`; a parameter keeps its prose and `deprecated` for itself."""
    one = node.shown
    if one.type is None:
        schema = Map(one.name.mark)
        notes.lose(pointer, "type", "lost", one.name.value, one.name.mark)
    else:
        schema = schema_of_type(one.type, pointer, notes)
    if with_prose:
        _badges_and_prose(schema, one)
    _values(schema, one, pointer, notes)
    inner, below = _innermost(schema, pointer)
    if node.children:
        _children(inner, node, below, notes)
    elif inner.get("type") == "object":
        evidence = one.opener or one.type or one.name
        certain = one.opener is not None or inner is not schema
        notes.lose(below, "fields-not-shown", "lost" if certain else "ambiguous", evidence.value, evidence.mark)
    elif inner.get("type") == "array":
        evidence = one.type or one.name
        notes.lose(join(below, "items"), "fields-not-shown", "lost", evidence.value, evidence.mark)
    if one.alternatives:
        notes.lose(below, "union-kind", "ambiguous", one.alternatives.value, one.alternatives.mark)
    return schema


def object_of(nodes: list[Node], schema: Map, pointer: str, notes: Notes) -> None:
    """Make `schema` an object of these fields: properties, and the required list that their badges make."""
    first = nodes[0].shown.name.mark
    if "type" not in schema and "anyOf" not in schema:
        schema.put("type", "object", first)
    properties, required = Map(first), Map(first)
    for node in nodes:
        below = join(pointer, "properties", node.name)
        name = node.shown.name
        properties.put(node.name, schema_of(node, below, notes), name.mark)
        if node.guessed:
            notes.lose(below, "nesting", "inferred", name.value, name.mark)
        if "required" in node.shown.badges:
            required.put(node.name, None, node.shown.badges["required"])
    if required:
        names = Seq(first)
        for key in required:
            names.add(key, required.marks[key])
        schema.put("required", names, names.marks[0])
    schema.put("properties", properties, first)


def _badges_and_prose(schema: Map, one: Field) -> None:
    if text := one.description:
        schema.put("description", text.value, text.mark)
    for badge, key in _BADGE_KEYS.items():
        if badge in one.badges:
            schema.put(key, True, one.badges[badge])


def _values(schema: Map, one: Field, pointer: str, notes: Notes) -> None:
    if one.options:
        holder, below = _innermost(schema, pointer)
        if values := options_of(one.options, holder, below, notes):
            holder.put("enum", values, one.options[0].mark)
    elif one.type is not None and one.type.value.startswith("enum"):
        notes.lose(join(pointer, "enum"), "options-not-shown", "lost", one.type.value, one.type.mark)
    for limit in one.limits:
        apply_limit(schema, limit, pointer, notes)
    if one.default is not None:
        _put_value(schema, "default", one.default, pointer, notes)
    if one.examples:
        _put_value(schema, "example", one.examples[0], pointer, notes)
    for more in one.examples[1:]:
        notes.lose(join(pointer, "example"), "further-example", "lost", more.value, more.mark)


def _put_value(schema: Map, key: str, text: Text, pointer: str, notes: Notes) -> None:
    try:
        schema.put(key, typed(text.value, schema), text.mark)
    except ValueError:
        notes.lose(join(pointer, key), "value-unreadable", "ambiguous", text.value, text.mark)


def _innermost(schema: Map, pointer: str) -> tuple[Map, str]:
    """The schema that children, options and the like speak of: that of the items, where it is an array."""
    while isinstance(schema.get("items"), Map):
        schema, pointer = schema["items"], join(pointer, "items")
    return schema, pointer


def _children(inner: Map, node: Node, pointer: str, notes: Notes) -> None:
    if inner.get("type") == "array":
        items = Map(node.shown.name.mark)
        object_of(node.children, items, join(pointer, "items"), notes)
        inner.put("items", items, node.shown.name.mark)
    elif "anyOf" in inner:
        notes.lose(pointer, "children-of-union", "ambiguous", node.shown.name.value, node.shown.name.mark)
    else:
        object_of(node.children, inner, pointer, notes)
