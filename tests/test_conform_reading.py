"""The laws of reading: what they find at every edge, what they leave alone, and what they infer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from conform_help import CONTRACT, LAWS, fixtures, rules
from diglot.conform import Fixtures, Options, Report, Target, run
from diglot.conform.bench.durations import Durations
from diglot.conform.bench.searches import WRONG, explained, found_in, keywords
from diglot.conform.binding.bind import bind
from diglot.conform.binding.bindings import Bindings
from diglot.conform.binding.surface import Surface
from diglot.conform.credentials import Redactor
from diglot.conform.laws.table import selected
from diglot.conform.wire.session import Exchange, Request, Session
from diglot.core.tree import plain
from diglot.core.usage import UsageError
from diglot.serve import running
from diglot.serve.faults.fault import App
from diglot.serve.faults.wrapping import Json
from fuzz_help import NIGHTLY
from servers.books import SPEC, library
from servers.reading import FILTERS, PAGES, TIMES
from servers.right import Books, Choices, asgi, known

LAWS_ONLY = Options(engines=("laws",))
SOUND = ("paging.order", "paging.size", "paging.partition", "paging.cap", "paging.total", "paging.more", "paging.echo")
NAMES = tuple(f"{name} {number}" for number in range(8) for name in ("Report.md", "notes", "合同", "it's 50%_off"))


def examined(app: App, *laws: str, **options: Any) -> Report:
    with running(app) as url:
        return run(Target.parse(url), CONTRACT, LAWS, fixtures(), replace(LAWS_ONLY, only=laws, **options))


def bound(contract: Json, laws: Json | None = None) -> Bindings:
    return bind(Surface.of(plain(contract)), laws or {})


# --- faults


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_wrong_at_one_edge_is_one_finding(name: str) -> None:
    rule, make = PAGES[name]
    assert [finding.rule for finding in examined(make(), "paging.").findings] == [rule]


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_that_is_wrong_in_one_way_is_one_finding(name: str) -> None:
    rule, make = FILTERS[name]
    assert [finding.rule for finding in examined(make(), *SOUND, "filter.").findings] == [rule]


@pytest.mark.parametrize("name", TIMES if NIGHTLY else list(TIMES)[::2])  # each of them takes its time
def test_an_answer_that_takes_far_longer_than_others_is_one_finding(name: str) -> None:
    rule, make = TIMES[name]
    report = examined(make(), "input.valid", *SOUND[:3], "filter.contains", "timing.")
    assert [finding.rule for finding in report.findings] == [rule]


# --- right servers


def test_a_server_of_many_thousand_rows_is_looked_at_in_part() -> None:
    with running(asgi(Books(Choices(count=12_000)))) as url:
        report = run(Target.parse(url), CONTRACT, LAWS, known(), replace(LAWS_ONLY, only=(*SOUND, "filter.")))
    assert report.findings == ()
    assert report.requests < 150
    assert not any("paging." in one.what for one in report.not_exercised)


def test_faults_are_found_among_many_thousand_rows() -> None:
    books = Books(Choices(count=3_000))

    def forgetful(asked: Json, listed: Callable[..., Any] = books.listed, rows: Any = None) -> Any:
        return listed(rows, {**asked, "page": asked["page"] - (asked["page"] > 1100)})

    books.listed = lambda rows, asked: forgetful(asked, rows=rows)  # type: ignore[method-assign]
    with running(asgi(books)) as url:
        report = run(Target.parse(url), CONTRACT, LAWS, known(), replace(LAWS_ONLY, only=SOUND))
    assert "page-echo-wrong" in rules(report)


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_time_accuses_no_server_that_is_slow_or_uneven(seconds: float) -> None:
    with running(asgi(Books(Choices(count=30, seconds=seconds)))) as url:
        report = run(Target.parse(url), CONTRACT, LAWS, known(), replace(LAWS_ONLY, only=("input.valid", "timing.")))
    assert report.findings == ()
    assert report.laws == 12


class _Clock(Session):
    """A session whose answers need no server: each is said to have been sent once, or twice."""

    def send(self, request: Request, client: Any = None) -> Exchange:
        self.sent += 1 + (request.path == "/again")
        return Exchange(request, request.path, 200, {}, b"")


def test_a_request_that_was_sent_again_is_not_timed() -> None:
    session, durations = _Clock("http://localhost", Options(), Redactor(())), Durations()
    endpoint = Surface.of(SPEC).endpoints[0]
    durations.send(session, endpoint, Request("GET", "/again"))
    assert (durations.last, durations.fastest(endpoint)) == (0.0, None)
    durations.send(session, endpoint, Request("GET", "/once"))
    assert durations.fastest(endpoint) is not None
    assert list(durations.suspects(endpoint)) == []


def test_a_run_of_the_laws_alone_leaves_the_closer_look_out() -> None:
    names = {law.name for law in selected(Options())} - {law.name for law in selected(LAWS_ONLY)}
    assert {"paging.closer", "filter.odd"} <= names


# --- keywords


def test_a_few_keywords_tell_a_right_search_from_every_usual_wrong_one() -> None:
    chosen = keywords(NAMES)
    assert len(chosen) <= 20
    missed = [
        case
        for case, search in WRONG
        if not any(search(word, text) != found_in(word, text)[0] for _, word in chosen for text in NAMES)
    ]
    assert len(missed) <= 3  # no emoji, no HTML, no backslash stands in these names
    assert all(word == word.strip() and word for _, word in chosen)
    assert keywords(()) == keywords(("",)) == []


def test_a_mistake_is_recognized_by_its_answers() -> None:
    texts = tuple((str(number), name) for number, name in enumerate(NAMES))
    like = [(word, frozenset(key for key, text in texts if re.search(word, text, re.I))) for word in ("notes", "n.tes")]
    assert explained(like, texts, 100) == "wildcard" or explained(like, texts, 100) == "regular-expression"
    assert explained([("notes", frozenset(key for key, _ in texts))], texts, 100) == "ignored"
    assert explained([("notes", frozenset({"1"}))], texts, 100) is None


def test_names_that_are_hostile_patterns_keep_nobody_busy() -> None:
    names = ("(a+)+$", "a" * 60 + "!", "(.*)*(.*)*x", "%a%a%a%a%a%a%a", "[", "", "\0", "{99999999999}", "((((")
    chosen = keywords(names)
    texts = tuple((name, name) for name in names)
    assert chosen
    for name in names:
        assert explained([(name, frozenset({"another"}))], texts, 100) is None
    assert explained([("", frozenset())], texts, 100) == "substring"


@pytest.mark.parametrize(
    ("keyword", "text"),
    [("Σ Σ", "ΟΔΟΣ Σίσυφος"), ("Re", "Re\u0301sume\u0301"), ("ß", "STRASSE"), ("ａ", "a"), ("i", "İ")],
)
def test_letters_that_are_compared_differently_prove_nothing(keyword: str, text: str) -> None:
    must, may = found_in(keyword, text)
    assert (must, may) == (False, True)


# --- what is inferred


def test_what_the_contract_shows_is_inferred_from_names_and_words() -> None:
    (found,) = bound(CONTRACT).collections
    (given,) = bound(CONTRACT, LAWS).collections
    assert found.inferred
    assert (found.cap, found.clamps, found.default_size, found.scope) == (100, True, 20, "dataset_id")
    assert [(one.parameter, one.field, one.how) for one in found.filters] == [
        (one.parameter, one.field, one.how) for one in given.filters
    ]


@pytest.mark.parametrize(
    ("words", "cap"),
    [
        ("Server caps at `100`.", (100, True)),
        ("Items per page, max 50.", (50, False)),
        ("每页条数，最大 30。", (30, False)),
        ("The 20 newest first.", (None, False)),
    ],
)
def test_a_cap_is_read_from_words(words: str, cap: tuple[int | None, bool]) -> None:
    contract = json.loads(json.dumps(SPEC))
    size = contract["paths"]["/books"]["get"]["parameters"][1]
    del size["schema"]["maximum"]
    size["description"] = words
    (found,) = bound(contract).collections
    assert (found.cap, found.clamps) == cap


@pytest.mark.parametrize("words", ["Search keyword.", "Filter by title or author.", "Filter by name.", ""])
def test_a_filter_whose_field_is_in_doubt_is_not_inferred(words: str) -> None:
    contract = json.loads(json.dumps(SPEC))
    one = {"name": "q", "in": "query", "description": words, "schema": {"type": "string"}}
    contract["paths"]["/books"]["get"]["parameters"].append(one)
    assert bound(contract).collections[0].filters == ()
    one["description"] = "Filter by title."
    assert bound(contract).collections[0].filters[0].field == "title"


def shelf(fault: str = "") -> App:
    """The same books by offset, in a member of another name, filtered by kind, right or wrong in one way."""
    books = [{"id": number, "title": f"Volume {number}", "kind": ("a", "b")[number % 3 > 1]} for number in range(41)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        query = dict(parse_qsl(scope["query_string"].decode()))
        found = [book for book in books if query.get("kind", book["kind"]) == book["kind"] or fault == "kind ignored"]
        start, size = int(query.get("offset", 0)), min(int(query.get("limit", 10)), 30)
        start = start - 1 if fault == "overlap" and start else start
        answer: Json = {"volumes": found[start : start + size], "total": len(found), "offset": start}
        status = (
            200 if fault != "refused" and all(query.get(name, "1").isdigit() for name in ("offset", "limit")) else 400
        )
        body = json.dumps(answer if status == 200 else {}).encode()
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": body})

    return app


def shelf_contract() -> Json:
    kind = {"type": "string", "enum": ["a", "b"]}
    book = {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}, "kind": kind}}
    number = {"type": "integer"}
    page = {"volumes": {"type": "array", "items": book}, "total": number, "offset": number}
    answer = {"description": "Yes.", "content": {"application/json": {"schema": {"properties": page}}}}
    parameters = [
        {"name": "offset", "in": "query", "schema": number},
        {"name": "limit", "in": "query", "schema": number, "description": "At most 30."},
        {"name": "kind", "in": "query", "schema": kind},
    ]
    get = {"parameters": parameters, "responses": {"200": answer, "400": {"description": "No."}}}
    return {"openapi": "3.1.0", "info": {"title": "Shelf", "version": "1"}, "paths": {"/shelf": {"get": get}}}


def shelved(fault: str) -> Report:
    with running(shelf(fault)) as url:
        only = ("paging.", "filter.")
        return run(Target.parse(url), shelf_contract(), {}, Fixtures(), replace(LAWS_ONLY, only=only))


def test_offsets_are_pages_too() -> None:
    (found,) = bound(shelf_contract()).collections
    assert (found.window(3, 10), found.rows, found.counts) == ({"offset": 20, "limit": 10}, "volumes", "rows")
    report = shelved("")
    assert report.findings == ()
    assert report.laws >= 6
    assert "page-echo-wrong" in rules(shelved("overlap"))


@pytest.mark.parametrize("fault", ["refused", "kind ignored"])
def test_what_was_inferred_withdraws_where_the_answers_do_not_fit(fault: str) -> None:
    report = shelved(fault)
    assert report.findings == ()
    assert any("laws.yaml" in one.needs for one in report.not_exercised)


def test_the_books_of_a_library_are_read_without_bindings() -> None:
    with running(library()) as url:
        report = run(Target.parse(url), SPEC, {}, Fixtures(), replace(LAWS_ONLY, only=("paging.", "timing.")))
    assert report.findings == ()
    assert report.laws >= 8


# --- bindings


@pytest.mark.parametrize("base", ["/v1", "/console/api"])
def test_a_base_path_in_the_contract_or_in_the_bindings_does_not_matter(base: str) -> None:
    moved = {**CONTRACT, "paths": {base + path: item for path, item in CONTRACT["paths"].items()}}
    found = bound(moved, LAWS)
    assert [len(part) for part in (found.collections, found.actions, found.values)] == [1, 1, 1]
    assert not found.collections[0].inferred
    assert found.actions[0].endpoint.path.startswith(base)
    laws = json.loads(json.dumps(LAWS).replace("/datasets/{", f"{base}/datasets/{{"))
    assert len(bound(CONTRACT, laws).actions) == 1


def test_bindings_of_what_the_contract_lacks_are_left_out() -> None:
    paths = {path: item for path, item in CONTRACT["paths"].items() if "status" in path}
    assert bound({**CONTRACT, "paths": paths}, LAWS).actions == ()


@pytest.mark.parametrize(
    ("laws", "said"),
    [
        ({"collections": 5}, r"^laws: collections must be a list$"),
        ({"collections": [5]}, r"^laws: collections\[0\] must be a mapping"),
        ({"collections": [{}]}, r"^laws: collections\[0\] lacks or misnames operation$"),
        ({"actions": [{}, {}]}, r"^laws: actions\[0\] lacks"),
        ({"sentences": {"x": 5}}, r"^laws: sentences\.x needs page and quote"),
        ({"sentences": []}, None),
    ],
)
def test_a_wrong_entry_is_named_by_its_place(laws: Json, said: str | None) -> None:
    if said is None:
        assert bound(CONTRACT, laws).sentences == {}
        return
    with pytest.raises(UsageError, match=said):
        bound(CONTRACT, laws)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": 5}, "5 is no name"),
        ({"page": {"parameter": "page", "counts": "books"}}, "'books' is none of pages, rows"),
        ({"size": {"parameter": "limit", "cap": "100"}}, "'100' is no whole number"),
        ({"size": {}}, "lacks or misnames parameter"),
        ({"filters": [{"parameter": "keyword", "field": "name", "how": "somehow"}]}, "none of contains, equals"),
    ],
)
def test_a_wrong_member_is_named_with_its_entry(changes: Json, said: str) -> None:
    entry = {**LAWS["collections"][0], **changes}
    with pytest.raises(UsageError, match=r"^laws: collections\[0\] \(GET /datasets.*" + re.escape(said)):
        bound(CONTRACT, {"collections": [entry]})
