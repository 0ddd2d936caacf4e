"""Fuzzing draws the same for the same seed, stays within its bounds, and accuses only where a request proves it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from conform_help import CONTRACT, LAWS, fixtures
from diglot.conform import Fixtures, Options, Report, Target, run
from diglot.conform.binding.surface import Surface
from diglot.conform.fuzz import engine
from diglot.conform.fuzz.proof import Proof, routed
from diglot.conform.wire.session import Request
from diglot.core.tree import plain
from diglot.serve import demo, running
from diglot.serve.app import create_app
from servers.books import SPEC, library

Json = dict[str, Any]
BOOK = Fixtures(parameters={"book": "3"})
FUZZ = Options(engines=("fuzz",), max_requests=60)
Sent = tuple[str, bytes, bytes, bytes, tuple[tuple[bytes, bytes], ...]]
_OF_THE_CLIENT = (b"host", b"accept", b"accept-encoding", b"user-agent", b"connection", b"authorization")


def noting(log: list[Sent], inner: Any) -> Any:
    """A server that notes every request as it came."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        parts, message = [], {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
        body = b"".join(parts)
        headers = tuple(pair for pair in scope["headers"] if pair[0] not in _OF_THE_CLIENT)
        log.append((scope["method"], scope["raw_path"], scope["query_string"], body, headers))

        async def replay() -> Json:
            return {"type": "http.request", "body": body}

        await inner(scope, replay, send)

    return app


def answering(status: int, payload: Json) -> Any:
    """A server that answers everything alike, in JSON."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": json.dumps(payload).encode()})

    return app


def fuzzed(
    app: Any, contract: Mapping[str, Any], laws: Json, known: Fixtures, options: Options = FUZZ
) -> tuple[Report, list[Sent]]:
    log: list[Sent] = []
    with running(noting(log, app)) as url:
        return run(Target.parse(url), contract, laws, known, options), log


def one(method: str, path: str, **operation: Any) -> Json:
    """A contract with one operation beside a plain list that can be reached."""
    answers = {"200": {"description": ""}, "400": {"description": ""}, "404": {"description": ""}}
    plainly = {"get": {"responses": answers}}
    paths: Json = {"/": plainly, path: {method: {"responses": answers, **operation}}}
    return {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths}


def json_body(schema: Json, required: bool = True) -> Json:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only the number of requests end the fuzzing, however busy the machine is."""
    monkeypatch.setattr(engine, "_SECONDS", 300.0)


# --- what is sent


@pytest.mark.usefixtures("unhurried")
def test_the_same_seed_sends_the_same_requests_and_another_one_does_not() -> None:
    logs = []
    for seed in (1, 1, 2):
        report, log = fuzzed(library(), SPEC, {}, BOOK, Options(("fuzz",), seed=seed, max_requests=150))
        assert report.findings == ()
        logs.append(log)
    assert logs[0] == logs[1]
    assert logs[0] != logs[2]


@pytest.mark.usefixtures("unhurried")
def test_every_request_is_counted_once_and_none_is_sent_twice() -> None:
    report, log = fuzzed(library(), SPEC, {}, BOOK)
    assert report.requests == len(log) == 60
    assert len(set(log[1:])) == len(log[1:])


@pytest.mark.usefixtures("unhurried")
def test_known_ids_stand_in_most_requests() -> None:
    known = fixtures()
    _, log = fuzzed(create_app(), CONTRACT, LAWS, known, Options(("fuzz",), max_requests=120))
    drawn = [path for _, path, _, _, _ in log[2:]]
    assert sum(str(known.dataset).encode() in path for path in drawn) > 0.6 * len(drawn)
    bodies = [body for method, _, _, body, _ in log if method == "POST"]
    assert any(known.metadata_fields[0].id.encode() in body for body in bodies)


@pytest.mark.usefixtures("unhurried")
def test_only_rows_that_can_be_put_back_are_named_in_writes() -> None:
    with running() as url:
        address = f"{url}/datasets/{demo().dataset}/documents"
        key = {"Authorization": f"Bearer {demo().token}"}
        pages = [
            httpx2.get(address, params={"limit": 100, "page": page}, headers=key).json()["data"] for page in (1, 2)
        ]
    states = {row["id"]: row["display_status"] for rows in pages for row in rows}
    _, log = fuzzed(create_app(), CONTRACT, LAWS, fixtures(), Options(("fuzz",), max_requests=150))
    written = b"".join(body for method, _, _, body, _ in log if method in ("POST", "PATCH")).decode("utf-8", "replace")
    named = {key for key in states if key in written}
    assert 0 < len(named) <= 10
    assert {states[key] for key in named} <= {"available", "disabled", "archived"}


