"""OpenAPI Overlay 1.0 documents: writing the prose of a language as one, and applying one.

Source: OpenAPI Overlay Specification 1.0.0 (https://spec.openapis.org/overlay/v1.0.0), targets in RFC 9535 JSONPath.
Targets name operations and members, never the position in a list, so that re-ordering the contract breaks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.grammar import role_of
from diglot.core.pointer import join, split
from diglot.core.tree import mark_of, plain

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KEYED = {"[parameter]": ("name", "in"), "[server]": ("url",), "[tag]": ("name",)}


def build(title: str, version: str, texts: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The overlay that gives `document` these texts: JSON Pointer -> the text, or the list that replaces one."""
    updates: dict[str, dict[str, Any]] = {}
    removals: list[dict[str, Any]] = []
    for pointer in sorted(texts, key=lambda pointer: _place(document, pointer)):
        parent, key = pointer.rpartition("/")[0], split(pointer)[-1]
        target = target_of(document, parent)
        if isinstance(texts[pointer], list) and _has(document, pointer):
            removals.append({"target": target + _step(key), "remove": True})
        updates.setdefault(target, {})[key] = texts[pointer]
    actions = removals + [{"target": target, "update": update} for target, update in updates.items()]
    return {"overlay": "1.0.0", "info": {"title": title, "version": version}, "actions": actions}


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
        nodes = _select(target, result)
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


def touched(target: str, update: Any, document: Any) -> list[str]:
    """The JSON Pointers that an action sets: each member of its update at each place that its target selects."""
    pointers = [join("", *parts) for parts in _select(target, document) or []]
    keys = list(update) if isinstance(update, dict) else []
    return [join(pointer, key) for pointer in pointers for key in keys]


def target_of(document: Any, pointer: str) -> str:
    """The JSONPath of a place, by names: `$.paths['/a'].get.parameters[?@.name=='x' && @.in=='query']`."""
    path, node, role = "$", document, "document"
    for token in split(pointer):
        if isinstance(node, list):
            node, path = node[int(token)], path + _item(role, node, int(token))
            role = role_of(role, "")
        else:
            node, path = node[token], path + _step(token)
            role = role_of(role, token)
    return path


def _item(role: str, items: list[Any], index: int) -> str:
    keys = _KEYED.get(role, ())
    item = items[index]
    if keys and isinstance(item, dict) and all(isinstance(item.get(key), str) for key in keys):
        wanted = [item[key] for key in keys]
        if sum(isinstance(other, dict) and [other.get(key) for key in keys] == wanted for other in items) == 1:
            return "[?" + " && ".join(f"@.{key}=={_quote(item[key])}" for key in keys) + "]"
    return f"[{index}]"


def _step(key: str) -> str:
    return f".{key}" if _PLAIN_NAME.match(key) else f"[{_quote(key)}]"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + re.sub(r"[\x00-\x1f]", lambda match: f"\\u{ord(match[0]):04x}", escaped) + "'"


def _select(target: str, document: Any) -> list[tuple[str | int, ...]] | None:
    from jsonpath import JSONPathEnvironment
    from jsonpath.exceptions import JSONPathError

    try:
        return [match.parts for match in JSONPathEnvironment(strict=True).finditer(target, document)]
    except JSONPathError:
        return None


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


def _has(document: Any, pointer: str) -> bool:
    node = document
    for token in split(pointer):
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isdigit() and int(token) < len(node):
            node = node[int(token)]
        else:
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
