"""One fragment in canonical form: OpenAPI 3.1.1, every operation complete in itself, every mark kept.

What 3.0 and 3.1, a path and its operations, or a document and its operations can say in either place is said in one:
parameters, servers and security stand with the operation, a single media `example` stands among `examples`.
"""

from __future__ import annotations

from typing import Any

from diglot.core.grammar import role_of
from diglot.core.ir import METHODS, Fragment
from diglot.core.pointer import resolve
from diglot.core.tree import Map, Seq, mark_of
from diglot.normalize.moving import rewritten
from diglot.normalize.schemas import canonical_schema
from diglot.normalize.swagger import is_swagger, upgrade

VERSION = "3.1.1"


def canonical(fragment: Fragment) -> Fragment:
    """The fragment with its document in canonical form; pointers of losses and strengths keep their meaning."""
    written = fragment.document
    document = _convert(upgrade(written) if is_swagger(written) else written, "document")
    if not document:
        return fragment
    document.put("openapi", VERSION, document.marks.get("openapi"))
    _push_down(document)
    return rewritten(fragment, document, lambda pointer: _moved(pointer, document))


def _moved(pointer: str, document: Map) -> str:
    """Where a pointer of the page's own document leads in the canonical one: only `example` is written elsewhere."""
    parent, _, last = pointer.rpartition("/")
    if last != "example":
        return pointer
    for moved in (parent + "/examples/example/value", parent + "/examples/0"):
        try:
            resolve(document, moved)
        except LookupError:
            continue
        return moved
    return pointer


def _convert(node: Any, role: str) -> Any:
    """A converted copy of `node`; a value that is not of the shape its role asks for is copied as it is."""
    if isinstance(node, dict) and role[0] != "[":
        result = Map(getattr(node, "own", None))
        result.marks.update(getattr(node, "marks", {}))
        for key, value in node.items():
            result[key] = _convert(value, role_of(role, key)) if isinstance(value, dict | list) else value
        if role == "schema":
            return canonical_schema(result)
        if role in ("media", "parameter", "header"):
            _name_example(result)
        if role == "operation" and isinstance(result.get("tags"), Seq):
            result["tags"] = _flat(result["tags"])
        return result
    if isinstance(node, list):
        item_role = role_of(role, "") if role[0] == "[" else "value"
        sequence = Seq(getattr(node, "own", None))
        for index, value in enumerate(node):
            sequence.add(_convert(value, item_role), mark_of(node, index))
        return sequence
    return node


def _flat(tags: Seq) -> Seq:
    """Tags as a list of names; some publishers print each name as a list of its own."""
    flat = Seq(tags.own)
    for index, tag in enumerate(tags):
        for name in tag if isinstance(tag, list) else [tag]:
            flat.add(name, mark_of(tags, index))
    return flat


def _name_example(holder: Map) -> None:
    """`example: v` becomes `examples: {example: {value: v}}`, the only form that can hold several."""
    if "example" not in holder:
        return
    mark = holder.marks.pop("example", None)
    value = holder.pop("example")
    if "examples" in holder:
        return
    named, examples = Map(mark), Map(mark)
    named.put("value", value, mark)
    examples.put("example", named, mark)
    holder.put("examples", examples, mark)


def _push_down(document: Map) -> None:
    for group in ("paths", "webhooks"):
        paths = document.get(group)
        for item in paths.values() if isinstance(paths, dict) else ():
            if isinstance(item, Map):
                _push_into_operations(document, item)
    for key in ("security", "servers"):
        document.pop(key, None)


def _push_into_operations(document: Map, item: Map) -> None:
    for method in METHODS:
        operation = item.get(method)
        if not isinstance(operation, Map):
            continue
        for source, key in ((item, "servers"), (document, "servers"), (document, "security")):
            if key not in operation and key in source:
                operation.put(key, source[key], mark_of(source, key))
        _inherit_parameters(item, operation)
    for key in ("parameters", "servers"):
        item.pop(key, None)


def _inherit_parameters(item: Map, operation: Map) -> None:
    shared = item.get("parameters")
    if not isinstance(shared, list):
        return
    own = operation.get("parameters")
    own = own if isinstance(own, list) else []
    named = {_identity(parameter) for parameter in own}
    merged = Seq(getattr(shared, "own", None))
    for source in (shared, own):
        for index, parameter in enumerate(source):
            if source is own or _identity(parameter) not in named:
                merged.add(parameter, mark_of(source, index))
    operation.put("parameters", merged, mark_of(item, "parameters"))


def _identity(parameter: Any) -> Any:
    if not isinstance(parameter, dict):
        return id(parameter)
    return str(parameter.get("$ref") or ""), str(parameter.get("in")), str(parameter.get("name"))
