"""What the server keeps and does, free of HTTP. One call is one transaction: it happens whole or not at all.

Every step that a rule depends on is a small method of its own, so that a subclass can be wrong in exactly one way:
`tenant`, `dataset`, `matching`, `count`, `rows`, `values`, `document`, `states`, `require_finished`, `changes`,
`fields`, `fold`, `write`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, update

from diglot.serve.database import Database
from diglot.serve.errors import UnfinishedDocumentError, UnknownDocumentError, UnknownFieldError
from diglot.serve.schema import (
    FOLDED_LIMIT,
    api_keys,
    datasets,
    display_status,
    document_metadata,
    documents,
    metadata,
    metadata_fields,
    shown,
    tenants,
)

Action = Literal["enable", "disable", "archive", "un_archive"]
Value = str | int | float | None
Rows = Mapping[Table, Sequence[Mapping[str, Any]]]

_AT_ONCE = 500  # ids in one statement: every database limits the number of bound parameters

# What every request asks, made once: to make a statement takes longer than SQLite takes to answer it.
_KEYS = select(api_keys.c.digest, tenants.c.id, tenants.c.account_id).join(tenants)
_DATASET = select(datasets.c.id, datasets.c.api_enabled).where(
    datasets.c.id == bindparam("dataset_id"), datasets.c.tenant_id == bindparam("tenant_id")
)
_HELD = document_metadata.c
_VALUES = (
    select(_HELD.document_id, _HELD.field_id, _HELD.value, metadata_fields.c.name, metadata_fields.c.type)
    .join(metadata_fields)
    .where(_HELD.document_id.in_(bindparam("document_ids", expanding=True)))
    .order_by(metadata_fields.c.position)
)


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who holds a key: the tenant, and the account that acts for it."""

    id: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A knowledge base of one tenant."""

    id: str
    api_enabled: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What a list asks for: `page` from 1, `limit` rows a page, filters that combine with AND (None: no filter)."""

    page: int = 1
    limit: int = 20
    keyword: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """New metadata of one document: (field id, field name, value) each; `partial` keeps the values not named."""

    document_id: str
    entries: Sequence[tuple[str, str, Value]]
    partial: bool = False


@dataclass(slots=True)
class Outcome:
    """What the operations on one document come to: its new values by field id, and whether the old ones go."""

    replaces: bool = False
    values: dict[str, Value] = field(default_factory=dict)


