"""Fragments made by hand: a document read from YAML, changed by a small JSON Patch (RFC 6902)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from diglot.core import yaml
from diglot.core.grammar import is_prose, walk_roles
from diglot.core.ir import METHODS, Fragment, Loss, Operation, Page, Strength
from diglot.core.pointer import join, resolve, split
from diglot.core.tree import Map, Mark, Seq, mark_of

BASE = Path(__file__).parent / "cases" / "drift" / "base.yaml"
CHINESE = yaml.load(BASE.with_name("zh.yaml").read_text(encoding="utf-8")).value


VERSIONS = BASE.parent.parent / "versions"


def fragment(text: str, language: str = "en", patch: Iterable[dict[str, Any]] = (), path: str = "") -> Fragment:
    """One page that says what `text`, patched, says; in Chinese, its texts are those of `zh.yaml`.

    Besides add, remove, replace and move a patch knows `lose` (a loss), `strength` (of a subtree) and `age`; a path
    that ends in `/*` stands for every member of an object.
    """
    document = yaml.load(text).value
    if language == "zh":
        translate(document)
    losses: list[Loss] = []
    strengths: dict[str, Strength] = {}
    age = None
    for step in patch:
        if step["op"] == "lose":
            mark = Mark(*step["mark"]) if "mark" in step else None
            losses.append(Loss(step["path"], step["value"], "lost", step.get("evidence", ""), mark))
        elif step["op"] == "strength":
            strengths[step["path"]] = step["value"]
        elif step["op"] == "age":
            age = step["value"]
        elif step["op"] == "move":
            value = resolve(document, step["from"])
            change(document, "remove", split(step["from"]), None)
            change(document, "add", split(step["path"]), value)
        else:
            for tokens in spelled(document, split(step["path"])):
                change(document, step["op"], tokens, step.get("value"))
    page = Page(path or f"{language}/page.md", text, language)
    return Fragment(page, "openapi", operations(document), document, strengths, tuple(losses), age=age)


def translate(document: Map) -> None:
    """Put the texts of a document into Chinese, each at its line, as far as `zh.yaml` knows them."""
    for _, node, role, _ in walk_roles(document):
        for key in node if isinstance(node, dict) and role[0] not in "[{" else ():
            if is_prose(role, key):
                node[key] = CHINESE.get(node[key], node[key])


def operations(document: Map) -> tuple[Operation, ...]:
    return tuple(
        Operation(method, path, group == "webhooks")
        for group in ("paths", "webhooks")
        for path, item in document.get(group, {}).items()
        for method in item
        if method in METHODS
    )


def spelled(document: Any, tokens: list[str]) -> list[list[str]]:
    """The places that a path of a patch stands for."""
    if tokens[-1] != "*":
        return [tokens]
    return [[*tokens[:-1], key] for key in resolve(document, join("", *tokens[:-1]))]


def change(document: Any, op: str, tokens: Sequence[str], value: Any) -> None:
    """Apply one step of a JSON Patch; what is added stands at the line of what it is added to."""
    pointer = "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens[:-1])
    holder, key = resolve(document, pointer), tokens[-1]
    if isinstance(holder, Seq):
        index = int(key)
        if op == "add":
            holder.insert(index, marked(value, holder.own))
            holder.marks.insert(index, holder.own)
        elif op == "remove":
            del holder[index], holder.marks[index]
        else:
            holder[index] = marked(value, holder.marks[index])
    elif op == "remove":
        del holder[key]
        holder.marks.pop(key, None)
    else:
        mark = mark_of(holder, key) or holder.own
        holder.put(key, marked(value, mark), mark)


def marked(value: Any, mark: Mark | None) -> Any:
    """A plain JSON value as a tree that stands at one mark; a tree keeps its own marks."""
    if isinstance(value, Map | Seq):
        return value
    if isinstance(value, dict):
        mapping = Map(mark)
        for key, each in value.items():
            mapping.put(key, marked(each, mark), mark)
        return mapping
    if isinstance(value, list):
        sequence = Seq(mark)
        for each in value:
            sequence.add(marked(each, mark), mark)
        return sequence
    return value
