"""No correct server is accused, whatever else its author chose; faults are still found where the laws are inferred."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conform_help import CONTRACT, LAWS
from diglot.conform import Fixtures, Options, Report, Target, run
from diglot.serve import running
from servers.books import FAULTY, SPEC, library
from servers.right import RIGHT, Books, Choices, asgi, known

LAWS_ONLY = Options(engines=("laws",))
FUZZED = ("in memory", "ids in upper case", "exactly twenty", "others do everything")


def examined(name: str, options: Options) -> Report:
    with RIGHT[name]() as url:
        return run(Target.parse(url), CONTRACT, LAWS, known(), options)


@pytest.mark.parametrize("name", RIGHT)
def test_the_laws_accuse_no_correct_server(name: str) -> None:
    some = ("paging.", "action.u", "values.re") if name == "slow" else ()
    report = examined(name, replace(LAWS_ONLY, only=some))
    assert report.findings == ()
    assert report.laws > (10 if some else 25)


@pytest.mark.parametrize("name", FUZZED)
def test_fuzzing_accuses_no_correct_server(name: str) -> None:
    report = examined(name, Options(engines=("fuzz",), seed=3, max_requests=150))
    assert report.findings == ()
    assert report.requests > 50


def test_what_others_change_meanwhile_is_said_and_left_alone() -> None:
    report = examined("others do everything", replace(LAWS_ONLY, only=("paging.", "action.")))
    assert report.findings == ()
    assert any(one.needs == "rows that nobody else changes meanwhile" for one in report.not_exercised)


def test_rows_of_others_are_not_put_back() -> None:
    books = Books(Choices(busy="hits states"))
    with running(asgi(books)) as url:
        run(
            Target.parse(url),
            CONTRACT,
            LAWS,
            known(),
            replace(LAWS_ONLY, only=("action.effect", "values.a", "values.re")),
        )
    assert 0 < len(books.ours) < 40  # what the tests named; the others are as their owners left them


def test_an_operation_that_the_server_lacks_is_one_finding() -> None:
    with running(asgi(Books(Choices(lacks="metadata")))) as url:
        report = run(Target.parse(url), CONTRACT, LAWS, known(), LAWS_ONLY)
    operations = {finding.operation for finding in report.findings}
    assert operations == {"POST /datasets/{}/documents/metadata"}
    assert [finding.rule for finding in report.findings] == ["valid-input-refused"]


def test_another_api_is_tested_without_bindings() -> None:
    with running(library()) as url:
        report = run(Target.parse(url), SPEC, {}, Fixtures(), Options(seed=2, max_requests=400))
    assert report.findings == ()
    assert report.laws >= 10
    assert report.operations == 2


@pytest.mark.parametrize(("fault", "rule"), FAULTY.items())
def test_another_apis_faults_are_found_without_bindings(fault: str, rule: str) -> None:
    with running(library(fault)) as url:
        report = run(Target.parse(url), SPEC, {}, Fixtures(), LAWS_ONLY)
    assert rule in {finding.rule for finding in report.findings}
