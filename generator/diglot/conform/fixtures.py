"""What a test of a running server must be told: a key, a dataset, and whatever else the user can spare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diglot.conform.credentials import Secret
from diglot.core.usage import UsageError

_TEXTS = ("dataset", "empty_dataset", "other_dataset", "api_disabled_dataset")


@dataclass(frozen=True, slots=True)
class OtherTenant:
    """Another account on the same server: its key and one of its datasets."""

    token: Secret
    dataset: str


@dataclass(frozen=True, slots=True)
class MetadataField:
    """A metadata field that the dataset defines; `type` is `string`, `number` or `time`."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Fixtures:
    """Known keys and ids. Each one that is absent only means that fewer laws can be exercised.

    `parameters` gives values for path parameters of other APIs, by name.
    """

    token: Secret = field(default_factory=lambda: Secret(""))
    dataset: str | None = None
    empty_dataset: str | None = None
    other_dataset: str | None = None
    api_disabled_dataset: str | None = None
    other_tenant: OtherTenant | None = None
    metadata_fields: tuple[MetadataField, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every key that must never be printed."""
        other = (self.other_tenant.token,) if self.other_tenant else ()
        return tuple(secret for secret in (self.token, *other) if secret.value)

    @classmethod
    def parse(cls, document: Mapping[str, Any], environ: Mapping[str, str]) -> Fixtures:
        """Fixtures from a TOML document; a value `env:NAME` is taken from `environ`.

        Raises:
            UsageError: a value is not text, an unknown key, or an environment variable that is not set.
        """
        known = {*_TEXTS, "token", "other_tenant", "metadata_field", "parameters"}
        for key in document.keys() - known:
            raise UsageError(f"fixtures: unknown key {key!r}; known are {', '.join(sorted(known))}")
        texts = {name: _text(document, name, environ) for name in _TEXTS if name in document}
        other = _table(document, "other_tenant")
        return cls(
            token=_secret(document, "$API_KEY", environ),
            other_tenant=OtherTenant(_secret(other, "$OTHER_API_KEY", environ), _text(other, "dataset", environ))
            if other
            else None,
            metadata_fields=tuple(_field(entry, environ) for entry in _tables(document, "metadata_field")),
            parameters={
                name: _text(_table(document, "parameters"), name, environ) for name in _table(document, "parameters")
            },
            **texts,
        )


def _secret(table: Mapping[str, Any], shown: str, environ: Mapping[str, str]) -> Secret:
    given = table.get("token", "")
    if isinstance(given, str) and given.startswith("env:"):
        shown = "$" + given.removeprefix("env:")
    return Secret(_text({"token": given}, "token", environ), shown)


def _text(table: Mapping[str, Any], name: str, environ: Mapping[str, str]) -> str:
    value = table.get(name)
    if not isinstance(value, str):
        raise UsageError(f"fixtures: {name} must be text in quotes")
    if not value.startswith("env:"):
        return value
    variable = value.removeprefix("env:")
    if not environ.get(variable):
        raise UsageError(f"fixtures: {name} is {value}, but the environment variable {variable} is not set")
    return environ[variable]


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, Mapping):
        raise UsageError(f"fixtures: [{name}] must be a table")
    return value


def _tables(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = document.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise UsageError(f"fixtures: write each {name} under [[{name}]]")
    return value


def _field(entry: Mapping[str, Any], environ: Mapping[str, str]) -> MetadataField:
    values = {name: _text(entry, name, environ) for name in ("id", "name", "type")}
    if values["type"] not in ("string", "number", "time"):
        raise UsageError("fixtures: the type of a metadata_field is string, number or time")
    return MetadataField(**values)
