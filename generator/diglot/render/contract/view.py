"""Contract -> what the templates place: plain values, every decision already made."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from diglot.core.ir import Origin
from diglot.render.contract.cursor import Node, Prose, Source
from diglot.render.contract.failures import Failure, Failures
from diglot.render.contract.groups import Group, read_groups
from diglot.render.contract.operations import Operation, read_operations
from diglot.render.contract.options import Options
from diglot.render.contract.schemas import Schemas
from diglot.render.contract.shapes import Model
from diglot.render.contract.uses import with_uses


@dataclass(frozen=True, slots=True)
class Key:
    """How the API key is sent: the name of a header, and what stands before the key in it."""

    header: str = "Authorization"
    prefix: str = "Bearer "
    prose: Prose = ()


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the generated files say.

    `digest` is the SHA-256 of the canonical document, in hexadecimal; `models_by_name` are the models by their classes.
    """

    options: Options
    source: Source
    digest: str
    title: Prose
    description: Prose
    base_url: str
    key: Key
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...]
    models: tuple[Model, ...]
    models_by_name: Mapping[str, Model]
    statuses: tuple[Failure, ...]
    codes: tuple[Failure, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the documentation, the canonical one first."""
        return tuple(self.source.documents)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every exception class of a status or a code, each once, bases first."""
        listed = {failure.name for failure in self.statuses}
        return (*self.statuses, *(failure for failure in self.codes if failure.name not in listed))


def build_view(
    documents: Mapping[str, Mapping[str, Any]], options: Options, origins: Mapping[str, Sequence[Origin]]
) -> View:
    """The view of one contract in all its languages, the first of which is the canonical one."""
    source = Source(documents, origins)
    root = source.root
    schemas, failures = Schemas(root), Failures(options.client)
    operations = read_operations(root, schemas, failures)
    for key, node in root.at("components", "schemas").members():
        schemas.shape(node, key)
    models = _opened(with_uses(schemas.finished(), operations), operations)
    return View(
        options,
        source,
        digest_of(root.value),
        root.at("info").prose("title"),
        root.at("info").prose("description"),
        _base_url(root),
        _key(root),
        operations,
        read_groups(root, operations, _taken(options, failures)),
        models,
        {model.name: model for model in models},
        failures.statuses,
        failures.codes,
    )


def _taken(options: Options, failures: Failures) -> list[str]:
    names = [options.client, f"{options.client}Error", *(failure.name for failure in failures.statuses)]
    return [*names, *(failure.name for failure in failures.codes)]


def digest_of(document: Any) -> str:
    """The SHA-256 of a document in hexadecimal, whatever the order of its members."""
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _opened(models: Mapping[str, Model], operations: Sequence[Operation]) -> tuple[Model, ...]:
    """The models, closed where only requests use them."""
    sent = _reached(models, [name for operation in operations for name in (operation.parameters, operation.body.model)])
    answered = _reached(models, [operation.answer.model for operation in operations])
    return tuple(replace(model, open=name in answered or name not in sent) for name, model in models.items())


def _reached(models: Mapping[str, Model], names: Sequence[str]) -> set[str]:
    reached, waiting = set[str](), [name for name in names if name]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [shape.model for shape in models[name].shapes() if shape.model]
    return reached


def _base_url(root: Node) -> str:
    """The first server's URL with the defaults of its variables, or an empty string where that is no web address."""
    for server in root.at("servers").items():
        url = str(server.get("url", ""))
        for name, variable in server.at("variables").members():
            url = url.replace("{" + name + "}", str(variable.get("default", "")))
        if re.fullmatch(r"https?://[A-Za-z0-9._~:/%+,\[\]-]+", url):
            return url.rstrip("/")
    return ""


def _key(root: Node) -> Key:
    """How the first security scheme that the contract demands wants its key; a bearer token where none is said."""
    demanded = [name for item in root.at("security").items() for name, _ in item.members()]
    schemes = dict(root.at("components", "securitySchemes").members())
    for name in [*demanded, *schemes]:
        if name not in schemes:
            continue
        scheme = schemes[name].target()
        header = scheme.get("name")
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header" and isinstance(header, str):
            if re.fullmatch(r"[A-Za-z0-9-]+", header):
                return Key(header, "", scheme.prose("description"))
        elif scheme.get("type") == "http":
            return Key(prose=scheme.prose("description"))
    return Key()
