"""Whether a document has the shapes of OpenAPI: mappings, lists and text where the specification has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diglot.core.grammar import PROSE, role_of
from diglot.core.pointer import join
from diglot.core.tree import Mark, mark_of

# Members that the grammar does not list because nothing stands below them.
_MORE = {
    ("document", "openapi"): "text",
    ("document", "swagger"): "text",
    ("operation", "operationId"): "text",
    ("operation", "tags"): "[text]",
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
    stack: list[tuple[Any, str, _Trail, Mark | None]] = [(tree, "document", None, getattr(tree, "own", None))]
    while stack:
        node, role, trail, mark = stack.pop()
        if not _fits(node, role):
            yield Misshape(_spell(trail), mark, _expected(role), kind_of(node))
            continue
        if not isinstance(node, dict | list) or (id(node), role) in seen:
            continue
        seen.add((id(node), role))
        stack.extend(reversed([*_members(node, role, trail, mark)]))


def kind_of(node: Any) -> str:
    """The kind of a value, by its name in JSON Schema."""
    for types, name in ((bool, "boolean"), (dict, "object"), (list, "array"), (str, "string")):
        if isinstance(node, types):
            return name
    return "null" if node is None else "number"


def _members(node: Any, role: str, trail: _Trail, mark: Mark | None) -> Iterator[tuple[Any, str, _Trail, Mark | None]]:
    """The members whose shape is known, each with its role."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        member = _member(role, key)
        if member != "value":
            yield value, member, (trail, key), mark_of(node, key) or mark


def _member(role: str, key: str | int) -> str:
    """The role of a member as the grammar has it; `text` for words, names and versions, `[text]` for tags."""
    if isinstance(key, int):
        return role[1:-1]
    if key == "$ref" or (role[0] == "{" and key.startswith("x-")):
        return "value"
    if key in PROSE.get(role, ()):
        return "text"
    return _MORE.get((role, key)) or role_of(role, key)


def _fits(node: Any, role: str) -> bool:
    return kind_of(node) == _expected(role) or (role == "schema" and isinstance(node, bool))


def _expected(role: str) -> str:
    if role == "text":
        return "string"
    return "array" if role[0] == "[" else "object"


def _spell(trail: _Trail) -> str:
    tokens: list[str | int] = []
    while trail is not None:
        trail, token = trail
        tokens.append(token)
    return join("", *reversed(tokens))
