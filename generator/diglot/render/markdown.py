"""Texts of pages in Markdown: what they say stays, what could run or break out does not."""

from __future__ import annotations

import json
import re
from typing import Any

from diglot.core.names import one_newline, visible

_SCHEME = re.compile(r"\]\(\s*(?!https?://|#|/|mailto:)[^)\s]*", re.IGNORECASE)
_HEADING = re.compile(r"^(\s{0,3})(#|=|-{3}|`{3}|~{3}|>)", re.MULTILINE)


class Markdown(str):
    """Text that may stand in a file of Markdown: made by this module, or by hand from pieces that were."""

    __slots__ = ()


def prose(text: str) -> Markdown:
    """A text of a page as paragraphs: its emphasis, code and lists stay; markup, headings and odd links do not."""
    lines = [line.rstrip() for line in one_newline(visible(text)).strip().split("\n")]
    safe = _SCHEME.sub("](#", "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;"))
    return Markdown(_HEADING.sub(r"\1\\\2", safe))


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
