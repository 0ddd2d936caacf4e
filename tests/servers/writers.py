"""Servers that write wrongly in ways of their own, and right ones that refuse what they may."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from dify_knowledge import models
from diglot.serve.app import Handlers, create_app
from diglot.serve.errors import UnfinishedDocumentError
from diglot.serve.refusals import invalid_param
from diglot.serve.seed import demo
from diglot.serve.store import Operation, Query, Store, Tenant

App = Any
Really = Callable[..., None]
DEMO = demo()
_NETWORK = 0.01  # seconds that a slow network to the database takes


def acting(do: Callable[[Store, list[str], str, Really], None]) -> App:
    """A server whose actions are `do(store, ids, action, really)`; `really(ids, action)` does what is right."""

    class Acting(Store):
        def set_status(self, dataset_id: str, ids: Collection[str], action: Any, account: str) -> None:
            def really(some: Collection[str], what: str = action) -> None:
                Store.set_status(self, dataset_id, some, what, account)  # type: ignore[arg-type]

            do(self, list(ids), action, really)

    return create_app(store=Acting())


def folding(change: Callable[[list[Operation]], list[Operation]]) -> App:
    """A server that writes other values than those it was given."""

    class Folding(Store):
        def fold(self, operations: Sequence[Operation]) -> Any:
            return super().fold(change(list(operations)))

    return create_app(store=Folding())


def saying(change: Callable[[str], Any]) -> App:
    """A server that keeps another text than it was given."""

    def changed(value: Any) -> Any:
        return change(value) if isinstance(value, str) else value

    return folding(
        lambda operations: [
            replace(one, entries=[(key, name, changed(value)) for key, name, value in one.entries])
            for one in operations
        ]
    )


def counting(change: Callable[[float], Any]) -> App:
    """A server that keeps another number than it was given."""

    def changed(value: Any) -> Any:
        return change(value) if isinstance(value, int | float) else value

    return folding(
        lambda operations: [
            replace(one, entries=[(key, name, changed(value)) for key, name, value in one.entries])
            for one in operations
        ]
    )


def stops_after_fifty() -> App:
    return acting(lambda store, ids, action, really: really(list(dict.fromkeys(ids))[:50]))


def does_what_is_after_the_fault() -> App:
    def do(store: Store, ids: list[str], action: str, really: Really) -> None:
        for one in reversed(ids):
            really([one])

    return acting(do)


def archived(store: Store, dataset: str) -> list[str]:
    return [row["id"] for row in store.list_documents(dataset, Query(limit=1000, status="archived"))[1]]


def un_archives_what_it_disables() -> App:
    def do(store: Store, ids: list[str], action: str, really: Really) -> None:
        really(ids)
        if action == "disable":
            really([one for one in ids if one in archived(store, DEMO.dataset)], "un_archive")

    return acting(do)


def archives_the_twin_in_another_dataset() -> App:
    def do(store: Store, ids: list[str], action: str, really: Really) -> None:
        really(ids)
        rows = store.list_documents(DEMO.dataset, Query(limit=1000))[1]
        places = {row["position"] for row in rows if row["id"] in ids}
        others = store.list_documents(DEMO.other_dataset, Query(limit=1000))[1]
        if action == "archive":
            twins = [row["id"] for row in others if row["position"] in places]
            Store.set_status(store, DEMO.other_dataset, twins, "archive", "nobody")

    return acting(do)


def acts_alone(lost: bool) -> App:
    """Of two actions at once, one is refused, or says that it was done."""
    busy = threading.Lock()

    def do(store: Store, ids: list[str], action: str, really: Really) -> None:
        if not busy.acquire(blocking=False):
            if lost:
                return
            raise UnfinishedDocumentError
        try:
            time.sleep(_NETWORK)
        finally:
            busy.release()
        really(ids)

    return acting(do)


def answers_the_question_of_another() -> App:
    last: dict[str, Any] = {}

    class Shared(Store):
        def list_documents(self, dataset_id: str, query: Query) -> Any:
            last["asked"] = (dataset_id, query)
            time.sleep(_NETWORK)
            return super().list_documents(*last["asked"])

    return create_app(store=Shared())


def shows_changes_late() -> App:
    """A list is as it was before the last change until some tenths of a second have gone by."""
    held: dict[str, Any] = {"until": 0.0}

    class Late(Store):
        def set_status(self, dataset_id: str, ids: Collection[str], action: Any, account: str) -> None:
            rows = super().list_documents(dataset_id, Query(limit=1000))[1]
            super().set_status(dataset_id, ids, action, account)
            held.update(rows={row["id"]: row for row in rows}, until=time.monotonic() + 0.3)

        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, query)
            late = time.monotonic() < held["until"]
            return total, [held["rows"].get(row["id"], row) if late else row for row in rows]

    return create_app(store=Late())


def keeps_the_last_entry_of_a_document() -> App:
    return folding(lambda operations: list({one.document_id: one for one in operations}.values()))


def passes_over_empty_entries() -> App:
    return folding(lambda operations: [one for one in operations if one.entries])


def knows_fields_by_their_names() -> App:
    class ByName(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            ids = {one.name: one.id for one in DEMO.metadata_fields}
            known = [
                replace(one, entries=[(ids.get(name, key), name, value) for key, name, value in one.entries])
                for one in operations
            ]
            super().set_metadata(dataset_id, known)

    return create_app(store=ByName())


def calls_all_fields_text() -> App:
    class Text(Store):
        def document(self, row: Any, values: list[dict[str, Any]]) -> dict[str, Any]:
            return super().document(row, [{**one, "type": "string"} for one in values])

    return create_app(store=Text())


class _Choosy(Handlers):
    """A right server that takes short texts only, and no control characters."""

    def batch_update_document_metadata(
        self, context: Tenant, /, dataset_id: UUID, *, operation_data: list[models.DocumentMetadataOperation]
    ) -> models.BatchUpdateDocumentMetadataResponse:
        values = [entry.value for one in operation_data for entry in one.metadata_list]
        texts = [value for value in values if isinstance(value, str)]
        if any(len(text) > 300 or any(char < "\t" for char in text) for text in texts):
            raise invalid_param("value: is not taken")
        return super().batch_update_document_metadata(context, dataset_id, operation_data=operation_data)


def takes_short_texts_only() -> App:
    return create_app(handlers=_Choosy)


def shows_entries_of_its_own() -> App:
    """A right server: every document shows its name as an entry that nobody can write."""

    class Own(Store):
        def document(self, row: Any, values: list[dict[str, Any]]) -> dict[str, Any]:
            own = {"id": "built-in", "name": "document_name", "type": "string", "value": row["name"]}
            return super().document(row, [*values, own])

    return create_app(store=Own())


def serves_one_connection() -> App:
    """A right server that leaves every connection but the first without an answer."""
    inner, served = create_app(), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        served.append(scope["client"])
        if scope["client"] == served[0]:
            await inner(scope, receive, send)
            return
        while (await receive())["type"] != "http.disconnect":
            pass

    return app
