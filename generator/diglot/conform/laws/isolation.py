"""No answer holds, and no call changes, what belongs to another dataset or another tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.bench.fields import fields_of, rows_of, sample
from diglot.conform.bench.lab import UNKNOWN_ID, Lab
from diglot.conform.bench.ledger import Ledger, act, entry, write
from diglot.conform.bench.requests import harmless_call, scope_of
from diglot.conform.binding.bindings import Actions, Collection, Values, matches
from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import Credential
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange

_REFUSED = frozenset({400, 403, 404, 422})


def _scope(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """A dataset that is unknown, another tenant's or closed to the API is refused."""
    name = scope_of(lab, endpoint)
    if name is None:
        return
    tenant, missing = lab.fixtures.other_tenant, []
    cases: list[tuple[str, str, str, Credential, int]] = [
        ("unknown-scope-answered", "unknown", UNKNOWN_ID, lab.key, 404)
    ]
    if tenant and lab.other_key:
        cases.append(("tenant-boundary-crossed", "other-tenant", tenant.dataset, lab.key, 404))
        mine = lab.values(endpoint)[name]
        cases.append(("tenant-boundary-crossed", "other-tenant", mine, lab.other_key, 404))
    else:
        missing.append("[other_tenant]")
    if lab.fixtures.api_disabled_dataset:
        closed = lab.fixtures.api_disabled_dataset
        cases.append(("access-disabled-ignored", "api-disabled", closed, lab.key, 403))
    else:
        missing.append("api_disabled_dataset")
    for rule, case, scope, credential, status in cases:
        exchange = harmless_call(lab, endpoint, credential, values=lab.values(endpoint, **{name: scope}))
        source = "scope.disabled" if status == 403 else "scope.unknown"
        if exchange.ok:
            yield Breach(rule, {"case": case}, exchange, status, exchange.status, source)
        elif exchange.status != status and str(status) in endpoint.responses and 400 <= exchange.status < 500:
            args = {"where": f"path {name}", "case": case}
            yield Breach("refusal-status-wrong", args, exchange, status, exchange.status, source)
    if missing:
        raise UnmetError(" and ".join(missing) + " in --fixtures")


def _apart(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """No row is listed in two datasets."""
    mine, others = lab.whole(collection), _others(lab, collection)
    for case, other in others.items():
        common = mine.by_id.keys() & other.before.keys()
        if common:
            rule = "tenant-boundary-crossed" if case == "other-tenant" else "dataset-boundary-crossed"
            got = f"n = {len(common)}: {sorted(common)[:2]}"
            yield Breach(rule, {"case": "list"}, mine.exchange, "n = 0", got, "scope.boundary")


def _others(lab: Lab, collection: Collection) -> Mapping[str, Ledger]:
    """What is known beyond the dataset under test: another dataset, another tenant's.

    Raises:
        UnmetError: nothing is.
    """
    found = {}
    if lab.fixtures.other_dataset:
        rows = lab.view(collection, lab.fixtures.other_dataset).by_id
        found["other-dataset"] = Ledger(lab, collection, rows, lab.fixtures.other_dataset)
    tenant = lab.fixtures.other_tenant
    if tenant:
        rows = lab.view(collection, tenant.dataset, lab.other_key).by_id
        found["other-tenant"] = Ledger(lab, collection, rows, tenant.dataset, lab.other_key)
    if not found:
        raise UnmetError('other_dataset = "…" and [other_tenant] in --fixtures')
    return found


def _act_across(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Rows of another dataset are neither found under this one nor changed, and the other way round."""
    action = actions.actions[0]
    before = lab.view(actions.collection).by_id
    mine = [key for key, row in before.items() if matches(row, action.on)]
    for case, other in _others(lab, actions.collection).items():
        theirs = [key for key, row in other.before.items() if matches(row, action.on)]
        if not mine or not theirs:
            raise UnmetError("rows in both datasets on which the action can be tried")
        tries: list[tuple[list[str], str | None, Credential | None]] = [
            (theirs[:1], None, None),
            ([mine[0], theirs[0]], None, None),
            (mine[:1], other.scope, other.credential),
            (theirs[:1], other.scope, None) if case == "other-tenant" else (theirs[:1], UNKNOWN_ID, None),
        ]
        for ids, scope, credential in tries:
            exchange = act(lab, actions, action.name, ids, scope, credential)
            if exchange.ok:
                break
        yield from _crossed(Ledger(lab, actions.collection, before), other, exchange, case)


def _write_across(lab: Lab, values: Values) -> Iterator[Breach]:
    """The same for values; and a field of another dataset is unknown here."""
    one = fields_of(lab, values)[0]
    before = lab.view(values.collection).by_id
    (mine,) = rows_of(lab, values, 1)
    for case, other in _others(lab, values.collection).items():
        theirs = next(iter(other.before), None)
        if theirs is None:
            raise UnmetError("rows in the other dataset")
        items = [(one.id, one.name, sample(one, 9))]
        tries: list[tuple[Sequence[Mapping[str, Any]], str | None, Credential | None]] = [
            ([entry(values, theirs, items, True)], None, None),
            ([entry(values, mine, items, True), entry(values, theirs, items, True)], None, None),
            ([entry(values, mine, items, True)], other.scope, other.credential),
            ([entry(values, theirs, items, True)], other.scope, other.credential),
        ]
        if case == "other-tenant":
            tries.append(([entry(values, theirs, [], False)], other.scope, None))
        for entries, scope, credential in tries:
            exchange = write(lab, values, entries, scope, credential)
            if exchange.ok:
                break
        yield from _crossed(Ledger(lab, values.collection, before), other, exchange, case)


def _crossed(mine: Ledger, other: Ledger, exchange: Exchange, case: str) -> Iterator[Breach]:
    rule = "tenant-boundary-crossed" if case == "other-tenant" else "dataset-boundary-crossed"
    mine.lab.forget()
    changes = {**mine.changed(), **other.changed()}
    if exchange.ok or changes:
        args = {"case": "write"}
        yield Breach(rule, args, exchange, sorted(_REFUSED), changes or exchange.status, "scope.boundary")
        mine.put_back()
        other.put_back()


READING = (
    Law("scope.refused", "endpoint", _scope),
    Law("scope.list", "collection", _apart),
)
WRITING = (
    Law("scope.act", "actions", _act_across, writes=True, presumes=("action.effect", "action.unknown")),
    Law("scope.write", "values", _write_across, writes=True, presumes=("values.apart", "values.refused")),
)
