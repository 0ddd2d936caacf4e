"""The fence dialect: a block, or a whole file, that is an OpenAPI document (3.0, 3.1, 3.2) or a Swagger 2.0 one.

Nothing is lost and nothing is changed but a method written in capitals: the document of the fragment is the tree of the
block, in its own version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.finding import Finding, Location
from diglot.core.ir import METHODS, Operation, OpKey, Page
from diglot.core.pointer import join, resolve
from diglot.core.tree import Map, Mark, copy_tree, mark_of
from diglot.read.block import Block, Heading, Recovered
from diglot.read.shapes import invalid

_HOPS = 10  # how many references in a row may lead to a path item


def recover(block: Block, _heading: Heading, page: Page) -> Recovered:
    """The operations of a block with its document as it stands; what has not the shape of OpenAPI becomes findings.

    A document may hold more operations than the info string names: all are given.
    """
    announced = _announced(block)
    tree, findings = _lower_methods(block, page)
    operations = tuple(dict.fromkeys(_operations(tree)))
    if block.tree is not None:
        findings += invalid(block.tree, page.path, announced, block.mark)
    if not operations:
        mark = mark_of(tree, "paths") or mark_of(tree, "webhooks") or block.mark
        findings.append(Finding("page-block-empty", Location(page.path, *mark, "/paths"), announced))
    elif block.path is not None and not any(_same(block, operation) for operation in operations):
        findings.append(_mismatch(block, page, operations))
    return Recovered(operations, tree, findings=tuple(findings))


def _lower_methods(block: Block, page: Page) -> tuple[Map, list[Finding]]:
    """The document with methods such as `GET` in lower case, as OpenAPI has them; each is a finding."""
    tree = block.tree if isinstance(block.tree, Map) else Map()
    paths = tree.get("paths")
    items = {path: item for path, item in paths.items() if isinstance(item, Map)} if isinstance(paths, Map) else {}
    wrong = [
        (path, key, item.marks.get(key) or block.mark)
        for path, item in items.items()
        for key in item
        if key not in METHODS and key.lower() in METHODS and key.lower() not in item and isinstance(item[key], dict)
    ]
    if not wrong:
        return tree, []
    tree = copy_tree(tree)
    for path, key, _ in wrong:
        item = tree["paths"][path]
        item.put(key.lower(), item.pop(key), item.marks.pop(key, None))
    return tree, [
        Finding(
            "page-method-capitalized",
            Location(page.path, *mark, join("/paths", path, key)),
            str(OpKey.of(key, path)),
            args={"method": key, "meant": key.lower(), "path": path},
        )
        for path, key, mark in wrong
    ]


def _operations(tree: Map) -> Iterator[Operation]:
    for section, webhook in (("paths", False), ("webhooks", True)):
        items = tree.get(section)
        for path, item in items.items() if isinstance(items, dict) else ():
            if not path.startswith("x-"):
                yield from (Operation(method, path, webhook) for method in _methods(tree, item))


def _methods(tree: Map, item: Any) -> Iterator[str]:
    """The methods of one path item; `additionalOperations` are those of OpenAPI 3.2 beyond the named ones."""
    for _ in range(_HOPS):
        if not isinstance(item, dict):
            return
        yield from (key for key in item if key in METHODS and isinstance(item[key], dict))
        more = item.get("additionalOperations")
        if isinstance(more, dict):
            yield from (method.lower() for method, operation in more.items() if isinstance(operation, dict))
        reference = item.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return
        try:
            item = resolve(tree, reference)
        except LookupError:
            return


def _announced(block: Block) -> str:
    return str(OpKey.of(block.method, block.path)) if block.method and block.path is not None else ""


def _same(block: Block, operation: Operation) -> bool:
    if block.webhook or operation.webhook:
        return block.webhook and block.path == operation.path
    return block.method is not None and OpKey.of(block.method, block.path or "") == operation.key


def _mismatch(block: Block, page: Page, operations: tuple[Operation, ...]) -> Finding:
    """The info string names an operation that the document does not have."""
    verb = "WEBHOOK" if block.webhook else str(block.method).upper()
    args = {"announced": f"{verb} {block.path}", "declared": [str(operation.key) for operation in operations[:5]]}
    mark: Mark = block.mark
    return Finding("page-block-mismatch", Location(page.path, *mark), _announced(block), args=args)