class Store:
    """The data at `url` (an SQLAlchemy URL; the default is a private database in memory), with tables made as needed.

    `clock` gives the Unix time in seconds. All ids are UUIDs in lower case.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, ImportError: the database cannot be opened.
    """

    def __init__(self, url: str = "sqlite://", clock: Callable[[], float] = time.time) -> None:
        self._database = Database(url)
        self._clock = clock
        with self._database.writing() as connection:
            metadata.create_all(connection)

    def close(self) -> None:
        """Close the database; one in memory is gone."""
        self._database.close()

    def seed(self, rows: Rows) -> None:
        """Fill an empty store with `rows`, table by table in the order given; one that holds tenants stays as it is."""
        with self._database.writing() as connection:
            if connection.scalar(select(func.count()).select_from(tenants)):
                return
            for table, some in rows.items():
                connection.execute(insert(table), some)

    # Who, and on what

    def tenant(self, key: bytes) -> Tenant | None:
        """The tenant whose API key `key` is. Every key is compared, each in constant time."""
        digest = hashlib.sha256(key).hexdigest()
        with self._database.reading() as connection:
            known = connection.execute(_KEYS).all()
        holders = [Tenant(row.id, row.account_id) for row in known if hmac.compare_digest(row.digest, digest)]
        return holders[0] if holders else None

    def dataset(self, tenant: Tenant, dataset_id: str) -> Dataset | None:
        """The dataset of that id, if it is the tenant's own."""
        with self._database.reading() as connection:
            row = connection.execute(_DATASET, {"dataset_id": dataset_id, "tenant_id": tenant.id}).one_or_none()
        return row and Dataset(row.id, row.api_enabled)

    # The list

    def list_documents(self, dataset_id: str, query: Query) -> tuple[int, list[dict[str, Any]]]:
        """How many documents match, and those of the page asked for, as the API shows them, by position."""
        offset = (query.page - 1) * query.limit
        where = self.matching(dataset_id, query)
        with self._database.reading() as connection:
            total = self.count(connection, where)
            # An offset beyond the end may not fit the database's integers.
            rows = self.rows(connection, where, offset, query.limit) if offset < total else []
            values = self.values(connection, [row["id"] for row in rows])
        return total, [self.document(row, values.get(row["id"], [])) for row in rows]

    def matching(self, dataset_id: str, query: Query) -> list[ColumnElement[bool]]:
        """The conditions that select the documents of `query`, to be combined with AND."""
        where = [documents.c.dataset_id == dataset_id]
        if query.keyword:
            folded = query.keyword.casefold()
            if len(folded) > FOLDED_LIMIT or "\0" in folded:  # no name can hold it, and a database may refuse it
                return [*where, documents.c.id.is_(None)]
            where.append(documents.c.folded_name.contains(folded, autoescape=True))
        if query.status is not None:
            where.append(display_status == query.status)
        return where

    def count(self, connection: Connection, where: Sequence[ColumnElement[bool]]) -> int:
        """How many documents meet all conditions."""
        return connection.execute(select(func.count()).select_from(documents).where(*where)).scalar_one()

    def rows(
        self, connection: Connection, where: Sequence[ColumnElement[bool]], offset: int, limit: int
    ) -> Sequence[dict[str, Any]]:
        """One page of the documents that meet all conditions, in an order that no call changes."""
        order = (documents.c.position, documents.c.id)
        found = connection.execute(select(*shown).where(*where).order_by(*order).offset(offset).limit(limit))
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]

    def values(self, connection: Connection, document_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The metadata of each of at most one page of documents, in the order of the dataset's fields."""
        found: dict[str, list[dict[str, Any]]] = {}
        for document_id, field_id, value, name, type_ in connection.execute(_VALUES, {"document_ids": document_ids}):
            entry = {"id": field_id, "name": name, "type": type_, "value": json.loads(value)}
            found.setdefault(document_id, []).append(entry)
        return found

    def document(self, row: dict[str, Any], values: list[dict[str, Any]]) -> dict[str, Any]:
        """One document as the API shows it."""
        return {**row, "doc_metadata": values}

    # Status

    def set_status(self, dataset_id: str, document_ids: Collection[str], action: Action, account_id: str) -> None:
        """Apply `action` to every document named, on behalf of an account.

        Raises:
            UnknownDocumentError: the dataset does not hold one of them.
            UnfinishedDocumentError: one that is to be disabled is not completely indexed.
        """
        with self._database.writing() as connection:
            states = self.states(connection, dataset_id, document_ids)
            if action == "disable":
                self.require_finished(states)
            condition, changes = self.changes(action, account_id)
            for some in _chunks(states):
                connection.execute(update(documents).where(documents.c.id.in_(some), condition).values(changes))

    def states(self, connection: Connection, dataset_id: str, document_ids: Collection[str]) -> dict[str, str]:
        """The `indexing_status` of every document named, each locked until the transaction ends.

        Raises:
            UnknownDocumentError: the dataset does not hold one of them.
        """
        wanted = sorted(set(document_ids))
        found: dict[str, str] = {}
        for some in _chunks(wanted):
            query = select(documents.c.id, documents.c.indexing_status).where(
                documents.c.dataset_id == dataset_id, documents.c.id.in_(some)
            )
            # Locks are taken in the order of the ids, so that two batches never wait for each other.
            found |= {row.id: row.indexing_status for row in connection.execute(query.order_by("id").with_for_update())}
            if not found.keys() >= set(some):
                raise UnknownDocumentError
        return found

    def require_finished(self, states: Mapping[str, str]) -> None:
        """Refuse the batch when one of its documents is not completely indexed.

        Raises:
            UnfinishedDocumentError: always then.
        """
        if any(state != "completed" for state in states.values()):
            raise UnfinishedDocumentError

    def changes(self, action: Action, account_id: str) -> tuple[ColumnElement[bool], dict[str, Any]]:
        """What an action sets, and on which documents: one disabled twice keeps the time and account of the first."""
        every = documents.c.id.is_not(None)
        if action == "enable":
            return every, {"enabled": True, "disabled_at": None, "disabled_by": None}
        if action == "disable":
            now = int(self._clock())
            return documents.c.enabled, {"enabled": False, "disabled_at": now, "disabled_by": account_id}
        return every, {"archived": action == "archive"}

    # Metadata

    def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
        """Write metadata values, in the order given.

        Raises:
            UnknownDocumentError: the dataset does not hold one of the documents.
            UnknownFieldError: an entry names no field of the dataset, by id and name together.
        """
        with self._database.writing() as connection:
            self.states(connection, dataset_id, [operation.document_id for operation in operations])
            fields = self.fields(connection, dataset_id)
            if any(fields.get(id_) != name for operation in operations for id_, name, _ in operation.entries):
                raise UnknownFieldError
            self.write(connection, self.fold(operations))

    def fields(self, connection: Connection, dataset_id: str) -> dict[str, str]:
        """The metadata fields of a dataset: id -> name."""
        query = select(metadata_fields.c.id, metadata_fields.c.name).where(metadata_fields.c.dataset_id == dataset_id)
        return {row.id: row.name for row in connection.execute(query)}

    def fold(self, operations: Sequence[Operation]) -> dict[str, Outcome]:
        """What the operations come to for each document: later values win, a replacing one forgets those before it."""
        outcomes: dict[str, Outcome] = {}
        for operation in operations:
            outcome = outcomes.setdefault(operation.document_id, Outcome())
            if not operation.partial:
                outcome.replaces, outcome.values = True, {}
            outcome.values.update({id_: value for id_, _, value in operation.entries})
        return outcomes

    def write(self, connection: Connection, outcomes: Mapping[str, Outcome]) -> None:
        """Put the new values in the place of the old ones, field by field unless a document's values are replaced."""
        held = document_metadata.c
        for some in _chunks([id_ for id_, outcome in outcomes.items() if outcome.replaces]):
            connection.execute(delete(document_metadata).where(held.document_id.in_(some)))
        for id_, outcome in outcomes.items():
            if outcome.values and not outcome.replaces:
                old = delete(document_metadata).where(held.document_id == id_, held.field_id.in_(outcome.values))
                connection.execute(old)
        new = [
            {"document_id": id_, "field_id": field_id, "value": json.dumps(value)}
            for id_, outcome in outcomes.items()
            for field_id, value in outcome.values.items()
        ]
        if new:
            connection.execute(insert(document_metadata), new)


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    every = list(ids)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
