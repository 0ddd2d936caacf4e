"""Keywords for a search in texts: those that a search which is wrong in a usual way answers otherwise than a right one.

The texts are the data of the server under test. A few keywords tell a right search from some forty wrong ones.
"""

from __future__ import annotations

import html
import re
import string
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

Search = Callable[[str, str], bool]
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_SIGNS = re.compile(r"[^\w\s]")
_REPEATS = re.compile("[*+?{%]")
_MOST_REPEATS = 2
_TEXTS = 16  # on which the keywords are judged
_SOURCES = 9  # from which they are taken
_ABSENT = "zq"
_MOST = 20
_CHOICE = 6  # keywords among which the most telling is taken


def found_in(keyword: str, text: str) -> tuple[bool, bool]:
    """Whether a case-insensitive search must find `keyword` in `text`, and whether it may.

    They differ only beyond ASCII: which letters are the same is answered differently by databases and languages, by
    case, form (Unicode normalization), accent and width.
    """
    found = [one in other for one, other in zip(_forms(keyword), _forms(text), strict=True)]
    return all(found), any(found)


@lru_cache(maxsize=16)
def keywords(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """(what it tells apart, keyword), the most telling first; few, and none where there is no text to search in."""
    sample = _telling(texts)
    usable = _candidates(sample)
    chosen: list[tuple[str, str]] = []
    left = list(WRONG)
    while left and len(chosen) < _MOST:
        case, search = left.pop(0)
        able = list(islice((one for one in usable if _differs(search, one, sample) and _sure(one, sample)), _CHOICE))
        if able:
            best = max(able, key=lambda one: sum(_differs(other, one, sample) for _, other in left))
            chosen.append((case, best))
            left = [(name, other) for name, other in left if not _differs(other, best, sample)]
    return chosen


def explained(asked: Sequence[tuple[str, frozenset[str]]], texts: Sequence[tuple[str, str]], most: int) -> str | None:
    """Which usual mistake gives all these answers: (keyword, ids found) each, over (id, text) of all rows.

    An answer holds at most `most` ids.
    """
    for case, search in WRONG:
        if all(_gives({key for key, text in texts if search(keyword, text)}, found, most) for keyword, found in asked):
            return case
    return None


def _gives(selected: set[str], found: frozenset[str], most: int) -> bool:
    return selected == found if len(selected) <= most else found <= selected and len(found) == most


@lru_cache(maxsize=8192)
def _ascii_lower(text: str) -> str:
    return text.translate(_LOWER)


@lru_cache(maxsize=4096)
def _forms(text: str) -> tuple[str, ...]:
    """A text as usual searches compare it."""
    folded = text.casefold()
    parts = unicodedata.normalize("NFKD", folded)
    plain = "".join(char for char in parts if not unicodedata.combining(char)).casefold()
    composed = (unicodedata.normalize(form, folded).casefold() for form in ("NFC", "NFD", "NFKC"))
    return _ascii_lower(text), text.lower(), text.upper(), folded, *composed, plain


def _sure(keyword: str, texts: Sequence[str]) -> bool:
    found = [found_in(keyword, text) for text in texts]
    return all(must == may for must, may in found)


def _differs(search: Search, keyword: str, texts: Sequence[str]) -> bool:
    lowered = _ascii_lower(keyword)
    return any(search(keyword, text) != (lowered in _ascii_lower(text)) for text in texts)


def _telling(texts: Sequence[str]) -> list[str]:
    """Texts unlike each other: with signs, blanks, letters beyond ASCII, the longest, and some from all over."""
    named = [text for text in dict.fromkeys(texts) if text.isprintable() and text == text.strip() and len(text) > 1]
    if not named:
        return []
    first: dict[str, str] = {}
    for text in named:
        kinds = {char for char in _SIGNS.findall(text) if char.isascii()}
        kinds |= {name for name, has in (("blank", " " in text), ("far", max(text) > "\uffff")) if has}
        kinds |= {"foreign"} if not text.isascii() else {"plain"} if len(text) > 5 else set()
        for kind in kinds:
            first.setdefault(kind, text)
    longest = max(named, key=len)
    spread = named[:: max(len(named) // _TEXTS, 1)]
    return list(dict.fromkeys((*first.values(), longest, *spread)))[:_TEXTS]


def _candidates(sample: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in sample[:_SOURCES]:
        found |= dict.fromkeys((*_pieces(text), *_bent(text)))
    return [one for one in found if one and one == one.strip() and "  " not in one and not _splits(one)]


def _splits(piece: str) -> bool:
    """Whether a piece begins with a mark that belongs to the letter before it."""
    return unicodedata.combining(piece[0]) != 0


def _pieces(text: str) -> Iterator[str]:
    """What a right search finds in the text: from within, from both ends, all of it, in other letter case."""
    third = max(len(text) // 3, 1)
    yield text[third : 2 * third + 1]
    yield text[: third + 1]
    yield text[-third - 1 :]
    yield text
    yield text[1:]
    if text.isascii():
        yield from (text.swapcase(), text[1:-1].upper(), text[1:-1].lower())
    head, _, tail = text.partition(" ")
    if head and tail:
        yield f"{head[-1]} {tail[0]}"
    for match in _SIGNS.finditer(text):
        yield match[0]
        yield text[max(match.start() - 1, 0) : match.end() + 1]
    foreign = "".join(char if not char.isascii() else " " for char in text).split()
    yield from (run[:2] for run in foreign)
    yield from re.findall("[0-9]+", text)


def _bent(text: str) -> Iterator[str]:
    """What a right search finds nowhere, or elsewhere: signs that mean something to a pattern, words out of order."""
    half = len(text) // 2
    first, last = text[:half], text[half:]
    for sign in ("%", "*", ".*", "\\", "'", '"', ",", "|", "\U0001f984", "--", ";", "' or '1'='1"):
        yield first + sign + last
    yield text[0] + "%" + text[-1]
    for sign in ("_", ".", "?", _ABSENT[0]):
        yield text[: half - 1] + sign + text[half:] if half else sign
    yield from ("%", "_", ".", "*", "[", "(", "\\", "'", "\U0001f984", text[:1] + "*", f"^{first}", f"{last}$")
    yield first + f"%{ord(text[half]) % 256:02X}" + text[half + 1 :]
    yield from (text + _ABSENT, f"{first} {_ABSENT}", f'"{text}"', text[0] + text[2:4] + text[-1])
    head, blank, tail = text.partition(" ")
    if blank and tail:
        yield from (f"{tail} {head}", f"{head}+{tail}", f"{head}{tail}", f"{head} {tail[0]}{_ABSENT}")


# --- usual mistakes: each a search that is wrong


def _lower(test: Callable[[str, str], bool]) -> Search:
    return lambda keyword, text: test(_ascii_lower(keyword), _ascii_lower(text))


def _inside(change: Callable[[str], str]) -> Search:
    """A search for another keyword than the one that was given; an empty one is found everywhere."""
    return lambda keyword, text: _ascii_lower(change(keyword)) in _ascii_lower(text)


_PATTERNS = {
    "percent": {"%": ".*"},
    "underscore": {"_": "."},
    "like": {"%": ".*", "_": "."},
    "glob": {"*": ".*", "?": "."},
    "star": {"*": ".*"},
    "question": {"?": "."},
}


@lru_cache(maxsize=1024)
def _pattern(kind: str, keyword: str) -> re.Pattern[str] | None:
    signs = _PATTERNS.get(kind)
    # Keywords come out of the data: one that repeats a repetition would keep us busy for ever.
    if len(_REPEATS.findall(keyword)) > _MOST_REPEATS or (signs is None and "(" in keyword):
        return None
    made = keyword if signs is None else "".join(signs.get(char) or re.escape(char) for char in keyword)
    try:
        return re.compile(made, re.IGNORECASE | re.DOTALL)
    except (re.error, OverflowError, RecursionError):
        return None


def _matching(kind: str) -> Search:
    def search(keyword: str, text: str) -> bool:
        pattern = _pattern(kind, keyword)
        return pattern is not None and pattern.search(text) is not None

    return search


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _in_order(keyword: str, text: str) -> bool:
    rest = iter(text)
    return all(char in rest for char in keyword)


def _nearly(keyword: str, text: str) -> bool:
    size = len(keyword)
    starts = range(len(text) - size + 1)
    return any(sum(a != b for a, b in zip(keyword, text[at:], strict=False)) <= (size > 3) for at in starts)


WRONG: tuple[tuple[str, Search], ...] = (
    ("ignored", lambda _keyword, _text: True),
    ("substring", lambda _keyword, _text: False),
    ("whole", _lower(lambda keyword, text: keyword == text)),
    ("prefix", _lower(lambda keyword, text: text.startswith(keyword))),
    ("suffix", _lower(lambda keyword, text: text.endswith(keyword))),
    ("word", _lower(lambda keyword, text: keyword == text or keyword in _words(text))),
    ("word-prefix", _lower(lambda keyword, text: any(word.startswith(keyword) for word in _words(text)))),
    ("letter-case", lambda keyword, text: keyword in text),
    ("letter-case", lambda keyword, text: _ascii_lower(keyword) in text),
    ("letter-case", lambda keyword, text: keyword in _ascii_lower(text)),
    ("letter-case", lambda keyword, text: keyword.upper() in text),
    ("wildcard", _matching("percent")),
    ("wildcard", _matching("underscore")),
    ("wildcard", _matching("like")),
    ("wildcard", _matching("glob")),
    ("wildcard", _matching("star")),
    ("wildcard", _matching("question")),
    ("regular-expression", _matching("regex")),
    ("words-apart", _lower(lambda keyword, text: all(word in text for word in keyword.split()))),
    ("any-word", _lower(lambda keyword, text: any(word in text for word in keyword.split()))),
    ("any-word", _lower(lambda keyword, text: any(word in text for word in re.split("[,|;]", keyword) if word))),
    ("beyond-ascii", _inside(lambda keyword: keyword.encode("ascii", "ignore").decode())),
    ("beyond-ascii", _lower(lambda keyword, text: keyword.isascii() and keyword in text)),
    ("beyond-ascii", _inside(lambda keyword: "".join(char for char in keyword if char <= "\uffff"))),
    ("beyond-ascii", _lower(lambda keyword, text: max(keyword, default="") <= "\uffff" and keyword in text)),
    ("statement", _inside(lambda keyword: "" if re.search(r"'\s*or\s", keyword, re.IGNORECASE) else keyword)),
    ("statement", _inside(lambda keyword: keyword.partition("--")[0])),
    ("statement", _inside(lambda keyword: keyword.partition(";")[0])),
    ("statement", _inside(lambda keyword: keyword.partition("'")[0])),
    ("escape", _inside(lambda keyword: keyword.replace("\\", ""))),
    ("escape", _inside(lambda keyword: keyword.replace("\\", "\\\\"))),
    ("escape", _inside(lambda keyword: re.sub(r"([%_\\])", r"\\\1", keyword))),
    ("quote", _inside(lambda keyword: keyword.replace("'", "").replace('"', ""))),
    ("quote", _inside(lambda keyword: keyword.replace("'", "''"))),
    ("quote", _inside(html.escape)),
    ("decoded-twice", _inside(unquote)),
    ("decoded-twice", _inside(lambda keyword: keyword.replace("+", " "))),
    ("punctuation", lambda keyword, text: _SIGNS.sub("", keyword).lower() in _SIGNS.sub("", text).lower()),
    ("punctuation", _inside(lambda keyword: _SIGNS.sub("", keyword))),
    ("blank", _inside(lambda keyword: keyword.replace(" ", ""))),
    ("blank", _inside(lambda keyword: keyword.partition(" ")[0])),
    ("cut", _inside(lambda keyword: keyword[:3])),
    ("cut", _inside(lambda keyword: keyword[:8])),
    ("cut", _inside(lambda keyword: keyword[:16])),
    ("long", _lower(lambda keyword, text: len(keyword) <= 10 and keyword in text)),
    ("short", _lower(lambda keyword, text: len(keyword) < 2 or keyword in text)),
    ("short", _lower(lambda keyword, text: len(keyword) < 3 or keyword in text)),
    ("short", _lower(lambda keyword, text: len(keyword) > 2 and keyword in text)),
    ("short", _lower(lambda keyword, text: len(keyword) > 1 and keyword in text)),
    ("digits", _lower(lambda keyword, text: not keyword.isdigit() and keyword in text)),
    ("beginning", _lower(lambda keyword, text: keyword in text[:10])),
    ("beginning", _lower(lambda keyword, text: keyword in text[:5])),
    ("extension", _lower(lambda keyword, text: keyword in (text.rpartition(".")[0] or text))),
    ("contained", _lower(lambda keyword, text: keyword in text or text in keyword)),
    ("fuzzy", _lower(_in_order)),
    ("fuzzy", _lower(_nearly)),
)
