"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

from typing import Any


def join(pointer: str, *tokens: str | int) -> str:
    """The pointer of a member below `pointer`: `join("/a", "b/c", 0)` is `/a/b~1c/0`."""
    for token in tokens:
        text = str(token)
        if "/" in text or "~" in text:
            text = text.replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{text}"
    return pointer


def split(pointer: str) -> list[str]:
    """The tokens of a pointer, unescaped. A leading `#` (the fragment form) is accepted."""
    pointer = pointer.removeprefix("#")
    if not pointer:
        return []
    tokens = pointer.removeprefix("/").split("/")
    if "~" not in pointer:
        return tokens
    return [token.replace("~1", "/").replace("~0", "~") for token in tokens]


def resolve(document: Any, pointer: str) -> Any:
    """The value that `pointer` names in `document`.

    Raises:
        LookupError: there is no such value.
    """
    node = document
    for token in split(pointer):
        try:
            node = node[int(token)] if isinstance(node, list) else node[token]
        except (KeyError, IndexError, ValueError, TypeError):
            raise LookupError(f"{pointer!r} names nothing in the document") from None
    return node


def is_within(pointer: str, ancestor: str) -> bool:
    """Whether `pointer` is `ancestor` or lies below it."""
    return pointer == ancestor or pointer.startswith(ancestor + "/")
