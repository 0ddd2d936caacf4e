"""Texts of pages in Markdown: what they say stays, what could run or break out does not."""

from __future__ import annotations

import json
import re
from typing import Any

from diglot.core.names import one_newline, visible

_SCHEME = re.compile(r"\]\(\s*(?!https?://|#|/|mailto:)[^)\s]*", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)]) +(?=\S)")
# What begins a heading, a fence, a quotation, the definition of a link; and a line of nothing but rules.
_OPENING = re.compile(r"#|`{3}|~{3}|>|\[(?![^\]\\\n]*\]\()|[-=*_+|: ]+$")
_WITHIN = 5  # columns that a line may stand behind its list's item; one that stands further back would be code


class Markdown(str):
    """Text that may stand in a file of Markdown: made by this module, or by hand from pieces that were."""

    __slots__ = ()


def prose(text: str) -> Markdown:
    """A text of a page as paragraphs: its emphasis, code and lists stay; markup, headings, images, odd links do not."""
    lines, furthest = [], 0
    for line in one_newline(visible(text)).strip().split("\n"):
        shown, furthest = _inert(line.rstrip(), furthest)
        lines.append(shown)
    safe = "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace("![", "[")
    return Markdown(_SCHEME.sub("](#", safe))


def _inert(line: str, furthest: int) -> tuple[str, int]:
    """A line that begins nothing but items of a list, and the columns by which the next may be indented."""
    rest = line.lstrip(" ")
    indent = min(len(line) - len(rest), furthest)
    items = ""
    while item := _ITEM.match(rest):
        items += item[0].rstrip() + " "
        rest = rest[item.end() :]
    if _OPENING.match(rest):
        rest = f"\\{rest}"
    if items:
        furthest = indent + _WITHIN
    elif rest and not indent:
        furthest = 0
    return f"{' ' * indent}{items}{rest}", furthest


def cell(text: str) -> Markdown:
    """A text of a page on one line, fit for a table."""
    return Markdown(" ".join(prose(text).split()).replace("\\|", "|").replace("|", "\\|"))


def code(text: str) -> Markdown:
    """A text as code within a line."""
    text = text if text.isprintable() else one_newline(visible(text))
    shown = " ".join(text.split()).replace("|", "\\|")
    longest = _longest_run(shown)
    fence = "`" * (longest + 1)
    padding = " " if longest else ""
    return Markdown(f"{fence}{padding}{shown}{padding}{fence}") if shown else Markdown("")


def block(value: Any) -> Markdown:
    """A value of JSON as a block of code."""
    return fenced(json.dumps(value, indent=2, ensure_ascii=False), "json")


def fenced(text: str, language: str) -> Markdown:
    """A text as a block of code whose fence nothing in it can end."""
    text = visible(text)
    fence = "`" * max(3, _longest_run(text) + 1)
    return Markdown(f"{fence}{language}\n{text}\n{fence}")


def _longest_run(text: str) -> int:
    """How many backticks follow each other at most."""
    return max(map(len, re.findall("`+", text)), default=0) if "`" in text else 0


def plain(text: str) -> Markdown:
    """A text that stands in a block of code already: one line, no fence."""
    return Markdown(" ".join(one_newline(visible(text)).split()).replace("`", "'"))


def toml(text: str) -> Markdown:
    """A text as a string of TOML."""
    return Markdown(json.dumps(" ".join(one_newline(visible(text)).split()), ensure_ascii=False))
