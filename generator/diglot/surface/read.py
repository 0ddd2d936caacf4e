"""Modules -> Surface: which names are public, and what each offers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from diglot.surface.classes import Classes
from diglot.surface.facts import Constant, Place, Surface, Thing
from diglot.surface.functions import read_function
from diglot.surface.modules import Found, Module, Modules
from diglot.surface.types import read_type


def read_surface(files: Mapping[str, str]) -> Surface:
    """The API of the packages among these files (path -> text).

    Raises:
        SyntaxError: a file is no Python.
    """
    modules = Modules(files)
    found: dict[str, Found] = {}
    for module in modules.by_name.values():
        if module.is_public:
            prefix = ".".join(module.name.split(".")[1:])
            for name, thing in _exports(modules, module):
                found[f"{prefix}.{name}" if prefix else name] = thing
    homes: dict[str, str] = {}
    for name in sorted(found, key=lambda name: (name.count("."), name)):
        homes.setdefault(found[name].id, name)
    classes = Classes(modules, frozenset(homes))
    things = {name: _thing(found[name], classes) for name in homes.values()}
    things |= {package: Constant(None, Place(f"{package}/__init__.py", 1)) for package in modules.packages}
    names = {name: homes[thing.id] for name, thing in found.items()}
    return Surface(things, names | {package: package for package in modules.packages})


def _exports(modules: Modules, module: Module) -> Iterator[tuple[str, Found]]:
    """What a module offers: what it lists, else the classes, functions and names of types that it defines."""
    for name in module.definitions if module.exported is None else module.exported:
        found = modules.find(module, name)
        if found is not None and (module.exported is not None or _is_offered(name, found)):
            yield name, found


def _is_offered(name: str, found: Found) -> bool:
    is_value = isinstance(found.node, ast.Assign | ast.AnnAssign)
    return not name.startswith("_") and not (is_value and (name.isupper() or name[0].islower()))


def _thing(found: Found, classes: Classes) -> Thing:
    node = found.node
    if isinstance(node, ast.ClassDef):
        return classes.read(found.module, node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return read_function(node, found.module.path, is_method=False)
    place = Place(found.module.path, node.lineno if node is not None else 1)
    is_type = isinstance(node, ast.Assign | ast.AnnAssign) and not found.name.isupper() and found.name[0].isalpha()
    value = node.value if is_type and isinstance(node, ast.Assign | ast.AnnAssign) else None
    return Constant(read_type(value) if isinstance(value, ast.Subscript | ast.BinOp) else None, place)
