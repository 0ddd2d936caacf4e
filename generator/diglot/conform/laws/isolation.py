"""No answer holds, and no call changes, what belongs to another dataset or another tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.conform.bench.deeds import in_the_state, pairs, rows_for, watch
from diglot.conform.bench.fields import entry_of, fields_of, fields_shown, rows_of, sample
from diglot.conform.bench.lab import UNKNOWN_ID, Lab
from diglot.conform.bench.ledger import Ledger, act, write
from diglot.conform.bench.requests import harmless_call, is_known_valid, scope_of
from diglot.conform.binding.bindings import Action, Actions, Collection, Values
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
        # Where the body is a guess, a server that looks at the body first may refuse that.
        right = {status} if is_known_valid(lab, endpoint) else _REFUSED
        if exchange.ok:
            yield Breach(rule, {"case": case}, exchange, status, exchange.status, source)
        elif exchange.status not in right and str(status) in endpoint.responses and 400 <= exchange.status < 500:
            args = {"where": f"path {name}", "case": case}
            yield Breach("refusal-status-wrong", args, exchange, status, exchange.status, source)
    if missing:
        raise UnmetError(" and ".join(missing) + " in --fixtures")


def _letter_case(lab: Lab, endpoint: Endpoint) -> Iterator[Breach]:
    """An id in other letters does not open what is another tenant's."""
    name, tenant = scope_of(lab, endpoint), lab.fixtures.other_tenant
    if name is None:
        return
    if tenant is None or lab.other_key is None:
        raise UnmetError("[other_tenant] in --fixtures")
    for scope, key in ((tenant.dataset, lab.key), (lab.values(endpoint)[name], lab.other_key)):
        exchange = harmless_call(lab, endpoint, key, values=lab.values(endpoint, **{name: scope.swapcase()}))
        if exchange.ok:
            args = {"case": "other-tenant"}
            yield Breach("tenant-boundary-crossed", args, exchange, 404, exchange.status, "scope.unknown")
            return


@dataclass(frozen=True)
class _Beyond:
    """Another dataset: what it is called in findings, and its rows. One without a ledger is not to be listed."""

    case: str
    scope: str
    credential: Credential | None = None
    ledger: Ledger | None = None

    @property
    def rule(self) -> str:
        return "tenant-boundary-crossed" if self.case == "other-tenant" else "dataset-boundary-crossed"

    @property
    def rows(self) -> Mapping[str, Mapping[str, Any]]:
        return self.ledger.before if self.ledger else {}


def _beyond(lab: Lab, collection: Collection) -> tuple[list[_Beyond], str]:
    """What is known beyond the dataset under test, and what it takes to know more."""
    found, missing = [_Beyond("unknown", UNKNOWN_ID)], []
    tenant, other = lab.fixtures.other_tenant, lab.fixtures.other_dataset
    known: list[tuple[str, str, Credential | None]] = []
    if other:
        known.append(("other-dataset", other, None))
    else:
        missing.append('other_dataset = "…"')
        found += [_Beyond("other-dataset", lab.fixtures.empty_dataset)] if lab.fixtures.empty_dataset else []
    if tenant:
        known.append(("other-tenant", tenant.dataset, lab.other_key))
    else:
        missing.append("[other_tenant]")
    for case, scope, credential in known:
        rows = lab.view(collection, scope, credential).by_id
        found.append(_Beyond(case, scope, credential, Ledger(lab, collection, rows, scope, credential)))
    return found, " and ".join(missing) + " in --fixtures" if missing else ""


def _apart(lab: Lab, collection: Collection) -> Iterator[Breach]:
    """No row is listed in two datasets."""
    others, missing = _beyond(lab, collection)
    mine = lab.whole(collection) if any(one.ledger for one in others) else None
    for one in others if mine else ():
        common = mine.by_id.keys() & one.rows.keys() if mine else ()
        if mine and common:
            got = f"n = {len(common)}: {sorted(common)[:2]}"
            yield Breach(one.rule, {"case": "list"}, mine.exchange, "n = 0", got, "scope.boundary")
    if missing:
        raise UnmetError(missing)


Try = tuple[Any, str | None, Credential | None]


