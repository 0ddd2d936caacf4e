"""`diglot conform TARGET`: a running server against the contract."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from diglot import files, pipeline
from diglot.commands.common import outcome_of, project_of
from diglot.commands.consent import ending_as_on_ctrl_c, limits, permit
from diglot.commands.progress import progress
from diglot.conform import NotExercised, Options, Report
from diglot.conform.outcome import Engine, Progress, Recorded
from diglot.conform.replay import recorded
from diglot.core.catalogue import law_words, phrase
from diglot.core.usage import UsageError
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
    known = _recorded(arguments)
    with progress(streams) as shown:
        options = replace(_options(arguments, project, streams, shown), replay=known)
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


def _recorded(arguments: Namespace) -> tuple[Recorded, ...]:
    """The findings to run again; without TARGET they say what it is, and without fixtures the dataset.

    Raises:
        UsageError: the file cannot be used, or its findings are of several servers.
    """
    if not arguments.replay:
        return ()
    found = recorded(files.read_text(Path(arguments.replay)), arguments.replay)
    if not arguments.inputs:
        targets = {one.base_url for one in found}
        (target,) = targets if len(targets) == 1 else ("",)
        if not target.lower().startswith(("http://", "https://")):
            raise UsageError(f"{arguments.replay}: its findings do not say one server between them; give TARGET")
        arguments.inputs = target
        if not (arguments.dataset or arguments.fixtures):
            arguments.dataset = next((one.dataset for one in found if one.dataset), None)
    return found


def _options(arguments: Namespace, project: Project, streams: Streams, shown: Progress) -> Options:
    engines: tuple[Engine, ...] = (arguments.only,) if arguments.only else ("laws", "fuzz")
    return Options(
        engines=engines,
        profile=arguments.profile,
        read_only=arguments.read_only,
        seed=arguments.seed,
        **limits(arguments),
        spec=arguments.spec or project.config.contract,
        progress=shown,
        say=streams.say,
    )


def summary_of(report: Report) -> dict[str, Any]:
    """The figures of a run as the JSON shape has them."""
    return {
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "operations": report.operations,
        "laws": report.laws,
    }


def _untested(report: Report, language: str) -> list[NotExercised]:
    """What was not exercised, in the user's language behind the id of the law that a script looks for."""
    told = []
    for item in report.not_exercised:
        words = law_words(item.what.partition(":")[0], language)
        told.append(replace(item, what=f"{item.what} ({words['title']})") if words else item)
    return told


def _with_value(outcome: Outcome, report: Report, language: str) -> Outcome:
    untested = _untested(report, language)
    body = "".join(
        safe(phrase("not-exercised", language, what=item.what, needs=item.needs)) + "\n" for item in untested
    )
    value = {
        "summary": summary_of(report),
        "findings": [finding_value(finding, language) for finding in outcome.findings],
        "not_exercised": [asdict(item) for item in untested],
    }
    return Outcome(outcome.findings, outcome.waived, value, body)
