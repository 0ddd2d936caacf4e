"""What is asked for and what comes: a body, the word that nothing changed, or a failure that can be said in words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from diglot.core.catalogue import phrase
from diglot.fetch.address import Address

Kind = Literal[
    "host",  # the user did not name the host
    "unreachable",  # no connection, no such name, no trusted certificate
    "timeout",
    "given-up",  # the host was too slow too often
    "gone",  # 404 or 410
    "status",  # any other answer than the wanted one
    "redirect",  # leads to no address that may be asked: another scheme, credentials, nothing at all
    "downgrade",  # from https to http
    "loop",  # redirects that come back, or too many of them
    "too-large",
    "truncated",
    "encoding",  # compressed in a way that was not asked for, or wrongly
    "protocol",  # no HTTP
]


@dataclass(frozen=True, slots=True)
class Limits:
    """What requests may cost, in seconds and bytes.

    `total` bounds one request with its redirects and a slow drip, `whole` the bytes of all bodies of one call;
    `patience` is how often a host may be too slow before it is asked no more.
    """

    connect: float = 10.0
    read: float = 15.0
    total: float = 30.0
    size: int = 32_000_000
    whole: int = 200_000_000
    redirects: int = 5
    at_once: int = 4
    patience: int = 3


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the version it last gave: ETag and Last-Modified, for the address with this `key`."""

    key: str
    etag: str = ""
    modified: str = ""

    @staticmethod
    def key_of(address: Address) -> str:
        """What stands for an address where it is kept on disk: a URL may hold a secret."""
        return hashlib.sha256(address.text.encode()).hexdigest()

    def headers(self, address: Address) -> dict[str, str]:
        """The conditions of a request (RFC 9110, 13.1); none for another address, or where nothing is known."""
        if self.key != self.key_of(address):
            return {}
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in said.items() if 0 < len(value) < 500 and _is_field(value)}


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to ask for, and what is known of the version that is already there."""

    address: Address
    validators: Validators | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: from which address in the end, and whether every redirect to it was permanent.

    `unchanged` says that the version asked about is still the current one; there is no body then.
    """

    address: Address
    body: bytes
    media_type: str = ""
    validators: Validators | None = None
    unchanged: bool = False
    moved: bool = False

    @property
    def html(self) -> bool:
        """Whether this is a page for browsers."""
        start = self.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return self.media_type == "text/html" or start.startswith((b"<!doctype html", b"<html"))


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing came: the kind, the address as it may be shown, and what the words need."""

    kind: Kind
    url: str
    words: Mapping[str, Any] = field(default_factory=dict)


def explain(failure: Failure, language: str = "en") -> str:
    """What failed, where, and what to do, in one sentence."""
    return phrase("fetch-" + failure.kind, language, url=failure.url, **failure.words)


def _is_field(value: str) -> bool:
    return value.isascii() and value.isprintable()
