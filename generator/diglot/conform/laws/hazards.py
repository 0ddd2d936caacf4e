"""No input, however large, deep or strange, is answered with a 5xx: the wire check says so of each answer.

Whether it is accepted or refused is the server's choice. Where a body would be valid, it names rows that do not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from diglot.conform.bench.lab import UNKNOWN_ID, Lab
from diglot.conform.bench.refusals import sent_with
from diglot.conform.bench.requests import deep_body, harmless_body
from diglot.conform.binding.surface import Endpoint, Parameter
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach

_HUGE = "9" * 40
_DEEP = 100_000
_LARGE = 1024 * 1024
# Texts as they stand in a URL. The first of each kind are tried first, the rest where there is time.
_NUMBERS = (_HUGE, "", "-" + _HUGE, "1e400", "%00", "NaN", "%2B5", "%D9%A3")
_TEXTS = ("%00", "%FF%FE", "x" * 3000, "", "%F0%9F%99%82%E2%80%AE", "%27%22%3B--%25%5C%5F", "%ED%A0%80", "+%0D%0A", "%")
_CHOICES = ("%00", "", "%FF", "x" * 3000)
_PATHS = ("%00", "%FF%FE", "x" * 3000, "%27%22%3B--%25%5C", "%F0%9F%99%82")
_FIRST_OF = {"number": 1, "text": 3, "choice": 1, "path": 1}
_FEW = 3  # of a kind that was tried in full at another parameter
_ODD_TYPES = (None, "", "application/json; charset=no-such")


def _strange(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """The inputs that break most."""
    for one in (*endpoint.placed("query"), *endpoint.placed("path")):
        kind, texts = _texts(one)
        first = _FIRST_OF[kind] + (kind == "path" and endpoint is lab.surface.endpoints[0])
        for text in texts[:first]:
            sent_with(lab, endpoint, one, text, strange=True)
    if endpoint.body is not None:
        for raw in _bodies(deep_body(lab, endpoint)):
            lab.call(endpoint, lab.values(endpoint), raw=raw, strange=True)
    yield from ()


def _stranger(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """All the others; what hits code that operations share is tried at one of them in full."""
    tried = set() if endpoint is lab.surface.endpoints[0] else {"path"}
    for one in (*endpoint.placed("query"), *endpoint.placed("path")):
        kind, texts = _texts(one)
        for text in texts[_FIRST_OF[kind] : _FEW if kind in tried else None]:
            sent_with(lab, endpoint, one, text, strange=True)
        tried.add(kind)
    values, harmless = lab.values(endpoint), harmless_body(lab, endpoint)
    for query in _queries(endpoint.placed("query")):
        lab.call(endpoint, values, query=query, body=harmless, strange=True)
    if endpoint.body is None:
        if endpoint.reads:
            lab.call(endpoint, values, raw=b'{"a": ', strange=True)  # a body that no GET asks for
        return
    raw = json.dumps(harmless).encode()
    first = endpoint is next(one for one in lab.surface.endpoints if one.body is not None)
    for body in (*_more_bodies(deep_body(lab, endpoint), raw), *(_shared_bodies(raw) if first else ())):
        lab.call(endpoint, values, raw=body, strange=True)
    for media_type in _ODD_TYPES:
        lab.call(endpoint, values, raw=raw, media_type=media_type, strange=True)
    lab.call(endpoint, values, strange=True)
    yield from ()


def _texts(one: Parameter) -> tuple[str, Sequence[str]]:
    if one.place == "path":
        return "path", _PATHS
    if one.schema.get("type") in ("integer", "number"):
        return "number", _NUMBERS
    return ("choice", _CHOICES) if "enum" in one.schema else ("text", _TEXTS)


def _queries(parameters: Sequence[Parameter]) -> Iterator[str]:
    """Queries that are odd as a whole: repeated, unknown and nameless parameters, an array's notation."""
    names = [one.name for one in parameters]
    yield from (f"{name}=1&{name}=abc" for name in names)
    if names:
        yield f"{names[0]}[]=1&{names[0]}[a]=2"
        yield "&&=&=1&" + "&".join(names)
        yield "diglot-unknown=1&" + "&".join(f"p{number}=1" for number in range(300))
        yield names[0] + "=%zz"


def _bodies(valid: Any) -> Iterator[bytes]:
    yield b"[" * _DEEP
    yield _with_number(valid, b"9" * 5000)
    for text in ("\u0000", "\ud800"):
        yield json.dumps(_replaced(valid, text)).encode()


def _more_bodies(valid: Any, harmless: bytes) -> Iterator[bytes]:
    """Bodies that are large, doubled, of odd numbers or odd bytes."""
    yield json.dumps(_replaced(valid, "x" * _LARGE)).encode()
    yield from (json.dumps(_replaced(valid, text)).encode() for text in (UNKNOWN_ID.upper(), "\U0001f642"))
    yield from (_with_number(valid, number) for number in (b"1e999", b"NaN"))
    yield harmless[:-1] + b"," + harmless[1:]  # every member twice
    yield harmless.replace(b'"', b'"\xff', 1)


def _shared_bodies(harmless: bytes) -> Iterator[bytes]:
    """Bodies that are the reader's business, before any operation sees them."""
    yield b'{"a":' * _DEEP
    yield b'"' + b"x" * _LARGE + b'"'
    yield from (b" ", b"\x00", b"\xef\xbb\xbf" + harmless, harmless.decode().encode("utf-16"))
    yield harmless[:-1] + b', "diglot-unknown": {"a": [1]}}' if len(harmless) > 2 else b'{"diglot-unknown": 1}'


def _with_number(valid: Any, number: bytes) -> bytes:
    """The body with each of its plain values, which are ids and names of nothing then, made a number."""
    return json.dumps(_replaced(valid, "\u0001")).encode().replace(b'"\\u0001"', number)


def _replaced(value: Any, text: str) -> Any:
    """The same body with every text in it replaced: all its ids become unknown."""
    if isinstance(value, dict):
        return {name: _replaced(held, text) for name, held in value.items()}
    if isinstance(value, list):
        return [_replaced(held, text) for held in value]
    return text if isinstance(value, str) else value


LAWS = (
    Law("input.strange", "endpoint", _strange),
    Law("input.more-strange", "endpoint", _stranger, thorough=True),
)
