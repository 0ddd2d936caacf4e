"""Valid requests to an operation: one that changes nothing, and one that reaches deep."""

from __future__ import annotations

import json
from typing import Any

from diglot.conform.bench.fields import fields_of, rows_of, sample
from diglot.conform.bench.lab import JSON, Lab
from diglot.conform.bench.ledger import entry
from diglot.conform.bench.samples import sample_of
from diglot.conform.binding.bindings import Actions, Values, matches
from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import Credential
from diglot.conform.wire.breach import UnmetError
from diglot.conform.wire.session import Exchange, Request, path_of


def harmless_body(lab: Lab, endpoint: Endpoint) -> Any:
    """A body that names no row, or None where the operation takes none.

    An operation that the laws are not bound to is given an empty object: what it would do with more is not known.
    """
    if endpoint.body is None:
        return None
    bound = bound_to(lab, endpoint)
    if isinstance(bound, Actions):
        return {bound.ids: []}
    if isinstance(bound, Values):
        return {bound.entries: []}
    return {}


def plain_request(lab: Lab, endpoint: Endpoint) -> Request | None:
    """A valid request that changes nothing; None where a value for its path is not known."""
    try:
        values = lab.values(endpoint)
    except UnmetError:
        return None
    held = harmless_body(lab, endpoint)
    body = None if held is None else json.dumps(held).encode()
    path = path_of(endpoint.path, values)
    return Request(endpoint.method, path, "", body, JSON if body is not None else None, lab.key)


def is_known_valid(lab: Lab, endpoint: Endpoint) -> bool:
    """Whether `harmless_body` gives a body that the operation must accept: one of an unbound operation is a guess."""
    return endpoint.body is None or bound_to(lab, endpoint) is not None or not endpoint.body.get("required")


def bound_to(lab: Lab, endpoint: Endpoint) -> Actions | Values | None:
    """The binding of a writing operation, if it has one."""
    every: tuple[Actions | Values, ...] = (*lab.bindings.actions, *lab.bindings.values)
    return next((one for one in every if one.endpoint.key == endpoint.key), None)


def deep_body(lab: Lab, endpoint: Endpoint, other: bool = False) -> Any:
    """A body with known ids in all the right places; only near misses of it are ever sent.

    `other` writes on a field of another type than the first one that is known, where there is one.
    """
    bound = bound_to(lab, endpoint)
    try:
        if isinstance(bound, Actions):
            action = bound.actions[0]
            rows = lab.view(bound.collection).rows
            ids = [str(row[bound.collection.id]) for row in rows if matches(row, action.on)][:1]
            lab.touched.update(ids)
            return {bound.ids: ids}
        if isinstance(bound, Values):
            (one, *others), (row,) = fields_of(lab, bound), rows_of(lab, bound, 1)
            one = next((field for field in others if other and field.type != one.type), one)
            lab.touched.add(row)
            return {bound.entries: [entry(bound, row, [(one.id, one.name, sample(one))], True)]}
    except UnmetError:
        pass
    return sample_of(lab.surface, endpoint.body)


def scope_of(lab: Lab, endpoint: Endpoint) -> str | None:
    """The path parameter that says whose rows an operation works on, if it has one."""
    scopes = {one.scope for one in lab.bindings.collections}
    return next((one.name for one in endpoint.placed("path") if one.name in scopes), None)


def harmless_call(lab: Lab, endpoint: Endpoint, credential: Credential, **changed: Any) -> Exchange:
    """A call that changes nothing, with another credential; `changed` are arguments of `Lab.call`."""
    values = changed.pop("values", None) or lab.values(endpoint)
    if "raw" not in changed:
        changed["body"] = harmless_body(lab, endpoint)
    return lab.call(endpoint, values, credential=credential, **changed)
