"""Targets of overlay actions: RFC 9535 JSONPath by names, so that re-ordering the contract breaks none.

An item of a list is named by what tells it from its neighbours: a parameter by name and place, a server by its address,
an alternative by its component, by the one value of a field, by its type or by a member that only it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from diglot.core.grammar import is_prose, role_of
from diglot.core.pointer import split
from diglot.core.tree import plain

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KEYED = {"[parameter]": ("name", "in"), "[server]": ("url",), "[tag]": ("name",)}

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_LONGEST_NAME = 80
_MOST_ITEMS = 200  # a longer list is a table, whose rows nobody calls by name

_Test = tuple[tuple[str, ...], Any]  # the way to a member, and its value; _PRESENT: that it is there at all
_PRESENT = object()


def target_of(document: Any, pointer: str) -> str:
    """The JSONPath of a place, by names: `$.paths['/a'].get.parameters[?@.name=='x' && @.in=='query']`."""
    path, node, role = "$", document, "document"
    for token in split(pointer):
        if isinstance(node, list):
            path += filter_of(role, node, int(token)) or f"[{token}]"
            node, role = node[int(token)], role_of(role, "") if role[0] == "[" else "value"
        else:
            node, path, role = node[token], path + step(token), role_of(role, token)
    return path


def filter_of(role: str, items: Sequence[Any], index: int, twin: Any = None) -> str | None:
    """The selector of one item by its name, None where it has none.

    `twin` is the same item in another language; what differs there is text, and no name.
    """
    for tests in _names(role, items[index]) if len(items) <= _MOST_ITEMS else ():
        same = [item for item in items if all(_holds(item, test) for test in tests)]
        if len(same) == 1 and (twin is None or all(_holds(twin, test) for test in tests)):
            return "[?" + " && ".join(map(_written, tests)) + "]"
    return "[*]" if len(items) == 1 and role != "value" else None


def step(key: str) -> str:
    """The selector of a member."""
    return f".{key}" if _PLAIN_NAME.match(key) else f"[{_quote(key)}]"


def _names(role: str, item: Any) -> Iterator[tuple[_Test, ...]]:
    """What may tell an item from its neighbours, the best first."""
    if not isinstance(item, dict):
        return
    keyed = _KEYED.get(role, ())
    if keyed and all(isinstance(item.get(key), str) for key in keyed):
        yield tuple(((key,), item[key]) for key in keyed)
    if isinstance(item.get("$ref"), str):
        yield ((("$ref",), item["$ref"]),)
    if role == "[schema]":
        yield from _names_of_alternative(item)
    elif role == "value":
        yield from ((((key,), value),) for key, value in item.items() if _is_name(value))


def _is_name(value: Any) -> bool:
    """Whether a value may be what its readers call an item: a short word on one line."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable()


def _names_of_alternative(schema: dict[str, Any]) -> Iterator[tuple[_Test, ...]]:
    properties = schema.get("properties")
    fields = properties if isinstance(properties, dict) else {}
    for name, field in fields.items():
        if isinstance(field, dict) and isinstance(field.get("const"), str):
            yield ((("properties", name, "const"), field["const"]),)
        values = field.get("enum") if isinstance(field, dict) else None
        if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str):
            yield ((("properties", name, "enum", "0"), values[0]),)
    if isinstance(schema.get("type"), str):
        yield ((("type",), schema["type"]),)
    yield from (((("properties", name), _PRESENT),) for name in fields)
    yield from ((((key,), _PRESENT),) for key in schema if not is_prose("schema", key))


def _holds(item: Any, test: _Test) -> bool:
    way, wanted = test
    for token in way:
        if isinstance(item, dict) and token in item:
            item = item[token]
        elif isinstance(item, list) and token == "0" and item:
            item = item[0]
        else:
            return False
    return wanted is _PRESENT or plain(item) == wanted


def _written(test: _Test) -> str:
    way, wanted = test
    member = "@" + "".join(
        "[0]" if token == "0" and way[at - 1] == "enum" else step(token) for at, token in enumerate(way)
    )
    return member if wanted is _PRESENT else f"{member}=={_quote(wanted)}"


def _quote(text: str) -> str:
    """A string literal of RFC 9535; control characters have short escapes, or a long one."""
    return "'" + "".join(_ESCAPES.get(char) or (char if char >= " " else f"\\u{ord(char):04x}") for char in text) + "'"
