"""`diglot generate`: the project's client and reference, or those of any other pages."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from diglot import files, pipeline
from diglot.commands.common import by_history, findings_of, listed, project_of, stale
from diglot.core.catalogue import phrase
from diglot.core.collector import paused
from diglot.core.finding import Finding, Location
from diglot.core.rules import broken
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, deliver
from diglot.freshness import Memory
from diglot.project import Project


@paused()
def run(arguments: Namespace, streams: Streams) -> int:
    """Generate; with --check only say what would change."""
    project = project_of(arguments)
    if arguments.inputs and not arguments.into:
        raise UsageError("generate: say where to write the client of these pages with --into FOLDER")
    own = not arguments.inputs and not arguments.into and not arguments.package
    memory = Memory(project, "generate")
    if own and not arguments.check and memory.recall():
        streams.say("generated", folder=project.config.generated, changed=phrase("nothing", streams.language))
        return 0
    project = _elsewhere(project, arguments)
    fragments = pipeline.read(project, arguments.inputs)
    normalized = pipeline.normalize(project, fragments, additions=not arguments.inputs)
    unread = [*findings_of(fragments), *normalized.findings]
    is_dated = by_history(fragments)
    del fragments  # half of all that is held by now, and nobody asks the pages again
    if broken(unread):
        streams.say("not-written")
        return deliver(Outcome(unread), arguments, streams)
    found = [] if arguments.inputs else stale(project, pipeline.contract_files(project, normalized))
    tree = pipeline.render(project, normalized)
    folder = project.config.generated
    if arguments.check:
        differing = files.differences(project.root / folder, tree)
        found += [Finding("generated-stale", Location(f"{folder}/{path}", 1, 1)) for path in differing]
        return deliver(Outcome(found), arguments, streams)
    changed = files.write_tree(project.root / folder, tree)
    if own and not found and not is_dated:
        memory.remember(True)
    streams.say("generated", folder=folder, changed=listed(changed, streams.language))
    return deliver(Outcome(found), arguments, streams)


def _elsewhere(project: Project, arguments: Namespace) -> Project:
    config = project.config
    generated, package = arguments.into or config.generated, arguments.package or config.package
    return replace(project, config=replace(config, generated=generated, package=package))
