"""Whether a document has the shapes of OpenAPI: mappings, lists and text where the specification has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.grammar import GRAMMAR, PROSE
from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq, mark_of

# role -> member -> role of the member: the grammar, with the members below which nothing stands but text.
_MEMBERS = {role: {**members, **dict.fromkeys(PROSE.get(role, ()), "text")} for role, members in GRAMMAR.items()}
_MEMBERS["document"] |= {"openapi": "text", "swagger": "text"}
_MEMBERS["operation"] |= {"operationId": "text", "tags": "[text]"}

_KINDS: dict[type, str] = {
    **dict.fromkeys((Map, dict), "object"),
    **dict.fromkeys((Seq, list), "array"),
    bool: "boolean",
    str: "string",
    type(None): "null",
}

_Trail = tuple["_Trail", str | int] | None  # a pointer as a chain of its parents: most nodes never need it spelled out


@dataclass(frozen=True, slots=True)
class Misshape:
    """A value of another kind than OpenAPI has at its place; kinds are named as in JSON Schema."""

    pointer: str
    mark: Mark | None
    expected: str
    found: str


def misshapes(tree: Any) -> Iterator[Misshape]:
    """Every value of a wrong kind, in the order of the document; a node that aliases share is looked at once a role."""
    seen: set[tuple[int, str]] = set()
    stack: list[tuple[Any, str, _Trail]] = [(tree, "document", None)]
    while stack:
        node, role, trail = stack.pop()
        expected = _expected(role)
        if kind_of(node) != expected and not (role == "schema" and isinstance(node, bool)):
            yield _misshape(tree, trail, expected, node)
        elif isinstance(node, dict | list) and (id(node), role) not in seen:
            seen.add((id(node), role))
            below = [
                (node[key], member, (trail, key))
                for key, member in _members(node, role)
                if member != "text" or not isinstance(node[key], str)
            ]
            stack.extend(reversed(below))


def invalid(tree: Any, path: str, operation: str, otherwise: Mark) -> Iterator[Finding]:
    """The same as findings about the page `path`, at the mark `otherwise` where the tree knows none."""
    for odd in misshapes(tree):
        where = Location(path, *(odd.mark or otherwise), odd.pointer)
        args = {"expected": odd.expected, "found": odd.found}
        yield Finding("page-block-invalid", where, operation, args=args)


def kind_of(node: Any) -> str:
    """The kind of a value, by its name in JSON Schema."""
    return _KINDS.get(type(node), "number")


def _members(node: dict[str, Any] | list[Any], role: str) -> Iterator[tuple[Any, str]]:
    """The members whose kind is known, each with its role; references and extensions may be anything."""
    if isinstance(node, list):
        return ((index, role[1:-1]) for index in range(len(node)))
    if role[0] == "{":
        return ((key, role[1:-1]) for key in node if key != "$ref" and not key.startswith("x-"))
    known = _MEMBERS[role]
    if "*" in known:
        return ((key, known["*"]) for key in node if key != "$ref" and not key.startswith("x-"))
    return ((key, known[key]) for key in node if key in known)


def _expected(role: str) -> str:
    if role == "text":
        return "string"
    return "array" if role[0] == "[" else "object"


def _misshape(tree: Any, trail: _Trail, expected: str, found: Any) -> Misshape:
    keys: list[str | int] = []
    while trail is not None:
        trail, key = trail
        keys.append(key)
    node, mark = tree, getattr(tree, "own", None)
    for key in reversed(keys):
        node, mark = node[key], mark_of(node, key) or mark
    return Misshape(join("", *reversed(keys)), mark, expected, kind_of(found))
