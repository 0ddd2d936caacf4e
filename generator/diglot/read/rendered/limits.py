"""The labelled lines below a field (options, ranges, lengths, patterns, examples), and how written values are typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from diglot.core.json import load
from diglot.core.tree import Map, Mark, Seq
from diglot.core.yaml import YamlError
from diglot.read.block import Text
from diglot.read.rendered.notes import Notes
from diglot.read.rendered.words import LABELS

_LABEL = re.compile(rf"({'|'.join(sorted(map(re.escape, LABELS), key=len, reverse=True))})\s*[:：]\s*", re.IGNORECASE)
_NUMBER = r"[-+]?\d{1,40}(?:\.\d{1,40})?(?:[eE][-+]?\d{1,2})?"
_BETWEEN = re.compile(rf"({_NUMBER})\s*(<=|<|≤)\s*x\s*(<=|<|≤)\s*({_NUMBER})\Z")
_BELOW = re.compile(rf"x\s*(<=|<|>=|>|≤|≥)\s*({_NUMBER})\Z")
_ABOVE = re.compile(rf"({_NUMBER})\s*(<=|<|≤)\s*x\Z")
_SPAN = re.compile(r"(?:(\d{1,18})\s*[-–]\s*)?(\d{1,18})(?:\s*(?:elements?|characters?|个元素|个字符))?\Z")
_INTEGER = re.compile(r"[-+]?\d{1,100}\Z")
_FLOAT = re.compile(r"[-+]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})(?:[eE][-+]?\d{1,2})?\Z")


@dataclass(frozen=True, slots=True)
class Limit:
    """One labelled line (`Required range: x >= 1`): which label, what follows it, and the mark of each."""

    kind: str
    value: Text
    mark: Mark


def read_limit(text: str, mark: Mark) -> Limit | None:
    """The label that a line begins with, or None for a line that is prose, whatever word it begins with."""
    match = _LABEL.match(text)
    if match is None:
        return None
    rest, kind = text[match.end() :].strip(), LABELS[match[1].lower()]
    limit = Limit(kind, Text(_bare(rest), Mark(mark.line, mark.column + match.end())), mark)
    if kind in ("options", "const"):
        return limit
    if not rest:
        return limit if kind == "example" else None
    if kind == "example":
        fits = rest != _bare(rest) or _json(rest) is not _UNREADABLE
    elif kind == "range":
        fits = bool(_range(limit.value.value))
    elif kind == "pattern":
        fits = rest != _bare(rest) or rest[0] == "^" or rest[-1] == "$"
    else:
        fits = (_SPAN if kind != "multiple" else _FLOAT).match(limit.value.value) is not None
    return limit if fits else None


def apply_limit(schema: Map, limit: Limit, pointer: str, notes: Notes) -> None:
    """Put what one labelled line says into a schema, whose type decides what a length is a length of."""
    value = limit.value.value
    if limit.kind == "range":
        for key, bound in _range(value):
            schema.put(key, bound, limit.mark)
    elif limit.kind == "pattern":
        schema.put("pattern", value, limit.mark)
    elif limit.kind == "multiple":
        schema.put("multipleOf", _number(value), limit.mark)
    elif limit.kind not in ("options", "const", "example"):
        _length(schema, limit)
    if not schema.get("type"):
        notes.lose(pointer, "type", "lost", limit.kind, limit.mark)


def typed(text: str, schema: Map) -> Any:
    """The JSON value that a written value stands for, by the type of its schema.

    Raises:
        ValueError: the text is no value of that type.
    """
    kind = schema.get("type")
    bare = _bare(text)
    if kind == "string" or (kind is None and "anyOf" not in schema and bare[:1] not in ('"', "[", "{")):
        parsed = _json(bare) if bare[:1] == '"' else bare
        return parsed if isinstance(parsed, str) else bare
    if kind == "integer" and _INTEGER.match(bare):
        return int(bare)
    if kind == "number" and _FLOAT.match(bare):
        return _number(bare)
    if bare == "null" and schema.get("nullable"):
        return None
    parsed = _json(bare)
    wanted = {"boolean": bool, "object": dict, "array": list, None: object}.get(kind)
    if wanted is None or parsed is _UNREADABLE or not isinstance(parsed, wanted):
        raise ValueError(f"not a value of type {kind}")
    return parsed


def options_of(pieces: list[Text], schema: Map, pointer: str, notes: Notes) -> Seq | None:
    """The enum that the listed options make; options that are no values of the schema's type are left out and noted."""
    values = Seq(pieces[0].mark if pieces else None)
    for piece in pieces:
        try:
            values.add(typed(piece.value, schema), piece.mark)
        except ValueError:
            notes.lose(f"{pointer}/enum", "value-unreadable", "ambiguous", piece.value, piece.mark)
    return values or None


def split_options(text: Text) -> list[Text]:
    """The options on one line, each with its mark: parted by commas, or each in backticks."""
    pattern = r"`([^`]*)`" if "`" in text.value else r"([^,，、]+)"
    found: list[Text] = []
    for match in re.finditer(pattern, text.value):
        value = match[1].strip()
        if value:
            at = match.start(1) + len(match[1]) - len(match[1].lstrip())
            found.append(Text(value, Mark(text.mark.line, text.mark.column + at)))
    return found


def _length(schema: Map, limit: Limit) -> None:
    match = _SPAN.match(limit.value.value)
    if match is None:
        return
    array = schema.get("type") == "array" or "items" in limit.kind
    low, high = ("minItems", "maxItems") if array else ("minLength", "maxLength")
    if limit.kind in ("min", "min-items"):
        schema.put(low, int(match[2]), limit.mark)
    elif limit.kind in ("max", "max-items"):
        schema.put(high, int(match[2]), limit.mark)
    else:  # `1 - 64`; a single number stands for both ends
        schema.put(low, int(match[1] or match[2]), limit.mark)
        schema.put(high, int(match[2]), limit.mark)


def _range(text: str) -> list[tuple[str, Any]]:
    """Bounds in OpenAPI 3.0 form: `0 < x <= 1` is minimum 0, exclusiveMinimum true, maximum 1."""
    if match := _BETWEEN.match(text):
        return _bound("minimum", match[1], match[2]) + _bound("maximum", match[4], match[3])
    if match := _BELOW.match(text):
        return _bound("maximum" if match[1] in ("<", "<=", "≤") else "minimum", match[2], match[1])
    if match := _ABOVE.match(text):
        return _bound("minimum", match[1], match[2])
    return []


def _bound(key: str, number: str, sign: str) -> list[tuple[str, Any]]:
    bound: list[tuple[str, Any]] = [(key, _number(number))]
    if sign in ("<", ">"):
        bound.append((f"exclusive{key.capitalize()}", True))
    return bound


def _number(text: str) -> int | float:
    return int(text) if _INTEGER.match(text) else float(text)


def _bare(text: str) -> str:
    """A value without the backticks of inline code; `1 - 100` elements loses the word behind them too."""
    text = text.strip()
    if len(text) > 1 and text[0] == "`":
        end = text.find("`", 1)
        if end > 1 and text.rfind("`") == end and (end == len(text) - 1 or _UNIT.match(text[end + 1 :])):
            return text[1:end]
    return text


_UNIT = re.compile(r"\s*(?:elements?|characters?|个元素|个字符)\Z")
_UNREADABLE = object()


def _json(text: str) -> Any:
    try:
        return load(text).value
    except YamlError:
        return _UNREADABLE
