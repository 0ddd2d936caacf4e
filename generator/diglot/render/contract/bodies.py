"""How the body of a request is sent, and which arguments fill it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from diglot.core.names import Names, snake
from diglot.render.contract.answers import suffixed
from diglot.render.contract.arguments import Argument, Place
from diglot.render.contract.cursor import Node
from diglot.render.contract.keywords import component_name
from diglot.render.contract.schemas import Schemas
from diglot.render.contract.shapes import Field, Shape

BodyKind = Literal["", "json", "json-value", "form", "multipart", "bytes"]

_BODY_KINDS: dict[str, BodyKind] = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
}
_MODES = ("response_mode", "responseMode", "mode")


@dataclass(frozen=True, slots=True)
class Body:
    """How a request's body is sent. `model` is empty where bytes are sent as they are.

    `encodings` are the media types of parts of a form, by the name of the field, where the contract states them.
    """

    kind: BodyKind = ""
    media: str = ""
    model: str = ""
    required: bool = True
    encodings: tuple[tuple[str, str], ...] = ()


def read_body(node: Node, title: str, scope: Names, schemas: Schemas) -> tuple[Body, tuple[Argument, ...]]:
    """The body of an operation whose `requestBody` is `node`, and its arguments under names of `scope`."""
    content = dict(node.at("content").members())
    if not content:
        return Body(), ()
    media = next((known for known in _BODY_KINDS if known in content), next(iter(content)))
    kind = _BODY_KINDS.get(media, "json" if media.endswith("+json") else "bytes")
    schema = content[media].at("schema")
    required = node.get("required") is True
    name = component_name(node) or title
    shape = Shape("file") if kind == "bytes" else schemas.shape(schema, suffixed(name, "Request"))
    if shape.kind != "model" or shape.nullable:
        whole = Field("root", "", shape, required, node.prose("description"), pointer=node.pointer)
        argument = Argument(scope.take("body"), whole, "body")
        if kind == "bytes" or shape.kind == "file":
            return Body("bytes", media, required=required), (argument,)
        model = schemas.wrap(suffixed(name, "Request"), shape, pointer=schema.pointer)
        return Body("json-value", media, model, required), (argument,)
    arguments = []
    for field in schemas.models[shape.model].fields:
        place: Place = "file" if any(part.kind == "file" for part in field.shape.walk()) else "body"
        asked = field if required else replace(field, required=False)
        example = example_of(schema.at("properties", field.wire))
        arguments.append(Argument(scope.take(snake(field.wire, "field")), asked, place, example=example))
    return Body(kind, media, shape.model, required, _encodings(content[media])), tuple(arguments)


def _encodings(media: Node) -> tuple[tuple[str, str], ...]:
    stated = ((name, encoding.get("contentType")) for name, encoding in media.at("encoding").members())
    return tuple((name, kind) for name, kind in stated if isinstance(kind, str) and kind.isascii() and kind)


def mode_of(argument: Argument, *, is_stream: bool) -> Any:
    """The value by which an argument asks for an answer as a stream or as a whole; None for any other argument."""
    field = argument.field
    if argument.place != "body":
        return None
    if field.wire == "stream" and field.shape.kind == "boolean":
        return is_stream
    if field.wire in _MODES and {"streaming", "blocking"} <= set(field.shape.values):
        return "streaming" if is_stream else "blocking"
    return None


def example_of(*nodes: Node) -> Any:
    """The first example that the contract gives for a value, or None."""
    for node in nodes:
        if node.get("example") is not None:
            return node.get("example")
        listed = node.get("examples")
        if isinstance(listed, list) and listed:
            return listed[0]
        for _, example in node.at("examples").members():
            return example.target().get("value")
    return None
