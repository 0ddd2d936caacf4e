"""The index of a documentation site (`llms.txt`): which page points to it, and which of its entries is a page's own.

Source: llmstxt.org, the lists of links; Mintlify prints one link a page, to the page's Markdown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from diglot.read.language import language_in_path
from diglot.read.lines import Sheet

_POINTER = re.compile(
    r"[> \t]*(?:To find [^.]{0,100}?, )?fetch the (?:llms\.txt file|complete documentation index) at:"
    r"[ \t]*<?(https?://[^\s<>]{1,2000})",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"[ \t]{0,8}[-*+][ \t]+\[([^\[\]\n]{1,300})\]\(<?([^()<>\s]{1,2000})>?\)")
_SUFFIX = re.compile(r"\.(?:mdx?|txt|html?)\Z", re.IGNORECASE)
_NO_WORD = re.compile(r"[\W_]+")
MAX_ENTRIES = 20_000
_MOST_NEAR, _MOST_COMPARED, _LONGEST_NEAR = 3, 2_000, 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of a site: title, absolute address, the language that its address names, or None."""

    title: str
    url: str
    language: str | None

    @property
    def slug(self) -> str:
        """The last part of the address as words."""
        return slug(_SUFFIX.sub("", unquote(urlsplit(self.url).path).rstrip("/").rpartition("/")[2]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a page whose address is looked for: language, titles it may have, names its file may have."""

    language: str
    titles: frozenset[str]
    slugs: frozenset[str]

    @classmethod
    def of(cls, language: str, titles: Iterable[str], names: Iterable[str]) -> Wanted:
        """Titles as a reader sees them; names such as `list-documents` or `get /datasets/{id}`."""
        return cls(language, frozenset(map(_plain, titles)) - {""}, frozenset(map(slug, names)) - {""})


def index_of(sheet: Sheet) -> str:
    """The address of the site's index that a page's header or footer names; empty where it names none."""
    found = (_POINTER.match(sheet.lines[index]) for index in sheet.open_lines)
    return next((match[1].rstrip(".,") for match in found if match), "")


def entries(text: str, url: str) -> list[Entry]:
    """The entries of an index that was fetched from `url`, each address once, in the order of the file."""
    found: dict[str, Entry] = {}
    for line in text.split("\n"):
        match = _ENTRY.match(line)
        if match is None:
            continue
        try:
            address = urljoin(url, match[2])
            language = language_in_path(unquote(urlsplit(address).path))
        except ValueError:
            continue
        found.setdefault(address, Entry(match[1].strip(), address, language[0] if language else None))
        if len(found) == MAX_ENTRIES:
            break
    return list(found.values())


def find(known: Sequence[Entry], wanted: Wanted) -> list[Entry]:
    """The entries that can be the page: one is an answer, several are a question, none is none.

    Both title and name agree, else either. Entries whose address names the page's language come before those whose
    address names none.
    """
    for pool in _pools(known, wanted.language):
        titled = [entry for entry in pool if _plain(entry.title) in wanted.titles]
        named = [entry for entry in pool if entry.slug in wanted.slugs]
        if titled or named:
            return [entry for entry in titled if entry.slug in wanted.slugs] or titled + named
    return []


def nearest(known: Sequence[Entry], wanted: Wanted) -> list[Entry]:
    """The few entries whose titles are most like the wanted ones, to be shown to a person."""
    import difflib  # reading a page does without

    titles = {_plain(entry.title): entry for pool in _pools(known, wanted.language) for entry in reversed(pool)}
    choice = [title for title in titles if len(title) <= _LONGEST_NEAR][:_MOST_COMPARED]
    like: list[str] = []
    for title in sorted(wanted.titles):
        like += difflib.get_close_matches(title[:_LONGEST_NEAR], choice, _MOST_NEAR)
    return [titles[each] for each in dict.fromkeys(like)][:_MOST_NEAR]


def slug(text: str) -> str:
    """Words joined by hyphens, as the names of pages are made from titles and paths."""
    return _NO_WORD.sub("-", _plain(text)).strip("-")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _pools(known: Sequence[Entry], language: str) -> tuple[list[Entry], list[Entry]]:
    return [entry for entry in known if entry.language == language], [entry for entry in known if not entry.language]
