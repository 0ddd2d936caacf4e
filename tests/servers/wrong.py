"""Each function below makes a server that is wrong in exactly one way; `FAULTS` says which rule must name it.

Some are wrong in what they keep (`Store`), some in what they ask and answer (`Handlers`), some on the wire: in what
they hear (`mishear`) or in what they say (`rewire`).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from dify_knowledge import models
from dify_knowledge.server import Misfit, Received, Refusal
from diglot.serve.app import Handlers, create_app
from diglot.serve.errors import UnknownDocumentError, UnknownFieldError
from diglot.serve.refusals import invalid_param, not_found
from diglot.serve.seed import demo
from diglot.serve.store import Dataset, Operation, Store, Tenant

Json = dict[str, Any]
App = Callable[..., Any]
DEMO = demo()


@dataclass(frozen=True)
class Fault:
    """A server, the rule that must name its fault, and the laws that suffice to find it (empty: fuzzing does)."""

    rule: str
    laws: tuple[str, ...]
    make: Callable[[], App]

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.make.__name__}"


FAULTS: list[Fault] = []


def fault(rule: str, *laws: str) -> Callable[[Callable[[], App]], Callable[[], App]]:
    def register(make: Callable[[], App]) -> Callable[[], App]:
        FAULTS.append(Fault(rule, laws, make))
        return make

    return register


def asked(scope: Json) -> dict[str, str]:
    query = scope["query_string"].decode()
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def listing(change: Callable[[Json, dict[str, str]], object]) -> App:
    """A server whose list answers are changed after the fact."""

    def changed(scope: Json, status: int, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        if scope["method"] == "GET" and status == 200:
            answer = json.loads(body)
            change(answer, asked(scope))
            body = json.dumps(answer).encode()
        return status, headers, body

    return rewire(changed)


def asking(change: Callable[[dict[str, str]], Mapping[str, str | None]]) -> App:
    """A server that answers another list question than the one that was asked."""

    def reasked(scope: Json, body: bytes) -> tuple[Json, bytes]:
        if scope["method"] == "GET":
            query = asked(scope)
            kept = {name: value for name, value in {**query, **change(query)}.items() if value is not None}
            scope = {**scope, "query_string": urlencode(kept).encode()}
        return scope, body

    return mishear(reasked)


def mishear(change: Callable[[Json, bytes], tuple[Json, bytes]]) -> App:
    """A server that hears another request than the one that was sent: (scope, body) -> the same two."""
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        chunks, message = [], {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            chunks.append(message.get("body", b""))
        scope, body = change(scope, b"".join(chunks))

        async def replay() -> Json:
            return {"type": "http.request", "body": body}

        await inner(scope, replay, send)

    return app


def rewire(change: Callable[[Json, int, list[tuple[bytes, bytes]], bytes], tuple[int, Any, bytes]]) -> App:
    """A server whose answers are changed on their way out: (scope, status, headers, body) -> the last three."""
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        await inner(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        headers = [pair for pair in sent[0]["headers"] if pair[0] != b"content-length"]
        status, headers, body = change(scope, sent[0]["status"], headers, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


# --- pages


@fault("page-size-ignored", "paging.size")
def ignores_the_limit() -> App:
    return asking(lambda query: {"limit": "20"} if "page" in query else {})


@fault("pages-overlap-or-gap", "paging.partition")
def overlaps_by_one_row() -> App:
    class Overlapping(Store):
        def list_documents(self, dataset_id: str, query: Any) -> Any:
            total, rows = super().list_documents(dataset_id, query)
            if query.page > 1 and rows:
                before = super().list_documents(dataset_id, replace(query, page=query.page - 1))[1]
                rows = [before[-1], *rows][: query.limit]
            return total, rows

    return create_app(store=Overlapping())


@fault("pages-overlap-or-gap", "paging.partition")
def ignores_the_page() -> App:
    return asking(lambda query: {"page": "1"})


@fault("order-unstable", "paging.order")
def shuffles() -> App:
    turn = [0]

    def rotate(answer: Json, _query: dict[str, str]) -> None:
        turn[0] += 1
        shift = turn[0] % max(len(answer["data"]), 1)
        answer["data"] = answer["data"][shift:] + answer["data"][:shift]

    return listing(rotate)


@fault("page-past-end-wrong", "paging.partition")
def repeats_the_last_page() -> App:
    class Repeating(Store):
        def list_documents(self, dataset_id: str, query: Any) -> Any:
            total, _ = super().list_documents(dataset_id, query)
            last = max(-(-total // query.limit), 1)
            return super().list_documents(dataset_id, replace(query, page=min(query.page, last)))

    return create_app(store=Repeating())


@fault("page-echo-wrong", "paging.echo")
def counts_pages_from_zero() -> App:
    return listing(lambda answer, query: answer.update(page=answer["page"] - 1))


@fault("total-wrong", "paging.total")
def totals_the_page() -> App:
    return listing(lambda answer, query: answer.update(total=len(answer["data"])))


@fault("has-more-wrong", "paging.more")
def has_more_when_the_page_is_full() -> App:
    return listing(lambda answer, query: answer.update(has_more=len(answer["data"]) == answer["limit"]))


@fault("has-more-wrong", "paging.more")
def never_has_more() -> App:
    return listing(lambda answer, query: answer.update(has_more=False))


@fault("page-size-cap-wrong", "paging.cap")
def echoes_the_limit_asked_for() -> App:
    return listing(lambda answer, query: answer.update(limit=int(query.get("limit", 20))))


@fault("page-size-cap-wrong", "paging.cap")
def caps_at_fifty() -> App:
    return asking(lambda query: {"limit": "50"} if int(query.get("limit", 20)) > 100 else {})


@fault("page-default-differs", "paging.defaults")
def defaults_to_ten() -> App:
    return asking(lambda query: {"limit": query.get("limit", "10")})


@fault("empty-page-wrong", "paging.empty")
def totals_one_at_least() -> App:
    return listing(lambda answer, query: answer.update(total=max(answer["total"], 1)))


# --- filters


@fault("filter-wrong", "filter.contains")
def ignores_the_keyword() -> App:
    return asking(lambda query: {"keyword": None})


@fault("filter-wrong", "filter.contains")
def takes_percent_for_a_wildcard() -> App:
    return asking(lambda query: {"keyword": None} if query.get("keyword") in ("%", "_") else {})


@fault("filter-wrong", "filter.contains")
def distinguishes_letter_case() -> App:
    def sensitive(answer: Json, query: dict[str, str]) -> None:
        answer["data"] = [row for row in answer["data"] if query.get("keyword", "") in row["name"]]

    return listing(sensitive)


@fault("filter-wrong", "filter.equals")
def calls_archived_available() -> App:
    return asking(lambda query: {"status": "available"} if query.get("status") == "archived" else {})


@fault("filter-total-wrong", "filter.within")
def totals_without_the_filter() -> App:
    return listing(lambda answer, query: answer.update(total=130) if "keyword" in query else None)


@fault("filter-more-wrong", "filter.within")
def has_more_without_the_filter() -> App:
    return listing(lambda answer, query: answer.update(has_more=answer["page"] * answer["limit"] < 130))


@fault("filter-pages-wrong", "filter.within")
def pages_before_it_filters() -> App:
    class Repeating(Store):
        def list_documents(self, dataset_id: str, query: Any) -> Any:
            return super().list_documents(dataset_id, replace(query, page=1) if query.status else query)

    return create_app(store=Repeating())


@fault("filters-not-combined", "filter.combined")
def forgets_the_status_beside_a_keyword() -> App:
    return asking(lambda query: {"status": None} if "keyword" in query else {})


@fault("derived-field-wrong", "filter.derived")
def shows_paused_as_indexing() -> App:
    def confuse(answer: Json, _query: dict[str, str]) -> None:
        for row in answer["data"]:
            if row["display_status"] == "paused":
                row["display_status"] = "indexing"

    return listing(confuse)


@fault("filter-stale", "action.effect")
def remembers_filtered_answers() -> App:
    remembered: dict[str, Json] = {}

    def recall(answer: Json, query: dict[str, str]) -> None:
        if query.get("status"):
            first = remembered.setdefault(query["status"], json.loads(json.dumps(answer)))
            answer.clear()
            answer.update(first)

    return listing(recall)


# --- actions


class StatusStore(Store):
    """A store whose `set_status` is overridden below; `really` is what it should have done."""

    def really(self, dataset_id: str, ids: Collection[str], action: str, account: str) -> None:
        super().set_status(dataset_id, ids, action, account)  # type: ignore[arg-type]


@fault("action-without-effect", "action.effect")
def only_says_that_it_archives() -> App:
    class Idle(StatusStore):
        def set_status(self, dataset_id: str, ids: Collection[str], action: str, account: str) -> None:
            if action != "archive":
                self.really(dataset_id, ids, action, account)

    return create_app(store=Idle())


@fault("action-effect-wrong", "action.effect")
def forgets_who_disabled() -> App:
    class Anonymous(Store):
        def changes(self, action: Any, account_id: str) -> Any:
            condition, changes = super().changes(action, account_id)
            return condition, {**changes, "disabled_by": None} if action == "disable" else changes

    return create_app(store=Anonymous())


@fault("action-effect-wrong", "action.effect")
def stamps_milliseconds() -> App:
    return create_app(store=Store(clock=lambda: time.time() * 1000))


@fault("action-side-effect", "action.effect")
def archives_and_disables() -> App:
    class Thorough(Store):
        def changes(self, action: Any, account_id: str) -> Any:
            condition, changes = super().changes(action, account_id)
            return condition, {**changes, "enabled": False} if action == "archive" else changes

    return create_app(store=Thorough())


@fault("action-side-effect", "action.effect")
def disables_the_neighbour_too() -> App:
    class Clumsy(StatusStore):
        def set_status(self, dataset_id: str, ids: Collection[str], action: str, account: str) -> None:
            self.really(dataset_id, ids, action, account)
            if action == "disable" and ids:
                _, rows = self.list_documents(dataset_id, _all("available"))
                self.really(dataset_id, [rows[0]["id"]], action, account)

    return create_app(store=Clumsy())


def _all(status: str | None = None) -> Any:
    from diglot.serve.store import Query

    return Query(page=1, limit=100, status=status)


@fault("action-not-undone", "action.undo")
def keeps_the_stamp_when_enabling() -> App:
    class Sticky(Store):
        def changes(self, action: Any, account_id: str) -> Any:
            condition, changes = super().changes(action, account_id)
            return condition, {"enabled": True} if action == "enable" else changes

    return create_app(store=Sticky())


@fault("action-not-idempotent", "action.")
def stamps_anew() -> App:
    class Restless(Store):
        def changes(self, action: Any, account_id: str) -> Any:
            _, changes = super().changes(action, account_id)
            return super().changes("enable", account_id)[0], changes

    return create_app(store=Restless())


@fault("batch-incomplete", "action.batch")
def stops_after_ten() -> App:
    class Tired(StatusStore):
        def set_status(self, dataset_id: str, ids: Collection[str], action: str, account: str) -> None:
            self.really(dataset_id, list(dict.fromkeys(ids))[:10], action, account)

    return create_app(store=Tired())


@fault("unknown-row-accepted", "action.unknown")
def passes_over_unknown_documents() -> App:
    class Lenient(Store):
        def states(self, connection: Any, dataset_id: str, document_ids: Collection[str]) -> dict[str, str]:
            found = {}
            for one in document_ids:
                try:
                    found |= super().states(connection, dataset_id, [one])
                except UnknownDocumentError:
                    continue
            return found

    return create_app(store=Lenient())


@fault("batch-not-atomic", "action.unknown")
def does_what_comes_before_the_fault() -> App:
    class Eager(StatusStore):
        def set_status(self, dataset_id: str, ids: Collection[str], action: str, account: str) -> None:
            for one in ids:
                self.really(dataset_id, [one], action, account)

    return create_app(store=Eager())


@fault("action-unallowed-accepted", "action.unallowed")
def disables_the_unfinished() -> App:
    class Careless(Store):
        def require_finished(self, states: Mapping[str, str]) -> None:
            pass

    return create_app(store=Careless())


@fault("valid-input-refused", "action.empty")
def refuses_an_empty_batch() -> App:
    class Strict(Handlers):
        def batch_update_document_status(
            self, context: Tenant, /, dataset_id: UUID, action: Any, *, document_ids: list[UUID]
        ) -> models.SuccessResponse:
            if not document_ids:
                raise invalid_param("document_ids: must not be empty")
            return super().batch_update_document_status(context, dataset_id, action, document_ids=document_ids)

    return create_app(handlers=Strict)


# --- values


def folding(change: Callable[[list[Operation]], list[Operation]]) -> App:
    """A server that writes other values than those it was given."""

    class Folding(Store):
        def fold(self, operations: Sequence[Operation]) -> Any:
            return super().fold(change(list(operations)))

    return create_app(store=Folding())


def _values(operation: Operation, change: Callable[[Any], Any]) -> Operation:
    return replace(operation, entries=[(key, name, change(value)) for key, name, value in operation.entries])


@fault("value-not-read-back", "values.read-back")
def turns_numbers_into_text() -> App:
    def text(value: Any) -> Any:
        return str(value) if isinstance(value, float) and value != int(value) else value

    return folding(lambda operations: [_values(one, text) for one in operations])


@fault("value-not-read-back", "values.read-back")
def trims_text() -> App:
    return folding(
        lambda operations: [
            _values(one, lambda value: value.strip() if isinstance(value, str) else value) for one in operations
        ]
    )


@fault("value-not-read-back", "values.read-back")
def drops_null() -> App:
    return folding(
        lambda operations: [
            replace(one, entries=[entry for entry in one.entries if entry[2] is not None]) for one in operations
        ]
    )


@fault("batch-values-mixed", "values.apart")
def gives_all_rows_the_last_values() -> App:
    return folding(lambda operations: [replace(one, entries=operations[-1].entries) for one in operations])


@fault("batch-values-mixed", "values.flags")
def takes_the_first_flag_for_all() -> App:
    return folding(lambda operations: [replace(one, partial=operations[0].partial) for one in operations])


@fault("write-side-effect", "values.apart")
def disables_what_it_writes_on() -> App:
    class Disabling(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            super().set_metadata(dataset_id, operations)
            self.set_status(dataset_id, [one.document_id for one in operations], "archive", "diglot")

    return create_app(store=Disabling())


@fault("full-update-keeps", "values.replace")
def always_updates_in_part() -> App:
    return folding(lambda operations: [replace(one, partial=True) for one in operations])


@fault("partial-update-drops", "values.replace")
def always_replaces() -> App:
    return folding(lambda operations: [replace(one, partial=False) for one in operations])


@fault("partial-default-differs", "values.replace")
def defaults_to_partial() -> App:
    class Defaulting(Handlers):
        def batch_update_document_metadata(
            self, context: Tenant, /, dataset_id: UUID, *, operation_data: list[models.DocumentMetadataOperation]
        ) -> models.BatchUpdateDocumentMetadataResponse:
            for one in operation_data:
                one.partial_update = one.partial_update or "partial_update" not in one.model_fields_set
            return super().batch_update_document_metadata(context, dataset_id, operation_data=operation_data)

    return create_app(handlers=Defaulting)


@fault("update-not-idempotent", "values.repeat")
def shows_the_last_value_twice() -> App:
    written: dict[str, int] = {}

    class Doubling(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            super().set_metadata(dataset_id, operations)
            for one in operations:
                written[one.document_id] = written.get(one.document_id, 0) + 1

        def document(self, row: Any, values: list[Json]) -> Json:
            return super().document(row, values + values[-1:] * (written.get(row["id"], 0) > 1))

    return create_app(store=Doubling())


@fault("unknown-field-accepted", "values.refused")
def passes_over_unknown_fields() -> App:
    class Lenient(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            for one in operations:
                for entry in one.entries or [None]:
                    try:
                        known = [entry] if entry else []
                        super().set_metadata(dataset_id, [replace(one, entries=known, partial=True)])
                    except UnknownFieldError:
                        continue

    return create_app(store=Lenient())


@fault("batch-not-atomic", "values.refused")
def writes_what_comes_before_the_fault() -> App:
    class Eager(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            for one in operations:
                super().set_metadata(dataset_id, [one])

    return create_app(store=Eager())


@fault("concurrent-update-lost", "values.concurrent")
def reads_then_writes() -> App:
    class Racing(Store):
        def set_metadata(self, dataset_id: str, operations: Sequence[Operation]) -> None:
            merged = []
            for one in operations:
                held: list[Json] = []
                if one.partial:
                    rows = [row for row in self.list_documents(dataset_id, _all())[1] if row["id"] == one.document_id]
                    held = rows[0]["doc_metadata"] if rows else []
                    time.sleep(0.01)  # what a slow network to the database does
                old = [(item["id"], item["name"], item["value"]) for item in held]
                merged.append(replace(one, entries=[*old, *one.entries], partial=False))
            super().set_metadata(dataset_id, merged)

    return create_app(store=Racing())


# --- who may do what


def datasets(find: Callable[[Store, Tenant, str, Dataset | None], Dataset | None]) -> App:
    """A server that finds other datasets than it should."""

    class Finding(Store):
        def dataset(self, tenant: Tenant, dataset_id: str) -> Dataset | None:
            return find(self, tenant, dataset_id, super().dataset(tenant, dataset_id))

    return create_app(store=Finding())


@fault("tenant-boundary-crossed", "scope.refused")
def forgets_whose_dataset_it_is() -> App:
    return datasets(
        lambda store, tenant, key, found: (
            found or (Dataset(key, True) if key in (DEMO.dataset, DEMO.foreign_dataset) else None)
        )
    )


@fault("unknown-scope-answered", "scope.refused")
def answers_for_any_dataset() -> App:
    return datasets(lambda store, tenant, key, found: found or Dataset(key, True))


@fault("access-disabled-ignored", "scope.refused")
def opens_the_closed_dataset() -> App:
    return datasets(lambda store, tenant, key, found: found and Dataset(found.id, True))


@fault("dataset-boundary-crossed", "scope.act")
def finds_documents_of_any_dataset() -> App:
    class Wide(Store):
        def states(self, connection: Any, dataset_id: str, document_ids: Collection[str]) -> dict[str, str]:
            for one in (dataset_id, DEMO.other_dataset, DEMO.dataset):
                try:
                    return super().states(connection, one, document_ids)
                except UnknownDocumentError:
                    continue
            raise UnknownDocumentError

    return create_app(store=Wide())


def authenticating(change: Callable[[list[str]], list[str]]) -> App:
    """A server that takes other credentials for those that were sent."""

    class Authenticating(Handlers):
        def authenticate(self, received: Received, /) -> Tenant:
            headers = tuple(("authorization", value) for value in change(received.all("authorization")))
            return super().authenticate(replace(received, headers=headers))

    return create_app(handlers=Authenticating)


@fault("authentication-ignored", "auth.")
def needs_no_key() -> App:
    return authenticating(lambda given: given or [f"Bearer {DEMO.token}"])


@fault("credential-accepted", "auth.")
def takes_any_scheme() -> App:
    return authenticating(lambda given: [f"Bearer {one.rpartition(' ')[2]}" for one in given])


@fault("credential-accepted", "auth.")
def compares_the_beginning_of_the_key() -> App:
    return authenticating(
        lambda given: [f"Bearer {DEMO.token}" if DEMO.token in one and "Bearer " in one else one for one in given]
    )


@fault("authentication-status-wrong", "auth.")
def answers_403_to_a_missing_key() -> App:
    return rewire(
        lambda scope, status, headers, body: (403 if status == 401 else status, headers, body.replace(b"401", b"403"))
    )


@fault("challenge-missing", "auth.")
def does_not_challenge() -> App:
    return rewire(
        lambda scope, status, headers, body: (status, [one for one in headers if one[0] != b"www-authenticate"], body)
    )


@fault("response-header-missing", "auth.")
def does_not_challenge_either() -> App:
    return does_not_challenge()


@fault("authentication-late", "auth.")
def looks_at_the_dataset_first() -> App:
    def early(scope: Json, status: int, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        known = any(one in scope["path"] for one in (DEMO.dataset, DEMO.other_dataset))
        if status == 401 and not known:
            return 404, headers, json.dumps(not_found("Knowledge base").body).encode()
        return status, headers, body

    return rewire(early)


@fault("secret-echoed", "auth.")
def echoes_the_key() -> App:
    def echo(scope: Json, status: int, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        given = dict(scope["headers"]).get(b"authorization", b"")
        if status == 401:
            body = json.dumps({"code": "unauthorized", "message": given.decode(), "status": 401}).encode()
        return status, headers, body

    return rewire(echo)


@fault("secret-echoed", "auth.")
def echoes_a_wrong_key() -> App:
    def echo(scope: Json, status: int, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        if b"wrong-key" in dict(scope["headers"]).get(b"authorization", b""):
            body = json.dumps({"code": "unauthorized", "message": "00000000-wrong-key", "status": 401}).encode()
        return status, headers, body

    return rewire(echo)


# --- input and answers


@fault("invalid-input-accepted", "input.parameters")
def takes_a_limit_of_zero_for_the_default() -> App:
    return asking(lambda query: {"limit": "20"} if query.get("limit") in ("0", "-99") else {})


@fault("invalid-input-accepted", "input.parameters")
def ignores_an_unknown_status() -> App:
    return asking(lambda query: {"status": None} if query.get("status") == "no-such-value" else {})


@fault("invalid-input-accepted", "input.media")
def ignores_the_media_type() -> App:
    def as_json(scope: Json, body: bytes) -> tuple[Json, bytes]:
        others = [pair for pair in scope["headers"] if pair[0].lower() != b"content-type"]
        return {**scope, "headers": [*others, (b"content-type", b"application/json")]}, body

    return mishear(as_json)


@fault("invalid-input-accepted", "input.bodies")
def reads_a_quoted_flag() -> App:
    return mishear(lambda scope, body: (scope, re.sub(rb'("partial_update": *)"true"', rb"\1true", body)))


@fault("refusal-status-wrong", "input.malformed")
def calls_malformed_json_a_conflict() -> App:
    def conflict(scope: Json, status: int, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        if b"not valid JSON" in body:
            return 403, headers, body.replace(b'"status":400', b'"status":403')
        return status, headers, body

    return rewire(conflict)


@fault("refused-write-changed", "input.bodies")
def writes_before_it_refuses() -> App:
    class Hasty(Handlers):
        def refuse(self, misfit: Misfit, /) -> Refusal:
            if misfit.operation == "batch_update_document_status":
                rows = self.store.list_documents(DEMO.dataset, _all("available"))[1]
                self.store.set_status(DEMO.dataset, [rows[0]["id"]], "archive", "diglot")
            return super().refuse(misfit)

    return create_app(handlers=Hasty)


@fault("method-not-refused", "input.methods")
def answers_put() -> App:
    return rewire(
        lambda scope, status, headers, body: (
            (200, headers, b"{}") if scope["method"] == "PUT" else (status, headers, body)
        )
    )


@fault("allow-header-wrong", "input.methods")
def does_not_say_what_is_allowed() -> App:
    return rewire(lambda scope, status, headers, body: (status, [one for one in headers if one[0] != b"allow"], body))


@fault("server-error", "input.strange")
def breaks_on_deep_json() -> App:
    def fragile(scope: Json, body: bytes) -> tuple[Json, bytes]:
        if body.startswith(b"[[[["):
            raise RecursionError
        return scope, body

    return mishear(fragile)


def _on_list(change: Callable[[int, Any, bytes], tuple[int, Any, bytes]]) -> App:
    return rewire(
        lambda scope, status, headers, body: (
            change(status, headers, body) if scope["method"] == "GET" and status == 200 else (status, headers, body)
        )
    )


@fault("status-undeclared", "paging.order")
def lists_with_206() -> App:
    return _on_list(lambda status, headers, body: (206, headers, body))


@fault("content-type-undeclared", "paging.order")
def lists_as_text() -> App:
    return _on_list(lambda status, headers, body: (status, [(b"content-type", b"text/html")], body))


@fault("response-not-json", "paging.order")
def cuts_the_answer_off() -> App:
    return _on_list(lambda status, headers, body: (status, headers, body[:-1]))


@fault("response-schema-violated", "paging.order")
def counts_in_text() -> App:
    return _on_list(lambda status, headers, body: (status, headers, body.replace(b'"position":1,', b'"position":"1",')))


@fault("response-schema-violated", "paging.order")
def leaves_a_field_out() -> App:
    return listing(lambda answer, query: [row.pop("tokens") for row in answer["data"]] and None)


@fault("error-status-differs", "auth.")
def names_another_status() -> App:
    return rewire(
        lambda scope, status, headers, body: (status, headers, body.replace(b'"status":401', b'"status":400'))
    )


@fault("answer-missing", "input.parameters")
def hangs_up() -> App:
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if b"limit=1abc" in scope.get("query_string", b""):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            return
        await inner(scope, receive, send)

    return app


@fault("answer-unstable", "paging.total")
def errs_once() -> App:
    turn = [0]

    def once(answer: Json, _query: dict[str, str]) -> None:
        turn[0] += 1
        if turn[0] == 6:
            answer["total"] += 1

    return listing(once)


@fault("state-not-restored", "action.effect")
def never_enables_again() -> App:
    class Final(StatusStore):
        def set_status(self, dataset_id: str, ids: Collection[str], action: str, account: str) -> None:
            if action != "enable":
                self.really(dataset_id, ids, action, account)

    return create_app(store=Final())
