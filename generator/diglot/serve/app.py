"""The HTTP side: paths, keys, media types and refusals around a `Store`.

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
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from diglot.serve import body, query
from diglot.serve.errors import (
    RefusalError,
    UnfinishedDocumentError,
    UnknownDocumentError,
    UnknownFieldError,
    bad_request,
    forbidden,
    internal,
    invalid_action,
    invalid_param,
    method_not_allowed,
    not_found,
    unauthorized,
)
from diglot.serve.seed import rows
from diglot.serve.store import Action, Dataset, Operation, Store, Tenant

_PREFIXES = ("", "/v1")


@dataclass(frozen=True, slots=True)
class Call:
    """One request with a valid key: who asks, the parameters of the path, and the rest as it came."""

    tenant: Tenant
    path: Mapping[str, str]
    query: bytes
    content_types: list[str]
    content_encodings: list[str]
    body: bytes | None = field(repr=False)


class Handlers:
    """The operations: each takes a `Call` and gives the JSON answer of a 200, or raises a `RefusalError`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def authenticate(self, authorization: list[str]) -> Tenant:
        """The tenant whose key the Authorization headers carry (RFC 9110: any case of the scheme, one or more spaces).

        Raises:
            RefusalError: 401.
        """
        credentials = re.fullmatch(r"bearer +([^ ]+)", authorization[0], re.IGNORECASE) if authorization else None
        if credentials is None or len(authorization) != 1:
            raise unauthorized()
        tenant = self.store.tenant(credentials[1].encode("latin-1"))  # the encoding of ASGI's header values
        if tenant is None:
            raise unauthorized()
        return tenant

    def dataset(self, call: Call) -> Dataset:
        """The dataset that the path names.

        Raises:
            RefusalError: 404 when it is not a UUID, unknown or another tenant's; 403 when it is closed to the API.
        """
        dataset_id = call.path["dataset_id"]
        dataset = self.store.dataset(call.tenant, dataset_id.lower()) if body.is_uuid(dataset_id) else None
        if dataset is None:
            raise not_found("Knowledge base")
        if not dataset.api_enabled:
            raise forbidden()
        return dataset

    def json(self, call: Call) -> Any:
        """The body as a JSON value.

        Raises:
            RefusalError: 415, 400.
        """
        body.require_json(call.content_types, call.content_encodings)
        return body.parse(call.body)

    def list_documents(self, call: Call) -> dict[str, Any]:
        """One page of the dataset's documents.

        Raises:
            RefusalError: 404, 403, 400.
        """
        dataset = self.dataset(call)
        asked = query.parse(call.query)
        total, documents = self.store.list_documents(dataset.id, asked)
        more = asked.page * asked.limit < total
        return {"data": documents, "has_more": more, "limit": asked.limit, "total": total, "page": asked.page}

    def update_status(self, call: Call) -> dict[str, Any]:
        """Enable, disable, archive or un-archive documents.

        Raises:
            RefusalError: 404 for the dataset or a document, 403, 415, 400.
        """
        dataset = self.dataset(call)
        value = self.json(call)
        action = self.action(call)
        document_ids = body.shaped(body.StatusBody, value).document_ids
        try:
            self.store.set_status(dataset.id, document_ids, action, call.tenant.account_id)
        except UnknownDocumentError:
            raise not_found("Document") from None
        except UnfinishedDocumentError:
            raise invalid_action("A document that is still indexing cannot be disabled.") from None
        return {"result": "success"}

    def action(self, call: Call) -> Action:
        """The action that the path names.

        Raises:
            RefusalError: 400.
        """
        actions: tuple[Action, ...] = get_args(Action)
        for action in actions:
            if action == call.path["action"]:
                return action
        raise invalid_action(f"action: must be one of {', '.join(actions)}")

    def update_metadata(self, call: Call) -> dict[str, Any]:
        """Write metadata values of documents.

        Raises:
            RefusalError: 404, 403, 415, 400.
        """
        dataset = self.dataset(call)
        shaped = body.shaped(body.MetadataBody, self.json(call))
        operations = [
            Operation(
                one.document_id,
                [(entry.id, entry.name, entry.value) for entry in one.metadata_list],
                one.partial_update,
            )
            for one in shaped.operation_data
        ]
        try:
            self.store.set_metadata(dataset.id, operations)
        except UnknownDocumentError:
            raise invalid_param("document_id: names no document of this knowledge base") from None
        except UnknownFieldError:
            raise invalid_param("metadata_list: names no metadata field of this knowledge base") from None
        return {"result": "success"}


class Authentication:
    """ASGI middleware: no request goes further without a valid key; `scope["state"]["tenant"]` says whose it is."""

    def __init__(self, app: ASGIApp, handlers: Handlers) -> None:
        self._app, self._handlers = app, handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI has it."""
        if scope["type"] == "http":
            request = Request(scope)
            try:
                keys = request.headers.getlist("authorization")
                # One indexed look-up: to hand it to a thread and back costs more than it takes.
                request.state.tenant = self._handlers.authenticate(keys)
            except RefusalError as refusal:
                await _refused(request, refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def create_app(
    database_url: str | None = None, *, store: Store | None = None, handlers: type[Handlers] = Handlers
) -> Starlette:
    """The reference server as an ASGI application, with the demonstration data when the database is empty.

    `database_url` is an SQLAlchemy URL; None is a private SQLite database in memory. `store` is used instead when
    given, and `handlers` is made with it.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, ImportError: the database cannot be opened.
    """
    kept = store or Store(database_url or "sqlite://")
    kept.seed(rows())
    served = handlers(kept)
    app = Starlette(
        routes=[route for prefix in _PREFIXES for route in _routes(prefix, served)],
        middleware=[Middleware(Authentication, handlers=served)],
        exception_handlers=_ANSWERS,
    )
    app.router.redirect_slashes = False
    return app


def _routes(prefix: str, served: Handlers) -> list[Route]:
    documents = f"{prefix}/datasets/{{dataset_id}}/documents"
    return [
        Route(documents, _endpoint(served.list_documents), methods=["GET"]),
        Route(f"{documents}/metadata", _endpoint(served.update_metadata), methods=["POST"]),
        Route(f"{documents}/status/{{action}}", _endpoint(served.update_status), methods=["PATCH"]),
    ]


def _endpoint(operation: Callable[[Call], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        call = Call(
            tenant=request.state.tenant,
            path=request.path_params,
            query=request.scope["query_string"],
            content_types=request.headers.getlist("content-type"),
            content_encodings=request.headers.getlist("content-encoding"),
            body=await body.receive(request.stream()),
        )
        return JSONResponse(await run_in_threadpool(operation, call))

    return answer


def _refused(_request: Request, refusal: RefusalError) -> Response:
    return JSONResponse(refusal.body, refusal.status, refusal.headers)


def _unrouted(request: Request, error: HTTPException) -> Response:
    """The router's own refusals: no such path, or a path that does not answer this method."""
    if error.status_code != 405:
        return _refused(request, not_found("Path"))
    methods = (error.headers or {}).get("Allow", "").split(", ")
    allow = ", ".join(sorted({*methods, "OPTIONS"}))
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allow})
    return _refused(request, method_not_allowed(allow))


def _gone(request: Request, _error: Exception) -> Response:
    return _refused(request, bad_request("The body ended early."))


def _failed(request: Request, _error: Exception) -> Response:
    return _refused(request, internal())


_ANSWERS: Mapping[Any, Any] = {
    RefusalError: _refused,
    HTTPException: _unrouted,
    ClientDisconnect: _gone,
    Exception: _failed,
}
