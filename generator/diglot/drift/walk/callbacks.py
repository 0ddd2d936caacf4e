"""Callbacks of an operation: requests that the server sends, each an operation of its own as a webhook is one."""

from __future__ import annotations

from diglot.core.ir import METHODS, Operation
from diglot.drift.walk.members import targets
from diglot.drift.walk.operation import Party


def callbacks(party: Party) -> dict[str, Party]:
    """What the server may send because of this operation, by the callback's name, its address and its method."""
    found = {}
    for name, callback in targets(party.place, "callbacks").items():
        for address, entry in callback.children():
            item = entry.target()
            for method in METHODS if item is not None else ():
                place = item.child(method) if item is not None else None
                if place is not None and isinstance(place.value, dict):
                    operation = Operation(method, str(address), webhook=True)
                    found[f"{name} {address} {method.upper()}"] = Party(operation, place, item or place, party.side)
    return found
