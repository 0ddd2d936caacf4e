"""A cURL command as a documentation page shows it: method, URL, headers and data, each with its mark."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from diglot.core.tree import Mark
from diglot.read.block import Text
from diglot.read.rendered.lines import Code

_TOKEN = re.compile(
    r"""'(?P<single>[^']*)'?|"(?P<double>(?:[^"\\]|\\.)*)"?|\\\r?\n|(?P<space>\s+)|(?P<bare>[^\s'"\\]+|\\)"""
)
_MOST_HEADERS = 50
_METHOD = re.compile(r"[A-Za-z]{3,7}\Z")


@dataclass(frozen=True, slots=True)
class Curl:
    """What one command says. Header names are as written; `data` begins where the value of `--data` does."""

    method: Text | None
    url: Text | None
    headers: tuple[tuple[Text, str], ...]
    data: Code | None


def read_curl(text: str, line: int) -> Curl:
    """Take apart a command whose first line is line `line` of the page. Time is linear in the text."""
    words = _words(text, line)
    method: Text | None = None
    url: Text | None = None
    headers: list[tuple[Text, str]] = []
    data: Code | None = None
    option = ""
    for word, mark in words[1:]:
        if not option and word.startswith("-") and len(word) > 1:
            option = word
            if option in ("-G", "--get", "-L", "--location", "-s", "--silent", "-i", "--compressed", "-k", "-v"):
                option = ""
            continue
        if option in ("-X", "--request") and _METHOD.match(word):
            method = Text(word.lower(), mark)
        elif option in ("-H", "--header"):
            name, _, value = word.partition(":")
            headers.append((Text(name.strip(), mark), value.strip()))
        elif option in ("-d", "--data", "--data-raw", "--data-binary", "--json"):
            data = Code(" " * (mark.column - 1) + word, Mark(mark.line, 1), "json")
        elif option == "--url" or (not option and "://" in word):
            url = Text(word, mark)
        option = ""
    return Curl(method, url, tuple(headers[:_MOST_HEADERS]), data)


def _words(text: str, line: int) -> list[tuple[str, Mark]]:
    """The words of the command as a shell would cut them, quotes taken off."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    words: list[tuple[str, Mark]] = []
    parts: list[str] = []
    begin = -1
    for match in _TOKEN.finditer(text):
        if match["space"] is not None or match[0].startswith("\\\n") or match[0] == "\\\r\n":
            if begin >= 0:
                words.append(("".join(parts), _mark(starts, begin, line)))
            parts, begin = [], -1
            continue
        if begin < 0:
            begin = match.start() + (match[0][0] in "'\"")
        parts.append(next(value for value in (match["single"], match["double"], match["bare"]) if value is not None))
    if begin >= 0:
        words.append(("".join(parts), _mark(starts, begin, line)))
    return words


def _mark(starts: list[int], at: int, line: int) -> Mark:
    row = bisect_right(starts, at) - 1
    return Mark(line + row, at - starts[row] + 1)
