"""Pages of one operation walked in step: what they say differently. Facts only; `judge` says what they mean.

Any number of pages is walked at once, so that each fact is met once with all that is said of it. Order, `$ref`,
`allOf`, the names of components and of path parameters, tags, examples, extensions and prose are no structure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from diglot.core.tree import plain
from diglot.drift.walk.annotations import annotate
from diglot.drift.walk.callbacks import callbacks
from diglot.drift.walk.contents import Contents
from diglot.drift.walk.facts import Difference, Record, Saying, Spot
from diglot.drift.walk.members import (
    align_guesses,
    cannot_list,
    media_type,
    parameter_schema,
    responses,
    target,
    targets,
)
from diglot.drift.walk.operation import Party, serialization
from diglot.drift.walk.schema import shape
from diglot.drift.walk.side import Place


def compare(parties: Sequence[Party], record: Record | None = None) -> list[Difference]:
    """All facts about which two or more pages of one operation differ, in the order in which they are met.

    `record` remembers shared components that earlier operations of the same pages have already walked.
    """
    record = record or Record()
    before = len(record.differences)
    waiting = [_Operation(parties, record, str(parties[0].operation.key))]
    while waiting:
        waiting += waiting.pop().compare()
    return record.differences[before:]


class _Operation:
    def __init__(self, parties: Sequence[Party], record: Record, name: str) -> None:
        self._parties = parties
        self._record = record
        self._versions = record.versions
        self._contents = Contents(record)
        self._spot = Spot(name, webhook=parties[0].operation.webhook)

    def compare(self) -> list[_Operation]:
        """Note how the pages differ about it; gives its callbacks, to be compared further."""
        self._flags()
        self._servers_and_security()
        self._parameters()
        self._body()
        self._responses()
        self._contents.finish()
        return self._callbacks()

    def _flags(self) -> None:
        places = [party.place for party in self._parties]
        self._contents.texts(self._spot, [[place] for place in places], "summary", "description")
        self._said("deprecated", "deprecation", self._spot, places, lambda place: bool(place.get("deprecated")))
        named = places if self._versions else [place for place in places if isinstance(place.get("operationId"), str)]
        self._said("operationId", "operation-id", self._spot, named, lambda place: place.get("operationId"))
        if self._versions:
            annotate(self._record, self._spot, [[party.item] for party in self._parties])
            self._said("tags", "tags", self._spot, places, _tags)

    def _servers_and_security(self) -> None:
        for member in ("servers", "security", "scopes") if self._versions else ("servers", "security"):
            source = "servers" if member == "servers" else "security"
            able = [(party, party.effective(source)) for party in self._parties if not party.silent(source)]
            able = [(party, at) for party, at in able if at is None or at.declared]
            if self._record.inherited(member, [at for _, at in able]):
                continue
            said = [(party, at, getattr(party, member)) for party, at in able]
            sayings = [Saying.of(party.place, value, at) for party, at, value in said if value is not None]
            self._record.fact(member, self._spot, sayings)
        if self._versions:
            self._server_texts()

    def _server_texts(self) -> None:
        listed = [place for party in self._parties if (place := party.effective("servers")) is not None]
        if self._record.inherited("server-texts", listed):
            return
        named = [{str(server.get("url")): server for _, server in place.children()} for place in listed]
        for url in named[0] if len(named) == len(self._parties) else ():
            servers = [each[url] for each in named if url in each]
            if len(servers) == len(named):
                self._annotate(self._spot, servers)
                variables = [targets(server, "variables") for server in servers]
                for name in dict.fromkeys(name for each in variables for name in each):
                    self._annotate(self._spot, [each[name] for each in variables if name in each])

    def _parameters(self) -> None:
        holders = [(party.place, "parameters") for party in self._parties]
        for (where, _), places in self._matched("parameter", holders, [party.parameters for party in self._parties]):
            name = str(places[0].get("name"))
            spot = replace(self._spot, part=where, path=name)
            if where == "path" and self._versions:
                self._said("name", "parameter-name", spot, places, lambda place: place.get("name"))
            if where != "path":
                self._said("required", "parameter-required", spot, places, lambda place: place.get("required") is True)
            self._said("deprecated", "deprecation", spot, places, lambda place: bool(place.get("deprecated")))
            self._serialization(spot, places)
            schemas = [parameter_schema(place) for place in places]
            self._contents.texts(spot, _beside(places, schemas), "description")
            self._record.meet("parameter", spot, [[place] for place in places])
            media = next((media_type(key) for place in places for key in place.get("content") or ()), "")
            self._schemas(replace(spot, media=media), places, schemas)

    def _serialization(self, spot: Spot, places: Sequence[Place]) -> None:
        able = [place for place in places if place.declared]
        written = [serialization(place) for place in able]
        members = dict.fromkeys(key for each in written for key in each if not any(p.silent(key) for p in able))
        if any(each != written[0] for each in written) and all(map(_is_scalar, able)):
            members.pop("explode", None)  # nothing repeats
        for member in members:
            sayings = [
                Saying.of(place, each[member], place.child(member)) for place, each in zip(able, written, strict=True)
            ]
            self._record.fact("serialization", spot, sayings, member=member)

    def _body(self) -> None:
        bodies = [target(party.place, "requestBody") for party in self._parties]
        holders = [(party.place, "requestBody") for party in self._parties]
        spot = replace(self._spot, part="request")
        for _, places in self._matched("body", holders, [{(): body} if body else {} for body in bodies], spot):
            self._said("required", "body-required", spot, places, lambda place: place.get("required") is True)
            self._contents.texts(spot, [[place] for place in places], "description")
            self._media(places, spot)

    def _responses(self) -> None:
        holders = [(party.place, "responses") for party in self._parties]
        found = align_guesses([responses(party.place) for party in self._parties], lambda status: status[:1] == "2")
        for status, places in self._matched("response", holders, found, replace(self._spot, part="response")):
            spot = replace(self._spot, part="response", status=status)
            self._contents.texts(spot, [[place] for place in places], "description")
            self._headers(places, spot)
            self._media(places, spot)
            self._record.meet("response", spot, [[place] for place in places])
            self._unread(places, spot, "links")

    def _headers(self, places: Sequence[Place], spot: Spot) -> None:
        headers = [_headers(place) for place in places]
        for name, found in self._matched("header", [(place, "headers") for place in places], headers, spot):
            inside = replace(spot, path=str(name))
            self._said("required", "header-required", inside, found, lambda place: place.get("required") is True)
            schemas = [parameter_schema(place) for place in found]
            if self._versions:
                self._said("deprecated", "deprecation", inside, found, lambda place: bool(place.get("deprecated")))
            self._contents.texts(inside, _beside(found, schemas), "description")
            self._schemas(inside, found, schemas)

    def _media(self, places: Sequence[Place], spot: Spot) -> None:
        contents = align_guesses([targets(place, "content", media_type) for place in places])
        for media, found in self._matched("media-type", [(place, "content") for place in places], contents, spot):
            inside = replace(spot, media=str(media), path="$")
            self._record.meet("media", inside, [[place] for place in found])
            self._schemas(inside, found, [place.child("schema") for place in found])
            self._annotate(inside, found)
            self._unread(found, inside, "encoding")

    def _schemas(self, spot: Spot, places: Sequence[Place], schemas: Sequence[Place | None]) -> None:
        """Have schemas compared; that a page has none is a difference of its own."""
        sayings = []
        for place, schema in zip(places, schemas, strict=True):
            if schema is not None and schema.value not in (True, {}) and schema.declared:
                sayings.append(Saying.of(place, True, schema))
            elif schema is None and place.declared and not place.silent("schema"):
                sayings.append(Saying.lacking(place))
        self._record.fact("schema", spot, sayings)
        self._contents.add(spot, [(schema,) for schema in schemas if schema is not None])

    def _callbacks(self) -> list[_Operation]:
        if not self._versions:
            self._unread([party.place for party in self._parties], self._spot, "callbacks")
            return []
        sent = [callbacks(party) for party in self._parties]
        holders = [(party.place, "callbacks") for party in self._parties]
        places = [{name: party.place for name, party in each.items()} for each in sent]
        return [
            _Operation([each[name] for each in sent if name in each], self._record, f"{self._spot.operation} → {name}")
            for name, found in self._matched("callbacks", holders, places)
            if self._record.enter("callback", [[place] for place in found])
        ]

    def _unread(self, places: Sequence[Place], spot: Spot, member: str) -> None:
        """Objects whose members are compared by name, and between versions each as a whole."""
        named = [targets(place, member) for place in places]
        for name, found in self._matched(member, [(place, member) for place in places], named, spot):
            if self._versions:
                sayings = [Saying.of(place, plain(place.value)) for place in found]
                self._record.fact(member, replace(spot, path=str(name)), sayings)

    def _annotate(self, spot: Spot, places: Sequence[Place]) -> None:
        if self._versions:
            annotate(self._record, spot, [[place] for place in places])

    def _said(self, member: str, what: str, spot: Spot, places: Sequence[Place], value: Callable[[Place], Any]) -> None:
        told = [(place, value(place)) for place in places if place.declared and not place.silent(member)]
        if all(said == told[0][1] for _, said in told):
            return
        sayings = [
            Saying.lacking(place) if said is None else Saying.of(place, said, place.child(member))
            for place, said in told
        ]
        self._record.fact(what, spot, sayings)

    def _matched(
        self,
        what: str,
        holders: Sequence[tuple[Place, str]],
        found: Sequence[Mapping[Any, Place]],
        spot: Spot | None = None,
    ) -> list[tuple[Any, list[Place]]]:
        """Every key that two pages or more have, with its places; a key that only some have is a difference."""
        matched = []
        for key in dict.fromkeys(key for each in found for key in each):
            having = [each[key] for each in found if key in each]
            if len(having) > 1:
                matched.append((key, having))
            if len(having) == len(found):
                continue
            able = [place for place in having if place.declared and not place.guessed]
            lacking = [
                Saying.lacking(holder.child(member) or holder)
                for (holder, member), each in zip(holders, found, strict=True)
                if key not in each and not cannot_list(holder, member, key, having[0])
            ]
            self._record.fact(
                what,
                _named(spot or self._spot, what, key, having[0]),
                [*(Saying.of(place, True) for place in able), *lacking],
                {member: having[0].get(member) is True for member in ("required", "deprecated")},
            )
        return matched


def _is_scalar(parameter: Place) -> bool:
    schema = parameter_schema(parameter)
    found = shape((schema,)) if schema is not None else None
    return found is not None and bool(found.admitted) and not {"array", "object"} & (found.admitted or set())


def _tags(place: Place) -> list[str] | None:
    tags = place.get("tags")
    return sorted(map(str, tags)) or None if isinstance(tags, list) else None


def _headers(place: Place) -> dict[str, Place]:
    """The headers of a response; its media type is told elsewhere (OpenAPI 3.1.1, Response Object)."""
    return {name: each for name, each in targets(place, "headers", str.lower).items() if name != "content-type"}


def _beside(places: Sequence[Place], schemas: Sequence[Place | None]) -> list[list[Place]]:
    """What holds the texts of a parameter: it and its schema, whichever has them."""
    return [[place, schema] if schema else [place] for place, schema in zip(places, schemas, strict=True)]


def _named(spot: Spot, what: str, key: Any, place: Place) -> Spot:
    """The spot of one member of an object of named members."""
    if what == "parameter":
        return replace(spot, part=key[0], path=str(place.get("name")))
    if what == "response":
        return replace(spot, status=key)
    if what == "media-type":
        return replace(spot, media=key)
    return replace(spot, path=key) if isinstance(key, str) else spot
