"""Paths under one spelling: pages may name the parameter in a path differently; the operation is the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from diglot.core.ir import Fragment, OpKey
from diglot.core.pointer import join
from diglot.core.tree import Map, copy_tree
from diglot.normalize.claims import Claim, Evidence
from diglot.normalize.moving import rewritten

_NAME = re.compile(r"\{([^{}/]*)\}")


def align_paths(fragments: Sequence[Fragment], evidence: Evidence) -> list[Fragment]:
    """The fragments, with every path (and its path parameters) spelled as the best evidence for its route spells it."""
    claims: dict[str, list[tuple[Claim, str]]] = {}
    for fragment in fragments:
        paths = fragment.document.get("paths")
        for path in paths if isinstance(paths, Map) else ():
            claims.setdefault(OpKey.of("", path).route, []).append((Claim.root(fragment).child("paths"), path))
    spelling = {
        route: min(holders, key=lambda holder: (evidence.rank(holder[0]), holder[1]))[1]
        for route, holders in claims.items()
    }
    return [_respelled(fragment, spelling) for fragment in fragments]


def _respelled(fragment: Fragment, spelling: dict[str, str]) -> Fragment:
    paths = fragment.document.get("paths")
    changes = {
        path: spelling[OpKey.of("", path).route]
        for path in (paths if isinstance(paths, Map) else ())
        if spelling[OpKey.of("", path).route] != path
    }
    if not changes:
        return fragment
    document = copy_tree(fragment.document)
    renamed = Map(document["paths"].own)
    for path, item in document["paths"].items():
        new = changes.get(path, path)
        _rename_parameters(item, dict(zip(_NAME.findall(path), _NAME.findall(new), strict=False)))
        renamed.put(new, item, document["paths"].marks.get(path))
    document["paths"] = renamed

    def moved(pointer: str) -> str:
        for path, new in changes.items():
            old = join("/paths", path)
            if pointer == old or pointer.startswith(old + "/"):
                return join("/paths", new) + pointer[len(old) :]
        return pointer

    return rewritten(fragment, document, moved)


def _rename_parameters(item: Any, names: dict[str, str]) -> None:
    for operation in item.values() if isinstance(item, dict) else ():
        parameters = operation.get("parameters") if isinstance(operation, dict) else None
        for parameter in parameters if isinstance(parameters, list) else ():
            if isinstance(parameter, dict) and parameter.get("in") == "path" and parameter.get("name") in names:
                parameter["name"] = names[parameter["name"]]
