"""Each wrong server is found, by the rule that names its fault."""

from __future__ import annotations

import pytest

from conform_help import CONTRACT, LAWS, fixtures
from diglot.conform import Options, Report, Target, run
from diglot.serve import running
from servers.wrong import FAULTS, Fault


def examined(fault: Fault) -> Report:
    options = Options(engines=("laws",) if fault.laws else ("fuzz",), only=fault.laws, timeout=2)
    with running(fault.make()) as url:
        return run(Target.parse(url), CONTRACT, LAWS, fixtures(), options)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_wrong_server_is_found_by_the_rule_that_names_its_fault(fault: Fault) -> None:
    assert fault.rule in {finding.rule for finding in examined(fault).findings}
