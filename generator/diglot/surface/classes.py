"""Classes with all that they inherit within the package: where a method is written is nobody's business."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from diglot.surface.facts import Class, Field, Function, Kind, Place
from diglot.surface.functions import read_function, says_deprecated
from diglot.surface.modules import Found, Module, Modules
from diglot.surface.types import UNKNOWN, as_owner, metadata, read_type, without_null

_ROOTS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("exception", frozenset({"Exception", "BaseException"})),
    ("enumeration", frozenset({"Enum", "StrEnum", "IntEnum", "Flag"})),
    ("protocol", frozenset({"Protocol"})),
    ("model", frozenset({"BaseModel", "RootModel", "TypedDict", "NamedTuple"})),
)
_MOST_HELD = 3
_Owner = tuple[Module, ast.ClassDef]


class Classes:
    """Reads classes of the modules; `public` are the ids of those that have a public name of their own."""

    def __init__(self, modules: Modules, public: frozenset[str]) -> None:
        self._modules = modules
        self._public = public

    def read(self, module: Module, node: ast.ClassDef, depth: int = 0) -> Class:
        """The class, with what the classes above it give it, and what the objects that it holds offer."""
        fields: dict[str, Field] = {}
        methods: dict[str, Function] = {}
        line = list(self._line(module, node))
        bases = {base for _, owner in line for base in map(_name, owner.bases)}
        kind: Kind = next((kind for kind, roots in _ROOTS if roots & bases), "plain")
        kind = "model" if kind == "plain" and "dataclass" in map(_name, node.decorator_list) else kind
        for home, owner in line:
            for name, member in _members(owner, home.path):
                if name in fields or name in methods:
                    continue
                if isinstance(member, Field):
                    fields[name] = member
                else:
                    methods[name] = replace(member, returns=as_owner(member.returns, node.name))
            for name, found in self._held(home, owner) if depth < _MOST_HELD else ():
                held = self.read(found.module, found.node, depth + 1) if isinstance(found.node, ast.ClassDef) else None
                if held is not None:
                    inner = {f"{name}.{key}": member for key, member in held.methods.items() if key != "__init__"}
                    methods = {**inner, **methods}
        is_sent = kind == "model" and any("forbid" in ast.unparse(item) for item in _configurations(line))
        return Class(kind, frozenset(bases), fields, methods, is_sent, Place(module.path, node.lineno))

    def _line(self, module: Module, node: ast.ClassDef, seen: frozenset[str] = frozenset()) -> Iterator[_Owner]:
        """The class and those above it, in the order in which a member is looked for."""
        yield module, node
        for base in node.bases:
            found = self._modules.find_expression(module, base)
            if found is not None and isinstance(found.node, ast.ClassDef) and found.id not in seen:
                yield from self._line(found.module, found.node, seen | {found.id})

    def _held(self, module: Module, node: ast.ClassDef) -> Iterator[tuple[str, Found]]:
        """Public attributes and properties whose class is one of the package without a public name."""
        for name, expression in _attributes(node):
            found = self._modules.find_expression(module, expression)
            if found is not None and isinstance(found.node, ast.ClassDef) and found.id not in self._public:
                yield name, found


def _name(node: ast.expr) -> str:
    return ast.unparse(node).partition("[")[0].partition("(")[0].rpartition(".")[2]


def _configurations(line: list[_Owner]) -> Iterator[ast.expr]:
    for _, node in line:
        for item in node.body:
            if isinstance(item, ast.Assign) and any(ast.unparse(target) == "model_config" for target in item.targets):
                yield item.value


def _attributes(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Public names of an object with the expression that says of which class each is."""
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id[0] != "_":
            yield item.target.id, item.annotation
        if (
            isinstance(item, ast.FunctionDef)
            and item.name[0] != "_"
            and item.returns is not None
            and _is_property(item)
        ):
            yield item.name, item.returns
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            for target, value in _assigned(item):
                if isinstance(value, ast.Call):
                    yield target, value.func


def _is_property(node: ast.FunctionDef) -> bool:
    return not {"property", "cached_property"}.isdisjoint(map(_name, node.decorator_list))


def _assigned(node: ast.FunctionDef) -> Iterator[tuple[str, ast.expr | None]]:
    """The public attributes that a method gives its object, with their values."""
    for item in ast.walk(node):
        targets = item.targets if isinstance(item, ast.Assign) else []
        targets = [item.target] if isinstance(item, ast.AnnAssign) else targets
        value = item.value if isinstance(item, ast.Assign | ast.AnnAssign) else None
        for target in targets:
            if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self" and target.attr[0] != "_":
                yield target.attr, value


def _members(node: ast.ClassDef, path: str) -> Iterator[tuple[str, Field | Function]]:
    for position, item in enumerate(node.body):
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            if item.name[0] != "_" or item.name.startswith("__"):
                yield item.name, read_function(item, path, is_method=True)
            if item.name == "__init__" and isinstance(item, ast.FunctionDef):
                place = Place(path, item.lineno)
                yield from ((name, Field(UNKNOWN, "", "", False, place)) for name, _ in _assigned(item))
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id[0] != "_":
            following = node.body[position + 1 : position + 2]
            yield item.target.id, _field(item, following[0] if following else None, path)
        elif isinstance(item, ast.Assign):
            values = [target.id for target in item.targets if isinstance(target, ast.Name)]
            shown = ast.unparse(item.value)
            public = [name for name in values if name[0] != "_" and name != "model_config"]
            yield from ((name, Field(UNKNOWN, shown, "", False, Place(path, item.lineno))) for name in public)


def _field(node: ast.AnnAssign, following: ast.stmt | None, path: str) -> Field:
    said = metadata(node.annotation)
    marks = {ast.unparse(item) for item in said}
    read = read_type(node.annotation)
    if "NOT_NULL" in marks:  # it may be left out, and then reads as None; null itself is refused
        read = without_null(read)
    calls = [item for item in said if isinstance(item, ast.Call)]
    limits = ", ".join(
        sorted(ast.unparse(word) for call in calls for word in call.keywords if word.arg != "deprecated")
    )
    deprecated = any("deprecated=True" in mark for mark in marks)
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        deprecated = deprecated or says_deprecated(str(following.value.value))
    default = None if node.value is None else ast.unparse(node.value)
    return Field(read, default, limits, deprecated, Place(path, node.lineno))
