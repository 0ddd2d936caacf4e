"""The operations that pages and a server's own document have in common, whatever base path either writes them below.

The pages may say `/datasets` below `https://api.example.com/v1`, the server's document `/v1/datasets` below nothing, or
`/datasets` below `/v1`. Where the server runs is no difference: whoever compares gave its address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from diglot.core.finding import Finding
from diglot.core.ir import METHODS, Fragment, OpKey
from diglot.core.pointer import join
from diglot.core.tree import Map, mark_of
from diglot.drift.walk.operation import Party, parties
from diglot.drift.walk.side import Side

_Known = Mapping[OpKey, Sequence[Party]]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Pages and document with the operations that both have, those of the document under the paths of the pages.

    No server stands in them any more. `findings` names the operations that only one of the two has.
    """

    pages: tuple[Fragment, ...]
    document: tuple[Fragment, ...]
    findings: tuple[Finding, ...]


def align(pages: Sequence[Fragment], document: Sequence[Fragment]) -> Aligned:
    """Match the operations of pages with those of a server's document; fragments in canonical form."""
    ours, theirs = _known(pages), _known(document)
    pairs = dict(_pairs(ours, theirs))
    same = {key: key for key in pairs.values()}
    shared = [_kept(fragment, same) for fragment in pages]
    listed = [_kept(fragment, pairs) for fragment in document]
    return Aligned(
        tuple(fragment for fragment in shared if fragment.operations),
        tuple(fragment for fragment in listed if fragment.operations),
        (
            *_only("operation-not-on-server", ours, same, document),
            *_only("operation-undocumented", theirs, pairs, document),
        ),
    )


def _known(fragments: Sequence[Fragment]) -> _Known:
    """Operations by key; what the server calls itself (a webhook) has no path on it."""
    return {key: found for (webhook, key), found in parties(map(Side.of, fragments)).items() if not webhook}


def _pairs(ours: _Known, theirs: _Known) -> Iterator[tuple[OpKey, OpKey]]:
    """Each operation of the document with that of the pages which it is.

    First where whole paths are equal, base path included; then paths as written; then one as written with one whole.
    """
    left, right = dict.fromkeys(ours), dict.fromkeys(theirs)
    for whole_ours, whole_theirs in ((True, True), (False, False), (True, False), (False, True)):
        places = {form: key for key in reversed(right) for form in _forms(theirs[key], key, whole_theirs)}
        for key in list(left):
            found = next((places[form] for form in _forms(ours[key], key, whole_ours) if form in places), None)
            if found is not None and found in right:
                del left[key], right[found]
                yield found, key


def _forms(found: Sequence[Party], key: OpKey, whole: bool) -> list[OpKey]:
    if not whole:
        return [key]
    bases = dict.fromkeys(base for party in found for base in _bases(party))
    return [OpKey.of(key.method, base + key.route) for base in bases]


def _bases(party: Party) -> Iterator[str]:
    """The paths of the servers; a relative URL stands below the address of its document."""
    for server in party.servers:
        try:
            path = urlsplit(urljoin(party.side.fragment.page.path, server.split(" ")[0])).path
        except ValueError:
            continue
        if "{" not in path:
            yield path.rstrip("/")


def _only(rule: str, known: _Known, matched: Mapping[OpKey, OpKey], document: Sequence[Fragment]) -> Iterator[Finding]:
    for key in sorted(known.keys() - matched.keys()):
        where = known[key][0].place.location
        page = f"{where.path}:{where.line}" if where.line else where.path
        yield Finding(rule, where, str(key), evidence={"page": page, "document": document[0].page.path})


def _kept(fragment: Fragment, keys: Mapping[OpKey, OpKey]) -> Fragment:
    """The fragment with these operations alone, each under the route that it is given, without servers."""
    paths, operations = Map(), []
    moved: dict[str, str] = {}
    written = fragment.document.get("paths")
    for operation in fragment.operations:
        wanted = None if operation.webhook else keys.get(operation.key)
        if wanted is None or not isinstance(written, dict):
            continue
        path = operation.path if wanted == operation.key else _renamed(operation.path, wanted.route)
        operations.append(replace(operation, path=path))
        moved[join("/paths", operation.path)] = join("/paths", path)
        item = _without_servers(written[operation.path], *METHODS)
        if path in paths and isinstance(item, Map):  # two paths of the document that are one of the pages
            _add(item, paths[path])
        paths.put(path, item, mark_of(written, operation.path))
    whole = _without_servers(fragment.document)
    whole.put("paths", paths, mark_of(fragment.document, "paths"))
    return replace(
        fragment,
        document=whole,
        operations=tuple(operations),
        strengths={_moved(pointer, moved): strength for pointer, strength in fragment.strengths.items()},
        losses=tuple(replace(loss, pointer=_moved(loss.pointer, moved)) for loss in fragment.losses),
    )


def _renamed(path: str, route: str) -> str:
    """`path` with its own names of parameters, cut or led on at its beginning to be of this route."""
    mine, wanted = path.rstrip("/").split("/"), route.split("/")
    surplus = len(wanted) - len(mine)
    return "/".join(wanted[: surplus + 1] + mine[1:]) if surplus >= 0 else "/".join(["", *mine[1 - len(wanted) :]])


def _without_servers(value: Any, *below: str) -> Any:
    """A shallow copy of an object without its servers, and without those of its members with these names."""
    if not isinstance(value, dict):
        return value
    copy = Map(getattr(value, "own", None))
    for key, inner in value.items():
        if key != "servers":
            copy.put(key, _without_servers(inner) if key in below else inner, mark_of(value, key))
    return copy


def _add(item: Map, other: Any) -> None:
    for key, value in other.items() if isinstance(other, dict) else ():
        if key not in item:
            item.put(key, value, mark_of(other, key))


def _moved(pointer: str, moved: Mapping[str, str]) -> str:
    for old, new in moved.items():
        if pointer == old or pointer.startswith(old + "/"):
            return new + pointer[len(old) :]
    return pointer
