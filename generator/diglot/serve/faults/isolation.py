"""Datasets and tenants whose border is open, for one operation or for all."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dify_knowledge.server import Refusal
from diglot.serve.app import Handlers, create_app
from diglot.serve.errors import UnknownDocumentError
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import DEMO, INVERSE, Act, Tampered, acting, datasets
from diglot.serve.faults.wrapping import Json, erring
from diglot.serve.store import Dataset, Query, Store, Tenant


def _only(find: Callable[[str, Dataset | None], Dataset | None], *operations: str) -> App:
    """A server that finds other datasets for some operations, by the names of their handlers: (id, dataset)."""

    class Finding(Handlers):
        def admit(self, context: Tenant, name: str, path: Mapping[str, str], /) -> None:
            key = path["dataset_id"].lower()
            if name in operations and find(key, self.store.dataset(context, key)) is not None:
                return
            super().admit(context, name, path)

    return create_app(handlers=Finding)


_UUID_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_LIST, _STATUS, _VALUES = "list_documents", "batch_update_document_status", "batch_update_document_metadata"
_ONE_BY_ONE = {"lists": _LIST, "sets the status": _STATUS, "writes values": _VALUES}


def _open(key: str, found: Dataset | None) -> Dataset | None:
    return found or (Dataset(key, True) if key in (DEMO.dataset, DEMO.foreign_dataset) else None)


def _answered(key: str, found: Dataset | None) -> Dataset | None:
    foreign = (DEMO.dataset, DEMO.other_dataset, DEMO.foreign_dataset)
    return found or (Dataset(key, True) if _UUID_TEXT.fullmatch(key) and key not in foreign else None)


def _wide(find: Callable[[Tampered, str], Sequence[str]], *actions: str) -> App:
    """A server that finds documents of other datasets for some actions: (store, dataset) -> further datasets."""

    def do(act: Act) -> None:
        strays = {
            key for other in find(act.store, act.dataset_id) for key in (row["id"] for row in act.store.all_rows(other))
        }
        mine = [key for key in act.ids if key not in strays or act.action not in actions]
        act.really(mine)
        others = [key for key in act.ids if key not in mine]
        columns = {"enabled": act.action == "enable"} if "able" in act.action else {"archived": act.action == "archive"}
        act.store.put(others, **columns)

    return acting(do)


def _same_tenant(_store: Tampered, dataset_id: str) -> Sequence[str]:
    return [one for one in (DEMO.dataset, DEMO.other_dataset) if one != dataset_id]


def _any_tenant(_store: Tampered, dataset_id: str) -> Sequence[str]:
    return [one for one in (DEMO.dataset, DEMO.foreign_dataset) if one != dataset_id]


def _writes_wide(*others: str) -> App:
    """A server that writes values on documents of other datasets too, as they are named."""

    class Wide(Store):
        def states(self, connection: Any, dataset_id: str, document_ids: Any) -> dict[str, str]:
            found: dict[str, str] = {}
            for one in document_ids:
                found |= self._state(connection, (dataset_id, *others), one)
            return found

        def _state(self, connection: Any, datasets_: Sequence[str], one: str) -> dict[str, str]:
            for dataset_id in datasets_:
                with contextlib.suppress(UnknownDocumentError):
                    return super().states(connection, dataset_id, [one])
            raise UnknownDocumentError

        def set_status(self, dataset_id: str, document_ids: Any, action: Any, account_id: str) -> None:
            with self._database.writing() as connection:
                Store.states(self, connection, dataset_id, document_ids)
            super().set_status(dataset_id, document_ids, action, account_id)

    return create_app(store=Wide())


def _knows_fields_of_any_dataset() -> App:
    class Knowing(Store):
        def fields(self, connection: Any, dataset_id: str) -> dict[str, str]:
            every = (DEMO.dataset, DEMO.other_dataset, DEMO.foreign_dataset)
            return {
                key: name for one in every for key, name in Store.fields(self, connection, one).items()
            } | super().fields(connection, dataset_id)

    return create_app(store=Knowing())


def _lists_a_stray(dataset: str) -> App:
    """One document of another dataset is listed in place of the last one of a full first page."""

    class Stray(Tampered):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, query)
            if dataset_id == DEMO.dataset and rows and query.page * query.limit >= total:
                rows = [*rows[:-1], self.all_rows(dataset)[0]]
            return total, rows

    return create_app(store=Stray())


def _acts_before_it_refuses() -> App:
    """What a call asks of another tenant's dataset is done, and then refused."""

    class Hasty(Handlers):
        def admit(self, context: Tenant, name: str, path: Mapping[str, str], /) -> None:
            try:
                super().admit(context, name, path)
            except Refusal:
                if name != _LIST and path["dataset_id"] == DEMO.foreign_dataset:
                    rows = self.store.list_documents(DEMO.foreign_dataset, Query())[1]
                    self.store.set_status(DEMO.foreign_dataset, [rows[0]["id"]], "archive", "nobody")
                raise

    return create_app(handlers=Hasty)


