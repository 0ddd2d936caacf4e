"""The fields of one section: each a name, a type line, badges, a description and labelled limits, in that order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from diglot.core.tree import Mark
from diglot.read.block import Text
from diglot.read.rendered.limits import Limit, read_limit, split_options
from diglot.read.rendered.lines import Code, Item, Line
from diglot.read.rendered.types import TypeLine, read_type_line
from diglot.read.rendered.words import HIDE, OPTION_TAB, SHOW, is_chrome

_NAME = re.compile(r"[^\W\d][\w$.:@/\[\]{}*-]{0,199}\Z|[$@_-][\w$.:@-]{1,199}\Z")


@dataclass(slots=True)
class Field:
    """One field as shown. `children` is `shown` or `hidden` where the page offers child attributes."""

    name: Text
    type: Text | None = None
    badges: dict[str, Mark] = field(default_factory=dict)
    place: str | None = None
    default: Text | None = None
    prose: list[Line | Code] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    options: list[Text] = field(default_factory=list)
    examples: list[Text] = field(default_factory=list)
    children: str | None = None
    opener: Text | None = None
    alternatives: Text | None = None

    @property
    def description(self) -> Text | None:
        """The prose below the type: a blank line of the page parts paragraphs."""
        return prose_of(self.prose)


def prose_of(items: list[Line | Code]) -> Text | None:
    """Lines of prose as one text; code between them keeps its fence."""
    if not items:
        return None
    parts: list[str] = []
    for item in items:
        text = f"```{item.language}\n{item.text}\n```" if isinstance(item, Code) else _prose(item)
        apart = isinstance(item, Code) or item.gap
        parts += [("\n\n" if apart else "\n") if parts else "", text]
    return Text("".join(parts), items[0].mark)


def _prose(line: Line) -> str:
    return f"{'#' * line.level} {line.text}" if line.level else line.text


class FieldReader:
    """Reads the items of one section from first to last, each once."""

    def __init__(self, items: list[Item]) -> None:
        self._items, self._at = items, 0
        self._tight: bool | None = None
        self.intro: list[Line | Code] = []
        self.fields: list[Field] = []

    def read(self) -> FieldReader:
        """All fields of the section, and what stands before the first."""
        while self._at < len(self._items):
            if self._starts_field(self._at):
                self._field()
            elif self.fields:
                self._below(self.fields[-1])
            else:
                item = self._items[self._at]
                if isinstance(item, Code) or not is_chrome(item.text):
                    self.intro.append(item)
                self._at += 1
        return self

    def _line(self, at: int) -> Line | None:
        item = self._items[at] if at < len(self._items) else None
        return item if isinstance(item, Line) else None

    def _starts_field(self, at: int) -> bool:
        """A name, and below it a type. Where a page sets them tight, a blank line between them parts two texts."""
        name, below = self._line(at), self._line(at + 1)
        if name is None or below is None or name.level or not _NAME.match(name.text.strip("`")):
            return False
        if below.gap and self._tight and not name.anchor:
            return False
        line = read_type_line(below.text, below.mark)
        if line is None or (line.type is None and not (line.default and (name.gap or name.anchor))):
            return False
        if self._tight is None:
            self._tight = not below.gap
        return True

    def _field(self) -> None:
        name = self._items[self._at]
        text = name.text.strip("`")
        found = Field(Text(text, Mark(name.mark.line, name.mark.column + name.text.index(text))))
        self._at += 1
        first = True
        while (line := self._line(self._at)) is not None:
            if not first and line.gap and self._tight:
                break
            badges = read_type_line(line.text, line.mark)
            if badges is None or (badges.type is not None and not first):
                break
            self._take(found, badges)
            self._at += 1
            first = False
        self.fields.append(found)

    @staticmethod
    def _take(found: Field, line: TypeLine) -> None:
        found.type = found.type or line.type
        found.place = found.place or line.place
        found.default = found.default or line.default
        for badge, mark in line.badges.items():
            found.badges.setdefault(badge, mark)

    def _below(self, found: Field) -> None:
        """One item below a field's badges: a limit, a fold of children, or prose."""
        item = self._items[self._at]
        self._at += 1
        if isinstance(item, Code):
            found.prose.append(item)
            return
        if SHOW.match(item.text) or HIDE.match(item.text):
            found.children = "hidden" if SHOW.match(item.text) else "shown"
            found.opener = Text(item.text, item.mark)
        elif OPTION_TAB.match(item.text):
            found.alternatives = found.alternatives or Text(item.text, item.mark)
        elif limit := read_limit(item.text, item.mark):
            # What looks like escapes of Markdown belongs to a pattern.
            self._limit(found, (limit.kind == "pattern" and read_limit(item.raw.strip(), item.mark)) or limit)
        elif not is_chrome(item.text):
            found.prose.append(item)

    def _limit(self, found: Field, limit: Limit) -> None:
        if limit.kind in ("options", "const"):
            found.options += self._options(limit)
        elif limit.kind == "example":
            found.examples += [limit.value] if limit.value.value else self._examples()
        else:
            found.limits.append(limit)

    def _options(self, limit: Limit) -> list[Text]:
        """The options: on the label's line, and on the lines below for as long as each ends with a comma."""
        pieces = split_options(limit.value)
        more = not pieces or limit.value.value.endswith((",", "，", "、"))
        while more and (line := self._line(self._at)) is not None:
            pieces += split_options(Text(line.text, line.mark))
            more = line.text.endswith((",", "，", "、"))
            self._at += 1
        return pieces

    def _examples(self) -> list[Text]:
        """The value below `Example:`; more of them where each is set as code."""
        found: list[Text] = []
        while self._at < len(self._items):
            item = self._items[self._at]
            if isinstance(item, Code):
                found.append(Text(item.text.strip(), item.mark))
            elif not found or (item.text[:1] == "`" and item.text[-1:] == "`"):
                text = item.text.strip("`") if item.text.strip("`") else item.text
                found.append(Text(text, Mark(item.mark.line, item.mark.column + item.text.index(text))))
            else:
                break
            self._at += 1
        return found
