"""`diglot conform --self-test`: which wrong servers are found, and that the right one is spared."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from conftest import ROOT
from diglot.serve.faults import FAULTS

Diglot = Callable[..., tuple[int, str, str]]


def test_the_share_of_faults_that_are_found(diglot: Diglot) -> None:
    code, out, err = diglot(
        "conform", "-C", ROOT, "--self-test", "never has more", "--only", "laws", "--format", "json"
    )
    value = json.loads(out)
    assert (code, err) == (0, "")
    assert set(value) == {"summary", "families", "survivors", "reference"}
    assert set(value["summary"]) == {"faults", "killed", "score", "seconds", "requests"}
    assert (value["summary"]["faults"], value["summary"]["killed"], value["summary"]["score"]) == (2, 2, 1.0)
    assert value["summary"]["requests"] > 300
    assert value["families"] == {"paging": {"faults": 1, "killed": 1}, "filters": {"faults": 1, "killed": 1}}
    assert (value["survivors"], value["reference"]) == ([], 0)


def test_what_is_not_found_is_named_and_fails(diglot: Diglot) -> None:
    """Fuzzing alone does not see that a total is not that of the rows: no single answer shows it."""
    arguments = ("conform", "-C", ROOT, "--self-test", "totals a hundred at most", "--only", "fuzz")
    code, out, _ = diglot(*arguments, "--max-requests", "150")
    assert code == 1
    assert "not found: paging: totals a hundred at most (total-wrong)" in out
    assert "reference server: 0 findings" in out
    assert "0 of 1 faults found, 0.0 %" in out


def test_words_that_no_fault_has_are_refused_in_one_line(diglot: Diglot) -> None:
    code, out, err = diglot("conform", "-C", ROOT, "--self-test", "no such fault")
    assert (code, out) == (2, "")
    assert "paging" in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_a_format_that_says_nothing_of_scores_is_refused(diglot: Diglot, form: str) -> None:
    code, out, err = diglot("conform", "-C", ROOT, "--self-test", FAULTS[0].name, "--format", form)
    assert (code, out) == (2, "")
    assert "json" in err
