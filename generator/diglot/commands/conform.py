"""`diglot conform TARGET`: a running server against the contract."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict, replace
from typing import Any

from diglot import pipeline
from diglot.commands.common import outcome_of, project_of
from diglot.commands.consent import ending_as_on_ctrl_c, limits, permit
from diglot.conform import Options, Report
from diglot.conform.outcome import Engine, Progress
from diglot.core.catalogue import phrase
from diglot.delivery import Outcome, Streams, deliver
from diglot.project import Project
from diglot.report import finding_value, safe
from diglot.testing import against, contract_for, fixtures_of


def run(arguments: Namespace, streams: Streams) -> int:
    """Test TARGET, or without one the embedded reference server."""
    if arguments.self_test:
        from diglot.commands import self_test  # it stands on the whole catalogue of faults

        return self_test.run(arguments, streams)
    project = project_of(arguments)
    contract = contract_for(project, arguments.spec)
    options = _options(arguments, project, streams)
    if arguments.inputs:
        fixtures = fixtures_of(project, arguments.fixtures, arguments.dataset)
        permit(arguments, streams, fixtures.dataset)
        with ending_as_on_ctrl_c():
            report = against(project, arguments.inputs, contract, fixtures, options, arguments.laws)
    else:
        with pipeline.reference_server() as (url, fixtures):
            report = against(project, url, contract, fixtures, replace(options, journal=False), arguments.laws)
    outcome = Outcome(report.findings)
    if arguments.waivers:
        outcome = outcome_of(pipeline.waive(project, report.findings, arguments.waivers))
    streams.say("conformed", **summary_of(report), findings=len(outcome.findings))
    code = deliver(_with_value(outcome, report, streams.language), arguments, streams)
    if report.interrupted:
        streams.say("interrupted")
        return code or 2
    return code


def _options(arguments: Namespace, project: Project, streams: Streams) -> Options:
    engines: tuple[Engine, ...] = (arguments.only,) if arguments.only else ("laws", "fuzz")
    return Options(
        engines=engines,
        profile=arguments.profile,
        read_only=arguments.read_only,
        seed=arguments.seed,
        **limits(arguments),
        spec=arguments.spec or project.config.contract,
        progress=live_progress(streams),
        say=streams.say,
    )


def live_progress(streams: Streams) -> Progress | None:
    """Progress on one line of a terminal; nothing elsewhere, where the summary is enough."""
    if not streams.err.isatty():
        return None

    def progress(what: str, done: int, of: int) -> None:
        streams.err.write(f"\r\x1b[K{safe(what)} {done}/{of}" + ("\r\x1b[K" if done >= of else ""))
        streams.err.flush()

    return progress


def summary_of(report: Report) -> dict[str, Any]:
    """The figures of a run as the JSON shape has them."""
    return {
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "operations": report.operations,
        "laws": report.laws,
    }


def _with_value(outcome: Outcome, report: Report, language: str) -> Outcome:
    body = "".join(
        safe(phrase("not-exercised", language, what=item.what, needs=item.needs)) + "\n"
        for item in report.not_exercised
    )
    value = {
        "summary": summary_of(report),
        "findings": [finding_value(finding, language) for finding in outcome.findings],
        "not_exercised": [asdict(item) for item in report.not_exercised],
    }
    return Outcome(outcome.findings, outcome.waived, value, body)
