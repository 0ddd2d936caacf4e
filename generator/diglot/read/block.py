"""What the page reader hands to a dialect, and what a dialect gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diglot.core.finding import Finding
from diglot.core.ir import Loss, Operation, Strength
from diglot.core.tree import Map, Mark


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a page with the mark of their first character."""

    value: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page: its info string taken apart, and its content as a tree with marks.

    `source` is the file or URL that the info string names, `method` is in lower case; each is None where the info
    string has none. `mark` is where the fence opens.
    """

    language: str
    source: str | None
    method: str | None
    path: str | None
    webhook: bool
    tree: Any
    mark: Mark


@dataclass(frozen=True, slots=True)
class Heading:
    """What a page says above its block: the H1 and the quoted description, where it has them."""

    title: Text | None = None
    description: Text | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What one dialect made of one block or page: an OpenAPI document, how strongly it is said, and what was lost."""

    operations: tuple[Operation, ...]
    document: Map
    strengths: Mapping[str, Strength] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    findings: tuple[Finding, ...] = ()