def test_read_only_sends_nothing_but_reads() -> None:
    _, log = fuzzed(create_app(), CONTRACT, LAWS, fixtures(), Options(("fuzz",), read_only=True, max_requests=40))
    assert {method for method, *_ in log} <= {"GET", "HEAD"}
    assert len(log) > 20


def test_what_nobody_can_undo_gets_only_bodies_that_must_be_refused() -> None:
    schema = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    contract = one("post", "/things", requestBody=json_body(schema))
    contract["paths"]["/things/{id}"] = {
        "delete": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "responses": {"404": {"description": ""}},
        }
    }
    report, log = fuzzed(answering(400, {}), contract, {}, Fixtures(parameters={"id": "1"}))
    assert {method for method, *_ in log} == {"GET", "POST"}
    for body in [body for method, _, _, body, _ in log if method == "POST"]:
        value = parsed(body)
        assert not isinstance(value, dict) or not isinstance(value.get("name"), str)
    assert {one.what for one in report.not_exercised} == {
        "fuzz: valid input to POST /things",
        "fuzz: valid input to DELETE /things/{}",
    }


@pytest.mark.usefixtures("unhurried")
def test_parameters_in_headers_and_cookies_are_sent_and_the_key_stays_ours() -> None:
    parameters = [
        {"name": name, "in": place, "required": True, "schema": {"type": "integer"}}
        for name, place in (("X-Number", "header"), ("turn", "cookie"), ("Authorization", "header"), ("Host", "header"))
    ]
    _, log = fuzzed(answering(200, {}), one("get", "/n", parameters=parameters), {}, fixtures(), FUZZ)
    headers = [dict(sent) for _, path, _, _, sent in log if path.endswith(b"/n")]
    assert sum(b"x-number" in one and one[b"x-number"].isdigit() for one in headers) > 5
    assert any(one.get(b"cookie", b"").startswith(b"turn=") for one in headers)


@pytest.mark.usefixtures("unhurried")
def test_nothing_is_printed_or_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.chdir(tmp_path)
    fuzzed(library(), SPEC, {}, BOOK)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


# --- contracts that are hard to draw from


def test_what_cannot_be_drawn_is_said_and_the_others_go_on() -> None:
    number = {"name": "n", "in": "query", "schema": {"type": "integer"}}
    contract = one("get", "/broken", parameters=[{"name": "a", "in": "query", "schema": {"type": 5}}])
    contract["paths"] |= one("get", "/sound", parameters=[number])["paths"]
    report, log = fuzzed(answering(400, {}), contract, {}, Fixtures())
    assert any(one.what == "fuzz: GET /broken" for one in report.not_exercised)
    assert sum(path.endswith(b"/sound") for _, path, *_ in log) > 5


REC = {"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#/components/schemas/Rec"}}}
HARD: dict[str, Json] = {
    "no schema": one("post", "/x", requestBody={"content": {"application/json": {}}}),
    "no media type": one("post", "/x", requestBody={"content": {}}),
    "a form": one("post", "/x", requestBody={"content": {"application/x-www-form-urlencoded": {"schema": REC}}}),
    "a file": one("post", "/x", requestBody={"content": {"multipart/form-data": {"schema": REC}}}),
    "text": one("post", "/x", requestBody={"content": {"text/plain": {"schema": {"type": "string"}}}}),
    "an unknown media type": one("post", "/x", requestBody={"content": {"application/x-own": {"schema": REC}}}),
    "a pattern that is none": one("get", "/x", parameters=[{"name": "a", "in": "query", "schema": {"pattern": "(["}}]),
    "nothing fits": one("get", "/x", parameters=[{"name": "a", "in": "query", "required": True, "schema": False}]),
    "no object": one("get", "/x", parameters=[5, None, {"in": "query"}], requestBody=7),
    "a path that is none": one("get", "/{x"),
    "a schema that is itself": one("post", "/x", requestBody=json_body({"$ref": "#/components/schemas/Self"})),
}


@pytest.mark.parametrize("name", HARD)
def test_no_contract_breaks_the_fuzzing(name: str) -> None:
    contract = {**HARD[name], "components": {"schemas": {"Rec": REC, "Self": {"$ref": "#/components/schemas/Self"}}}}
    report, log = fuzzed(answering(400, {}), contract, {}, Fixtures(), Options(("fuzz",), max_requests=25, budget=20))
    assert report.requests == len(log) <= 25
    assert report.findings == ()


# --- what a request proves


