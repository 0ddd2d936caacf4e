"""Batches that are done in part, or refused in part, or in which a document should not be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from diglot.serve.app import create_app
from diglot.serve.errors import UnfinishedDocumentError, UnknownDocumentError
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import INVERSE, Act, acting
from diglot.serve.faults.wrapping import erring, operation
from diglot.serve.store import Store


def _named(choose: Callable[[list[str]], Sequence[str]]) -> App:
    """A server that acts on some of the documents that are named."""
    return acting(lambda act: act.really(choose(list(dict.fromkeys(act.ids)))))


def _undoes_what_is_named_twice(act: Act) -> None:
    act.really()
    act.really([key for key in dict.fromkeys(act.ids) if act.ids.count(key) > 1], INVERSE[act.action])


def _refuses_what_is_named_twice(act: Act) -> None:
    if len(set(act.ids)) < len(act.ids):
        raise UnfinishedDocumentError
    act.really()


def _one_by_one(order: Callable[[list[str]], Sequence[str]]) -> App:
    """A server that does what comes before the fault of a batch, in an order of its own."""

    def do(act: Act) -> None:
        for one in order(act.ids):
            act.really([one])

    return acting(do)


def _does_all_but_the_fault(act: Act) -> None:
    failed: Exception | None = None
    for one in act.ids:
        try:
            act.really([one])
        except (UnknownDocumentError, UnfinishedDocumentError) as error:
            failed = error
    if failed:
        raise failed


def _passing_over(passes: Callable[[list[str], Collection[str]], list[str]]) -> App:
    """A server that passes over some unknown documents: (ids, known ids) -> the ids that it looks at."""

    def do(act: Act) -> None:
        act.really(passes(act.ids, act.rows().keys()))

    return acting(do)


def _allowing(*states: str) -> App:
    """A server that disables documents in some states of indexing."""

    class Allowing(Store):
        def require_finished(self, found: Mapping[str, str]) -> None:
            super().require_finished({key: state for key, state in found.items() if state not in states})

    return create_app(store=Allowing())


def _leaves_the_unfinished(act: Act) -> None:
    rows = act.rows()
    unfinished = [
        key
        for key in act.ids
        if act.action == "disable" and rows.get(key, {}).get("indexing_status", "completed") != "completed"
    ]
    act.really([key for key in act.ids if key not in unfinished])


def _looks_at_the_first_only(act: Act) -> None:
    rows = act.rows()
    first = act.ids[:1]
    if act.action == "disable":
        act.really(
            [*first, *(key for key in act.ids[1:] if key not in rows or rows[key]["indexing_status"] == "completed")]
        )
    else:
        act.really()


def _acts_on_all_for_none(act: Act) -> None:
    every = [key for key, row in act.rows().items() if row["display_status"] in ("available", "disabled", "archived")]
    act.really(act.ids or every)


def _empty(refuse: Callable[[], Exception]) -> App:
    def do(act: Act) -> None:
        if not act.ids:
            raise refuse()
        act.really()

    return acting(do)


def _long(most: int) -> App:
    def do(act: Act) -> None:
        if len(set(act.ids)) > most:
            raise UnfinishedDocumentError
        act.really()

    return acting(do)


def _status_of_unknown(status: int, code: str) -> App:
    return erring(
        lambda scope, error: (
            (status, {**error, "code": code, "status": status})
            if operation(scope) == "status" and "Document" in error["message"]
            else None
        ),
        404,
    )


FAULTS = family(
    "actions",
    "action.",
    wrong(
        "acts on the first of a batch",
        "batch-incomplete action-without-effect action-effect-wrong",
        lambda: _named(lambda ids: ids[:1]),
    ),
    wrong(
        "acts on the last of a batch",
        "batch-incomplete action-without-effect action-effect-wrong",
        lambda: _named(lambda ids: ids[-1:]),
    ),
    wrong(
        "leaves out the last of a batch",
        "batch-incomplete action-without-effect action-effect-wrong",
        lambda: _named(lambda ids: ids[:-1] or ids),
    ),
    wrong(
        "acts on every other of a batch",
        "batch-incomplete action-without-effect action-effect-wrong",
        lambda: _named(lambda ids: ids[::2]),
    ),
    wrong("stops after ten", "batch-incomplete", lambda: _named(lambda ids: ids[:10])),
    wrong("stops after twenty", "batch-incomplete", lambda: _named(lambda ids: ids[:20])),
    wrong("stops after fifty", "batch-incomplete", lambda: _named(lambda ids: ids[:50])),
    wrong("refuses more than twenty", "valid-input-refused", lambda: _long(20)),
    wrong(
        "undoes what is named twice",
        "batch-incomplete action-not-idempotent action-without-effect",
        lambda: acting(_undoes_what_is_named_twice),
    ),
    wrong("refuses what is named twice", "valid-input-refused", lambda: acting(_refuses_what_is_named_twice)),
    # no document
    wrong("refuses an empty batch", "valid-input-refused", lambda: _empty(UnfinishedDocumentError)),
    wrong("calls an empty batch not found", "valid-input-refused", lambda: _empty(UnknownDocumentError)),
    wrong("breaks on an empty batch", "server-error", lambda: _empty(RuntimeError)),
    wrong("acts on all documents for an empty batch", "action-side-effect", lambda: acting(_acts_on_all_for_none)),
    # unknown documents
    wrong(
        "passes over unknown documents",
        "unknown-row-accepted",
        lambda: _passing_over(lambda ids, known: [key for key in ids if key in known]),
    ),
    wrong(
        "passes over unknown documents after the first",
        "unknown-row-accepted",
        lambda: _passing_over(lambda ids, known: [key for key in ids if key in known or key == ids[0]]),
    ),
    wrong(
        "passes over unknown documents before the last",
        "unknown-row-accepted",
        lambda: _passing_over(lambda ids, known: [key for key in ids if key in known or key == ids[-1]]),
    ),
    wrong(
        "passes over unknown documents among many",
        "unknown-row-accepted",
        lambda: _passing_over(lambda ids, known: [key for key in ids if key in known] or ids),
    ),
    wrong(
        "calls an unknown document an invalid parameter",
        "refusal-status-wrong",
        lambda: _status_of_unknown(400, "invalid_param"),
    ),
    wrong("calls an unknown document forbidden", "refusal-status-wrong", lambda: _status_of_unknown(403, "forbidden")),
    wrong("breaks on an unknown document", "server-error", lambda: _status_of_unknown(500, "internal_server_error")),
    # refused batches
    wrong("does what comes before the fault", "batch-not-atomic", lambda: _one_by_one(lambda ids: ids)),
    wrong("does what comes after the fault", "batch-not-atomic", lambda: _one_by_one(lambda ids: ids[::-1])),
    wrong("does all but the fault", "batch-not-atomic", lambda: acting(_does_all_but_the_fault)),
    # documents that are not ready
    wrong(
        "disables the unfinished",
        "action-unallowed-accepted",
        lambda: _allowing("waiting", "indexing", "parsing", "splitting", "paused", "error"),
    ),
    wrong("disables the queuing", "action-unallowed-accepted", lambda: _allowing("waiting")),
    wrong("disables the indexing", "action-unallowed-accepted", lambda: _allowing("indexing", "parsing", "splitting")),
    wrong("disables the paused", "action-unallowed-accepted", lambda: _allowing("paused")),
    wrong("disables what is in error", "action-unallowed-accepted", lambda: _allowing("error")),
    wrong("passes over the unfinished", "action-unallowed-accepted", lambda: acting(_leaves_the_unfinished)),
    wrong(
        "looks for the unfinished at the front only",
        "action-unallowed-accepted",
        lambda: acting(_looks_at_the_first_only),
    ),
)
