"""What the target of an overlay action selects.

Targets by name, as diglot writes them, are followed here: they ask for little, and there may be hundreds. Any other
expression of RFC 9535 goes to the library, which takes longer to be imported than all of these take to be followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Parts = tuple[str | int, ...]
"""The way to a place: the names of members, the indexes of items."""

_MEMBER = r"(?:\.[A-Za-z_][A-Za-z0-9_]*|\['[^'\\\x00-\x1f]*'\]|\[(?:0|[1-9][0-9]{0,8})\])"
_TEST = rf"@{_MEMBER}+(?:=='[^'\\\x00-\x1f]*')?"
_STEP = re.compile(rf"{_MEMBER}|\.\*|\[\*\]|\[\?{_TEST}(?: && {_TEST})*\]")
_PLAIN = re.compile(rf"\$(?:{_STEP.pattern})*\Z")
_MEMBERS = re.compile(_MEMBER)
_TESTS = re.compile(_TEST)


def select(target: str, document: Any) -> list[Parts] | None:
    """Every place that `target` selects, in the order of the document; None where it is no JSONPath."""
    if not _PLAIN.match(target):
        return _by_library(target, document)
    found: list[tuple[Parts, Any]] = [((), document)]
    for step in _STEP.findall(target, 1):
        found = [((*parts, key), value) for parts, node in found for key, value in _taken(step, node)]
    return [parts for parts, _ in found]


def _by_library(target: str, document: Any) -> list[Parts] | None:
    from jsonpath import JSONPathEnvironment
    from jsonpath.exceptions import JSONPathError

    try:
        return [match.parts for match in JSONPathEnvironment(strict=True).finditer(target, document)]
    except JSONPathError:
        return None


def _taken(step: str, node: Any) -> Iterator[tuple[str | int, Any]]:
    """What one step leads to from `node`."""
    if step in (".*", "[*]"):
        yield from _inside(node)
    elif step.startswith("[?"):
        tests = [_read(test) for test in _TESTS.findall(step)]
        yield from ((key, value) for key, value in _inside(node) if all(_holds(value, *test) for test in tests))
    else:
        yield from _member(step, node)


def _inside(node: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)


def _member(step: str, node: Any) -> Iterator[tuple[str | int, Any]]:
    if step[1].isdigit():
        if isinstance(node, list) and int(step[1:-1]) < len(node):
            yield int(step[1:-1]), node[int(step[1:-1])]
    elif isinstance(node, dict):
        name = step[1:] if step[0] == "." else step[2:-2]
        if name in node:
            yield name, node[name]


def _read(test: str) -> tuple[list[str], str | None]:
    """The members that a test goes through, and the text that must stand there; None: anything may."""
    ways, wanted = [], None
    at = 1
    while step := _MEMBERS.match(test, at):
        ways.append(step[0])
        at = step.end()
    if test.startswith("==", at):
        wanted = test[at + 3 : -1]
    return ways, wanted


def _holds(node: Any, way: list[str], wanted: str | None) -> bool:
    for step in way:
        taken = next(_member(step, node), None)
        if taken is None:
            return False
        node = taken[1]
    return wanted is None or (isinstance(node, str) and node == wanted)
