"""Contract -> the client package, its README and its reference, in memory.

`render` is the one door: the same documents and options give the same bytes, wherever and whenever.
"""

from __future__ import annotations

from diglot.render.options import Options
from diglot.render.package import render
from diglot.render.view import digest_of

__all__ = ["Options", "digest_of", "render"]
