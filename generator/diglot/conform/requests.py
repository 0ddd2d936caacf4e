"""Valid requests to an operation: one that changes nothing, and one that reaches deep."""

from __future__ import annotations

from typing import Any

from diglot.conform.bindings import Actions, Values, matches
from diglot.conform.lab import Lab
from diglot.conform.law import UnmetError
from diglot.conform.laws_values import fields_of, rows_of, sample
from diglot.conform.ledger import entry
from diglot.conform.samples import sample_of
from diglot.conform.surface import Endpoint


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


def bound_to(lab: Lab, endpoint: Endpoint) -> Actions | Values | None:
    """The binding of a writing operation, if it has one."""
    every: tuple[Actions | Values, ...] = (*lab.bindings.actions, *lab.bindings.values)
    return next((one for one in every if one.endpoint.key == endpoint.key), None)


def deep_body(lab: Lab, endpoint: Endpoint) -> Any:
    """A body with known ids in all the right places; only near misses of it are ever sent."""
    bound = bound_to(lab, endpoint)
    try:
        if isinstance(bound, Actions):
            action = bound.actions[0]
            rows = lab.view(bound.collection).rows
            ids = [str(row[bound.collection.id]) for row in rows if matches(row, action.on)][:1]
            lab.touched.update(ids)
            return {bound.ids: ids}
        if isinstance(bound, Values):
            one, (row,) = fields_of(lab, bound)[0], rows_of(lab, bound, 1)
            lab.touched.add(row)
            return {bound.entries: [entry(bound, row, [(one.id, one.name, sample(one))], True)]}
    except UnmetError:
        pass
    return sample_of(lab.surface, endpoint.body)
