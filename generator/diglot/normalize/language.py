"""The document in one language as an OpenAPI Overlay 1.0 of the contract: what readers read, and nothing else.

Texts are the prose of the grammar, the tags (publishers translate their names), and the strings of examples, links and
extensions, which are documentation: where an example has the shape of the contract's example, its strings are those of
the language. Where it has another shape the contract's example stands, and drift tells of the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diglot.core.pointer import join, resolve, split
from diglot.normalize.agreement import equal
from diglot.normalize.targets import filter_of, target_of

_OWN_ACTION = {"paths": 3, "webhooks": 3, "components": 3}  # tokens of a pointer that are the place of one action


def build(title: str, version: str, texts: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The overlay that gives `document` these texts: JSON Pointer -> the text, or the list that replaces one.

    One action for each operation, component and named item of a list; what it updates are objects down to texts. An
    array can only be appended to by an update, so a list that is replaced is removed first.
    """
    updates: dict[str, dict[str, Any]] = {}
    removed: list[str] = []
    for pointer in sorted(texts, key=lambda pointer: _place(document, pointer)):
        anchor = _anchor(document, pointer)
        if anchor is None:
            continue  # an addition took away what the text speaks of
        if isinstance(texts[pointer], list) and _has(document, pointer):
            removed.append(pointer)
        inner = updates.setdefault(anchor, {})
        *way, last = split(pointer[len(anchor) :])
        for token in way:
            inner = inner.setdefault(token, {})
        inner[last] = texts[pointer]
    actions: list[dict[str, Any]] = [{"target": target, "remove": True} for target in _removals(document, removed)]
    for anchor in sorted(updates, key=lambda anchor: _place(document, anchor)):
        actions.append({"target": target_of(document, anchor), "update": updates[anchor]})
    if not actions:  # an overlay without an action would not be valid
        actions = [{"target": "$.info", "update": {"title": title}}]
    return {"overlay": "1.0.0", "info": {"title": title, "version": version}, "actions": actions}


def _removals(document: Mapping[str, Any], pointers: list[str]) -> Iterator[str]:
    """The targets of lists that are replaced; the tags of operations in one, where all of them are."""
    tagged = {
        join("/paths", path, key, "tags")
        for path, item in document["paths"].items()
        for key, member in (item.items() if isinstance(item, dict) else ())
        if isinstance(member, dict) and "tags" in member
    }
    together = len(tagged) > 1 and tagged.issubset(pointers)
    if together:
        yield "$.paths.*.*.tags"
    yield from (target_of(document, pointer) for pointer in pointers if not (together and pointer in tagged))


def strings(document: Any, pointer: str, theirs: Any) -> Iterator[tuple[str, Any]]:
    """The strings by which `theirs`, of another language, differs from the value at `pointer`, each with its pointer.

    Nothing where the shapes differ. An item of a list is given by itself if it has a name, else the whole list is.
    """
    if _has(document, pointer):
        mine = resolve(document, pointer)
        if same_shape(mine, theirs):
            yield from _differing(mine, theirs, pointer)


def same_shape(one: Any, other: Any) -> bool:
    """Whether two values differ in nothing but their strings."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_shape(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_shape, one, other))
    if isinstance(one, str) and isinstance(other, str):
        return True
    return equal(one, other)


def _differing(mine: Any, theirs: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if mine == theirs:
        return
    if isinstance(mine, dict):
        for key, value in mine.items():
            yield from _differing(value, theirs[key], join(pointer, key))
    elif isinstance(mine, list):
        pairs = [index for index, item in enumerate(mine) if item != theirs[index]]
        if all(filter_of("value", mine, index, theirs[index]) for index in pairs):
            for index in pairs:
                yield from _differing(mine[index], theirs[index], join(pointer, index))
        else:
            yield pointer, theirs
    else:
        yield pointer, theirs


def _anchor(document: Any, pointer: str) -> str | None:
    """The object whose action gives a text: the last item of a list above it, else the operation or component.

    None where the object that should have the text is not there.
    """
    tokens = split(pointer)[:-1]
    node, items = document, 0
    for depth, token in enumerate(tokens, 1):
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isdigit() and int(token) < len(node):
            node, items = node[int(token)], depth
        else:
            return None
    if not isinstance(node, dict):
        return None
    depth = items or min(_OWN_ACTION.get(tokens[0], 1) if tokens else 0, len(tokens))
    return join("", *tokens[:depth])


def _has(document: Any, pointer: str) -> bool:
    try:
        resolve(document, pointer)
    except LookupError:
        return False
    return True


def _place(document: Any, pointer: str) -> list[int]:
    """Where a pointer stands in the document's own order."""
    place, node = [], document
    for token in split(pointer):
        if isinstance(node, dict):
            keys = list(node)
            place.append(keys.index(token) if token in node else len(keys))
            node = node.get(token)
        elif isinstance(node, list):
            place.append(int(token))
            node = node[int(token)] if int(token) < len(node) else None
    return place
