"""`diglot conform TARGET`: a running server against the contract."""

from __future__ import annotations

import os
import tomllib
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from diglot import files, pipeline
from diglot.commands.common import locator, outcome_of, project_of
from diglot.commands.progress import progress
from diglot.conform import Fixtures, NotExercised, Options, Report
from diglot.conform.outcome import Engine, Progress
from diglot.core.catalogue import law_words, phrase
from diglot.core.finding import Finding
from diglot.core.ir import Fragment
from diglot.core.tree import plain
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, deliver
from diglot.normalize import canonical
from diglot.project import Project
from diglot.report import finding_value, safe


def run(arguments: Namespace, streams: Streams) -> int:
    """Test TARGET, or without one the embedded reference server."""
    project = project_of(arguments)
    contract = contract_for(project, arguments.spec)
    document = plain(canonical(contract).document)
    with progress(streams) as shown:
        options = _options(arguments, project, shown)
        if arguments.inputs:
            fixtures = _fixtures(project, arguments)
            report = pipeline.conform(project, arguments.inputs, document, fixtures, options, arguments.laws)
        else:
            with pipeline.reference_server() as (url, fixtures):
                report = pipeline.conform(project, url, document, fixtures, options, arguments.laws)
    report = with_lines(report, contract)
    outcome = Outcome(report.findings)
    if arguments.waivers:
        outcome = outcome_of(pipeline.waive(project, report.findings, arguments.waivers))
    streams.say("conformed", **summary_of(report), findings=len(outcome.findings))
    return deliver(_with_value(outcome, report, streams.language), arguments, streams)


def contract_for(project: Project, name: str | None) -> Fragment:
    """The contract to test against: a document with operations, its lines kept.

    Raises:
        UsageError: it has no operation, or cannot be read.
    """
    path = name or project.config.contract
    fragments = [fragment for fragment in pipeline.read(project, [path]) if fragment.operations]
    if len(fragments) != 1:
        raise UsageError(f"{path}: one OpenAPI document with operations is expected here")
    return fragments[0]


def with_lines(report: Report, contract: Fragment) -> Report:
    """The report, with the line of the contract that each finding is about."""
    locate = locator(contract)

    def placed(item: Finding) -> Finding:
        return replace(item, location=locate(item.location.pointer), also=tuple(placed(part) for part in item.also))

    return replace(report, findings=tuple(placed(item) for item in report.findings))


def _options(arguments: Namespace, project: Project, shown: Progress) -> Options:
    engines: tuple[Engine, ...] = (arguments.only,) if arguments.only else ("laws", "fuzz")
    return Options(
        engines=engines,
        read_only=arguments.read_only,
        seed=arguments.seed,
        budget=arguments.budget,
        spec=arguments.spec or project.config.contract,
        progress=shown,
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


def _fixtures(project: Project, arguments: Namespace) -> Fixtures:
    """The fixtures file, `--dataset` over it, and the key from the environment where neither gives one."""
    document: dict[str, Any] = {}
    if arguments.fixtures:
        try:
            document = tomllib.loads(files.read_text(Path(arguments.fixtures)))
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{arguments.fixtures}: {error}") from None
    if arguments.dataset:
        document["dataset"] = arguments.dataset
    variable = f"{project.config.environment}_API_KEY"
    if "token" not in document and os.environ.get(variable):
        document["token"] = f"env:{variable}"
    return Fixtures.parse(document, os.environ)
