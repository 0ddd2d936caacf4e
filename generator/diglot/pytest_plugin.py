"""The pytest plugin: `pytest --diglot-url URL` adds a test for each operation of the contract.

One run of `diglot conform` serves them all; a test fails with the findings of its operation. The fixture
`diglot_conform` is `diglot.testing.conform` with the options of the command line as defaults, for a suite that starts
its server itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from diglot.conform import Report

_RUN: pytest.StashKey[_Run] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the group `diglot`."""
    group = parser.getgroup("diglot", "conformance of a running server (diglot)")
    add = group.addoption
    add("--diglot-url", metavar="URL", help="test this server, or the application module:app, against the contract")
    add("--diglot-spec", metavar="FILE", help="the contract (default: the project's)")
    add("--diglot-laws", metavar="FILE", help="laws bound to operations (default: the project's)")
    add("--diglot-fixtures", metavar="FILE", help="TOML with key, datasets and fields to test with")
    add("--diglot-dataset", metavar="ID", help="a dataset with documents to work on")
    add("--diglot-only", choices=("laws", "fuzz"), help="one of the two engines")
    add("--diglot-read-only", action="store_true", help="send nothing that writes")
    add("--diglot-yes", action="store_true", help="test a host that is not this machine")
    add("--diglot-seed", type=int, default=1, help="chooses the inputs of fuzzing (default: %(default)s)")
    add("--diglot-budget", type=float, default=60.0, metavar="SECONDS", help="default: %(default)s")
    add("--diglot-fail-on", choices=("error", "warning", "note"), default="warning", help="default: %(default)s")


class _Run:
    """One run against the server of `--diglot-url`, made when the first test asks for it."""

    def __init__(self, config: pytest.Config) -> None:
        from diglot.conform import Target
        from diglot.core.usage import UsageError
        from diglot.project import Project
        from diglot.testing import contract_for

        self._config = config
        self.report: Report | None = None
        self.refused = ""
        url = config.getoption("--diglot-url")
        try:
            if Target.parse(url).remote and not config.getoption("--diglot-yes"):
                raise UsageError(f"{url} is not this machine: allow it with --diglot-yes")
            project = Project.at(config.rootpath)
            self.spec = _file(config, "spec") or project.config.contract
            contract = contract_for(project, self.spec)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        self.operations = list(dict.fromkeys(str(one.key) for one in contract.operations))

    def stands_with(self, operation: str) -> str:
        """The test that reports what was found of an operation; what is of none stands with the first."""
        return operation if operation in self.operations else self.operations[0]

    def result(self) -> Report:
        """The report.

        Raises:
            UsageError: the server cannot be tested; said to every test, and tried once.
        """
        from diglot.core.usage import UsageError

        if self.refused:
            raise UsageError(self.refused)
        if self.report is None:
            try:
                self.report = _conform(self._config)(self._config.getoption("--diglot-url"))
            except UsageError as error:
                self.refused = str(error)
                raise
            if self.report.interrupted:
                raise KeyboardInterrupt
        return self.report


def _file(config: pytest.Config, name: str) -> str | None:
    """The file that an option names, from the root of the project where it lies inside."""
    given = config.getoption(f"--diglot-{name}")
    if given is None:
        return None
    path = config.invocation_params.dir / given
    return str(path.relative_to(config.rootpath) if path.is_relative_to(config.rootpath) else path)


def _conform(config: pytest.Config) -> Callable[..., Report]:
    """`diglot.testing.conform` with the options of the command line as defaults."""
    from diglot.conform import Options
    from diglot.conform.outcome import ENGINES
    from diglot.testing import conform

    only = config.getoption("--diglot-only")
    options = Options(
        engines=tuple(engine for engine in ENGINES if only in (None, engine)),
        read_only=config.getoption("--diglot-read-only"),
        seed=config.getoption("--diglot-seed"),
        budget=config.getoption("--diglot-budget"),
    )
    return partial(
        conform,
        spec=_file(config, "spec"),
        laws=_file(config, "laws"),
        fixtures=config.getoption("--diglot-fixtures"),
        dataset=config.getoption("--diglot-dataset"),
        project=config.rootpath,
        options=options,
    )


@pytest.fixture(scope="session")
def diglot_conform(pytestconfig: pytest.Config) -> Callable[..., Report]:
    """Test a server: `diglot_conform(url_or_application, **changed)` gives a report; see `diglot.testing.conform`."""
    return _conform(pytestconfig)


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose among the tests
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test for each operation, where a server is given."""
    if config.getoption("--diglot-url"):
        run = config.stash[_RUN] = _Run(config)
        items += [
            _OperationItem.from_parent(session, name=f"diglot[{one}]", run=run, operation=one) for one in run.operations
        ]


class _OperationItem(pytest.Item):
    """The findings of one operation."""

    def __init__(self, *, run: _Run, operation: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._run, self._operation = run, operation

    def runtest(self) -> None:
        from dataclasses import replace

        report = self._run.result()
        parts = [part for one in report.findings for part in one.parts]
        mine = tuple(part for part in parts if self._run.stands_with(part.operation) == self._operation)
        replace(report, findings=mine).raise_for_findings(self.config.getoption("--diglot-fail-on"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> str:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.config.rootpath / self._run.spec, None, self.name


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What the run sent, and what it could not try."""
    report = config.stash[_RUN].report if _RUN in config.stash else None
    if report is not None:
        terminalreporter.section("diglot")
        terminalreporter.line(f"{report.requests} requests in {report.seconds:.1f} s, {report.laws} laws")
        for one in report.not_exercised:
            terminalreporter.line(f"not exercised: {one.what}; needs {one.needs}")
