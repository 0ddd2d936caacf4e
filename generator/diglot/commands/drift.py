"""`diglot drift [OLD NEW]`: where pages and languages, two editions, two versions, or pages and a server disagree."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from diglot import pipeline
from diglot.commands.common import findings_of, outcome_of, project_of
from diglot.core.collector import paused
from diglot.core.finding import Finding
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, counts, deliver
from diglot.project import Project


@paused()
def run(arguments: Namespace, streams: Streams) -> int:
    """Compare, set aside what is waived, and report the rest."""
    project = project_of(arguments)
    if arguments.server:
        return _server(arguments, streams)
    if len(arguments.inputs) not in (0, 2):
        raise UsageError("drift takes no input (the pages of the project) or two: OLD NEW")
    if arguments.inputs:
        old, new = (pipeline.read(project, [name]) for name in arguments.inputs)
        editions = pipeline.drift_editions(old, new)
        changed = pipeline.drift_versions(old, new) if editions is None else editions
        found = [*findings_of(old), *findings_of(new), *changed]
    else:
        fragments = pipeline.read(project)
        found = [*findings_of(fragments), *pipeline.drift(project, fragments)]
    # The project's own waivers are for the project's own pages.
    waivable = arguments.waivers or not arguments.inputs
    return _report(project, found, bool(waivable), arguments, streams)


def _server(arguments: Namespace, streams: Streams) -> int:
    """The pages of the project, or any other input, against the document that a server gives of itself."""
    if len(arguments.inputs) > 1:
        raise UsageError("drift --server takes no input (the pages of the project) or one to compare with")
    project = project_of(arguments)
    pages = pipeline.read(project, arguments.inputs)
    document = pipeline.server_document(arguments.server)
    streams.say("server-document", url=document[0].page.path)
    found = [*findings_of(pages), *findings_of(document), *pipeline.drift_server(pages, document)]
    return _report(project, found, bool(arguments.waivers), arguments, streams)


def _report(project: Project, found: Sequence[Finding], waivable: bool, arguments: Namespace, streams: Streams) -> int:
    outcome = outcome_of(pipeline.waive(project, found, arguments.waivers)) if waivable else Outcome(found)
    streams.say("drifted", **counts(outcome))
    return deliver(outcome, arguments, streams)
