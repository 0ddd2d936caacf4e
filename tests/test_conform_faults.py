"""Each wrong server is found, by the rule that names its fault."""

from __future__ import annotations

import re

import pytest

from conform_help import CONTRACT, LAWS, fixtures
from diglot.conform import Options, Report, Target, run
from diglot.core.catalogue import message
from diglot.core.laws import PROMISES
from diglot.core.rules import RULES
from diglot.core.usage import LANGUAGES
from diglot.serve import running
from servers.wrong import FAULTS, Fault

OF_THE_RUN = ("state-not-restored", "answer-unstable", "valid-input-refused")  # any law may meet these
BLANK = re.compile(r"\{[a-z_]+\}")


def examined(fault: Fault) -> Report:
    options = Options(engines=("laws",) if fault.laws else ("fuzz",), only=fault.laws, timeout=2)
    with running(fault.make()) as url:
        return run(Target.parse(url), CONTRACT, LAWS, fixtures(), options)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_wrong_server_is_found_by_the_rule_that_names_its_fault(fault: Fault) -> None:
    findings = examined(fault).findings
    assert fault.rule in {part.rule for finding in findings for part in finding.parts}
    for finding in (part for one in findings for part in one.parts):
        if finding.rule not in OF_THE_RUN:
            assert finding.rule in PROMISES[finding.evidence["law"]].rules
        assert RULES[finding.rule].stage == "conform"
        assert finding.location.pointer.startswith("/paths/")
        assert finding.evidence["curl"].startswith("curl ")
        for language in LANGUAGES:
            assert not BLANK.search(message(finding, language))
