"""Each wrong server is found, by a rule that names its fault; and the catalogue of faults keeps its own order."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from conform_help import CONTRACT, LAWS, fixtures
from diglot.conform import Options, Report, Target, run
from diglot.conform.laws import table
from diglot.core.catalogue import message
from diglot.core.laws import PROMISES
from diglot.core.rules import RULES
from diglot.core.usage import LANGUAGES
from diglot.serve import running
from diglot.serve.faults import FAULTS, Fault

BLANK = re.compile(r"\{[a-z_]+\}")
FAMILIES = {
    "paging", "filters", "actions", "values", "inputs", "credentials", "isolation", "concurrency", "timing", "protocol",
    "answers",
}  # fmt: skip


def chosen() -> list[Fault]:
    """A fault of each family for each rule, but those of time; `make self-test` tries all, which takes minutes."""
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for fault in FAULTS:
        if not fault.laws or fault.timed:
            continue
        counts[fault.family, fault.rules[0]] += 1
        if counts[fault.family, fault.rules[0]] == 1:
            found.append(fault)
    return found


def examined(fault: Fault) -> Report:
    options = Options(engines=("laws",), only=fault.laws or (), timeout=2)
    with running(fault.make()) as url:
        return run(Target.parse(url), CONTRACT, LAWS, fixtures(), options)


@pytest.mark.parametrize("fault", chosen(), ids=lambda fault: fault.name)
def test_a_wrong_server_is_found_by_a_rule_that_names_its_fault(fault: Fault) -> None:
    findings = examined(fault).findings
    assert set(fault.rules) & {part.rule for finding in findings for part in finding.parts}
    for finding in (part for one in findings for part in one.parts):
        assert finding.evidence["law"] in PROMISES or finding.rule == "state-not-restored"
        assert RULES[finding.rule].stage == "conform"
        assert finding.location.pointer.startswith("/paths/")
        assert finding.evidence["curl"].startswith("curl ")
        for language in LANGUAGES:
            assert not BLANK.search(message(finding, language))


def test_every_family_has_its_faults_and_no_two_have_one_name() -> None:
    assert {fault.family for fault in FAULTS} == FAMILIES
    assert len(FAULTS) >= 170
    assert [name for name, count in Counter(fault.name for fault in FAULTS).items() if count > 1] == []
    assert min(Counter(fault.family for fault in FAULTS).values()) >= 8


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_names_rules_and_laws_that_there_are(fault: Fault) -> None:
    assert fault.rules
    assert {rule for rule in fault.rules if rule not in RULES or RULES[rule].stage != "conform"} == set()
    for beginning in fault.laws or ():
        assert any(law.name.startswith(beginning) for law in table.LAWS)


def test_every_law_has_a_fault_that_it_is_for() -> None:
    named = tuple(beginning for fault in FAULTS for beginning in fault.laws or ())
    assert [law.name for law in table.LAWS if not law.name.startswith(named)] == []
