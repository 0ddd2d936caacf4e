"""`diglot pull`: the pages as they are published now, and what changed since they were committed."""

from __future__ import annotations

from argparse import Namespace

from diglot import pipeline, upstream
from diglot.commands.common import listed, outcome_of, project_of
from diglot.delivery import Outcome, Streams, counts, deliver


def run(arguments: Namespace, streams: Streams) -> int:
    """Fetch, compare, write, report; with --check write nothing and return 1 when a page changed."""
    project = project_of(arguments)
    pulled = upstream.pull(project, [*project.config.hosts, *arguments.host], streams.say)
    if not arguments.check:
        upstream.keep(project, pulled)
    outcome = Outcome(pulled.findings)
    if arguments.waivers:
        outcome = outcome_of(pipeline.waive(project, pulled.findings, arguments.waivers))
    changed = sorted(pulled.files)
    streams.say("pulled", pages=pulled.pages, changed=listed(changed, streams.language), **counts(outcome))
    if changed and pulled.blocked and not arguments.check:
        streams.say("pull-blocked")
    aged = [name for name in changed if name in project.config.ages]
    if aged and not arguments.check and not pulled.blocked:
        streams.say("pull-ages", pages=listed(aged, streams.language), day=pipeline.today().isoformat())
    code = deliver(outcome, arguments, streams)
    return max(code, int(arguments.check and bool(changed)))
