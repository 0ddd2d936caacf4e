"""The arguments of a method: what a caller may say in a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from diglot.render.contract.shapes import Field

Place = Literal["path", "query", "header", "cookie", "body", "file"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a method: the field of the request that it fills, and where it is sent."""

    name: str
    field: Field
    place: Place
    explode: bool = True
    example: Any = None
