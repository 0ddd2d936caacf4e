"""The formats: well-formed whatever a page says, and true to the findings."""

from __future__ import annotations

import json
import re
from xml.etree.ElementTree import fromstring

import pytest

from diglot import report
from diglot.core.finding import Finding, Location

NASTY = "a|b `c` <script>x</script> ]]> %0A ::error:: \x1b[31m\x00\u202e\n\r- [x](y) & \ud800 中文"
PLACE = Location("specs/pages/zh/a b.md", 12, 3, "/paths/~1x/get")
FINDINGS = [
    Finding("page-sample-broken", Location("b.md")),
    Finding("page-block-broken", PLACE, "GET /x", Location(NASTY, 4, 5), {"problem": NASTY}, {"curl": NASTY}),
]
WAIVED = [(Finding("page-block-empty", PLACE), "known: " + NASTY, "2027-01-31")]
LANGUAGES = ("en", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_is_one_line_a_finding_and_indented_details(language: str) -> None:
    lines = report.render_text(FINDINGS, language).splitlines()
    assert [line.partition(" ")[0] for line in lines if not line.startswith(" ")] == [
        *("b.md:", "specs/pages/zh/a"),
    ]
    assert "specs/pages/zh/a b.md:12:3: error page-block-broken GET /x: " in lines[1]
    assert len(lines) == 4
    assert not re.search("[\x00-\x1f\x7f\u202e]", "".join(lines))


@pytest.mark.parametrize("language", LANGUAGES)
def test_github_is_one_command_a_finding(language: str) -> None:
    note, error = report.render_github(FINDINGS, language).splitlines()
    assert note.startswith("::notice file=b.md,title=page-sample-broken::")
    assert error.startswith("::error file=specs/pages/zh/a b.md,line=12,col=3,title=page-block-broken::GET /x: ")
    assert "%250A" in error
    assert "\x1b" not in error


@pytest.mark.parametrize("language", LANGUAGES)
def test_sarif_has_rules_regions_fingerprints_and_suppressions(language: str) -> None:
    log = json.loads(report.render_sarif(FINDINGS, WAIVED, language))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == ["page-block-broken", "page-block-empty", "page-sample-broken"]
    results = run["results"]
    assert [rules[result["ruleIndex"]]["id"] for result in results] == [result["ruleId"] for result in results]
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_junit_fails_findings_and_skips_waived_ones(language: str) -> None:
    suite = fromstring(report.render_junit(FINDINGS, WAIVED, language))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "2", "1")
    assert [[child.tag for child in case] for case in suite] == [["failure"], ["failure"], ["skipped"]]
    assert suite[1].get("classname") == "diglot.page-block-broken"
    clean = fromstring(report.render_junit([], [], language))
    assert (clean.get("tests"), clean.get("failures"), clean[0].get("name")) == ("1", "0", "clean")


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_is_a_table_worst_first_without_markup_of_a_page(language: str) -> None:
    text = report.render_markdown(FINDINGS, WAIVED, language)
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert [row.split(" | ")[0] for row in rows] == ["| error", "| note"]
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 5
        assert not re.search(r"(?<!\\)<(?!br>)", row)
    assert "1 waived" in text or "1 项已豁免" in text


def test_json_lines_are_json() -> None:
    values = [report.finding_value(finding) for finding in FINDINGS]
    lines = report.render_jsonl(values).splitlines()
    assert [json.loads(line)["rule"] for line in lines] == ["page-sample-broken", "page-block-broken"]
