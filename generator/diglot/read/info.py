"""The info string of a fence: the words after its opening marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diglot.core.ir import METHODS

_VERBS = (*METHODS, "webhook")
_ATTRIBUTE = re.compile(r"[\w-]*=[\"'{]|\{[\d\s,-]*\}\Z")
_ABSOLUTE = ("/", "{", "http://", "https://")


@dataclass(frozen=True, slots=True)
class Info:
    """An info string taken apart: `language [source] (method | "webhook") path`; what is absent is None."""

    language: str
    source: str | None = None
    method: str | None = None
    path: str | None = None
    webhook: bool = False


def parse_info(text: str) -> Info:
    """Take the words of an info string apart; the method comes back in lower case, attributes such as `theme={x}` go.

    A path has no blanks in it, the name of a webhook may.
    """
    words = text[:4000].split()
    if not words:
        return Info("")
    at = _verb(words)
    if at is None:
        return Info("" if _ATTRIBUTE.match(words[0]) else words[0].lower())
    verb, rest = words[at].lower(), words[at + 1 :]
    end = next((index for index, word in enumerate(rest) if index and _ATTRIBUTE.match(word)), len(rest))
    language, source = (words[0].lower() if at else ""), " ".join(words[1:at]) or None
    name = " ".join(rest[:end])
    return Info(language, source, None if verb == "webhook" else verb, name, verb == "webhook")


def _verb(words: list[str]) -> int | None:
    """The index of the method: one before an absolute path if there is any, else one where the grammar has it."""
    found = [index for index, word in enumerate(words[:-1]) if word.lower() in _VERBS]
    for index in found:
        if words[index].lower() != "webhook" and words[index + 1].lower().startswith(_ABSOLUTE):
            return index
    return next((index for index in found if index in (1, 2) and not _ATTRIBUTE.match(words[index + 1])), None)
