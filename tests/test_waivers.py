"""Waivers: what is accepted for now, and what is wrong with the list of it."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot.core.finding import Finding, Location
from diglot.drift.waivers import Waiver, apply, parse, write

TODAY = date(2026, 6, 15)
FIRST = Finding("parameter-missing", Location("zh/a.md", 3, 1, "/p"), "GET /a", args={"in": "query", "name": "x"})
SAME_PLACE = Finding("bounds-differ", Location("zh/a.md", 3, 1, "/p"), "GET /a", args={"in": "query", "name": "x"})


def waiver(finding: Finding, expires: date | None = None) -> Waiver:
    return Waiver(finding.fingerprint, "known", expires, Location("waivers.toml", 1))


def entry(fingerprint: str = "0123456789abcdef", reason: str = "known", more: str = "") -> str:
    return f'[[waiver]]\nfingerprint = "{fingerprint}"\nreason = "{reason}"\n{more}\n'


def test_a_waived_finding_is_set_aside_and_no_other_at_the_same_place() -> None:
    is_open, waived, problems = apply([FIRST, SAME_PLACE], [waiver(FIRST)], TODAY)
    assert (is_open, waived, problems) == ((SAME_PLACE,), (FIRST,), ())


def test_a_waiver_holds_through_its_last_day() -> None:
    assert apply([FIRST], [waiver(FIRST, TODAY)], TODAY) == ((), (FIRST,), ())


def test_an_expired_waiver_waives_nothing_and_is_a_finding() -> None:
    is_open, waived, (problem,) = apply([FIRST], [waiver(FIRST, date(2026, 6, 14))], TODAY)
    assert (is_open, waived) == ((FIRST,), ())
    assert problem.rule == "waiver-expired"
    assert problem.other == FIRST.location
    assert problem.evidence["expires"] == "2026-06-14"


def test_a_waiver_that_matches_nothing_is_a_finding_even_when_expired() -> None:
    for expires in (None, date(2020, 1, 1)):
        is_open, waived, (problem,) = apply([SAME_PLACE], [waiver(FIRST, expires)], TODAY)
        assert (is_open, waived, problem.rule) == ((SAME_PLACE,), (), "waiver-unmatched")


def test_reading_gives_each_waiver_its_line() -> None:
    text = (
        "# why\n" + entry(more="expires = 2027-01-31") + "\n" + entry("fedcba9876543210", more='expires = "2027-02-01"')
    )
    waivers, problems = parse(text, "waivers.toml")
    assert problems == ()
    assert [(each.fingerprint, each.expires, each.location.line) for each in waivers] == [
        ("0123456789abcdef", date(2027, 1, 31), 2),
        ("fedcba9876543210", date(2027, 2, 1), 7),
    ]
    assert parse("", "waivers.toml") == ((), ())


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        (entry("0123"), "fingerprint is not 16 hexadecimal digits", 1),
        (entry("0123456789ABCDEF"), "fingerprint is not 16 hexadecimal digits", 1),
        (entry(reason="  "), "reason is missing", 1),
        ('[[waiver]]\nfingerprint = "0123456789abcdef"\n', "reason is missing", 1),
        (entry(more='expires = "soon"'), "expires is not a date such as 2027-01-31", 1),
        (entry(more="expires = 12"), "expires is not a date such as 2027-01-31", 1),
        (entry(more="expiry = 2027-01-31"), "unknown key expiry", 1),
        (entry() + entry(), "fingerprint stands twice", 5),
        ("waiver = 3\n", "waiver is not an array of tables", 1),
        ("waiver = [3]\n", "not a table", 1),
        ("[waivers]\n", "unknown key waivers", 1),
    ],
)
def test_what_cannot_be_understood_is_a_finding_at_its_line(text: str, problem: str, line: int) -> None:
    _, (found,) = parse(text, "waivers.toml")
    assert found.rule == "waiver-invalid"
    assert (found.evidence["problem"], found.location.line) == (problem, line)


def test_broken_toml_is_a_finding_with_its_line_and_waives_nothing() -> None:
    waivers, (found,) = parse(entry() + "reason = = 1\n", "waivers.toml")
    assert waivers == ()
    assert (found.rule, found.location.line) == ("waiver-invalid", 5)
    assert "(at line" not in found.evidence["problem"]
    for text in ("x = 1\nx = 2", "a = " + "[" * 100_000, "[[waiver"):
        assert parse(text, "w")[1][0].rule == "waiver-invalid"


def test_one_bad_waiver_does_not_take_the_others_down() -> None:
    waivers, problems = parse(entry("nonsense") + entry(FIRST.fingerprint), "waivers.toml")
    assert [each.fingerprint for each in waivers] == [FIRST.fingerprint]
    assert len(problems) == 1
    assert apply([FIRST], waivers, TODAY)[1] == (FIRST,)


def test_what_is_written_waives_all_of_it_and_names_each_finding() -> None:
    text = write([SAME_PLACE, FIRST, FIRST])
    waivers, problems = parse(text, "waivers.toml")
    assert problems == ()
    assert apply([FIRST, SAME_PLACE], waivers, TODAY) == ((), (FIRST, SAME_PLACE), ())
    assert "# zh/a.md:3: parameter-missing " in text
    assert text.count("[[waiver]]") == 2
    assert write([]) == ""


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_no_text_of_a_page_escapes_the_comment(path: str, name: str) -> None:
    hostile = Finding(
        "unjudged-difference", Location(path, 1), evidence={"where": name, "says": name}, args={"what": name}
    )
    text = write([hostile])
    text.encode("utf-8")
    assert tomllib.loads(text)["waiver"] == [
        {"fingerprint": hostile.fingerprint, "reason": "accepted when diglot was adopted"}
    ]
