"""Why a request is refused: what the store raises, and the HTTP answers that the handlers make of it."""

from __future__ import annotations

from collections.abc import Mapping


class UnknownDocumentError(Exception):
    """A document that the dataset does not hold is named. Nothing has been changed."""


class UnknownFieldError(Exception):
    """A metadata field that the dataset does not define under this id and name is named. Nothing has been changed."""


class UnfinishedDocumentError(Exception):
    """A document that is not completely indexed is to be disabled. Nothing has been changed."""


class RefusalError(Exception):
    """An HTTP answer other than 200: status, code for programs, message for people, headers beside the usual ones.

    The message never repeats what the client sent, so that it can never repeat a key.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})

    @property
    def body(self) -> dict[str, str | int]:
        """The JSON body: `status` repeats the HTTP status."""
        return {"code": self.code, "message": self.message, "status": self.status}


def unauthorized() -> RefusalError:
    """401: no key, or a wrong one; which of the two is not said."""
    message = "The API key is missing or wrong."
    return RefusalError(401, "unauthorized", message, {"WWW-Authenticate": "Bearer"})


def forbidden() -> RefusalError:
    """403: the dataset is the tenant's own, but not open to the API."""
    return RefusalError(403, "forbidden", "API access to this knowledge base is disabled.")


def not_found(what: str) -> RefusalError:
    """404: `what` (a noun phrase of ours) does not exist for this tenant."""
    return RefusalError(404, "not_found", f"{what} not found.")


def method_not_allowed(allow: str) -> RefusalError:
    """405: the path exists, and answers the methods in `allow` only."""
    return RefusalError(405, "method_not_allowed", "This path does not answer this method.", {"Allow": allow})


def unsupported_media_type(message: str = "Send the body as application/json.") -> RefusalError:
    """415: the body is not declared as plain JSON."""
    return RefusalError(415, "unsupported_media_type", message)


def bad_request(message: str) -> RefusalError:
    """400: the body cannot be read as JSON at all."""
    return RefusalError(400, "bad_request", message)


def invalid_param(message: str) -> RefusalError:
    """400: a parameter or a member of the body does not fit the contract."""
    return RefusalError(400, "invalid_param", message)


def invalid_action(message: str) -> RefusalError:
    """400: the action does not exist, or does not apply to one of the documents."""
    return RefusalError(400, "invalid_action", message)


def internal() -> RefusalError:
    """500: a fault of this server; no input is known that leads here."""
    return RefusalError(500, "internal_server_error", "The server failed to answer.")
