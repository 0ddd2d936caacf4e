"""Paths under one spelling: pages may name the parameter in a path differently; the operation is the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.ir import METHODS, Fragment, OpKey
from diglot.core.pointer import join
from diglot.core.tree import Map, copy_tree
from diglot.normalize.claims import Claim, Evidence
from diglot.normalize.moving import rewritten

_NAME = re.compile(r"\{([^{}/]*)\}")


def align_paths(fragments: Sequence[Fragment], evidence: Evidence) -> tuple[list[Fragment], list[Finding]]:
    """The fragments, with every path (and its path parameters) spelled as the best evidence for its route spells it.

    Each other spelling is a finding. Where one page has a route twice, the second comes as a fragment of its own.
    """
    holders: dict[str, list[tuple[Claim, str]]] = {}
    for fragment in fragments:
        for path in _paths(fragment):
            holders.setdefault(OpKey.of("", path).route, []).append((Claim.root(fragment).child("paths"), path))
    findings: list[Finding] = []
    spelling: dict[str, str] = {}
    for route, claims in holders.items():
        ranked = sorted(claims, key=lambda holder: (evidence.rank(holder[0]), holder[1]))
        best, taken = ranked[0]
        spelling[route] = taken
        findings += [
            _finding(claim.child(path), path, best.child(taken), taken) for claim, path in ranked if path != taken
        ]
    return [each for fragment in fragments for each in _respelled(fragment, spelling)], findings


def _paths(fragment: Fragment) -> list[str]:
    paths = fragment.document.get("paths")
    return list(paths) if isinstance(paths, Map) else []


def _finding(here: Claim, path: str, there: Claim, taken: str) -> Finding:
    """A trailing slash is another address on the wire, the name of a parameter is not."""
    rule = "path-slash-differs" if path.endswith("/") != taken.endswith("/") else "path-spelling-differs"
    location = here.location
    return Finding(
        rule,
        Location(location.path, location.line, location.column, join("/paths", taken)),
        other=there.location,
        args={"path": path, "taken": taken},
        evidence={"taken_path": there.location.path},
    )


def _respelled(fragment: Fragment, spelling: Mapping[str, str]) -> Iterator[Fragment]:
    wanted = {path: spelling[OpKey.of("", path).route] for path in _paths(fragment)}
    if all(path == new for path, new in wanted.items()):
        yield fragment
        return
    document = copy_tree(fragment.document)
    kept, twins = Map(document["paths"].own), Map(document["paths"].own)
    for path, item in document["paths"].items():
        new = wanted[path]
        _rename_parameters(item, dict(zip(_NAME.findall(path), _NAME.findall(new), strict=False)))
        _put(new, item, document["paths"].marks.get(path), kept, twins)

    def moved(pointer: str) -> str:
        for path, new in wanted.items():
            old = join("/paths", path)
            if path != new and (pointer == old or pointer.startswith(old + "/")):
                return join("/paths", new) + pointer[len(old) :]
        return pointer

    for paths in (kept, twins) if twins else (kept,):
        respelled = Map(document.own)
        for key, value in document.items():
            respelled.put(key, paths if key == "paths" else value, document.marks.get(key))
        yield rewritten(fragment, respelled, moved)


def _put(path: str, item: Any, mark: Any, kept: Map, twins: Map) -> None:
    """Put a path item where its path is still free, method by method."""
    known = kept.get(path)
    if not isinstance(known, Map) or not isinstance(item, Map):
        (twins if path in kept else kept).put(path, item, mark)
        return
    rest = Map(item.own)
    for key, value in item.items():
        if key not in known:
            known.put(key, value, item.marks.get(key))
        elif key in METHODS:
            rest.put(key, value, item.marks.get(key))
    if rest:
        twins.put(path, rest, mark)


def _rename_parameters(item: Any, names: Mapping[str, str]) -> None:
    for operation in item.values() if isinstance(item, dict) else ():
        parameters = operation.get("parameters") if isinstance(operation, dict) else None
        for parameter in parameters if isinstance(parameters, list) else ():
            if isinstance(parameter, dict) and parameter.get("in") == "path" and parameter.get("name") in names:
                parameter["name"] = names[parameter["name"]]
