"""What an error answer says, without what differs from one request to the next: ids, numbers, quoted values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from diglot.conform.wire.session import Exchange, excerpt

_LONGEST = 120
_SPOKEN = ("code", "type", "error", "title", "message", "detail", "msg", "reason", "exception")
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|“[^”]*”|‘[^’]*’|\([^()]{20,}\)")
_ID = re.compile(r"\b(?:0x)?[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]+)*\b")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,:T-]\d+)*")
_LEAST = 3  # characters: shorter values of a request stand in any text


def signature(exchange: Exchange, given: Iterable[str] = ()) -> str:
    """The same text for answers that say the same; empty where an answer says nothing.

    `given` are values of the request: a message that repeats one is no other message.
    """
    said = _said(exchange.json) or _last_line(_TAG.sub(" ", exchange.text))
    for value in sorted(given, key=len, reverse=True):
        if len(value) >= _LEAST:
            said = said.replace(value, "#")
    return plain(said)


def plain(text: str) -> str:
    """A text in lower case with `#` for what is quoted, counted or an id."""
    for pattern in (_QUOTED, _ID, _NUMBER):
        text = pattern.sub("#", text)
    return excerpt(" ".join(text.lower().split()), _LONGEST)


def shape(value: Any) -> Any:
    """A value without its particulars: which ids, names, numbers and words stand in it does not matter."""
    if isinstance(value, Mapping):
        return {"*": "*"} if value else {}
    if isinstance(value, list | tuple):
        return [shape(item) for item in value]
    return plain(value) if isinstance(value, str) else "#"


def _said(body: Any) -> str:
    """The words of an error body in JSON: those under the usual names, or its first text."""
    if isinstance(body, str):
        return body
    if isinstance(body, list) and body:
        return _said(body[0])
    if not isinstance(body, dict):
        return ""
    spoken = [body[name] for name in _SPOKEN if name in body]
    return " ".join(filter(None, (_said(held) for held in spoken)))


def _last_line(text: str) -> str:
    """The line that says what happened: of a traceback the last, of anything else the whole."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        return lines[-1]
    return " ".join(lines)[:1000]
