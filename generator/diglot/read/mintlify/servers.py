"""Servers of a flattened endpoint."""

from __future__ import annotations

from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq, mark_of
from diglot.read.mintlify.grammar import MEMBERS
from diglot.read.mintlify.losses import lose_members
from diglot.read.mintlify.notes import FlatNotes

POINTER = "/servers"


def servers(endpoint: Map, notes: FlatNotes) -> Seq:
    """The servers of the document. Variables lose the `type` that the converter gives them: OpenAPI has none there."""
    printed = notes.sequence(endpoint, "servers", POINTER)
    listed = Seq(printed.own)
    for index, server in enumerate(printed):
        place, mark = join(POINTER, index), mark_of(printed, index)
        if isinstance(server, Map) and isinstance(server.get("url"), str):
            listed.add(_server(server, place, mark, notes), mark)
        else:
            notes.odd(place, "object", server, mark)
    if listed:
        notes.lose(POINTER, "server-level", "inferred", "of the document, the path or the operation", listed.own)
    return listed


def _server(printed: Map, pointer: str, mark: Mark | None, notes: FlatNotes) -> Map:
    server = Map(mark)
    notes.unknown(printed, MEMBERS["server"], pointer)
    notes.move(printed, "url", server, join(pointer, "url"))
    notes.move(printed, "description", server, join(pointer, "description"))
    shown = notes.mapping(printed, "variables", join(pointer, "variables"))
    variables = Map(mark_of(printed, "variables"))
    for name in shown:
        place = join(pointer, "variables", name)
        variables.put(name, _variable(notes.mapping(shown, name, place), place, notes), mark_of(shown, name))
    if variables:
        server.put("variables", variables, mark_of(printed, "variables"))
    lose_members(notes, "server", pointer)
    return server


def _variable(printed: Map, pointer: str, notes: FlatNotes) -> Map:
    variable = Map(printed.own)
    notes.unknown(printed, MEMBERS["variable"], pointer)
    for key in ("enum", "default"):
        if key in printed:
            variable.put(key, printed[key], mark_of(printed, key))
    notes.move(printed, "description", variable, join(pointer, "description"))
    lose_members(notes, "variable", pointer)
    return variable
