"""The hosts that a user names: a name or an address, with a port where it is not the usual one."""

from __future__ import annotations

import re

_HOST = re.compile(r"(?P<name>[^\s/:@?#%\[\]\\*]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?")


def split_host(text: str) -> tuple[str, int | None] | None:
    """The name (lower case, no final dot) and the port of `docs.example.com`, `127.0.0.1:8000` or `[::1]:8000`.

    None where the text is no host: a URL, a path, a pattern.
    """
    match = _HOST.fullmatch(text)
    if match is None:
        return None
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 0 < port < 65536:
        return None
    return match["name"].strip("[]").rstrip(".").lower(), port
