"""What passes between the stages: values, frozen, without behaviour of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.core.finding import Finding, Location
from diglot.core.tree import Map, Mark

Strength = Literal["added", "declared", "sampled", "prose", "inferred"]
Certainty = Literal["lost", "ambiguous", "inferred"]
AgeSource = Literal["configured", "page", "path", "history"]

DIALECTS = ("openapi", "fern", "flat", "rendered")
"""The dialects of pages, the one that says most first."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


@dataclass(frozen=True, slots=True)
class Page:
    """One documentation page, or one slice of a file that holds many.

    `path` is the file as the user named it, `first_line` the line of the file on which `text` begins, from 1;
    `language` a BCP 47 primary tag such as `en` or `zh`, with the evidence for it in words. `title`, the address where
    it was `published` and the site's `index` of all pages (`llms.txt`) are as the page says them, empty where it does
    not: hostile text until it is checked.
    """

    path: str
    text: str
    language: str
    language_evidence: str = ""
    first_line: int = 1
    title: str = ""
    published: str = ""
    index: str = ""


@dataclass(frozen=True, slots=True, order=True)
class OpKey:
    """The identity of an operation: method in lower case, route with the names of its parameters erased."""

    method: str
    route: str

    @classmethod
    def of(cls, method: str, path: str) -> OpKey:
        """The key of `method` on `path`: a renamed `{id}` or a trailing slash is not another operation."""
        return cls(method.lower(), re.sub(r"\{[^{}/]*\}", "{}", path).rstrip("/") or "/")

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.route}"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as one page names it: method in lower case, path as written; a webhook has no server path."""

    method: str
    path: str
    webhook: bool = False

    @property
    def key(self) -> OpKey:
        """What identifies this operation across pages."""
        return OpKey.of(self.method, self.path)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a page's dialect cannot say, or says in a way that allows more than one reading.

    `pointer` names the place in the page's own document, `code` the kind of loss (kebab-case), `evidence` what the page
    shows there, `mark` the place of that text in the page, where there is one.
    """

    pointer: str
    code: str
    certainty: Certainty
    evidence: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """All that one page says: its operations and the OpenAPI document recovered from this page alone.

    The document keeps the marks of the page (see `tree`). `strengths` lists the pointers whose subtree is not declared
    but sampled, prose or inferred. `age` is an ISO 8601 date or interval (`2025-09-11/2025-11-26`), or None, and
    `age_source` whence it comes. `generation` is the version in the page's path, (1, 2) for `v1.2`, where the folder
    has several; it orders pages that have no age, and dates none.
    """

    page: Page
    dialect: str
    operations: tuple[Operation, ...]
    document: Map
    strengths: Mapping[str, Strength] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    findings: tuple[Finding, ...] = ()
    age: str | None = None
    age_source: AgeSource | None = None
    generation: tuple[int, ...] = ()

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.page.language

    @property
    def terseness(self) -> int:
        """How little its dialect can say: 0 for the one that says most."""
        return DIALECTS.index(self.dialect) if self.dialect in DIALECTS else len(DIALECTS)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one fact of the contract comes from, and how strongly it was said there."""

    location: Location
    strength: Strength
    language: str


@dataclass(frozen=True, slots=True)
class Contract:
    """The canonical OpenAPI 3.1 document, and for each JSON Pointer in it the pages that say so."""

    document: dict[str, Any]
    origins: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overlay:
    """The prose of one language as an OpenAPI Overlay 1.0 document to be applied to the contract."""

    language: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """One file to be written: path relative to its tree, forward slashes, and its whole text."""

    path: str
    text: str
