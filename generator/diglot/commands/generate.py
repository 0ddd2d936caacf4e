"""`diglot generate`: the project's client and reference, or those of any other pages."""

from __future__ import annotations

import re
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from diglot import files, pipeline
from diglot.commands.common import by_history, findings_of, listed, project_of, stale
from diglot.core.catalogue import catalogue, phrase
from diglot.core.collector import paused
from diglot.core.finding import Finding, Location
from diglot.core.ir import File
from diglot.core.names import constant, pascal
from diglot.core.rules import RULES, broken
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, deliver
from diglot.freshness import Memory
from diglot.project import Project

if TYPE_CHECKING:
    from diglot.render import Modeller

_DIGEST = re.compile("sha256 [0-9a-f]{64}")


@paused()
def run(arguments: Namespace, streams: Streams) -> int:
    """Generate; with --check only say what would change, and what that means to who calls the package."""
    project = _chosen(project_of(arguments), arguments)
    if arguments.inputs and not arguments.into:
        raise UsageError("generate: say where to write the client of these pages with --into FOLDER")
    own = not arguments.inputs and not arguments.into and not arguments.package
    memory = Memory(project, "generate")
    folder = project.config.generated
    if own and not arguments.check and memory.recall():
        streams.say("generated", folder=folder, changed=phrase("nothing", streams.language))
        return 0
    with pipeline.modelling() as modeller:
        return _generate(project, arguments, streams, modeller, memory if own else None)


def _generate(
    project: Project, arguments: Namespace, streams: Streams, modeller: Modeller, memory: Memory | None
) -> int:
    folder = project.config.generated
    fragments = pipeline.read(project, arguments.inputs)
    normalized = pipeline.normalize(project, fragments, additions=not arguments.inputs)
    unread = [*findings_of(fragments), *normalized.findings]
    is_dated = by_history(fragments)
    del fragments  # half of all that is held by now, and nobody asks the pages again
    if broken(unread):
        streams.say("not-written")
        return deliver(Outcome(unread), arguments, streams)
    found = [] if arguments.inputs else stale(project, pipeline.contract_files(project, normalized))
    tree, digest = pipeline.render(project, normalized, modeller), pipeline.contract_digest(normalized)
    if arguments.check:
        return _check(project, tree, digest, found, arguments, streams)
    stands = files.standing(project.root / folder, tree)
    changes = pipeline.api_changes(project, tree) if stands.differing else []
    changed = files.write_tree(project.root / folder, tree, digest, force=arguments.force)
    if memory and not found and not is_dated:
        memory.remember(True)
    said = _said(changes, streams.language)
    key = "generated-api" if changes else "generated"
    streams.say(key, folder=folder, changed=listed(changed, streams.language), api=said)
    return deliver(Outcome(found), arguments, streams)


def _chosen(project: Project, arguments: Namespace) -> Project:
    """The project with what the command line says otherwise than its configuration."""
    config = project.config
    if arguments.package and arguments.package != config.package:  # another package is another client
        name = arguments.package
        config = replace(config, package=name, client=pascal(name), environment=constant(name))
    return replace(
        project,
        config=replace(
            config,
            generated=arguments.into or config.generated,
            templates=arguments.templates or config.templates,
        ),
    )


def _check(
    project: Project, tree: Sequence[File], digest: str, found: list[Finding], arguments: Namespace, streams: Streams
) -> int:
    """1 where anything would change, however little it means."""
    stands = files.standing(project.root / project.config.generated, tree, digest)
    changes = pipeline.api_changes(project, tree) if stands.differing else []
    found = [*found, *changes, *_about_files(project, tree, stands, changes)]
    code = deliver(Outcome(found), arguments, streams)
    if stands.differing:
        streams.say("check-changes", files=len(stands.differing), api=_said(changes, streams.language))
    else:
        streams.say("check-clean")
    return code or int(bool(stands.differing))


def _about_files(
    project: Project, tree: Sequence[File], stands: files.Standing, changes: Sequence[Finding]
) -> Iterator[Finding]:
    """Whose the files are, and which of them differ without a change of the API.

    A file in which nothing differs but the contract's digest is told only where there is nothing else to tell.
    """
    folder = project.config.generated
    hands = {**dict.fromkeys(stands.edited, "generated-edited"), **dict.fromkeys(stands.foreign, "generated-collision")}
    yield from (Finding(rule, Location(f"{folder}/{path}", 1, 1)) for path, rule in hands.items())
    told = {change.location.path for change in changes}
    others = [path for path in stands.differing if path not in hands and f"{folder}/{path}" not in told]
    old = files.standing_texts(project.root / folder, tree)
    new = {file.path: file.text for file in tree}
    moved = [path for path in others if _undated(old.get(path, "")) != _undated(new.get(path, ""))]
    if not moved and not hands and not told:
        moved = others
    yield from (Finding("generated-stale", Location(f"{folder}/{path}", 1, 1)) for path in moved)


def _undated(text: str) -> str:
    return _DIGEST.sub("", text)


def _said(changes: Sequence[Finding], language: str) -> str:
    """How many changes of each kind, what breaks first."""
    if not changes:
        return phrase("nothing", language)
    count = Counter(change.rule for change in changes)
    breaking = {rule: "api-breaking" if RULES[rule].severity == "error" else "api-change" for rule in count}
    titles = {rule: catalogue(language)["rules"][rule]["title"] for rule in count}
    ordered = sorted(count, key=lambda rule: (breaking[rule], list(RULES).index(rule)))
    said = (phrase(breaking[rule], language, title=titles[rule], count=count[rule]) for rule in ordered)
    return ", ".join(said)