def _calling(status: int, code: str, *names: str) -> App:
    """A server that refuses some datasets with another status."""

    def change(scope: Any, error: Json) -> tuple[int, Json] | None:
        return (
            (status, {**error, "code": code, "status": status}) if any(one in scope["path"] for one in names) else None
        )

    return erring(change, 403, 404)


_STRAYS = "dataset-boundary-crossed tenant-boundary-crossed"

FAULTS = family(
    "isolation",
    "scope.",
    wrong(
        "forgets whose dataset it is",
        "tenant-boundary-crossed",
        lambda: datasets(lambda _store, _tenant, key, found: _open(key, found)),
    ),
    *(
        wrong(f"{name} in the dataset of another tenant", "tenant-boundary-crossed", partial(_only, _open, handler))
        for name, handler in _ONE_BY_ONE.items()
    ),
    wrong(
        "answers for any dataset",
        "unknown-scope-answered",
        lambda: datasets(lambda _store, _tenant, key, found: _answered(key, found)),
    ),
    *(
        wrong(f"{name} in a dataset that there is not", "unknown-scope-answered", partial(_only, _answered, handler))
        for name, handler in _ONE_BY_ONE.items()
    ),
    wrong(
        "opens the closed dataset",
        "access-disabled-ignored",
        lambda: datasets(lambda _store, _tenant, _key, found: found and Dataset(found.id, True)),
    ),
    *(
        wrong(
            f"{name} in the closed dataset", "access-disabled-ignored", partial(_only, lambda _, found: found, handler)
        )
        for name, handler in _ONE_BY_ONE.items()
    ),
    # statuses
    wrong(
        "calls the dataset of another tenant forbidden",
        "refusal-status-wrong",
        lambda: _calling(403, "forbidden", DEMO.foreign_dataset),
    ),
    wrong(
        "calls the closed dataset not found",
        "refusal-status-wrong",
        lambda: _calling(404, "not_found", DEMO.api_disabled_dataset),
    ),
    wrong(
        "calls an unknown dataset invalid",
        "refusal-status-wrong",
        lambda: erring(
            lambda _, error: (
                (400, {**error, "code": "invalid_param", "status": 400}) if "Knowledge" in error["message"] else None
            ),
            404,
        ),
    ),
    wrong(
        "breaks on an unknown dataset",
        "server-error",
        lambda: erring(
            lambda _, error: (500, {**error, "status": 500}) if "Knowledge" in error["message"] else None, 404
        ),
    ),
    # documents of others
    wrong(
        "lists a document of another dataset",
        _STRAYS + " pages-overlap-or-gap",
        lambda: _lists_a_stray(DEMO.other_dataset),
    ),
    wrong(
        "lists a document of another tenant",
        _STRAYS + " pages-overlap-or-gap",
        lambda: _lists_a_stray(DEMO.foreign_dataset),
    ),
    *(
        wrong(
            f"finds documents of any dataset to {name}",
            _STRAYS + " unknown-row-accepted",
            partial(_wide, _same_tenant, name),
        )
        for name in INVERSE
    ),
    wrong("finds documents of any tenant", _STRAYS + " unknown-row-accepted", lambda: _wide(_any_tenant, *INVERSE)),
    wrong(
        "finds documents of another dataset to write on",
        _STRAYS + " unknown-row-accepted",
        lambda: _writes_wide(DEMO.dataset, DEMO.other_dataset),
    ),
    wrong(
        "finds documents of another tenant to write on",
        _STRAYS + " unknown-row-accepted",
        lambda: _writes_wide(DEMO.foreign_dataset),
    ),
    wrong(
        "knows the fields of any dataset",
        "dataset-boundary-crossed unknown-field-accepted",
        _knows_fields_of_any_dataset,
        laws="scope. values.",
    ),
    wrong(
        "acts on another tenant before it refuses",
        "tenant-boundary-crossed refused-write-changed",
        _acts_before_it_refuses,
    ),
)
