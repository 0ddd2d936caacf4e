"""The sections of a rendered page -> one OpenAPI operation."""

from __future__ import annotations

import re

from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq
from diglot.read.block import Text
from diglot.read.rendered.content import Shown, content_of, describe, shown_in
from diglot.read.rendered.fields import FieldReader, prose_of
from diglot.read.rendered.head import Head
from diglot.read.rendered.lines import Section
from diglot.read.rendered.notes import Notes
from diglot.read.rendered.sample import Sample, read_sample
from diglot.read.rendered.schema import Node, nest, schema_of

_TEMPLATE = re.compile(r"\{([^{}/]+)\}")
_PLACES = ("path", "query", "header", "cookie")


def read_operation(head: Head, sections: list[Section], pointer: str, notes: Notes) -> Map:
    """The operation object to stand at `pointer`: texts, parameters, body and the one response that is shown."""
    operation = Map(head.endpoint.method.mark)
    caption = head.caption
    if head.title:
        operation.put("summary", head.title.value, head.title.mark)
    elif caption:
        operation.put("summary", caption.value, caption.mark)
        notes.lose(join(pointer, "summary"), "title", "inferred", caption.value, caption.mark)
    else:
        notes.lose(join(pointer, "summary"), "title", "lost")
    if head.description:
        operation.put("description", head.description.value, head.description.mark)
    else:
        notes.lose(join(pointer, "description"), "description", "lost")
    notes.lose(join(pointer, "operationId"), "operation-id", "lost")
    group = head.group
    notes.lose(
        join(pointer, "tags"),
        "operation-tags",
        "ambiguous" if group else "lost",
        group.value if group else "",
        group.mark if group else None,
    )
    _parameters(operation, head, sections, pointer, notes)
    _body(operation, head, sections, pointer, notes)
    _responses(operation, head, sections, pointer, notes)
    return operation


def _parameters(operation: Map, head: Head, sections: list[Section], pointer: str, notes: Notes) -> None:
    listed = [section for section in sections if section.kind in _PLACES]
    parameters = Seq(listed[0].heading.mark if listed else None)
    base = join(pointer, "parameters")
    for section in listed:
        reader = FieldReader(section.items).read()
        if not reader.fields:
            prose = prose_of(reader.intro)
            notes.lose(base, "fields-lost", "lost", prose.value if prose else section.kind, section.heading.mark)
        for node in nest(reader.fields):
            below = join(base, len(parameters))
            parameters.add(_parameter(node, section.kind, below, notes), node.shown.name.mark)
    shown = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    for name in _TEMPLATE.findall(head.endpoint.path.value):
        if name not in shown:
            notes.lose(base, "path-parameter-not-shown", "lost", name, head.endpoint.path.mark)
    if parameters:
        operation.put("parameters", parameters, parameters.own)


def _parameter(node: Node, place: str, pointer: str, notes: Notes) -> Map:
    one, parameter = node.shown, Map(node.shown.name.mark)
    parameter.put("name", node.name, one.name.mark)
    parameter.put("in", place, one.name.mark)
    if text := one.description:
        parameter.put("description", text.value, text.mark)
    if "required" in one.badges:
        parameter.put("required", True, one.badges["required"])
    elif place == "path":
        parameter.put("required", True, one.name.mark)
        notes.lose(join(pointer, "required"), "path-parameter-required", "inferred", node.name, one.name.mark)
    if "deprecated" in one.badges:
        parameter.put("deprecated", True, one.badges["deprecated"])
    schema = schema_of(node, join(pointer, "schema"), notes, with_prose=False)
    parameter.put("schema", schema, one.type.mark if one.type else one.name.mark)
    return parameter


def _body(operation: Map, head: Head, sections: list[Section], pointer: str, notes: Notes) -> None:
    listed = [one for one in sections if one.kind == "body"]
    section = listed[0] if listed else None
    for other in listed[1:]:
        below = join(pointer, "requestBody")
        notes.lose(below, "section-not-read", "ambiguous", other.heading.text, other.heading.mark)
    sample = read_sample(head.curl.data) if head.curl and head.curl.data else None
    if section is None and sample is None:
        return
    below = join(pointer, "requestBody")
    shown = shown_in(section) if section else None
    mark = section.heading.mark if section else sample.mark if sample else head.endpoint.method.mark
    if sample and not sample.complete:
        notes.broken(join(below, "content"), sample.mark)
    if shown and not shown.media:
        shown.media += _content_type(head)
    body = Map(mark)
    describe(body, shown, below, notes)
    if shown and shown.required:
        body.put("required", True, shown.required)
    else:
        notes.lose(join(below, "required"), "body-required", "lost")
    if content := content_of(shown, sample, mark, join(below, "content"), notes):
        body.put("content", content, content.own)
    operation.put("requestBody", body, mark)


def _content_type(head: Head) -> list[Text]:
    headers = head.curl.headers if head.curl else ()
    return [Text(value, name.mark) for name, value in headers if name.value.lower() == "content-type" and value]


def _responses(operation: Map, head: Head, sections: list[Section], pointer: str, notes: Notes) -> None:
    """One response a section; the sample and the tabs of the code panel belong to the first."""
    listed = [one for one in sections if one.kind == "response"]
    base = join(pointer, "responses")
    if not listed and head.sample is None and not head.statuses:
        notes.lose(base, "responses", "lost")
        return
    start = listed[0].heading.mark if listed else head.sample.mark if head.sample else head.statuses[0].mark
    responses = Map(start)
    for index, section in enumerate(listed or [None]):
        shown = shown_in(section) if section else None
        heading = section.heading.mark if section else start
        status = _status(head if index == 0 else None, shown, heading, base, notes)
        below = join(base, status.value)
        if status.value in responses:
            notes.lose(below, "section-not-read", "ambiguous", status.value, heading)
            continue
        response = Map(status.mark)
        describe(response, shown, below, notes)
        _response_content(response, shown, head.sample if index == 0 else None, status.mark, below, notes)
        notes.lose(join(below, "headers"), "response-headers", "lost")
        responses.put(status.value, response, status.mark)
    for tab in head.statuses[:50]:
        if tab.value not in responses:
            notes.lose(join(base, tab.value), "response-not-shown", "lost", tab.value, tab.mark)
    operation.put("responses", responses, start)


def _response_content(
    response: Map, shown: Shown | None, sample: Sample | None, mark: Mark, pointer: str, notes: Notes
) -> None:
    below = join(pointer, "content")
    if sample and not sample.complete:
        notes.broken(below, sample.mark)
    if content := content_of(shown, sample, mark, below, notes):
        response.put("content", content, content.own)


def _status(head: Head | None, shown: Shown | None, heading: Mark, pointer: str, notes: Notes) -> Text:
    """The status of the response that is shown: that of its section, of the first tab, or 200 for want of any."""
    own = shown.statuses if shown else []
    for other in own[1:]:
        if other.value != own[0].value:
            notes.lose(join(pointer, other.value), "response-not-shown", "lost", other.value, other.mark)
    tabs = head.statuses if head else []
    if own:
        return own[0]
    if not tabs:
        notes.lose(join(pointer, "200"), "status", "inferred", "no status is shown", heading)
        return Text("200", heading)
    if len(tabs) > 1:
        notes.lose(join(pointer, tabs[0].value), "status", "inferred", "the first of several tabs", tabs[0].mark)
    return tabs[0]