QUERY = {
    "page": {"type": "integer", "minimum": 1, "maximum": 50},
    "flag": {"type": "boolean"},
    "kind": {"type": "string", "enum": ["new", "old"]},
    "name": {"type": "string", "maxLength": 3},
    "ids": {"type": "array", "items": {"type": "integer"}},
    "size": {"type": ["number", "null"]},
}
BODY = {
    "type": "object",
    "required": ["ids", "made"],
    "properties": {
        "ids": {"type": "array", "items": {"type": "string", "format": "uuid"}},
        "made": {"type": "string", "readOnly": True},
        "part": {"type": "boolean"},
        "below": {"$ref": "#/components/schemas/Rec"},
    },
}
PROVING = {
    **one(
        "post",
        "/rows/{row}",
        requestBody=json_body(BODY),
        parameters=[
            {"name": "row", "in": "path", "required": True, "schema": {"type": "integer"}},
            {"name": "must", "in": "query", "required": True, "schema": {"type": "string"}},
            *({"name": name, "in": "query", "schema": schema} for name, schema in QUERY.items()),
        ],
    ),
    "components": {"schemas": {"Rec": REC}},
}
SURFACE = Surface.of(plain(PROVING))
ROWS = SURFACE.endpoints[1]
RIGHT = b'{"ids": []}'


def proved(
    path: str = "/rows/1", query: str = "", body: bytes | None = RIGHT, media: str = "application/json"
) -> tuple[str, ...]:
    asked = f"must=1&{query}" if query != "-" else ""
    return Proof(SURFACE).invalid(ROWS, Request("POST", path, asked, body, media))


@pytest.mark.parametrize(
    "query",
    [
        *("page=01", "page=%2B1", "page=+1+", "page=%EF%BC%91", "page=1_0", "page=1e0", "page=1.0", "page=0x1"),
        *("page=", "page=null", "page=0&page=0", "page=%00", "page=%FF", "page=1e999", "page=NaN", "other=x"),
        *("flag=TRUE", "flag=1", "flag=yes", "flag=", "kind=NEW", "kind=+old", "name=%F0%9F%99%82%F0%9F%99%82"),
        *("ids=x", "ids%5B0%5D=x", "size=1.5", "size=-2", "page=" + "1" * 400),
    ],
)  # fmt: skip
def test_what_a_correct_server_may_accept_proves_nothing(query: str) -> None:
    assert proved(query=query) == ()


@pytest.mark.parametrize(
    ("query", "place"),
    [
        *(("page=0", "query page"), ("page=51", "query page"), ("page=abc", "query page"), ("page=1.5", "query page")),
        *(("page=true", "query page"), ("flag=maybe", "query flag"), ("kind=newer", "query kind")),
        *(("name=long", "query name"), ("size=x", "query size"), ("-", "query must")),
    ],
)  # fmt: skip
def test_a_query_that_no_reading_makes_right_is_proof(query: str, place: str) -> None:
    assert proved(query=query) == (place,)


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (b'{"ids": ["no-uuid"], "more": 1}', ()),
        (b'{"ids": [], "part": NaN}', ()),
        (b'{"ids": ["\\ud800"]}', ()),
        (b'{"ids": [7, "a"]}', ("body /ids/*",)),
        (b'{"ids": [], "part": "true"}', ("body /part",)),
        (b"{}", ("body /ids",)),
        (b"[]", ("body /",)),
        (b"{", ("body",)),
        (b"", ("body",)),
        (None, ("body",)),
        (b'{"ids": [], "below": {"child": {"child": {"name": 1}}}}', ("body /below/child/name",)),
    ],
)
def test_a_body_is_proof_where_its_schema_says_so(body: bytes | None, places: tuple[str, ...]) -> None:
    assert proved(body=body) == places


def test_a_body_of_another_media_type_and_a_bent_path_prove_nothing() -> None:
    assert proved(body=b"ids=1", media="application/x-www-form-urlencoded") == ()
    assert proved(path="/rows/x") == ("path row",)
    assert proved(path="/rows/") == ()
    assert proved(path="/rows/a/b") == ()


@pytest.mark.parametrize(
    ("path", "query", "reaches"),
    [
        *(("/rows/1", "a=b%20c", True), ("/rows/%C3%A9", "", True), ("/rows/", "", False), ("/rows/a/b", "", False)),
        *(("/rows/%2F", "", False), ("/rows/..", "", False), ("/rows/%00", "", False), ("/rows/%FF", "", False)),
        *(("/rows/1", "a=%00", False), ("/rows/1", "a[b]=1", False), ("/rows/" + "1" * 3000, "", False)),
    ],
)  # fmt: skip
def test_what_a_router_or_a_proxy_answers_by_itself_is_known(path: str, query: str, reaches: bool) -> None:
    assert routed(ROWS, Request("POST", path, query)) is reaches
