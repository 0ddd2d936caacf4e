"""How the validators learn where a place of the document is written."""

from __future__ import annotations

from collections.abc import Callable

from diglot.core.finding import Location

Locate = Callable[[str], Location]
