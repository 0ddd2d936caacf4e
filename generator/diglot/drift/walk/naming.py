"""Names that were made other ones for each language: `listBooksZh`, `Book_cn`, `图书`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

# What a publisher adds to a name to make it another one for each language.
_MARKS: Mapping[str, str] = {
    "zh": "zh|cn|zh[_-]?cn|zh[_-]?hans|zh[_-]?hant|hans|chinese",
    "ja": "ja|jp|ja[_-]?jp|japanese",
    "ko": "ko|kr|ko[_-]?kr|korean",
    "en": "en|us|en[_-]?us|english",
    "de": "de|german",
    "es": "es|spanish",
    "fr": "fr|french",
}


@cache
def _mark(language: str) -> re.Pattern[str]:
    mark = f"(?i:{_MARKS.get(language, re.escape(language))})"
    return re.compile(rf"(?:[_.-]|(?<=[a-z0-9])(?=[A-Z])){mark}\Z|\A{mark}[_.-]")


def stem(name: str, language: str) -> str:
    """A name on a page in `language` without the mark of that language."""
    return _mark(language).sub("", name)


def is_translated(name: Any, language: str, original: Any) -> bool:
    """Whether `name`, on a page in `language`, looks like a translation of `original`, a name for the same thing.

    It does if only it holds letters beyond ASCII, or if only it has a mark of its language.
    """
    if not (isinstance(name, str) and isinstance(original, str) and original.isascii()) or name == original:
        return False
    mark = _mark(language)
    return not name.isascii() or bool(mark.search(name) and not mark.search(original))
