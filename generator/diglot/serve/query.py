"""The query string of the list operation, read strictly: one meaning or none."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from diglot.serve.errors import invalid_param
from diglot.serve.schema import DISPLAY_STATUSES
from diglot.serve.store import Query

CAP = 100  # rows of one page at most, whatever `limit` asks for (list page: "Server caps at 100")

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,999})")


def parse(raw: bytes) -> Query:
    """What a list request asks for; `limit` is the size in force. Parameters that are not in the contract are ignored.

    Raises:
        RefusalError: 400 for a parameter that is repeated, malformed, or outside its range.
    """
    given = _unique(raw)
    status = given.get("status")
    if status is not None and status not in DISPLAY_STATUSES:
        raise invalid_param(f"status: must be one of {', '.join(DISPLAY_STATUSES)}")
    return Query(
        page=_positive(given, "page", 1),
        limit=min(_positive(given, "limit", 20), CAP),
        keyword=given.get("keyword"),
        status=status,
    )


def _unique(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise invalid_param("query: must be UTF-8, percent-encoded") from None
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given and name in ("page", "limit", "keyword", "status"):
            raise invalid_param(f"{name}: given more than once")
        given[name] = value
    return given


def _positive(given: dict[str, str], name: str, default: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not _INTEGER.fullmatch(text):
        raise invalid_param(f"{name}: must be an integer")
    if text.startswith("-") or text == "0":
        raise invalid_param(f"{name}: must be at least 1")
    return int(text)
