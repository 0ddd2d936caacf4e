"""A right server passes without a word and is left as it was; a server that cannot be tested is said to be so."""

from __future__ import annotations

import json
import socket
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from conform_help import CONTRACT, LAWS, fixtures
from conftest import ROOT
from diglot.conform import Fixtures, Options, Report, Target, run
from diglot.conform.bench.searches import found_in
from diglot.conform.binding.bind import bind
from diglot.conform.binding.surface import Surface
from diglot.conform.credentials import Redactor, Secret, near_misses, valid
from diglot.conform.outcome import Status
from diglot.core.catalogue import message
from diglot.core.tree import plain
from diglot.core.usage import LANGUAGES, UsageError
from diglot.serve import demo, running
from diglot.serve.app import create_app
from diglot.serve.faults import FAULTS

LAWS_ONLY = Options(engines=("laws",))
BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture
def server() -> Iterator[str]:
    with running() as url:
        yield url


def conform(url: str, options: Options = LAWS_ONLY, **known: Any) -> Report:
    return run(Target.parse(url), CONTRACT, LAWS, fixtures(**known), options)


def everything(url: str) -> dict[str, Any]:
    """Every row of every dataset that can be listed, as the server shows it."""
    known, rows = demo(), {}
    for token, dataset in (
        (known.token, known.dataset),
        (known.token, known.other_dataset),
        (known.foreign_token, known.foreign_dataset),
    ):
        for page in (1, 2):
            answer = httpx2.get(
                f"{url}/datasets/{dataset}/documents",
                params={"limit": 100, "page": page},
                headers={"Authorization": f"Bearer {token}"},
            )
            rows |= {row["id"]: row for row in answer.json()["data"]}
    return rows


