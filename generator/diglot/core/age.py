"""Ages: the days in which something was published, as ISO 8601 dates or intervals of dates."""

from __future__ import annotations

import calendar
import re
from datetime import date

_TIME = r"(?:[Tt ][0-9]{2}(?::?[0-9]{2}){0,2}(?:[.,][0-9]+)?(?:[Zz]| ?UTC| ?[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
_DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})" + _TIME)
_MONTH = re.compile(r"([0-9]{4})(-)([0-9]{2})")
_MOST = 80  # characters: what is longer is no date


def parse_age(text: str) -> str | None:
    """The age that a text gives, `2025-09-11` or `2025-09-11/2025-11-26`; None where it gives none.

    Read are the ISO 8601 forms of a date, of a date with a time (of which the day as written counts), of a month (an
    interval of its days), and of an interval of two of these, the earlier one first.
    """
    if len(text) > _MOST:
        return None
    ends = [_interval(part.strip()) for part in text.strip().split("/")]
    if len(ends) > 2 or not all(ends):
        return None
    first, last = (ends[0] or ("", ""))[0], (ends[-1] or ("", ""))[1]
    if first > last:
        return None
    return first if first == last else f"{first}/{last}"


def _interval(text: str) -> tuple[str, str] | None:
    match = _DAY.fullmatch(text) or _MONTH.fullmatch(text)
    if match is None:
        return None
    year, month, *day = (int(group) for group in (match[1], *match.groups()[2:]))
    try:
        first = date(year, month, *day) if day else date(year, month, 1)
        last = first if day else first.replace(day=calendar.monthrange(year, month)[1])
    except ValueError:
        return None
    return first.isoformat(), last.isoformat()
