"""Updates that replace what they should keep, keep what they should replace, or mix up the entries of a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from diglot.serve.app import Handlers, create_app
from diglot.serve.faults.fault import App, family, wrong
from diglot.serve.faults.stores import ANOTHER_NAME, DEMO, ONE_WORD_MORE, Tampered, folding, writing
from diglot.serve.store import Operation, Tenant

Write = Callable[[list[Operation]], None]


def _each(change: Callable[[int, Operation, list[Operation]], Operation]) -> App:
    """A server that takes another entry for each entry of a batch: (place, entry, all) -> entry."""
    return folding(lambda operations: [change(place, one, operations) for place, one in enumerate(operations)])


def _defaulting(default: Callable[[Any], bool]) -> App:
    """A server that has another default for `partial_update`."""

    class Defaulting(Handlers):
        def batch_update_document_metadata(
            self, context: Tenant, /, dataset_id: Any, *, operation_data: list[Any]
        ) -> Any:
            for one in operation_data:
                if "partial_update" not in one.model_fields_set:
                    one.partial_update = default(one)
            return super().batch_update_document_metadata(context, dataset_id, operation_data=operation_data)

    return create_app(handlers=Defaulting)


def _some(choose: Callable[[list[Operation]], list[Operation]]) -> App:
    """A server that writes some entries of a batch only."""
    return writing(lambda _store, _dataset, operations, really: really(choose(operations)))


def _also(more: Callable[[Tampered, str, list[str]], object]) -> App:
    """A server that does something else beside writing: (store, dataset, ids)."""

    def write(store: Tampered, dataset_id: str, operations: list[Operation], really: Write) -> None:
        really(operations)
        more(store, dataset_id, [one.document_id for one in operations])

    return writing(write)


def _putting(**columns: Any) -> App:
    return _also(lambda store, _, ids: store.put(ids, **columns))


def _next_too(store: Tampered, dataset_id: str, operations: list[Operation], really: Write) -> None:
    every = [row["id"] for row in store.all_rows(dataset_id)]
    named = {one.document_id for one in operations}
    twins = [
        replace(one, document_id=every[every.index(one.document_id) + 1])
        for one in operations
        if one.document_id in every[:-1]
    ]
    really([*operations, *(one for one in twins if one.document_id not in named)])


def _the_other_dataset_too(store: Tampered, dataset_id: str, operations: list[Operation], really: Write) -> None:
    really(operations)
    if dataset_id == DEMO.dataset and operations:
        store.put([store.all_rows(DEMO.other_dataset)[0]["id"]], **ONE_WORD_MORE)


def _once(operations: list[Operation], keep_last: bool) -> list[Operation]:
    kept: dict[str, Operation] = {}
    for one in operations:
        if keep_last or one.document_id not in kept:
            kept[one.document_id] = one
    return list(kept.values())


_MIXED = "batch-values-mixed value-not-read-back batch-incomplete"
_FLAGS = "batch-values-mixed full-update-keeps partial-update-drops partial-default-differs"

FAULTS = family(
    "values",
    "values.",
    # partial and full
    wrong("always updates in part", "full-update-keeps", lambda: _each(lambda _, one, __: replace(one, partial=True))),
    wrong("always replaces", "partial-update-drops", lambda: _each(lambda _, one, __: replace(one, partial=False))),
    wrong("defaults to a partial update", "partial-default-differs", lambda: _defaulting(lambda _: True)),
    wrong(
        "turns the flag around",
        "full-update-keeps partial-update-drops",
        lambda: _each(lambda _, one, __: replace(one, partial=not one.partial)),
    ),
    wrong(
        "takes the first flag for all",
        _FLAGS,
        lambda: _each(lambda _, one, every: replace(one, partial=every[0].partial)),
    ),
    wrong(
        "takes the last flag for all",
        _FLAGS,
        lambda: _each(lambda _, one, every: replace(one, partial=every[-1].partial)),
    ),
    wrong(
        "updates in part where one of a batch does",
        _FLAGS,
        lambda: _each(lambda _, one, every: replace(one, partial=any(other.partial for other in every))),
    ),
    wrong(
        "keeps all when a full update is empty",
        "full-update-keeps",
        lambda: _each(lambda _, one, __: one if one.entries else replace(one, partial=True)),
    ),
    wrong(
        "clears all when a partial update is empty",
        "partial-update-drops",
        lambda: _each(lambda _, one, __: one if one.entries else replace(one, partial=False)),
    ),
    # entries
    wrong(
        "gives all documents the last values",
        _MIXED,
        lambda: _each(lambda _, one, every: replace(one, entries=every[-1].entries)),
    ),
    wrong(
        "gives all documents the first values",
        _MIXED,
        lambda: _each(lambda _, one, every: replace(one, entries=every[0].entries)),
    ),
    wrong(
        "gives the values to the documents in reverse",
        _MIXED,
        lambda: _each(lambda place, one, every: replace(one, entries=every[-1 - place].entries)),
    ),
    wrong("writes the first entry only", _MIXED, lambda: _some(lambda operations: operations[:1])),
    wrong("writes the last entry only", _MIXED, lambda: _some(lambda operations: operations[-1:])),
    wrong("writes ten entries at most", _MIXED, lambda: _some(lambda operations: operations[:10])),
    wrong(
        "writes the first field only",
        "partial-update-drops " + _MIXED,
        lambda: _each(lambda _, one, __: replace(one, entries=list(one.entries)[:1])),
    ),
    wrong(
        "writes the last field only",
        "partial-update-drops " + _MIXED,
        lambda: _each(lambda _, one, __: replace(one, entries=list(one.entries)[-1:])),
    ),
    wrong(
        "writes the first value in all fields",
        "partial-update-drops " + _MIXED,
        lambda: _each(
            lambda _, one, __: replace(
                one, entries=[(key, name, one.entries[0][2]) for key, name, _value in one.entries]
            )
        ),
    ),
    wrong(
        "keeps the first entry of a document",
        _MIXED + " partial-update-drops",
        lambda: _some(lambda operations: _once(operations, keep_last=False)),
    ),
    wrong(
        "keeps the last entry of a document",
        _MIXED + " partial-update-drops",
        lambda: _some(lambda operations: _once(operations, keep_last=True)),
    ),
    # other effects
    wrong("writes on the next document too", "write-side-effect", lambda: writing(_next_too)),
    wrong("archives what it writes on", "write-side-effect", lambda: _putting(archived=True)),
    wrong("enables what it writes on", "write-side-effect", lambda: _putting(enabled=True)),
    wrong("counts a word more of what it writes on", "write-side-effect", lambda: _putting(**ONE_WORD_MORE)),
    wrong("renames what it writes on", "write-side-effect", lambda: _putting(**ANOTHER_NAME)),
    wrong("indexes anew what it writes on", "write-side-effect", lambda: _putting(indexing_status="waiting")),
    wrong(
        "counts a word more in another dataset",
        "dataset-boundary-crossed write-side-effect",
        lambda: writing(_the_other_dataset_too),
        laws="values. scope.",
    ),
)
