"""API keys and their near misses: what is sent, how it is shown, and how it is kept out of everything we print."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

_MIN_ECHO = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that no repr shows. `shown` is what stands for it in a curl line, such as `$DIFY_API_KEY`."""

    value: str = field(repr=False)
    shown: str = "$API_KEY"


@dataclass(frozen=True, slots=True)
class Credential:
    """One header with a key: the value sent (None: no header) and the value shown, in the shell's own notation."""

    name: str
    sent: str | None = field(repr=False)
    shown: str = ""
    header: str = "Authorization"

    def echoed(self, text: str) -> bool:
        """Whether `text` repeats the key that was sent, a wrong one too: it may be a right one with a slip."""
        key = (self.sent or "").rpartition(" ")[2]
        return len(key) >= _MIN_ECHO and key in text


NO_CREDENTIAL = Credential("none", None)


def bearer(secret: Secret) -> Credential:
    """The credential that a caller with this key sends; without a key, none."""
    return (
        NO_CREDENTIAL if not secret.value else Credential("valid", f"Bearer {secret.value}", f"Bearer {secret.shown}")
    )


def near_misses(secret: Secret) -> tuple[Credential, ...]:
    """Credentials that are wrong in one way each, so that a check of only a part of the header is seen.

    The scheme in lower case is none of them: schemes have no case (RFC 9110, 11.1). Nor are more spaces.
    """
    key, name = secret.value, secret.shown.removeprefix("$")
    misses = [
        Credential("wrong-key", "Bearer 00000000-wrong-key", "Bearer 00000000-wrong-key"),
        Credential("empty-key", "Bearer", "Bearer"),
    ]
    if key:
        misses += [
            Credential("basic-scheme", f"Basic {key}", f"Basic {secret.shown}"),
            Credential("other-scheme", f"Token {key}", f"Token {secret.shown}"),
            Credential("no-scheme", key, secret.shown),
            Credential("key-doubled", f"Bearer {key} {key}", f"Bearer {secret.shown} {secret.shown}"),
            Credential("key-altered", f"Bearer {_altered(key)}", f"Bearer ${{{name}%?}}{_altered(key)[-1]}"),
            Credential("key-extended", f"Bearer {key}x", f"Bearer ${{{name}}}x"),
            Credential("key-shortened", f"Bearer {key[:-1]}", f"Bearer ${{{name}%?}}"),
            Credential("key-prefix-only", f"Bearer {key[: len(key) // 2]}", f"Bearer ${{{name}:0:{len(key) // 2}}}"),
        ]
    if key.swapcase() != key:
        misses.append(Credential("key-case-swapped", f"Bearer {key.swapcase()}", f"Bearer ${{{name}~~}}"))
    return tuple(miss for miss in misses if miss.sent != f"Bearer {key}")


def elsewhere(secret: Secret) -> tuple[Credential, ...]:
    """The right key where it does not belong: in other headers, and in another scheme's clothes."""
    key, shown = secret.value, secret.shown
    if not key:
        return ()
    encoded, variable = _encoded(key), shown.removeprefix("$")
    return (
        Credential("basic-encoded", f"Basic {encoded}", f'Basic $(printf %s: "${variable}" | base64)'),
        Credential("scheme-doubled", f"Bearer Bearer {key}", f"Bearer Bearer {shown}"),
        Credential("other-header", key, shown, "X-Api-Key"),
        Credential("cookie", f"token={key}; api_key={key}; session={key}", f"token={shown}; api_key={shown}", "Cookie"),
    )


def _altered(key: str) -> str:
    """The key with another last character."""
    return key[:-1] + ("x" if key[-1] != "x" else "y")


def _encoded(key: str) -> str:
    return base64.b64encode(f"{key}:".encode()).decode()


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes every known key, and its near misses, out of a text."""

    secrets: tuple[Secret, ...] = ()

    def clean(self, text: str) -> str:
        """`text` with each key replaced by its placeholder."""
        for secret in self.secrets:
            for form in (
                secret.value,
                secret.value.swapcase(),
                _encoded(secret.value),
                secret.value[:-1],
                secret.value[: len(secret.value) // 2],
            ):
                if len(form) >= _MIN_ECHO // 2 or (form and form == secret.value):
                    text = text.replace(form, secret.shown)
        return text

    def echoed(self, text: str) -> Secret | None:
        """The key that `text` gives away, if any; keys too short to be told from chance are not looked for."""
        for secret in self.secrets:
            if len(secret.value) >= _MIN_ECHO and secret.value in text:
                return secret
        return None
