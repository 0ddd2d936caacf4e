"""Whether anything changed since the last run: digests of all that goes in and of all that came out.

The answer must be cheap: a run with nothing to do should cost no more than starting Python and reading the files.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diglot import __version__, files
from diglot.project import Project

FOLDER = ".diglot"


@dataclass(frozen=True, slots=True)
class Memory:
    """What one command remembers of its last success, in a file that may be deleted at any time."""

    project: Project
    command: str
    salt: str = ""

    def recall(self) -> Any | None:
        """What was remembered, if inputs and outputs are still the same; else None."""
        state = files.load_state(self._path)
        return state.get("said") if state and state.get("digest") == self._digest() else None

    def remember(self, said: Any) -> None:
        """Remember `said` (JSON) for the inputs and outputs as they are now."""
        files.write(self._path, json.dumps({"digest": self._digest(), "said": said}, ensure_ascii=False))

    @property
    def _path(self) -> Path:
        return self.project.root / FOLDER / f"{self.command}.json"

    def _digest(self) -> str:
        """Pages, additions, laws, waivers, configuration, contract, overlays, templates, generated tree, and diglot."""
        root, config = self.project.root, self.project.config
        named = (
            *(config.pages, config.additions, config.laws, config.waivers, config.contract, config.overlays),
            *(config.generated, "pyproject.toml", "diglot.toml", "templates"),
            *([config.templates] if config.templates else []),
        )
        own = Path(__file__).parent
        python = ".".join(map(str, sys.version_info[:3]))
        salt = f"{__version__} {python} {config.templates} {self.salt}"
        return files.digest_tree([*(root / name for name in named), own], salt)
