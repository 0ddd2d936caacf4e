"""Effective operations: what a page says of one operation wherever in its document it says it.

Source: OpenAPI 3.1.1, Path Item Object and Operation Object (parameters and servers of the path item, servers and
security of the document hold for an operation unless it has its own), Parameter Object (defaults of style, explode).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from diglot.core.ir import Operation, OpKey
from diglot.drift.walk.members import media_type
from diglot.drift.walk.side import Place, Side

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})  # the standard has them ignored
_SCHEMES = "/components/securitySchemes"
_HOST = re.compile(r"\A[^/?#]*//[^/?#]*")
_VARIABLE = re.compile(r"\{([^{}/]*)\}")


@dataclass(frozen=True, slots=True, eq=False)
class Party:
    """One page's version of one operation: the operation object, its path item, the page."""

    operation: Operation
    place: Place
    item: Place
    side: Side

    @property
    def parameters(self) -> dict[tuple[str, str], Place]:
        """Its parameters by (in, name); a path parameter by its position, so that a renamed `{id}` is the same one."""
        positions = {name: str(index) for index, name in enumerate(_VARIABLE.findall(self.operation.path))}
        found: dict[tuple[str, str], Place] = {}
        for holder in (self.item, self.place):
            listed = holder.child("parameters")
            for _, entry in listed.children() if listed else ():
                place = entry.target()
                if place is None or not isinstance(place.value, dict):
                    continue
                where, name = str(place.get("in")), str(place.get("name"))
                if where not in _STYLES:
                    continue
                if where == "header":
                    name = name.lower()
                    if name in _NOT_PARAMETERS:
                        continue
                found[where, positions.get(name, name) if where == "path" else name] = place
        return found

    def effective(self, member: str) -> Place | None:
        """`servers` or `security` as it holds for this operation, or None where the page has none."""
        for holder in (self.place, self.item, self.side.root):
            place = holder.child(member)
            if place is not None:
                return place
        return None

    def silent(self, member: str) -> bool:
        """Whether the page's dialect cannot say what `servers` or `security` are."""
        return any(holder.silent(member) for holder in (self.place, self.item, self.side.root))

    @property
    def servers(self) -> list[str]:
        """The server URLs with every variable at its default, and the values that a variable may take, sorted."""
        place = self.effective("servers")
        if place is None:
            return ["/"]
        known = self.side.servers  # thousands of operations may inherit the same thousands of servers
        if id(place.value) not in known:
            known[id(place.value)] = sorted({_expanded(server) for _, server in place.children()}) or ["/"]
        return known[id(place.value)]

    @property
    def security(self) -> list[list[str]] | None:
        """The alternatives, each a list of schemes as they travel on the wire; None where the page does not tell."""
        place = self.effective("security")
        if _SCHEMES in self.side.lost:
            return None
        alternatives = []
        for _, requirement in place.children() if place else ():
            schemes = [self._scheme(name) for name, _ in requirement.children()]
            known = [scheme for scheme in schemes if scheme is not None]
            if len(known) < len(schemes):
                return None
            alternatives.append(sorted(known))
        return sorted(alternatives) or [[]]

    @property
    def scopes(self) -> list[str] | None:
        """The scopes that its security asks for, each with its scheme as it travels on the wire, sorted."""
        place = self.effective("security")
        asked: set[str] = set()
        for _, requirement in place.children() if place else ():
            for name, listed in requirement.children():
                scopes = listed.value if isinstance(listed.value, list) else []
                asked.update(f"{self._scheme(name) or name}: {scope}" for scope in scopes)
        return None if self.security is None else sorted(asked)

    def _scheme(self, name: str | int) -> str | None:
        schemes = self.side.root.child("components")
        schemes = schemes.child("securitySchemes") if schemes else None
        named = schemes.child(name) if schemes else None
        scheme = named.target() if named else None
        if scheme is None or not scheme.declared or scheme.silent("type"):
            return None
        return wire(scheme)


def wire(scheme: Place) -> str:
    """A security scheme as it travels; the names of headers and of HTTP schemes are the same in capitals (RFC 9110)."""
    exact = scheme.get("name") if scheme.get("in") != "header" else None
    members = [scheme.get(member) for member in ("type", "scheme", "in", "name")]
    return " ".join(each if each == exact else each.lower() for each in members if isinstance(each, str))


def parties(sides: Iterable[Side]) -> dict[tuple[bool, OpKey], list[Party]]:
    """Every operation of these pages, by (webhook, key), in the order of the keys; the pages in the order given."""
    found: dict[tuple[bool, OpKey], list[Party]] = defaultdict(list)
    for side in sides:
        for party in _of(side):
            found[party.operation.webhook, party.operation.key].append(party)
    return dict(sorted(found.items()))


def _of(side: Side) -> Iterator[Party]:
    for operation in dict.fromkeys(side.fragment.operations):
        paths = side.root.child("webhooks" if operation.webhook else "paths")
        listed = paths.child(operation.path) if paths else None
        item = listed.target() if listed else None
        place = item.child(operation.method) if item else None
        if item is not None and place is not None and isinstance(place.value, dict):
            yield Party(operation, place, item, side)


def serialization(parameter: Place) -> dict[str, Any]:
    """How a parameter is written: style, explode, the other flags and media types, each at its effective value."""
    style = parameter.get("style") or _STYLES.get(str(parameter.get("in")), "form")
    explode = parameter.get("explode")
    content = parameter.get("content")
    return {
        "style": style,
        "explode": style == "form" if explode is None else bool(explode),
        "allowReserved": bool(parameter.get("allowReserved")),
        "allowEmptyValue": bool(parameter.get("allowEmptyValue")),
        "content": " ".join(sorted(map(media_type, content))) if isinstance(content, dict) else "",
    }


def _expanded(server: Place) -> str:
    variables = server.get("variables")
    variables = variables if isinstance(variables, dict) else {}
    choices = []

    def value(match: re.Match[str]) -> str:
        variable = variables.get(match[1])
        if not isinstance(variable, dict) or not isinstance(variable.get("default"), str):
            return match[0]
        if isinstance(variable.get("enum"), list):
            choices.append("|".join(sorted(map(str, variable["enum"]))))
        return str(variable["default"])

    url = _VARIABLE.sub(value, str(server.get("url", "/"))).rstrip("/") or "/"
    return " ".join([_HOST.sub(lambda found: found[0].lower(), url), *choices])
