"""API keys and their near misses: what is sent, how it is shown, and how it is kept out of everything we print."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

_MIN_ECHO = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that no repr shows. `shown` is what stands for it in a curl line, such as `$DIFY_API_KEY`."""

    value: str = field(repr=False)
    shown: str = "$API_KEY"


@dataclass(frozen=True, slots=True)
class Credential:
    """One key as it travels: the value sent (None: nothing is) and the value shown, in the shell's own notation.

    It stands in `header`, or in the query where `parameter` names one.
    """

    name: str
    sent: str | None = field(repr=False)
    shown: str = ""
    header: str = "Authorization"
    parameter: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """The header that carries it, if one does."""
        return {} if self.sent is None or self.parameter else {self.header: self.sent}

    @property
    def query(self) -> str:
        """The part of the query that carries it, if one does."""
        return f"{self.parameter}={quote(self.sent, safe='')}" if self.sent is not None and self.parameter else ""

    def echoed(self, text: str) -> bool:
        """Whether `text` repeats the key that was sent, a wrong one too: it may be a right one with a slip."""
        key = (self.sent or "").rpartition(" ")[2]
        return len(key) >= _MIN_ECHO and key in text


NO_CREDENTIAL = Credential("none", None)


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a contract says that a key travels: `name` is that of the header, the cookie or the query parameter."""

    kind: Literal["bearer", "basic", "header", "query", "cookie"] = "bearer"
    name: str = "Authorization"

    def carries(self, name: str, key: str, shown: str) -> Credential:
        """A key in this scheme; `name` says what sort of key it is."""
        if self.kind == "bearer":
            return Credential(name, f"Bearer {key}", f"Bearer {shown}")
        if self.kind == "basic":
            return Credential(name, f"Basic {_encoded(key)}", f"Basic $(printf %s {shown} | base64)")
        if self.kind == "cookie":
            return Credential(name, f"{self.name}={key}", f"{self.name}={shown}", "Cookie")
        if self.kind == "query":
            return Credential(name, key, shown, parameter=self.name)
        return Credential(name, key, shown, self.name)


BEARER = Scheme()


def valid(secret: Secret, scheme: Scheme = BEARER) -> Credential:
    """The credential that a caller with this key sends; without a key, none."""
    return scheme.carries("valid", secret.value, secret.shown) if secret.value else NO_CREDENTIAL


def near_misses(secret: Secret, scheme: Scheme = BEARER) -> tuple[Credential, ...]:
    """Credentials that are wrong in one way each, so that a check of only a part of them is seen.

    A scheme in lower case is none of them: schemes have no case (RFC 9110, 11.1). Nor are more spaces.
    """
    misses = [scheme.carries("wrong-key", "00000000-wrong-key", "00000000-wrong-key")]
    if scheme == BEARER:
        misses += _other_schemes(secret)
    misses += [scheme.carries(*form) for form in _forms(secret)]
    right = valid(secret, scheme).sent
    return tuple(miss for miss in misses if miss.sent != right)


def _other_schemes(secret: Secret) -> Iterator[Credential]:
    key, shown = secret.value, secret.shown
    yield Credential("empty-key", "Bearer", "Bearer")
    if key:
        yield Credential("basic-scheme", f"Basic {key}", f"Basic {shown}")
        yield Credential("other-scheme", f"Token {key}", f"Token {shown}")
        yield Credential("no-scheme", key, shown)


def _forms(secret: Secret) -> Iterator[tuple[str, str, str]]:
    """(what is wrong, a key that is nearly right, how it is shown)."""
    key, name = secret.value, secret.shown.removeprefix("$")
    if not key:
        return
    half, last = len(key) // 2, "x" if key[-1] != "x" else "y"
    yield "key-doubled", f"{key} {key}", f"{secret.shown} {secret.shown}"
    yield "key-altered", key[:-1] + last, f"${{{name}%?}}{last}"
    yield "key-extended", f"{key}x", f"${{{name}}}x"
    yield "key-shortened", key[:-1], f"${{{name}%?}}"
    yield "key-prefix-only", key[:half], f"${{{name}:0:{half}}}"
    if key.swapcase() != key:
        yield "key-case-swapped", key.swapcase(), f"${{{name}~~}}"


def elsewhere(secret: Secret) -> tuple[Credential, ...]:
    """A bearer key where it does not belong: in other headers, and in another scheme's clothes."""
    key, shown = secret.value, secret.shown
    if not key:
        return ()
    return (
        Credential("basic-encoded", f"Basic {_encoded(key + ':')}", f"Basic $(printf %s: {shown} | base64)"),
        Credential("scheme-doubled", f"Bearer Bearer {key}", f"Bearer Bearer {shown}"),
        Credential("other-header", key, shown, "X-Api-Key"),
        Credential("cookie", f"token={key}; api_key={key}; session={key}", f"token={shown}; api_key={shown}", "Cookie"),
    )


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes every known key, and its near misses, out of a text."""

    secrets: tuple[Secret, ...] = ()

    def clean(self, text: str) -> str:
        """`text` with each key replaced by its placeholder."""
        for secret in self.secrets:
            key = secret.value
            for form in (
                key,
                quote(key, safe=""),
                key.swapcase(),
                _encoded(key),
                _encoded(f"{key}:"),
                key[:-1],
                key[: len(key) // 2],
            ):
                if len(form) >= _MIN_ECHO // 2 or (form and form == key):
                    text = text.replace(form, secret.shown)
        return text

    def echoed(self, text: str) -> Secret | None:
        """The key that `text` gives away, if any; keys too short to be told from chance are not looked for."""
        for secret in self.secrets:
            if len(secret.value) >= _MIN_ECHO and secret.value in text:
                return secret
        return None
