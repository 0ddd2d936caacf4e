"""Mintlify's flattened endpoint tree, back to the OpenAPI document that it was made from.

The tree says less than its source. What it does not say is never filled in: each such place is a `Loss`, whose pointer
names where the lost member would stand.
"""

from __future__ import annotations

from typing import Any

from diglot.core.ir import METHODS, Operation, Page
from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq, mark_of
from diglot.read.block import Block, Heading, Recovered
from diglot.read.mintlify.components import Cleaned, Cleaner
from diglot.read.mintlify.content import Contents
from diglot.read.mintlify.grammar import MEMBERS
from diglot.read.mintlify.losses import lose_members
from diglot.read.mintlify.names import Names
from diglot.read.mintlify.notes import FlatNotes
from diglot.read.mintlify.parameters import parameters
from diglot.read.mintlify.roots import roots_of
from diglot.read.mintlify.security import security
from diglot.read.mintlify.servers import servers
from diglot.read.mintlify.synthetic import Examples
from diglot.read.mintlify.union import Schemas
from diglot.read.shapes import invalid

_VERSION = "3.0.1"  # the dialect does not say; its raw schemas are read as 3.0 and as 3.1 alike


def recover(block: Block, heading: Heading, page: Page) -> Recovered:
    """The OpenAPI document that one flattened block and the words above it say, with all that the dialect has lost.

    Any tree is accepted: what is not of the grammar is a finding, and the rest is read. Without a method and path there
    is no operation, and the document has no `paths`.
    """
    notes = FlatNotes(page)
    tree = block.tree if isinstance(block.tree, Map) else Map(block.mark)
    endpoint = notes.mapping(tree, "paths", "/paths")
    document = Map(tree.own)
    document.put("openapi", _VERSION, None)
    notes.lose("/openapi", "openapi-version", "inferred", "the dialect prints OpenAPI 3.0 and 3.1 alike")
    lose_members(notes, "document", "")
    operation = _operation(endpoint, block, notes)
    if operation is not None:
        _Reading(tree, endpoint, operation, notes).fill(document, heading)
        notes.findings += invalid(document, page.path, notes.operation, block.mark)
    return Recovered(
        () if operation is None else (operation,),
        document,
        notes.strengths,
        notes.losses,
        tuple(notes.findings),
    )


def _operation(endpoint: Map, block: Block, notes: FlatNotes) -> Operation | None:
    """The operation that the tree names, else the one of the info string."""
    method, path = endpoint.get("method"), endpoint.get("path")
    if not isinstance(method, str) or method.lower() not in METHODS:
        notes.odd("/paths/method", "string", method, mark_of(endpoint, "method") or block.mark)
        method = block.method
    if not isinstance(path, str) or not path:
        notes.odd("/paths/path", "string", path, mark_of(endpoint, "path") or block.mark)
        path = block.path
    if not path or not method or method.lower() not in METHODS:
        return None
    webhook = endpoint["type"] == "webhook" if "type" in endpoint else block.webhook
    operation = Operation(method.lower(), path, webhook)
    notes.operation = str(operation.key)
    return operation


