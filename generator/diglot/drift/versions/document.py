"""What two versions of a whole document say of the interface at large: its version, security schemes, components."""

from __future__ import annotations

from typing import Any

from diglot.core.tree import plain
from diglot.drift.walk.facts import Difference, Record, Saying, Spot
from diglot.drift.walk.members import components
from diglot.drift.walk.operation import wire
from diglot.drift.walk.side import Place, Side

_URLS = {"authorizationUrl": "oauth-url", "tokenUrl": "oauth-token-url", "refreshUrl": "oauth-token-url"}
_SPOT = Spot("", "document")
_ELSEWHERE = frozenset({"openapi", "paths", "webhooks", "components", "servers", "security", "tags", "info"})


def compare_documents(old: Side, new: Side) -> list[Difference]:
    """All facts about the documents themselves, apart from their operations, about which they differ."""
    record = Record(versions=True)
    pair = (old.root, new.root)
    if {old.fragment.dialect, new.fragment.dialect} == {"openapi"}:  # the others show operations, not documents
        _info(record, pair)
        _components(record, pair)
        for member in sorted((_keys(old.root) | _keys(new.root)) - _ELSEWHERE):
            if member.startswith("x-"):
                _member(record, "extension", pair, member, extension=member)
            else:
                _member(record, "external-docs" if member == "externalDocs" else "info", pair, member, member=member)
        _tags(record, pair)
    return record.differences


def _info(record: Record, pair: tuple[Place, Place]) -> None:
    infos = [place.child("info") for place in pair]
    if None in infos or any(place.silent("info") for place in pair):
        return
    old, new = (info for info in infos if info is not None)
    for member in sorted(_keys(old) | _keys(new)):
        what = {"version": "version", "title": "text", "summary": "text", "description": "text"}.get(member, "info")
        what = "extension" if member.startswith("x-") else what
        subject = {"text": member} if what == "text" else {"member": member} if what == "info" else {}
        _member(record, what, (old, new), member, **subject)


def _tags(record: Record, pair: tuple[Place, Place]) -> None:
    old, new = (_named(place.child("tags")) for place in pair)
    for name in dict.fromkeys([*old, *new]):
        found = old.get(name), new.get(name)
        _presence(record, "tag", pair, found, "/tags", item=name)
        if found[0] is not None and found[1] is not None:
            _member(record, "text", (found[0], found[1]), "description", text="description", item=name)


def _named(tags: Place | None) -> dict[str, Place]:
    return {str(tag.get("name")): tag for _, tag in tags.children()} if tags else {}


def _components(record: Record, pair: tuple[Place, Place]) -> None:
    old, new = (components(place, "securitySchemes") for place in pair)
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        _presence(record, "security-component", pair, (before, after), "/components/securitySchemes", name=name)
        if before is not None and after is not None:
            _scheme(record, before, after, name)


def _scheme(record: Record, old: Place, new: Place, name: str) -> None:
    sayings = [Saying.of(place, wire(place), place) for place in (old, new)]
    if not any(place.silent("type") or not place.declared for place in (old, new)):
        record.fact("security-type", _SPOT, sayings, name=name)
    for kind in sorted(_flows(old).keys() & _flows(new).keys()):
        flows = _flows(old)[kind], _flows(new)[kind]
        for member, what in _URLS.items():
            _member(record, what, flows, member, name=name)
        scopes = [place.get("scopes") for place in flows]
        sayings = [
            Saying.of(place, sorted(map(str, listed)) if isinstance(listed, dict) else [], place.child("scopes"))
            for place, listed in zip(flows, scopes, strict=True)
        ]
        record.fact("oauth-scopes", _SPOT, sayings, name=name)
    for member in sorted((_keys(old) | _keys(new)) - {"type", "scheme", "in", "name", "flows"}):
        what = "text" if member == "description" else "extension" if member.startswith("x-") else "security-detail"
        _member(record, what, (old, new), member, name=name, member=member)


def _flows(scheme: Place) -> dict[str, Place]:
    flows = scheme.child("flows")
    return {str(kind): flow for kind, flow in flows.children()} if flows else {}


def _keys(place: Place) -> set[str]:
    return set(place.value) if isinstance(place.value, dict) else set()


def _member(record: Record, what: str, pair: tuple[Place, Place], member: str, /, **subject: Any) -> None:
    sayings = []
    for place in pair:
        child = place.child(member)
        if child is not None:
            sayings.append(Saying.of(child, plain(child.value)))
        elif place.declared and not place.silent(member):
            sayings.append(Saying.lacking(place))
    record.fact(what, _SPOT, sayings, **subject)


def _presence(
    record: Record,
    what: str,
    pair: tuple[Place, Place],
    found: tuple[Place | None, Place | None],
    at: str,
    **subject: Any,
) -> None:
    if any(place.silent("components") or at in place.side.lost for place in pair):
        return
    sayings = [
        Saying.lacking(holder) if place is None else Saying.of(place, True)
        for holder, place in zip(pair, found, strict=True)
    ]
    record.fact(what, _SPOT, sayings, **subject)
