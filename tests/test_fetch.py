"""The one place that fetches: what comes, what does not, and what it may cost; never from a host nobody named."""

from __future__ import annotations

import json
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot.core.catalogue import catalogue
from diglot.core.usage import UsageError
from diglot.fetch import Address, Answer, Ask, Failure, Hosts, Limits, Validators, explain, fetch, server_document
from diglot.fetch.answer import Kind
from diglot.fetch.client import _next
from fetch_help import (
    Act,
    Handler,
    Site,
    drip,
    drip_head,
    endless,
    html,
    nonsense,
    packed,
    redirect,
    reset,
    serving,
    silent,
    status,
    text,
    truncated,
    versioned,
)

SMALL = Limits(size=100_000)
QUICK = replace(SMALL, total=0.3)
AGES = 15.0
"""Seconds that no bounded request takes, on however slow a machine; the slow answers go on for longer."""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def address(text: str) -> Address:
    found = Address.of(text)
    assert found is not None
    return found


def get(site: Site, path: str = "/page", limits: Limits = SMALL, **validators: str) -> Answer | Failure:
    where = address(site.url + path)
    known = Validators(Validators.key_of(where), **validators) if validators else None
    return fetch([Ask(where, known)], Hosts.of([site.host]), limits)[0]


def failure(came: Answer | Failure) -> Failure:
    assert isinstance(came, Failure), came
    return came


def answer(came: Answer | Failure) -> Answer:
    assert isinstance(came, Answer), came
    return came


# --- what comes


def test_a_body_comes_as_it_is_with_what_tells_its_version(site: Site) -> None:
    site.acts["/page"] = text("# 页面\n", ETag='"a"', Last_Modified="Wed, 25 Nov 2026 08:00:00 GMT")
    came = answer(get(site))
    assert came.body.decode() == "# 页面\n"
    assert came.media_type == "text/markdown"
    assert came.validators is not None
    assert (came.validators.etag, came.validators.modified) == ('"a"', "Wed, 25 Nov 2026 08:00:00 GMT")
    assert not came.unchanged
    assert not came.moved
    headers = {name.lower(): value for name, value in site.asked[0][1].items()}
    assert headers["user-agent"].startswith("diglot/")
    assert headers.keys() <= {"host", "accept", "accept-encoding", "connection", "user-agent"}


def test_answers_stand_in_the_order_of_the_asks(site: Site) -> None:
    for number in range(9):
        site.acts[f"/{number}"] = text(str(number))
    asks = [Ask(address(f"{site.url}/{number}")) for number in range(9)]
    came = fetch(asks, Hosts.of([site.host]), SMALL)
    assert [answer(each).body for each in came] == [str(number).encode() for number in range(9)]


def test_who_has_the_version_is_told_so(site: Site) -> None:
    site.acts["/page"] = versioned("text", '"a"')
    assert answer(get(site, etag='"a"')).unchanged
    assert answer(get(site, etag='"b"')).body == b"text"


def test_a_304_that_nobody_asked_for_is_no_answer(site: Site) -> None:
    site.acts["/page"] = status(304)
    assert failure(get(site)).kind == "status"


def test_conditions_are_for_their_own_address_and_only_as_headers(site: Site) -> None:
    site.acts["/page"] = redirect("/other")
    site.acts["/other"] = text("other")
    assert answer(get(site, etag='"a"')).body == b"other"
    assert ["If-None-Match" in headers or "if-none-match" in headers for _, headers in site.asked] == [True, False]
    site.acts["/page"] = text("text")
    for damaged in ('"a"\r\nX: y', "é", "x" * 1000, ""):
        assert answer(get(site, etag=damaged, modified=damaged)).body == b"text"
        assert not {"if-none-match", "if-modified-since", "x"} & {name.lower() for name in site.asked[-1][1]}


def test_compressed_text_is_unpacked(site: Site) -> None:
    site.acts["/page"] = packed("text 文字".encode() * 100)
    assert answer(get(site)).body.decode() == "text 文字" * 100


