"""Where each copy is published: by configuration, by what the page says, by the index of its site; never by a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.core.tree import walk
from diglot.drift.words import in_each
from diglot.fetch import Address, Answer, Failure
from diglot.read import Entry, Wanted, entries, find, nearest
from diglot.upstream.copies import Copy

_MARKDOWN = ".md"
_MOST_NAMED = 5
_SUMMARY = 4  # how deep /paths/{path}/{method}/summary stands


@dataclass(frozen=True, slots=True)
class Sought:
    """A copy with the addresses where it may be, likeliest first; without any, the indexes in which to look for it."""

    copy: Copy
    addresses: tuple[Address, ...] = ()
    indexes: tuple[Address, ...] = ()

    @property
    def asked(self) -> tuple[Address, ...]:
        """What has to be asked for next."""
        return self.addresses[:1] or self.indexes


def seek(copies: Sequence[Copy]) -> list[Sought]:
    """What each copy that is published says of its address; one without an index is sought in those of its neighbours.

    Raises:
        UsageError: the configuration gives what is no address.
    """
    copies = [copy for copy in copies if copy.source != ""]
    own = [_indexes([copy]) for copy in copies]
    shared = _indexes(copies)
    return [_seek(copy, indexes or shared) for copy, indexes in zip(copies, own, strict=True)]


def _seek(copy: Copy, indexes: tuple[Address, ...]) -> Sought:
    if copy.source is not None:
        return Sought(copy, _forms(Address.given(copy.source, f"[tool.diglot.sources] {copy.name!r}")))
    if len(copy.fragments) != 1:  # a file of many pages is published nowhere as one, unless the configuration says so
        return Sought(copy)
    published = Address.of(copy.fragments[0].page.published)
    return Sought(copy, _forms(published)) if published else Sought(copy, (), indexes)


def _indexes(copies: Iterable[Copy]) -> tuple[Address, ...]:
    named = (Address.of(fragment.page.index) for copy in copies for fragment in copy.fragments)
    return tuple(dict.fromkeys(address for address in named if address))


def _forms(address: Address) -> tuple[Address, ...]:
    """The address, and where it has no ending the one at which generators serve the page's Markdown."""
    markdown = None if "." in address.name else address.extended(_MARKDOWN)
    return (address, markdown) if markdown else (address,)


def look_up(sought: Sought, indexes: Mapping[Address, Answer | Failure]) -> Sought | Finding:
    """The same copy with the address that the index gives it, or the finding that says why there is none."""
    known: list[Entry] = []
    for address in sought.indexes:
        index = indexes[address]
        if isinstance(index, Answer):
            known += entries(index.body.decode("utf-8", "replace"), index.address.text)
    wanted = _wanted(sought.copy) if known else None
    found = find(known, wanted) if wanted else []
    if len(found) > 1:
        return Finding("page-address-ambiguous", sought.copy.location, evidence={"candidates": _shown(found)})
    address_of_page = Address.of(found[0].url) if found else None
    if address_of_page is not None:
        return replace(sought, addresses=_forms(address_of_page))
    near = _shown(nearest(known, wanted)) if wanted else []
    looked = in_each(partial(_looked, [address.shown for address in sought.indexes], near))
    return Finding("page-address-unknown", sought.copy.location, evidence={"looked": looked})


def _looked(indexes: Sequence[str], near: Sequence[str], language: str) -> str:
    """Where an entry was looked for, and what comes nearest."""
    if not indexes:
        return phrase("pull-no-index", language)
    looked = phrase("pull-looked", language, indexes=", ".join(indexes))
    return looked + (phrase("pull-nearest", language, candidates=", ".join(near)) if near else "")


def _wanted(copy: Copy) -> Wanted:
    page = copy.fragments[0].page
    titles, names = [page.title], [PurePosixPath(copy.name).stem, page.title]
    for operation in copy.fragments[0].operations:
        names += [f"{operation.method} {operation.path}", f"{operation.method} {operation.key.route}"]
    for pointer, value, _ in walk(copy.fragments[0].document):
        if pointer.count("/") == _SUMMARY and pointer.endswith("/summary") and isinstance(value, str):
            titles.append(value)
    return Wanted.of(page.language, titles, names)


def _shown(found: Sequence[Entry]) -> list[str]:
    addresses = [Address.of(entry.url) for entry in found]
    shown = [address.shown for address in addresses if address]
    more = [f"… {len(shown) - _MOST_NAMED}"] if len(shown) > _MOST_NAMED else []
    return shown[:_MOST_NAMED] + more
