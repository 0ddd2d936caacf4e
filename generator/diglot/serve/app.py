"""The API on the generated server stub, which reads, checks and answers requests by the contract: what is left to do.

The order of refusals: 401 before anything else; then 404 and 405 by path and method; then 404 and 403 by dataset;
then 415; then 400. Every path is served as in the contract, and also below `/v1`, as the published base URL has it.

To build a server that is wrong in one way, subclass `Store` (what is kept and done) or `Handlers` (what is asked and
answered), override one small method, and hand it over::

    class Forgetful(Store):
        def count(self, connection, where):
            return super().count(connection, where) + 1

    app = create_app(store=Forgetful())
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from dify_knowledge import models, server
from dify_knowledge.server import Application, Misfit, Plain, Received, Refusal
from diglot.serve.errors import UnfinishedDocumentError, UnknownDocumentError, UnknownFieldError
from diglot.serve.refusals import bad_request, forbidden, invalid_action, invalid_param, not_found, unauthorized
from diglot.serve.seed import rows
from diglot.serve.store import Action, Operation, Query, Store, Tenant

CAP = 100  # rows of one page at most, whatever `limit` asks for (list page: "Server caps at 100")
MAX_BYTES = 10_000_000  # of a body that is read as JSON

_PREFIXES = ("", "/v1")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


class Handlers(server.Handlers[Tenant]):
    """The operations over a `Store`; who asks is a `Tenant`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def authenticate(self, received: Received, /) -> Tenant:
        """The tenant whose key the request carries.

        Raises:
            Refusal: 401.
        """
        # One indexed look-up: to hand it to a thread and back would cost more than it takes.
        tenant = self.store.tenant(received.key.encode("latin-1")) if received.key else None
        if tenant is None:
            raise unauthorized()
        return tenant

    def admit(self, context: Tenant, _operation: str, path: Mapping[str, str], /) -> None:
        """Let through who names an open dataset of their own.

        Raises:
            Refusal: 404 when it is not a UUID, unknown or another tenant's; 403 when it is closed to the API.
        """
        dataset_id = path["dataset_id"]
        dataset = self.store.dataset(context, dataset_id.lower()) if _UUID.fullmatch(dataset_id) else None
        if dataset is None:
            raise not_found("Knowledge base")
        if not dataset.api_enabled:
            raise forbidden()

    def refuse(self, misfit: Misfit, /) -> Refusal:
        """The usual answer, but that an unknown action and a body that is too large have codes of their own."""
        if misfit.kind == "parameter" and misfit.place == "action":
            return invalid_action(f"action: {misfit.reason}")
        if misfit.kind == "size":
            return bad_request(misfit.reason)
        return misfit.refusal()

    def list_documents(
        self,
        _context: Tenant,
        /,
        dataset_id: UUID,
        *,
        page: int = 1,
        limit: int = 20,
        keyword: str | None = None,
        status: str | None = None,
    ) -> Plain:
        """One page of the dataset's documents."""
        size = min(limit, CAP)
        total, documents = self.store.list_documents(str(dataset_id), Query(page, size, keyword, status))
        answer: dict[str, Any] = {"data": documents, "has_more": page * size < total, "total": total, "page": page}
        return Plain({**answer, "limit": size})

    def batch_update_document_status(
        self, context: Tenant, /, dataset_id: UUID, action: Action, *, document_ids: list[UUID]
    ) -> models.SuccessResponse:
        """Enable, disable, archive or un-archive documents.

        Raises:
            Refusal: 404 for a document, 400 for one that is still indexing.
        """
        try:
            self.store.set_status(str(dataset_id), list(map(str, document_ids)), action, context.account_id)
        except UnknownDocumentError:
            raise not_found("Document") from None
        except UnfinishedDocumentError:
            raise invalid_action("A document that is still indexing cannot be disabled.") from None
        return models.SuccessResponse(result="success")

    def batch_update_document_metadata(
        self, _context: Tenant, /, dataset_id: UUID, *, operation_data: list[models.DocumentMetadataOperation]
    ) -> models.BatchUpdateDocumentMetadataResponse:
        """Write metadata values of documents.

        Raises:
            Refusal: 400 for a document or a field that the dataset does not have.
        """
        operations = [
            Operation(
                one.document_id.lower(),
                [(entry.id.lower(), entry.name, entry.value) for entry in one.metadata_list],
                one.partial_update,
            )
            for one in operation_data
        ]
        try:
            self.store.set_metadata(str(dataset_id), operations)
        except UnknownDocumentError:
            raise invalid_param("document_id: names no document of this knowledge base") from None
        except UnknownFieldError:
            raise invalid_param("metadata_list: names no metadata field of this knowledge base") from None
        return models.BatchUpdateDocumentMetadataResponse(result="success")


def create_app(
    database_url: str | None = None, *, store: Store | None = None, handlers: type[Handlers] = Handlers
) -> Application:
    """The reference server as an ASGI application, with the demonstration data when the database is empty.

    `database_url` is an SQLAlchemy URL; None is a private SQLite database in memory. `store` is used instead when
    given, and `handlers` is made with it.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, ImportError: the database cannot be opened.
    """
    kept = store or Store(database_url or "sqlite://")
    kept.seed(rows())
    return server.create_app(handlers(kept), prefixes=_PREFIXES, max_body=MAX_BYTES)
