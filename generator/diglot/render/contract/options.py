"""What a user chooses about the generated package."""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

from diglot.core.usage import UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """Names and version of the generated package.

    `environment` is the prefix of the variables that give the client its defaults (`DIFY` for `DIFY_API_KEY`);
    `templates` a directory whose templates override those of diglot, one at a time.

    Raises:
        UsageError: one of the names is no name in Python.
    """

    package: str = "dify_knowledge"
    client: str = "DifyKnowledge"
    environment: str = "DIFY"
    version: str = "0.1.0"
    templates: Path | None = None

    def __post_init__(self) -> None:
        for name in (self.package, self.client, self.environment):
            if not (name.isascii() and name.isidentifier()) or iskeyword(name):
                shown = f"{name[:60]!r} (the generated package, its client or its environment variables)"
                raise UsageError(f"{shown} is no name in Python: letters, digits and underscores, such as acme_api")