def test_a_page_for_browsers_is_known(site: Site) -> None:
    site.acts["/page"] = html
    assert answer(get(site)).html
    site.acts["/page"] = text("\ufeff\n<html lang=en>")
    assert answer(get(site)).html
    site.acts["/page"] = text("# A page about <html>\n")
    assert not answer(get(site)).html


def test_no_cookie_is_kept(site: Site) -> None:
    site.acts["/page"] = lambda handler: handler.answer(302, headers={"Location": "/b", "Set-Cookie": "a=b; Path=/"})
    site.acts["/b"] = text("text")
    answer(get(site))
    assert "cookie" not in {name.lower() for name in site.asked[1][1]}


def test_the_environment_says_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    site.acts["/page"] = text("text")
    assert answer(get(site)).body == b"text"


# --- redirects


@pytest.mark.parametrize(("code", "moved"), [(301, True), (302, False), (303, False), (307, False), (308, True)])
def test_a_redirect_is_followed_and_said(site: Site, code: int, moved: bool) -> None:
    site.acts["/page"] = redirect("/b?token=s3cret", code)
    site.acts["/b"] = text("text")
    came = answer(get(site))
    assert (came.body, came.moved) == (b"text", moved)
    assert came.address.shown == f"{site.url}/b?…"


@pytest.mark.parametrize("codes", [(301, 302), (302, 301)])
def test_one_redirect_that_is_not_for_ever_makes_no_new_address(site: Site, codes: tuple[int, int]) -> None:
    site.acts.update({"/page": redirect("/b", codes[0]), "/b": redirect("/c", codes[1]), "/c": text("text")})
    assert not answer(get(site)).moved


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/page", "loop"),
        ("file:///etc/passwd", "redirect"),
        ("ftp://127.0.0.1/x", "redirect"),
        ("//user:s3cret@127.0.0.1/x", "redirect"),
        ("http://[", "redirect"),
        ("javascript:alert(1)", "redirect"),
        ("", "redirect"),
        ("http://other.example/x", "host"),
        ("http://127.0.0.1/x", "host"),  # another port is another server
        ("http://127.0.0.1:9/x", "host"),
    ],
)
def test_a_redirect_that_is_not_followed(site: Site, target: str, kind: str) -> None:
    site.acts["/page"] = redirect(target)
    came = failure(get(site))
    assert came.kind == kind
    assert "s3cret" not in explain(came)
    assert site.paths == ["/page"]


def test_redirects_come_to_an_end(site: Site) -> None:
    for number in range(9):
        site.acts[f"/{number}"] = redirect(f"/{number + 1}")
    assert failure(get(site, "/0")).kind == "loop"
    assert len(site.asked) == SMALL.redirects + 1
    site.acts["/5"] = text("text")
    assert answer(get(site, "/0")).body == b"text"


def test_encryption_is_never_given_up() -> None:
    came = _next(address("https://a.example/x"), "http://a.example/x")
    assert isinstance(came, Failure)
    assert came.kind == "downgrade"
    assert isinstance(_next(address("http://a.example/x"), "https://a.example/x"), Address)


# --- what does not come


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (status(404), "gone"),
        (status(410), "gone"),
        (status(500), "status"),
        (status(401), "status"),
        (status(206), "status"),
        (status(429), "status"),
        (truncated("x" * 1000), "truncated"),
        (packed(b"text" * 1000, cut=8), "truncated"),
        (text(b"not gzip", Content_Encoding="gzip"), "encoding"),
        (text(b"text", Content_Encoding="br"), "encoding"),
        (text(b"x" * 100_001), "too-large"),
        (text(b"", Content_Length="99999999999"), "too-large"),
        (packed(b"\0" * 100_001), "too-large"),
        (reset, "protocol"),
        (nonsense, "protocol"),
        (silent, "timeout"),
        (drip, "timeout"),
        (drip_head, "timeout"),
    ],
)
def test_a_failure_has_a_kind_and_words_in_both_languages(site: Site, act: Act, kind: str) -> None:
    site.acts["/page"] = act
    begun = time.monotonic()
    came = failure(get(site, "/page?key=s3cret", QUICK if kind == "timeout" else SMALL))
    assert came.kind == kind
    assert time.monotonic() - begun < AGES
    for language in ("en", "zh"):
        said = explain(came, language)
        assert f"{site.url}/page?…" in said
        assert "s3cret" not in said
        assert "{" not in said


