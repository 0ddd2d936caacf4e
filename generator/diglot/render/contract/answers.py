"""What a successful call gives: a value of JSON, bytes, events one by one, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from diglot.render.contract.cursor import Node, Prose
from diglot.render.contract.keywords import component_name
from diglot.render.contract.schemas import Schemas
from diglot.render.contract.shapes import Shape

AnswerKind = Literal["nothing", "json", "bytes", "events", "download"]
_EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a successful call gives. `statuses` are the declared ones; `root` is set where the model only wraps.

    Events without a model are given as they come; a download is bytes that are read as they arrive.
    """

    kind: AnswerKind
    statuses: tuple[int, ...]
    media: str = ""
    model: str = ""
    root: Shape | None = None
    prose: Prose = ()

    @property
    def is_stream(self) -> bool:
        """Whether the answer is read while it arrives."""
        return self.kind in ("events", "download")


def read_answers(node: Node, title: str, schemas: Schemas) -> tuple[Answer, ...]:
    """The answer of an operation, then the one to read while it arrives, where the contract has both.

    The first successful status that has a body counts; without any there is nothing to give.
    """
    successes = [
        (status, response.target()) for status, response in node.at("responses").members() if status[:1] == "2"
    ]
    statuses = tuple(int(status) for status, _ in successes if status.isdigit())
    for _, response in successes:
        if answers := tuple(_answers(response, title, statuses, schemas)):
            return answers
    prose = successes[0][1].prose("description") if successes else ()
    return (Answer("nothing", statuses, prose=prose),)


def _answers(response: Node, title: str, statuses: tuple[int, ...], schemas: Schemas) -> Iterator[Answer]:
    content = dict(response.at("content").members())
    events = next((media for media in content if media.split(";")[0].strip().lower() == _EVENTS), "")
    plain = [media for media in content if media != events]
    media = next((media for media in plain if "json" in media), next(iter(plain), ""))
    prose = response.prose("description")
    if "json" in media:
        schema = content[media].at("schema")
        name = suffixed(component_name(response) or title, "Response")
        shape = schemas.shape(schema, name)
        model = schemas.wrap(name, shape, pointer=schema.pointer)
        yield Answer("json", statuses, media, model, schemas.models[model].root, prose)
    elif media:
        answer = Answer("bytes", statuses, media, prose=prose)
        yield answer
        if not events:
            yield replace(answer, kind="download")
    if events:
        event = _event(content[events], title, schemas)
        model = "" if event is None else schemas.wrap(suffixed(title, "Event"), event, pointer=content[events].pointer)
        root = schemas.models[model].root if model else None
        yield Answer("events", statuses, events, model, root, prose)


def _event(media: Node, title: str, schemas: Schemas) -> Shape | None:
    """The shape of one event's data: what the schema says, or the component that its description or examples name."""
    schema = media.at("itemSchema")
    if schema.value is None:
        schema = media.at("schema")
    if schema.value is None or schema.get("type") == "string":
        named = schemas.variants_named(_words(schema), _examples(media))
        return None if named is None else schemas.shape(named, title)
    return schemas.shape(schema, suffixed(title, "Event"))


def _words(schema: Node) -> list[str]:
    """The words that stand as code in a description, in any language."""
    return [word for text in schema.prose("description") for word in re.findall(r"`([A-Za-z]\w*)`", text.text)]


def _examples(media: Node) -> list[str]:
    values = [media.get("example"), *(example.target().get("value") for _, example in media.at("examples").members())]
    return [value for value in values if isinstance(value, str)]


def suffixed(name: str, suffix: str) -> str:
    """`name`, ending with `suffix` once."""
    return name if name.endswith(suffix) else name + suffix
