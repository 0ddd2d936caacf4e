"""Two JSON values of two languages side by side: what differs, and whether it is more than a translated sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from diglot.core.json import documents_in
from diglot.core.pointer import join
from diglot.drift.wording.prose import has_own_script, is_script_own
from diglot.drift.wording.tokens import Tokens, address

_MAX_VALUES = 50_000
# What a program made, not an author: identifiers, dates, mail addresses, numbers, media types.
_CODED = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d{4}-\d\d-\d\d(?:[T ]\S+)?|[^@\s]+@[^@\s]+\.[A-Za-z]+"
    r"|[-+]?[\d.,:]+%?|[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+|[a-z]+/[a-z0-9.+-]+"
)
_ADDRESS = re.compile(r"(?:https?:/)?/\S*")


class Gone:
    """Stands for a member that one of the values does not have."""


class Unlike(NamedTuple):
    """One place at which two values are not equal; `prose` if it may be so, as each is a text in its own language."""

    pointer: str
    one: Any
    other: Any
    prose: bool = False


def unlike(one: Any, other: Any, languages: tuple[str, str]) -> Iterator[Unlike]:
    """Every place at which the values differ, in order; JSON inside a string is entered (server-sent events)."""
    waiting: list[tuple[str, Any, Any]] = [("", one, other)]
    for _ in range(_MAX_VALUES):
        if not waiting:
            return
        pointer, one, other = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            keys = reversed(dict.fromkeys([*one, *other]))
            waiting += [(join(pointer, key), one.get(key, Gone), other.get(key, Gone)) for key in keys]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            waiting += [(join(pointer, index), one[index], other[index]) for index in range(len(one) - 1, -1, -1)]
        elif isinstance(one, str) and isinstance(other, str) and one != other:
            (rest, inside), (other_rest, other_inside) = documents_in(one), documents_in(other)
            if inside and len(inside) == len(other_inside):
                waiting += [(pointer, inside, other_inside), (pointer, rest, other_rest)]
            elif not _is_same(one, other):
                yield Unlike(pointer, one, other, _is_prose(one, other, languages))
        elif one != other or isinstance(one, bool) != isinstance(other, bool):
            yield Unlike(pointer, one, other)


def _is_same(one: str, other: str) -> bool:
    if one.split() == other.split():
        return True
    return bool(_ADDRESS.fullmatch(one) and _ADDRESS.fullmatch(other)) and address(one) == address(other)


def _is_prose(one: str, other: str, languages: tuple[str, str]) -> bool:
    """Whether both strings may be sentences or names for readers, each in its language, that hold the same numbers."""
    if _CODED.fullmatch(one) or _CODED.fullmatch(other):
        return False
    for text, language in ((one, languages[0]), (other, languages[1])):
        if not (has_own_script(text, language) if is_script_own(language) else any(map(str.isalpha, text))):
            return False
    if not any(map(is_script_own, languages)) and not (" " in one and " " in other):
        return False
    ours, theirs = Tokens(one), Tokens(other)
    return not (ours.lacking(theirs, False)[0] and theirs.lacking(ours, False)[0])