def _across(
    lab: Lab,
    collection: Collection,
    own: Callable[[], None],
    send: Callable[[Any, str | None, Credential | None], Exchange],
    tries: Callable[[_Beyond], Iterator[Try]],
) -> Iterator[Breach]:
    """Do what is allowed here; send what must be refused, until something is not; then see what changed, and where."""
    others, missing = _beyond(lab, collection)
    own()
    before = lab.view(collection).by_id
    exchanges: dict[str, Exchange] = {}
    for one in others:
        for what, scope, credential in tries(one):
            exchanges[one.case] = send(what, scope, credential)
            if exchanges[one.case].ok:
                break
    mine = Ledger(lab, collection, before)
    lab.forget()
    here = {key: change for key, change in mine.changed().items() if key in lab.touched}
    if here:
        watch(lab, collection)
    for one in others:
        changes = one.ledger.changed() if one.ledger else {}
        if changes:
            watch(lab, collection, one.scope, one.credential)
        exchange = exchanges.get(one.case)
        if exchange and (exchange.ok or changes or (here and one is others[-1])):
            got = {**changes, **here} or exchange.status
            yield Breach(one.rule, {"case": "write"}, exchange, sorted(_REFUSED), got, "scope.boundary")
            mine.put_back()
            if one.ledger:
                one.ledger.put_back()
    if missing:
        raise UnmetError(missing)


def _act_across(lab: Lab, actions: Actions) -> Iterator[Breach]:
    """Rows of another dataset are neither found under this one nor changed, and the other way round."""
    reversible = next((first for first, _ in pairs(actions)), None)
    view = lab.view(actions.collection).by_id
    mine = rows_for(reversible, view)[:1] if reversible else []
    if reversible is None or not mine:
        raise UnmetError("rows on which an action can be tried")

    def own() -> None:
        """What is allowed here must not show elsewhere."""
        for first, _ in reversed(list(pairs(actions))):
            if rows := _fresh(lab, [key for key in rows_for(first, view) if key not in mine]):
                act(lab, actions, first.name, rows)

    def tries(one: _Beyond) -> Iterator[Try]:
        # Where one action finds rows of another tenant, so do the others: they look for them in one place.
        for action in actions.actions if one.case == "other-dataset" else [reversible]:
            if theirs := _safe_rows(actions, action, one.rows):
                yield (action, theirs), None, None
        theirs = rows_for(reversible, one.rows)[:1]
        if theirs:
            yield (reversible, [*mine, *theirs]), None, None
        yield (reversible, mine), one.scope, one.credential
        if one.case == "other-tenant":
            yield (reversible, mine), None, one.credential
            if theirs:
                yield (reversible, theirs), one.scope, None

    def send(what: tuple[Action, list[str]], scope: str | None, credential: Credential | None) -> Exchange:
        return act(lab, actions, what[0].name, what[1], scope, credential)

    yield from _across(lab, actions.collection, own, send, tries)


def _fresh(lab: Lab, rows: Sequence[str]) -> list[str]:
    """One row, if there is one without marks of an earlier try."""
    chosen = sorted(rows, key=lambda key: key in lab.worn["across"])[:1]
    lab.worn["across"].update(chosen)
    return chosen


def _safe_rows(actions: Actions, action: Action, rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A row to try an action on that can be put back exactly, should the action be done."""
    inverse = actions.named(action.inverse)
    exact = inverse is not None and not inverse.stamps
    return (rows_for(action, rows) if exact else in_the_state(actions, action, rows))[:1]


def _write_across(lab: Lab, values: Values) -> Iterator[Breach]:
    """The same for values; and a field of another dataset is unknown here."""
    field = fields_of(lab, values)[0]
    shown = fields_shown(values, lab.view(values.collection).rows)
    known = {one.id for one in (*fields_of(lab, values), *shown)}
    (row,) = _fresh(lab, lab.view(values.collection).ids) or rows_of(lab, values, 1)
    mine = entry_of(values, row, [(field, sample(field, 9))], True)

    def own() -> None:
        write(lab, values, [mine])

    def tries(one: _Beyond) -> Iterator[Try]:
        yield [mine], one.scope, one.credential
        for key in list(one.rows)[:1]:
            theirs = entry_of(values, key, [(field, sample(field, 9))], True)
            yield [theirs], None, None
            yield [mine, theirs], None, None
            yield [theirs], one.scope, one.credential
            if one.case == "other-tenant":
                yield [entry_of(values, key, [], False)], one.scope, None
        strange = (each for each in fields_shown(values, list(one.rows.values())) if each.id not in known)
        for each in list(strange)[:1]:
            yield [entry_of(values, row, [(each, sample(each, 9))], True)], None, None
        if one.case == "other-tenant":
            yield [mine], None, one.credential

    def send(entries: Sequence[Mapping[str, Any]], scope: str | None, credential: Credential | None) -> Exchange:
        return write(lab, values, entries, scope, credential)

    yield from _across(lab, values.collection, own, send, tries)


READING = (
    Law("scope.refused", "endpoint", _scope),
    Law("scope.list", "collection", _apart),
    Law("scope.letter-case", "endpoint", _letter_case, presumes=("scope.refused",), thorough=True),
)
WRITING = (
    Law("scope.act", "actions", _act_across, writes=True, presumes=("action.effect", "action.unknown")),
    Law("scope.write", "values", _write_across, writes=True, presumes=("values.apart", "values.refused")),
)
