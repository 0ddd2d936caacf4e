"""The refusals of the API, in its own codes. No message repeats what the client sent, so none can repeat a key."""

from __future__ import annotations

from dify_knowledge.server import Refusal


def unauthorized() -> Refusal:
    """401: no key, or a wrong one; which of the two is not said."""
    return Refusal(401, "unauthorized", "The API key is missing or wrong.", {"WWW-Authenticate": "Bearer"})


def forbidden() -> Refusal:
    """403: the dataset is the tenant's own, but not open to the API."""
    return Refusal(403, "forbidden", "API access to this knowledge base is disabled.")


def not_found(what: str) -> Refusal:
    """404: `what` (a noun phrase of ours) does not exist for this tenant."""
    return Refusal(404, "not_found", f"{what} not found.")


def bad_request(message: str) -> Refusal:
    """400: the body cannot be read at all."""
    return Refusal(400, "bad_request", message)


def invalid_param(message: str) -> Refusal:
    """400: a parameter or a member of the body names nothing that there is."""
    return Refusal(400, "invalid_param", message)


def invalid_action(message: str) -> Refusal:
    """400: the action does not exist, or does not apply to one of the documents."""
    return Refusal(400, "invalid_action", message)
