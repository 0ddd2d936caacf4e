"""What the rows were before anything was written, and how to make them so again through the API itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.conform.bench.journal import digest_of
from diglot.conform.bench.lab import Lab
from diglot.conform.binding.bindings import Action, Actions, Collection, Values, matches
from diglot.conform.credentials import Credential
from diglot.conform.wire.breach import UnansweredError
from diglot.conform.wire.session import Exchange

_MOST_PAGES = 3

Rows = Mapping[str, Mapping[str, Any]]
Changes = Mapping[str, Mapping[str, tuple[Any, Any]]]


def differences(before: Rows, after: Rows) -> Changes:
    """By row and by field what changed: (before, after). A row that came or went has the change `""`."""
    changes: dict[str, dict[str, tuple[Any, Any]]] = {}
    for key in before.keys() | after.keys():
        if key not in before or key not in after:
            changes[key] = {"": (key in before, key in after)}
            continue
        old, new = before[key], after[key]
        if old == new:
            continue
        fields = {name: (old.get(name), new.get(name)) for name in old.keys() | new.keys()}
        changed = {name: pair for name, pair in fields.items() if not same(*pair)}
        if changed:
            changes[key] = changed
    return changes


def same(one: Any, other: Any) -> bool:
    """Equality as JSON has it: true is not 1, but 1.0 is; the order of a list of objects with ids does not matter."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, sorted(one, key=_rank), sorted(other, key=_rank)))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return bool(one == other)


def _rank(item: Any) -> str:
    return str(item.get("id")) if isinstance(item, dict) else ""


def act(
    lab: Lab,
    actions: Actions,
    name: str,
    ids: Sequence[str],
    scope: str | None = None,
    credential: Credential | None = None,
) -> Exchange:
    """Apply one action to some rows."""
    lab.touched.update(ids)
    values = lab.values(actions.endpoint, scope, **{actions.parameter: name})
    return lab.call(actions.endpoint, values, body={actions.ids: list(ids)}, credential=credential)


def write(
    lab: Lab,
    values: Values,
    entries: Sequence[Mapping[str, Any]],
    scope: str | None = None,
    credential: Credential | None = None,
    client: Any = None,
) -> Exchange:
    """Write values onto rows; an entry is made by `entry`."""
    lab.touched.update(str(one[values.row]) for one in entries)
    parameters = lab.values(values.endpoint, scope)
    body = {values.entries: list(entries)}
    return lab.call(values.endpoint, parameters, body=body, credential=credential, client=client)


def entry(
    values: Values, row: str, items: Sequence[tuple[Any, Any, Any]], partial: bool | None = None
) -> dict[str, Any]:
    """One entry of a write: `items` are (id, name, value); without `partial` the member is left out."""
    listed = [{values.item_id: key, values.item_name: name, values.item_value: value} for key, name, value in items]
    flag = {} if partial is None else {values.partial: partial}
    return {values.row: row, values.items: listed, **flag}


def held(values: Values, row: Mapping[str, Any]) -> list[tuple[Any, Any, Any]]:
    """The values that a row shows, as (id, name, value)."""
    shown = row.get(values.shown)
    return [
        (item.get(values.item_id), item.get(values.item_name), item.get(values.item_value))
        for item in (shown if isinstance(shown, list) else [])
        if isinstance(item, dict)
    ]


def item_id(item: Mapping[str, Any], values: Values) -> str:
    """The id of an item, as one text whatever it is and however it is spelt."""
    return str(item.get(values.item_id)).lower()


