"""Security schemes under one name: a dialect that shows only the header means the scheme that another page names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diglot.core.ir import Fragment
from diglot.core.pointer import split
from diglot.core.tree import Map, Seq, copy_tree, mark_of
from diglot.normalize.moving import rewritten

LOST_NAMES = ("security-scheme-name", "scheme-name")


def align_security(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments, with every scheme whose name its page could not say renamed to the name that another page says.

    Two schemes are the same one when they travel in the same place (the Authorization header, or a named key), and of
    several there the one of the same kind.
    """
    named: dict[tuple[str, ...], str] = {}
    for certainty in (None, "inferred"):  # a declared name first, then one inferred from a title
        for fragment in sorted(fragments, key=lambda fragment: fragment.page.path):
            lost = _lost(fragment)
            for name, scheme in _schemes(fragment).items():
                if lost.get(name) == certainty:
                    named.setdefault(_way(scheme), name)
                    named.setdefault(_wire(scheme), name)
    return [_renamed(fragment, named) for fragment in fragments]


def _renamed(fragment: Fragment, named: dict[tuple[str, ...], str]) -> Fragment:
    lost = _lost(fragment)
    found = {
        name: named.get(_way(scheme)) or named.get(_wire(scheme), name)
        for name, scheme in _schemes(fragment).items()
        if name in lost
    }
    names = {name: new for name, new in found.items() if new != name}
    if not names:
        return fragment
    document = copy_tree(fragment.document)
    components = document["components"]
    components["securitySchemes"] = _rename_keys(components["securitySchemes"], names)
    for group in ("paths", "webhooks"):
        items = document.get(group)
        for item in items.values() if isinstance(items, dict) else ():
            for operation in item.values() if isinstance(item, dict) else ():
                if isinstance(operation, dict) and isinstance(operation.get("security"), list):
                    operation["security"] = _rename_each(operation["security"], names)
    old = [("components", "securitySchemes", name) for name in names]

    def moved(pointer: str) -> str:
        for prefix in old:
            if tuple(split(pointer)[:3]) == prefix:
                return pointer.replace(f"/{prefix[2]}", f"/{names[prefix[2]]}", 1)
        return pointer

    return rewritten(fragment, document, moved)


def _rename_each(requirements: Any, names: dict[str, str]) -> Seq:
    result = Seq(getattr(requirements, "own", None))
    for index, requirement in enumerate(requirements):
        renamed = _rename_keys(requirement, names) if isinstance(requirement, dict) else requirement
        result.add(renamed, mark_of(requirements, index))
    return result


def _rename_keys(mapping: Any, names: dict[str, str]) -> Map:
    result = Map(getattr(mapping, "own", None))
    for key, value in mapping.items():
        result.put(names.get(key, key), value, mark_of(mapping, key))
    return result


def _schemes(fragment: Fragment) -> dict[str, Any]:
    components = fragment.document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    named = schemes.items() if isinstance(schemes, dict) else ()
    return {name: scheme for name, scheme in named if isinstance(scheme, dict)}


def _lost(fragment: Fragment) -> dict[str, str]:
    """The schemes whose name the page does not give, each with how certain the name is that stands for it."""
    return {
        tokens[2]: loss.certainty
        for loss in fragment.losses
        if loss.code in LOST_NAMES and len(tokens := split(loss.pointer)) >= 3 and tokens[1] == "securitySchemes"
    }


def _way(scheme: dict[str, Any]) -> tuple[str, ...]:
    return (*_wire(scheme), str(scheme.get("type")), str(scheme.get("scheme")).lower())


def _wire(scheme: dict[str, Any]) -> tuple[str, str]:
    if scheme.get("type") == "apiKey":
        return str(scheme.get("in")), str(scheme.get("name")).lower()
    return "header", "authorization"
