"""What counts by profile, and by contracts that say more or less than ours; faults of the documents are no server's."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conform_help import CONTRACT, LAWS, fixtures
from diglot.cli import main
from diglot.conform import Options, Report, Target, run
from diglot.core.tree import plain
from diglot.serve import demo, running
from servers.bent import Headers, Json, bent, rows, status_line
from servers.right import RIGHT, known

MEDIA = b"application/json"
LIST = "GET /datasets/{}/documents"
ONE_LAW = Options(engines=("laws",), only=("paging.order",), timeout=5)


def examined(app: Any, contract: Any = CONTRACT, options: Options = ONE_LAW) -> Report:
    with running(app) as url:
        return run(Target.parse(url), contract, LAWS, fixtures(), options)


def told(report: Report) -> set[tuple[str, Any, Any]]:
    return {(one.rule, one.args.get("at"), one.args.get("name")) for one in report.findings}


# --- derived contracts


def changed(change: Callable[[Json], None]) -> Json:
    contract: Json = json.loads(json.dumps(plain(CONTRACT)))
    change(contract)
    return contract


def nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(held)


def operations(contract: Json) -> Iterator[Json]:
    return (item[method] for item in contract["paths"].values() for method in item.keys() & {"get", "post", "patch"})


def without_required(contract: Json) -> None:
    """As contracts are published: no answer says which members it must have."""
    answers = [contract["components"], *(one["responses"] for one in operations(contract))]
    for node in nodes(answers):
        if isinstance(node.get("required"), list):
            del node["required"]


def without_errors(contract: Json) -> None:
    for one in operations(contract):
        one["responses"] = {"200": one["responses"]["200"]}


def published(contract: Json) -> None:
    without_required(contract)
    without_errors(contract)


def without_facets(contract: Json) -> None:
    published(contract)
    del contract["security"]
    for node in nodes(contract):
        if isinstance(node.get("type"), str):
            for name in ("enum", "format", "minimum", "default"):
                node.pop(name, None)


def closed(contract: Json) -> None:
    for node in nodes(contract["components"]["schemas"]):
        if "properties" in node:
            node["additionalProperties"] = False


def with_maximum(contract: Json) -> None:
    (limit,) = [one for one in nodes(contract) if one.get("name") == "limit" and "in" in one]
    limit["schema"]["maximum"] = 100


def without_examples(contract: Json) -> None:
    for node in nodes(contract):
        node.pop("examples", None)


def document(contract: Json) -> Json:
    properties: Json = contract["components"]["schemas"]["Document"]["properties"]
    return properties


LOOSER = {"published": published, "no facets": without_facets, "no required": without_required}


@pytest.mark.parametrize("name", LOOSER)
@pytest.mark.parametrize("profile", ["strict", "documented"])
def test_a_looser_contract_accuses_no_reference_server(name: str, profile: Any) -> None:
    with running() as url:
        options = Options(engines=("laws",), profile=profile)
        report = run(Target.parse(url), changed(LOOSER[name]), LAWS, fixtures(), options)
    assert report.findings == ()
    assert report.laws > 40


@pytest.mark.parametrize(
    "server", ["no metadata shown", "metadata shown where there is some", "charset and extra fields"]
)
def test_a_published_contract_accuses_no_correct_server(server: str) -> None:
    options = Options(engines=("laws",), only=("paging.", "input.b", "auth.", "scope."))
    with RIGHT[server]() as url:
        report = run(Target.parse(url), changed(published), LAWS, known(), options)
    assert report.findings == ()


def test_a_stricter_contract_accuses_none_that_obeys_it() -> None:
    def obeys(scope: Json, _body: bytes) -> tuple[int, Headers, bytes] | None:
        sizes = [part[6:] for part in scope["query_string"].split(b"&") if part.startswith(b"limit=")]
        return status_line(400) if any(size.isdigit() and int(size) > 100 for size in sizes) else None

    options = Options(engines=("laws",), only=("input.", "auth.", "scope.", "filter."))
    both = changed(lambda contract: (closed(contract), with_maximum(contract), None)[-1])
    assert examined(bent(instead=obeys), both, options).findings == ()
    found = examined(bent(), both, replace(options, only=("input.parameters",))).findings
    assert [(one.rule, one.args["where"]) for one in found] == [("invalid-input-accepted", "query limit")]


def test_what_a_closed_schema_does_not_name_is_found_by_its_name() -> None:
    def more(data: list[Json]) -> None:
        data[3]["secret_score"] = 7

    app = bent(rows(more))
    assert told(examined(app)) == set()
    assert told(examined(app, changed(closed))) == {("response-schema-violated", "/data/*", "secret_score")}


# --- answers


def test_two_missing_members_are_two_findings_and_a_hundred_rows_one() -> None:
    def less(data: list[Json]) -> None:
        for row in data:
            row.pop("tokens", None)
        data[-1].pop("position", None)

    report = examined(bent(rows(less)))
    assert told(report) == {
        ("response-schema-violated", "/data/*", "tokens"),
        ("response-schema-violated", "/data/*", "position"),
    }
    assert {one.args["keyword"] for one in report.findings} == {"required"}
    assert examined(bent(rows(less)), options=replace(ONE_LAW, profile="documented")).findings == ()


@pytest.mark.parametrize(
    ("member", "value", "keyword"),
    [("id", "not-a-uuid", "format"), ("tokens", 1.5, "type"), ("created_by", None, "type"), ("archived", "no", "type")],
)
@pytest.mark.parametrize("profile", ["strict", "documented"])
def test_a_member_of_the_wrong_type_is_found_in_every_profile(
    member: str, value: Any, keyword: str, profile: Any
) -> None:
    report = examined(
        bent(rows(lambda data: data[-1].update({member: value}))), options=replace(ONE_LAW, profile=profile)
    )
    assert ("response-schema-violated", f"/data/*/{member}", None) in told(report)
    assert keyword in {one.args["keyword"] for one in report.findings if one.rule == "response-schema-violated"}


def test_whole_numbers_may_be_written_with_a_point() -> None:
    def floats(data: list[Json]) -> None:
        for row in data:
            row["tokens"] = float(row["tokens"])

    assert examined(bent(rows(floats))).findings == ()


def rewritten(change: Callable[[Json, int, Headers, bytes], tuple[int, Headers, bytes]]) -> Any:
    return bent(lambda scope, _asked, status, headers, body: change(scope, status, headers, body))


def typed(value: bytes, encode: Callable[[bytes], bytes] = lambda body: body) -> Any:
    return rewritten(lambda scope, status, headers, body: (status, [(b"content-type", value)], encode(body)))


@pytest.mark.parametrize(
    ("app", "rule"),
    [
        (typed(MEDIA, lambda body: b"\xef\xbb\xbf" + body), "response-not-json"),
        (typed(MEDIA, lambda body: body.decode().encode("utf-16")), "response-not-json"),
        (typed(MEDIA, lambda body: body.replace(b'"tokens":', b'"x":NaN,"tokens":', 1)), "response-not-json"),
        (typed(MEDIA + b"; charset=latin1", lambda body: body.replace(b"guide", b"g\xc3\xbc")), "charset-wrong"),
        (typed(b"text/json"), "content-type-undeclared"),
    ],
    ids=["byte order mark", "UTF-16", "NaN", "charset", "media type"],
)  # fmt: skip
def test_json_is_json_in_utf_8(app: Any, rule: str) -> None:
    assert rule in {one.rule for one in examined(app).findings}


def test_a_charset_does_not_matter_where_all_is_ascii() -> None:
    def ascii_only(body: bytes) -> bytes:
        return json.dumps(json.loads(body)).encode()

    assert examined(typed(b"application/json; charset=us-ascii", ascii_only)).findings == ()


# --- what is missing where nothing is required


def test_a_member_that_a_row_lacks_is_found_where_being_empty_is_no_reason() -> None:
    def less(data: list[Json]) -> None:
        del data[2]["enabled"], data[2]["created_by"], data[2]["tokens"], data[2]["disabled_at"]

    report = examined(bent(rows(less)), changed(published))
    assert {name for _, _, name in told(report)} >= {"enabled", "created_by"}
    assert "disabled_at" not in {name for _, _, name in told(report)}


def test_a_server_that_leaves_out_what_is_empty_is_right_where_nothing_is_required() -> None:
    def less(data: list[Json]) -> None:
        for row in data:
            for name in [name for name, value in row.items() if not value]:
                del row[name]

    assert examined(bent(rows(less)), changed(published)).findings == ()


def test_a_member_of_the_whole_that_the_example_shows_is_missed() -> None:
    def bare(scope: Json, status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        whole = json.loads(body)
        if scope["method"] == "GET" and status == 200:
            del whole["has_more"]
        return status, headers, json.dumps(whole).encode()

    assert told(examined(rewritten(bare), changed(published))) == {("response-schema-violated", "/", "has_more")}
    bare_contract = changed(lambda contract: (published(contract), without_examples(contract), None)[-1])
    assert examined(rewritten(bare), bare_contract).findings == ()


# --- faults of the documents


def test_refusals_that_no_contract_mentions_are_listed_once_an_operation() -> None:
    options = replace(ONE_LAW, only=("auth.", "input.parameters", "input.media"))
    report = examined(bent(), changed(without_errors), options)
    assert report.findings == ()
    needs = {one.what: one.needs for one in report.not_exercised}
    assert needs[f"error answers of {LIST}"] == "responses for 400, 401, 404 in the contract"
    assert len(needs) == 3


def test_a_status_that_no_request_deserves_is_found_whatever_the_contract_mentions() -> None:
    def teapot(scope: Json, _body: bytes) -> tuple[int, Headers, bytes] | None:
        return status_line(418) if b"page=abc" in scope["query_string"] else None

    app = bent(instead=teapot)
    options = replace(ONE_LAW, only=("input.parameters",))
    assert "status-undeclared" in {one.rule for one in examined(app, changed(without_errors), options).findings}
    assert examined(app, CONTRACT, replace(options, profile="documented")).findings == ()


def test_a_contract_that_contradicts_itself_is_no_fault_of_a_server() -> None:
    def contradict(contract: Json) -> None:
        document(contract)["tokens"]["type"] = "string"

    report = examined(bent(), changed(contradict))
    assert report.findings == ()
    assert [(one.what, one.needs) for one in report.not_exercised] == [
        (f"/data/*/tokens of the 200 answer of {LIST}", "an example in the contract that obeys its schema")
    ]


def test_the_documents_are_suspected_where_all_rows_agree_and_no_example_speaks() -> None:
    def alone(contract: Json) -> None:
        document(contract)["tokens"]["type"] = "string"
        without_examples(contract)

    (found,) = examined(bent(), changed(alone)).findings
    assert (found.args["at"], found.evidence["suspect"]) == ("/data/*/tokens", "contract")
    (one,) = examined(bent(rows(lambda data: data[3].update(tokens="7")))).findings
    assert "suspect" not in one.evidence


# --- the profile itself


def test_the_documented_profile_holds_a_server_to_quoted_sentences_only() -> None:
    def lies(scope: Json, status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        whole = json.loads(body)
        if scope["method"] == "GET" and status == 200:
            whole["total"] += 1
        if status == 401:
            headers = [pair for pair in headers if pair[0] != b"www-authenticate"]
        return status, headers, json.dumps(whole).encode()

    options = replace(ONE_LAW, only=("paging.total", "auth.key"))
    strict = {one.rule for one in examined(rewritten(lies), options=options).findings}
    literal = {one.rule for one in examined(rewritten(lies), options=replace(options, profile="documented")).findings}
    assert strict >= {"total-wrong", "challenge-missing"}
    assert "total-wrong" in literal
    assert "challenge-missing" not in literal


def test_the_profile_is_chosen_on_the_command_line(tmp_path: Path) -> None:
    told_by = {}
    app = rewritten(lambda _scope, *said: status_line(422) if said[0] == 400 else said)
    kept = tmp_path / "fixtures.toml"
    kept.write_text(f'token = "{demo().token}"\ndataset = "{demo().dataset}"\n', encoding="utf-8")
    for profile in ("strict", "documented"):
        out = tmp_path / f"{profile}.json"
        with running(app) as url, (tmp_path / "said").open("w") as said:
            arguments = ["conform", url, "--fixtures", str(kept), "--only", "laws", "--profile", profile]
            code = main([*arguments, "--format", "json", "--output", str(out)], said, said)
        told_by[profile] = (code, {one["rule"] for one in json.loads(out.read_text())["findings"]})
    assert told_by["strict"] == (1, {"status-undeclared"})
    assert told_by["documented"] == (0, set())


def test_derived_contracts_leave_ours_alone() -> None:
    before = copy.deepcopy(plain(CONTRACT))
    changed(without_facets)
    assert plain(CONTRACT) == before
