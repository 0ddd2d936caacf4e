"""`[tool.diglot]` in pyproject.toml, or diglot.toml, as a frozen Config."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from diglot.core.age import parse_age
from diglot.core.hosts import split_host
from diglot.core.usage import UsageError


@dataclass(frozen=True, slots=True)
class Config:
    """Where a project keeps its things, and what its client is called.

    Paths are relative to the project's root. `languages` are in order of preference; the first is that of the contract.
    `ages` gives pages (relative to `pages`) the ISO 8601 day or interval in which they were published, `sources` the
    URL where they are published. `hosts` (name or name:port) are those that may be asked for pages. `templates` is a
    folder of templates that stand in for those of diglot; empty: none.
    """

    languages: tuple[str, ...] = ("en", "zh")
    pages: str = "specs/pages"
    contract: str = "specs/openapi.yaml"
    overlays: str = "specs/overlays"
    additions: str = "specs/additions"
    laws: str = "specs/laws.yaml"
    waivers: str = "specs/waivers.toml"
    generated: str = "generated"
    package: str = "api_client"
    client: str = "ApiClient"
    environment: str = "API"
    templates: str = ""
    ages: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()


def load_config(root: Path) -> Config:
    """The configuration of the project at `root`; the defaults where it has none.

    Raises:
        UsageError: a file that is not TOML, an unknown key, or a value of the wrong type; says which.
    """
    for name in ("diglot.toml", "pyproject.toml"):
        path = root / name
        if not path.is_file():
            continue
        try:
            table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise UsageError(f"{name} cannot be read: {error}") from None
        if name == "pyproject.toml":
            table = table.get("tool", {}).get("diglot", {})
        if table:
            return _config(table, name)
    return Config()


def _config(table: dict[str, Any], name: str) -> Config:
    known = {item.name for item in fields(Config)}
    for key, value in table.items():
        if key not in known:
            raise UsageError(f"{name}: [tool.diglot] has no key {key!r}; it has {', '.join(sorted(known))}")
        if key in ("languages", "hosts"):
            right = isinstance(value, list) and all(isinstance(item, str) for item in value)
            right = right and (bool(value) or key == "hosts")
        elif key in ("ages", "sources"):
            kinds = (str, date) if key == "ages" else (str,)
            right = isinstance(value, dict) and all(isinstance(item, kinds) for item in value.values())
        else:
            right = isinstance(value, str) and bool(value)
        if not right:
            raise UsageError(f"{name}: the value of {key} in [tool.diglot] is of the wrong type")
    for host in table.get("hosts", ()):
        if split_host(host) is None:
            raise UsageError(f"{name}: {host!r} among the hosts in [tool.diglot] is neither a name nor name:port")
    lists: dict[str, Any] = {key: tuple(table[key]) for key in ("languages", "hosts") if key in table}
    ages = {path: _age(path, str(age), name) for path, age in table.get("ages", {}).items()}
    return Config(**{**table, **lists, "ages": ages})


def _age(path: str, text: str, name: str) -> str:
    age = parse_age(text)
    if age is None:
        raise UsageError(f"{name}: the age of {path!r} in [tool.diglot.ages] is no ISO 8601 date or interval: {text!r}")
    return age
