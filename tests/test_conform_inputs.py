"""Faults of input, credentials and protocol are found, each by the law that is after them; choices are left alone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import pytest

from conform_help import CONTRACT, LAWS, fixtures
from diglot.conform import Options, Report, Target, run
from diglot.conform.bench.misses import Misses
from diglot.conform.binding.surface import Surface
from diglot.conform.credentials import Redactor, Secret, elsewhere, near_misses
from diglot.conform.laws.table import LAWS as TABLE
from diglot.core.tree import plain
from diglot.serve import demo, running
from diglot.serve.app import create_app
from servers.bent import Headers, Json, bent, key_of, rekeyed, retyped, status_line

KEY = demo().token
Said = tuple[int, Headers, bytes]
LAWS_ONLY = Options(engines=("laws",), timeout=5)


def examined(app: Any, *only: str, **known: Any) -> Report:
    with running(app) as url:
        return run(Target.parse(url), CONTRACT, LAWS, fixtures(**known), replace(LAWS_ONLY, only=only))


def found(app: Any, *only: str) -> set[str]:
    return {finding.rule for finding in examined(app, *only).findings}


# --- credentials


def takes(change: Callable[[str], str]) -> Any:
    """A server that takes other credentials for those that were sent."""
    return bent(hear=lambda scope, body: (rekeyed(scope, change(key_of(scope))), body))


def is_basic(given: str) -> bool:
    return given == "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()


def only_on(method: str, app: Callable[[Json, bytes], tuple[Json, bytes]]) -> Any:
    return bent(hear=lambda scope, body: app(scope, body) if scope["method"] == method else (scope, body))


RIGHT_KEY = f"Bearer {KEY}"
LENIENT: dict[str, Any] = {
    "the last character": takes(lambda given: RIGHT_KEY if given.startswith(RIGHT_KEY[:-1]) else given),
    "the beginning": takes(lambda given: RIGHT_KEY if len(given) > 9 and RIGHT_KEY.startswith(given) else given),
    "what follows": takes(lambda given: RIGHT_KEY if given.startswith(RIGHT_KEY) else given),
    "the case": takes(lambda given: RIGHT_KEY if given.lower() == RIGHT_KEY.lower() else given),
    "the scheme": takes(lambda given: f"Bearer {given.rpartition(' ')[2]}"),
    "an absent scheme": takes(lambda given: RIGHT_KEY if given == KEY else given),
    "a doubled scheme": takes(lambda given: given.replace("Bearer Bearer", "Bearer")),
    "a name and password": takes(lambda given: RIGHT_KEY if is_basic(given) else given),
    "a key in the query": bent(
        hear=lambda scope, body: (rekeyed(scope, RIGHT_KEY) if KEY.encode() in scope["query_string"] else scope, body)
    ),
    "a key in a cookie": bent(
        hear=lambda scope, body: (
            rekeyed(scope, RIGHT_KEY) if KEY.encode() in dict(scope["headers"]).get(b"cookie", b"") else scope,
            body,
        )
    ),
    "a key in another header": bent(
        hear=lambda scope, body: (rekeyed(scope, RIGHT_KEY) if b"x-api-key" in dict(scope["headers"]) else scope, body)
    ),
    "the case, on one operation": only_on(
        "PATCH",
        lambda scope, body: (rekeyed(scope, RIGHT_KEY) if key_of(scope).lower() == RIGHT_KEY.lower() else scope, body),
    ),
}


@pytest.mark.parametrize("name", LENIENT)
def test_a_check_of_only_a_part_of_the_credential_is_found(name: str) -> None:
    assert "credential-accepted" in found(LENIENT[name], "auth.")


def refusing(change: Callable[[Json, bytes, Said], Said]) -> Any:
    return bent(
        lambda scope, asked, *said: change(scope, asked, said) if said[0] == 401 else said  # type: ignore[arg-type,return-value]
    )


def unknown_first(scope: Json, asked: bytes, said: Said) -> Said:
    return said if demo().dataset in scope["path"] else status_line(404)


def names_the_known(scope: Json, asked: bytes, said: Said) -> Said:
    text = b"The API key is wrong for this" if demo().dataset in scope["path"] else b"The API key is wrong for no"
    return said[0], said[1], json.dumps({"code": "unauthorized", "message": text.decode(), "status": 401}).encode()


def body_first(scope: Json, asked: bytes, said: Said) -> Said:
    return status_line(400) if asked == b"{" else said


def media_first(scope: Json, asked: bytes, said: Said) -> Said:
    return status_line(415) if (b"content-type", b"text/plain") in scope["headers"] else said


def late_for_a_wrong_key(scope: Json, asked: bytes, said: Said) -> Said:
    return status_line(400) if key_of(scope) and b"abc" in scope["query_string"] else said


@pytest.mark.parametrize("order", [unknown_first, names_the_known, body_first, media_first, late_for_a_wrong_key])
def test_an_oracle_for_callers_without_a_key_is_found(order: Callable[[Json, bytes, Said], Said]) -> None:
    assert "authentication-late" in found(refusing(order), "auth.")


def test_a_refusal_that_differs_from_itself_tells_nothing() -> None:
    numbers = count()

    def numbered(scope: Json, asked: bytes, said: Said) -> Said:
        body = {"code": "unauthorized", "message": f"request {next(numbers)} of {scope['path']}", "status": 401}
        return said[0], said[1], json.dumps(body).encode()

    assert examined(refusing(numbered), "auth.").findings == ()


def test_a_refusal_that_repeats_the_path_tells_nothing() -> None:
    def pathed(scope: Json, asked: bytes, said: Said) -> Said:
        return said[0], said[1], json.dumps({"code": "u", "message": scope["path"], "status": 401}).encode()

    assert examined(refusing(pathed), "auth.").findings == ()


def test_a_challenge_for_another_scheme_is_found() -> None:
    def basic(scope: Json, asked: bytes, said: Said) -> Said:
        others = [pair for pair in said[1] if pair[0] != b"www-authenticate"]
        return said[0], [*others, (b"www-authenticate", b'Basic realm="x"')], said[2]

    assert "challenge-missing" in found(refusing(basic), "auth.key")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_a_scheme_has_no_case(scheme: str) -> None:
    app = takes(lambda given: given.replace(scheme, "Bearer"))
    assert examined(app, "auth.").findings == ()


def echoing(scope: Json, asked: bytes, status: int, headers: Headers, body: bytes) -> Said:
    return (
        (status, [*headers, (b"x-caller", key_of(scope).encode())], body) if status == 400 else (status, headers, body)
    )


def test_a_key_in_a_header_of_a_refusal_is_found() -> None:
    assert "secret-echoed" in found(bent(echoing), "input.parameters")


def test_no_disguise_of_a_key_is_shown() -> None:
    secret = Secret("Abc-123-Key-456", "$KEY")
    every = (*near_misses(secret), *elsewhere(secret))
    assert len({(one.header, one.sent) for one in every}) == len(every)
    told = repr(every) + "".join(one.shown for one in every)
    assert "Abc" not in told
    assert Redactor((secret,)).clean(" ".join(str(one.sent) for one in every)).count("$KEY") >= len(every) - 2
    encoded = base64.b64encode(b"Abc-123-Key-456:").decode()
    assert encoded not in told + Redactor((secret,)).clean(f"Basic {encoded}")


# --- keys that are no bearer tokens


def from_header(scope: Json) -> str:
    return dict(scope["headers"]).get(b"x-key", b"").decode()


def from_cookie(scope: Json) -> str:
    return dict(scope["headers"]).get(b"cookie", b"").decode().removeprefix("key=")


def from_query(scope: Json) -> str:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return next((value for name, value in pairs if name == "key"), "")


def from_basic(scope: Json) -> str:
    scheme, _, encoded = key_of(scope).partition(" ")
    return base64.b64decode(encoded).decode() if scheme == "Basic" else ""


SCHEMES: dict[str, tuple[Json, Callable[[Json], str]]] = {
    "header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, from_header),
    "cookie": ({"type": "apiKey", "in": "cookie", "name": "key"}, from_cookie),
    "query": ({"type": "apiKey", "in": "query", "name": "key"}, from_query),
    "basic": ({"type": "http", "scheme": "basic"}, from_basic),
}


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("lenient", [False, True])
def test_a_key_is_sent_where_the_contract_says_and_tried_there(name: str, lenient: bool) -> None:
    scheme, read = SCHEMES[name]
    contract = json.loads(json.dumps(plain(CONTRACT)))
    contract["components"]["securitySchemes"]["ApiKeyAuth"] = scheme

    def hear(scope: Json, body: bytes) -> tuple[Json, bytes]:
        given = read(scope)
        return rekeyed(scope, f"Bearer {KEY if lenient and given.startswith(KEY) else given}"), body

    def challenge(scope: Json, asked: bytes, status: int, headers: Headers, body: bytes) -> Said:
        return status, [(one, value.replace(b"Bearer", b"Basic")) for one, value in headers], body

    with running(bent(challenge, hear)) as url:
        options = replace(LAWS_ONLY, only=("auth.", "input.valid", "paging.order"))
        report = run(Target.parse(url), contract, LAWS, fixtures(other_tenant=None), options)
    assert {one.rule for one in report.findings} == ({"credential-accepted"} if lenient else set())
    assert report.laws > 6
    assert KEY not in repr(report)
    assert base64.b64encode(KEY.encode()).decode() not in repr(report)


# --- input that must be refused


def query_as(change: Callable[[str], str]) -> Any:
    def hear(scope: Json, body: bytes) -> tuple[Json, bytes]:
        return {**scope, "query_string": change(scope["query_string"].decode("latin-1")).encode("latin-1")}, body

    return bent(hear=hear)


def body_as(change: Callable[[bytes], bytes]) -> Any:
    return bent(hear=lambda scope, body: (scope, change(body)))


def members(change: Callable[[Any], Any]) -> Any:
    """A server that reads bodies with lenient eyes: `change` takes the body as JSON."""

    def lenient(body: bytes) -> bytes:
        try:
            return json.dumps(change(json.loads(body))).encode()
        except (ValueError, AttributeError, TypeError, RecursionError, KeyError, IndexError):
            return body

    return body_as(lenient)


def each(change: Callable[[Json], Json]) -> Any:
    def lenient(whole: Any) -> Any:
        entries = whole["operation_data"]
        return {**whole, "operation_data": [change(one) for one in entries] if isinstance(entries, list) else entries}

    return members(lenient)


def reads_forms(scope: Json, body: bytes) -> tuple[Json, bytes]:
    return retyped(scope, b"application/json") if b"form" in dict(scope["headers"]).get(
        b"content-type", b""
    ) else scope, body


ACCEPTED: dict[str, tuple[Any, str]] = {
    "a page that is no number": (query_as(lambda text: text.replace("page=abc", "page=1")), "query page"),
    "a number with text behind": (query_as(lambda text: re.sub(r"limit=1abc", "limit=1", text)), "query limit"),
    "a fraction": (query_as(lambda text: text.replace("page=1.5", "page=1")), "query page"),
    "a negative limit": (query_as(lambda text: text.replace("limit=-99", "limit=20")), "query limit"),
    "a status in capitals": (query_as(lambda text: re.sub("status=[A-Z]+", "status=queuing", text)), "query status"),
    "a number for a null list": (
        members(lambda whole: {**whole, "document_ids": whole["document_ids"] or []}),
        "body /document_ids",
    ),
    "one id for a list": (
        members(
            lambda whole: {
                **whole,
                "document_ids": [one] if isinstance(one := whole["document_ids"], str) else whole["document_ids"],
            }
        ),
        "body /document_ids",
    ),
    "an object for a list": (
        members(lambda whole: {**whole, "operation_data": list(whole["operation_data"])}),
        "body /operation_data",
    ),
    "a number for a flag": (
        each(lambda one: {**one, "partial_update": bool(one.get("partial_update"))}),
        "body /operation_data/*/partial_update",
    ),
    "a list that is missing": (
        each(lambda one: {"metadata_list": [], **one}),
        "body /operation_data/*/metadata_list",
    ),
    "a flag for a value": (
        each(
            lambda one: {
                **one,
                "metadata_list": [
                    {**item, "value": "yes" if item["value"] is True else item["value"]}
                    for item in one["metadata_list"]
                ],
            }
        ),
        "body /operation_data/*/metadata_list/*/value",
    ),
    "a body cut off": (body_as(lambda body: body + b"}" if body.endswith(b"]") else body), "body"),
    "what stands behind the JSON": (body_as(lambda body: body.removesuffix(b" x")), "body"),
    "a comma at the end": (body_as(lambda body: body.replace(b",}", b"}")), "body"),
    "no body": (body_as(lambda body: body or b'{"document_ids": [], "operation_data": []}'), "body"),
    "a form": (bent(hear=reads_forms), "header Content-Type"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_invalid_input_that_is_accepted_is_found_where_it_is(name: str) -> None:
    app, where = ACCEPTED[name]
    law = {"query": "input.parameters", "header": "input.more-me"}.get(where.split()[0], "input.bodies")
    findings = examined(app, law if where != "body" else "input.malformed").findings
    wheres = {one.args["where"] for one in findings if one.rule == "invalid-input-accepted"}
    assert where in wheres
    assert all(one.startswith(where) or where.startswith(one) for one in wheres)


def test_an_id_that_lacks_its_end_is_no_id() -> None:
    known = demo().dataset

    def hear(scope: Json, body: bytes) -> tuple[Json, bytes]:
        path = re.sub(known[:-1] + "(?![0-9a-f])", known, scope["path"])
        return {**scope, "path": path, "raw_path": path.encode()}, body

    assert "invalid-input-accepted" in found(bent(hear=hear), "input.parameters")


# --- input that must be accepted


def refuses(when: Callable[[Json, bytes], bool], status: int = 400) -> Any:
    return bent(instead=lambda scope, body: status_line(status) if when(scope, body) else None)


def type_of(scope: Json) -> bytes:
    given: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return given


REFUSED: dict[str, Any] = {
    "capitals in the media type": refuses(lambda scope, body: b"Application" in type_of(scope), 415),
    "a charset": refuses(lambda scope, body: b"charset=utf-8" in type_of(scope), 415),
    "blank space": refuses(lambda scope, body: b"\r\n" in body),
    "an id in capitals": refuses(lambda scope, body: demo().dataset.upper() in scope["path"], 404),
    "the first page": refuses(lambda scope, body: scope["query_string"] == b"page=1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_valid_input_that_is_refused_is_found(name: str) -> None:
    assert "valid-input-refused" in found(REFUSED[name], "input.valid", "input.m", "input.more-media", "input.edges")


# --- what breaks a server


def breaks(when: Callable[[Json, bytes], bool]) -> Any:
    return refuses(when, 500)


BROKEN: dict[str, Any] = {
    "a huge page": breaks(lambda scope, body: b"9" * 30 in scope["query_string"]),
    "an empty limit": breaks(lambda scope, body: scope["query_string"] == b"limit="),
    "a page twice": breaks(lambda scope, body: scope["query_string"].count(b"page=") == 2),
    "digits of another script": breaks(lambda scope, body: b"%D9%A3" in scope["query_string"]),
    "NUL in the query": breaks(lambda scope, body: b"keyword=%00" in scope["query_string"]),
    "half a character": breaks(lambda scope, body: b"keyword=%ED%A0%80" in scope["query_string"]),
    "five thousand digits": breaks(lambda scope, body: b"9" * 4301 in body),
    "an object without end": breaks(lambda scope, body: body.startswith(b'{"a":{"a":')),
    "a large body": breaks(lambda scope, body: len(body) > 1_000_000),
    "a lone surrogate": breaks(lambda scope, body: b"\\ud800" in body),
    "infinity": breaks(lambda scope, body: b"1e999" in body),
    "a number for an id": breaks(lambda scope, body: b'"id": 7' in body),
    "a list for an id": breaks(lambda scope, body: b'"document_id": []' in body),
    "a member twice": breaks(lambda scope, body: body.count(b"document_ids") == 2),
    "no media type": breaks(lambda scope, body: bool(body) and b"content-type" not in dict(scope["headers"])),
    "a body on GET": breaks(lambda scope, body: scope["method"] == "GET" and bool(body)),
    "OPTIONS": breaks(lambda scope, body: scope["method"] == "OPTIONS"),
    "HEAD": breaks(lambda scope, body: scope["method"] == "HEAD"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_server_is_found(name: str) -> None:
    laws = {
        "OPTIONS": ("input.more-me",),
        "HEAD": ("input.more-me",),
        "a list for an id": ("input.b",),
        "a number for an id": ("input.b",),
    }
    assert found(BROKEN[name], *laws.get(name, ("input.strange", "input.more-s"))) == {"server-error"}


# --- choices


CHOICES: dict[str, Any] = {
    "knows no HEAD and no OPTIONS": refuses(lambda scope, body: scope["method"] in ("HEAD", "OPTIONS"), 501),
    "takes bodies of a megabyte for too large": refuses(lambda scope, body: len(body) > 900_000, 413),
    "takes long addresses for too long": refuses(lambda scope, body: len(scope["query_string"]) > 2000, 414),
    "reads signs and blanks in numbers": query_as(lambda text: text.replace("%2B", "").replace("%20", "")),
    "takes empty values for absent ones": query_as(lambda text: re.sub(r"(^|&)\w+=(?=&|$)", "", text)),
    "repairs what is not UTF-8": body_as(lambda body: body.decode("utf-8", "replace").encode()),
    "needs no media type": bent(
        hear=lambda scope, body: (
            scope if b"content-type" in dict(scope["headers"]) else retyped(scope, b"application/json"),
            body,
        )
    ),
}


@pytest.mark.parametrize("name", CHOICES)
def test_what_the_documents_leave_open_is_no_fault(name: str) -> None:
    assert examined(CHOICES[name], "input.", "auth.").findings == ()


# --- how much is sent


def test_the_laws_of_input_and_credentials_are_few_requests() -> None:
    ours = [law for law in TABLE if law.name.startswith(("input.", "auth."))]
    short = examined(create_app(), *(law.name for law in ours if not law.thorough))
    whole = examined(create_app(), "input.", "auth.")
    assert short.findings == whole.findings == ()
    assert short.requests <= 132 + 8  # the first question, and the lists before and after
    assert whole.requests - short.requests <= 150
    assert short.laws < whole.laws


# --- near misses of other contracts


def misses_of(schema: Json) -> dict[str, Any]:
    return {miss.how: miss.value for miss in Misses(Surface.of({})).texts(schema, "3f2a")}


def test_near_misses_follow_the_bounds_of_a_contract() -> None:
    assert misses_of({"type": "integer", "minimum": 1, "maximum": 100})["above-maximum"] == "101"
    assert misses_of({"type": "integer", "exclusiveMinimum": 0})["below-minimum"] == "0"
    assert misses_of({"type": "integer", "multipleOf": 5})["not-a-multiple"] == "6"
    assert len(misses_of({"type": "string", "maxLength": 4})["too-long"]) == 5
    assert misses_of({"type": "string", "minLength": 2})["too-short"] == "x"
    assert "not-in-pattern" in misses_of({"type": "string", "pattern": "^[0-9]{4}$"})
    assert misses_of({"type": "string", "format": "date-time"})["not-a-date"] == "yesterday"
    assert misses_of({"type": ["boolean", "null"]})["not-a-boolean"] == "maybe"


@pytest.mark.parametrize("schema", [{}, {"type": "string"}, {"type": "string", "pattern": "("}, True, {"type": 5}])
def test_what_a_contract_does_not_forbid_is_no_near_miss(schema: Any) -> None:
    assert misses_of(schema if isinstance(schema, dict) else {}) == {}


def test_a_type_that_a_contract_allows_in_another_way_is_no_near_miss() -> None:
    either = {"type": "object", "properties": {"ids": {"anyOf": [{"type": "array"}, {"type": "null"}]}}}
    body = {"ids": ["x"]}
    wrong = [miss for miss in Misses(Surface.of({})).bodies(either, body) if miss.where == "/ids"]
    assert wrong == []
    closed = {"type": "object", "additionalProperties": False, "properties": {"ids": {"type": "array", "minItems": 1}}}
    ways = {miss.how for miss in Misses(Surface.of({})).bodies(closed, body)}
    assert {"unknown-member", "too-few", "null-instead", "object-instead", "string-instead"} <= ways
