"""Addresses that may be asked for, and the hosts that the user named.

One parser decides and one connects: what is checked here is the very URL object that the client is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import httpx2

from diglot.core.hosts import split_host
from diglot.core.usage import UsageError

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Address:
    """An absolute http or https URL without credentials and without a fragment."""

    url: httpx2.URL

    @classmethod
    def of(cls, text: str) -> Address | None:
        """The address that a text is, None where it is none that may be asked for."""
        if len(text) > _LONGEST or not text.isprintable() or any(char in text for char in ' \\<>"'):
            return None
        try:
            url = httpx2.URL(text)
            address = cls(url.copy_with(fragment=None))
            usable = url.scheme in _PORTS and not url.userinfo and split_host(address.place) is not None
            return address if usable else None
        except (httpx2.InvalidURL, ValueError):
            return None

    @classmethod
    def given(cls, text: str, where: str) -> Address:
        """The address that the user wrote; `where` says in which place.

        Raises:
            UsageError: it is none; the line does not repeat what may be a secret.
        """
        address = cls.of(text)
        if address is not None:
            return address
        if "@" in text.partition("://")[2].partition("/")[0]:
            raise UsageError(f"{where}: keep credentials out of the URL")
        raise UsageError(f"{where}: an http or https URL is expected, such as https://docs.example.com/page.md")

    @property
    def text(self) -> str:
        """The whole URL. It may hold a secret in its query: for requests, not for people."""
        return str(self.url)

    @property
    def shown(self) -> str:
        """The URL for people: without what its query says."""
        bare = str(self.url.copy_with(query=None))
        return f"{bare}?…" if self.url.query else bare

    @property
    def place(self) -> str:
        """The host as the user would name it: with its port where that is not the usual one of the scheme."""
        host = self.url.raw_host.decode("ascii")
        host = f"[{host}]" if ":" in host else host
        return f"{host}:{self.url.port}" if self.url.port else host

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.url.path.rpartition("/")[2]

    def join(self, reference: str) -> Address | None:
        """What a reference in an answer of this address means, None where it leads nowhere that may be asked."""
        try:
            return Address.of(str(self.url.join(reference)))
        except (httpx2.InvalidURL, ValueError):
            return None

    def extended(self, suffix: str) -> Address | None:
        """The address whose path goes on with `suffix` where this one's ends."""
        path, mark, query = self.text.partition("?")
        return Address.of(path.rstrip("/") + suffix + mark + query)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts that may be asked, each a name and a port; without a port it is the usual one of the scheme."""

    known: frozenset[tuple[str, int | None]]

    @classmethod
    def of(cls, names: Iterable[str]) -> Hosts:
        """The hosts of these names.

        Raises:
            UsageError: one is no host.
        """
        known = set()
        for text in names:
            host = split_host(text)
            if host is None:
                raise UsageError(f"{text!r} is no host: give a name or name:port, such as docs.example.com")
            known.add(host)
        return cls(frozenset(known))

    @classmethod
    def only(cls, address: Address) -> Hosts:
        """The host of one address that the user gave."""
        return cls(frozenset({(_name(address.url), _port(address.url))}))

    def allow(self, address: Address) -> bool:
        """Whether the user named the host of this address."""
        url = address.url
        names = {_name(url), url.host.rstrip(".").lower()}
        usual = _PORTS[url.scheme] == _port(url)
        return any((name, _port(url)) in self.known or (usual and (name, None) in self.known) for name in names)


def _name(url: httpx2.URL) -> str:
    return url.raw_host.decode("ascii").rstrip(".").lower()


def _port(url: httpx2.URL) -> int:
    return url.port or _PORTS[url.scheme]
