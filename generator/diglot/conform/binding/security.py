"""How the contract says that a key travels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from diglot.conform.binding.surface import follow
from diglot.conform.credentials import BEARER, Scheme
from diglot.core.ir import METHODS

_PLACES: Mapping[Any, Literal["header", "query", "cookie"]] = {"header": "header", "query": "query", "cookie": "cookie"}


def scheme_of(document: Mapping[str, Any]) -> Scheme:
    """The first security scheme that is required and that a key can be sent in; a bearer token where none is."""
    components = follow(document, document.get("components"))
    schemes = follow(document, components.get("securitySchemes"))
    for name in _required(document):
        scheme = follow(document, schemes.get(name))
        kind = str(scheme.get("type"))
        if kind == "apiKey" and isinstance(scheme.get("name"), str) and str(scheme.get("in")) in _PLACES:
            return _key(_PLACES[str(scheme["in"])], scheme["name"])
        if kind == "http" and str(scheme.get("scheme")).lower() == "basic":
            return Scheme("basic")
        if kind in ("http", "oauth2", "openIdConnect"):
            return BEARER
    return BEARER


def _key(place: Literal["header", "query", "cookie"], name: str) -> Scheme:
    """A key in a place of its own. One that is sent as Authorization is a bearer token in all but name."""
    return BEARER if place == "header" and name.lower() == "authorization" else Scheme(place, name)


def _required(document: Mapping[str, Any]) -> Iterator[str]:
    """The names of the schemes that the document requires, then those of its operations."""
    paths = document.get("paths")
    holders: list[Any] = [document]
    for item in (paths if isinstance(paths, Mapping) else {}).values():
        holders += [item[method] for method in METHODS if isinstance(item, Mapping) and method in item]
    for holder in holders:
        listed = holder.get("security") if isinstance(holder, Mapping) else None
        for requirement in listed if isinstance(listed, list) else ():
            yield from map(str, requirement if isinstance(requirement, Mapping) else ())
