"""Security requirements of a flattened endpoint, and the schemes rebuilt from what each requirement sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq, mark_of
from diglot.read.mintlify.grammar import MEMBERS
from diglot.read.mintlify.losses import lose_members
from diglot.read.mintlify.notes import FlatNotes

SCHEMES = "/components/securitySchemes"
_SECTIONS = ("query", "header", "cookie")
_HTTP = ("basic", "bearer")


@dataclass(frozen=True, slots=True)
class _Sent:
    """What one scheme makes a client send: where, under which name, and the printed description of it."""

    location: str
    name: str
    printed: Map
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class _Requirement:
    """One printed requirement: the names of its title, and what is sent."""

    names: tuple[str, ...]
    sent: tuple[_Sent, ...]
    mark: Mark | None


def security(request: Map, pointer: str, notes: FlatNotes) -> tuple[Seq, Map]:
    """The `security` of an operation and the `components.securitySchemes` that it needs.

    A title joins the names of schemes that are needed together by ` & ` and writes a space for `_` and `-`. Which name
    belongs to what is sent follows from the order printed, first from requirements of a single scheme.
    """
    printed = [_requirement(item, mark, pointer, notes) for item, mark in _entries(request, pointer, notes)]
    known: dict[str, _Sent] = {}
    for requirement in sorted(printed, key=lambda requirement: len(requirement.names)):
        _pair(requirement, known, notes)
    listed, schemes = Seq(mark_of(request, "security")), Map(mark_of(request, "security"))
    for index, requirement in enumerate(printed):
        needed = Map(requirement.mark)
        for name in requirement.names:
            needed.put(name, Seq(requirement.mark), requirement.mark)
            place = join(pointer, index, name)
            if name not in known:
                notes.lose(join(SCHEMES, name), "scheme-lost", "lost", "openIdConnect, mutualTLS, or overwritten")
                continue
            if known[name].printed.get("type") == "oauth2":
                notes.lose(place, "oauth-scopes", "ambiguous", "scopes are not printed")
            if name not in schemes:
                schemes.put(name, _scheme(known[name], join(SCHEMES, name), notes), known[name].mark)
        listed.add(needed, requirement.mark)
    return listed, schemes


def _entries(request: Map, pointer: str, notes: FlatNotes) -> Iterator[tuple[Map, Mark | None]]:
    entries = notes.sequence(request, "security", pointer)
    for index, entry in enumerate(entries):
        if isinstance(entry, Map):
            yield entry, mark_of(entries, index)
        else:
            notes.odd(join(pointer, index), "object", entry, mark_of(entries, index))


def _requirement(entry: Map, mark: Mark | None, pointer: str, notes: FlatNotes) -> _Requirement:
    title = entry.get("title")
    notes.unknown(entry, MEMBERS["requirement"], pointer)
    if title is not None and not isinstance(title, str):
        notes.odd(pointer, "string", title, mark_of(entry, "title"))
    names = tuple(part.strip() for part in title.split(" & ") if part.strip()) if isinstance(title, str) else ()
    sections = notes.mapping(entry, "parameters", pointer)
    sent = []
    for location in _SECTIONS:
        section = notes.mapping(sections, location, pointer)
        for name in section:
            sent.append(_Sent(location, name, notes.mapping(section, name, pointer), mark_of(section, name)))
    for name in names:
        if " " in name:
            written = join(SCHEMES, _identifier(name))
            notes.lose(written, "scheme-name", "inferred", f"the title is `{name}`: a space is _ or -", mark)
            notes.strengths[written] = "inferred"
    return _Requirement(tuple(_identifier(name) for name in names), tuple(sent), mark)


def _identifier(title: str) -> str:
    return "_".join(title.split())


def _pair(requirement: _Requirement, known: dict[str, _Sent], notes: FlatNotes) -> None:
    """Say which of the names sends what; what cannot be told from one order is taken in order, and noted."""
    taken = [known[name] for name in requirement.names if name in known]
    names = [name for name in requirement.names if name not in known]
    left = [sent for sent in requirement.sent if not any(_is_same(sent, other) for other in taken)]
    one_section = len({sent.location for sent in left}) < 2
    sure = len(names) == len(left) and (len(left) < 2 or one_section)
    if len(names) > len(left) and left:
        names = _most_alike(names, left)
    for name, sent in zip(names, left, strict=False):
        known[name] = sent
        if not sure:
            evidence = f"one of {len(requirement.names)} names for {len(requirement.sent)} parameters"
            notes.lose(join(SCHEMES, name), "scheme-pairing", "ambiguous", evidence, sent.mark)


def _is_same(one: _Sent, other: _Sent) -> bool:
    return (one.location, one.name, one.printed) == (other.location, other.name, other.printed)


def _most_alike(names: list[str], left: list[_Sent]) -> list[str]:
    """Of two schemes that both send Authorization the later one is printed; other vanished ones are not known."""
    return names[-len(left) :] if any(sent.name == "Authorization" for sent in left) else names[: len(left)]


def _scheme(sent: _Sent, pointer: str, notes: FlatNotes) -> Map:
    """The Security Scheme Object of what is sent."""
    printed, scheme = sent.printed, Map(sent.mark)
    kind = printed.get("type")
    notes.unknown(printed, MEMBERS["scheme"], pointer)
    mark = mark_of(printed, "type")
    if kind not in ("apiKey", "http", "oauth2"):
        notes.odd(join(pointer, "type"), "string", kind, mark or sent.mark)
        return scheme
    scheme.put("type", kind, mark)
    if kind == "apiKey":
        scheme.put("in", sent.location, sent.mark)
        scheme.put("name", sent.name, sent.mark)
    elif kind == "http":
        _put_http(scheme, printed, pointer, notes)
    else:
        notes.lose(join(pointer, "flows"), "oauth-flows")
    notes.move(printed, "description", scheme, join(pointer, "description"))
    if "x-default" in printed:
        scheme.put("x-default", printed["x-default"], mark_of(printed, "x-default"))
    lose_members(notes, "security", pointer)
    return scheme


def _put_http(scheme: Map, printed: Map, pointer: str, notes: FlatNotes) -> None:
    value: Any = printed.get("scheme")
    if value not in _HTTP:
        notes.odd(join(pointer, "scheme"), "string", value, mark_of(printed, "scheme") or scheme.own)
        return
    scheme.put("scheme", value, mark_of(printed, "scheme"))
    if value == "bearer":
        notes.lose(join(pointer, "bearerFormat"), "bearer-format")
