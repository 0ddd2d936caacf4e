"""The door of the stage: bytes of a file -> one fragment a page."""

from __future__ import annotations

from dataclasses import replace

from diglot.core.collector import paused
from diglot.core.finding import Finding, Location
from diglot.core.ir import AgeSource, Fragment, Page
from diglot.core.rules import broken
from diglot.core.tree import Mark
from diglot.read.block import Block, Heading, Recovered, Text
from diglot.read.dialect import recover_block
from diglot.read.fence import looks_like_file, parse_block, read_blocks
from diglot.read.fern import endpoint_line, losses
from diglot.read.header import Header, read_header
from diglot.read.index import index_of
from diglot.read.info import Info
from diglot.read.language import Evidence, language_of, prose_of, words_of
from diglot.read.lines import Sheet
from diglot.read.merge import merge
from diglot.read.neighbours import beside, instead
from diglot.read.page import decode, split

# The keys by which a whole file tells that it describes an interface, of a kind that is read or of another.
_FILE_KEYS = frozenset({"openapi", "swagger", "paths", "webhooks", "asyncapi", "arazzo", "overlay"})
MAX_PAGES = 5_000
"""Pages of one file; the longest that publishers offer hold about a thousand."""
MAX_RENDERED = 400_000
"""Characters of the text of one endpoint page, a hundred times the usual; what is longer is no such page."""

_NOTHING = "no block of OpenAPI stands on it, and its text does not look like a rendered endpoint page"
_OTHER_FILE = "the file is well-formed, but no OpenAPI document: none of openapi, swagger and paths is among its keys"


@paused()
def read_bytes(path: str, data: bytes, language: str | None = None) -> list[Fragment]:
    """Read one file: a documentation page, a file that holds many pages, or a plain OpenAPI document.

    `path` is the file as the user named it; `language` overrides what the page itself shows. Whatever the bytes, there
    is at least one fragment, and each has an operation or a finding that says why it has none. Nothing is raised.
    """
    text = decode(path, data)
    if isinstance(text, Finding):
        evidence = Evidence(language, {}, path, None, (), str)
        return [_fragment(Page(path, "", *language_of(evidence)), [], [text])]
    if looks_like_file(path, text):
        return [_read_file(path, text, language)]
    sheets = split(path, text)
    fragments = [_read_page(sheet, language) for sheet in sheets[:MAX_PAGES]]
    if len(sheets) > MAX_PAGES:
        evidence = Evidence(language, {}, path, None, (), str)
        rest = Page(path, "", *language_of(evidence), first_line=sheets[MAX_PAGES].first_line)
        where = Location(path, rest.first_line, 1)
        size = {"size": f"{len(sheets)} pages", "limit": MAX_PAGES}
        fragments.append(_fragment(rest, [], [Finding("page-too-large", where, evidence=size)]))
    return fragments


def _read_page(sheet: Sheet, language: str | None) -> Fragment:
    header = read_header(sheet)
    blocks, problems = read_blocks(sheet)
    page = _page(sheet, header, blocks, language)
    findings = [*problems, *beside(sheet)]
    parts = [recover_block(block, header.heading, page) for block in blocks]
    if blocks and parts[0][0] == "openapi" and blocks[0].path is None:
        parts[0] = _as_fern(parts[0], endpoint_line(sheet, blocks[0].mark.line - sheet.first_line))
    if not parts and not findings:
        if len(page.text) > MAX_RENDERED:
            where = Location(page.path, page.first_line, 1)
            findings.append(Finding("page-too-large", where, evidence={"size": len(page.text), "limit": MAX_RENDERED}))
        else:
            parts = _as_rendered(page)
    if not any(part.operations for _, part in parts):
        findings += instead(sheet, header)
    source: AgeSource | None = "page" if header.age else None
    return replace(_fragment(page, parts, [*header.findings, *findings]), age=header.age, age_source=source)


def _page(sheet: Sheet, header: Header, blocks: tuple[Block, ...], language: str | None) -> Page:
    fields = {key: text.value for key, text in header.fields.items()}
    sources = tuple(block.source for block in blocks if block.source)

    def words() -> str:
        return "\n".join([prose_of(sheet), *(words_of(block.tree) for block in blocks)])

    spoken = language_of(Evidence(language, fields, sheet.path, header.published, sources, words))
    title = header.heading.title.value if header.heading.title else ""
    text = "\n".join(sheet.lines)
    return Page(sheet.path, text, *spoken, sheet.first_line, title, header.published or "", index_of(sheet))


def _as_fern(part: tuple[str, Recovered], endpoint: Text | None) -> tuple[str, Recovered]:
    """The same part under the name of Fern's dialect, if the line that tells it stands above."""
    if endpoint is None:
        return part
    recovered = part[1]
    return "fern", replace(recovered, losses=(*recovered.losses, *losses(recovered.document, endpoint)))


def _as_rendered(page: Page) -> list[tuple[str, Recovered]]:
    from diglot.read import rendered  # many modules, which a specification in a file does not pay for

    recovered = rendered.recover(page)
    return [] if recovered is None else [("rendered", recovered)]


def _read_file(path: str, text: str, language: str | None) -> Fragment:
    info = Info("json" if path.lower().endswith(".json") else "yaml")
    tree, problems = parse_block(path, text, info, 1, 0)
    page = Page(path, text, *language_of(Evidence(language, {}, path, None, (), lambda: words_of(tree))))
    parts: list[tuple[str, Recovered]] = []
    if isinstance(tree, dict) and not tree.keys().isdisjoint(_FILE_KEYS):
        block = Block(info.language, None, None, None, False, tree, Mark(1, 1))
        parts = [recover_block(block, Heading(), page)]
    return _fragment(page, parts, list(problems), _OTHER_FILE)


def _fragment(
    page: Page, parts: list[tuple[str, Recovered]], findings: list[Finding], reason: str = _NOTHING
) -> Fragment:
    """The fragment of a page: what its blocks say together, in the dialect of the first that says anything."""
    whole = merge(page.path, [part for _, part in parts])
    findings = [*findings, *whole.findings]
    if not whole.operations and not broken(findings):
        where = Location(page.path, page.first_line, 1)
        findings.append(Finding("page-without-operation", where, evidence={"reason": reason}))
    dialect = next((name for name, part in parts if part.operations), parts[0][0] if parts else "unknown")
    return Fragment(page, dialect, whole.operations, whole.document, whole.strengths, whole.losses, tuple(findings))
