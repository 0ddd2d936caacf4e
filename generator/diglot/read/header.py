"""What a page says before its first section: front matter, where it was published and when, title and description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from diglot.core.age import parse_age
from diglot.core.finding import Finding, Location
from diglot.core.tree import Mark
from diglot.read.block import Heading, Text
from diglot.read.lines import Sheet

_SOURCE = re.compile(r"(?:#[ \t]+)?Source:[ \t]*<?(https?://[^\s>]+)", re.IGNORECASE)
_INDEX = "> ## documentation index"
_FIELD = re.compile(r"([A-Za-z_][\w-]{0,60}):(?:[ \t]+(.*))?\Z")
_CONTINUED = re.compile(r"[ \t]|-[ \t]|#|\Z")
_FRONT_MATTER_LINES = 200
_MIRROR_LINES = 30
# What the publisher says of the page comes before what a mirror says of its copy.
_DATE_KEYS = (
    *("updated", "updated_at", "last_updated", "last_update", "lastmod", "last_modified", "modified", "date"),
    *("published", "published_at", "fetched_at", "fetched", "downloaded", "downloaded_at", "crawled_at"),
    *("retrieved_at", "scraped_at", "scrape_date"),
)
# Keys of front matter that tell a page from a paragraph between two rules.
_PAGE_KEYS = frozenset(
    (
        *("title", "sidebartitle", "description", "slug", "url", "source", "source_url", "lang", "language"),
        *("openapi", "api", *_DATE_KEYS),
    )
)
_SWITCHES = frozenset(("true", "false", "yes", "no", "null", "~"))  # `published: true` is no date, nor meant as one
_SHOWN = 40
_STOPS = ("<", "#", "```", "~~~", "---", "***", "|", "{", "import ", "export ")


@dataclass(frozen=True, slots=True)
class Header:
    """The top of a page. `fields` are the plain `key: value` lines of its front matter, keys in lower case.

    `age` is that of the first key that gives one, `findings` are the dates before it that are none.
    """

    heading: Heading
    fields: Mapping[str, Text] = field(default_factory=dict)
    published: str | None = None
    age: str | None = None
    findings: tuple[Finding, ...] = ()


def is_source_line(line: str) -> bool:
    """Whether the line says where a mirrored page was taken from."""
    return _SOURCE.match(line.strip()) is not None


def is_index_line(line: str) -> bool:
    """Whether the line begins the block of navigation that publishers put above a page."""
    return line.strip()[: len(_INDEX)].lower() == _INDEX


def front_matter_end(lines: list[str], start: int) -> int | None:
    """The index behind the front matter that opens on line `start`, or None if it is only a rule."""
    known = False
    for index in range(start + 1, min(start + _FRONT_MATTER_LINES, len(lines))):
        line = lines[index]
        if line.rstrip() in ("---", "..."):
            return index + 1 if known else None
        match = _FIELD.match(line)
        if match:
            known = known or match[1].lower() in _PAGE_KEYS
        elif not known or not _CONTINUED.match(line):
            return None
    return None


def read_header(sheet: Sheet) -> Header:
    """The top of a page."""
    fields = _fields(sheet.lines, sheet.first_line)
    visible = [index for index in sheet.open_lines if index >= fields.after]
    published, comment = _provenance(sheet.lines, visible, sheet.first_line)
    heading = _heading(sheet.lines, visible, sheet.first_line)
    if heading.title is None and "title" in fields.values:
        heading = Heading(fields.values["title"], heading.description)
    url = next((fields.values[key].value for key in ("url", "source_url", "source") if key in fields.values), None)
    age, problems = _age(sheet.path, {**comment, **fields.values})
    return Header(heading, fields.values, published or url, age, problems)


@dataclass(frozen=True, slots=True)
class _Fields:
    values: dict[str, Text]
    after: int


def _fields(lines: list[str], first_line: int) -> _Fields:
    """The front matter's plain lines. It is no YAML to rely on: mirrors print titles with colons and no quotes."""
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    end = front_matter_end(lines, start) if start < len(lines) and lines[start].rstrip() == "---" else None
    values: dict[str, Text] = {}
    for index in range(start + 1, end or 0):
        match = _FIELD.match(lines[index])
        if match and match[2]:
            value = match[2].strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            mark = Mark(first_line + index, match.start(2) + 1 + quoted)
            values.setdefault(match[1].lower(), Text(value[1:-1] if quoted else value, mark))
    return _Fields(values, end or 0)


def _provenance(lines: list[str], visible: list[int], first_line: int) -> tuple[str | None, dict[str, Text]]:
    """The address a mirror notes above the page, and the other notes of its comment."""
    address = None
    notes: dict[str, Text] = {}
    within = False
    for index in islice(visible, _MIRROR_LINES):
        line = lines[index].strip()
        within = within or line.startswith("<!--")
        note = line.removeprefix("<!--").removesuffix("-->").strip()
        source, named = _SOURCE.match(note), _FIELD.match(note)
        if source:
            address = address or source[1]
        elif within and named and named[2]:
            notes.setdefault(named[1].lower(), Text(named[2].strip(), Mark(first_line + index, 1)))
        within = within and not line.endswith("-->")
    return address, notes


def _age(path: str, notes: Mapping[str, Text]) -> tuple[str | None, tuple[Finding, ...]]:
    """The age of the page, from the first key that holds one, and what is no date where a date should be."""
    problems: list[Finding] = []
    for key in _DATE_KEYS:
        if key not in notes or notes[key].value.lower() in _SWITCHES:
            continue
        text = notes[key].value.partition(" #")[0].strip().strip("\"'")
        age = parse_age(text) or parse_age((text.split() or [""])[0])
        if age:
            return age, tuple(problems)
        where = Location(path, *notes[key].mark, "")
        problems.append(Finding("page-date-invalid", where, args={"key": key}, evidence={"value": text[:_SHOWN]}))
    return None, tuple(problems)


def _heading(lines: list[str], visible: list[int], first_line: int) -> Heading:
    titles = (at for at, index in enumerate(visible) if _title_of(lines[index]))
    at = next(titles, None)
    if at is None:
        return Heading()
    line = lines[visible[at]]
    title = _title_of(line)
    mark = Mark(first_line + visible[at], line.index(title, line.index("#") + 1) + 1)
    return Heading(Text(title, mark), _description(lines, visible[at + 1 :], first_line))


def _title_of(line: str) -> str:
    """The text of a first-level heading, empty if the line is none."""
    bare = line.strip()
    if not bare.startswith("# ") or len(line) - len(line.lstrip()) > 3 or is_source_line(bare):
        return ""
    return bare[2:].strip()


def _description(lines: list[str], below: list[int], first_line: int) -> Text | None:
    """The quotation under the title: its first line begins with `>`, those after it mostly do not."""
    at = 0
    while at < len(below) and (not lines[below[at]].strip() or is_source_line(lines[below[at]])):
        at += 1
    if at == len(below) or not lines[below[at]].lstrip().startswith(">") or is_index_line(lines[below[at]]):
        return None
    index = below[at]
    quote = lines[index].index(">") + 1
    first = lines[index][quote:].strip()
    mark = Mark(first_line + index, lines[index].index(first, quote) + 1)
    words = [first]
    for index in below[at + 1 :]:
        line = lines[index].strip()
        if not line or line.startswith(_STOPS) or index != below[at] + len(words):
            break
        words.append(line.removeprefix(">").strip())
    value = "\n".join(words).strip()
    return Text(value, mark) if value else None
