"""Servers that are wrong in what they keep, find and do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import update

from diglot.serve.app import create_app
from diglot.serve.faults.fault import App
from diglot.serve.faults.wrapping import Json
from diglot.serve.schema import documents
from diglot.serve.seed import demo
from diglot.serve.store import Action, Dataset, Operation, Query, Store, Tenant, Value

DEMO = demo()
EVERY = Query(page=1, limit=1000)
INVERSE: dict[Action, Action] = {
    "enable": "disable",
    "disable": "enable",
    "archive": "un_archive",
    "un_archive": "archive",
}


ONE_WORD_MORE: Json = {"word_count": documents.c.word_count + 1}
ANOTHER_NAME: Json = {"name": documents.c.name + "~", "folded_name": documents.c.folded_name + "~"}


class Tampered(Store):
    """A store that can be changed past its own rules."""

    def all_rows(self, dataset_id: str) -> list[Json]:
        """Every document of a dataset as the API shows it."""
        return Store.list_documents(self, dataset_id, EVERY)[1]

    def put(self, ids: Sequence[str], **columns: Any) -> None:
        """Set columns of some documents."""
        with self._database.writing() as connection:
            connection.execute(update(documents).where(documents.c.id.in_(ids)).values(columns))


@dataclass(frozen=True, slots=True)
class Act:
    """One call that sets the status of documents, and what is to be done about it."""

    store: Tampered
    dataset_id: str
    ids: list[str]
    action: Action
    account: str

    def really(self, ids: Sequence[str] | None = None, action: Action | None = None) -> None:
        """Do what the call asks for, or that to other documents, or another thing."""
        wanted = self.ids if ids is None else list(ids)
        Store.set_status(self.store, self.dataset_id, wanted, action or self.action, self.account)

    def rows(self) -> dict[str, Json]:
        """The documents of the dataset, by id."""
        return {row["id"]: row for row in self.store.all_rows(self.dataset_id)}


def acting(act: Callable[[Act], object]) -> App:
    """A server that does something else than what an action asks for."""

    class Acting(Tampered):
        def set_status(self, dataset_id: str, document_ids: Any, action: Action, account_id: str) -> None:
            act(Act(self, dataset_id, list(document_ids), action, account_id))

    return create_app(store=Acting())


def changing(action: Action, change: Callable[[Json, str], Json]) -> App:
    """A server that sets other columns for one action: (columns, account) -> columns."""

    class Changing(Store):
        def changes(self, asked: Action, account_id: str) -> Any:
            condition, columns = super().changes(asked, account_id)
            return condition, change(dict(columns), account_id) if asked == action else columns

    return create_app(store=Changing())


def folding(change: Callable[[list[Operation]], list[Operation]]) -> App:
    """A server that writes other values than those it was given."""

    class Folding(Store):
        def fold(self, operations: Sequence[Operation]) -> Any:
            return super().fold(change(list(operations)))

    return create_app(store=Folding())


def keeping(change: Callable[[Any], Value]) -> App:
    """A server that keeps another value for each value that it is given."""

    def changed(operation: Operation) -> Operation:
        return replace(operation, entries=[(key, name, change(value)) for key, name, value in operation.entries])

    return folding(lambda operations: [changed(one) for one in operations])


def writing(write: Callable[[Tampered, str, list[Operation], Callable[[list[Operation]], None]], object]) -> App:
    """A server that does something else when it writes values: (store, dataset, operations, what it should do)."""

    class Writing(Tampered):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            def really(some: list[Operation]) -> None:
                Store.set_metadata(self, dataset_id, some)

            write(self, dataset_id, list(operations), really)

    return create_app(store=Writing())


def datasets(find: Callable[[Store, Tenant, str, Dataset | None], Dataset | None]) -> App:
    """A server that finds other datasets than it should."""

    class Finding(Store):
        def dataset(self, tenant: Tenant, dataset_id: str) -> Dataset | None:
            return find(self, tenant, dataset_id, super().dataset(tenant, dataset_id))

    return create_app(store=Finding())


def selecting(fits: Callable[[Json, Query], bool]) -> App:
    """A server that selects documents by its own idea, and then counts and pages what it selected: (row, query)."""
    return paging(lambda rows, query: rows[(query.page - 1) * query.limit : query.page * query.limit], fits)


def paging(cut: Callable[[list[Json], Query], list[Json]], fits: Callable[[Json, Query], bool] | None = None) -> App:
    """A server that cuts pages by its own idea: (all rows that match, query) -> the rows of the page."""

    class Paging(Store):
        def list_documents(self, dataset_id: str, query: Query) -> tuple[int, list[Json]]:
            given = EVERY if fits else replace(query, page=1, limit=EVERY.limit)
            rows = [row for row in super().list_documents(dataset_id, given)[1] if fits is None or fits(row, query)]
            return len(rows), cut(rows, query)

    return create_app(store=Paging())


def has_text(row: Json, query: Query) -> bool:
    """Whether a document's name holds the keyword, as it should be searched."""
    return (query.keyword or "").casefold() in row["name"].casefold()


def has_state(row: Json, query: Query) -> bool:
    """Whether a document is in the state asked for."""
    return query.status in (None, row["display_status"])


def searching(found: Callable[[str, Json], bool]) -> App:
    """A server that searches otherwise: (keyword, row)."""
    return selecting(lambda row, query: has_state(row, query) and (not query.keyword or found(query.keyword, row)))


def grouping(belongs: Callable[[str, Json], bool]) -> App:
    """A server that filters otherwise by status: (status, row)."""
    return selecting(lambda row, query: has_text(row, query) and (query.status is None or belongs(query.status, row)))
