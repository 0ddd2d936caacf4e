"""Keywords that are taken for patterns, code or words, or that are searched in the wrong place."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import has_text, searching
from diglot.serve.faults.wrapping import Json, asked, asking, breaking, operation, putting, refusing
from diglot.serve.store import Query, Store


def _plain(keyword: str, row: Json) -> bool:
    """What a search should find."""
    return keyword.casefold() in str(row["name"]).casefold()


def _heard(change: Callable[[str], str]) -> App:
    """A server that searches for another keyword than the one it was given."""
    return searching(lambda keyword, row: _plain(change(keyword), row))


def _also(more: Callable[[str, Json], bool]) -> App:
    """A server that finds more than it should."""
    return searching(lambda keyword, row: _plain(keyword, row) or more(keyword, row))


def _like(keyword: str, row: Json, escapes: bool = False) -> bool:
    """How a database reads a pattern of LIKE that nobody escaped."""
    signs = {"%": ".*", "_": "."}
    pattern = "".join(signs.get(char, re.escape(char)) for char in keyword)
    if escapes:
        pattern = re.sub(r"\\\\(.)", lambda match: re.escape(match[1]), pattern)
    return re.search(pattern, row["name"], re.IGNORECASE | re.DOTALL) is not None


def _one_sign(keyword: str, row: Json, sign: str, means: str) -> bool:
    pattern = means.join(map(re.escape, keyword.split(sign)))
    return re.search(pattern, row["name"], re.IGNORECASE | re.DOTALL) is not None


def _expression(keyword: str, row: Json) -> bool:
    try:
        return re.search(keyword, row["name"], re.IGNORECASE) is not None
    except re.error:
        return _plain(keyword, row)


def _words(keyword: str, row: Json) -> list[bool]:
    return [_plain(word, row) for word in keyword.split()]


def _injected(keyword: str, row: Json) -> bool:
    return _plain(keyword, row) or re.search(r"'\s*or\s", keyword, re.IGNORECASE) is not None


def _keyword(scope: Any) -> str:
    return asked(scope).get("keyword", "") if operation(scope) == "list" else ""


def _breaks_on(breaks: Callable[[str], bool]) -> App:
    return breaking(lambda scope, _: breaks(_keyword(scope)))


def _is_no_expression(keyword: str) -> bool:
    try:
        re.compile(keyword)
    except re.error:
        return True
    return False


def _filters_one_page() -> App:
    class Late(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, replace(query, keyword=None))
            found = [row for row in rows if has_text(row, query)]
            return total if query.keyword is None else len(found), found

    return create_app(store=Late())


def _remembers_keywords() -> App:
    """The answer to a keyword is kept whatever the status, page and limit beside it are."""
    kept: dict[tuple[str, str], Any] = {}

    class Remembering(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            if not query.keyword:
                return super().list_documents(dataset_id, query)
            found = super().list_documents(dataset_id, query)
            return kept.setdefault((dataset_id, query.keyword), found)

    return create_app(store=Remembering())


def _of_other_datasets() -> App:
    class Wide(Store):
        def matching(self, dataset_id: str, query: Query) -> Any:
            where = super().matching(dataset_id, query)
            return where[1:] if query.keyword else where

    return create_app(store=Wide())


FAULTS = family(
    "filters",
    "filter.",
    wrong("ignores the keyword", "filter-wrong", lambda: searching(lambda *_: True)),
    wrong("distinguishes letter case", "filter-wrong", lambda: searching(lambda keyword, row: keyword in row["name"])),
    wrong(
        "finds small letters only",
        "filter-wrong",
        lambda: searching(lambda keyword, row: keyword in row["name"].lower()),
    ),
    # patterns and code
    wrong("takes percent and underscore for wildcards", "filter-wrong", lambda: searching(_like)),
    wrong(
        "takes percent for a wildcard",
        "filter-wrong",
        lambda: searching(lambda keyword, row: _one_sign(keyword, row, "%", ".*")),
    ),
    wrong(
        "takes underscore for a wildcard",
        "filter-wrong",
        lambda: searching(lambda keyword, row: _one_sign(keyword, row, "_", ".")),
    ),
    wrong(
        "takes a star for a wildcard",
        "filter-wrong",
        lambda: searching(lambda keyword, row: _one_sign(keyword, row, "*", ".*")),
    ),
    wrong(
        "takes a question mark for a wildcard",
        "filter-wrong",
        lambda: searching(lambda keyword, row: _one_sign(keyword, row, "?", ".")),
    ),
    wrong("drops backslashes", "filter-wrong", lambda: _heard(lambda keyword: keyword.replace("\\", ""))),
    wrong("takes keywords for regular expressions", "filter-wrong", lambda: searching(_expression)),
    wrong(
        "breaks on what is no regular expression",
        "server-error",
        lambda: _breaks_on(_is_no_expression),
        laws="filter. input.",
    ),
    wrong(
        "breaks on a quote", "server-error", lambda: _breaks_on(lambda keyword: "'" in keyword), laws="filter. input."
    ),
    wrong("cuts the keyword at a quote", "filter-wrong", lambda: _heard(lambda keyword: keyword.partition("'")[0])),
    wrong("doubles quotes", "filter-wrong", lambda: _heard(lambda keyword: keyword.replace("'", "''"))),
    wrong("lets a keyword end the statement", "filter-wrong", lambda: searching(_injected)),
    wrong("takes two dashes for a comment", "filter-wrong", lambda: _heard(lambda keyword: keyword.partition("--")[0])),
    wrong("escapes keywords for HTML", "filter-wrong", lambda: _heard(html.escape)),
    wrong("decodes keywords twice", "filter-wrong", lambda: _heard(unquote)),
    wrong(
        "takes an escaped plus for a blank", "filter-wrong", lambda: _heard(lambda keyword: keyword.replace("+", " "))
    ),
    # parts of names
    wrong(
        "finds beginnings only",
        "filter-wrong",
        lambda: searching(lambda keyword, row: row["name"].casefold().startswith(keyword.casefold())),
    ),
    wrong(
        "finds endings only",
        "filter-wrong",
        lambda: searching(lambda keyword, row: row["name"].casefold().endswith(keyword.casefold())),
    ),
    wrong(
        "finds whole names only",
        "filter-wrong",
        lambda: searching(lambda keyword, row: row["name"].casefold() == keyword.casefold()),
    ),
    wrong(
        "finds whole words only",
        "filter-wrong",
        lambda: searching(lambda keyword, row: keyword.casefold() in re.split(r"\W+", row["name"].casefold())),
    ),
    wrong(
        "finds all words in any order",
        "filter-wrong",
        lambda: searching(lambda keyword, row: all(_words(keyword, row))),
    ),
    wrong("finds any of the words", "filter-wrong", lambda: searching(lambda keyword, row: any(_words(keyword, row)))),
    wrong("passes over blanks in keywords", "filter-wrong", lambda: _heard(lambda keyword: keyword.replace(" ", ""))),
    wrong(
        "searches names without their extension",
        "filter-wrong",
        lambda: searching(lambda keyword, row: keyword.casefold() in row["name"].rpartition(".")[0].casefold()),
    ),
    wrong(
        "searches the first ten characters of names",
        "filter-wrong",
        lambda: searching(lambda keyword, row: keyword.casefold() in row["name"][:10].casefold()),
    ),
    wrong("searches for the first ten characters", "filter-wrong", lambda: _heard(lambda keyword: keyword[:10])),
    wrong(
        "needs three characters to search",
        "filter-wrong",
        lambda: searching(lambda keyword, row: len(keyword) < 3 or _plain(keyword, row)),
    ),
    # alphabets
    wrong(
        "finds nothing beyond ASCII",
        "filter-wrong",
        lambda: searching(lambda keyword, row: keyword.isascii() and _plain(keyword, row)),
    ),
    wrong(
        "drops emoji from keywords",
        "filter-wrong",
        lambda: _heard(lambda keyword: "".join(char for char in keyword if ord(char) < 0x10000)),
    ),
    wrong(
        "breaks on emoji",
        "server-error",
        lambda: _breaks_on(lambda keyword: any(ord(char) > 0xFFFF for char in keyword)),
        laws="filter. input.",
    ),
    wrong("breaks on NUL", "server-error", lambda: _breaks_on(lambda keyword: "\0" in keyword), laws="filter. input."),
    wrong("cuts the keyword at NUL", "filter-wrong", lambda: _heard(lambda keyword: keyword.partition("\0")[0])),
    wrong(
        "breaks on long keywords",
        "server-error",
        lambda: _breaks_on(lambda keyword: len(keyword) > 255),
        laws="filter. input.",
    ),
    # other places
    wrong("searches ids too", "filter-wrong", lambda: _also(lambda keyword, row: keyword in row["id"])),
    wrong(
        "searches metadata too",
        "filter-wrong",
        lambda: _also(lambda keyword, row: any(keyword in str(one["value"]) for one in row["doc_metadata"])),
    ),
    wrong("searches states too", "filter-wrong", lambda: _also(lambda keyword, row: keyword in row["display_status"])),
    wrong(
        "searches other datasets too",
        "filter-wrong filter-total-wrong dataset-boundary-crossed",
        _of_other_datasets,
        laws="filter. scope.",
    ),
    # an empty keyword
    wrong(
        "finds nothing for an empty keyword",
        "filter-wrong",
        lambda: asking(lambda query: {"keyword": "\0"} if query.get("keyword") == "" else {}),
    ),
    wrong(
        "refuses an empty keyword",
        "valid-input-refused",
        lambda: refusing(lambda _, query: query.get("keyword") == "", 400, "invalid_param"),
        laws="filter. input.",
    ),
    # pages and totals of what was found
    wrong(
        "filters within the page by keyword", "filter-wrong filter-total-wrong filter-pages-wrong", _filters_one_page
    ),
    wrong(
        "totals without the keyword",
        "filter-total-wrong",
        lambda: putting(
            total=lambda answer, query: 130 if query.get("keyword") and answer["total"] else answer["total"]
        ),
    ),
    wrong(
        "totals the page under a keyword",
        "filter-total-wrong",
        lambda: putting(total=lambda answer, query: len(answer["data"]) if query.get("keyword") else answer["total"]),
    ),
    wrong(
        "remembers a keyword without its page",
        "filter-pages-wrong filter-wrong filters-not-combined",
        _remembers_keywords,
    ),
)
