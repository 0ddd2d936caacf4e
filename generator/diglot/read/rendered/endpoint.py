"""The rendered dialect: the text of an endpoint page as its reader sees it, copied bare or turned into Markdown.

Such a page shows method and path line by line, code panels, and sections (Authorizations, Path Parameters, Body,
Response, ...) of fields, each with type words and badges. It holds no OpenAPI; what it cannot say is a `Loss`.
"""

from __future__ import annotations

from diglot.core.ir import Operation, OpKey, Page
from diglot.core.pointer import join
from diglot.core.tree import Map, Mark, Seq
from diglot.read.block import Recovered, Text
from diglot.read.rendered.fields import FieldReader
from diglot.read.rendered.head import Head, read_head
from diglot.read.rendered.lines import Section, items_of, sections_of
from diglot.read.rendered.notes import Notes
from diglot.read.rendered.operation import read_operation
from diglot.read.rendered.security import read_security

VERSION = "3.0.1"


def recover(page: Page) -> Recovered | None:
    """The one operation of a rendered endpoint page as an OpenAPI 3.0.1 document, or None for any other text.

    Every entry that the page shows keeps its mark. What only a sample shows carries `x-diglot-strength: sampled`, and
    its pointer stands in `strengths`.
    """
    outside, sections = sections_of(items_of(page))
    head = read_head(outside)
    if head is None or not _is_rendered(head, sections):
        return None
    endpoint = head.endpoint
    method, path = endpoint.method.value, endpoint.path.value
    notes = Notes(page.path, str(OpKey.of(method, path)))
    document, paths, item = Map(), Map(endpoint.path.mark), Map(endpoint.path.mark)
    pointer = join("/paths", path, method)
    operation = read_operation(head, sections, pointer, notes)
    document.put("openapi", VERSION, None)
    notes.lose("/openapi", "openapi-version", "lost")
    notes.lose("/info", "info", "lost")
    _servers(document, head, notes)
    item.put(method, operation, endpoint.method.mark)
    paths.put(path, item, endpoint.path.mark)
    document.put("paths", paths, endpoint.path.mark)
    _security(document, operation, head, sections, pointer, notes)
    notes.lose("/components/schemas", "schema-names", "lost")
    if not _shows_null(sections):
        notes.lose(pointer, "nullability", "lost")
    for other in head.further:
        further = join("/paths", other.path.value, other.method.value)
        evidence = f"{other.method.value.upper()} {other.path.value}"
        notes.lose(further, "operation-not-read", "lost", evidence, other.method.mark)
    return Recovered(
        operations=(Operation(method, path),),
        document=document,
        strengths=notes.strengths,
        losses=notes.losses,
        findings=tuple(notes.findings),
    )


def _is_rendered(head: Head, sections: list[Section]) -> bool:
    """Whether this is such a page, not prose that mentions a path: the broken path or fields vouch for it."""
    if head.endpoint.strong:
        return bool(sections) or head.sample is not None or head.curl is not None
    return any(FieldReader(section.items).read().fields for section in sections)


def _shows_null(sections: list[Section]) -> bool:
    """Whether any type is shown as `T | null`; older pages of the dialect never show it."""
    mentioning = [section for section in sections if any("null" in item.text for item in section.items)]
    fields = [one for section in mentioning for one in FieldReader(section.items).read().fields]
    return any(one.type is not None and "null" in one.type.value for one in fields)


def _servers(document: Map, head: Head, notes: Notes) -> None:
    """The server as the command or the panel shows it: what stands in its URL before the path."""
    server = head.endpoint.server
    if server is None and head.curl and head.curl.url:
        server = _before_path(head.curl.url, head.endpoint.path.value)
        if server is None:
            url = head.curl.url
            notes.lose("/servers", "server-url-unmatched", "ambiguous", url.value, url.mark)
    elif server is not None and not head.endpoint.strong:
        notes.lose("/servers", "server-split", "inferred", server.value, server.mark)
    if server is not None:
        entry = Map(server.mark)
        entry.put("url", server.value, server.mark)
        servers = Seq(server.mark)
        servers.add(entry, server.mark)
        document.put("servers", servers, server.mark)
    if head.request_url_invalid:
        text = head.request_url_invalid
        notes.lose("/servers", "server-url-templated", "ambiguous", text.value, text.mark)
    elif server is None:
        notes.lose("/servers", "servers", "lost")
    else:
        notes.lose("/servers/0", "server-content", "lost", server.value, server.mark)


def _before_path(url: Text, path: str) -> Text | None:
    """The part of a URL before `path`, whose parameters may stand filled in."""
    whole = url.value.partition("?")[0].partition("#")[0].rstrip("/").split("/")
    wanted = path.strip("/").split("/") if path.strip("/") else []
    cut = len(whole) - len(wanted)
    if cut < 3 or "://" not in url.value:
        return None
    fits = all(shown == name or ("{" in name and shown) for shown, name in zip(whole[cut:], wanted, strict=True))
    return Text("/".join(whole[:cut]), Mark(*url.mark)) if fits else None


def _security(document: Map, operation: Map, head: Head, sections: list[Section], pointer: str, notes: Notes) -> None:
    listed = [section for section in sections if section.kind == "auth"]
    found = read_security(listed, head.curl, pointer, notes)
    if found is None:
        return
    schemes, requirement = found
    components, security = Map(schemes.own), Seq(schemes.own)
    components.put("securitySchemes", schemes, schemes.own)
    security.add(requirement, requirement.own)
    document.put("components", components, schemes.own)
    operation.put("security", security, requirement.own)
