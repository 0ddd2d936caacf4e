"""One finding a cause, in the shortest request that shows it, and none that hides another; and it can be run again."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from conform_help import CONTRACT, LAWS, fixtures
from conftest import ROOT
from diglot.commands.progress import progress
from diglot.conform import Options, Report, Target, run
from diglot.conform.binding.surface import Surface
from diglot.conform.findings.places import differing, misfits, restored
from diglot.conform.findings.signature import signature
from diglot.conform.laws.table import LAWS as TABLE
from diglot.conform.outcome import Recorded, Status
from diglot.conform.replay import recorded
from diglot.conform.wire.session import Exchange, Request
from diglot.core.catalogue import catalogue, law_words
from diglot.core.finding import Finding
from diglot.core.laws import PROMISES
from diglot.core.rules import RULES
from diglot.core.tree import plain
from diglot.core.usage import LANGUAGES, UsageError
from diglot.delivery import Streams
from diglot.drift import waivers
from diglot.report import finding_value, render_json, render_jsonl, render_text
from diglot.serve import demo, running
from diglot.serve.app import create_app
from diglot.serve.faults import FAULTS

Diglot = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]
LISTS = "GET /datasets/{}/documents"
LAWS_ONLY = Options(engines=("laws",))
BY_NAME = {fault.name: fault for fault in FAULTS}
CJK = re.compile("[\u4e00-\u9fff]")


def conform(app: Any, options: Options = LAWS_ONLY) -> Report:
    with running(app) as url:
        return run(Target.parse(url), CONTRACT, LAWS, fixtures(), options)


def asked(scope: Json) -> dict[str, str]:
    return dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))


def crashing(words: Callable[[Json, bytes], str | None], status: int = 500) -> Any:
    """The reference server, but for the requests (scope, body) for which `words` has any: it breaks with those."""
    inner = create_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        said = words(scope, body)
        if said is None:

            async def again() -> Json:
                return {"type": "http.request", "body": body}

            await inner(scope, again, send)
            return
        text = json.dumps({"message": said}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    return app


def on_list(words: Callable[[Mapping[str, str]], str | None]) -> Any:
    """A server whose list breaks for some queries."""
    return crashing(lambda scope, _body: words(asked(scope)) if scope["method"] == "GET" else None)


def number(text: str) -> int | None:
    return int(text) if re.fullmatch("-?[0-9]+", text) else None


# --- one finding a cause


def breaks_on_limit(query: Mapping[str, str]) -> str | None:
    limit = query.get("limit", "20")
    return f"cannot convert {limit} into a size" if (number(limit) or 0) < 1 else None


def test_four_shapes_of_one_crash_are_one_finding_with_its_variants() -> None:
    report = conform(on_list(breaks_on_limit), replace(LAWS_ONLY, only=("input.",)))
    (found,) = report.findings
    assert (found.rule, found.args["where"], found.also) == ("server-error", "query limit", ())
    assert found.evidence["variant_count"] >= 4
    assert {"what", "status", "curl"} == set(found.evidence["variants"][0])
    assert all("limit=" in one["what"] for one in found.evidence["variants"])


def test_two_crashes_in_two_parameters_are_two_findings() -> None:
    def words(query: Mapping[str, str]) -> str | None:
        wrong = [name for name in ("limit", "page") if (number(query.get(name, "1")) or 0) < 1]
        return "Internal Server Error" if wrong else None

    report = conform(on_list(words), replace(LAWS_ONLY, only=("input.",)))
    assert [one.args["where"] for one in report.findings] == ["query limit", "query page"]


def test_two_crashes_in_one_parameter_that_say_different_things_are_two_findings() -> None:
    def words(query: Mapping[str, str]) -> str | None:
        limit = query.get("limit", "20")
        if number(limit) is None:
            return f"invalid literal for int(): {limit!r}"
        return "division by zero" if number(limit) == 0 else None

    report = conform(on_list(words), replace(LAWS_ONLY, only=("input.",)))
    assert {one.args["said"] for one in report.findings} == {"invalid literal for int():", "division by zero"}
    assert len(report.findings) == 2


def test_a_crash_at_one_place_of_a_body_is_not_a_crash_at_another() -> None:
    def words(scope: Json, body: bytes) -> str | None:
        try:
            value = json.loads(body or b"{}")
        except (ValueError, RecursionError):
            return None
        entries = value.get("operation_data") if isinstance(value, dict) else None
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            return None
        ids = [one.get("document_id") for one in entries]
        lists = [one.get("metadata_list") for one in entries]
        wrong = any(not isinstance(one, str) for one in ids) or any(not isinstance(one, list) for one in lists)
        return "Internal Server Error" if wrong else None

    report = conform(crashing(words), replace(LAWS_ONLY, only=("input.bodies",)))
    assert {one.args["where"] for one in report.findings} == {
        "body /operation_data/*/document_id",
        "body /operation_data/*/metadata_list",
    }
    assert all(one.evidence["variant_count"] > 1 for one in report.findings)


@pytest.mark.parametrize(
    "name", ["does not challenge", "names another status in a body with 401", "answers PUT", "echoes the key in 401"]
)
def test_what_shows_at_every_operation_is_one_finding_that_names_them(name: str) -> None:
    (found,) = conform(BY_NAME[name].make(), replace(LAWS_ONLY, only=BY_NAME[name].laws)).findings
    assert len(found.operations) == 3
    assert {part.operation for part in found.parts} == set(found.operations)
    assert len({part.fingerprint for part in found.parts}) == len(found.parts)


def test_the_laws_and_fuzzing_find_one_cause_once() -> None:
    def words(query: Mapping[str, str]) -> str | None:
        page = query.get("page", "1")
        return "boom" if (number(page) or 0) < 1 else None

    report = conform(on_list(words), Options(seed=3, max_requests=650))
    assert [(one.rule, one.args["where"]) for one in report.findings] == [("server-error", "query page")]
    assert report.requests > 300


def test_what_follows_from_another_finding_stands_behind_it() -> None:
    (found,) = conform(BY_NAME["ignores the page"].make()).findings
    assert found.rule == "pages-overlap-or-gap"
    assert {part.rule for part in found.also} == {"order-unstable"}  # lists at the same time, which prove nothing here


# --- the same again


def test_the_same_seed_sends_the_same_requests() -> None:
    def sent(seed: int) -> list[tuple[str, str, bytes, bytes]]:
        log = []

        def words(scope: Json, body: bytes) -> str | None:
            log.append((scope["method"], scope["path"], scope["query_string"], body))
            return "boom" if asked(scope).get("page") == "0" else None

        conform(crashing(words), Options(seed=seed, max_requests=200, only=("input.parameters",)))
        return log

    first, second = sent(4), sent(4)
    assert len(first) > 80
    assert first[:80] == second[:80]


# --- the shortest request


def test_the_request_is_the_shortest_that_shows_it() -> None:
    def words(query: Mapping[str, str]) -> str | None:
        return "too long" if len(query.get("keyword", "")) > 100 else None

    (found,) = conform(on_list(words), replace(LAWS_ONLY, only=("input.strange",))).findings
    sent = found.evidence["request"]["query"].removeprefix("keyword=")
    assert 100 < len(sent) <= 200
    assert found.args["where"] == "query keyword"


def test_a_plain_request_is_shown_where_any_shows_it() -> None:
    report = conform(BY_NAME["shows documents without tokens"].make(), Options(engines=("fuzz",), max_requests=150))
    (found,) = report.findings
    assert found.args["where"] == "—"
    assert found.evidence["request"]["query"] == ""


def test_what_is_written_is_sent_again_only_as_it_was_or_naming_no_row() -> None:
    sent: list[tuple[str, bytes]] = []

    def words(scope: Json, body: bytes) -> str | None:
        if scope["method"] == "GET":
            return None
        sent.append((scope["path"], body))
        return "boom" if b"00000000-0000-4000" in body.lower() else None

    report = conform(crashing(words), replace(LAWS_ONLY, only=("action.unknown", "values.refused", "input.valid")))
    assert {one.rule for one in report.findings} == {"server-error"}
    again = [pair for place, pair in enumerate(sent) if pair in sent[:place]]
    assert again
    named = {body for _, body in sent if b"-" in body}
    assert all(body in named or json.loads(body) in ({"document_ids": []}, {"operation_data": []}) for _, body in sent)


def test_a_read_only_run_never_writes_to_look_again() -> None:
    methods: set[str] = set()

    def words(scope: Json, _body: bytes) -> str | None:
        methods.add(scope["method"])
        return "boom" if asked(scope).get("limit") == "0" else None

    report = conform(crashing(words), replace(LAWS_ONLY, read_only=True, only=("input.",)))
    assert [one.rule for one in report.findings] == ["server-error"]
    assert methods <= {"GET", "HEAD"}


def test_a_server_that_always_breaks_is_not_asked_without_end() -> None:
    report = conform(on_list(lambda query: "boom" if query else None))
    assert report.findings
    assert report.requests < 400


# --- told apart by repetition


def test_a_flaky_server_is_told_from_a_wrong_one() -> None:
    turn = [0]

    def words(query: Mapping[str, str]) -> str | None:
        turn[0] += 1
        return "busy" if turn[0] == 4 else None

    report = conform(on_list(words), replace(LAWS_ONLY, only=("input.parameters",)))
    (found,) = report.findings
    assert (found.rule, found.args["rule"]) == ("answer-unstable", "server-error")
    assert found.evidence["reproduced"] == "1 of 3"
    assert RULES[found.rule].severity == "warning"


def test_a_crash_that_needs_what_went_before_is_no_flaky_one() -> None:
    last = [b""]

    def words(scope: Json, body: bytes) -> str | None:
        if scope["method"] != "PATCH":
            return None
        before, last[0] = last[0], body
        return "boom" if before.startswith(b"{") and not before.endswith(b"}") and body == b"" else None

    (found,) = conform(crashing(words), replace(LAWS_ONLY, only=("input.malformed",))).findings
    assert found.rule == "server-error"
    assert found.evidence["during"] == "input.malformed"
    assert found.evidence["reproduced"] == "2 of 2"


def test_a_race_that_was_lost_is_not_called_flaky() -> None:
    fault = BY_NAME["reads values, then writes them all"]
    (found,) = conform(fault.make(), replace(LAWS_ONLY, only=("values.concurrent",))).findings
    assert found.rule == "concurrent-update-lost"
    assert found.evidence["reproduced"] == "1 of 1"


# --- what a finding shows


def test_a_finding_carries_all_that_it_takes_to_understand_and_repeat_it() -> None:
    (found,) = conform(BY_NAME["totals the page"].make(), replace(LAWS_ONLY, seed=5)).findings
    evidence = found.evidence
    assert evidence["law"] == "paging.total"
    assert evidence["seed"] == 5
    assert evidence["dataset"] == demo().dataset
    assert evidence["base_url"].startswith("http://127.0.0.1:")
    assert evidence["reproduced"] == "3 of 3"
    assert evidence["status"] == 200
    assert evidence["request"]["credential"] == "valid"
    assert "Total number of matching items." in evidence["source"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_says_first_what_was_expected(language: str) -> None:
    report = conform(on_list(breaks_on_limit), replace(LAWS_ONLY, only=("input.",)))
    first, *rest = render_text(report.findings, language).splitlines()
    assert first.startswith("specs/openapi.yaml: ")
    assert "server-error" in first
    assert all(line.startswith("    ") for line in rest)
    said = catalogue(language)["phrases"]
    for line, key in zip(rest, ("expected", "got", "curl"), strict=False):
        assert line.startswith(f"    {said[key]}")
    assert law_words("wire.answer", language)["says"] in rest[3]
    assert "limit=" in rest[4]


@pytest.mark.parametrize("name", ["echoes the key in 401", "takes any scheme", "answers 403 to a wrong key"])
def test_the_key_is_in_nothing(name: str) -> None:
    report = conform(BY_NAME[name].make(), replace(LAWS_ONLY, only=BY_NAME[name].laws))
    values = [finding_value(one) for one in report.findings]
    told = render_json(values) + render_text(report.findings) + repr(report) + waivers.write(report.findings)
    assert report.findings
    for key in (demo().token, demo().foreign_token):
        assert all(form not in told for form in (key, key.swapcase(), key[:-1]))


# --- waivers


def waived(report: Report, text: str) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    known, problems = waivers.parse(text, "waivers.toml")
    assert problems == ()
    return waivers.apply(report.findings, known, date(2026, 1, 1))


def one_waiver(finding: Finding) -> str:
    return f'[[waiver]]\nfingerprint = "{finding.fingerprint}"\nreason = "known"\n'


def test_a_waiver_of_one_operation_hides_no_other() -> None:
    report = conform(BY_NAME["answers PUT"].make(), replace(LAWS_ONLY, only=("input.methods",)))
    (found,) = report.findings
    left, accepted, problems = waived(report, one_waiver(found.parts[0]))
    assert [one.operations for one in left] == [found.operations[1:]]
    assert [one.operation for one in accepted] == [found.operations[0]]
    assert problems == ()


def test_a_waiver_of_one_place_hides_no_other() -> None:
    def words(limits: tuple[str, ...]) -> Callable[[Mapping[str, str]], str | None]:
        return lambda query: "boom" if any((number(query.get(name, "1")) or 0) < 1 for name in limits) else None

    before = conform(on_list(words(("limit",))), replace(LAWS_ONLY, only=("input.",)))
    after = conform(on_list(words(("limit", "page"))), replace(LAWS_ONLY, only=("input.",)))
    left, accepted, problems = waived(after, waivers.write(before.findings))
    assert [one.args["where"] for one in left] == ["query page"]
    assert [one.args["where"] for one in accepted] == ["query limit"]
    assert problems == ()


@pytest.mark.parametrize("name", ["does not challenge", "ignores the page", "passes over unknown documents"])
def test_a_waiver_file_of_what_was_found_waives_it_all(name: str) -> None:
    report = conform(BY_NAME[name].make(), replace(LAWS_ONLY, only=(*BY_NAME[name].laws, "paging.")))
    left, accepted, problems = waived(report, waivers.write(report.findings))
    assert (left, problems) == ((), ())
    assert len(accepted) == sum(len(one.parts) for one in report.findings)


def test_waivers_at_the_command_line(diglot: Diglot, tmp_path: Path) -> None:
    known, file = demo(), tmp_path / "waivers.toml"
    (tmp_path / "fixtures.toml").write_text(f'token = "{known.token}"\ndataset = "{known.dataset}"\n', encoding="utf-8")
    common = ("conform", "-C", ROOT, "--fixtures", tmp_path / "fixtures.toml", "--only", "laws", "--read-only")
    with served("does not challenge") as url:
        code, out, _ = diglot(*common, url, "--format", "waivers")
        file.write_text(out, encoding="utf-8")
        assert (code, out.count("[[waiver]]")) == (1, 2)  # the law's finding, and the header that the contract requires
        code, out, _ = diglot(*common, url, "--waivers", file)
        assert code == 0
        assert out.count("waived until") == 2
        file.write_text(file.read_text(encoding="utf-8").rpartition("# ")[0], encoding="utf-8")
        code, out, _ = diglot(*common, url, "--waivers", file, "--format", "json")
    assert code == 1
    assert len(json.loads(out)["findings"]) == 1


# --- replay


@contextmanager
def served(name: str) -> Iterator[str]:
    with running(BY_NAME[name].make()) as url:
        yield url


def again(url: str, found: tuple[Recorded, ...], **options: Any) -> Report:
    return run(Target.parse(url), CONTRACT, LAWS, fixtures(), replace(LAWS_ONLY, replay=found, **options))


@pytest.mark.parametrize(
    "name",
    ["totals the page", "shows positions as text", "does not challenge", "takes a limit of zero for the default"],
)
def test_a_finding_shows_again_on_the_same_server_and_not_on_a_right_one(name: str) -> None:
    report = conform(BY_NAME[name].make(), replace(LAWS_ONLY, only=BY_NAME[name].laws))
    found = recorded(render_json([finding_value(one) for one in report.findings]), "found.json")
    with served(name) as url:
        shown = again(url, found)
    assert {part.fingerprint for one in shown.findings for part in one.parts} == {
        part.fingerprint for one in report.findings for part in one.parts
    }
    assert shown.requests < 150
    with running() as url:
        assert again(url, found).findings == ()


def test_what_fuzzing_found_is_sent_again() -> None:
    def words(query: Mapping[str, str]) -> str | None:
        return "boom" if (number(query.get("page", "1")) or 0) < 1 else None

    report = conform(on_list(words), Options(engines=("fuzz",), max_requests=150))
    found = recorded(render_jsonl([finding_value(one) for one in report.findings]), "found.jsonl")
    with running(on_list(words)) as url:
        shown = again(url, found)
    assert [one.fingerprint for one in shown.findings] == [one.fingerprint for one in report.findings]
    assert shown.requests < 20


def a_record(**changes: Any) -> Json:
    request = {"method": "GET", "path": f"/datasets/{demo().dataset}/documents", "query": "limit=0", "complete": True}
    evidence = {"law": "wire.answer", "base_url": "http://127.0.0.1:1", "request": {**request, **changes}}
    return {"rule": "server-error", "operation": LISTS, "args": {"status": 500}, "evidence": evidence}


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "DELETE"},
        {"path": "/datasets/../../admin/documents"},
        {"path": "//elsewhere.example/documents"},
        {"path": "/datasets/x y/documents"},
        {"query": "a=\r\nX: y"},
        {"credential": "drawn"},
        {"path": 5},
    ],
)
def test_a_record_leads_nowhere_but_to_its_operation(changes: Json) -> None:
    seen: list[str] = []

    def words(scope: Json, _body: bytes) -> str | None:
        seen.append(f"{scope['method']} {scope['path']}")
        return None

    with running(crashing(words)) as url:
        report = again(url, recorded(json.dumps(a_record(**changes)), "one.json"))
    assert report.findings == ()
    assert len(report.not_exercised) == 1
    assert set(seen) == {f"GET /v1/datasets/{demo().dataset}/documents"}


def test_a_record_that_writes_is_put_back_and_not_run_with_read_only() -> None:
    row = "21d360b5-0116-561f-9cc0-44293a3b3233"
    path = f"/datasets/{demo().dataset}/documents/status/disable"
    value = a_record(method="PATCH", path=path, query="", body=json.dumps({"document_ids": [row]}))
    value["evidence"]["request"]["media_type"] = "application/json"
    value["operation"] = "PATCH /datasets/{}/documents/status/{}"
    found = recorded(json.dumps(value), "one.json")
    written: list[str] = []

    def words(scope: Json, _body: bytes) -> str | None:
        if scope["method"] == "PATCH":
            written.append(scope["path"].rpartition("/")[2])
        return None

    with running(crashing(words)) as url:
        refused = again(url, found, read_only=True)
        assert written == []
        assert again(url, found).findings == ()
    assert "--read-only" in refused.not_exercised[0].needs
    assert written == ["disable", "enable"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no finding"),
        ("[]", "no finding"),
        ("{", "neither JSON"),
        ("[" * 100_000, "nested too deeply|neither JSON"),
        ("5", "not a finding"),
        ('{"findings": {}}', "not a finding"),
        ('{"findings": [{"rule": "x"}]}', "finding 1: not a finding"),
        ('{"rule": "no-such", "operation": "", "args": {}, "evidence": {}}', "no rule"),
        ('{"rule": "total-wrong", "operation": 5, "args": {}, "evidence": {}}', "no operation"),
        ('{"rule": "total-wrong", "operation": "", "args": {}, "evidence": {"law": 5}}', "must be text"),
        ('{"rule": "nullable-mismatch", "operation": "", "args": {}, "evidence": {}}', "no rule"),
    ],
)
def test_a_file_that_holds_no_findings_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        recorded(text, "found.json")
    assert str(caught.value).startswith("found.json: ")
    assert "\n" not in str(caught.value)


def test_replay_at_the_command_line(diglot: Diglot, tmp_path: Path) -> None:
    known = demo()
    (tmp_path / "fixtures.toml").write_text(f'token = "{known.token}"\ndataset = "{known.dataset}"\n', encoding="utf-8")
    common = ("conform", "-C", ROOT, "--fixtures", tmp_path / "fixtures.toml", "--format", "json")
    file = tmp_path / "found.json"
    with served("totals the page") as url:
        code, out, _ = diglot(*common, url, "--only", "laws", "--read-only")
        file.write_text(out, encoding="utf-8")
        assert code == 1
        code, out, err = diglot(*common, "--replay", file)  # the target is the one of the finding
    assert code == 1
    assert [one["rule"] for one in json.loads(out)["findings"]] == ["total-wrong"]
    assert json.loads(out)["summary"]["laws"] == 1
    assert known.token not in out + err
    file.write_text(json.dumps(a_record() | {"evidence": {"base_url": "json:loads"}}), encoding="utf-8")
    code, out, err = diglot(*common, "--replay", file)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "give TARGET" in err


# --- progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(err: io.StringIO, *phases: str, language: str = "en") -> str:
    with progress(Streams(io.StringIO(), err, language)) as tell:
        for done, phase in enumerate(phases):
            tell(Status(phase, "paging.size\x1b[2J", done, 64, 10, 0.5, 2))
    return err.getvalue()


def test_progress_is_one_line_of_a_terminal_that_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    for language in LANGUAGES:
        text = shown(_Terminal(), "laws", "fuzz", language=language)
        parts = text.split("\r\x1b[K")
        assert parts[0] == parts[-1] == ""
        assert len(parts) == 4
        assert "\n" not in text
        assert "\x1b[2J" not in text
        assert all(sum(2 if CJK.match(char) else 1 for char in part) < 40 for part in parts)


def test_progress_is_a_plain_line_a_phase_where_there_is_no_terminal() -> None:
    text = shown(io.StringIO(), "laws", "laws", "fuzz", "fuzz")
    assert text.count("\n") == 2
    assert "\x1b" not in text
    assert all(figure in text for figure in ("1/64", "10 requests", "20/s", "2 findings"))


def test_progress_is_told_of_both_engines() -> None:
    told: list[Status] = []
    conform(create_app(), Options(progress=told.append, only=("paging.order",), max_requests=60))
    assert told[0].phase == "laws"
    assert told[-1].phase == "fuzz"
    assert [one.requests for one in told] == sorted(one.requests for one in told)
    assert {one.findings for one in told} == {0}


# --- the table of laws


def test_each_law_has_words_rules_and_sentences_and_nothing_is_stale() -> None:
    names = {law.name for law in TABLE} | {"wire.answer", "fuzz.refused"}
    assert PROMISES.keys() == names
    for language in LANGUAGES:
        assert catalogue(language)["laws"].keys() == names
    for name, promise in PROMISES.items():
        assert set(promise.rules) <= RULES.keys(), name
        assert all(RULES[rule].stage == "conform" for rule in promise.rules)
        assert set(promise.sentences) <= LAWS["sentences"].keys(), name
        english, chinese = (law_words(name, language) for language in LANGUAGES)
        assert english.keys() == chinese.keys() == {"title", "says"}
        assert not CJK.search("".join(english.values()))
        assert CJK.search(chinese["title"])
        assert CJK.search(chinese["says"])


def test_each_rule_of_conform_is_one_that_a_law_may_find() -> None:
    found = {rule for promise in PROMISES.values() for rule in promise.rules}
    of_stage = {rule.id for rule in RULES.values() if rule.stage == "conform"}
    assert of_stage - found == {"state-not-restored", "answer-unstable", "contract-not-served"}  # of the run


def test_a_law_is_explained_at_the_command_line(diglot: Diglot) -> None:
    for language in LANGUAGES:
        code, out, _ = diglot("rules", "paging.size", "--lang", language)
        assert code == 0
        assert law_words("paging.size", language)["says"] in out
        assert "page-size-ignored" in out
    code, out, _ = diglot("rules", "paging.size", "--format", "json")
    assert json.loads(out)[0]["rules"] == ["page-size-ignored"]
    code, _, err = diglot("rules", "paging.sise")
    assert (code, "paging.size" in err) == (2, True)


# --- small parts


SURFACE = Surface.of(plain(CONTRACT))
LISTING, METADATA, STATUS = SURFACE.endpoints


def test_the_places_of_a_request_are_those_that_differ_and_can_be_restored() -> None:
    valid = Request("PATCH", "/datasets/a/documents/status/enable", "", b'{"document_ids": []}', "application/json")
    sent = replace(valid, path="/datasets/b%20c/documents/status/x", query="z=1&z=2", body=b'{"document_ids": [7]}')
    places = differing(SURFACE, STATUS, sent, valid)
    assert places == ("path dataset_id", "path action", "query z", "body /document_ids/*")
    for place in ("path dataset_id", "path action", "query z", "body"):
        sent = restored(STATUS, sent, valid, place)
    assert sent == valid
    assert differing(SURFACE, STATUS, replace(valid, body=b"{"), valid) == ("body",)
    assert differing(SURFACE, STATUS, replace(valid, body=b"[]"), valid) == ("body /",)
    assert differing(SURFACE, STATUS, replace(valid, media_type="text/plain"), valid) == ("header Content-Type",)


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, ["/operation_data"]),
        ({"operation_data": [{}]}, ["/operation_data/*/document_id", "/operation_data/*/metadata_list"]),
        ({"operation_data": [{"document_id": 1, "metadata_list": []}]}, ["/operation_data/*/document_id"]),
        ({"operation_data": [], "more": 1}, []),
        ([], [""]),
    ],
)
def test_what_a_schema_forbids_in_a_body_is_found_by_its_place(body: Any, places: list[str]) -> None:
    assert list(misfits(SURFACE, METADATA.body, body)) == places


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"message": "no row 17"}', '{"message": "no row 4"}'),
        ('{"detail": [{"msg": "bad \'x\'", "loc": 1}]}', '{"detail": [{"msg": "bad \'y\'", "loc": 2}]}'),
        ('{"code": "e", "id": "a"}', '{"code": "e", "id": "b"}'),
        ("<html><h1>Oops</h1> 7f3a9c21ee</html>", "<html><h1>Oops</h1> 00aa00bb11</html>"),
        (
            "Traceback (most recent call last):\n a\nKeyError: 'x'",
            "Traceback (most recent call last):\n b\nKeyError: 'y'",
        ),
        ('{"message": "cannot read abcdef"}', '{"message": "cannot read"}'.replace("read", "read ghijkl")),
    ],
)
def test_answers_that_say_the_same_have_one_signature(one: str, other: str) -> None:
    def of(text: str, *given: str) -> str:
        return signature(Exchange(Request("GET", "/"), "http://x/", 500, {}, text.encode()), given)

    assert of(one, "abcdef") == of(other, "ghijkl") != ""
    assert of('{"message": "a"}') != of('{"message": "b"}')
