"""Pages of one operation walked in step: what they say differently. Facts only; `judge` says what they mean.

Any number of pages is walked at once, so that each fact is met once with all that is said of it. Order, `$ref`,
`allOf`, the names of components and of path parameters, tags, examples, extensions and prose are no structure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from diglot.drift.contents import Contents
from diglot.drift.facts import Difference, Record, Saying, Spot
from diglot.drift.members import align_guesses, cannot_list, media_type, parameter_schema, responses, target, targets
from diglot.drift.operation import Party, serialization
from diglot.drift.side import Place


def compare(parties: Sequence[Party], record: Record | None = None) -> list[Difference]:
    """All facts about which two or more pages of one operation differ, in the order in which they are met.

    `record` remembers shared components that earlier operations of the same pages have already walked.
    """
    return _Operation(parties, record or Record()).compare()


class _Operation:
    def __init__(self, parties: Sequence[Party], record: Record) -> None:
        self._parties = parties
        self._record = record
        self._contents = Contents(record)
        self._spot = Spot(str(parties[0].operation.key))

    def compare(self) -> list[Difference]:
        before = len(self._record.differences)
        self._flags()
        self._servers_and_security()
        self._parameters()
        self._body()
        self._responses()
        self._callbacks()
        self._contents.finish()
        return self._record.differences[before:]

    def _flags(self) -> None:
        places = [party.place for party in self._parties]
        self._contents.texts(self._spot, [[place] for place in places], "summary", "description")
        self._said("deprecated", "deprecation", self._spot, places, lambda place: bool(place.get("deprecated")))
        named = [place for place in places if isinstance(place.get("operationId"), str)]
        self._said("operationId", "operation-id", self._spot, named, lambda place: place.get("operationId"))

    def _servers_and_security(self) -> None:
        for member in ("servers", "security"):
            sayings = []
            for party in self._parties:
                value = getattr(party, member)
                at = party.effective(member)
                if value is None or party.silent(member) or (at is not None and not at.declared):
                    continue
                sayings.append(Saying.of(party.place, value, at))
            self._record.fact(member, self._spot, sayings)

    def _parameters(self) -> None:
        holders = [(party.place, "parameters") for party in self._parties]
        for (where, _), places in self._matched("parameter", holders, [party.parameters for party in self._parties]):
            name = str(places[0].get("name"))
            spot = replace(self._spot, part=where, path=name)
            if where != "path":
                self._said("required", "parameter-required", spot, places, lambda place: place.get("required") is True)
            self._said("deprecated", "deprecation", spot, places, lambda place: bool(place.get("deprecated")))
            self._serialization(spot, places)
            schemas = [parameter_schema(place) for place in places]
            texts = [[place, schema] if schema else [place] for place, schema in zip(places, schemas, strict=True)]
            self._contents.texts(spot, texts, "description")
            self._record.meet("parameter", spot, [[place] for place in places])
            self._schemas(spot, places, schemas)

    def _serialization(self, spot: Spot, places: Sequence[Place]) -> None:
        able = [place for place in places if place.declared]
        written = [serialization(place) for place in able]
        for member in dict.fromkeys(key for each in written for key in each if not any(p.silent(key) for p in able)):
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
        headers = [targets(place, "headers", str.lower) for place in places]
        for name, found in self._matched("header", [(place, "headers") for place in places], headers, spot):
            inside = replace(spot, path=str(name))
            self._said("required", "header-required", inside, found, lambda place: place.get("required") is True)
            self._schemas(inside, found, [parameter_schema(place) for place in found])

    def _media(self, places: Sequence[Place], spot: Spot) -> None:
        contents = align_guesses([targets(place, "content", media_type) for place in places])
        for media, found in self._matched("media-type", [(place, "content") for place in places], contents, spot):
            inside = replace(spot, media=str(media), path="$")
            self._record.meet("media", inside, [[place] for place in found])
            self._schemas(inside, found, [place.child("schema") for place in found])
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

    def _callbacks(self) -> None:
        self._unread([party.place for party in self._parties], self._spot, "callbacks")

    def _unread(self, places: Sequence[Place], spot: Spot, member: str) -> None:
        """Objects that are only compared by the names of their members."""
        named = [targets(place, member) for place in places]
        self._matched(member, [(place, member) for place in places], named, spot)

    def _said(self, member: str, what: str, spot: Spot, places: Sequence[Place], value: Callable[[Place], Any]) -> None:
        able = [place for place in places if place.declared and not place.silent(member)]
        self._record.fact(what, spot, [Saying.of(place, value(place), place.child(member)) for place in able])

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
            )
            if len(having) > 1:
                matched.append((key, having))
        return matched


def _named(spot: Spot, what: str, key: Any, place: Place) -> Spot:
    """The spot of one member of an object of named members."""
    if what == "parameter":
        return replace(spot, part=key[0], path=str(place.get("name")))
    if what == "response":
        return replace(spot, status=key)
    if what == "media-type":
        return replace(spot, media=key)
    return replace(spot, path=key) if isinstance(key, str) else spot
