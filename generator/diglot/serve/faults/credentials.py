"""Keys that are compared in part or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dify_knowledge.server import Received
from diglot.serve.app import Handlers, create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import DEMO
from diglot.serve.faults.wrapping import Operation, credential, hearing, operation
from diglot.serve.store import Tenant


def _taking(change: Callable[[Received, list[str]], list[str]]) -> App:
    """A server that takes other credentials for those that were sent: (request, headers) -> headers."""

    class Taking(Handlers):
        def authenticate(self, received: Received, /) -> Tenant:
            headers = tuple(("authorization", value) for value in change(received, received.all("authorization")))
            return super().authenticate(replace(received, headers=headers))

    return create_app(handlers=Taking)


_RIGHT = f"Bearer {DEMO.token}"


def _keys(is_right: Callable[[str], bool]) -> App:
    """A server that takes other keys of the right scheme: (key)."""

    def take(_received: Received, given: list[str]) -> list[str]:
        return [_RIGHT if one.startswith("Bearer ") and is_right(one.removeprefix("Bearer ")) else one for one in given]

    return _taking(take)


def _open_for(*operations: Operation) -> App:
    """A server that asks nobody for a key who calls some of the operations."""

    def heard(scope: Any, body: bytes) -> tuple[Any, bytes]:
        if operation(scope) in operations:
            others = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
            given = credential(scope)
            right = given if given.removeprefix("Bearer ") in (DEMO.token, DEMO.foreign_token) else _RIGHT
            scope = {**scope, "headers": [*others, (b"authorization", right.encode())]}
        return scope, body

    return hearing(heard)


_OPEN = "authentication-ignored credential-accepted"

FAULTS = family(
    "credentials",
    "auth.",
    wrong("needs no key", "authentication-ignored", lambda: _taking(lambda _, given: given or [_RIGHT])),
    wrong("takes every key", "credential-accepted", lambda: _keys(lambda _: True)),
    wrong("asks nobody who lists", _OPEN, lambda: _open_for("list")),
    wrong("asks nobody who sets a status", _OPEN, lambda: _open_for("status")),
    wrong("asks nobody who writes values", _OPEN, lambda: _open_for("metadata")),
    # near misses
    wrong(
        "takes any scheme",
        "credential-accepted",
        lambda: _taking(lambda _, given: [f"Bearer {one.rpartition(' ')[2]}" for one in given]),
    ),
    wrong(
        "takes a key without a scheme",
        "credential-accepted",
        lambda: _taking(lambda _, given: [_RIGHT if one == DEMO.token else one for one in given]),
    ),
    wrong(
        "takes the key as a basic password",
        "credential-accepted",
        lambda: _taking(
            lambda _, given: [_RIGHT if one.startswith("Basic ") and DEMO.token in one else one for one in given]
        ),
    ),
    wrong(
        "compares the beginning of the key",
        "credential-accepted",
        lambda: _keys(lambda key: key.startswith(DEMO.token)),
    ),
    wrong(
        "compares the first half of the key",
        "credential-accepted",
        lambda: _keys(lambda key: key.startswith(DEMO.token[: len(DEMO.token) // 2])),
    ),
    wrong(
        "compares the end of the key", "credential-accepted", lambda: _keys(lambda key: key.endswith(DEMO.token[-6:]))
    ),
    wrong(
        "takes the beginning of a key",
        "credential-accepted",
        lambda: _keys(lambda key: len(key) > 3 and DEMO.token.startswith(key)),
    ),
    wrong("takes what is within a key", "credential-accepted", lambda: _keys(lambda key: key in DEMO.token)),
    wrong(
        "compares keys without letter case",
        "credential-accepted",
        lambda: _keys(lambda key: key.lower() == DEMO.token.lower()),
    ),
    wrong(
        "takes an empty key",
        "credential-accepted",
        lambda: _taking(lambda _, given: [_RIGHT if one.strip() == "Bearer" else one for one in given]),
    ),
    wrong(
        "takes a key from the query",
        "credential-accepted authentication-ignored",
        lambda: _taking(lambda received, given: given or [_RIGHT] * (DEMO.token.encode() in received.query)),
    ),
)
