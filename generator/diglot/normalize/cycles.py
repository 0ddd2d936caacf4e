"""Components that lead to nothing but themselves: through `$ref` alone, or through what applies to the same value.

A tree that contains itself in a field is no such thing: its values end somewhere. A schema that is, or is composed of,
itself can be applied to no value at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.ir import Origin
from diglot.core.pointer import join, split

_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("not", "if", "then", "else")

_Node = tuple[str, str]  # section and name of a component


def circular(document: Mapping[str, Any], origins: Mapping[str, tuple[Origin, ...]]) -> list[Finding]:
    """One finding for each component at which a circle closes, located where a page has it."""
    components = document.get("components")
    sections = components if isinstance(components, dict) else {}
    nodes = {
        (section, name): value
        for section, named in sections.items()
        for name, value in (named.items() if isinstance(named, dict) else ())
    }
    edges = {node: [other for other in _in_place(value) if other in nodes] for node, value in nodes.items()}
    findings = []
    for circle in _circles(edges):
        pointer = join("/components", *circle[0])
        known = origins.get(pointer)
        where = known[0].location if known else Location("")
        location = Location(where.path, where.line, where.column, pointer)
        way = [name for _, name in (*circle, circle[0])]
        findings.append(Finding("reference-circular", location, args={"way": way}))
    return findings


def _in_place(schema: Any) -> Iterator[_Node]:
    """The components that apply to the very value that a schema applies to."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        reference = node.get("$ref")
        tokens = split(reference) if isinstance(reference, str) and reference.startswith("#/components/") else []
        if len(tokens) == 3:
            yield tokens[1], tokens[2]
        for key in _LISTS:
            waiting += node[key] if isinstance(node.get(key), list) else []
        waiting += [node[key] for key in _SINGLE if key in node]


def _circles(edges: Mapping[_Node, list[_Node]]) -> Iterator[list[_Node]]:
    """The circles of a graph, one for each node at which a walk comes back; without recursion, chains may be long."""
    done: set[_Node] = set()
    above: set[_Node] = set()
    closed: set[_Node] = set()
    for start in edges:
        path: list[_Node] = []
        waiting: list[tuple[_Node, bool]] = [(start, True)]
        while waiting:
            node, entering = waiting.pop()
            if not entering:
                above.remove(path[-1])
                done.add(path.pop())
            elif node in above:
                if node not in closed:
                    closed.add(node)
                    yield path[path.index(node) :]
            elif node not in done:
                path.append(node)
                above.add(node)
                waiting.append((node, False))
                waiting += [(other, True) for other in reversed(edges[node])]
