"""Annotations as types that can be compared, whatever they are written like."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

from diglot.surface.facts import Type

Effect = Literal["wider", "narrower"]
UNKNOWN = Type(frozenset({"Any"}), text="Any")
_STRICT = {"StrictStr": "str", "StrictInt": "int", "StrictFloat": "float", "StrictBool": "bool", "StrictBytes": "bytes"}
_UNIONS = frozenset({"Union", "Optional"})
_WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired"})
_ALL = frozenset({"Any", "object"})


def read_type(node: ast.expr | None) -> Type:
    """The type that an annotation names; without one, anything."""
    if node is None:
        return UNKNOWN
    heads: set[str] = set()
    values: set[str] = set()
    parts: dict[str, tuple[Type, ...]] = {}
    for item in _alternatives(node):
        head, inner = _generic(item)
        if head == "Literal":
            values |= {ast.unparse(value) for value in inner}
            heads |= {"None"} & values
            values -= {"None"}
            continue
        heads.add(_STRICT.get(head, head))
        if inner:
            parts[head] = tuple(read_type(part) for part in inner)
    return Type(frozenset(heads), frozenset(values), parts, _shown(node))


def without_null(read: Type) -> Type:
    """The type less `None`."""
    return Type(read.heads - {"None"}, read.values, read.parts, read.text)


def as_owner(read: Type, owner: str) -> Type:
    """The type with `Self` as the class that it stands for."""
    if "Self" not in read.names():
        return read
    heads = {owner if head == "Self" else head for head in read.heads}
    parts = {head: tuple(as_owner(part, owner) for part in inner) for head, inner in read.parts.items()}
    return Type(frozenset(heads), read.values, parts, read.text)


def metadata(node: ast.expr) -> list[ast.expr]:
    """What `Annotated` says besides the type."""
    return _generic(node)[1][1:] if _generic(node)[0] == "Annotated" else []


def effects(old: Type, new: Type) -> set[Effect]:
    """Whether `new` admits what `old` does not (wider), and the reverse."""
    if old == new or (_ALL & old.heads and _ALL & new.heads):
        return set()
    if _ALL & (old.heads | new.heads):
        return {"wider" if _ALL & new.heads else "narrower"}
    found: set[Effect] = set()
    if new.heads - old.heads or (new.values - old.values and "str" not in old.heads):
        found.add("wider")
    if old.heads - new.heads or (old.values - new.values and "str" not in new.heads):
        found.add("narrower")
    for head in old.heads & new.heads:
        found |= _inner(old.parts.get(head, ()), new.parts.get(head, ()))
    return found


def differing_values(old: Type, new: Type) -> tuple[frozenset[str], frozenset[str]]:
    """The literal values that came and those that went, where nothing else differs; also those within parts."""
    if old.heads != new.heads or old.parts.keys() != new.parts.keys():
        return frozenset(), frozenset()
    came, went = new.values - old.values, old.values - new.values
    for head, parts in old.parts.items():
        for one, other in zip(parts, new.parts[head], strict=False):
            inner = differing_values(one, other)
            if one != other and not any(inner):
                return frozenset(), frozenset()
            came, went = came | inner[0], went | inner[1]
    return came, went


def _inner(old: tuple[Type, ...], new: tuple[Type, ...]) -> set[Effect]:
    if len(old) != len(new):
        return {"wider", "narrower"} if old and new else {"wider" if old else "narrower"}
    return {effect for one, other in zip(old, new, strict=True) for effect in effects(one, other)}


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    node = _opened(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
        return
    head, inner = _generic(node)
    if head in _UNIONS:
        for part in inner:
            yield from _alternatives(part)
        if head == "Optional":
            yield ast.Constant(None)
    elif head in _WRAPPERS:
        if inner:
            yield from _alternatives(inner[0])
    else:
        yield node


def _opened(node: ast.expr) -> ast.expr:
    """An annotation that is written as a string, as what the string says."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return node
    return node


def _generic(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """The last name of a type, and what stands in its brackets."""
    if isinstance(node, ast.Subscript):
        head, _ = _generic(node.value)
        return head, list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    return (node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)), []


class _Short(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(node.attr, ast.Load())

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        head, inner = _generic(node)
        return self.visit(inner[0]) if head in _WRAPPERS and inner else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(_STRICT.get(node.id, node.id), ast.Load())


def _shown(node: ast.expr) -> str:
    copied = ast.parse(ast.unparse(_opened(node)), mode="eval").body  # the tree itself stays as it was read
    return ast.unparse(_Short().visit(copied))
