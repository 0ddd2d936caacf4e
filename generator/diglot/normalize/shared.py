"""Servers and security that every operation shares stand once, at the top of the document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from diglot.core.grammar import is_prose, role_of
from diglot.core.ir import METHODS, Fragment
from diglot.core.tree import Map, copy_tree, mark_of, plain

_SHARED = {"servers": "[server]", "security": "value"}


def hoisted(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments, with `servers` and `security` moved from the operations to the document where all say the same.

    Prose does not count: the Chinese and the English page of one server say the same.
    """
    keys = [key for key, role in _SHARED.items() if len({*_spellings(fragments, key, role)}) == 1]
    return [_lifted(fragment, keys) for fragment in fragments] if keys else list(fragments)


def _spellings(fragments: Sequence[Fragment], key: str, role: str) -> Iterator[str]:
    for fragment in fragments:
        for operation in _operations(fragment.document):
            if key in operation:
                yield json.dumps(_structure(operation[key], role), sort_keys=True, default=str)


def _lifted(fragment: Fragment, keys: Sequence[str]) -> Fragment:
    document = copy_tree(fragment.document)
    for key in keys:
        for operation in _operations(document):
            if key in operation:
                document.put(key, operation[key], mark_of(operation, key))
                del operation[key]
    return replace(fragment, document=document)


def _operations(document: Map) -> Iterator[Map]:
    for group in ("paths", "webhooks"):
        items = document.get(group)
        for item in items.values() if isinstance(items, dict) else ():
            for method in METHODS if isinstance(item, dict) else ():
                if isinstance(item.get(method), Map):
                    yield item[method]


def _structure(node: Any, role: str) -> Any:
    if isinstance(node, dict) and role[0] != "[":
        return {
            key: _structure(value, role_of(role, key))
            for key, value in node.items()
            if not (is_prose(role, key) and isinstance(value, str))
        }
    if isinstance(node, list) and role[0] == "[":
        return [_structure(item, role_of(role, "")) for item in node]
    return plain(node)
