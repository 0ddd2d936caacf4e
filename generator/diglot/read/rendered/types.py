"""The type words of a rendered page: `string<uuid>`, `enum<string>[]`, `object | null`, `Text · object[]`."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from diglot.core.tree import Map, Mark, Seq
from diglot.read.block import Text
from diglot.read.rendered.notes import Notes
from diglot.read.rendered.words import BADGES, DEFAULT, PLACES

_WORD = "(?:string|integer|number|boolean|object|array|null|any|file|enum)"
_BASE = rf"{_WORD}(?:<[^<>|\n]{{1,80}}>)?(?:\[\]){{0,4}}"
_ONE = rf"(?:[^|·<>()\n]{{1,60}} · )?{_BASE}"
_UNION = rf"{_ONE}(?: \| {_ONE})*"
_TYPE = rf"(?:\({_UNION}\)(?:\[\]){{0,4}}|{_ONE})(?: \| (?:\({_UNION}\)(?:\[\]){{0,4}}|{_ONE}))*"
_BADGE = "|".join(sorted(map(re.escape, (*BADGES, *PLACES)), key=len, reverse=True))
_LINE = re.compile(rf"(?P<type>{_TYPE})?(?P<badges>(?:\s*(?:{_BADGE}))*)(?:\s*(?P<default>{DEFAULT}.*))?\Z")
_START = re.compile(rf"\(|{_WORD}|\s*(?:{_BADGE}|{DEFAULT})")  # of such a line, if no `Text · ` stands before its type
_BADGES = re.compile(_BADGE)
_DEFAULT = re.compile(rf"{DEFAULT}\s*")
_LAST = re.compile(rf"\s*({'|'.join(map(re.escape, BADGES))})\Z")
_PARTS = re.compile(
    rf"(?:[^|·<>()\n]{{1,60}} · )?(?P<word>{_WORD})(?:<(?P<argument>[^<>|\n]{{1,80}})>)?(?P<arrays>(?:\[\])*)"
)
_GROUP = re.compile(r"\((?P<inner>[^()]*)\)(?P<arrays>(?:\[\])*)\Z")
_LONGEST = 2000  # no type line of any page comes near


@dataclass(frozen=True, slots=True)
class TypeLine:
    """What the lines below a field's name say: the type, badges with their marks, the place, and the default."""

    type: Text | None
    badges: dict[str, Mark]
    place: str | None
    default: Text | None


def read_type_line(text: str, mark: Mark) -> TypeLine | None:
    """Take apart a line that holds a type, badges or a default, glued or spaced; None when it holds anything else."""
    text = html.unescape(text) if "&lt;" in text else text
    hopeless = len(text) > _LONGEST or ("·" not in text and not _START.match(text))
    match = None if hopeless else _LINE.match(text)
    if match is None or not match[0]:
        return None
    kind = Text(match["type"], mark) if match["type"] else None
    badges: dict[str, Mark] = {}
    place = None
    for badge in _BADGES.finditer(text, match.start("badges"), match.end("badges")):
        at = Mark(mark.line, mark.column + badge.start())
        if badge[0] in PLACES:
            place = badge[0]
        else:
            badges.setdefault(BADGES[badge[0]], at)
    default = _default(match["default"], Mark(mark.line, mark.column + match.start("default")), badges)
    return TypeLine(kind, badges, place, default)


def _default(text: str | None, mark: Mark, badges: dict[str, Mark]) -> Text | None:
    if not text:
        return None
    start = _DEFAULT.match(text)
    value = text[start.end() :] if start else text
    while last := _LAST.search(value[-40:]):  # `default:20required`, where a copy glues the badges together
        cut = len(value) - (len(value[-40:]) - last.start())
        badges.setdefault(BADGES[last[1]], mark)
        value = value[:cut]
    return Text(value.strip(), mark)


def schema_of_type(text: Text, pointer: str, notes: Notes) -> Map:
    """The schema that a type says, in OpenAPI 3.0 form, to stand at `pointer`.

    `null` among the alternatives becomes `nullable`. Which of oneOf and anyOf an alternative comes from cannot be
    seen: anyOf, the weaker claim, is taken.
    """
    alternatives = _alternatives(text.value)
    solid = [one for one in alternatives if one[0] != "null"]
    if len(solid) == 1:
        schema = _one(*solid[0], text, pointer, notes)
    elif solid:
        union = Seq(text.mark)
        for index, one in enumerate(solid):
            union.add(_one(*one, text, f"{pointer}/anyOf/{index}", notes), text.mark)
        schema = Map(text.mark)
        schema.put("anyOf", union, text.mark)
        notes.lose(f"{pointer}/anyOf", "union-kind", "ambiguous", text.value, text.mark)
    else:
        schema = Map(text.mark)
    if len(solid) < len(alternatives):
        schema.put("nullable", True, Mark(text.mark.line, text.mark.column + max(text.value.rfind("null"), 0)))
    return schema


def _alternatives(text: str) -> list[tuple[str, int]]:
    """The alternatives at the top, each with its offset in the whole."""
    found: list[tuple[str, int]] = []
    start = depth = 0
    for at, char in enumerate(text + "|"):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth <= 0:
            piece = text[start:at]
            found.append((piece.strip(), start + len(piece) - len(piece.lstrip())))
            start = at + 1
    return found


def _one(text: str, offset: int, whole: Text, pointer: str, notes: Notes) -> Map:
    mark = Mark(whole.mark.line, whole.mark.column + offset)
    if group := _GROUP.match(text):
        depth = group["arrays"].count("[")
        inner = schema_of_type(Text(group["inner"], mark), pointer + "/items" * depth, notes)
        return _wrap(inner, depth, mark)
    parts = _PARTS.match(text)
    if parts is None:
        return Map(mark)
    argument = Mark(mark.line, mark.column + max(parts.start("argument"), 0))
    return _wrap(_base(parts["word"], parts["argument"], mark, argument), parts["arrays"].count("["), mark)


def _base(word: str, argument: str | None, mark: Mark, argument_mark: Mark) -> Map:
    schema = Map(mark)
    if word == "enum":
        if argument in ("string", "integer", "number", "boolean"):
            schema.put("type", argument, argument_mark)
    elif word == "file":
        schema.put("type", "string", mark)
        schema.put("format", "binary", mark)
    elif word == "array" and argument:
        schema.put("type", "array", mark)
        schema.put("items", _base(argument, None, argument_mark, argument_mark), argument_mark)
    elif word != "any":
        schema.put("type", word, mark)
        if argument:
            schema.put("format", argument, argument_mark)
    return schema


def _wrap(schema: Map, depth: int, mark: Mark) -> Map:
    for _ in range(depth):
        outer = Map(mark)
        outer.put("type", "array", mark)
        outer.put("items", schema, mark)
        schema = outer
    return schema
