"""A running server against a contract, from files: what `diglot conform` does, as a function.

    from diglot.testing import conform

    report = conform("http://127.0.0.1:8000/v1", "openapi.yaml", token="…", dataset="…")
    report.raise_for_findings()

The stage itself, for who has documents in memory, is `diglot.conform.run`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from diglot import files, pipeline
from diglot.conform import Fixtures, Options, Report, Target
from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.core.tree import plain
from diglot.core.usage import UsageError
from diglot.normalize import canonical
from diglot.pipeline import locator
from diglot.project import Project


def conform(
    target: Any,
    spec: str | Path | None = None,
    *,
    laws: str | Path | None = None,
    fixtures: Fixtures | Mapping[str, Any] | str | Path | None = None,
    dataset: str | None = None,
    token: str | None = None,
    project: str | Path = ".",
    options: Options | None = None,
) -> Report:
    """Test a running server against a contract; what the tests change on it is put back.

    `target` is a URL, a text `module:app`, or an ASGI application; `spec` and `laws` are files (default: those of the
    project, a folder); `fixtures` are a file, its content as a mapping, or `Fixtures`. `dataset` and `token` go over
    what the fixtures give; without a token it is taken from the environment (`DIFY_API_KEY`). The findings name the
    lines of `spec`.

    Raises:
        UsageError: a file cannot be used, the server cannot be reached, or it refuses the key.
    """
    home = Project.at(Path(project))
    contract = contract_for(home, str(spec) if spec else None)
    known = fixtures if isinstance(fixtures, Fixtures) else fixtures_of(home, fixtures, dataset, token)
    asked = replace(options or Options(), spec=str(spec or home.config.contract))
    return against(home, target, contract, known, asked, str(laws) if laws else None)


def against(
    project: Project, target: Any, contract: Fragment, fixtures: Fixtures, options: Options, laws: str | None = None
) -> Report:
    """Test a server against a contract that is read; its findings name the lines of the contract.

    Raises:
        UsageError: as `diglot.conform.run`, or `target` is none.
    """
    where = Target.parse(target) if isinstance(target, str) else Target(app=target)
    report = pipeline.conform(project, where, plain(canonical(contract).document), fixtures, options, laws)
    locate = locator(contract)

    def placed(item: Finding) -> Finding:
        return replace(item, location=locate(item.location.pointer), also=tuple(placed(part) for part in item.also))

    return replace(report, findings=tuple(placed(item) for item in report.findings))


def contract_for(project: Project, name: str | None) -> Fragment:
    """The contract to test against: a document with operations, its lines kept.

    Raises:
        UsageError: it has no operation, or cannot be read.
    """
    path = name or project.config.contract
    if name is None and not (project.root / path).is_file():
        raise UsageError(f"{path}: there is no such file here; say which contract with --spec FILE")
    fragments = [fragment for fragment in pipeline.read(project, [path]) if fragment.operations]
    if len(fragments) != 1:
        raise UsageError(f"{path}: one OpenAPI document with operations is expected here")
    return fragments[0]


def fixtures_of(
    project: Project,
    given: Mapping[str, Any] | str | Path | None,
    dataset: str | None = None,
    token: str | None = None,
) -> Fixtures:
    """The fixtures file or its content, `dataset` and `token` over it, and the key from the environment at last.

    Raises:
        UsageError: the file cannot be read, or says something that fixtures cannot say.
    """
    document: dict[str, Any] = _loaded(given) if isinstance(given, str | Path) else dict(given or {})
    document |= {name: value for name, value in (("dataset", dataset), ("token", token)) if value}
    variable = f"{project.config.environment}_API_KEY"
    if "token" not in document and os.environ.get(variable):
        document["token"] = f"env:{variable}"
    return Fixtures.parse(document, os.environ)


def _loaded(path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(files.read_text(Path(path)))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from None
