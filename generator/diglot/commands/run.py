"""`diglot run`: the whole way, from the pages to a conformance report, and a summary of what was made and found."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from diglot import files, pipeline
from diglot.commands.common import by_history, findings_of, listed, operations_of, outcome_of, project_of, stale
from diglot.commands.conform import summary_of
from diglot.commands.progress import progress
from diglot.conform import Options
from diglot.core.catalogue import phrase
from diglot.core.finding import Finding
from diglot.core.rules import broken
from diglot.delivery import Outcome, Streams, counts, deliver, exit_code
from diglot.freshness import Memory
from diglot.pipeline import today
from diglot.project import Project
from diglot.report import render_text
from diglot.testing import against, contract_for

_MOST_LINES = 25


@dataclass(frozen=True, slots=True)
class _Made:
    """What the stages before the server gave: findings, a line for each stage, and whether they got to the end.

    `by_history`: pages were told apart by git's history, which may change though no file does.
    """

    findings: tuple[Finding, ...]
    lines: tuple[str, ...]
    complete: bool = True
    by_history: bool = False


def run(arguments: Namespace, streams: Streams) -> int:
    """Every stage in order; the stages whose inputs and outputs are as the last run left them are not run again."""
    project, language = project_of(arguments), streams.language
    memory = Memory(project, "run", salt=today().isoformat())  # a waiver may have expired overnight
    remembered = memory.recall() or {}
    if language in remembered and not arguments.waivers:
        made = _Made((), (phrase("summary-unchanged", language), *remembered[language]))
    else:
        made = _make(project, arguments, language)
        if made.complete and not made.by_history and not _failing(made.findings, arguments.fail_on):
            memory.remember({language: made.lines})
    tested, lines = _test(project, streams) if made.complete else ((), [])
    failing = _failing([*made.findings, *tested], arguments.fail_on)
    verdict = phrase("summary-bad" if failing else "summary-good", language, count=len(failing))
    head = [phrase("summary", language), *made.lines, *lines, verdict]
    shown = _fitting(failing, _MOST_LINES - len(head), language)
    return deliver(Outcome(shown, body="".join(f"{line}\n" for line in head)), arguments, streams)


def _fitting(found: Sequence[Finding], lines: int, language: str) -> list[Finding]:
    """As many findings as fit into so many lines, at least one."""
    shown: list[Finding] = []
    for finding in found:
        lines -= render_text([finding], language).count("\n")
        if lines < 0 and shown:
            break
        shown.append(finding)
    return shown


def _make(project: Project, arguments: Namespace, language: str) -> _Made:
    """Pages to generated code; stops before anything is written from pages that could not be read."""
    fragments = pipeline.read(project)
    normalized = pipeline.normalize(project, fragments)
    contract = normalized.contract
    read = [*findings_of(fragments), *normalized.findings]
    losses = sum(len(fragment.losses) for fragment in fragments)
    lines = [phrase("summary-read", language, pages=len(fragments), operations=operations_of(fragments), losses=losses)]
    if broken(read):
        return _Made(tuple(read), (*lines, "  " + phrase("not-written", language)), complete=False)
    written = pipeline.contract_files(project, normalized)
    outdated = sorted(finding.location.path for finding in stale(project, written))
    for file in written:
        if file.path in outdated:
            files.write(project.root / file.path, file.text)
    lines.append(phrase("summary-contract", language, path=project.config.contract, changed=listed(outdated, language)))
    valid = pipeline.validate(contract.document, partial(pipeline.locate, project, contract))
    lines.append(phrase("summary-valid", language, version=contract.document["openapi"], count=len(valid)))
    if broken(valid):
        return _Made((*read, *valid), tuple(lines), complete=False)
    judged = outcome_of(pipeline.waive(project, [*read, *pipeline.drift(project, fragments)], arguments.waivers))
    lines.append(phrase("summary-drift", language, path=project.config.waivers, **counts(judged)))
    folder = project.config.generated
    tree, digest = pipeline.render(project, normalized), pipeline.contract_digest(normalized)
    changed = files.write_tree(project.root / folder, tree, digest)
    lines.append(phrase("summary-client", language, folder=folder, changed=listed(changed, language)))
    return _Made((*valid, *judged.findings), tuple(lines), by_history=by_history(fragments))


def _test(project: Project, streams: Streams) -> tuple[tuple[Finding, ...], list[str]]:
    """The contract as written, held against the embedded reference server."""
    contract = contract_for(project, None)
    with progress(streams) as shown, pipeline.reference_server() as (url, fixtures):
        options = Options(journal=False, spec=project.config.contract, progress=shown)
        report = against(project, url, contract, fixtures, options)
    if report.interrupted:
        raise KeyboardInterrupt
    words = {**summary_of(report), "findings": len(report.findings)}
    lines = [phrase("summary-conform", streams.language, url=url, **words)]
    if report.not_exercised:
        lines.append(phrase("summary-not-exercised", streams.language, count=len(report.not_exercised)))
    return report.findings, lines


def _failing(found: Sequence[Finding], fail_on: str) -> list[Finding]:
    return [finding for finding in found if exit_code([finding], fail_on)]
