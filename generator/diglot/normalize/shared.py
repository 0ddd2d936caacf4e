"""Servers and security that every operation shares stand once, at the top of the document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from diglot.core.ir import METHODS, Fragment
from diglot.core.pointer import join, split
from diglot.core.tree import Map, mark_of, renewed
from diglot.normalize.agreement import structure
from diglot.normalize.moving import rewritten

_SHARED = {"servers": "[server]", "security": "value"}


def hoisted(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments, with `servers` and `security` moved from the operations to the document where all say the same.

    Prose does not count: the Chinese and the English page of one server say the same. Nor do the scopes that a dialect
    does not print, where another page gives them.
    """
    keys = [key for key, role in _SHARED.items() if _is_shared(fragments, key, role)]
    return [_lifted(fragment, keys) for fragment in fragments] if keys else list(fragments)


def _is_shared(fragments: Sequence[Fragment], key: str, role: str) -> bool:
    whole = [fragment for fragment in fragments if key != "security" or not _loses_scopes(fragment)]
    spellings = {_spelled(value) for value in _values(whole, key, role)}
    if len(spellings) == 1:
        return key != "security" or len({_spelled(_unscoped(value)) for value in _values(fragments, key, role)}) == 1
    return not spellings and len({_spelled(value) for value in _values(fragments, key, role)}) == 1


def _spelled(value: Any) -> str:
    """Equal for equal JSON values."""
    return json.dumps(value, sort_keys=True, default=str)


def _loses_scopes(fragment: Fragment) -> bool:
    return any(loss.code == "oauth-scopes" for loss in fragment.losses)


def _unscoped(requirements: Any) -> Any:
    if not isinstance(requirements, list):
        return requirements
    return [dict.fromkeys(each) if isinstance(each, dict) else each for each in requirements]


def _values(fragments: Sequence[Fragment], key: str, role: str) -> Iterator[Any]:
    for fragment in fragments:
        for operation in _operations(fragment.document):
            if key in operation:
                yield structure(operation[key], role)


def _lifted(fragment: Fragment, keys: Sequence[str]) -> Fragment:
    document = _renewed(fragment.document)
    for key in keys:
        for operation in _operations(document):
            if key in operation:
                document.put(key, operation[key], mark_of(operation, key))
                del operation[key]

    def moved(pointer: str) -> str:
        tokens = split(pointer)
        of_operation = len(tokens) > 3 and tokens[0] in ("paths", "webhooks") and tokens[3] in keys
        return join("", *tokens[3:]) if of_operation else pointer

    return rewritten(fragment, document, moved)


def _renewed(document: Map) -> Map:
    """A copy down to the operations, all that is changed here."""
    document = renewed(document)
    for group in ("paths", "webhooks"):
        if isinstance(document.get(group), Map):
            document[group] = renewed(document[group])
            for path, item in document[group].items():
                if isinstance(item, Map):
                    document[group][path] = renewed(item)
                    methods = [method for method in METHODS if isinstance(item.get(method), Map)]
                    document[group][path].update({method: renewed(item[method]) for method in methods})
    return document


def _operations(document: Map) -> Iterator[Map]:
    for group in ("paths", "webhooks"):
        items = document.get(group)
        for item in items.values() if isinstance(items, dict) else ():
            for method in METHODS if isinstance(item, dict) else ():
                if isinstance(item.get(method), Map):
                    yield item[method]
