"""GET, and nothing else: bounded in time, size and redirects, from hosts that the user named."""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from diglot import __version__
from diglot.fetch.address import Address, Hosts
from diglot.fetch.answer import Answer, Ask, Failure, Limits, Validators

_REDIRECTS = {301: True, 302: False, 303: False, 307: False, 308: True}  # and whether it is for ever
_GONE = (404, 410)
_DROPPED = ("protocol", "truncated")
_REASON = 200
LIMITS = Limits()
_HEADERS = {
    "Accept": "text/markdown, text/plain;q=0.9, application/json;q=0.9, application/yaml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip",
    "User-Agent": f"diglot/{__version__}",
}


@dataclass(frozen=True, slots=True)
class _Redirect:
    target: str
    permanent: bool


def fetch(asks: Sequence[Ask], hosts: Hosts, limits: Limits = LIMITS) -> list[Answer | Failure]:
    """What comes for each ask, in their order; a few at a time."""
    return asyncio.run(_all(asks, hosts, limits))


async def _all(asks: Sequence[Ask], hosts: Hosts, limits: Limits) -> list[Answer | Failure]:
    turn, slow, size = asyncio.Semaphore(limits.at_once), Counter[str](), 0

    async def one(client: httpx2.AsyncClient, ask: Ask) -> Answer | Failure:
        nonlocal size
        async with turn:
            place, shown = ask.address.place, ask.address.shown
            if slow[place] >= limits.patience:
                return Failure("given-up", shown, {"host": place, "count": slow[place]})
            if size > limits.whole:
                return Failure("too-large", shown, {"limit": limits.whole})
            came = await get(client, ask, hosts, limits)
            slow[place] += isinstance(came, Failure) and came.kind == "timeout"
            size += len(came.body) if isinstance(came, Answer) else 0
            return came

    async with connection(limits) as client:
        return list(await asyncio.gather(*(one(client, ask) for ask in asks)))


def connection(limits: Limits) -> httpx2.AsyncClient:
    """A client that takes nothing from the environment and keeps no cookie.

    A proxy or a .netrc of the environment would bring in a host that the user did not name, or send credentials that
    no request here needs; so `trust_env` is off, as it is in conform.
    """
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(limits.read, connect=limits.connect),
        trust_env=False,
        follow_redirects=False,
        headers=_HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx2.Limits(max_connections=limits.at_once),
    )


async def get(client: httpx2.AsyncClient, ask: Ask, hosts: Hosts, limits: Limits) -> Answer | Failure:
    """One request, its redirects followed one by one, within the time of the whole; tried again when dropped."""
    try:
        async with asyncio.timeout(limits.total):  # the time-outs of the client only bound each single wait
            came = await _follow(client, ask, hosts, limits)
            if isinstance(came, Failure) and came.kind in _DROPPED:
                came = await _follow(client, ask, hosts, limits)
            return came
    except TimeoutError:
        return _slow(ask.address, limits)


async def _follow(client: httpx2.AsyncClient, ask: Ask, hosts: Hosts, limits: Limits) -> Answer | Failure:
    address, seen, permanent = ask.address, {ask.address.text}, True
    while hosts.allow(address):
        came = await _once(client, address, ask, limits)
        if isinstance(came, Failure):
            return came
        if isinstance(came, Answer):
            return replace(came, moved=permanent and len(seen) > 1)
        target = _next(address, came.target)
        if isinstance(target, Failure):
            return target
        if target.text in seen or len(seen) > limits.redirects:
            return Failure("loop", ask.address.shown, {"target": target.shown})
        seen.add(target.text)
        address, permanent = target, permanent and came.permanent
    return Failure("host", address.shown, {"host": address.place})


def _next(address: Address, reference: str) -> Address | Failure:
    """Where a redirect leads."""
    target = address.join(reference) if reference else None
    if target is None:
        return Failure("redirect", address.shown)
    if address.url.scheme == "https" and target.url.scheme == "http":
        return Failure("downgrade", address.shown, {"target": target.shown})
    return target


async def _once(client: httpx2.AsyncClient, address: Address, ask: Ask, limits: Limits) -> Answer | _Redirect | Failure:
    conditions = ask.validators.headers(address) if ask.validators else {}
    begun = False
    try:
        async with client.stream("GET", address.url, headers=conditions) as response:
            begun = True
            status = response.status_code
            if status in _REDIRECTS:
                return _Redirect(response.headers.get("location", ""), _REDIRECTS[status])
            if status == 304 and conditions:
                return Answer(address, b"", validators=ask.validators, unchanged=True)
            if status != 200:
                return Failure("gone" if status in _GONE else "status", address.shown, {"status": status})
            return await _answer(response, address, limits)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        return Failure("unreachable", address.shown, {"host": address.place, "reason": _reason(error)})
    except httpx2.TimeoutException:
        return _slow(address, limits)
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, UnicodeError) as error:
        return Failure("truncated" if begun else "protocol", address.shown, {"reason": _reason(error)})


async def _answer(response: httpx2.Response, address: Address, limits: Limits) -> Answer | Failure:
    """The body, unpacked here so that its size is bounded while it grows: a few bytes of gzip may hold gigabytes."""
    large = Failure("too-large", address.shown, {"limit": limits.size})
    announced, coding = response.headers.get("content-length", ""), response.headers.get("content-encoding", "").lower()
    if announced.isdecimal() and len(announced) < 20 and int(announced) > limits.size:
        return large
    if coding not in ("", "identity", "gzip", "x-gzip"):
        return Failure("encoding", address.shown)
    packed = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    try:
        async for part in response.aiter_raw():
            body += packed.decompress(part, limits.size + 1 - len(body)) if packed else part
            if len(body) > limits.size:
                return large
    except zlib.error:
        return Failure("encoding", address.shown)
    if packed and not packed.eof:
        return Failure("truncated", address.shown, {"reason": "the compressed text ends too early"})
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    said = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    return Answer(address, bytes(body), media, Validators(Validators.key_of(address), *said))


def _slow(address: Address, limits: Limits) -> Failure:
    return Failure("timeout", address.shown, {"seconds": f"{limits.total:g}"})


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:_REASON]
