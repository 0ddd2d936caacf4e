"""Response schemas, compiled once: what an answer violates, and what the contract's own examples violate too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from diglot.conform.binding.surface import follow
from diglot.conform.wire.validation import compiled_at
from diglot.core.pointer import join, resolve

_MAX_ERRORS = 4000
_FEW_ROWS = 5
# What a row that lacks a member, or has one too many, says of no type.
_OF_SHAPE = frozenset({"required", "additionalProperties", "unevaluatedProperties"})


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a value violates its schema.

    `at` is the place as a JSON Pointer with `*` for indices and for keys that the contract does not name, `keyword` the
    word of the schema, `name` the member that is missing or too many (else empty), `said` what is wrong in words.
    `alike` tells that every one of several rows violates the schema in this same way.
    """

    at: str
    keyword: str
    name: str
    said: str
    alike: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two violations the same, whichever row shows them."""
        return self.at, self.keyword, self.name


@dataclass
class ResponseSchema:
    """The schema of one media type of one response."""

    document: Mapping[str, Any]
    pointer: str
    names: frozenset[str]
    validator: Any

    @property
    def schema(self) -> Mapping[str, Any]:
        """The schema itself, its reference followed."""
        return follow(self.document, resolve(self.document, self.pointer))

    @cached_property
    def examples(self) -> tuple[Any, ...]:
        """The examples that the contract gives of such an answer."""
        holder = follow(self.document, resolve(self.document, self.pointer.rpartition("/")[0]))
        named = holder.get("examples")
        values = list(named.values()) if isinstance(named, Mapping) else []
        found = [follow(self.document, one).get("value") for one in values]
        return tuple(one for one in (*found, holder.get("example")) if one is not None)

    @cached_property
    def contradicted(self) -> frozenset[tuple[str, str, str]]:
        """The violations of which the contract's own examples are guilty: there it contradicts itself."""
        return frozenset(one.identity for value in self.examples for one in self.violations(value))

    def violations(self, value: Any) -> list[Violation]:
        """What `value` violates, each way once; nothing where the value is too deep to be looked at."""
        try:
            if self.validator.is_valid(value):
                return []
            errors = list(islice(self.validator.iter_errors(value), _MAX_ERRORS))
        except (ValueError, RecursionError):
            return []
        found: dict[tuple[str, str, str], Violation] = {}
        rows: dict[tuple[str, str, str], set[int]] = {}
        many: dict[tuple[str, str, str], int] = {}
        for error in errors:
            for one in self._named(error):
                found.setdefault(one.identity, one)
                index, count = _row_of(value, error.instance_path)
                rows.setdefault(one.identity, set()).add(index)
                many[one.identity] = count
        return [
            Violation(one.at, one.keyword, one.name, one.said, len(rows[key]) == many[key] >= _FEW_ROWS)
            for key, one in found.items()
        ]

    def _named(self, error: Any) -> Iterator[Violation]:
        steps = ["*" if isinstance(step, int) or step not in self.names else step for step in error.instance_path]
        at, keyword = "/" + "/".join(steps), str(error.schema_path[-1])
        if keyword == "required":
            yield Violation(at, keyword, str(error.kind.property), error.message)
        elif keyword in ("additionalProperties", "unevaluatedProperties") and hasattr(error.kind, "unexpected"):
            for name in error.kind.unexpected:
                yield Violation(at, keyword, str(name), error.message)
        else:
            yield Violation(at, keyword, "", error.message)


def of_type(violation: Violation) -> bool:
    """Whether a violation is about a value that is there, not about which members are."""
    return violation.keyword not in _OF_SHAPE


def _row_of(value: Any, path: Sequence[Any]) -> tuple[int, int]:
    """The index of the row that a path leads through, and how many rows there are; (0, 0) without any."""
    for step in path:
        if isinstance(step, int):
            return step, len(value)
        value = value[step]
    return 0, 0


@dataclass
class Schemas:
    """The response schemas of a contract, each compiled when it is first needed.

    `unusable` gathers the pointers of schemas that do not compile: what they describe is not checked.
    """

    document: Mapping[str, Any]
    unusable: list[str] = field(default_factory=list)
    _known: dict[str, ResponseSchema | None] = field(default_factory=dict)

    def at(self, pointer: str) -> ResponseSchema | None:
        """The schema at a pointer; None where there is none that compiles."""
        if pointer not in self._known:
            self._known[pointer] = self._compiled(pointer)
        return self._known[pointer]

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(_property_names(self.document))

    def _compiled(self, pointer: str) -> ResponseSchema | None:
        try:
            resolve(self.document, pointer)
        except LookupError:
            return None
        validator = compiled_at(self.document, pointer)
        if validator is None:
            self.unusable.append(pointer)
            return None
        return ResponseSchema(self.document, pointer, self._names, validator)


def content_schema(pointer: str, media_type: str) -> str:
    """The pointer of the schema of one media type, from that of its response."""
    return join(pointer, "content", media_type, "schema")


def _property_names(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        properties = node.get("properties")
        if isinstance(properties, Mapping):
            yield from map(str, properties)
        for held in node.values():
            yield from _property_names(held)
    elif isinstance(node, list):
        for held in node:
            yield from _property_names(held)
