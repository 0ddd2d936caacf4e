"""The lines of a rendered page: cleaned of markup, each with its mark; code apart from text; text cut into sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from diglot.core.ir import Page
from diglot.core.tree import Mark
from diglot.read.rendered.types import read_type_line
from diglot.read.rendered.words import ENDS, SECTIONS, is_trailer

_ESCAPE = re.compile(r"\\([\\_\[\]<>*#.{}()|~-])")
_ANCHOR = re.compile(r"\[[\u200b\s]*\]\([^()\s]{0,400}#[^()\s]{0,400}\)")
_HEADING = re.compile(r"(#{1,6})\s+(?=\S)")
_FENCE = re.compile(r"(`{3,}|~{3,})\s*([^`]*)\Z")
_CLOSERS = re.compile(r"[\]},\s]+\Z")
_JSON_START = re.compile(r"[\[{}\]\",]|-?\d|(?:true|false|null)\b")
_INLINE_CODE = re.compile(r"(`{1,2})([\[{].*[\]}])\1\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: without indentation, escapes and heading signs. `raw` is the line as published.

    `gap` says that a blank line stands before it, `anchor` that a link target of the site does: a field begins here.
    """

    text: str
    mark: Mark
    raw: str
    gap: bool = False
    anchor: bool = False
    level: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that are code or JSON; `text` keeps their indentation, and begins at column 1 of line `mark.line`."""

    text: str
    mark: Mark
    language: str = ""


Item = Line | Code


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page: what it lists (`auth`, `path`, `body`, ...), its heading and all that stands below."""

    kind: str
    heading: Line
    items: list[Item] = field(default_factory=list)


def items_of(page: Page) -> list[Item]:
    """The page as lines and pieces of code, in order; blank lines survive as `gap`. Time is linear in the text."""
    rows = [row.removesuffix("\r") for row in page.text.split("\n")]
    fences = _fences(rows)
    found: list[Item] = []
    at, gap, anchor = 0, True, False
    while at < len(rows):
        stripped = rows[at].strip()
        if at in fences:
            text = "\n".join(rows[at + 1 : fences[at]])
            found.append(Code(text, Mark(page.first_line + at + 1, 1), _language(stripped)))
            at, gap = fences[at] + 1, True
        elif target := _link_target(rows, at):
            at, anchor = target, True
        elif _bare_json(stripped):
            end = _json_end(rows, at)
            text = rows[at].replace("`", " ") if _INLINE_CODE.match(stripped) else "\n".join(rows[at:end])
            found.append(Code(text, Mark(page.first_line + at, 1), "json"))
            at, gap = end, False
        else:
            if not stripped or _FENCE.match(stripped) or _CLOSERS.match(stripped):
                gap = True
            else:
                found.append(_line(rows[at], page.first_line + at, gap, anchor))
                gap, anchor = False, False
            at += 1
    return _without_trailer(found)


def sections_of(items: list[Item]) -> tuple[list[Item], list[Section]]:
    """What stands outside every section, and the sections.

    A code panel (`cURL` and what follows it) is never part of a section, wherever the reader's copy has put it. Where
    any section has heading signs, a bare word such as `Body` is text.
    """
    signed = any(isinstance(item, Line) and item.level and item.text in SECTIONS for item in items)
    outside: list[Item] = []
    sections: list[Section] = []
    into = outside
    for index, item in enumerate(items):
        if isinstance(item, Line) and _opens(items, index, signed):
            sections.append(Section(SECTIONS[item.text.rstrip(":：")], item))
            into = sections[-1].items
            continue
        if isinstance(item, Line) and sections and (item.text == "cURL" or item.text.startswith("curl -")):
            into = outside
        into.append(item)
    return outside, sections


