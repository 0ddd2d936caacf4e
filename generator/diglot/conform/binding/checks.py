"""The members of the entries of `laws.yaml`, checked; where nothing else is said, ValueError says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diglot.core.usage import UsageError


def name(value: Any) -> str:
    """The name of a member."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no name")
    return value


def number(value: Any) -> int | None:
    """A whole number, or None where there is none."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError(f"{value!r} is no whole number")
    return value


def whole_number(value: Any) -> int | None:
    """A whole number, or None for anything else: contracts and answers say what they like."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def one_of(value: Any, *choices: str) -> Any:
    """One of the choices."""
    if value not in choices:
        raise ValueError(f"{value!r} is none of {', '.join(choices)}")
    return value


def sentences(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What each law rests on, by its key.

    Raises:
        UsageError: an entry says neither what a page says nor what is expected.
    """
    listed = data.get("sentences") or {}
    if not isinstance(listed, Mapping):
        raise UsageError("laws: sentences must be a mapping")
    for key, entry in listed.items():
        quoted = isinstance(entry, Mapping) and "quote" in entry and "page" in entry
        if not quoted and not (isinstance(entry, Mapping) and "expected" in entry):
            raise UsageError(f"laws: sentences.{key} needs page and quote, or expected")
        yield str(key), f"{entry['page']}: “{entry['quote']}”" if quoted else str(entry["expected"])