def test_a_body_without_end_is_cut_at_the_limit(site: Site) -> None:
    site.acts["/page"] = endless
    assert failure(get(site, limits=Limits(size=1_000_000))).kind == "too-large"


def test_a_few_bytes_that_hold_gigabytes_cost_no_memory(site: Site) -> None:
    layer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(layer.compress(b"\0" * 10_000_000) for _ in range(30)) + layer.flush()
    assert len(bomb) < 400_000
    site.acts["/page"] = text(bomb, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        assert failure(get(site, limits=Limits(size=1_000_000))).kind == "too-large"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_server_that_is_not_there() -> None:
    with serving() as gone:
        host, url = gone.host, gone.url
    came = failure(fetch([Ask(address(url))], Hosts.of([host]), SMALL)[0])
    assert came.kind == "unreachable"
    assert host in explain(came)


def test_a_host_that_is_too_slow_too_often_is_asked_no_more(site: Site) -> None:
    asks = [Ask(address(f"{site.url}/{number}")) for number in range(40)]
    for number in range(40):
        site.acts[f"/{number}"] = drip
    came = [failure(each).kind for each in fetch(asks, Hosts.of([site.host]), QUICK)]
    assert came == sorted(came, reverse=True)
    assert came.count("given-up") >= 40 - QUICK.patience - QUICK.at_once
    assert len(site.asked) <= QUICK.patience + QUICK.at_once


def test_all_bodies_together_have_a_limit(site: Site) -> None:
    for number in range(40):
        site.acts[f"/{number}"] = text(b"x" * 90_000)
    asks = [Ask(address(f"{site.url}/{number}")) for number in range(40)]
    came = fetch(asks, Hosts.of([site.host]), replace(SMALL, whole=500_000))
    assert sum(len(each.body) for each in came if isinstance(each, Answer)) <= 500_000 + 4 * 90_000
    assert {each.kind for each in came if isinstance(each, Failure)} == {"too-large"}


def test_a_connection_that_was_dropped_is_tried_again(site: Site) -> None:
    def once(handler: Handler) -> None:
        (reset if len(site.asked) == 1 else text("text"))(handler)

    site.acts["/page"] = once
    assert answer(get(site)).body == b"text"


def test_a_host_that_was_not_named_is_not_asked(site: Site) -> None:
    came = failure(fetch([Ask(address(site.url))], Hosts.of(["docs.example.com"]), SMALL)[0])
    assert came.kind == "host"
    assert f"--host {site.host}" in explain(came)
    assert not site.asked


def test_every_kind_of_failure_has_words() -> None:
    for kind in get_args(Kind):
        assert f"fetch-{kind}" in catalogue("en")["phrases"]


# --- addresses and hosts


@pytest.mark.parametrize(
    "text",
    [
        *("", "page.md", "/etc/passwd", "file:///etc/passwd", "ftp://a.example/", "//a.example/x", "http:///x"),
        *("https://user@a.example/", "https://user:s3cret@a.example/", "http://a.example:99999/", "http://[::1/"),
        *("http://a.example/a b", "http://a.example/\n", "http://a.example\\@b.example/", "http://" + "a" * 3000),
        *("javascript:alert(1)", "data:text/plain,x", "http://a.example/<x>"),
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert Address.of(text) is None
    with pytest.raises(UsageError) as caught:
        Address.given(text, "--server")
    assert "s3cret" not in str(caught.value)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "https://a.example/", "http://a@"]))
def test_no_text_breaks_the_parser_and_what_is_shown_has_no_query(text: str, before: str) -> None:
    found = Address.of(before + text)
    if found is not None:
        assert found.shown.startswith(("http://", "https://"))
        assert "@" not in found.shown.partition("://")[2].partition("/")[0]
        assert found.shown.partition("?")[2] in ("", "…")
        assert Address.of(found.text) == found


