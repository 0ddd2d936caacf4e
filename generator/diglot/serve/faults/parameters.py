"""Queries and actions that are taken though the contract does not allow them, or refused in another way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import INVERSE
from diglot.serve.faults.wrapping import asked, asking, breaking, calling, hearing, is_uuid, limit_of, operation
from diglot.serve.schema import DISPLAY_STATUSES


def _actions(change: Callable[[str], str]) -> App:
    """A server that hears other actions."""

    def heard(scope: Any, body: bytes) -> tuple[Any, bytes]:
        head, mark, action = scope["path"].rpartition("/status/")
        if mark and operation(scope) == "status":
            path = head + mark + change(action)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        return scope, body

    return hearing(heard)


def _digits(text: str) -> str:
    found = re.match("[0-9]+", text)
    return found[0] if found and int(found[0]) > 0 else text


_TAKEN, _STATUS = "invalid-input-accepted", "refusal-status-wrong status-undeclared"

FAULTS = family(
    "inputs",
    "input.",
    # the query
    wrong(
        "takes a limit of zero for the default",
        _TAKEN,
        lambda: asking(lambda query: {"limit": "20"} if limit_of(query) == 0 else {}),
    ),
    wrong(
        "takes a negative limit for the default",
        _TAKEN,
        lambda: asking(lambda query: {"limit": "20"} if limit_of(query) < 0 else {}),
    ),
    wrong(
        "takes a limit that is no number for the default",
        _TAKEN,
        lambda: asking(lambda query: {"limit": "20"} if query.get("limit", "1").isalpha() else {}),
    ),
    wrong(
        "takes a page that is no number for the first",
        _TAKEN,
        lambda: asking(lambda query: {"page": "1"} if query.get("page", "1").isalpha() else {}),
    ),
    wrong(
        "reads the digits at the front of a limit",
        _TAKEN,
        lambda: asking(lambda query: {"limit": _digits(query["limit"])} if "limit" in query else {}),
    ),
    wrong(
        "reads the digits at the front of a page",
        _TAKEN,
        lambda: asking(lambda query: {"page": _digits(query["page"])} if "page" in query else {}),
    ),
    wrong(
        "answers 422 to a wrong query",
        _STATUS,
        lambda: calling(422, "invalid_param", lambda text: text.startswith(("limit", "page", "status")), 400),
    ),
    wrong(
        "answers 404 to a wrong limit",
        _STATUS,
        lambda: calling(404, "not_found", lambda text: text.startswith("limit"), 400),
    ),
    wrong(
        "answers 200 to a wrong page, with an error",
        _TAKEN + " response-schema-violated",
        lambda: calling(200, "invalid_param", lambda text: text.startswith("page"), 400),
    ),
    wrong(
        "breaks on a limit that is no number",
        "server-error",
        lambda: breaking(lambda scope, _: asked(scope).get("limit", "1").isalpha()),
    ),
    wrong(
        "breaks on a fraction for a page",
        "server-error",
        lambda: breaking(lambda scope, _: "." in asked(scope).get("page", "")),
    ),
    wrong(
        "breaks on a huge limit",
        "server-error",
        lambda: breaking(lambda scope, _: len(asked(scope).get("limit", "")) > 18),
    ),
    wrong(
        "breaks on a huge page",
        "server-error",
        lambda: breaking(lambda scope, _: len(asked(scope).get("page", "")) > 18),
    ),
    wrong(
        "breaks on an unknown status",
        "server-error",
        lambda: breaking(lambda scope, _: asked(scope).get("status", "error") not in DISPLAY_STATUSES),
    ),
    wrong(
        "breaks on a query that is no UTF-8",
        "server-error",
        lambda: breaking(lambda scope, _: b"%FF" in scope["query_string"].upper()),
    ),
    wrong(
        "breaks on an id that is no UUID",
        "server-error",
        lambda: breaking(
            lambda scope, _: (
                "/datasets/" in scope["path"] and not is_uuid(scope["path"].split("/datasets/")[1].split("/")[0])
            )
        ),
    ),
    # the action
    wrong("takes actions in capitals", _TAKEN, lambda: _actions(str.lower)),
    wrong(
        "takes unknown actions for none",
        _TAKEN,
        lambda: _actions(lambda action: action if action in INVERSE else "enable"),
    ),
    wrong(
        "breaks on an unknown action",
        "server-error",
        lambda: breaking(
            lambda scope, _: operation(scope) == "status" and scope["path"].rpartition("/")[2] not in INVERSE
        ),
    ),
)
