"""The whole generated tree: the package, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

from diglot.core.ir import File, Origin
from diglot.render.beside.reference import render_beside
from diglot.render.code.formatting import format_python
from diglot.render.code.python import loose, render_python
from diglot.render.contract.options import Options
from diglot.render.contract.view import build_view
from diglot.render.templates import Templates

_NOWHERE: Mapping[str, Sequence[Origin]] = MappingProxyType({})


def render(
    documents: Mapping[str, Mapping[str, Any]], options: Options, origins: Mapping[str, Sequence[Origin]] = _NOWHERE
) -> tuple[File, ...]:
    """Everything that is generated from one contract, sorted by path; paths are relative to `generated/`.

    `documents` holds the OpenAPI 3.1 document in each language, the canonical one first; all have the same structure. A
    text that is absent, or equal to the canonical one, counts as not translated. `origins` says for a JSON Pointer of
    the canonical document which pages say so.

    Raises:
        UsageError: a template is missing or wrong, or ruff is not installed.
    """
    view = build_view(documents, options, origins)
    templates = Templates(options.templates)
    sources = render_python(view, templates)
    with ThreadPoolExecutor(1) as meanwhile:  # ruff works while the rest is rendered
        package = meanwhile.submit(format_python, sources, options.package, loose(sources))
        files = render_beside(view, templates)
    files += [File(f"{options.package}/{name}", text) for name, text in package.result().items()]
    files.append(File(f"{options.package}/py.typed", ""))
    return tuple(sorted(files, key=lambda file: file.path))
