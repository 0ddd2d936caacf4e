"""A place in the contract, seen in every language at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.core.ir import Origin
from diglot.core.pointer import join, resolve

_MAX_HOPS = 50  # references to references; more than that is a circle


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the contract in one language (a BCP 47 primary tag)."""

    language: str
    text: str


Prose = tuple[Text, ...]
"""One text in the languages that have it, the canonical one first."""


@dataclass(frozen=True, slots=True)
class Source:
    """The documents by language, the canonical one first, and where their facts come from."""

    documents: Mapping[str, Mapping[str, Any]]
    origins: Mapping[str, Sequence[Origin]]

    @property
    def root(self) -> Node:
        """The whole canonical document."""
        return Node(self, "", next(iter(self.documents.values())))

    def prose(self, pointer: str) -> Prose:
        """The text at `pointer`; a translation that is absent, or equal to the canonical text, is left out."""
        texts: list[Text] = []
        for language, document in self.documents.items():
            try:
                value = resolve(document, pointer)
            except LookupError:
                continue
            if isinstance(value, str) and value.strip() and all(value != text.text for text in texts):
                texts.append(Text(language, value))
        return tuple(texts)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the canonical document with its JSON Pointer."""

    source: Source
    pointer: str
    value: Any

    def get(self, key: str, default: Any = None) -> Any:
        """The value of one member, or `default`; of anything but an object there are no members."""
        return self.value.get(key, default) if isinstance(self.value, dict) else default

    def at(self, *keys: str) -> Node:
        """The member that `keys` lead to, references followed on the way; an absent one has the value None."""
        node = self
        for key in keys:
            node = node.target()
            node = Node(self.source, join(node.pointer, key), node.get(key))
        return node.target()

    def target(self) -> Node:
        """What a reference refers to; any other value itself. A reference to nothing has the value None."""
        node = self
        for _ in range(_MAX_HOPS):
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            pointer = reference.removeprefix("#")
            try:
                node = Node(self.source, pointer, resolve(self.source.root.value, pointer))
            except LookupError:
                break
        return Node(self.source, node.pointer, None)

    def members(self) -> Iterator[tuple[str, Node]]:
        """The members of an object in their order, references not followed."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield str(key), Node(self.source, join(self.pointer, str(key)), value)

    def items(self) -> Iterator[Node]:
        """The items of a list in their order, references not followed."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(self.source, join(self.pointer, index), value)

    def prose(self, key: str) -> Prose:
        """The text of one member in every language."""
        return self.source.prose(join(self.pointer, key))

    def origins(self) -> tuple[Origin, ...]:
        """Where this value comes from, or its nearest parent that is known to come from anywhere."""
        pointer = self.pointer
        while pointer:
            if found := self.source.origins.get(pointer):
                return tuple(found)
            pointer = pointer.rpartition("/")[0]
        return tuple(self.source.origins.get("", ()))
