"""`diglot read PAGE...`: what each page says, lost, and got wrong."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from diglot import pipeline
from diglot.commands.common import findings_of, project_of
from diglot.core.catalogue import phrase
from diglot.core.collector import paused
from diglot.core.ir import Fragment, Loss
from diglot.delivery import Outcome, Streams, deliver
from diglot.report import finding_value, safe


def run(arguments: Namespace, streams: Streams) -> int:
    """Read the pages; text for a person, or one object a page for a program."""
    with paused():
        return _read(arguments, streams)


def _read(arguments: Namespace, streams: Streams) -> int:
    fragments = pipeline.read(project_of(arguments), arguments.inputs)
    outcome = Outcome(findings_of(fragments))
    if arguments.format == "json":
        outcome = replace(outcome, value=[_value(fragment, streams.language) for fragment in fragments])
    elif arguments.format == "text":
        lines = [line for fragment in fragments for line in _lines(fragment, streams.language)]
        outcome = replace(outcome, body="".join(safe(line) + "\n" for line in lines))
    return deliver(outcome, arguments, streams)


def _value(fragment: Fragment, language: str) -> dict[str, Any]:
    return {
        "page": fragment.page.path,
        "language": fragment.language,
        "dialect": fragment.dialect,
        "operations": [{"method": item.method, "path": item.path} for item in fragment.operations],
        "document": fragment.document,
        "losses": [
            {"pointer": loss.pointer, "code": loss.code, "certainty": loss.certainty, "evidence": loss.evidence}
            for loss in fragment.losses
        ],
        "findings": [finding_value(finding, language) for finding in fragment.findings],
    }


def _lines(fragment: Fragment, language: str) -> Iterable[str]:
    page = fragment.page
    where = f"{page.path}:{page.first_line}" if page.first_line > 1 else page.path
    evidence = f" ({page.language_evidence})" if page.language_evidence else ""
    yield phrase("read-page", language, page=where, dialect=fragment.dialect, tag=page.language, evidence=evidence)
    for operation in fragment.operations:
        yield f"  {operation.method.upper()} {operation.path}"
    yield "  " + phrase("read-facts", language, facts=_facts(fragment.document), losses=len(fragment.losses))
    kinds: dict[tuple[str, str], list[Loss]] = {}
    for loss in fragment.losses:
        kinds.setdefault((loss.certainty, loss.code), []).append(loss)
    for (certainty, code), losses in kinds.items():
        shown = f": {losses[0].evidence}" if losses[0].evidence else ""
        more = phrase("more", language, count=len(losses) - 1) if len(losses) > 1 else ""
        yield f"    {certainty:9} {code} {losses[0].pointer or '/'}{more}{shown}"


def _facts(node: Any) -> int:
    """How many leaves a document has."""
    if isinstance(node, dict):
        return sum(map(_facts, node.values()))
    return sum(map(_facts, node)) if isinstance(node, list) else 1
