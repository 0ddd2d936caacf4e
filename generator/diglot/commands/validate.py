"""`diglot validate [SPEC]`: OpenAPI's law, the examples, and the rules of the house."""

from __future__ import annotations

from argparse import Namespace

from diglot import pipeline
from diglot.commands.common import findings_of, project_of
from diglot.delivery import Outcome, Streams, deliver


def run(arguments: Namespace, streams: Streams) -> int:
    """Validate the contract, or any other specification or page."""
    project = project_of(arguments)
    fragments = pipeline.read(project, [arguments.inputs or project.config.contract])
    found = findings_of(fragments)
    for fragment in fragments:
        if fragment.operations:
            found += pipeline.validate(fragment.document, pipeline.locator(fragment))
    streams.say("validated", path=fragments[0].page.path, count=len(found))
    return deliver(Outcome(found), arguments, streams)
