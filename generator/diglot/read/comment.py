"""Pages kept inside a comment of a programming language: `/* … */` around the whole page."""

from __future__ import annotations

import re

_STAR = re.compile(r"[ \t]*\*(?=[ \t]|\Z)")


def uncomment(lines: list[str]) -> list[str]:
    """Blank out the marks of a comment that holds the whole page, and the code behind it; no line or column moves.

    A `*/` within a line does not end the page: a media type such as `*/*` holds one.
    """
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None or not lines[first].lstrip().startswith("/*"):
        return lines
    last = _end(lines, first)
    body = lines[first : last + 1]
    body[0] = _blank_opening(body[0])
    if last < len(lines):
        body[-1] = body[-1].rstrip().removesuffix("/").rstrip("*")
    return lines[:first] + _unstar(body) + [""] * (len(lines) - first - len(body))


def _end(lines: list[str], first: int) -> int:
    """The index of the line that ends the comment; behind the last line if none does."""
    rest = range(first, len(lines))
    alone = next((index for index in rest if lines[index].strip() in ("*/", "**/")), None)
    if alone is not None:
        return alone
    return next((index for index in rest if lines[index].rstrip().endswith("*/")), len(lines))


def _blank_opening(line: str) -> str:
    at = line.index("/*")
    rest = line[at + 1 :].lstrip("*")
    return " " * (len(line) - len(rest)) + rest


def _unstar(body: list[str]) -> list[str]:
    """Blank out the star that some styles put before each line, if every line has one."""
    if not all(_STAR.match(line) for line in body[1:] if line.strip()):
        return body
    return [body[0], *(_STAR.sub(lambda match: " " * len(match[0]), line, count=1) for line in body[1:])]