class _Reading:
    """The reading of one endpoint into a document."""

    def __init__(self, tree: Map, endpoint: Map, operation: Operation, notes: FlatNotes) -> None:
        self._tree, self._endpoint, self._operation, self._notes = tree, endpoint, operation, notes
        self._request = notes.mapping(endpoint, "request", "/paths/request")
        self._section = "webhooks" if operation.webhook else "paths"
        self._path_pointer = join("", self._section, operation.path)
        self._pointer = join(self._path_pointer, operation.method)
        self._cleaner = Cleaner()

    def fill(self, document: Map, heading: Heading) -> None:
        """Add servers, the operation and its components to the document."""
        components = self._notes.mapping(self._tree, "components", "/components")
        self._look_around(components)
        shown = self._notes.mapping(components, "schemas", "/components/schemas")
        cleaned = self._cleaner.components(shown)
        names = Names(cleaned, roots_of(self._endpoint, self._cleaner))
        schemas = Schemas(names, self._notes)
        offered = servers(self._endpoint, self._notes)
        if offered:
            document.put("servers", offered, mark_of(self._endpoint, "servers"))
        operation, schemes = self._fill_operation(heading, names, schemas)
        mark = mark_of(self._tree, "paths")
        item, section = Map(mark), Map(mark)
        item.put(self._operation.method, operation, mark_of(self._endpoint, "method") or mark)
        section.put(self._operation.path, item, mark_of(self._endpoint, "path") or mark)
        document.put(self._section, section, mark)
        self._put_components(document, self._schemas(cleaned, names, schemas), schemes)
        lose_members(self._notes, "path", self._path_pointer)
        lose_members(self._notes, "operation", self._pointer)

    def _look_around(self, components: Map) -> None:
        """Note what stands beside the members that are read."""
        for role, holder, pointer in (
            ("tree", self._tree, ""),
            ("components", components, "/components"),
            ("endpoint", self._endpoint, self._pointer),
            ("request", self._request, self._pointer),
        ):
            self._notes.unknown(holder, MEMBERS[role], pointer)
        deprecated, kind = (self._endpoint.get(key) for key in ("deprecated", "type"))
        if deprecated is not None and not isinstance(deprecated, bool):
            pointer = join(self._pointer, "deprecated")
            self._notes.odd(pointer, "boolean", deprecated, mark_of(self._endpoint, "deprecated"))
        if kind not in (None, "path", "webhook"):
            self._notes.odd("/paths/type", "path or webhook", kind, mark_of(self._endpoint, "type"))

    def _fill_operation(self, heading: Heading, names: Names, schemas: Schemas) -> tuple[Map, Map]:
        operation = Map(mark_of(self._endpoint, "method"))
        self._put_texts(operation, heading)
        listed = parameters(
            self._request, join(self._pointer, "parameters"), self._cleaner, schemas, names, self._notes
        )
        if listed:
            operation.put("parameters", listed, mark_of(self._request, "parameters"))
        contents = Contents(self._cleaner, schemas, Examples(names.evaluator), self._notes)
        body = contents.body(self._request, join(self._pointer, "requestBody"))
        if body is not None:
            operation.put("requestBody", body, mark_of(self._request, "body"))
        responses = contents.responses(self._endpoint, join(self._pointer, "responses"))
        if responses is not None:
            operation.put("responses", responses, mark_of(self._endpoint, "response"))
        if self._endpoint.get("deprecated") is True:
            operation.put("deprecated", True, mark_of(self._endpoint, "deprecated"))
        schemes = self._put_security(operation)
        self._put_samples(operation)
        return operation, schemes

    def _put_texts(self, operation: Map, heading: Heading) -> None:
        """Summary and description are not in the tree; the page shows them above it, or words of its own."""
        made_up = f"{self._operation.method} {self._operation.path}".casefold()
        title = heading.title
        summary = join(self._pointer, "summary")
        if title is not None and title.value.casefold() == made_up:
            self._notes.lose(summary, "title-of-page", "inferred", "the title is made of method and path", title.mark)
        elif title is not None:
            self._put_text(operation, "summary", title.value, title.mark)
        if heading.description is not None:
            self._put_text(operation, "description", heading.description.value, heading.description.mark)

    def _put_text(self, operation: Map, key: str, value: str, mark: Mark) -> None:
        pointer = join(self._pointer, key)
        operation.put(key, value, mark)
        self._notes.strengths[pointer] = "prose"
        self._notes.lose(pointer, "title-of-page", "inferred", "taken from the head of the page", mark)

    def _put_security(self, operation: Map) -> Map:
        """Requirements stand on the operation; whether its document said them for all operations is not told."""
        pointer = join(self._pointer, "security")
        listed, schemes = security(self._request, pointer, self._notes)
        mark = mark_of(self._request, "security")
        if listed or (mark is not None and not self._operation.webhook):
            operation.put("security", listed, mark)
        self._notes.lose("/security", "security-level", "lost", "requirements are printed with the operation")
        self._notes.lose(pointer, "security-level", "inferred", "stands here, or on the document", mark)
        return schemes

    def _put_samples(self, operation: Map) -> None:
        pointer = join(self._pointer, "x-codeSamples")
        printed = self._notes.sequence(self._request, "codeSamples", pointer)
        samples = Seq(printed.own)
        for index, sample in enumerate(printed):
            if isinstance(sample, Map):
                samples.add(sample, mark_of(printed, index))
                self._notes.lose(join(pointer, index, "*"), "code-sample-keys")
            else:
                self._notes.odd(join(pointer, index), "object", sample, mark_of(printed, index))
        if samples:
            operation.put("x-codeSamples", samples, mark_of(self._request, "codeSamples"))

    def _schemas(self, cleaned: Cleaned, names: Names, schemas: Schemas) -> Map:
        """The components that the page prints, and those that only its root schemas show."""
        listed = Map(cleaned.schemas.own)
        for name, schema in cleaned.schemas.items():
            if not isinstance(schema, dict | bool):
                self._notes.odd(join("/components/schemas", name), "object", schema, mark_of(cleaned.schemas, name))
                continue
            listed.put(name, schema, mark_of(cleaned.schemas, name))
        for name in cleaned.injected:
            evidence = "the converter adds `type: object` to an allOf that it enters"
            self._notes.lose(join("/components/schemas", name, "type"), "type-injected", "inferred", evidence)
        for name, group in names.inferred.items():
            where = names.sightings[name][0].where
            listed.put(name, schemas.component(name, where), mark_of(group[0], "refIdentifier"))
        self._notes.lose(
            "/components/schemas/*", "component-name", "lost", "only schemas that a $ref reaches are printed"
        )
        return listed

    def _put_components(self, document: Map, schemas: Map, schemes: Map) -> None:
        components = Map(mark_of(self._tree, "components"))
        sections: tuple[tuple[str, Any], ...] = (("schemas", schemas), ("securitySchemes", schemes))
        for name, section in sections:
            if section:
                components.put(name, section, section.own)
        if components:
            document.put("components", components, mark_of(self._tree, "components"))
        self._notes.lose("/components/securitySchemes/*", "component-name", "lost", "only schemes in use are printed")
        lose_members(self._notes, "components", "/components")
