"""Templates -> text: the only module that knows Jinja.

A template places values, it never makes them: whatever it prints must be `Code` (in Python) or `Markdown`, the types
that only encoders give. Any other text is refused, so that no template, a user's included, can forget to encode.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diglot.core.names import Code, docstring, literal
from diglot.core.usage import UsageError
from diglot.render.markdown import Markdown

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).resolve()
_HOMES = (_HERE.parents[1] / "templates", _HERE.parents[3] / "templates")  # in a wheel, in a checkout


class Templates:
    """The templates of diglot, each overridden by one of the same name in the user's directory, where there is one."""

    def __init__(self, override: Path | None = None) -> None:
        home = next((home for home in _HOMES if home.is_dir()), None)
        if home is None:
            raise UsageError(f"the templates of diglot are missing: {_HOMES[0]}")
        if override is not None and not override.is_dir():
            raise UsageError(f"there is no directory of templates at {override}")
        self._directories = [override, home] if override is not None else [home]
        self._environments: dict[type[str], Environment] = {}

    def python(self, name: str, values: Mapping[str, Any]) -> str:
        """One file of Python, not yet formatted. Raises UsageError where the template is wrong."""
        return self._render(name, values, Code)

    def markdown(self, name: str, values: Mapping[str, Any]) -> str:
        """One file of Markdown or TOML. Raises UsageError where the template is wrong."""
        return self._render(name, values, Markdown)

    def directory_of(self, name: str) -> Path:
        """The directory whose template of this name counts."""
        return next(directory for directory in self._directories if (directory / name).is_file())

    def _render(self, name: str, values: Mapping[str, Any], kind: type[str]) -> str:
        from jinja2 import TemplateError

        if kind not in self._environments:
            self._environments[kind] = self._environment(kind)
        try:
            return self._environments[kind].get_template(name).render(values)
        except TemplateError as error:
            raise UsageError(f"the template {name} cannot be used: {error}") from error

    def _environment(self, kind: type[str]) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        environment = Environment(
            loader=FileSystemLoader([str(directory) for directory in self._directories]),
            undefined=StrictUndefined,
            finalize=_only(kind),
            autoescape=False,  # noqa: S701 - it would write HTML; `finalize` demands the right encoder instead
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters.update(literal=literal, docstring=docstring)
        return environment


def _only(kind: type[str]) -> Callable[[Any], Any]:
    from jinja2 import TemplateRuntimeError, Undefined

    allowed = (kind, int, Undefined)

    def finalize(value: Any) -> Any:
        if not isinstance(value, allowed):
            raise TemplateRuntimeError(f"a value of type {type(value).__name__} is printed without an encoder")
        return value

    return finalize
