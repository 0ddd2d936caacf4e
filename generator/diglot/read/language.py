"""The language of a page, with the evidence for it in words."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from diglot.read.lines import Sheet

# Whole path segments that name a language. Codes that are also words or common names of folders (`id`, `is`, `it`,
# `cs`, `he`, `uk`) are left out, since they would turn a folder into a language.
_CODES = frozenset(("de", "en", "es", "fr", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "tr", "vi", "zh"))
_NAMES = {
    **dict.fromkeys(("cn", "chinese", "中文", "简体中文", "繁體中文"), "zh"),
    **dict.fromkeys(("jp", "japanese", "日本語"), "ja"),
    **dict.fromkeys(("kr", "korean", "한국어"), "ko"),
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
}
_TAG = re.compile(r"([a-z]{2,3}|[a-z]{5,8}|[^\x00-\x7f]{2,4})(?:[-_](?:hans|hant|latn|cyrl|[a-z]{2}|\d{3})){0,2}\Z")
_FIELDS = ("lang", "language", "locale")

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30fa]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_LATIN = re.compile(r"[A-Za-z]+")
_NAVIGATION = re.compile(r"llms\.txt|## Documentation Index|^(?:> )?Use this file to discover", re.IGNORECASE)
_WORDS = ("title", "summary", "description")
_NODES = 2_000  # members of a block that are looked at
_SAMPLE = 200_000  # characters of text that are counted
_SHARE = 10  # one character of an East Asian script for this many Latin letters decides: code and names are Latin


@dataclass(frozen=True, slots=True)
class Evidence:
    """What may tell the language of a page, strongest first; `text` gives its words, asked for last."""

    override: str | None
    fields: dict[str, str]
    path: str
    published: str | None
    sources: tuple[str, ...]
    text: Callable[[], str]


def language_of(evidence: Evidence) -> tuple[str, str]:
    """The primary language tag of a page and the reason for it; `und` where nothing tells."""
    if evidence.override:
        return _declared(evidence.override) or evidence.override.lower(), "given by the user"
    for key in _FIELDS:
        tag = _declared(evidence.fields.get(key, ""))
        if tag:
            return tag, f"front matter: {key}: {evidence.fields[key]}"
    places = [("path of the page", evidence.path), ("address of the page", evidence.published)]
    for name, place in [*places, *(("source of the block", source) for source in evidence.sources)]:
        found = language_in_path(place or "")
        if found:
            return found[0], f"{name}: {found[1]}"
    return _of_text(evidence.text()[:_SAMPLE])


def prose_of(sheet: Sheet) -> str:
    """The text outside the fences without the publisher's lines about navigation, which are English on every page."""
    lines = sheet.lines
    return "\n".join(lines[index] for index in sheet.open_lines if not _NAVIGATION.search(lines[index]))


def words_of(tree: Any) -> str:
    """The titles and descriptions within a block, as many as tell the language."""
    words: list[str] = []
    nodes = deque([tree])
    for _ in range(_NODES):
        if not nodes:
            break
        node = nodes.popleft()
        if isinstance(node, dict):
            words.extend(node[key] for key in _WORDS if isinstance(node.get(key), str))
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        if len(nodes) < _NODES:
            nodes.extend(value for value in islice(inside, _NODES) if isinstance(value, dict | list))
    return "\n".join(words)


def _declared(tag: str) -> str | None:
    """The primary subtag of what is said to be a language: any code of two or three letters, or a name such as `cn`."""
    match = _TAG.match(tag.strip().lower())
    if match is None:
        return None
    return _NAMES.get(match[1]) or (match[1] if match[1].isascii() and len(match[1]) < 4 else None)


def language_in_path(path: str) -> tuple[str, str] | None:
    """The language that a path names, and where: `name.zh.md`, else whole folders such as `zh-hans`, the last first."""
    *folders, name = path.replace("\\", "/").split("/")[-40:]
    parts = name.split(".")
    suffixes = parts[:1] if len(parts) == 2 else parts[-2:0:-1]
    return _first([*suffixes, *reversed(folders)])


def _first(words: Iterable[str]) -> tuple[str, str] | None:
    for word in words:
        match = _TAG.match(word.lower())
        tag = match and (_NAMES.get(match[1]) or (match[1] if match[1] in _CODES else None))
        if tag:
            return tag, word
    return None


def _of_text(text: str) -> tuple[str, str]:
    """The language by the scripts of the text: kana is Japanese, hangul Korean, other Han Chinese, Latin English."""
    kana, hangul, han, latin = (_count(script, text) for script in (_KANA, _HANGUL, _HAN, _LATIN))
    counted = f"text: {han} Han, {kana} kana, {hangul} hangul, {latin} Latin letters"
    east = kana + hangul + han
    if east == 0 or east * _SHARE < latin:
        return ("en" if latin else "und"), counted
    if hangul > han + kana:
        return "ko", counted
    return ("ja" if kana * _SHARE >= east else "zh"), counted


def _count(script: re.Pattern[str], text: str) -> int:
    if text.isascii() and script is not _LATIN:
        return 0
    return sum(map(len, script.findall(text)))
