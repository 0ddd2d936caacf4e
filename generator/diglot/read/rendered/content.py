"""Body and Response of a rendered page -> media types: what is declared, and below it what only a sample shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from diglot.core.pointer import join
from diglot.core.tree import Map, Mark
from diglot.read.block import Text
from diglot.read.rendered.fields import FieldReader, prose_of
from diglot.read.rendered.lines import Code, Line, Section
from diglot.read.rendered.notes import Notes
from diglot.read.rendered.sample import Sample
from diglot.read.rendered.sample_schema import Met, enrich, is_synthetic, sampled_schema
from diglot.read.rendered.schema import nest, object_of
from diglot.read.rendered.types import read_type_line, schema_of_type
from diglot.read.rendered.words import BADGES, MEDIA_TYPE, ROOT_TYPE, STATUS, STATUS_AND_MEDIA

JSON = "application/json"


@dataclass(slots=True)
class Shown:
    """What a Body or Response section says before its first field, and the fields."""

    reader: FieldReader
    statuses: list[Text] = field(default_factory=list)
    media: list[Text] = field(default_factory=list)
    required: Mark | None = None
    root: Text | None = None
    prose: list[Line | Code] = field(default_factory=list)


def shown_in(section: Section) -> Shown:
    """Sort the lines above the first field into status tabs, media types, the root's type and prose."""
    shown = Shown(FieldReader(section.items).read())
    for item in shown.reader.intro:
        if isinstance(item, Code):
            shown.prose.append(item)
            continue
        text, mark = item.text.strip("`"), item.mark
        if match := STATUS_AND_MEDIA.match(text):
            shown.statuses.append(Text(match[1], mark))
            shown.media.append(Text(match[2], Mark(mark.line, mark.column + match.start(2))))
        elif STATUS.match(text):
            shown.statuses.append(Text(text, mark))
        elif MEDIA_TYPE.match(text):
            shown.media.append(Text(text, mark))
        elif BADGES.get(text) == "required":
            shown.required = mark
        elif match := ROOT_TYPE.match(item.text):
            shown.root = Text(match[1], Mark(mark.line, mark.column + match.start(1)))
        elif shown.root is None and not shown.prose and (line := read_type_line(text, mark)) and line.type:
            shown.root = line.type
        else:
            shown.prose.append(item)
    return shown


def content_of(shown: Shown | None, sample: Sample | None, mark: Mark, pointer: str, notes: Notes) -> Map | None:
    """The `content` of a body or response, to stand at `pointer`; None where neither type nor field is shown."""
    has_fields = shown is not None and (bool(shown.reader.fields) or shown.root is not None)
    if not has_fields and sample is None and not (shown and shown.media):
        return None
    if shown and shown.media:
        name, at = shown.media[0].value, shown.media[0].mark
        for other in shown.media[1:]:
            if other.value != name:
                notes.lose(join(pointer, other.value), "media-type-not-shown", "lost", other.value, other.mark)
    else:
        name, at = JSON, sample.mark if sample else mark
        notes.lose(join(pointer, name), "media-type", "inferred", "fields or a JSON sample", at)
    content, media = Map(at), Map(at)
    below = join(pointer, name)
    schema = _schema(shown, sample if "json" in name else None, at, join(below, "schema"), notes)
    if schema is not None:
        media.put("schema", schema, schema.own)
        notes.lose(join(below, "schema", "$ref"), "schema-names", "lost")
    else:
        notes.lose(join(below, "schema"), "schema", "lost", name, at)
    if sample is not None:
        _example(media, sample, join(below, "example"), notes)
    content.put(name, media, at)
    return content


def describe(holder: Map, shown: Shown | None, pointer: str, notes: Notes) -> None:
    """Put the prose of a section where a response or body has it; the page sets a schema's own in the same place."""
    text = prose_of(shown.prose) if shown else None
    if text is None:
        notes.lose(join(pointer, "description"), "description", "lost")
        return
    holder.put("description", text.value, text.mark)
    if "\n\n" in text.value:
        notes.lose(join(pointer, "description"), "description-place", "ambiguous", text.value, text.mark)


def _schema(shown: Shown | None, sample: Sample | None, mark: Mark, pointer: str, notes: Notes) -> Map | None:
    met: Met = [(sample.value, sample.mark)] if sample else []
    if shown is None or not (shown.reader.fields or shown.root):
        return sampled_schema(met, pointer, notes) if met else None
    if shown.root is not None and (line := read_type_line(shown.root.value, shown.root.mark)) and line.type:
        schema = schema_of_type(line.type, pointer, notes)
    else:
        schema = Map(shown.reader.fields[0].name.mark if shown.reader.fields else mark)
        if shown.reader.fields and sample and isinstance(sample.value, list):
            # The page lists the fields of an item where the whole is an array; only the sample tells.
            schema.put("type", "array", sample.mark)
            schema.put("items", Map(schema.own), schema.own)
            notes.lose(join(pointer, "type"), "root-type", "inferred", "the sample is an array", sample.mark)
    _root_fields(schema, shown, pointer, notes)
    if met:
        enrich(schema, met, pointer, notes)
    return schema


def _root_fields(schema: Map, shown: Shown, pointer: str, notes: Notes) -> None:
    inner = schema
    while isinstance(inner.get("items"), Map):
        inner, pointer = inner["items"], join(pointer, "items")
    if shown.reader.fields:
        object_of(nest(shown.reader.fields), inner, pointer, notes)
    elif inner.get("type") in ("object", "array"):
        root = shown.root
        evidence, mark = (root.value, root.mark) if root else ("", None)
        notes.lose(pointer, "fields-not-shown", "ambiguous" if inner is schema else "lost", evidence, mark)


def _example(media: Map, sample: Sample, pointer: str, notes: Notes) -> None:
    """Only a sample that somebody wrote, and that is whole, is an example."""
    if not sample.complete:
        notes.lose(pointer, "example-incomplete", "lost", "the sample is not complete JSON", sample.mark)
    elif is_synthetic(sample.value):
        notes.lose(pointer, "example-synthetic", "inferred", "every value is a stand-in for its type", sample.mark)
    else:
        media.put("example", sample.value, sample.mark)
        notes.strengths[pointer] = "sampled"
