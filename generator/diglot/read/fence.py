"""Fenced blocks of a page that hold an OpenAPI document or a flattened endpoint."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from diglot.core import json, yaml
from diglot.core.finding import Finding, Location
from diglot.core.ir import OpKey
from diglot.core.tree import Mark
from diglot.read.block import Block
from diglot.read.info import Info
from diglot.read.lines import Fence, Sheet

MAX_BLOCKS = 2_000  # of one page; the usual number is one
_ANNOUNCING = frozenset({"yaml", "yml", "json", "openapi", "swagger"})
_DATA = _ANNOUNCING | {"", "jsonc"}
_YAML_KEY = re.compile(r"^[\"']?(?:openapi|swagger|paths)[\"']?[ \t]*:", re.MULTILINE)
_JSON_KEY = re.compile(r"\"(?:openapi|swagger|paths)\"[ \t]*:")
_SURE = re.compile(r"(?:\{\s*)?[\"']?(?:openapi|swagger)[\"']?[ \t]*:")
_FILE = re.compile(
    r"(?:[ \t]*(?:#[^\n]*|---[ \t]*)?\n)*"  # comments and the start of a document
    r"(?:[\"']?(?:openapi|swagger)[\"']?[ \t]*:[ \t]*[\"']?\d|paths:[ \t]*\n[ \t]+(?:path|method):[ \t])"
)


def is_candidate(lines: list[str], fence: Fence) -> bool:
    """Whether a fence announces an operation, or holds what looks like a document; other code samples do not count."""
    if fence.info.language not in _DATA:
        return False
    return _announces(fence.info) or _looks_like_document(_body(lines, fence))


def read_blocks(sheet: Sheet) -> tuple[tuple[Block, ...], tuple[Finding, ...]]:
    """The blocks of a page, and what is wrong with others."""
    blocks: list[Block] = []
    findings: list[Finding] = []
    candidates = [fence for fence in sheet.fences if is_candidate(sheet.lines, fence)]
    if len(candidates) > MAX_BLOCKS:
        where = sheet.location(candidates[MAX_BLOCKS].start, 1)
        size = {"size": f"{len(candidates)} blocks", "limit": MAX_BLOCKS}
        findings.append(Finding("page-too-large", where, evidence=size))
    for fence in candidates[:MAX_BLOCKS]:
        info, text = fence.info, _body(sheet.lines, fence)
        where = sheet.location(fence.start, fence.indent + 1)
        tree, problems = parse_block(sheet.path, text, info, where.line + 1, fence.indent)
        if not _announces(info) and not _is_document(tree):
            findings += problems if _SURE.match(text.lstrip()) else ()
            continue
        findings += problems
        if not fence.closed:
            findings.append(Finding("page-block-unclosed", where, _operation(info)))
        if not any(problem.rule == "page-block-broken" for problem in problems):
            mark = Mark(where.line, where.column)
            blocks.append(Block(info.language, info.source, info.method, info.path, info.webhook, tree, mark))
    return tuple(blocks), tuple(findings)


def parse_block(path: str, text: str, info: Info, first_line: int, indent: int) -> tuple[Any, tuple[Finding, ...]]:
    """The tree of one block, or None and a finding; JSON where the text is an object of JSON, YAML otherwise.

    `first_line` is the line of the file on which `text` begins, `indent` the columns that were taken off its lines.
    """
    operation = _operation(info)
    try:
        loaded = _load(text, info.language, first_line, indent)
    except yaml.YamlError as error:
        where = Location(path, *_within(text, error, first_line, indent))
        return None, (Finding("page-block-broken", where, operation, evidence={"problem": error.message}),)
    duplicates = tuple(
        Finding(
            "page-key-duplicate",
            Location(path, *double.mark),
            operation,
            Location(path, *double.first) if double.first else None,
            {"key": double.key},
        )
        for double in loaded.duplicates
    )
    return loaded.value, duplicates


def looks_like_file(path: str, text: str) -> bool:
    """Whether a whole file is one document: by the end of its name, else by how its text begins."""
    if path.lower().endswith((".json", ".yaml", ".yml")):
        return True
    if text.lstrip()[:1] == "{":
        return _JSON_KEY.search(text) is not None
    return _FILE.match(text) is not None


def _load(text: str, language: str, first_line: int, indent: int) -> yaml.Loaded:
    if text.lstrip()[:1] == "{":
        margin = " " * indent
        try:
            return json.load(margin + text.replace("\n", "\n" + margin), first_line)
        except yaml.YamlError:
            if language in ("json", "jsonc"):
                raise
    return yaml.load(text, first_line, indent)


def _operation(info: Info) -> str:
    return str(OpKey.of(info.method, info.path)) if info.method and info.path else ""


def _within(text: str, error: yaml.YamlError, first_line: int, indent: int) -> Mark:
    """The place of an error; what ends too early is an error at its own end, where the parser says the line after."""
    last = first_line + text.count("\n")
    if error.line <= last:
        return Mark(error.line, error.column)
    return Mark(last, indent + len(text) - text.rfind("\n"))


def _announces(info: Info) -> bool:
    return info.path is not None and info.language in _ANNOUNCING


def _looks_like_document(text: str) -> bool:
    key = _JSON_KEY if text.lstrip()[:1] == "{" else _YAML_KEY
    return key.search(text) is not None


def _is_document(tree: Any) -> bool:
    """Whether a block that announces nothing is a document all the same, and no sample that shares a key with one."""
    if not isinstance(tree, dict):
        return False
    return "openapi" in tree or "swagger" in tree or is_flat(tree)


def is_flat(tree: Any) -> bool:
    """Whether a tree is a flattened endpoint: its `paths` is one object with a path and a method."""
    paths = tree.get("paths") if isinstance(tree, dict) else None
    return isinstance(paths, dict) and isinstance(paths.get("path"), str) and isinstance(paths.get("method"), str)


def _body(lines: list[str], fence: Fence) -> str:
    """The content of a fence, moved to the margin by as many columns as the fence itself is indented.

    Data ends before a rule or a quotation, where a block is not closed and the footer of the page follows.
    """
    body = lines[fence.start + 1 : fence.end]
    if not fence.closed:
        rest = takewhile(lambda line: line.rstrip() != "---" and not line.startswith("> "), body[1:])
        body = [*body[:1], *rest]
    if fence.indent:
        body = [line[min(fence.indent, len(line) - len(line.lstrip(" \t"))) :] for line in body]
    return "\n".join(body)
