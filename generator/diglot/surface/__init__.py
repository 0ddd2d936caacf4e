"""Python files -> the API that they offer, and what a change of it means to who calls it. Nothing is ever imported.

`read_surface` reads, `changes` judges; both know only what stands in the files.
"""

from diglot.surface.facts import Surface
from diglot.surface.judge import changes
from diglot.surface.modules import is_readable
from diglot.surface.read import read_surface

__all__ = ["Surface", "changes", "is_readable", "read_surface"]
