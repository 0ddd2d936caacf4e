"""What a request proves by itself: which parts of it surely break the contract, whoever drew it and however.

Servers read leniently: `01`, `+1` and ` 1 ` for 1, `TRUE` and `1` for true, nothing for an absent value. A parameter
breaks the contract only where no such reading fits its schema. Formats are never held against a server, nor lengths and
patterns of text beyond ASCII, which languages count and match differently; nor headers and cookies, which servers may
ignore, nor a parameter that is given twice.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from diglot.conform.binding.surface import Endpoint, Parameter, Surface, follow
from diglot.conform.wire.session import Request
from diglot.conform.wire.validation import compiled
from diglot.core.pointer import resolve

_ABSENT = frozenset({"", "null", "none", "nil", "undefined"})
_TRUTHS = {
    **dict.fromkeys(("true", "1", "yes", "on", "t", "y"), True),
    **dict.fromkeys(("false", "0", "no", "off", "f", "n"), False),
}
_OF_TEXT = frozenset({"minLength", "maxLength", "pattern"})
_DISPUTED = frozenset({"uniqueItems", "multipleOf", "oneOf"})  # 1 and 1.0, rounding, variants that a server tells apart
_PLAIN_QUERY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/?%")
_LONGEST_TARGET = 2000
_LARGEST_BODY = 64 * 1024
_NOT_SURE: Any = object()


@dataclass
class Proof:
    """Tells what is surely wrong with a request to an operation of the contract."""

    surface: Surface
    _validators: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._read_only = frozenset(_read_only_names(self.surface.document))

    def invalid(self, endpoint: Endpoint, request: Request) -> tuple[str, ...]:
        """The places that surely break the contract: `path action`, `query limit`, `body /ids/*`."""
        places = (*self._path(endpoint, request), *self._query(endpoint, request), *self._body(endpoint, request))
        return tuple(dict.fromkeys(places))

    def _path(self, endpoint: Endpoint, request: Request) -> Iterator[str]:
        for parameter, text in path_texts(endpoint, request):
            if self._unfit(parameter, text):
                yield f"path {parameter.name}"

    def _query(self, endpoint: Endpoint, request: Request) -> Iterator[str]:
        given: dict[str, list[str]] = {}
        for name, text in parse_qsl(request.query, keep_blank_values=True, errors="replace"):
            given.setdefault(name, []).append(text)
        for parameter in endpoint.placed("query"):
            texts = given.get(parameter.name, [])
            missing = not texts and parameter.required and not _spread(parameter, given)
            if missing or (len(texts) == 1 and self._unfit(parameter, texts[0])):
                yield f"query {parameter.name}"

    def _unfit(self, parameter: Parameter, text: str) -> bool:
        if text.strip().casefold() in _ABSENT or not text.isprintable() or "\ufffd" in text:
            return False
        readings = list(_readings(parameter.schema, text))
        if _NOT_SURE in readings:
            return False
        return all(list(self._misfits(parameter.schema, reading)) for reading in readings)

    def _misfits(self, schema: Mapping[str, Any], value: Any) -> Iterator[str]:
        """Where a value surely breaks a schema, as pointers with `*` for indices."""
        if id(schema) not in self._validators:
            self._validators[id(schema)] = compiled(self.surface.document, schema, formats=False)
        validator = self._validators[id(schema)]
        if validator is None:
            return
        with contextlib.suppress(ValueError, RecursionError):
            for error in validator.iter_errors(value):
                if place := self._place(error):
                    yield place

    def _place(self, error: Any) -> str:
        keyword, value = str(error.kind.name), error.instance
        at = "".join(f"/{step}" for step in _without_loops(error.instance_path))
        if keyword in _DISPUTED or (keyword in _OF_TEXT and not (value.isascii() and value.isprintable())):
            return ""
        if keyword == "required":
            name = str(error.kind.property)
            return "" if name in self._read_only else f"{at}/{name}"
        return at or "/"

    def _body(self, endpoint: Endpoint, request: Request) -> Iterator[str]:
        if endpoint.body is None:
            return
        if not request.body:
            operation = resolve(self.surface.document, endpoint.pointer)
            if follow(self.surface.document, operation.get("requestBody")).get("required") is True:
                yield "body"
            return
        if not _is_json(endpoint, request):
            return
        try:
            value = json.loads(request.body, parse_constant=lambda _: _NOT_SURE)
        except RecursionError:
            return
        except ValueError:
            yield "body"
            return
        for place in self._misfits(endpoint.body, value):
            yield f"body {place}"


def _without_loops(path: Iterable[Any]) -> list[str]:
    """The steps of a path with `*` for indices, each name once: in a schema that holds itself, places have no end."""
    steps: list[str] = []
    for step in path:
        name = "*" if isinstance(step, int) else str(step)
        if name != "*" and name in steps:
            del steps[steps.index(name) :]
        steps.append(name)
    return steps


def path_texts(endpoint: Endpoint, request: Request) -> list[tuple[Parameter, str]]:
    """The path parameters as they were sent, unescaped; none where the path is not that of the operation."""
    parameters = {"{" + one.name + "}": one for one in endpoint.placed("path")}
    wanted, given = endpoint.path.split("/"), request.path.split("/")
    if len(wanted) != len(given):
        return []
    pairs = zip(wanted, given, strict=True)
    return [(parameters[name], unquote(text)) for name, text in pairs if name in parameters]


def routed(endpoint: Endpoint, request: Request) -> bool:
    """Whether the request surely reaches the operation: nothing in it that a router or a proxy treats by itself."""
    size = len(request.path) + len(request.query)
    if size > _LONGEST_TARGET or len(request.body or b"") > _LARGEST_BODY or not set(request.query) <= _PLAIN_QUERY:
        return False
    query = unquote(request.query)
    if "\ufffd" in query or not query.isprintable():
        return False
    wanted, given = endpoint.path.split("/"), request.path.split("/")
    if len(wanted) != len(given):
        return False
    return all(
        name == text or ("{" in name and _plain(unquote(text))) for name, text in zip(wanted, given, strict=True)
    )


def _plain(text: str) -> bool:
    return text.isprintable() and not set(text) & set("/\\.%?#;\ufffd") and text == text.strip() != ""


def _spread(parameter: Parameter, given: Mapping[str, Any]) -> bool:
    """Whether a parameter may be there under other names, as objects and arrays are."""
    types = _types(parameter.schema)
    bracketed = any(name.startswith(f"{parameter.name}[") for name in given)
    return bracketed or not types or bool(types & {"object", "array"})


def _types(schema: Mapping[str, Any]) -> set[str]:
    types = schema.get("type")
    return {types} if isinstance(types, str) else set(types or ())


def _readings(schema: Mapping[str, Any], text: str) -> Iterator[Any]:
    """What a server may take a text for; `_NOT_SURE` among them where that is not known."""
    types = _types(schema)
    if not types or types & {"object", "array"}:
        yield _NOT_SURE
        return
    word = text.strip()
    yield from (text, word)
    if word.casefold() in _TRUTHS:
        yield _TRUTHS[word.casefold()]
    yield from _numbers(word)
    choices = schema.get("enum")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, str) and choice.strip().casefold() == word.casefold():
            yield choice


def _numbers(word: str) -> Iterator[Any]:
    try:
        number = float(word)
    except ValueError:
        with contextlib.suppress(ValueError):
            yield int(word, 0)
        return
    if not math.isfinite(number):
        yield _NOT_SURE
        return
    yield number
    if number.is_integer():
        yield int(number)


def _is_json(endpoint: Endpoint, request: Request) -> bool:
    given = (request.media_type or "").partition(";")[0].strip().lower()
    return "json" in given and given in {name.partition(";")[0].strip().lower() for name in endpoint.media_types}


def _read_only_names(node: Any) -> Iterator[str]:
    """Every property that some schema calls read-only: that it is required speaks of answers."""
    if isinstance(node, Mapping):
        properties = node.get("properties")
        for name, below in properties.items() if isinstance(properties, Mapping) else ():
            if isinstance(below, Mapping) and below.get("readOnly") is True:
                yield str(name)
        for held in node.values():
            yield from _read_only_names(held)
    elif isinstance(node, list):
        for held in node:
            yield from _read_only_names(held)
