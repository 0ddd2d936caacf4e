"""What a user chooses about the generated package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Names and version of the generated package.

    `environment` is the prefix of the variables that give the client its defaults (`DIFY` for `DIFY_API_KEY`);
    `templates` a directory whose templates override those of diglot, one at a time.
    """

    package: str = "dify_knowledge"
    client: str = "DifyKnowledge"
    environment: str = "DIFY"
    version: str = "0.1.0"
    templates: Path | None = None
