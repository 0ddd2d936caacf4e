"""The Authorizations of a rendered page -> security schemes. Their names and, in part, their types are not shown."""

from __future__ import annotations

import re

from diglot.core.pointer import join
from diglot.core.tree import Map, Seq
from diglot.read.rendered.curl import Curl
from diglot.read.rendered.fields import Field, FieldReader, prose_of
from diglot.read.rendered.lines import Code, Line, Section
from diglot.read.rendered.notes import Notes

_TOKEN = re.compile(r"[A-Za-z0-9._-]+\Z")
_HTTP = re.compile(r"\b(Bearer|Basic)\b")
_ROOT = "/components/securitySchemes"


def read_security(sections: list[Section], curl: Curl | None, operation: str, notes: Notes) -> tuple[Map, Map] | None:
    """The schemes and the one requirement that names them all, or None where the page has no Authorizations."""
    if not sections:
        return None
    schemes, requirement = Map(sections[0].heading.mark), Map(sections[0].heading.mark)
    for section in sections:
        reader = FieldReader(section.items).read()
        fields = reader.fields or _from_curl(curl, reader.intro, notes)
        for one in fields:
            _scheme(one, reader, curl, schemes, notes)
        if not fields:
            prose = prose_of(reader.intro)
            notes.lose(_ROOT, "security-scheme", "lost", prose.value if prose else "", section.heading.mark)
    for key in schemes:
        requirement.put(key, Seq(schemes.marks[key]), schemes.marks[key])
    if len(schemes) > 1:
        evidence = ", ".join(schemes)
        notes.lose(join(operation, "security"), "security-combination", "inferred", evidence, requirement.own)
    return (schemes, requirement) if schemes else None


def _scheme(one: Field, reader: FieldReader, curl: Curl | None, schemes: Map, notes: Notes) -> None:
    name, mark = one.name.value, one.name.mark
    if not _TOKEN.match(name):  # some sites translate even the name of the header; the command still has it
        if _header_value(curl, "Authorization") is None:
            notes.lose(_ROOT, "security-scheme", "lost", name, mark)
            return
        notes.lose(join(_ROOT, "Authorization"), "security-scheme-header", "inferred", name, mark)
        name = "Authorization"
    scheme, prose = Map(mark), one.description
    # The command first: prose may speak of several schemes.
    http = _HTTP.search(_header_value(curl, name) or "") or _HTTP.search(prose.value if prose else "")
    _type(scheme, name, one, http[1] if http else None, notes)
    if prose:
        scheme.put("description", prose.value, prose.mark)
    names = prose_of(reader.intro) if reader.fields else None
    evidence, at = (names.value, names.mark) if names else (name, mark)
    notes.lose(join(_ROOT, name), "security-scheme-name", "lost", evidence, at)
    schemes.put(name, scheme, mark)


def _type(scheme: Map, name: str, one: Field, word: str | None, notes: Notes) -> None:
    """The type: HTTP authentication only where the word `Bearer` or `Basic` is shown, an API key otherwise."""
    mark, pointer, place = one.name.mark, join(_ROOT, name), one.place or "header"
    authorization = name.lower() == "authorization" and place == "header"
    if authorization and word:
        scheme.put("type", "http", mark)
        scheme.put("scheme", word.lower(), mark)
        notes.lose(join(pointer, "type"), "security-scheme-type", "inferred", word, mark)
        if word == "Bearer":
            notes.lose(join(pointer, "bearerFormat"), "bearer-format", "lost")
        return
    scheme.put("type", "apiKey", mark)
    scheme.put("in", place, mark)
    scheme.put("name", name, mark)
    if authorization:
        notes.lose(join(pointer, "type"), "security-scheme-type", "ambiguous", name, mark)


def _from_curl(curl: Curl | None, prose: list[Line | Code], notes: Notes) -> list[Field]:
    """The Authorization header of the command, where a copy of the page kept only the prose of the section."""
    for name, _ in curl.headers if curl else ():
        if name.value.lower() == "authorization":
            notes.lose(join(_ROOT, name.value), "security-scheme-header", "inferred", name.value, name.mark)
            return [Field(name, place="header", prose=prose)]
    return []


def _header_value(curl: Curl | None, name: str) -> str | None:
    headers = curl.headers if curl else ()
    return next((value for header, value in headers if header.value.lower() == name.lower()), None)
