"""`diglot normalize [PAGE...]`: the project's contract and overlays, or those of any other pages to stdout.

Of one document that is its normal form (see `diglot.normalize`); `--edition zh` is the contract in that language.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from diglot import files, pipeline
from diglot.commands.common import findings_of, listed, operations_of, project_of, stale
from diglot.core.collector import paused
from diglot.core.finding import Finding
from diglot.core.rules import broken
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, deliver, exit_code
from diglot.normalize import Normalized
from diglot.report import finding_value, render_text


@paused()
def run(arguments: Namespace, streams: Streams) -> int:
    """Merge the pages; with --check only say whether a file would change, with --edition only print."""
    if arguments.check and arguments.edition:
        raise UsageError("normalize --check compares files and --edition prints a document; give one of them")
    project = project_of(arguments)
    fragments = pipeline.read(project, arguments.inputs)
    normalized = pipeline.normalize(project, fragments, additions=not arguments.inputs)
    found = [*findings_of(fragments), *normalized.findings]
    outcome = Outcome(found, value=_value(normalized, found, streams.language))
    if arguments.inputs or arguments.edition:
        document = pipeline.edition(normalized, arguments.edition)
        outcome = replace(outcome, value={**outcome.value, "document": document})
        return _print(outcome, pipeline.written(document) if operations_of(fragments) else "", arguments, streams)
    written = pipeline.contract_files(project, normalized)
    outdated = stale(project, written)
    if arguments.check:
        return deliver(replace(outcome, findings=[*found, *outdated]), arguments, streams)
    if broken(found):
        streams.say("not-written")
        return deliver(outcome, arguments, streams)
    changed = {finding.location.path for finding in outdated}
    for file in written:
        if file.path in changed:
            files.write(project.root / file.path, file.text)
    words = listed(sorted(changed), streams.language)
    streams.say("normalized", operations=operations_of(fragments), changed=words)
    return deliver(outcome, arguments, streams)


def _print(outcome: Outcome, documents: str, arguments: Namespace, streams: Streams) -> int:
    """The contract itself to stdout, so that it can be piped; what was found goes to stderr."""
    if arguments.format != "text":
        return deliver(outcome, arguments, streams)
    streams.err.write(render_text(outcome.findings, streams.language))
    deliver(Outcome(body=documents), arguments, streams)
    return exit_code(outcome.findings, arguments.fail_on)


def _value(normalized: Normalized, found: Sequence[Finding], language: str) -> dict[str, Any]:
    return {
        "document": normalized.contract.document,
        "overlays": {overlay.language: overlay.document for overlay in normalized.overlays},
        "origins": {
            pointer: [
                {**asdict(origin.location), "strength": origin.strength, "language": origin.language}
                for origin in known
            ]
            for pointer, known in normalized.contract.origins.items()
        },
        "findings": [finding_value(finding, language) for finding in found],
    }
