"""Names of models that the contract does not name: made of the place where each stands, and of nothing else."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from diglot.core.names import pascal, words
from diglot.render.contract.cursor import Node
from diglot.render.contract.keywords import enum_of, parts_of

MAX_PLACE = 46
"""Longest name that is made by putting a property's name behind its parent's; beyond it the steps between go."""
_SAME_IN_BOTH = ("data", "media", "metadata", "news", "series", "species", "status", "alias", "bus", "lens", "canvas")


def item_name(name: str) -> str:
    """What one item of a list called `name` is called: `Files` holds `File`, `DocMetadata` holds `DocMetadataItem`."""
    for suffix in ("Response", "Request"):
        if name.endswith(suffix):
            return f"{name.removesuffix(suffix)}Item"
    last = words(name)[-1:]
    one = _singular(last[0]) if last else ""
    return name.removesuffix(last[0]) + one if one and name.endswith(last[0]) else f"{name}Item"


def _singular(word: str) -> str:
    """The singular of a plural that is certain to be one; of any other word nothing."""
    lower = word.lower()
    if not lower.endswith("s") or lower.endswith(("ss", "us", "is")) or lower in _SAME_IN_BOTH or len(word) < 4:
        return ""
    if lower.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if lower.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word[:-1]


def property_name(parent: str, root: str, key: str) -> list[str]:
    """What the model of a property is called, the best name first; `root` is the model that its parent stands in."""
    own = pascal(key, "Field")
    full = f"{parent}Content" if words(parent)[-len(words(own)) :] == words(own) else parent + own
    if len(full) <= MAX_PLACE or root == parent:
        return [full]
    return [root + own, full]


def option_name(name: str, option: Node) -> str:
    """What one option of a choice is called: by the one or two values or the property that tell it from the others."""
    for part in parts_of(option):
        members = list(part.at("properties").members())
        for key, member in members:
            values = enum_of(parts_of(member))
            if values and len(values) <= 2 and all(isinstance(value, str) and value for value in values):
                return name + "Or".join(pascal(value, pascal(key)) for value in values)
        required = part.get("required")
        keys = [key for key, _ in members]
        first = next((key for key in required or () if key in keys), None) if isinstance(required, list) else None
        if keys:
            return name + pascal(first or keys[0])
    return f"{name}Option"


def contested_titles(root: Node, components: Collection[str]) -> frozenset[str]:
    """The titles that different schemas share, or that are a component's name: they name nothing."""
    holders: dict[str, set[str]] = defaultdict(set)
    waiting: list[Any] = [root.value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            title = value.get("title")
            if isinstance(title, str) and "properties" in value:
                holders[pascal(title)].add(content_of(value))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return frozenset(name for name, held in holders.items() if len(held) > 1 or name in components)


def content_of(value: Any) -> str:
    """What makes two schemas the same."""
    return json.dumps(value, sort_keys=True, default=str)