def _opens(items: list[Item], index: int, signed: bool) -> bool:
    item = items[index]
    if not isinstance(item, Line) or item.text.rstrip(":：") not in SECTIONS or item.anchor:
        return False
    if signed:
        return item.level > 0
    following = items[index + 1] if index + 1 < len(items) else None
    # `Authorization`, then `string`, is a field of that name; a heading is not followed by a type.
    if not isinstance(following, Line) or following.gap:
        return True
    line = read_type_line(following.text, following.mark)
    return line is None or line.type is None


def _fences(rows: list[str]) -> dict[int, int]:
    """Where each fence opens and closes. A lone sign after the end of some JSON closes a fence that the copy lost."""
    pairs: dict[int, int] = {}
    opened: tuple[int, str] | None = None
    before = ""
    for index, row in enumerate(rows):
        stripped = row.strip()
        match = _FENCE.match(stripped) if stripped[:3] in ("```", "~~~") else None
        if match is None:
            before = stripped or before
            continue
        sign, info = match[1], match[2]
        if opened is None:
            if info or not (before and _CLOSERS.match(before)):
                opened = index, sign
        elif not info and sign[0] == opened[1][0] and len(sign) >= len(opened[1]):
            pairs[opened[0]] = index
            opened = None
        before = stripped
    return pairs


def _language(fence: str) -> str:
    words = fence.lstrip("`~").split()
    return words[0].lower() if words else ""


def _bare_json(stripped: str) -> bool:
    if _INLINE_CODE.match(stripped):
        return True
    if stripped in ("{", "[", "[{", "{}", "[]"):
        return True
    return stripped[:2] in ('{"', '["', "[{") or stripped[:3] in ('{ "', "[ {")


def _json_end(rows: list[str], start: int) -> int:
    """The row after some bare JSON: where its brackets balance, or where text begins that no JSON has."""
    depth = 0
    for index in range(start, len(rows)):
        stripped = rows[index].strip()
        if stripped and index > start and not _JSON_START.match(stripped):
            return index
        depth += _balance(stripped)
        if depth <= 0:
            return index + 1
    return len(rows)


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?')


def _balance(text: str) -> int:
    bare = _STRING.sub("", text)
    return bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")


def _link_target(rows: list[str], at: int) -> int:
    """The row after a link target, be it on one line or broken over three (`[`, nothing, `](#name)`), or 0."""
    stripped = rows[at].strip()
    if _ANCHOR.fullmatch(stripped):
        return at + 1
    if stripped not in ("[", "[\u200b"):
        return 0
    for index in range(at + 1, min(at + 4, len(rows))):
        stripped = rows[index].strip()
        if stripped:
            return index + 1 if stripped.startswith("](") and "#" in stripped else 0
    return 0


def _line(row: str, number: int, gap: bool, anchor: bool) -> Line:
    text = row.strip()
    column = len(row) - len(row.lstrip()) + 1
    level = 0
    if text.startswith("> "):
        text, column = text[2:].lstrip(), column + 2 + len(text[2:]) - len(text[2:].lstrip())
    if heading := _HEADING.match(text):
        level = len(heading[1])
        text, column = text[heading.end() :].rstrip("# ") or text, column + heading.end()
    if target := _ANCHOR.match(text):
        rest = text[target.end() :]
        text, column, anchor = rest.lstrip(), column + target.end() + len(rest) - len(rest.lstrip()), True
    if "`" not in text:
        text = _ESCAPE.sub(r"\1", text)
    if len(text) > 4 and text.startswith("**") and text.endswith("**") and text.count("**") == 2:
        text, column = text[2:-2], column + 2
    return Line(text, Mark(number, column), row, gap, anchor, level)


def _without_trailer(items: list[Item]) -> list[Item]:
    end = next((at for at, item in enumerate(items) if isinstance(item, Line) and item.text in ENDS), len(items))
    del items[end:]
    while items and isinstance(items[-1], Line) and is_trailer(items[-1].text):
        items.pop()
    return items


def part(line: Line, start: int) -> Line:
    """The rest of a line from character `start` of its text, with the mark moved along."""
    return replace(line, text=line.text[start:], mark=Mark(line.mark.line, line.mark.column + start))
