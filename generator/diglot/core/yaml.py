"""YAML in and out: the only module that knows the YAML library.

Reading follows the YAML 1.2 core schema on libyaml's events, keeps the mark of every entry, and bounds what hostile
input can cost: nesting, and the size that aliases would unfold to. Writing gives the one style of every file we write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent

from diglot.core.scalars import WORDS, resolve_plain
from diglot.core.tree import Map, Mark, Seq, mark_at

MAX_DEPTH = 200
MAX_NODES = 2_000_000
_TOO_LARGE = f"aliases unfold to more than {MAX_NODES:,} nodes"
_BREAKS = "\x85\u2028\u2029"


class YamlError(ValueError):
    """Text that is not YAML, or not YAML that we accept. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that stands twice in one mapping; the last one counts."""

    key: str
    mark: Mark
    first: Mark | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document and the duplicate keys met in it."""

    value: Any
    duplicates: tuple[Duplicate, ...]


def load(text: str, first_line: int = 1, indent: int = 0) -> Loaded:
    """Read one YAML document whose first line is line `first_line` of its file, `indent` columns from the margin.

    Returns:
        A tree of `Map`, `Seq` and scalars. Every key is a string, as written. Aliases share one node.

    Raises:
        YamlError: not well-formed, more than one document, nested deeper than 200 levels, an anchor within itself, or
            aliases that unfold to more than two million nodes.
    """
    try:
        return _Composer(text, first_line, indent).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.problem, error.context) if part)
        raise YamlError(message, first_line + (mark.line if mark else 0), (mark.column if mark else 0) + 1) from None
    except yaml.YAMLError as error:  # a character that YAML does not allow; libyaml gives an offset, no line
        raise YamlError(str(error).splitlines()[0], first_line, 1) from None
    except UnicodeEncodeError:
        raise YamlError("the text holds half of a surrogate pair", first_line, 1) from None


class _Composer:
    """Builds the tree from the parser's events and counts what it would unfold to.

    The loops over entries run once a line of a large document: they call little, and make nothing but the tree.
    """

    def __init__(self, text: str, first_line: int, indent: int) -> None:
        # YAML 1.2 no longer breaks lines at NEL, LS and PS; libyaml (1.1) does, so line counts would go astray.
        self._hidden = any(char in text for char in _BREAKS)
        if self._hidden:
            text = text.translate(_HIDE)
        self._next: Callable[[], Any] = CParser(text).get_event
        self._line, self._column = first_line, indent + 1
        self._size = 0  # nodes so far, those behind an alias counted each time
        self._anchors: dict[str, tuple[Any, int]] = {}  # each with the nodes that it unfolds to
        self._open: set[str] = set()
        self._duplicates: list[Duplicate] = []

    def compose(self) -> Loaded:
        self._next()  # stream start
        event = self._next()
        if type(event) is StreamEndEvent:
            return Loaded(None, ())
        value = self._node(self._next(), 0)
        self._next()  # document end
        event = self._next()
        if type(event) is not StreamEndEvent:
            raise self._error("a second document begins here", event)
        return Loaded(value, tuple(self._duplicates))

    def _node(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is AliasEvent:
            value, size = self._alias(event)
            self._size += size
            return value
        before = self._size
        self._size += 1
        anchor = event.anchor
        if kind is ScalarEvent:
            value = self._scalar(event)
        else:
            if depth >= MAX_DEPTH:
                raise self._error(f"nested deeper than {MAX_DEPTH} levels", event)
            if anchor:
                self._anchors.pop(anchor, None)
                self._open.add(anchor)
            value = (self._mapping if kind is MappingStartEvent else self._sequence)(event, depth + 1)
            self._open.discard(anchor)
        if anchor:
            self._anchors[anchor] = value, self._size - before
        return value

    def _mapping(self, start: Any, depth: int) -> Map:
        get, first_line, margin = self._next, self._line, self._column
        mapping = Map(self._mark(start))
        marks = mapping.marks
        merges: list[Map] = []
        while type(event := get()) is not MappingEndEvent:
            key = self._key(event)
            value = self._node(get(), depth)
            if self._size > MAX_NODES:
                raise self._error(_TOO_LARGE, event)
            at = event.start_mark
            mark = mark_at((at.line + first_line, at.column + margin))
            if key == "<<" and type(event) is ScalarEvent and event.implicit[0]:
                merges += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Map)]
                continue
            if key in mapping:
                self._duplicates.append(Duplicate(key, mark, marks.get(key)))
            mapping[key] = value
            marks[key] = mark
        for merged in merges:
            for key, value in merged.items():
                if key not in mapping:
                    mapping.put(key, value, merged.marks.get(key))
        return mapping

    def _sequence(self, start: Any, depth: int) -> Seq:
        get = self._next
        sequence = Seq(self._mark(start))
        while type(event := get()) is not SequenceEndEvent:
            sequence.add(self._node(event, depth), self._mark(event))
            if self._size > MAX_NODES:
                raise self._error(_TOO_LARGE, event)
        return sequence

    def _key(self, event: Any) -> str:
        if type(event) is AliasEvent:
            value, _ = self._alias(event)
            if isinstance(value, str):
                return value
        if type(event) is not ScalarEvent:
            raise self._error("a key that is not a scalar", event)
        text: str = event.value.translate(_SHOW) if self._hidden else event.value
        if event.anchor:
            self._anchors[event.anchor] = (text, 1)
        return text

    def _scalar(self, event: Any) -> Any:
        text: str = event.value.translate(_SHOW) if self._hidden else event.value
        if event.implicit[0]:
            return resolve_plain(text)
        tag = event.tag
        if tag is None or tag in ("!", "tag:yaml.org,2002:str"):
            return text
        if tag in _TAGS:
            value = resolve_plain(text)
            if isinstance(value, _TAGS[tag]):
                return value
        raise self._error(f"the tag {tag} is not of the core schema, or does not fit its value", event)

    def _alias(self, event: Any) -> tuple[Any, int]:
        if event.anchor in self._open:
            raise self._error(f"the anchor {event.anchor!r} contains itself", event)
        try:
            return self._anchors[event.anchor]
        except KeyError:
            raise self._error(f"the alias {event.anchor!r} names no anchor", event) from None

    def _mark(self, event: Any) -> Mark:
        mark = event.start_mark
        return mark_at((mark.line + self._line, mark.column + self._column))

    def _error(self, message: str, event: Any) -> YamlError:
        return YamlError(message, *self._mark(event))


_HIDE = {ord(char): 0xE0D0 + index for index, char in enumerate(_BREAKS)}
_SHOW = {stand_in: char for char, stand_in in _HIDE.items()}
_TAGS: dict[str, tuple[type, ...]] = {
    "tag:yaml.org,2002:null": (type(None),),
    "tag:yaml.org,2002:bool": (bool,),
    "tag:yaml.org,2002:int": (int,),
    "tag:yaml.org,2002:float": (float, int),
}


class _Dumper(yaml.CSafeDumper):
    """The one style: block, literal where text has lines, quoted where YAML 1.1 or 1.2 would read another type."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_text(dumper: Any, text: str) -> Any:
    if "\n" in text and not any(line.endswith((" ", "\t")) for line in text.split("\n")):
        style: str | None = "|"
    elif text and (text in WORDS or resolve_plain(text) != text):
        style = "'"
    else:
        style = None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Map, lambda dumper, data: dumper.represent_dict(data.items()))
_Dumper.add_representer(Seq, lambda dumper, data: dumper.represent_list(data))


def dump(document: Any) -> str:
    """Write a document: keys in the given order, UTF-8 as it is, lines of at most 120 columns where text allows."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text
