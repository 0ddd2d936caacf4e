"""Poison for every string of a contract, and what must hold of the files that are made of it."""

from __future__ import annotations

import ast
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic_core import SchemaError, SchemaValidator, core_schema

from diglot.core import yaml
from diglot.core.grammar import is_prose, role_of
from diglot.core.pointer import join
from diglot.core.tree import plain
from diglot.normalize.overlay import apply
from diglot.render import Options
from diglot.render.beside.reference import render_beside
from diglot.render.code.models import render_models
from diglot.render.code.python import models_module, render_python
from diglot.render.contract.view import build_view
from diglot.render.templates import Templates
from render_help import documents

ROOT = Path(__file__).resolve().parent.parent
CASES = Path(__file__).parent / "cases" / "injection"
Documents = dict[str, dict[str, Any]]
Kind = Literal["text", "name", "structure"]

MARK = "diglot_was_here"
_RUN = f"import builtins; builtins.{MARK} = 1"
WAYS: dict[str, str] = {
    "double quotes": '"""',
    "single quotes": "'''",
    "code behind double quotes": f'"""\n{_RUN}\n"""',
    "code behind single quotes": f"'''\n{_RUN}\n'''",
    "code behind one quote": f'"\n{_RUN}\n"',
    "call within a list": f'"], __import__("builtins").__dict__.update({MARK}=1), ["',
    "backslash": "\\",
    "backslash and quotes": '\\"""\\',
    "carriage return": f"\r{_RUN}\r",
    "line feed": f"\n{_RUN}\n\n    pass\n",
    "line separators": f"\u2028{_RUN}\u2029{_RUN}\x85{_RUN}\n",
    "vertical tab and form feed": f"\x0b{_RUN}\x0c{_RUN}\x1c\x1d\x1e\n",
    "expression of a template": "{{ 1234567*7 }}",
    "statement of a template": "{% import os %}{% if true %}",
    "comment of a template": "{# {{ 1234567*7 }} #}${1234567*7}",
    "format string": "{1234567*7} {0.__class__} %s %(x)d",
    "null": "\x00\ufeff\x7f",
    "half a surrogate pair": "\ud800x\udfff",
    "bidirectional marks": "\u202e\u2066\u200f\u2069\u202c",
    "named character": "\\N{DIGIT ONE}\\u0022\\x22\\",
    "number sign": f"# {_RUN} # type: ignore # noqa\n#",
    "parent folders": "../../../x",
    "absolute path": "/etc/passwd\\..\\C:\\x",
    "device": "CON",
    "very long": "a" * 3000,
    "ends of comments": "*/ --> ]]> ?> <!--",
    "fences": "\n```\n````\n~~~\n# h\n",
    "fences in lists": "\n- ```\n1. ~~~\n* # h\n- - # h\n+ > q\n\n",
    "headings": "\nx\n-\ny\n=\n\nx\n--\n- a\n  --\n",
    "table": " | a | \\| \\\\| b\n--|--\n",
    "links": "[x](javascript:alert(1)) ![x](data:text/html,x) [x]: javascript:x\n<javascript:x> [y][x]\n\n[x]: d:y\n",
    "markup": "<script>x</script> <img src=x onerror=x> &lt;script&gt; &#60;b>\n<div>\n",
    "table of TOML": '"\n[tool.evil]\nx = """\n"',
}
"""Name of a way to break out of where a text stands -> the text that tries it."""

_SENTINEL = re.compile(r"zqX\d{5}q")
_STRUCTURE = frozenset(
    {"type", "in", "format", "$ref", "style", "scheme", "openapi", "propertyName", "contentMediaType", "contentType"}
    | {"jsonSchemaDialect", "operationRef"}
)
_NAMES = frozenset({"name", "operationId", "title", "identifier"})


