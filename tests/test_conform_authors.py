"""Servers that other authors wrote by the pages alone: none is accused, and each is left as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conform_help import CONTRACT, LAWS
from conform_right_help import KNOWN, SPARE, as_published, below_v1, rows
from diglot.conform import Fixtures, Options, Report, Target, run
from diglot.conform.credentials import Secret
from diglot.serve import running
from servers.authors.everyone import ALONE, AMONG, LIMITED
from servers.other_apis import EVENTS, ORDERS, ORDERS_KEY, PLACES, PLACES_KEY, Events, Orders, Places, served

LAWS_ONLY = Options(engines=("laws",))
FUZZ_ONLY = Options(engines=("fuzz",), seed=5, max_requests=120)
FUZZED = ("SQL and http.server", "streams by hand", "pydantic and Werkzeug", "a proxy")
SEVERAL = ("SQL and http.server", "streams by hand", "pydantic and Werkzeug")
OTHERS = {
    "offset and limit, key in a header": (Orders, ORDERS, ORDERS_KEY, {"id": "3"}),
    "cursor, no security": (Events, EVENTS, "", {}),
    "key in the query, 422": (Places, PLACES, PLACES_KEY, {"region": "north"}),
}


def examined(opened: Callable[[], Any], options: Options, fixtures: Fixtures = KNOWN) -> tuple[Report, bool]:
    """What the tool says of a server, and whether every document is afterwards as it was."""
    with opened() as url:
        before = rows(url)
        report = run(Target.parse(url), CONTRACT, LAWS, fixtures, options)
        return report, rows(url) == before


@pytest.mark.parametrize("name", ALONE)
def test_the_laws_accuse_no_author(name: str) -> None:
    report, unchanged = examined(ALONE[name], LAWS_ONLY)
    assert report.findings == ()
    assert report.laws > 30
    assert unchanged


@pytest.mark.parametrize("name", FUZZED)
def test_fuzzing_accuses_no_author(name: str) -> None:
    report, unchanged = examined(ALONE[name], FUZZ_ONLY)
    assert report.findings == ()
    assert report.requests > 0  # how many is a matter of time
    assert unchanged


@pytest.mark.parametrize("name", SEVERAL)
def test_a_key_and_a_dataset_are_enough(name: str) -> None:
    report, unchanged = examined(ALONE[name], LAWS_ONLY, SPARE)
    assert report.findings == ()
    assert report.laws > 50
    assert unchanged


@pytest.mark.parametrize("name", SEVERAL)
def test_reading_alone_accuses_no_author(name: str) -> None:
    report, unchanged = examined(ALONE[name], Options(read_only=True, max_requests=300))
    assert report.findings == ()
    assert report.laws > 15
    assert unchanged


@pytest.mark.parametrize("name", SEVERAL)
def test_the_contract_as_published_accuses_no_author(name: str) -> None:
    with ALONE[name]() as url:
        report = run(Target.parse(url), as_published(), LAWS, KNOWN, LAWS_ONLY)
    assert report.findings == ()
    assert report.laws > 50


@pytest.mark.parametrize("engines", [("laws",), ("fuzz",)])
def test_without_an_entry_for_what_writes_nothing_is_written(engines: Any) -> None:
    with ALONE["pydantic and Werkzeug"]() as url:
        before = rows(url)
        report = run(Target.parse(url), CONTRACT, {}, KNOWN, Options(engines=engines))
        assert report.findings == ()
        assert rows(url) == before


def test_paths_may_hold_what_servers_hold_elsewhere() -> None:
    contract, laws = below_v1()
    with ALONE["the generated stub"]() as url:
        before = rows(url)
        report = run(Target.parse(url.removesuffix("/v1")), contract, laws, KNOWN, LAWS_ONLY)
        assert rows(url) == before
    assert report.findings == ()
    assert report.laws > 50


@pytest.mark.parametrize("name", LIMITED)
def test_the_laws_wait_for_a_server_that_is_slow_or_limits_the_rate(name: str) -> None:
    report, unchanged = examined(LIMITED[name], replace(LAWS_ONLY, only=("paging.", "action.", "values.r", "auth.")))
    assert report.findings == ()
    assert report.laws > 15
    assert unchanged


def test_fuzzing_takes_a_limit_of_the_rate_for_no_fault() -> None:
    report, unchanged = examined(LIMITED["503 with a date"], FUZZ_ONLY)
    assert report.findings == ()
    assert report.requests > 0
    assert unchanged


@pytest.mark.parametrize("name", AMONG)
def test_what_others_do_meanwhile_accuses_no_author(name: str) -> None:
    with AMONG[name]() as url:
        report = run(Target.parse(url), CONTRACT, LAWS, KNOWN, LAWS_ONLY)
    assert report.findings == ()
    assert report.requests > 300


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("engines", [("laws",), ("fuzz",)])
def test_no_server_of_another_api_is_accused(name: str, engines: Any) -> None:
    make, contract, key, parameters = OTHERS[name]
    fixtures = Fixtures(token=Secret(key, "$KEY"), parameters=parameters)
    with running(served(make())) as url:
        report = run(Target.parse(url), contract, {}, fixtures, Options(engines=engines, max_requests=100))
    assert report.findings == ()
    assert report.requests > 20


def test_what_another_api_lacks_is_said() -> None:
    with running(served(Places())) as url:
        report = run(Target.parse(url), PLACES, {}, Fixtures(token=Secret(PLACES_KEY, "$KEY")), LAWS_ONLY)
    assert report.findings == ()
    assert any('region = "…" under [parameters]' in one.needs for one in report.not_exercised)