@pytest.mark.parametrize(
    ("names", "url", "allowed"),
    [
        (["a.example"], "https://a.example/x", True),
        (["a.example"], "http://A.EXAMPLE./x", True),
        (["A.Example"], "https://a.example:443/x", True),
        (["a.example"], "https://a.example:8443/x", False),
        (["a.example:8443"], "https://a.example:8443/x", True),
        (["a.example:443"], "https://a.example/x", True),
        (["a.example:443"], "http://a.example/x", False),
        (["a.example"], "https://b.a.example/x", False),
        (["a.example"], "https://a.example.evil.example/x", False),
        (["例え.example"], "https://例え.example/x", True),
        (["xn--r8jz45g.example"], "https://例え.example/x", True),
        (["[::1]:80"], "http://[::1]/x", True),
        ([], "https://a.example/x", False),
    ],
)
def test_which_hosts_may_be_asked(names: list[str], url: str, allowed: bool) -> None:
    assert Hosts.of(names).allow(address(url)) is allowed


@pytest.mark.parametrize("name", ["", "https://a.example", "a.example/x", "*.example", "u@a.example", "a:0", "a:70000"])
def test_what_is_no_host(name: str) -> None:
    with pytest.raises(UsageError, match="no host"):
        Hosts.of([name])


# --- the document of a server

DOCUMENT = json.dumps({"info": {"title": "T", "version": "1"}, "openapi": "3.1.0", "paths": {}})


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/openapi.json", "/v1/v3/api-docs", "/swagger/v1/swagger.json"])
def test_the_document_is_found_where_frameworks_put_it(site: Site, path: str) -> None:
    site.acts[path] = text(DOCUMENT, "application/json")
    site.acts["/v1"] = html
    name, data = server_document(f"{site.url}/v1")
    assert (name, data.decode()) == (f"{site.url}{path}", DOCUMENT)


@pytest.mark.parametrize("body", ["swagger: '2.0'\ninfo: {}\n", "# c\nopenapi: 3.0.1\n", '{\n "swagger" : "2.0"}'])
def test_the_address_may_be_that_of_the_document(site: Site, body: str) -> None:
    site.acts["/any"] = text(body, "text/plain")
    assert server_document(f"{site.url}/any?key=s3cret") == (f"{site.url}/any?…", body.encode())
    assert len(site.asked) == 1


def test_a_redirect_to_the_document_on_the_same_host_is_followed(site: Site) -> None:
    site.acts["/openapi.json"] = redirect("/real/spec.json")
    site.acts["/real/spec.json"] = text(DOCUMENT)
    assert server_document(site.url)[0] == f"{site.url}/real/spec.json"


def test_a_server_without_a_document_costs_few_requests_and_one_line(site: Site) -> None:
    site.acts["/v1/openapi.json"] = text('{"asyncapi": "3.0.0"}')
    site.acts["/v1/swagger.json"] = html
    site.acts["/openapi.json"] = redirect("http://other.example/openapi.json")
    with pytest.raises(UsageError, match="give the URL of the document itself") as caught:
        server_document(f"{site.url}/v1")
    assert "\n" not in str(caught.value)
    assert len(site.asked) <= 40


def test_a_slow_server_does_not_hold_the_search_up(site: Site) -> None:
    for path in ("/", "/openapi.json", "/swagger.json"):
        site.acts[path] = drip
    begun = time.monotonic()
    with pytest.raises(UsageError, match=r"within 0\.6 s"):
        server_document(f"{site.url}/", Limits(total=0.4), whole=0.6)
    assert time.monotonic() - begun < AGES


@pytest.mark.parametrize("url", ["file:///etc/passwd", "openapi.json", "https://u:s3cret@a.example/"])
def test_a_server_that_is_no_url(url: str) -> None:
    with pytest.raises(UsageError, match="--server: ") as caught:
        server_document(url)
    assert "s3cret" not in str(caught.value)


def test_a_server_that_cannot_be_reached() -> None:
    with serving() as gone:
        url = gone.url
    with pytest.raises(UsageError, match="cannot be reached"):
        server_document(url)
