"""Files -> modules: what each defines, imports and exports, and where a name leads within the package."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True, slots=True)
class Module:
    """One file. `name` is dotted, from the package on; `imports` maps a name to a module and what is taken of it."""

    name: str
    path: str
    definitions: Mapping[str, Definition]
    imports: Mapping[str, tuple[str, str]]
    exported: tuple[str, ...] | None

    @property
    def is_public(self) -> bool:
        """Whether no part of the name starts with an underscore."""
        return not any(part.startswith("_") for part in self.name.split("."))


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name leads: a module, or a definition in one."""

    module: Module
    name: str = ""
    node: Definition | None = None

    @property
    def id(self) -> str:
        """The same for the same thing, whichever name led to it."""
        return f"{self.module.name}:{self.name}"


class Modules:
    """The modules of the packages in a tree of files."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.packages = sorted({path.split("/")[0] for path in files if path.count("/") == 1 and _is_package(path)})
        self.by_name: dict[str, Module] = {}
        for path, text in sorted(files.items()):
            if path.endswith(".py") and path.split("/")[0] in self.packages:
                module = _module(path, text)
                self.by_name[module.name] = module

    def find(self, module: Module, name: str, seen: frozenset[str] = frozenset()) -> Found | None:
        """What `name` stands for in `module`; nothing where it leads out of the package."""
        if name in module.definitions:
            return Found(module, name, module.definitions[name])
        if name in module.imports:
            home, taken = module.imports[name]
            owner = self.by_name.get(home)
            if owner is None or not taken:
                return Found(owner) if owner else None
            inner = self.by_name.get(f"{home}.{taken}")
            if inner is not None and taken not in owner.definitions:
                return Found(inner)
            key = f"{home}:{taken}"
            return self.find(owner, taken, seen | {key}) if key not in seen else None
        inner = self.by_name.get(f"{module.name}.{name}")
        return Found(inner) if inner else None

    def find_expression(self, module: Module, node: ast.expr) -> Found | None:
        """What an expression such as `_error.StatusError` or `Page[Book]` names."""
        if isinstance(node, ast.Subscript):
            return self.find_expression(module, node.value)
        if isinstance(node, ast.Name):
            return self.find(module, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.find_expression(module, node.value)
            return self.find(owner.module, node.attr) if owner is not None and owner.node is None else None
        return None


def is_readable(path: str, text: str) -> bool:
    """Whether the file is Python."""
    try:
        _module(path, text)
    except SyntaxError:
        return False
    return True


def _is_package(path: str) -> bool:
    return path.endswith("/__init__.py")


@lru_cache(maxsize=256)
def _module(path: str, text: str) -> Module:
    """One file, read once though it stands in both trees.

    Raises:
        SyntaxError: it is no Python.
    """
    try:
        tree = ast.parse(text)
    except (ValueError, RecursionError) as error:  # a null byte; brackets in brackets without end
        raise SyntaxError(str(error)) from None
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    package = name if _is_package(path) else name.rpartition(".")[0]
    definitions: dict[str, Definition] = {}
    imports: dict[str, tuple[str, str]] = {}
    exported: tuple[str, ...] | None = None
    for node in _statements(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= _imported(node, package)
            continue
        for defined in _defined(node):
            definitions[defined] = node  # type: ignore[assignment]
            if defined == "__all__":
                exported = tuple(_strings(node))
    return Module(name, path, definitions, imports, exported)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, also those that stand under `if TYPE_CHECKING` or `try`."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _statements([*node.body, *node.orelse])
        else:
            yield node


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> dict[str, tuple[str, str]]:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name: (alias.name, "") for alias in node.names}
    home = node.module or ""
    if node.level:
        parts = package.split(".")
        above = parts[: len(parts) - node.level + 1]
        home = ".".join([*above, *([node.module] if node.module else [])])
    return {alias.asname or alias.name: (home, alias.name) for alias in node.names}


def _strings(node: ast.AST) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value
