"""Contract -> the client package, its README and its reference, in memory.

`render` is the one door: the same documents and options give the same bytes, wherever and whenever.
"""

from __future__ import annotations

from diglot.render.code.aside import Modeller, modeller
from diglot.render.contract.options import Options
from diglot.render.contract.view import digest_of
from diglot.render.package import render

__all__ = ["Modeller", "Options", "digest_of", "modeller", "render"]
