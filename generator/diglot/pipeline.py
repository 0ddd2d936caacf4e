"""The table of contents: every stage in order, each one call.

    pages ──read──▶ fragments ──normalize──▶ contract + overlays ──validate──▶ findings
                                                   │
                             drift ── render ── conform (against a server, or the one that serve gives)

A stage is imported when it is called: `diglot --help` pays for none of them.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diglot import files
from diglot.core.collector import paused
from diglot.core.finding import Finding, Location
from diglot.core.ir import Contract, File, Fragment
from diglot.core.tree import plain, walk
from diglot.core.usage import UsageError
from diglot.project import Project

if TYPE_CHECKING:
    from diglot.conform import Fixtures, Options, Report, Target
    from diglot.drift.waivers import Waiver
    from diglot.normalize import Normalized
    from diglot.render import Modeller
    from diglot.serve.faults import Fault

HEADER = "# Written by diglot from the documentation pages; changes belong into the pages or specs/additions/.\n"


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings after waivers: those that count, those that are accepted for now, each with its waiver."""

    open: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...] = ()


def read(project: Project, inputs: Sequence[str] = ()) -> list[Fragment]:
    """Stage 1: what each page says, and how old it is. Without inputs, the pages of the project."""
    from diglot.ages import date_pages
    from diglot.read import read_bytes

    found = files.pages(list(inputs) or [project.config.pages], project.root)
    return date_pages(project, [fragment for path, data in found for fragment in read_bytes(path, data)])


def normalize(project: Project, fragments: Sequence[Fragment], additions: bool = True) -> Normalized:
    """Stage 2: one contract, and one overlay for each further language; `additions` are those of the project."""
    from diglot.normalize import Addition
    from diglot.normalize import normalize as merge

    folder = project.root / project.config.additions
    added = [
        Addition(project.name(path), load_document(project, path))
        for path in (files.documents(folder) if additions else ())
    ]
    return merge(fragments, project.config.languages, added)


def edition(normalized: Normalized, language: str | None = None) -> dict[str, Any]:
    """The contract in one of its languages, its overlay applied; without a language as it stands.

    Raises:
        UsageError: no page is in that language.
    """
    from diglot.normalize import editions

    if language is None:
        return normalized.contract.document
    documents = editions(normalized)
    if language not in documents:
        raise UsageError(f"there is no page in {language!r}; the pages are in {', '.join(documents)}")
    return documents[language]


def written(document: Mapping[str, Any]) -> str:
    """A document as the YAML that is written of it."""
    from diglot.core.yaml import dump

    return HEADER + dump(document)


def contract_files(project: Project, normalized: Normalized) -> list[File]:
    """What stage 2 writes: the contract and its overlays, paths relative to the project's root."""
    config = project.config
    contract = File(config.contract, written(normalized.contract.document))
    overlays = [
        File(f"{config.overlays}/{overlay.language}.yaml", written(overlay.document)) for overlay in normalized.overlays
    ]
    return [contract, *overlays]


def validate(document: Mapping[str, Any], locate: Callable[[str], Location]) -> list[Finding]:
    """Stage 3: OpenAPI's law, the examples, the rules of the house."""
    from diglot.validate import validate as check

    return check(document, locate)


def drift(project: Project, fragments: Sequence[Fragment]) -> list[Finding]:
    """Stage 4: where the pages and languages of one project disagree."""
    from diglot.drift import drift_languages
    from diglot.normalize import canonical

    return list(drift_languages([canonical(fragment) for fragment in fragments], project.config.languages))


def drift_versions(old: Sequence[Fragment], new: Sequence[Fragment]) -> list[Finding]:
    """Stage 4 for any two inputs: what the second one changed."""
    from diglot.drift import drift_versions as compare
    from diglot.normalize import canonical

    return list(compare([canonical(item) for item in old], [canonical(item) for item in new], today()))


def drift_server(pages: Sequence[Fragment], document: Sequence[Fragment]) -> list[Finding]:
    """Stage 4 for a server: what its own document says otherwise than the pages, and what only one of them has."""
    from diglot.drift import drift_server as compare
    from diglot.normalize import canonical

    return list(compare([canonical(item) for item in pages], [canonical(item) for item in document]))


def server_document(url: str) -> list[Fragment]:
    """What the server at this URL says of itself: the fragments of its OpenAPI 3.x or Swagger 2.0 document."""
    from diglot.fetch import server_document as fetch
    from diglot.read import read_bytes

    return read_bytes(*fetch(url))


def drift_editions(first: Sequence[Fragment], second: Sequence[Fragment]) -> list[Finding] | None:
    """Stage 4 for two editions of one interface, each in one language of its own; None where they are no editions."""
    from diglot.drift import drift_languages
    from diglot.normalize import canonical

    languages = [{item.language for item in fragments if item.operations} for fragments in (first, second)]
    if languages[0] == languages[1] or any(len(each) != 1 or "und" in each for each in languages):
        return None
    fragments = [canonical(item) for item in (*first, *second)]
    return list(drift_languages(fragments, [*languages[0], *languages[1]]))


