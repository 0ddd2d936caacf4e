"""The committed copies: every file below the project's pages, and what is only named in `[tool.diglot.sources]`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from diglot import files
from diglot.core.finding import Location
from diglot.core.ir import Fragment
from diglot.core.usage import UsageError
from diglot.project import Project
from diglot.read import read_bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """One file: its name below the pages, its path as findings name it, its bytes (None: not there yet), what it says.

    `source` is the address that the configuration gives it (empty: it is published nowhere), None where it gives none.
    """

    name: str
    path: str
    data: bytes | None
    fragments: tuple[Fragment, ...]
    source: str | None = None

    @property
    def location(self) -> Location:
        """The file as a whole."""
        return Location(self.path, 1, 1)

    @property
    def operations(self) -> frozenset[str]:
        """The operations it describes."""
        return operations_of(self.fragments)


def operations_of(fragments: tuple[Fragment, ...]) -> frozenset[str]:
    """The operations that fragments describe, as findings name them."""
    return frozenset(str(operation.key) for fragment in fragments for operation in fragment.operations)


def copies_of(project: Project) -> list[Copy]:
    """Every copy of the project, by name.

    Raises:
        UsageError: a source for what is no page below the folder of the pages; no page at all.
    """
    sources, folder = dict(project.config.sources), project.config.pages
    for name in sources:
        if not files.inside(name) or not name.lower().endswith(files.PAGE_SUFFIXES):
            raise UsageError(f"[tool.diglot.sources]: {name!r} names no page below {folder}")
    listed = files.pages([folder], project.root) if (project.root / folder).is_dir() or not sources else []
    found = {}
    for path, data in listed:
        name = PurePosixPath(path).relative_to(folder).as_posix()
        found[name] = Copy(name, path, data, tuple(read_bytes(path, data)), sources.pop(name, None))
    for name, source in sources.items():
        if not source:
            raise UsageError(f"[tool.diglot.sources]: there is no page {name!r} below {folder}")
        found[name] = Copy(name, str(PurePosixPath(folder) / name), None, (), source)
    return [found[name] for name in sorted(found)]
