"""Functions and methods: their arguments, results, and whether they are to go away."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from diglot.surface.facts import Form, Function, Parameter, Place
from diglot.surface.types import read_type

_DEPRECATED = re.compile(r"(?:^|[.。]\s)\s*Deprecated[.:]", re.MULTILINE)
_PROPERTIES = frozenset({"property", "cached_property"})


def read_function(node: ast.FunctionDef | ast.AsyncFunctionDef, path: str, *, is_method: bool) -> Function:
    """One function; a method without the argument that it is bound to."""
    marks = {ast.unparse(mark).partition("(")[0].rpartition(".")[2] for mark in node.decorator_list}
    form: Form = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    if _PROPERTIES & marks:
        form = "property"
    elif "classmethod" in marks:
        form = "classmethod"
    elif "staticmethod" in marks:
        form = "staticmethod"
    parameters = _parameters(node.args, skipped=is_method and form != "staticmethod")
    result = read_type(node.returns)
    shown = ", ".join(f"{item.name}: {item.type.text}{_default(item)}" for item in parameters)
    deprecated = "deprecated" in marks or says_deprecated(ast.get_docstring(node))
    place, signature = Place(path, node.lineno), f"({shown}) -> {result.text}"
    return Function(form, {item.name: item for item in parameters}, result, deprecated, signature, place)


def says_deprecated(text: str | None) -> bool:
    """Whether a docstring says so."""
    return _DEPRECATED.search(text or "") is not None


def _parameters(arguments: ast.arguments, *, skipped: bool) -> list[Parameter]:
    placed = [*arguments.posonlyargs, *arguments.args]
    missing = [None] * (len(placed) - len(arguments.defaults))
    defaults: Sequence[ast.expr | None] = [*missing, *arguments.defaults]
    found = [
        _parameter(argument, position, default)
        for position, (argument, default) in enumerate(zip(placed, defaults, strict=True), 0 if skipped else 1)
        if position
    ]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found += [_parameter(argument, 0, default) for argument, default in pairs]
    for star, rest in (("*", arguments.vararg), ("**", arguments.kwarg)):
        if rest is not None:  # whoever takes any number needs none
            found.append(Parameter(f"{star}{rest.arg}", 0, read_type(rest.annotation), ""))
    return found


def _parameter(argument: ast.arg, position: int, default: ast.expr | None) -> Parameter:
    shown = None if default is None else ast.unparse(default)
    return Parameter(argument.arg, position, read_type(argument.annotation), shown)


def _default(parameter: Parameter) -> str:
    return f" = {parameter.default}" if parameter.default else ""
