"""An operationId where no page gives one: from method and path, and marked as inferred."""

from __future__ import annotations

import re
from collections.abc import Collection

_VERBS = {"post": "create", "put": "replace", "patch": "update", "delete": "delete"}


def infer_operation_id(method: str, path: str, taken: Collection[str] = ()) -> str:
    """`get /datasets/{id}/documents` is `listDocuments`, `get /datasets/{id}` is `getDataset`.

    The last fixed segment names the thing; as long as the result is in `taken`, the segment before it is put in front.
    """
    segments = [segment for segment in path.split("/") if segment]
    nouns = [segment for segment in segments if not segment.startswith("{")]
    one = bool(segments) and segments[-1].startswith("{")
    if not nouns:
        return _VERBS.get(method, method) + "Root"
    plural = not one and _is_plural(nouns[-1])
    verb = ("list" if plural else "get") if method == "get" else _VERBS.get(method, method)
    words = [_pascal(nouns[-1] if plural and method == "get" else _singular(nouns[-1]) if one else nouns[-1])]
    for noun in reversed(nouns[:-1]):
        if verb + "".join(words) not in taken:
            break
        words.insert(0, _pascal(_singular(noun)))
    base = name = verb + "".join(words)
    number = 2
    while name in taken:
        name, number = f"{base}{number}", number + 1
    return name


def _pascal(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", text) if part)


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-1] if _is_plural(noun) else noun


def _is_plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
