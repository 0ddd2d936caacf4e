"""The whole generated tree: the package, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

from diglot.core.ir import File, Origin
from diglot.render.beside.reference import render_beside
from diglot.render.code.aside import Modeller, here
from diglot.render.code.formatting import format_python
from diglot.render.code.python import loose, models_module, render_python
from diglot.render.contract.options import Options
from diglot.render.contract.view import build_view
from diglot.render.templates import Templates

_NOWHERE: Mapping[str, Sequence[Origin]] = MappingProxyType({})


def render(
    documents: Mapping[str, Mapping[str, Any]],
    options: Options,
    origins: Mapping[str, Sequence[Origin]] = _NOWHERE,
    modeller: Modeller | None = None,
) -> tuple[File, ...]:
    """Everything that is generated from one contract, sorted by path; paths are relative to `generated/`.

    `documents` holds the OpenAPI 3.1 document in each language, the canonical one first; all have the same structure. A
    text that is absent, or equal to the canonical one, counts as not translated. `origins` says for a JSON Pointer of
    the canonical document which pages say so; `modeller` renders the models elsewhere.

    Raises:
        UsageError: a template is missing or wrong, or ruff is not installed.
    """
    view = build_view(documents, options, origins)
    templates = Templates(options.templates)
    with templates.for_models() as directory, ThreadPoolExecutor(1) as meanwhile:
        classes = (modeller or here)(view.models, options.package, directory)
        sources = render_python(view, templates)
        formatted = meanwhile.submit(format_python, sources, options.package, loose(sources))
        files = render_beside(view, templates)
        models = {"models.py": models_module(view, classes())}
        package = {**formatted.result(), **format_python(models, options.package, models)}
    files += [File(f"{options.package}/{name}", text) for name, text in package.items()]
    files.append(File(f"{options.package}/py.typed", ""))
    return tuple(sorted(files, key=lambda file: file.path))
