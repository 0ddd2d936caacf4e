"""The OpenAPI document that a running server gives of itself: at the address named, or where frameworks put it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace

from diglot.core.usage import UsageError
from diglot.fetch.address import Address, Hosts
from diglot.fetch.answer import Answer, Ask, Failure, Limits, explain
from diglot.fetch.client import connection, get

# Below the path of the address, then below the root of the host; the first that is a document counts.
WELL_KNOWN = (
    *("openapi.json", "swagger.json", "openapi.yaml", "v3/api-docs", "v2/api-docs", "api-docs", "openapi.yml"),
    *("swagger.yaml", "swagger/v1/swagger.json", "openapi/v1.json", "api/openapi.json", "api/swagger.json"),
    *("api/schema/", "api-json", "docs/openapi.json", "console/api/swagger.json"),
)
LIMITS = Limits(connect=5.0, read=10.0, total=30.0)
_WHOLE = 60.0
_DOCUMENT = re.compile(rb"""(?:^|[\s{,])["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?[23](?:\.|["'\s])""")
_FILE = re.compile(r".*\.(?:json|ya?ml)", re.IGNORECASE)


def server_document(text: str, limits: Limits = LIMITS, whole: float = _WHOLE) -> tuple[str, bytes]:
    """The server's document: the URL it came from, as it may be shown, and its bytes.

    `text` is the URL as the user gave it, whose host may thereby be asked; redirects to other hosts are not followed.
    `whole` bounds the search in seconds.

    Raises:
        UsageError: it is no URL, the server cannot be reached, or gives no OpenAPI 3.x or Swagger 2.0 document.
    """
    base = Address.given(text, "--server")
    return asyncio.run(_search(base, limits, whole))


async def _search(base: Address, limits: Limits, whole: float) -> tuple[str, bytes]:
    hosts, tried = Hosts.only(base), 0
    first: Failure | None = None
    try:
        async with asyncio.timeout(whole), connection(replace(limits, at_once=1)) as client:
            for address in _places(base):
                came = await get(client, Ask(address), hosts, limits)
                tried += 1
                if isinstance(came, Answer) and not came.html and _DOCUMENT.search(came.body):
                    return came.address.shown, came.body
                if isinstance(came, Failure):
                    first = first or came
                    if came.kind == "unreachable":
                        raise UsageError(f"--server: {explain(came)}")
    except TimeoutError:
        raise UsageError(f"--server: {base.shown} gave no OpenAPI document within {whole:g} s") from None
    said = f" ({explain(first)})" if first else ""
    raise UsageError(
        f"--server: no OpenAPI 3.x or Swagger 2.0 document at {base.shown} or at {tried - 1} usual places of "
        f"{base.place}; give the URL of the document itself{said}"
    )


def _places(base: Address) -> Iterator[Address]:
    """The address itself, then the usual places below it and below the root of its host, each once."""
    yield base
    folder = base.join(".") if _FILE.fullmatch(base.url.path) else base
    seen = {base.text}
    for below in (folder, base.join("/")):
        for name in WELL_KNOWN:
            address = below.extended(f"/{name}") if below else None
            if address is not None and address.text not in seen:
                seen.add(address.text)
                yield address