def watched(log: list[str], inner: Any = None) -> Any:
    """The reference server, noting the method of every request."""
    app = inner or create_app()

    async def watching(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            log.append(scope["method"])
        await app(scope, receive, send)

    return watching


def answering(status: int, media_type: str, text: str) -> Any:
    """A server that answers everything alike."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        headers = [(b"content-type", media_type.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    return app


# --- the right server


def test_every_law_holds_on_the_reference_server_and_leaves_it_as_it_was(server: str) -> None:
    before = everything(server)
    report = conform(server)
    assert report.findings == ()
    assert report.not_exercised == ()
    assert report.operations == 3
    assert report.laws > 50
    assert report.requests <= 400
    assert everything(server) == before


def test_fuzzing_finds_nothing_on_the_reference_server_and_leaves_it_as_it_was(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = everything(server)
    report = conform(server, Options(engines=("fuzz",), seed=7))
    assert report.findings == ()
    assert report.requests > 20
    assert everything(server) == before
    assert list(tmp_path.iterdir()) == []


def test_read_only_sends_nothing_but_get_and_head() -> None:
    log: list[str] = []
    with running(watched(log)) as url:
        report = conform(url, Options(read_only=True))
    assert set(log) <= {"GET", "HEAD"}
    assert report.findings == ()
    assert any("read-only" in one.needs for one in report.not_exercised)


def test_less_is_exercised_and_said_so_when_less_is_known(server: str) -> None:
    known = Fixtures(token=fixtures().token, dataset=demo().dataset)
    report = run(Target.parse(server), CONTRACT, LAWS, known, replace(LAWS_ONLY, only=("paging.", "scope.")))
    assert report.findings == ()
    needs = " ".join(one.needs for one in report.not_exercised)
    assert all(name in needs for name in ("empty_dataset", "other_tenant", "api_disabled_dataset"))


def test_a_collection_is_recognized_without_bindings(server: str) -> None:
    (found,) = bind(Surface.of(plain(CONTRACT)), {}).collections
    assert (found.page, found.size, found.total, found.more, found.rows) == (
        "page",
        "limit",
        "total",
        "has_more",
        "data",
    )
    report = run(Target.parse(server), CONTRACT, {}, fixtures(), replace(LAWS_ONLY, only=("paging.", "auth.")))
    assert report.findings == ()
    assert report.laws >= 8


def test_an_application_is_imported_served_and_found_below_its_prefix() -> None:
    report = run(
        Target.parse("diglot.serve.app:create_app"),
        CONTRACT,
        LAWS,
        fixtures(),
        replace(LAWS_ONLY, only=("paging.more",)),
    )
    assert (report.findings, report.laws) == ((), 1)


def test_an_interrupted_run_puts_back_what_it_changed(server: str) -> None:
    before = everything(server)

    def interrupt(status: Status) -> None:
        if status.what == "values.replace":
            raise KeyboardInterrupt

    report = conform(server, replace(LAWS_ONLY, only=("values.",), progress=interrupt))
    assert report.interrupted
    assert everything(server) == before


def test_a_spent_budget_ends_the_run_and_not_the_report(server: str) -> None:
    before = everything(server)
    report = conform(server, replace(LAWS_ONLY, max_requests=40, only=("paging.", "action.")))
    assert report.findings == ()
    assert any("more than 40 requests" in one.needs for one in report.not_exercised)
    assert everything(server) == before


# --- findings


@pytest.fixture
def findings() -> Callable[[str], Report]:
    def examine(name: str, **known: Any) -> Report:
        fault = BY_NAME[name]
        with running(fault.make()) as url:
            return conform(url, replace(LAWS_ONLY, only=fault.laws or ()), **known)

    return examine


def test_a_finding_says_what_where_and_how_to_see_it_again(findings: Callable[[str], Report]) -> None:
    (found,) = findings("totals the page").findings
    assert (found.rule, found.operation) == ("total-wrong", "GET /datasets/{}/documents")
    assert found.location.path == "specs/openapi.yaml"
    assert found.location.pointer == "/paths/~1datasets~1{dataset_id}~1documents/get"
    assert found.evidence["expected"] == "total = 130"
    assert "Total number of matching items." in found.evidence["source"]
    assert found.evidence["curl"].startswith("curl -i -X GET 'http://127.0.0.1:")
    assert '-H "Authorization: Bearer $DIFY_API_KEY"' in found.evidence["curl"]
    for language in LANGUAGES:
        assert "total = 130" in message(found, language)
        assert "{" not in message(found, language)


def test_a_finding_keeps_its_fingerprint_from_run_to_run(findings: Callable[[str], Report]) -> None:
    one, other = (findings("never has more").findings for _ in range(2))
    assert [finding.fingerprint for finding in one] == [finding.fingerprint for finding in other]
    assert len(one) == 1


@pytest.mark.parametrize("name", ["echoes the key in 401", "takes any scheme", "compares the beginning of the key"])
def test_the_key_is_in_no_finding(findings: Callable[[str], Report], name: str) -> None:
    report = findings(name)
    said = "".join(message(one, language) for one in report.findings for language in LANGUAGES)
    told = repr(report) + said + json.dumps([[one.args, one.evidence] for one in report.findings], default=str)
    assert report.findings
    for key in (demo().token, demo().foreign_token):
        assert all(form not in told for form in (key, key.swapcase(), key[:-1]))


def test_fuzzing_finds_what_one_answer_shows() -> None:
    with running(BY_NAME["shows positions as text"].make()) as url:
        report = conform(url, Options(engines=("fuzz",), max_requests=40))
    assert {(one.rule, one.args["at"]) for one in report.findings} == {("response-schema-violated", "/data/*/position")}


# --- what cannot be tested


def refusal(url: str, **options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        conform(url, replace(LAWS_ONLY, **options))
    said = str(caught.value)
    assert demo().token not in said
    assert "\n" not in said
    return said


def test_an_unreachable_server_is_named() -> None:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{holder.getsockname()[1]}/v1"
        said = refusal(url)
    assert url in said
    assert "is the server running" in said


def test_a_server_that_hangs_is_given_up() -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        said = refusal(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
    assert "no answer within 0.2 s" in said


def test_a_wrong_key_is_said_in_one_line(server: str) -> None:
    with pytest.raises(UsageError, match=r"refused the key: 401 .* give DIFY_API_KEY or --fixtures"):
        conform(server, token=Secret("not-the-key-at-all"))
    with pytest.raises(UsageError, match=r"asks for a key: 401"):
        conform(server, token=Secret(""))
    with pytest.raises(UsageError, match=r"^the key holds a character"):
        conform(server, token=Secret("secret\n"))


def test_an_unknown_dataset_is_said_in_one_line(server: str) -> None:
    with pytest.raises(UsageError, match=r"404 at .*--dataset"):
        conform(server, dataset="00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize(
    ("status", "media_type", "text"),
    [
        (200, "text/html", "<h1>It works!</h1>"),
        (302, "text/html", ""),
        (502, "text/html", "<h1>Bad gateway</h1>"),
        (200, "application/json", '{"status": "ok"}'),
        (200, "application/json", "[]"),
    ],
)
def test_something_else_in_the_place_of_the_api_is_one_finding(status: int, media_type: str, text: str) -> None:
    with running(answering(status, media_type, text)) as url:
        report = conform(url, Options())
    (found,) = report.findings
    assert found.rule == "contract-not-served"
    assert report.requests == 3
    for language in LANGUAGES:
        assert f"GET /datasets/{{}}/documents: {status} {media_type}" in message(found, language)


ODD_ROWS = json.dumps(
    {
        "data": [
            {"id": one, "name": 5, "display_status": [], "enabled": {}, "doc_metadata": held, "archived": "x"}
            for one, held in (({}, {"a": 1}), (None, [1, None]), ("x", [{"id": [], "type": "string"}]), (4, "text"))
        ],
        "total": "4",
        "has_more": 1,
        "page": None,
        "limit": [],
    }
)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", '{"data": 5}', '{"data": [null, 1, {}]}', "[" * 100_000, "NaN", ODD_ROWS],
    ids=lambda text: text[:20],
)
def test_no_answer_breaks_the_tests(text: str) -> None:
    with running(answering(200, "application/json", text)) as url:
        assert conform(url, replace(LAWS_ONLY, only=() if text == ODD_ROWS else ("paging.", "values."))).findings


@pytest.mark.parametrize(
    "target",
    [
        "",
        "localhost",
        "ftp://x/",
        "http://",
        "http://[",
        "http://a:b@c/",
        "http://h:99999/",
        "a b:c",
        "x:y:z",
        "../x:app",
    ],
)
def test_what_is_no_target_is_refused(target: str) -> None:
    with pytest.raises(UsageError):
        Target.parse(target)


@pytest.mark.parametrize("target", ["no_such_module:app", "json:no_such_name", "json:__name__", "diglot.conform:run.x"])
def test_an_application_that_cannot_be_imported_is_said_in_one_line(target: str) -> None:
    with pytest.raises(UsageError, match=target.partition(":")[0]):
        run(Target.parse(target), CONTRACT, LAWS, fixtures(), LAWS_ONLY)


@pytest.mark.parametrize("contract", [{}, {"paths": None}, {"paths": {"/x": {"get": None}}}, {"paths": []}])
def test_a_contract_without_operations_is_refused(contract: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no operations"):
        run(Target.parse("http://127.0.0.1:1"), contract, {}, fixtures(), LAWS_ONLY)


@pytest.mark.parametrize(
    "bindings",
    [
        {"collections": [{}]},
        {"collections": [{"operation": "GET /datasets/{}/documents", "rows": "data"}]},
        {"collections": 5},
        {"actions": [{"operation": "PATCH /datasets/{}/documents/status/{}", "seen_in": "GET /nowhere"}]},
    ],
)
def test_bindings_of_the_wrong_shape_are_refused(bindings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="laws:"):
        bind(Surface.of(plain(CONTRACT)), bindings)


# --- fixtures


def test_fixtures_are_read_and_keep_their_keys_to_themselves() -> None:
    document = tomllib.loads("""
        token = "env:DIFY_API_KEY"
        dataset = "d"
        empty_dataset = "env:EMPTY"
        [other_tenant]
        token = "plain-secret"
        dataset = "t"
        [[metadata_field]]
        id = "f"
        name = "author"
        type = "string"
        [parameters]
        app_id = "a"
    """)
    known = Fixtures.parse(document, {"DIFY_API_KEY": "env-secret", "EMPTY": "e"})
    assert (known.token.value, known.token.shown) == ("env-secret", "$DIFY_API_KEY")
    assert (known.dataset, known.empty_dataset, known.parameters) == ("d", "e", {"app_id": "a"})
    assert known.metadata_fields[0].name == "author"
    assert known.other_tenant is not None
    assert known.other_tenant.token.value == "plain-secret"
    assert "secret" not in repr(known)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('token = "env:NOT_SET"', "NOT_SET is not set"),
        ("token = 5", "token must be text"),
        ('tokne = "x"', "unknown key 'tokne'"),
        ("other_tenant = 5", r"\[other_tenant\] must be a table"),
        ("[metadata_field]\nid = 'x'", r"under \[\[metadata_field\]\]"),
        ("[[metadata_field]]\nid = 'x'\nname = 'y'\ntype = 'date'", "string, number or time"),
    ],
)
def test_fixtures_that_cannot_be_used_are_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Fixtures.parse(tomllib.loads(text), {})


# --- small parts


def test_near_misses_of_a_key_differ_from_it_and_show_it_nowhere() -> None:
    secret = Secret("Abc-123-Key", "$KEY")
    misses = near_misses(secret)
    assert len(misses) == 11
    assert len({miss.sent for miss in misses}) == len(misses)
    assert valid(secret).sent not in {miss.sent for miss in misses}
    assert "Abc" not in repr(misses) + "".join(miss.shown for miss in misses)
    assert Redactor((secret,)).clean("x Abc-123-Key y aBC-123-kEY") == "x $KEY y $KEY"


def test_a_search_must_find_and_may_find() -> None:
    assert found_in("GUI", "a guide") == (True, True)
    assert found_in("über", "ÜBERSICHT") == (False, True)
    assert found_in("%", "100 percent") == (False, False)


def test_each_law_rests_on_a_sentence_that_its_page_holds() -> None:
    for key, entry in LAWS["sentences"].items():
        if "quote" in entry:
            page = " ".join((ROOT / entry["page"]).read_text(encoding="utf-8").split())
            assert entry["quote"] in page, key
        else:
            assert entry["expected"], key
