"""One project: the folder that its paths start from, and its configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diglot.config import Config, load_config
from diglot.core.usage import UsageError


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a configuration; every path in the configuration starts there."""

    root: Path
    config: Config

    @classmethod
    def at(cls, root: Path) -> Project:
        """The project in `root`.

        Raises:
            UsageError: there is no such folder, or its configuration is wrong.
        """
        if not root.is_dir():
            raise UsageError(f"{root}: there is no such folder")
        return cls(root, load_config(root))

    def name(self, path: Path) -> str:
        """A path as findings name it: from the project's root where it lies inside."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