@dataclass
class Ledger:
    """The rows of one collection as they were, and the operations that can put them back.

    `exact`: a value that the tests are not known to have written is somebody else's, even where they wrote to its
    field. That is for rows that were left alone for long; in a run, it may be what a wrong server made of theirs.
    """

    lab: Lab
    collection: Collection
    before: Rows
    scope: str | None = None
    credential: Credential | None = None
    exact: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """Where these rows belong, in words of the contract and the fixtures."""
        return str(self.collection.endpoint.key), self.scope or ""

    def kept(self, key: str) -> dict[str, Any]:
        """What it takes to put one row back: the members that the tests may write to, as they were."""
        return {name: value for name, value in self.before[key].items() if name in self._written()}

    def changed(self) -> Changes:
        """What differs now."""
        return differences(self.before, self.lab.view(self.collection, self.scope, self.credential).by_id)

    def ours(self) -> Changes:
        """What differs now in the rows and the members that the tests wrote to; the rest is somebody else's.

        Of values, the first of a pair is what to write: what was there, and what others have written meanwhile.
        """
        written, ours = self._written(), {}
        for key, change in self.changed().items():
            if key not in self.lab.touched or key not in self.before:
                continue
            pairs = {name: pair for name, pair in change.items() if name in written}
            for values in self._values():
                if values.shown in pairs:
                    old, new = pairs[values.shown]
                    pairs[values.shown] = self._wanted(values, old, new), new
            if pairs := {name: pair for name, pair in pairs.items() if not same(*pair)}:
                ours[key] = pairs
        return ours

    def _written(self) -> set[str]:
        """The members that the tests set. What follows from them (states, time-stamps) others may have moved."""
        bindings = self.lab.bindings
        return {values.shown for values in bindings.values} | {
            name for actions in bindings.actions for action in actions.actions for name in action.sets
        }

    def _values(self) -> list[Values]:
        return [values for values in self.lab.bindings.values if values.collection is self.collection]

    def _wanted(self, values: Values, old: Any, new: Any) -> Any:
        """The items that were there, with those of others as they are now."""
        others = {
            (item_id(item, values), str(item.get(values.item_name))): item
            for item in (new if isinstance(new, list) else [])
            if isinstance(item, dict) and not self._mine(item, values)
        }
        before = [item for item in (old if isinstance(old, list) else []) if isinstance(item, dict)]
        wanted = [others.pop((item_id(item, values), str(item.get(values.item_name))), item) for item in before]
        return [*wanted, *others.values()] or old

    def _mine(self, item: Mapping[str, Any], values: Values) -> bool:
        wrote = self.lab.wrote.get(item_id(item, values))
        return wrote is not None and (not self.exact or digest_of(item.get(values.item_value)) in wrote)

    def put_back(self) -> Changes:
        """Undo by actions and by writes whatever differs, and return what could not be undone."""
        session = self.lab.session
        note, session.before_write = session.before_write, None  # what puts back is no writing of ours
        try:
            left = self.ours()
            for _ in range(2):
                if not left:
                    break
                self._undo(left)
                left = self.ours()
            return left
        finally:
            session.before_write = note

    def _undo(self, left: Changes) -> None:
        for actions in self.lab.bindings.actions:
            if actions.collection is self.collection:
                self._reverse(actions, left)
        for values in self._values():
            self._rewrite(values, left)

    def _reverse(self, actions: Actions, left: Changes) -> None:
        for action in sorted(actions.actions, key=lambda one: bool(one.stamps)):
            ids = [key for key, change in left.items() if _undoes(action, change)]
            if ids:
                act(self.lab, actions, action.name, ids, self.scope, self.credential)

    def _rewrite(self, values: Values, left: Changes) -> None:
        fixed = self._fixed(values)
        entries = []
        for key, change in left.items():
            if values.shown in change:
                items = held(values, {values.shown: change[values.shown][0]})
                entries.append(entry(values, key, [item for item in items if str(item[0]) not in fixed], False))
        if entries:
            write(self.lab, values, entries, self.scope, self.credential)

    def _fixed(self, values: Values) -> set[str]:
        """Ids that stand for no field, since they are shown under several names: the server adds such items itself."""
        names: dict[str, set[str]] = {}
        for row in self.before.values():
            for key, name, _ in held(values, row):
                names.setdefault(str(key), set()).add(str(name))
        return {key for key, known in names.items() if len(known) > 1}


def _undoes(action: Action, change: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether the action sets a changed field to what it was."""
    return any(name in change and same(change[name][0], value) for name, value in action.sets.items())


def ledgers(lab: Lab) -> list[Ledger]:
    """A ledger for each collection that something writes to: the dataset under test and the others that are known."""
    found = []
    for collection in written_to(lab):
        for scope, credential in scopes(lab):
            try:
                if scope is None:
                    lab.sight[collection.endpoint.key] = _sight(lab, collection)
                rows = lab.view(collection, scope, credential).by_id
            except UnansweredError:
                continue
            found.append(Ledger(lab, collection, rows, scope, credential))
    return found


def written_to(lab: Lab) -> list[Collection]:
    """The collections whose rows some operation writes to."""
    writers: tuple[Actions | Values, ...] = (*lab.bindings.actions, *lab.bindings.values)
    return list({one.collection.endpoint.key: one.collection for one in writers}.values())


def scopes(lab: Lab) -> list[tuple[str | None, Credential | None]]:
    """The datasets that are known and how to get at them; None: the one under test, with its own key."""
    found: list[tuple[str | None, Credential | None]] = [(None, None)]
    if lab.fixtures.other_dataset:
        found.append((lab.fixtures.other_dataset, None))
    if lab.fixtures.other_tenant:
        found.append((lab.fixtures.other_tenant.dataset, lab.other_key))
    return found


def _sight(lab: Lab, collection: Collection) -> int:
    """The fewest pages, up to three, that hold a row of each state that an action is for or must refuse."""
    size = collection.largest
    lab.sight[collection.endpoint.key] = _MOST_PAGES
    rows = lab.view(collection).rows
    states = [
        state
        for actions in lab.bindings.actions
        for action in actions.actions
        for state in (action.on, action.refused_on)
        if state and actions.collection is collection
    ]
    first = [next((place for place, row in enumerate(rows) if matches(row, state)), 0) for state in states]
    return max(first, default=0) // size + 1
