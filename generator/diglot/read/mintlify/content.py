"""Bodies of a flattened endpoint: the request body, the responses, their media types and examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, mark_of
from diglot.read.mintlify.components import Cleaner
from diglot.read.mintlify.evaluate import Where
from diglot.read.mintlify.grammar import MEMBERS, PLACEHOLDER
from diglot.read.mintlify.losses import lose_members
from diglot.read.mintlify.notes import FlatNotes
from diglot.read.mintlify.roots import Group, items_of
from diglot.read.mintlify.synthetic import Examples
from diglot.read.mintlify.union import Schemas


class Contents:
    """Reads what one endpoint takes and gives."""

    def __init__(self, cleaner: Cleaner, schemas: Schemas, examples: Examples, notes: FlatNotes) -> None:
        self._cleaner, self._schemas, self._examples, self._notes = cleaner, schemas, examples, notes

    def body(self, request: Map, pointer: str) -> Map | None:
        """The `requestBody`, or None where the page shows none."""
        printed = self._notes.mapping(request, "body", pointer)
        if not printed:
            return None
        body = Map(mark_of(request, "body"))
        self._describe(printed, body, pointer)
        required = self._required(printed)
        if required is not None:
            body.put("required", *required)
        elif not self._is_schema_shown(printed):
            self._notes.lose(join(pointer, "required"), "body-required", "lost", "printed with a schema only")
        body.put("content", self._content(printed, join(pointer, "content"), "request"), mark_of(request, "body"))
        lose_members(self._notes, "body", pointer)
        return body

    def responses(self, endpoint: Map, pointer: str) -> Map | None:
        """The `responses`, or None where the page shows none."""
        printed = self._notes.mapping(endpoint, "response", pointer)
        if not printed:
            self._notes.lose(pointer, "responses-empty", "ambiguous", "no responses, or an empty map of them")
            return None
        responses = Map(mark_of(endpoint, "response"))
        for code in self._notes.until_full(printed):
            place = join(pointer, code)
            contents = self._notes.mapping(printed, code, place)
            responses.put(code, self._response(contents, place, mark_of(printed, code)), mark_of(printed, code))
        return responses

    def _response(self, contents: Map, pointer: str, mark: Mark | None) -> Map:
        response = Map(mark)
        self._describe(contents, response, pointer)
        if not contents:
            response.put("description", "", mark)
            evidence = "an empty description and no content, or an empty content"
            self._notes.lose(join(pointer, "description"), "response-description", "ambiguous", evidence, mark)
            self._notes.lose(join(pointer, "content"), "response-content", "ambiguous", evidence, mark)
        elif "description" not in response:
            self._notes.lose(join(pointer, "description"), "response-description", "ambiguous", "empty, or none", mark)
        if any(media != PLACEHOLDER for media in contents):
            response.put("content", self._content(contents, join(pointer, "content"), "response"), mark)
        lose_members(self._notes, "response", pointer)
        return response

    def _describe(self, contents: Map, target: Map, pointer: str) -> None:
        """The description of a body is repeated with each of its media types."""
        for media in contents.values():
            if isinstance(media, Map) and "description" in media:
                self._notes.move(media, "description", target, join(pointer, "description"))
                return

    def _required(self, contents: Map) -> tuple[bool, Mark | None] | None:
        for content in contents.values():
            for item in items_of(content, "schemaArray", self._cleaner):
                if isinstance(item.get("required"), bool):
                    return item["required"], mark_of(item, "required")
        return None

    def _is_schema_shown(self, contents: Map) -> bool:
        shown = [items_of(content, "schemaArray", self._cleaner) for content in contents.values()]
        return any(items and not _is_without_schema(items) for items in shown)

    def _content(self, contents: Map, pointer: str, where: Where) -> Map:
        content = Map(contents.own)
        for name in contents:
            if name != PLACEHOLDER:
                place = join(pointer, name)
                printed = self._notes.mapping(contents, name, place)
                content.put(name, self._media(printed, place, where, mark_of(contents, name)), mark_of(contents, name))
        return content

    def _media(self, printed: Map, pointer: str, where: Where, mark: Mark | None) -> Map:
        media = Map(mark)
        self._notes.unknown(printed, MEMBERS["content"], pointer)
        items = items_of(printed, "schemaArray", self._cleaner)
        place = join(pointer, "schema")
        if not items:
            where_from = mark_of(printed, "schemaArray") or mark
            self._notes.odd(place, "non-empty array", printed.get("schemaArray"), where_from)
        elif not _is_without_schema(items):
            media.put("schema", self._schemas.schema(items, place, where), mark_of(printed, "schemaArray"))
        elif items[0].get("type") == "any":
            evidence = "`any`: no schema, an empty one, or one that could not be merged"
            self._notes.lose(place, "schema-absent", "ambiguous", evidence, items[0].own)
        self._put_examples(printed, media, items, pointer, where)
        lose_members(self._notes, "media", pointer)
        return media

    def _put_examples(self, printed: Map, media: Map, items: Group, pointer: str, where: Where) -> None:
        examples = self._notes.mapping(printed, "examples", join(pointer, "examples"))
        self._notes.lose(join(pointer, "examples", "*"), "example-external", "lost", "no value, so it is not printed")
        mark = mark_of(printed, "examples")
        if list(examples) != ["example"] or not _is_bare(examples["example"]):
            if examples:
                media.put("examples", examples, mark)
                self._notes.lose(join(pointer, "example"), "example-overwritten", "lost", "`examples` stand for it")
                for name in examples:
                    self._notes.lose(join(pointer, "examples", name, "$ref"), "component-name")
            return
        only = examples["example"]
        if "value" not in only:
            return
        if items and self._is_synthetic(only["value"], items[0], where):
            evidence = "equal to the example that the converter makes from the schema"
            self._notes.lose(join(pointer, "example"), "example-synthetic", "inferred", evidence, mark)
            return
        media.put("example", only["value"], mark_of(only, "value"))
        self._notes.lose(join(pointer, "examples", "example"), "example-form", "ambiguous", "a single example", mark)

    def _is_synthetic(self, value: Any, item: Map, where: Where) -> bool:
        """A root that was merged has lost its default and const for the example, and nothing shows that it was."""
        bare = {key: member for key, member in item.items() if key not in ("default", "const")}
        tag = item.get("type")
        forms: tuple[Mapping[str, Any], ...] = (item,) if len(bare) == len(item) else (item, bare)
        return isinstance(tag, str) and any(self._examples.is_synthetic(value, form, where) for form in forms)


def _is_bare(example: Any) -> bool:
    return isinstance(example, Map) and set(example) <= {"value"}


def _is_without_schema(items: Group) -> bool:
    """Whether the converter prints this where a media type has no schema: a bare `any`, or a file without encoding."""
    if len(items) != 1:
        return False
    item = items[0]
    if item.get("type") == "file":
        return "contentEncoding" not in item
    return set(item) == {"type"} and item["type"] == "any"
