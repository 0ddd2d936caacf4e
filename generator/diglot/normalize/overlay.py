"""OpenAPI Overlay 1.0 documents: applying one.

Source: OpenAPI Overlay Specification 1.0.0 (https://spec.openapis.org/overlay/v1.0.0), targets in RFC 9535 JSONPath.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.pointer import join
from diglot.core.tree import mark_of, plain
from diglot.normalize.selecting import select


def apply(overlay: Mapping[str, Any], document: Mapping[str, Any], path: str = "") -> tuple[Any, list[Finding]]:
    """A copy of `document` with the overlay's actions applied in order.

    Returns:
        The new document and findings, located in `path`: an action without a usable target or without an effect.
    """
    result, findings = plain(document), []
    actions = overlay.get("actions")
    for index, action in enumerate(actions if isinstance(actions, list) else []):
        mark = mark_of(actions, index) or (0, 0)
        where = Location(path, *mark, join("/actions", index))
        target = str(action.get("target")) if isinstance(action, dict) else ""
        nodes = select(target, result)
        if nodes is None:
            findings.append(Finding("overlay-target-invalid", where, args={"target": target}))
        elif not nodes:
            findings.append(Finding("overlay-target-missing", where, args={"target": target}))
        elif action.get("remove") is True:
            for parts in reversed(nodes):
                _remove(result, parts)
        else:
            for parts in nodes:
                _update(_node(result, parts), plain(action.get("update")))
    return result, findings


def settled(action: Mapping[str, Any], document: Any) -> list[str]:
    """The JSON Pointers of the values that an action decides: each leaf of its update, or all that it removes."""
    pointers = [join("", *parts) for parts in select(str(action.get("target")), document) or []]
    if action.get("remove") is True:
        return pointers
    return [leaf for pointer in pointers for leaf in _leaves(action.get("update"), pointer)]


def _leaves(update: Any, pointer: str) -> list[str]:
    if isinstance(update, dict) and update:
        return [leaf for key, value in update.items() for leaf in _leaves(value, join(pointer, key))]
    return [pointer]


def touched(target: str, update: Any, document: Any) -> list[str]:
    """The JSON Pointers that an action sets: each member of its update at each place that its target selects."""
    pointers = [join("", *parts) for parts in select(target, document) or []]
    keys = list(update) if isinstance(update, dict) else []
    return [join(pointer, key) for pointer in pointers for key in keys]


def _node(document: Any, parts: tuple[str | int, ...]) -> Any:
    node = document
    for part in parts:
        node = node[part]
    return node


def _remove(document: Any, parts: tuple[str | int, ...]) -> None:
    if parts:
        del _node(document, parts[:-1])[parts[-1]]


def _update(node: Any, update: Any) -> None:
    """Merge as Overlay 1.0 §4.4.3 says: objects member by member, arrays appended to, the rest replaced."""
    if isinstance(node, list):
        node.append(update)
        return
    for key, value in update.items() if isinstance(node, dict) and isinstance(update, dict) else ():
        present = node.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _update(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(value)
        else:
            node[key] = value
