"""Operations by tag: one class a tag, under a name that no language of the pages decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from diglot.core.names import Names, pascal, snake, words
from diglot.core.pointer import join
from diglot.render.contract.cursor import Node, Prose, Text
from diglot.render.contract.operations import Operation
from diglot.render.contract.reserved import CLASSES, GROUP_CLASSES, GROUPS, MODULES


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag, and the attribute of the client that holds them.

    Operations without a tag are a group without an attribute: they are methods of the client alone.
    """

    name: str
    attribute: str
    module: str
    operations: tuple[Operation, ...]
    prose: Prose = ()


def read_groups(root: Node, operations: Sequence[Operation], taken: Sequence[str]) -> tuple[Group, ...]:
    """The groups in the order of their first operation; `taken` are names of classes that none may have."""
    by_tag: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        by_tag[operation.tags[0] if operation.tags else ""].append(operation)
    prose = {str(tag.get("name")): tag.prose("description") for tag in root.at("tags").items()}
    classes, modules = Names({*CLASSES, *GROUP_CLASSES, *taken}), Names(MODULES)
    attributes = Names(GROUPS | {operation.name for operation in operations})
    groups = []
    for tag, members in by_tag.items():
        title = _title(root, tag, members)
        name = classes.take(pascal(title, "Group"))
        attribute = attributes.take(snake(title, "group")) if tag else ""
        groups.append(Group(name, attribute, modules.take(_module(title)), tuple(members), prose.get(tag, ())))
    return tuple(groups)


def _module(title: str) -> str:
    name = snake(title, "group")
    # twins and the modules of the server stub are called so
    return f"group_{name}" if name.startswith(("async_", "server_")) else name


def _title(root: Node, tag: str, members: Sequence[Operation]) -> str:
    """The tag in a language that can be spelled in ASCII, English before others; without any, a word of the paths."""
    if not tag:
        return "untagged"
    texts = [text for member in members for text in root.source.prose(join(member.pointer, "tags", "0"))]
    spelled = [text for text in texts if text.text.isascii() and words(text.text)]
    if spelled:
        return min(spelled, key=_preferred).text
    return _by_path([member.path for member in members])


def _preferred(text: Text) -> tuple[bool, str, str]:
    return text.language != "en", text.language, text.text


def _by_path(paths: Sequence[str]) -> str:
    """The last fixed segment that most paths end with; where no two agree, the one that most of them hold."""
    fixed = [[part for part in path.split("/") if part and not part.startswith("{")] for path in paths]
    last = Counter(parts[-1] for parts in fixed if parts)
    held = Counter(part for parts in fixed for part in dict.fromkeys(parts))
    for counted in (last, held):
        if counted and (best := counted.most_common(1)[0])[1] > 1:
            return best[0]
    return next(iter(held), "group")
