"""The age of each page, from the best source that has one: configuration, the page itself, its path, git's history."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from diglot.core.age import parse_age
from diglot.core.finding import Finding, Location
from diglot.core.ir import Fragment
from diglot.history import TIMEOUT, HistoryError, last_changed
from diglot.project import Project

_VERSION = re.compile(r"v([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})", re.IGNORECASE)


def date_pages(project: Project, fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments, each with its age and where that comes from.

    `[tool.diglot.ages]` comes first, then what the page says (front matter), then a date in its path. A version in its
    path (`v2` beside `v1`) orders pages but dates none. Git's history is read once, and only where pages of one
    operation wait to be told apart and one of them has nothing better.
    """
    configured = {f"{project.config.pages}/{path}": age for path, age in project.config.ages.items()}
    dated = [_dated(fragment, configured) for fragment in fragments]
    generations = _generations(dated)
    dated = [replace(item, generation=generations.get(item.page.path, ())) for item in dated]
    return _with_history(project, dated)


def _dated(fragment: Fragment, configured: dict[str, str]) -> Fragment:
    path = fragment.page.path
    if path in configured:
        return replace(fragment, age=configured[path], age_source="configured")
    if fragment.age is None and (age := path_age(path)) is not None:
        return replace(fragment, age=age, age_source="path")
    return fragment


def path_age(path: str) -> str | None:
    """The date that the innermost folder or file name of a path is: `2025-11` in `docs/2025-11/list.md`."""
    inner = PurePosixPath(path)
    return next((age for part in (inner.stem, *reversed(inner.parent.parts)) if (age := _date_of(part))), None)


def _date_of(part: str) -> str | None:
    return parse_age(part) if part.count("-") in (1, 2) else None  # `20251128` may be any number


def _generations(fragments: Sequence[Fragment]) -> dict[str, tuple[int, ...]]:
    """The version of each path that stands in a folder beside another version; languages count as equal."""
    families: dict[tuple[str, ...], dict[str, tuple[int, ...]]] = defaultdict(dict)
    for fragment in fragments:
        parts = PurePosixPath(fragment.page.path).parent.parts
        for index, part in enumerate(parts):
            match = _VERSION.fullmatch(part)
            if match:
                folder = tuple("" if name == fragment.language else name for name in parts[:index])
                families[folder][fragment.page.path] = _numbers(match[1])
                break
    return {
        path: version
        for versions in families.values()
        if len(set(versions.values())) > 1
        for path, version in versions.items()
    }


def _numbers(version: str) -> tuple[int, ...]:
    """`1.2` as (1, 2); `1.0` is `1`."""
    numbers = [int(number) for number in version.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _with_history(project: Project, fragments: list[Fragment]) -> list[Fragment]:
    claims = Counter(key for item in fragments for key in {operation.key for operation in item.operations})
    waiting = {
        item.page.path
        for item in fragments
        if item.age is None and not item.generation and any(claims[operation.key] > 1 for operation in item.operations)
    }
    try:
        days = last_changed(project.root, sorted(waiting)) if waiting else {}
    except HistoryError:
        return [_unread(item) if item.page.path in waiting else item for item in fragments]
    return [
        replace(item, age=days[item.page.path], age_source="history")
        if item.page.path in waiting & days.keys()
        else item
        for item in fragments
    ]


def _unread(fragment: Fragment) -> Fragment:
    where = Location(fragment.page.path, fragment.page.first_line, 1)
    finding = Finding("page-history-slow", where, evidence={"seconds": TIMEOUT})
    return replace(fragment, findings=(*fragment.findings, finding))
