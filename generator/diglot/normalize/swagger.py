"""Swagger 2.0 in the words of OpenAPI 3: the same operations, schemas and security, each entry with its mark.

Source: OpenAPI Specification 2.0 and 3.0.4; the correspondences are those of the 3.0 migration notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diglot.core.ir import METHODS
from diglot.core.pointer import join, split
from diglot.core.tree import Map, Seq, copy_tree, mark_of
from diglot.normalize.swagger_parts import (
    body_of,
    is_body,
    media_of,
    parameter_of,
    response_of,
    scheme_of,
    strings,
    upgrade_schema,
)

_SECTIONS = {"definitions": "schemas", "responses": "responses", "parameters": "parameters"}
_MOVED = ("swagger", "host", "basePath", "schemes", "consumes", "produces", "securityDefinitions", *_SECTIONS)


def is_swagger(document: Any) -> bool:
    """Whether a document declares itself Swagger 2.0."""
    return isinstance(document, Map) and str(document.get("swagger", "")).startswith("2")


def upgrade(document: Map) -> Map:
    """The document as OpenAPI 3.0.4; what is malformed is left as it stands."""
    source = copy_tree(document)
    _rename_references(source)
    result = Map(source.own)
    result.put("openapi", "3.0.4", source.marks.get("swagger"))
    for key, value in source.items():
        if key not in _MOVED:
            result.put(key, value, source.marks.get(key))
    servers = _servers(source)
    if servers:
        result.put("servers", servers, source.marks.get("host") or source.marks.get("basePath"))
    for item in _items(source):
        _upgrade_item(item, source)
    _components(source, result)
    return result


def _servers(source: Map) -> Seq:
    mark = source.marks.get("host") or source.marks.get("basePath")
    servers = Seq(mark)
    host, base = source.get("host"), source.get("basePath", "")
    if not isinstance(host, str) and not base:
        return servers
    for scheme in strings(source.get("schemes")) or ["https"]:
        server = Map(mark)
        server.put("url", f"{scheme}://{host}{base}".rstrip("/") if isinstance(host, str) else str(base), mark)
        servers.add(server, mark)
        if not isinstance(host, str):
            break
    return servers


def _items(source: Map) -> Iterator[Map]:
    paths = source.get("paths")
    for item in paths.values() if isinstance(paths, Map) else ():
        if isinstance(item, Map):
            yield item


def _upgrade_item(item: Map, source: Map) -> None:
    shared = item.get("parameters")
    for method in METHODS:
        operation = item.get(method)
        if not isinstance(operation, Map):
            continue
        own = operation.get("parameters")
        bodies = [*_bodies(shared, source), *_bodies(own, source)]
        if isinstance(own, Seq):
            operation["parameters"] = _without_bodies(own, source)
        if bodies:
            consumes = strings(operation.get("consumes", source.get("consumes")))
            operation.put("requestBody", body_of(bodies, consumes), bodies[0].own)
        responses = operation.get("responses")
        produces = media_of(strings(operation.get("produces", source.get("produces"))))
        if isinstance(responses, Map):
            for code, response in responses.items():
                responses[code] = response_of(response, produces)
        for key in ("consumes", "produces", "schemes"):
            operation.pop(key, None)
    if isinstance(shared, Seq):
        item["parameters"] = _without_bodies(shared, source)


def _bodies(parameters: Any, source: Map) -> list[Map]:
    """The parameters that stand in the body, references among them resolved."""
    return [
        parameter
        for item in (parameters if isinstance(parameters, list) else [])
        if is_body(parameter := _resolved(item, source))
    ]


def _without_bodies(parameters: Seq, source: Map) -> Seq:
    kept = Seq(parameters.own)
    for index, item in enumerate(parameters):
        if not is_body(_resolved(item, source)):
            kept.add(parameter_of(item), mark_of(parameters, index))
    return kept


def _resolved(parameter: Any, source: Map) -> Any:
    reference = parameter.get("$ref") if isinstance(parameter, dict) else None
    known = source.get("parameters")
    if isinstance(reference, str) and isinstance(known, dict):
        return known.get(split(reference)[-1] if split(reference) else "", parameter)
    return parameter


def _components(source: Map, result: Map) -> None:
    components = Map(source.own)
    produces = media_of(strings(source.get("produces")))
    for old, new in _SECTIONS.items():
        section = source.get(old)
        if not isinstance(section, Map):
            continue
        upgraded = Map(section.own)
        for name, value in section.items():
            if old == "responses":
                value = response_of(value, produces)
            elif old == "parameters":
                if is_body(value):
                    continue  # inlined where it is used: a body is no parameter any more
                value = parameter_of(value)
            else:
                value = upgrade_schema(value)
            upgraded.put(name, value, section.marks.get(name))
        components.put(new, upgraded, source.marks.get(old))
    schemes = source.get("securityDefinitions")
    if isinstance(schemes, Map):
        named = Map(schemes.own)
        for name, scheme in schemes.items():
            named.put(name, scheme_of(scheme), schemes.marks.get(name))
        components.put("securitySchemes", named, source.marks.get("securityDefinitions"))
    if components:
        result.put("components", components, source.own)


def _rename_references(node: Any) -> None:
    if isinstance(node, dict):
        reference = node.get("$ref")
        tokens = split(reference) if isinstance(reference, str) and reference.startswith("#/") else []
        if len(tokens) == 2 and tokens[0] in _SECTIONS:
            node["$ref"] = "#" + join("/components", _SECTIONS[tokens[0]], tokens[1])
        for value in node.values():
            _rename_references(value)
    elif isinstance(node, list):
        for value in node:
            _rename_references(value)
