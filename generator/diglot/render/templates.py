"""Templates -> text: the only module that knows Jinja.

A template places values, it never makes them: whatever it prints must be `Code` (in Python) or `Markdown`, the types
that only encoders give. Any other text is refused, so that no template, a user's included, can forget to encode. A
template is a file of ours or of the user's; no text of a page is ever compiled as one.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diglot.core.names import Code, docstring, literal
from diglot.core.usage import UsageError
from diglot.render.words.markdown import Markdown

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).resolve()
_HOMES = (_HERE.parents[1] / "templates", _HERE.parents[3] / "templates")  # in a wheel, in a checkout
_MODELS = "pydantic_v2"  # where datamodel-code-generator looks for those of its output


class Templates:
    """The templates of diglot, each overridden by one of the same name in the user's directory, where there is one.

    Raises:
        UsageError: there is no such directory, or a file in it has the name of no template.
    """

    def __init__(self, override: Path | None = None) -> None:
        home = next((home for home in _HOMES if home.is_dir()), None)
        if home is None:
            raise UsageError(f"the templates of diglot are missing: {_HOMES[0]}")
        if override is not None:
            _refuse_unknown(override, _names(home))
        self._directories = [override, home] if override is not None else [home]
        self._environments: dict[type[str], Environment] = {}

    def python(self, name: str, values: Mapping[str, Any]) -> str:
        """One file of Python, not yet formatted. Raises UsageError where the template is wrong."""
        return self._render(name, values, Code)

    def markdown(self, name: str, values: Mapping[str, Any]) -> str:
        """One file of Markdown or TOML. Raises UsageError where the template is wrong."""
        return self._render(name, values, Markdown)

    @contextlib.contextmanager
    def for_models(self) -> Iterator[Path]:
        """A directory with the templates of models, for a tool that takes one; it reads them while this is open.

        Raises:
            UsageError: the tool could not use a template of the user's.
        """
        *overrides, home = self._directories
        if not any((override / _MODELS).is_dir() for override in overrides):
            yield home
            return
        with tempfile.TemporaryDirectory() as merged:
            for directory in (home, *overrides):
                if (directory / _MODELS).is_dir():
                    shutil.copytree(directory / _MODELS, Path(merged, _MODELS), dirs_exist_ok=True)
            with self._explained(Path(merged)):
                yield Path(merged)

    def _render(self, name: str, values: Mapping[str, Any], kind: type[str]) -> str:
        if kind not in self._environments:
            self._environments[kind] = self._environment(kind)
        with self._explained(self._directories[0], name):
            return self._environments[kind].get_template(name).render(values)

    @contextlib.contextmanager
    def _explained(self, searched: Path, name: str = "") -> Iterator[None]:
        """Whatever goes wrong within a template, in one line with its file and line.

        What goes wrong elsewhere is left alone. `name` is the template that is said where no line can be.
        """
        try:
            yield
        except Exception as error:
            place = self._place(error, searched)
            if not (place or name):
                raise
            words = " ".join(str(error).split()) or type(error).__name__
            raise UsageError(f"{place or name}: the template cannot be used: {words}") from error

    def _place(self, error: BaseException, searched: Path) -> str:
        """The file and line of a template at which it went wrong, as `file:line`; empty where that is in none."""
        from jinja2 import TemplateSyntaxError

        found = ("", 0)
        if isinstance(error, TemplateSyntaxError):
            found = (error.filename or "", error.lineno)
        step = error.__traceback__
        while step is not None and not isinstance(error, TemplateSyntaxError):
            if step.tb_frame.f_code.co_filename.endswith((".jinja", ".jinja2")):
                found = (step.tb_frame.f_code.co_filename, step.tb_lineno)
            step = step.tb_next
        path = Path(found[0])
        if found[0] and path.is_relative_to(searched):  # where models are made, a copy of the user's own
            own = self._directories[0] / path.relative_to(searched)
            path = own if own.is_file() else path
        return f"{path}:{found[1]}" if found[0] else ""

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


def _names(directory: Path) -> list[str]:
    """The files below a directory by their names, without those that an editor or the system hides there."""
    found = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))


def _refuse_unknown(override: Path, known: list[str]) -> None:
    if not override.is_dir():
        raise UsageError(f"there is no directory of templates at {override}")
    for name in _names(override):
        if name not in known:
            near = get_close_matches(name, known, n=3) or known
            raise UsageError(f"{override / name}: there is no template of that name; there is {', '.join(near)}")


def _only(kind: type[str]) -> Callable[[Any], Any]:
    from jinja2 import TemplateRuntimeError, Undefined

    allowed = (kind, int, Undefined)

    def finalize(value: Any) -> Any:
        if not isinstance(value, allowed):
            raise TemplateRuntimeError(f"a value of type {type(value).__name__} is printed without an encoder")
        return value

    return finalize
