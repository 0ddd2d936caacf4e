"""Failures as exception classes: one a status, one a documented code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from diglot.core.names import Names, pascal
from diglot.render.contract.cursor import Node, Prose
from diglot.render.contract.reserved import CLASSES

# What every server may answer, whether or not its pages say so.
_USUAL = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429)
# Python 3.13 renamed the phrases of some of these; the generated names must not depend on the version of Python.
_NAMES = {
    413: "ContentTooLarge",
    414: "URITooLong",
    416: "RangeNotSatisfiable",
    418: "ImATeapot",
    500: "InternalServerFailure",  # not Error: linters want the heirs of such a class, its codes, to be named so too
    422: "UnprocessableContent",
    429: "RateLimited",
}
_BASES = frozenset(
    {
        "AsyncByteStream",
        "AsyncEventStream",
        "AsyncPage",
        "ByteStream",
        "ConnectionFailed",
        "EventStream",
        "InvalidArgument",
        "NotConfigured",
        "Page",
        "ResponseInvalid",
        "Sent",
        "ServerSentEvent",
        "ServerError",
    }
    | {"StatusError", "TimedOut"}
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One exception class. `code` is empty for the class of a whole status; `base` is what it derives from."""

    name: str
    base: str
    status: int
    code: str = ""
    prose: Prose = ()
    message: str = ""
    pointer: str = ""


class Failures:
    """Collects the failures of a contract; each status and each code of a status has one class."""

    def __init__(self, client: str) -> None:
        self._names = Names(CLASSES | _BASES | {client, f"Async{client}", f"{client}Error"})
        self._statuses: dict[int, Failure] = {}
        self._codes: dict[tuple[int, str], Failure] = {}
        for status in _USUAL:
            self._status(status, ())

    @property
    def statuses(self) -> tuple[Failure, ...]:
        """The classes of statuses, by status."""
        return tuple(self._statuses[status] for status in sorted(self._statuses))

    @property
    def codes(self) -> tuple[Failure, ...]:
        """The classes of documented codes, by status and code; those that are the status's own class included."""
        return tuple(self._codes[key] for key in sorted(self._codes))

    def of(self, operation: Node) -> Iterator[Failure]:
        """The failures that an operation documents, the class of each status before those of its codes."""
        for status, node in operation.at("responses").members():
            if not status.isdigit() or not 400 <= int(status) <= 599:
                continue
            response = node.target()
            yield self._status(int(status), response.prose("description"), response.pointer)
            yield from self._documented(int(status), response)

    def _documented(self, status: int, response: Node) -> Iterator[Failure]:
        for _, media in response.at("content").members():
            values = [(media.get("example"), media)]
            values += [
                (example.target().get("value"), example.target()) for _, example in media.at("examples").members()
            ]
            for value, node in values:
                code = value.get("code") if isinstance(value, dict) else None
                if isinstance(code, str) and code:
                    message = value.get("message")
                    yield self._code(status, code, message if isinstance(message, str) else "", node)

    def _status(self, status: int, prose: Prose, pointer: str = "") -> Failure:
        known = self._statuses.get(status)
        if known is None:
            base = "ServerError" if status >= 500 else "StatusError"
            known = Failure(self._names.take(_phrase(status)), base, status, "", prose, pointer=pointer)
            self._statuses[status] = known
        elif prose and not known.prose:
            known = Failure(known.name, known.base, status, "", prose, pointer=pointer)
            self._statuses[status] = known
        return known

    def _code(self, status: int, code: str, message: str, node: Node) -> Failure:
        known = self._codes.get((status, code))
        if known is None:
            parent = self._statuses[status]
            wanted = pascal(code, "Code")
            if wanted == parent.name:
                known = Failure(parent.name, parent.base, status, code, parent.prose, message, node.pointer)
            else:
                known = Failure(
                    self._names.take(wanted), parent.name, status, code, node.prose("summary"), message, node.pointer
                )
            self._codes[status, code] = known
        return known


def _phrase(status: int) -> str:
    if status in _NAMES:
        return _NAMES[status]
    try:
        return pascal(HTTPStatus(status).phrase)
    except ValueError:
        return f"Status{status}"
