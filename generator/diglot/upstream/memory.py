"""What servers said of the versions that were fetched last, in a file that may be deleted at any time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from diglot import files
from diglot.fetch import Address, Validators
from diglot.freshness import FOLDER
from diglot.project import Project
from diglot.upstream.copies import Copy

_FILE = "pull.json"


def recall(project: Project) -> Mapping[str, Any]:
    """What is remembered of each page, by its name."""
    pages = files.load_state(project.root / FOLDER / _FILE).get("pages")
    return pages if isinstance(pages, dict) else {}


def remember(project: Project, pages: Mapping[str, Any]) -> None:
    """Remember these pages and no others."""
    files.write(project.root / FOLDER / _FILE, json.dumps({"pages": pages}, indent=1, sort_keys=True) + "\n")


def note(data: bytes, validators: Validators) -> dict[str, str]:
    """What to remember of a page whose copy now holds `data`."""
    return {**asdict(validators), "digest": files.digest(data)}


def known(noted: Any, copy: Copy, addresses: tuple[Address, ...]) -> tuple[Validators | None, tuple[Address, ...]]:
    """What may be said of the copy in a request, and the addresses with the one that gave it first.

    Nothing may be said of a copy that was changed since: an answer "not modified" would speak of another text.
    """
    fields = ("key", "etag", "modified", "digest")
    if not isinstance(noted, dict) or not all(isinstance(noted.get(name), str) for name in fields):
        return None, addresses
    validators = Validators(noted["key"], noted["etag"], noted["modified"])
    first = sorted(addresses, key=lambda address: Validators.key_of(address) != validators.key)
    current = copy.data is not None and files.digest(copy.data) == noted["digest"]
    return (validators if current else None), tuple(first)