@dataclass
class Poison:
    """A way to break out at both ends of a sentinel, in every position of some kinds; harmless: the sentinel alone."""

    way: str | list[str]
    kinds: frozenset[Kind]
    harmless: bool = False
    part: int = 0
    parts: int = 1
    positions: dict[str, str] = field(default_factory=dict)
    """Sentinel -> where it was put."""
    count: int = 0
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, documents: Documents) -> Documents:
        """The contract with the poison in it: names alike in every language, texts in each its own."""
        changed: Documents = {}
        for language, document in documents.items():
            self._language, self._is_first = language, not changed
            changed[language] = self._object(document, "document", "")
        return changed

    def _made(self, group: str, original: str, pointer: str) -> str:
        """The poisoned text; equal originals of one group, such as a name and its uses, stay equal."""
        self.count += self._is_first or group.startswith(self._language)
        if (group, original) not in self._known:
            number = len(self._known)
            sentinel = f"zqX{number:05d}q"
            self.positions[sentinel] = f"{self._language} {pointer} ({original[:30]!r})"
            way = self.way if isinstance(self.way, str) else self.way[number % len(self.way)]
            evil = f"{way} {sentinel} {way}"
            self._known[group, original] = evil if not self.harmless else f"h {sentinel} h"
            if self.harmless and group == "pattern" and not _is_pattern(evil):
                self._known[group, original] = f"({sentinel}"
        return self._known[group, original]

    def _object(self, node: Any, role: str, pointer: str) -> Any:
        if isinstance(node, list):
            return [self._object(value, role_of(role, "0"), join(pointer, index)) for index, value in enumerate(node)]
        if not isinstance(node, dict):
            return node
        changed = {}
        for key, value in node.items():
            inner, at = role_of(role, key), join(pointer, key)
            changed[self._key(key, role, at)] = (
                self._value(value, role, key, at) if inner == "value" else self._object(value, inner, at)
            )
        return changed

    def _key(self, key: str, role: str, pointer: str) -> str:
        """A member's name: poisoned where the contract is free to choose it."""
        if role == "{media}" or (role == "{response}" and "/components/" not in pointer):
            return self._structural("media or status", key, pointer)
        if role == "{path}":
            return self._route(key, pointer)
        if role[0] != "{" and role != "callback" and not key.startswith("x-"):
            return key
        groups = {"{encoding}": "property", "{schema}": "property", "{security}": "scheme"}
        if pointer.startswith("/components/") and pointer.count("/") == 3 and role != "{security}":
            return self._name("component", key, pointer)
        return self._name(groups.get(role, "member"), key, pointer)

    def _route(self, path: str, pointer: str) -> str:
        if "name" not in self.kinds:
            return path
        pieces = re.split(r"(\{[^{}]*\})", path)
        return "".join(
            "{" + self._name("parameter", piece[1:-1], pointer) + "}" if piece[:1] == "{" else
            re.sub(r"[^/]+", lambda word: self._name("segment", word[0], pointer), piece)
            for piece in pieces
        )  # fmt: skip

    def _value(self, value: Any, role: str, key: str, pointer: str) -> Any:
        if role == "schema" and key == "required":
            return [self._name("property", item, pointer) for item in value]
        if key == "$ref":
            if "structure" in self.kinds:
                return self._structural("$ref", value, pointer)
            *head, name = value.split("/")
            named = self._name("component", name, pointer).replace("~", "~0").replace("/", "~1")
            return "/".join([*head, named])
        if role == "schema" and key == "discriminator":
            mapping = {
                self._literal(name, pointer): self._value(target, "schema", "$ref", pointer)
                for name, target in value.get("mapping", {}).items()
            }
            return {"propertyName": self._name("property", value["propertyName"], pointer), "mapping": mapping}
        if key == "security":
            return [
                {self._name("scheme", name, pointer): self._any(scopes, "", pointer) for name, scopes in item.items()}
                for item in value
            ]
        if key == "type" and isinstance(value, list):
            return [self._structural("type", item, pointer) for item in value]
        if isinstance(value, str):
            return self._string(value, role, key, pointer)
        return self._any(value, key, pointer)

    def _string(self, value: str, role: str, key: str, pointer: str) -> str:
        if key in _STRUCTURE:
            return self._structural(key, value, pointer)
        if key == "pattern":
            return self._text("pattern", value, pointer)
        if role == "schema" and key in ("const", "default"):
            return self._literal(value, pointer)
        if key in _NAMES and not (key == "title" and role == "info"):
            return self._name(
                "parameter" if key == "name" and role in ("parameter", "{parameter}") else key, value, pointer
            )
        if is_prose(role, key):
            return self._text(f"{self._language} {pointer}", value, pointer)
        return self._text(pointer, value, pointer)

    def _any(self, value: Any, key: str, pointer: str) -> Any:
        """A value of JSON: every string and every key of it."""
        if isinstance(value, str):
            return self._literal(value, pointer) if key in ("enum", "const") else self._text(pointer, value, pointer)
        if isinstance(value, list):
            return [self._any(item, key, join(pointer, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {
                (name if name in ("code", "message") else self._name("property", name, pointer)): self._any(
                    item, name, join(pointer, name)
                )
                for name, item in value.items()
            }
        return value

    def _text(self, group: str, value: str, pointer: str) -> str:
        return self._made(group, value, pointer) if "text" in self.kinds else value

    def _literal(self, value: str, pointer: str) -> str:
        """A value of an enumeration, a constant or a default: equal ones stay equal."""
        return self._text("literal", value, pointer)

    def _name(self, group: str, value: str, pointer: str) -> str:
        return self._made(f"name {group}", value, pointer) if "name" in self.kinds else value

    def _structural(self, group: str, value: str, pointer: str) -> str:
        """A word with a meaning in OpenAPI; only every so-manieth is poisoned, or nothing would be left."""
        if "structure" not in self.kinds or self._share(pointer) != self.part:
            return value
        return self._made(f"structure {pointer}", value, pointer)

    def _share(self, pointer: str) -> int:
        return sum(pointer.encode()) % self.parts


def _is_pattern(text: str) -> bool:
    try:
        SchemaValidator(core_schema.str_schema(pattern=text))
    except (SchemaError, UnicodeEncodeError):
        return False
    return True


@cache
def contract(name: str) -> Documents:
    """A contract in English and Chinese: the one of this project, the shared one of the tests, the rich one."""
    if name == "library":
        return documents()
    path = {"own": ROOT / "specs" / "openapi.yaml", "rich": CASES / "rich.yaml"}[name]
    english = plain(yaml.load(path.read_text(encoding="utf-8")).value)
    if name == "own":
        overlay = plain(yaml.load((ROOT / "specs" / "overlays" / "zh.yaml").read_text(encoding="utf-8")).value)
        return {"en": english, "zh": apply(overlay, english)[0]}
    return {"en": english, "zh": _translated(english, "document")}


def _translated(node: Any, role: str) -> Any:
    """The same document with a word before every text for readers."""
    if isinstance(node, list):
        return [_translated(value, role_of(role, "0")) for value in node]
    if not isinstance(node, dict) or role == "value":
        return node
    return {
        key: f"中文 {value}"
        if is_prose(role, key) and isinstance(value, str)
        else _translated(value, role_of(role, key))
        for key, value in node.items()
    }


def unformatted(documents: Documents) -> dict[str, str]:
    """Everything that is generated, before ruff has formatted it: what a break-out would have to break."""
    view, templates = build_view(documents, Options(), {}), Templates()
    with templates.for_models() as directory:
        models = models_module(view, render_models(view.models, "dify_knowledge", directory))
    modules = {**render_python(view, templates), "models.py": models}
    python = {f"dify_knowledge/{path}": text for path, text in modules.items()}
    return {**python, **{file.path: file.text for file in render_beside(view, templates)}}


def faults(files: dict[str, str], harmless: dict[str, str]) -> list[str]:
    """What is wrong with what is made of a poisoned contract, beside what is made of the harmless one."""
    if len(files) != len(harmless):
        return [f"other files: {sorted(files.keys() ^ harmless.keys())}"]
    found: list[str] = []
    for path, twin in zip(by_place(files), by_place(harmless), strict=True):
        text, expected = files[path], harmless[twin]
        if not is_inside(path) or (path != twin and "zq" not in twin.lower()):
            found.append(f"{path}: no path that may be")
        found += [f"{path}: holds {unicodedata.name(sign, ascii(sign))}" for sign in sorted(hidden(text))]
        if "8641969" in text:
            found.append(f"{path}: a template or format was evaluated")
        if path.endswith(".py"):
            found += python_faults(path, text, expected)
        elif path.endswith(".md"):
            found += markdown_faults(path, text, expected)
        elif path.endswith(".toml") and outline(tomllib.loads(text)) != outline(tomllib.loads(expected)):
            found.append(f"{path}: other tables")
    return found


def by_place(files: dict[str, str]) -> list[str]:
    """The paths; those of groups, which tags name, in the order in which the clients inherit from them."""
    groups: list[str] = []
    for path in [path for path in files if path.endswith(("/_client.py", "/_async_client.py"))]:
        tree = ast.parse(files[path])
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        homes = {alias.name: node.module for node in imports for alias in node.names}
        (client,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        names = [base.id for base in client.bases if isinstance(base, ast.Name)]
        groups += [f"{path.rpartition('/')[0]}/{homes[name]}.py" for name in names]
    return [*(path for path in files if path not in groups), *groups]


def is_inside(path: str) -> bool:
    """Whether a path is relative, stays where it is, and can be the name of a file on every system."""
    parts = PurePosixPath(path).parts
    return re.fullmatch(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", path) is not None and not any(
        part == ".." or len(part) > 120 or re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part)
        for part in parts
    )


def hidden(text: str) -> set[str]:
    """The characters of a text that are not seen as what they are: controls, bidirectional marks, surrogates."""
    if (text.replace("\n", "")).isprintable():
        return set()
    return {sign for sign in set(text) if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}


def python_faults(path: str, text: str, expected: str) -> list[str]:
    """Whether a source parses, has the shape of the harmless one, and no sentinel among its names."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return [f"{path}: {error}: {error.text[:200]!r}" if isinstance(error, SyntaxError) else f"{path}: {error}"]
    shape, twin = shapes_of(tree), harmless_shapes(expected)
    found = [f"{path}: {name} is code" for name in identifiers(tree) if _SENTINEL.search(name)]
    if shape != twin:
        at = next(
            (at for at, pair in enumerate(zip(shape, twin, strict=False)) if pair[0] != pair[1]),
            min(len(shape), len(twin)),
        )
        found.append(f"{path}: another shape at node {at}: {shape[at : at + 4]} for {twin[at : at + 4]}")
    return found


def shapes_of(tree: ast.Module) -> list[str]:
    """The shape of every statement of a module, sorted: the order of classes may follow from their names."""
    return sorted(" ".join(_shape(statement)) for statement in tree.body)


def _shape(tree: ast.AST) -> Iterator[str]:
    """The kind of every node with the lengths of its lists; what constants and names say is left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield type(node.value).__name__
        elif not isinstance(node, ast.expr_context):
            lists = [len(value) for _, value in ast.iter_fields(node) if isinstance(value, list)]
            yield f"{type(node).__name__}{lists or ''}"


@cache
def harmless_shapes(source: str) -> list[str]:
    """The shapes of a source that many others are compared with."""
    return shapes_of(ast.parse(source))


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Every name in a program: of variables, attributes, arguments, functions, classes, modules."""
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, str) and not isinstance(node, ast.Constant):
                yield value


def outline(value: Any) -> Any:
    """A value of TOML or JSON without what its strings say."""
    if isinstance(value, dict):
        return {key: outline(item) for key, item in value.items()}
    return [outline(item) for item in value] if isinstance(value, list) else type(value).__name__


_FORBIDDEN = ("html_block", "html_inline", "image", "code_block")
_FRAME = ("heading_open", "fence", "table_open", "tr_open", "th_open", "td_open", "hr", "html_block", "code_block")


def markdown_faults(path: str, text: str, expected: str) -> list[str]:
    """Whether a page has the headings, tables and blocks of the harmless one, and leads nowhere by script."""
    tokens, frame = parsed(text), harmless_frame(expected)
    found = [f"{path}: {token.type} {token.content[:80]!r}" for token in tokens if token.type in _FORBIDDEN]
    found = found[1:] if found and tokens[0].type == "html_block" else found  # the header that says who wrote the file
    for token in tokens:
        href = str(token.attrs.get("href", "#"))
        if token.type == "link_open" and not re.match(r"https?://|#|/|mailto:|reference/", href):
            found.append(f"{path}: a link to {href[:80]}")
    if (own := frame_of(tokens)) != frame:
        at = next(
            (at for at, pair in enumerate(zip(own, frame, strict=False)) if pair[0] != pair[1]),
            min(len(own), len(frame)),
        )
        found.append(
            f"{path}: another frame at {at}: {own[max(0, at - 2) : at + 3]} for {frame[max(0, at - 2) : at + 3]}"
        )
    return found


def parsed(text: str) -> list[Token]:
    """The tokens of a page, those within lines too; links of every scheme are let through, to be seen."""
    reader = MarkdownIt("commonmark").enable("table")
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    return [each for token in reader.parse(text) for each in (token, *(token.children or ()))]


def frame_of(tokens: list[Token]) -> list[str]:
    """What a page is built of, in its order: headings, tables, blocks of code."""
    return [f"{token.type} {token.tag} {token.level} {token.info}" for token in tokens if token.type in _FRAME]


@cache
def harmless_frame(text: str) -> list[str]:
    """The frame of a page that many others are compared with."""
    return frame_of(parsed(text))