def today() -> datetime.date:
    """The day in the user's own calendar, on which a waiver holds or has expired."""
    return datetime.datetime.now().astimezone().date()


def waive(project: Project, findings: Sequence[Finding], name: str | None = None) -> Judged:
    """Set aside what the waivers accept for now; expired and unmatched waivers are findings themselves."""
    from diglot.drift import waivers as ledger

    path = project.root / (name or project.config.waivers)
    if name is None and not path.is_file():
        return Judged(tuple(findings))
    waivers, broken = ledger.parse(files.read_text(path), project.name(path))
    remaining, waived, problems = ledger.apply(findings, waivers, today())
    by_fingerprint = {waiver.fingerprint: waiver for waiver in waivers}
    accepted = tuple((finding, by_fingerprint[finding.fingerprint]) for finding in waived)
    return Judged((*remaining, *broken, *problems), accepted)


def modelling() -> contextlib.AbstractContextManager[Modeller]:
    """What renders the models, got ready while the stages before are at work."""
    from diglot.render import modeller

    return modeller()


@paused()
def render(project: Project, normalized: Normalized, modeller: Modeller | None = None) -> tuple[File, ...]:
    """Stage 5: the client package and the reference, in memory; `modeller` is that of `modelling`."""
    from diglot.normalize import editions
    from diglot.render import Options
    from diglot.render import render as generate

    config, contract = project.config, normalized.contract
    documents = editions(normalized)
    own = project.root / config.templates if config.templates else None
    options = Options(package=config.package, client=config.client, environment=config.environment, templates=own)
    return generate(documents, options, contract.origins, modeller)


def contract_digest(normalized: Normalized) -> str:
    """The digest that the generated files name: of the contract as it stands, whatever it was written like."""
    from diglot.render import digest_of

    return digest_of(normalized.contract.document)


def api_changes(project: Project, tree: Sequence[File]) -> list[Finding]:
    """What putting this tree in place changes for who calls the package that stands there; nothing where none does."""
    from diglot.surface import changes, is_readable, read_surface

    new = {file.path: file.text for file in tree if file.path.endswith(".py")}
    folder = project.config.generated
    old = {
        path: text if is_readable(path, text) else new.get(path, "")  # what cannot be read says nothing of a change
        for path, text in files.standing_texts(project.root / folder, tree).items()
        if path.endswith(".py")
    }
    return changes(read_surface(old), read_surface(new), folder) if old else []


def conform(
    project: Project,
    target: Target,
    document: Mapping[str, Any],
    fixtures: Fixtures,
    options: Options,
    laws: str | None = None,
) -> Report:
    """Stage 6: a running server against the contract."""
    from diglot.conform import run

    path = project.root / (laws or project.config.laws)
    bindings = load_document(project, path) if laws or path.is_file() else {}
    return run(target, document, plain(bindings), fixtures, options)


@contextlib.contextmanager
def reference_server(fault: Fault | None = None) -> Iterator[tuple[str, Fixtures]]:
    """The embedded reference server on a free loopback port, with what a conformance run must know of it.

    With a fault, it is wrong in that way.
    """
    from diglot.conform import Fixtures
    from diglot.serve import demo, running

    known = demo()
    document = {
        "token": known.token,
        "dataset": known.dataset,
        "empty_dataset": known.empty_dataset,
        "other_dataset": known.other_dataset,
        "api_disabled_dataset": known.api_disabled_dataset,
        "other_tenant": {"token": known.foreign_token, "dataset": known.foreign_dataset},
        "metadata_field": [{"id": item.id, "name": item.name, "type": item.type} for item in known.metadata_fields],
    }
    with running(fault.make() if fault else None) as url:
        yield url, Fixtures.parse(document, {})


def locate(project: Project, contract: Contract, pointer: str) -> Location:
    """The line of a page (or of an addition) that put this place into the contract, or the nearest place above it."""
    near = pointer
    while near and near not in contract.origins:
        near = near.rpartition("/")[0]
    first = next(iter(contract.origins.get(near, ())), None)
    if first is None:
        return Location(project.config.contract, 1, 1, pointer)
    return Location(first.location.path, first.location.line, first.location.column, pointer)


def load_document(project: Project, path: Path) -> Any:
    """A YAML document of the project, with marks.

    Raises:
        UsageError: it cannot be read; says where.
    """
    from diglot.core.yaml import YamlError, load

    try:
        return load(files.read_text(path)).value
    except YamlError as error:
        raise UsageError(f"{project.name(path)}:{error.line}:{error.column}: {error.message}") from None


def locator(fragment: Fragment) -> Callable[[str], Location]:
    """Where a JSON Pointer of the fragment's document is written, or the nearest place above it."""
    marks = {pointer: mark for pointer, _, mark in walk(fragment.document)}

    def locate(pointer: str) -> Location:
        near = pointer
        while near and marks.get(near) is None:
            near = near.rpartition("/")[0]
        line, column = marks.get(near) or (fragment.page.first_line, 1)
        return Location(fragment.page.path, line, column, pointer)

    return locate
