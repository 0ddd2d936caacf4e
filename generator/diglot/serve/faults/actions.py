"""Actions that do nothing, something else, or that on the wrong documents."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from diglot.serve.app import create_app
from diglot.serve.errors import UnfinishedDocumentError
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import ANOTHER_NAME, DEMO, INVERSE, ONE_WORD_MORE, Act, Tampered, acting, changing
from diglot.serve.faults.wrapping import Json
from diglot.serve.store import Action, Operation, Query, Store


def _never(action: Action) -> App:
    """A server that only says that it does one action."""
    return acting(lambda act: None if act.action == action else act.really())


def _other(asked_for: Action, done: Action) -> App:
    return acting(lambda act: act.really(action=done if act.action == asked_for else None))


def _also(action: Action, more: Callable[[Act], object]) -> App:
    """A server that does more than one action asks for."""

    def do(act: Act) -> None:
        act.really()
        if act.action == action and act.ids:
            more(act)

    return acting(do)


def _setting(action: Action, **columns: Any) -> App:
    """A server whose action sets other columns too."""
    return changing(action, lambda given, _: {**given, **columns})


def _leaving(action: Action, column: str) -> App:
    return changing(action, lambda given, _: {name: value for name, value in given.items() if name != column})


def _neighbours(act: Act) -> list[str]:
    """Documents that are listed right after those named."""
    every = list(act.rows())
    places = [every.index(one) + 1 for one in act.ids if one in every]
    return [every[place] for place in places if place < len(every)]


def _finished(act: Act) -> list[str]:
    return [key for key, row in act.rows().items() if row["indexing_status"] == "completed"]


def _copies_to_the_other_dataset(act: Act) -> None:
    act.really()
    rows = act.rows()
    places = {rows[key]["position"] for key in act.ids}
    twins = [row["id"] for row in act.store.all_rows(DEMO.other_dataset) if row["position"] in places]
    if act.dataset_id == DEMO.dataset and act.action in ("archive", "un_archive"):
        act.store.put(twins, archived=act.action == "archive")


def _stamps_anew() -> App:
    class Restless(Store):
        def changes(self, action: Action, account_id: str) -> Any:
            _, columns = super().changes(action, account_id)
            return super().changes("enable", account_id)[0], columns

    return create_app(store=Restless())


def _has(row: Json, action: Action) -> bool:
    """Whether a document is as the action would leave it."""
    name, wanted = ("archived", action == "archive") if action.endswith("archive") else ("enabled", action == "enable")
    return bool(row[name]) is wanted


def _refuses_a_repetition(action: Action) -> App:
    def do(act: Act) -> None:
        rows = act.rows()
        if act.action == action and any(_has(rows[key], action) for key in act.ids if key in rows):
            raise UnfinishedDocumentError
        act.really()

    return acting(do)


def _toggles(act: Act) -> None:
    rows = act.rows()
    done = [key for key in act.ids if key in rows and _has(rows[key], act.action)]
    act.really([key for key in act.ids if key not in done])
    act.really(done, INVERSE[act.action])


def _never_enables_again() -> App:
    twice: dict[str, int] = {}

    def do(act: Act) -> None:
        for key in act.ids:
            twice[key] = twice.get(key, 0) + (act.action == "disable")
        act.really([key for key in act.ids if twice[key] < 2] if act.action == "enable" else None)

    return acting(do)


def _lags() -> App:
    """Lists are as they were before the last change until half a second has gone by."""
    kept: dict[str, Any] = {}

    class Lagging(Tampered):
        def set_status(self, dataset_id: str, document_ids: Any, action: Action, account_id: str) -> None:
            before = {row["id"]: row for row in self.all_rows(dataset_id)}
            super().set_status(dataset_id, document_ids, action, account_id)
            kept.update(rows=before, until=time.monotonic() + 0.5)

        def list_documents(self, dataset_id: str, query: Query) -> Any:
            total, rows = super().list_documents(dataset_id, query)
            if kept.get("until", 0) > time.monotonic():
                rows = [kept["rows"].get(row["id"], row) for row in rows]
            return total, rows

    return create_app(store=Lagging())


FAULTS = family(
    "actions",
    "action.",
    # no effect
    *(
        wrong(
            f"only says that it does {name}",
            "action-without-effect action-not-undone state-not-restored",
            partial(_never, name),
        )
        for name in INVERSE
    ),
    wrong("shows changes late", "action-without-effect answer-unstable filter-stale", _lags),
    # another effect
    wrong(
        "archives instead of disabling",
        "action-without-effect action-effect-wrong action-side-effect",
        lambda: _other("disable", "archive"),
    ),
    wrong(
        "disables instead of archiving",
        "action-without-effect action-effect-wrong action-side-effect",
        lambda: _other("archive", "disable"),
    ),
    wrong("forgets who disabled", "action-effect-wrong", lambda: _setting("disable", disabled_by=None)),
    wrong("forgets when it disabled", "action-effect-wrong", lambda: _setting("disable", disabled_at=None)),
    wrong("stamps nothing", "action-effect-wrong", lambda: _setting("disable", disabled_at=None, disabled_by=None)),
    wrong(
        "stamps milliseconds", "action-effect-wrong", lambda: create_app(store=Store(clock=lambda: time.time() * 1000))
    ),
    wrong("stamps the year 1970", "action-effect-wrong", lambda: create_app(store=Store(clock=time.monotonic))),
    wrong("stamps zero", "action-effect-wrong", lambda: create_app(store=Store(clock=lambda: 0))),
    wrong(
        "keeps the time when it enables",
        "action-effect-wrong action-not-undone",
        lambda: _leaving("enable", "disabled_at"),
    ),
    wrong(
        "keeps the account when it enables",
        "action-effect-wrong action-not-undone",
        lambda: _leaving("enable", "disabled_by"),
    ),
    # a further effect
    wrong(
        "disables what it archives", "action-side-effect action-not-undone", lambda: _setting("archive", enabled=False)
    ),
    wrong(
        "enables what it archives", "action-side-effect action-not-undone", lambda: _setting("archive", enabled=True)
    ),
    wrong(
        "enables what it un-archives",
        "action-side-effect action-not-undone",
        lambda: _setting("un_archive", enabled=True),
    ),
    wrong(
        "disables what it un-archives",
        "action-side-effect action-not-undone",
        lambda: _setting("un_archive", enabled=False),
    ),
    wrong(
        "stamps what it archives",
        "action-side-effect action-not-undone",
        lambda: changing(
            "archive", lambda given, account: {**given, "disabled_at": 1_760_000_000, "disabled_by": account}
        ),
    ),
    wrong(
        "clears stamps when it archives",
        "action-side-effect action-not-undone",
        lambda: _setting("archive", disabled_at=None, disabled_by=None),
    ),
    wrong(
        "clears stamps when it un-archives",
        "action-side-effect action-not-undone",
        lambda: _setting("un_archive", disabled_at=None, disabled_by=None),
    ),
    wrong(
        "un-archives what it enables",
        "action-side-effect action-not-undone",
        lambda: _setting("enable", archived=False),
    ),
    wrong(
        "un-archives what it disables",
        "action-side-effect action-not-undone",
        lambda: _setting("disable", archived=False),
    ),
    wrong(
        "archives what it disables",
        "action-side-effect action-effect-wrong",
        lambda: _setting("disable", archived=True),
    ),
    wrong(
        "counts a word more of what it disables",
        "action-side-effect action-not-undone",
        lambda: _setting("disable", **ONE_WORD_MORE),
    ),
    wrong(
        "renames what it archives",
        "action-side-effect action-not-undone",
        lambda: _setting("archive", **ANOTHER_NAME),
    ),
    wrong(
        "indexes anew what it enables",
        "action-side-effect action-effect-wrong action-not-undone",
        lambda: _setting("enable", indexing_status="waiting"),
    ),
    wrong(
        "counts a word more of what it un-archives",
        "action-side-effect action-not-undone",
        lambda: _setting("un_archive", **ONE_WORD_MORE),
    ),
    wrong(
        "drops the metadata of what it archives",
        "action-side-effect action-not-undone",
        lambda: _also(
            "archive", lambda act: act.store.set_metadata(act.dataset_id, [Operation(key, ()) for key in act.ids])
        ),
    ),
    # other documents
    wrong(
        "disables the next document too",
        "action-side-effect",
        lambda: _also("disable", lambda act: act.store.put(_neighbours(act), enabled=False)),
    ),
    wrong(
        "enables the next document too",
        "action-side-effect",
        lambda: _also("enable", lambda act: act.store.put(_neighbours(act), enabled=True)),
    ),
    wrong(
        "archives the next document too",
        "action-side-effect",
        lambda: _also("archive", lambda act: act.store.put(_neighbours(act), archived=True)),
    ),
    wrong(
        "enables every document", "action-side-effect", lambda: _also("enable", lambda act: act.really(_finished(act)))
    ),
    wrong(
        "un-archives every document",
        "action-side-effect",
        lambda: _also("un_archive", lambda act: act.store.put(_finished(act), archived=False)),
    ),
    wrong(
        "archives the same places of another dataset",
        "dataset-boundary-crossed action-side-effect",
        lambda: acting(_copies_to_the_other_dataset),
        laws="action. scope.",
    ),
    # doing it again
    wrong("stamps anew what is disabled", "action-not-idempotent", _stamps_anew),
    *(
        wrong(
            f"refuses to {name} twice",
            "valid-input-refused action-not-idempotent",
            partial(_refuses_a_repetition, name),
        )
        for name in INVERSE
    ),
    wrong("turns around with every call", "action-not-idempotent action-without-effect", lambda: acting(_toggles)),
    wrong(
        "never enables what was disabled twice",
        "action-not-undone action-without-effect action-effect-wrong state-not-restored",
        _never_enables_again,
    ),
)
