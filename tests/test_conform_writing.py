"""The laws of writing: which faults they tell apart, what they leave to the server, and what they cost."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from conform_help import CONTRACT, LAWS, fixtures
from diglot.conform import Fixtures, MetadataField, Options, Report, Target, run
from diglot.conform.bench.deeds import pairs
from diglot.conform.bench.fields import agrees
from diglot.conform.binding.bind import bind
from diglot.conform.binding.surface import Surface
from diglot.conform.laws.table import LAWS as LAW_TABLE
from diglot.core.tree import plain
from diglot.serve import running
from diglot.serve.app import create_app
from servers import writers
from servers.right import Books, Choices, asgi, known

LAWS_ONLY = Options(engines=("laws",))
WRITING = ("action.", "values.", "scope.", "paging.concurrent")
MOST_REQUESTS, MOST_MORE = 168, 120


def examined(app: Any, *only: str, **changes: Any) -> Report:
    with running(app) as url:
        return run(Target.parse(url), CONTRACT, LAWS, fixtures(**changes), replace(LAWS_ONLY, only=only))


def named(report: Report) -> set[tuple[str, str]]:
    """The rules of the findings, each with what tells its cause apart."""
    return {
        (one.rule, str(one.args.get("how") or one.args.get("what") or one.args.get("case") or ""))
        for one in report.findings
    }


FOUND: dict[str, tuple[Callable[[], Any], tuple[str, ...], tuple[str, str]]] = {
    "stops after fifty": (writers.stops_after_fifty, ("action.batch",), ("batch-incomplete", "")),
    "does what is after the fault": (
        writers.does_what_is_after_the_fault,
        ("action.unknown",),
        ("batch-not-atomic", ""),
    ),
    "un-archives what it disables": (
        writers.un_archives_what_it_disables,
        ("action.elsewhere",),
        ("action-side-effect", "archived"),
    ),
    "archives the twin in another dataset": (
        writers.archives_the_twin_in_another_dataset,
        ("scope.act",),
        ("dataset-boundary-crossed", "write"),
    ),
    "refuses one of two at once": (
        partial(writers.acts_alone, False),
        ("action.concurrent",),
        ("valid-input-refused", ""),
    ),
    "forgets one of two at once": (
        partial(writers.acts_alone, True),
        ("action.concurrent",),
        ("concurrent-update-lost", ""),
    ),
    "answers the question of another": (
        writers.answers_the_question_of_another,
        ("paging.concurrent",),
        ("order-unstable", ""),
    ),
    "shows changes late": (writers.shows_changes_late, ("action.effect",), ("answer-unstable", "")),
    "keeps the last entry of a document": (
        writers.keeps_the_last_entry_of_a_document,
        ("values.twice",),
        ("batch-values-mixed", ""),
    ),
    "passes over empty entries": (writers.passes_over_empty_entries, ("values.flags",), ("full-update-keeps", "")),
    "knows fields by their names": (
        writers.knows_fields_by_their_names,
        ("values.refused",),
        ("unknown-field-accepted", ""),
    ),
    "calls all fields text": (writers.calls_all_fields_text, ("values.read-back",), ("value-not-read-back", "type")),
    "composes": (
        partial(writers.saying, partial(unicodedata.normalize, "NFC")),
        ("values.read-back",),
        ("value-not-read-back", "normalised"),
    ),
    "escapes": (
        partial(writers.saying, lambda text: text.replace("<", "&lt;").replace(">", "&gt;")),
        ("values.read-back",),
        ("value-not-read-back", "text"),
    ),
    "cuts after 255": (
        partial(writers.saying, lambda text: text[:255]),
        ("values.read-back",),
        ("value-not-read-back", "cut"),
    ),
    "cuts after 4,096": (
        partial(writers.saying, lambda text: text[:4096]),
        ("values.wide",),
        ("value-not-read-back", "cut"),
    ),
    "takes an empty text for none": (
        partial(writers.saying, lambda text: text or None),
        ("values.read-back",),
        ("value-not-read-back", "null"),
    ),
    "takes a number for a number": (
        partial(writers.saying, lambda text: int(text) if text.isdecimal() else text),
        ("values.read-back",),
        ("value-not-read-back", "json-type"),
    ),
    "keeps single precision": (
        partial(writers.counting, lambda number: struct.unpack("f", struct.pack("f", number))[0]),
        ("values.read-back",),
        ("value-not-read-back", "rounded"),
    ),
    "takes nought for none": (
        partial(writers.counting, lambda number: number or None),
        ("values.read-back",),
        ("value-not-read-back", "null"),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_fault_of_writing_is_found_and_its_cause_named(name: str) -> None:
    make, only, found = FOUND[name]
    assert found in named(examined(make(), *only))


@pytest.mark.parametrize("make", [writers.takes_short_texts_only, writers.shows_entries_of_its_own])
@pytest.mark.parametrize("fields", [fixtures().metadata_fields, ()], ids=["told", "learnt"])
def test_what_a_server_may_choose_is_no_fault(make: Callable[[], Any], fields: tuple[MetadataField, ...]) -> None:
    report = examined(make(), "action.effect", "values.", metadata_fields=fields)
    assert {one.rule for one in report.findings} <= {"state-not-restored"}
    assert report.laws > 10


def counted(app: Any, options: Options) -> tuple[Report, dict[str, int]]:
    """A run, and how many requests it sent for each law."""
    log: list[str] = []
    starts: list[tuple[str, int]] = []

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            log.append(scope["path"])
        await app(scope, receive, send)

    with running(counting) as url:
        noting = replace(options, progress=lambda status: starts.append((status.what, len(log))))
        report = run(Target.parse(url), CONTRACT, LAWS, fixtures(), noting)
    sent: dict[str, int] = {}
    for (law, start), (_, end) in pairwise([*starts, ("", len(log))]):
        sent[law] = sent.get(law, 0) + end - start
    return report, sent


def test_the_laws_of_writing_send_few_requests() -> None:
    report, sent = counted(create_app(), LAWS_ONLY)
    assert report.findings == ()
    assert sum(count for law, count in sent.items() if law.startswith(WRITING)) <= MOST_REQUESTS


def test_a_full_run_looks_closer_and_finds_no_more_on_the_reference_server() -> None:
    report, sent = counted(create_app(), replace(LAWS_ONLY, only=WRITING))
    thorough = {law.name for law in LAW_TABLE if law.thorough}
    assert (report.findings, report.not_exercised) == ((), ())
    assert 0 < sum(count for law, count in sent.items() if law in thorough) <= MOST_MORE


def test_a_server_that_serves_one_connection_is_not_accused() -> None:
    app = writers.serves_one_connection()
    with running(app) as url:
        options = replace(LAWS_ONLY, only=("action.concurrent", "paging.concurrent", "values.concurrent"), timeout=0.5)
        report = run(Target.parse(url), CONTRACT, LAWS, fixtures(), options)
    assert report.findings == ()
    assert {one.needs for one in report.not_exercised} >= {"a server that serves several connections at the same time"}


def test_the_tests_leave_a_right_server_as_it_was_whatever_its_author_chose() -> None:
    for choices in (Choices(touches=True, newest_first=True), Choices(upper_ids=True, floats=True, count=45)):
        books = Books(choices)
        before = [{**row, "updated_at": None} for row in books.rows["main"]]
        with running(asgi(books)) as url:
            report = run(Target.parse(url), CONTRACT, LAWS, known(), replace(LAWS_ONLY, only=WRITING))
        assert report.findings == ()
        assert [{**row, "updated_at": None} for row in books.rows["main"]] == before


def test_less_is_known_with_a_dataset_and_a_key_alone_but_most_is_tried() -> None:
    with running(create_app()) as url:
        alone = Fixtures(token=fixtures().token, dataset=fixtures().dataset)
        report = run(Target.parse(url), CONTRACT, LAWS, alone, replace(LAWS_ONLY, only=WRITING))
    assert report.findings == ()
    assert {one.what.partition(":")[0].partition(".")[0] for one in report.not_exercised} == {"scope"}
    assert report.laws > 25


# --- small parts


def test_the_action_that_stamps_comes_before_the_one_that_undoes_it() -> None:
    (actions,) = bind(Surface.of(plain(CONTRACT)), LAWS).actions
    assert [(first.name, second.name) for first, second in pairs(actions)] == [
        ("disable", "enable"),
        ("archive", "un_archive"),
    ]
    turned = replace(actions, actions=actions.actions[::-1])
    assert ("disable", "enable") in [(first.name, second.name) for first, second in pairs(turned)]


def test_a_field_without_a_value_may_be_shown_as_null_or_not_at_all() -> None:
    assert agrees({"a": 1, "b": None}, {"a": 1.0})
    assert agrees({"a": None}, {"a": None})
    assert not agrees({}, {"a": None})
    assert not agrees({"a": 1, "b": 0}, {"a": 1})
    assert not agrees({"a": True}, {"a": 1})
