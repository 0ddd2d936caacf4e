"""The command line: exit codes, formats, languages, and one clear line for whatever goes wrong."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from diglot.cli import main
from diglot.core.usage import FORMATS

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., tuple[int, str, str]]

OPENAPI = """openapi: 3.0.1
info: {title: T, version: '1'}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        '200': {description: ok}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this project's inputs, without what is made from them."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def one_line(text: str, *words: str) -> None:
    assert text.startswith("diglot: ")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    for word in words:
        assert word in text


# --- what could not run: 2


@pytest.mark.parametrize("command", [["read", "nowhere.md"], ["validate", "nowhere.yaml"], ["normalize", "nowhere.md"]])
def test_a_missing_file(diglot: Run, command: list[str]) -> None:
    code, out, err = diglot(*command)
    assert (code, out) == (2, "")
    one_line(err, f"{command[1]}: there is no such file")


def test_a_folder_without_pages(diglot: Run, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"x")
    code, out, err = diglot("read", tmp_path)
    assert (code, out) == (2, "")
    one_line(err, str(tmp_path), "holds no page", ".md")


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["read"], ["drift", "--format", "nonsense"], ["read", "--nonsense"]]
)
def test_bad_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments, sys.stdout, sys.stderr) == 2
    captured = capsys.readouterr()
    assert "usage: diglot" in captured.err
    assert not captured.out


@pytest.mark.parametrize("count", [1, 3])
def test_drift_takes_none_or_two(diglot: Run, count: int) -> None:
    code, _, err = diglot("drift", *["x.md"] * count)
    assert code == 2
    one_line(err, "OLD NEW")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.diglot]\nlanguage = 'en'\n", "no key 'language'"),
        ("[tool.diglot]\nlanguages = 'en'\n", "wrong type"),
        ("[tool.diglot]\nages = ['x']\n", "wrong type"),
        ("[tool.diglot\n", "cannot be read"),
    ],
)
def test_a_configuration_that_is_wrong(diglot: Run, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    code, _, err = diglot("drift", "-C", tmp_path)
    assert code == 2
    one_line(err, "pyproject.toml", words)


def test_a_project_that_does_not_exist(diglot: Run, tmp_path: Path) -> None:
    code, _, err = diglot("drift", "-C", tmp_path / "nowhere")
    assert code == 2
    one_line(err, "there is no such folder")


def test_an_unknown_rule(diglot: Run) -> None:
    code, _, err = diglot("rules", "no-such-rule")
    assert code == 2
    one_line(err, "no-such-rule")


def test_an_addition_that_is_no_yaml(diglot: Run, project: Path) -> None:
    (project / "specs/additions/bad.yaml").write_text("a: [", encoding="utf-8")
    code, _, err = diglot("normalize", "-C", project)
    assert code == 2
    one_line(err, "specs/additions/bad.yaml:2:1")


def test_output_that_cannot_be_written(diglot: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OPENAPI, encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = diglot("read", tmp_path / "a.yaml", "--output", tmp_path / "file" / "out.txt")
    assert code == 2
    one_line(err, "cannot be written")


# --- what was found: 1


@pytest.mark.parametrize(
    ("name", "data", "rule", "line"),
    [
        ("a.md", b"# Nothing here\n", "page-without-operation", 1),
        ("a.md", b"# T\n\n````yaml a.yaml get /x\nopenapi: [\n````\n", "page-block-broken", None),
        ("a.md", b"# T\n\n\xff\xfe\n", "page-not-utf8", None),
        ("a.yaml", b"openapi: 3.0.1\npaths: {}\n", "page-block-empty", None),
    ],
)
def test_a_page_that_cannot_be_read_is_a_finding(
    diglot: Run, tmp_path: Path, name: str, data: bytes, rule: str, line: int | None
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.yaml").write_text(OPENAPI, encoding="utf-8")
    code, out, _ = diglot("read", tmp_path, "--format", "json")
    assert code == 1
    pages = {Path(page["page"]).name: page for page in json.loads(out)}
    (finding,) = pages[name]["findings"]
    assert finding["rule"] == rule
    assert line is None or finding["location"]["line"] == line
    assert pages["good.yaml"]["operations"] == [{"method": "get", "path": "/things"}]


def test_an_alias_bomb_is_a_finding_and_costs_nothing(diglot: Run, tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join(['*' + a] * 10)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    page = "# T\n\n````yaml a.yaml get /x\nopenapi: 3.0.1\n" + "\n".join(lines) + "\n````\n"
    (tmp_path / "a.md").write_text(page, encoding="utf-8")
    code, out, _ = diglot("read", tmp_path / "a.md", "--format", "json")
    assert code == 1
    assert "aliases unfold" in json.loads(out)[0]["findings"][0]["message"]


# --- formats and languages


def test_read_gives_the_documented_shape(diglot: Run, project: Path) -> None:
    code, out, _ = diglot("read", "-C", project, "specs/pages/en/update-document-status.md", "--format", "json")
    (page,) = json.loads(out)
    assert code == 0
    assert page.keys() == {"page", "language", "dialect", "operations", "document", "losses", "findings"}
    assert page["operations"] == [{"method": "patch", "path": "/datasets/{dataset_id}/documents/status/{action}"}]
    assert page["document"]["openapi"] == "3.0.1"
    assert page["losses"]
    assert all(loss.keys() == {"pointer", "code", "certainty", "evidence"} for loss in page["losses"])


def test_pages_come_in_the_order_given(diglot: Run, project: Path) -> None:
    names = sorted(
        (path.relative_to(project).as_posix() for path in (project / "specs/pages").rglob("*.md")), reverse=True
    )
    _, out, _ = diglot("read", "-C", project, *names, "--format", "json")
    assert [page["page"] for page in json.loads(out)] == names


def test_findings_have_the_documented_shape(diglot: Run, project: Path) -> None:
    (project / "specs/waivers.toml").unlink(missing_ok=True)
    code, out, _ = diglot("drift", "-C", project, "--format", "json")
    report = json.loads(out)
    assert code == 1
    assert report["findings"]
    for finding in report["findings"]:
        assert finding.keys() == {
            *("rule", "severity", "fingerprint", "operation", "location", "other", "message", "args", "evidence"),
        }
        assert finding["location"].keys() == {"path", "line", "column", "pointer"}
        assert re.fullmatch("[0-9a-f]{16}", finding["fingerprint"])


def test_text_is_one_clickable_line_a_finding(diglot: Run, project: Path) -> None:
    (project / "specs/waivers.toml").unlink(missing_ok=True)
    code, out, _ = diglot("drift", "-C", project)
    lines = [line for line in out.splitlines() if not line.startswith(" ")]
    assert code == 1
    assert lines
    for line in lines:
        assert re.match(r"specs/pages/(en|zh)/[a-z-]+\.md:\d+:\d+: (error|warning|note) [a-z-]+ ", line)


def test_chinese_words_same_identity(diglot: Run, project: Path) -> None:
    (project / "specs/waivers.toml").unlink(missing_ok=True)
    reports = [
        json.loads(diglot("drift", "-C", project, "--format", "json", "--lang", lang)[1]) for lang in ("en", "zh")
    ]
    english, chinese = (report["findings"] for report in reports)
    assert [item["fingerprint"] for item in english] == [item["fingerprint"] for item in chinese]
    assert all(re.search("[\u4e00-\u9fff]", item["message"]) for item in chinese)
    assert not any(item["message"] == other["message"] for item, other in zip(english, chinese, strict=True))


def test_fail_on_sets_the_limit(diglot: Run, project: Path) -> None:
    (project / "specs/waivers.toml").unlink(missing_ok=True)
    page = project / "specs/pages/en/update-document-metadata.md"
    for unwanted in project.joinpath("specs/pages").rglob("*.md"):
        if unwanted != page:
            unwanted.unlink()
    page.rename(project / "specs/pages/zh/update-document-metadata.md")
    _, out, _ = diglot("drift", "-C", project, "--format", "json")
    assert {finding["severity"] for finding in json.loads(out)["findings"]} == {"warning"}
    limits = ("error", "warning", "note")
    assert [diglot("drift", "-C", project, "--fail-on", limit)[0] for limit in limits] == [0, 1, 1]


def test_a_dirty_tree_adopts_the_tool_in_one_pipe(diglot: Run, project: Path) -> None:
    waivers = project / "specs/waivers.toml"
    waivers.unlink(missing_ok=True)
    assert diglot("drift", "-C", project, "--format", "waivers", "--output", waivers)[0] == 1
    code, out, err = diglot("drift", "-C", project)
    assert code == 0
    assert "0 errors, 0 warnings" in err
    assert "waived until" in out or "waived" in out


def test_output_goes_to_a_file_whole(diglot: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OPENAPI, encoding="utf-8")
    code, out, _ = diglot("read", tmp_path / "a.yaml", "--format", "json", "--output", tmp_path / "deep/out.json")
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "deep/out.json").read_text(encoding="utf-8"))[0]["dialect"] == "openapi"


def test_normalize_prints_the_contract_of_any_pages(diglot: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OPENAPI, encoding="utf-8")
    code, out, _ = diglot("normalize", tmp_path / "a.yaml", "--format", "json")
    assert code == 0
    assert json.loads(out)["document"]["openapi"] == "3.1.1"
    assert json.loads(out)["origins"]["/paths/~1things/get/operationId"][0]["line"] == 6
    code, out, _ = diglot("normalize", tmp_path / "a.yaml")
    assert code == 0
    assert out.startswith("# Written by diglot")


def test_normalize_check_says_what_is_stale(diglot: Run, project: Path) -> None:
    assert diglot("normalize", "-C", project, "--check")[0] == 0
    contract = project / "specs/openapi.yaml"
    contract.write_text(contract.read_text(encoding="utf-8") + "x: 1\n", encoding="utf-8")
    code, out, _ = diglot("normalize", "-C", project, "--check")
    assert code == 1
    assert "specs/openapi.yaml:1:1: error contract-stale" in out
    assert contract.read_text(encoding="utf-8").endswith("x: 1\n")
    assert diglot("normalize", "-C", project)[0] == 0
    assert diglot("normalize", "-C", project, "--check")[0] == 0


@pytest.mark.parametrize("command", ["normalize", "generate", "run"])
def test_nothing_is_written_from_pages_that_could_not_be_read(diglot: Run, project: Path, command: str) -> None:
    (project / "specs/pages/en/update-document-metadata.md").write_text("# Gone\n", encoding="utf-8")
    before = (project / "specs/openapi.yaml").read_bytes()
    code, out, err = diglot(command, "-C", project)
    assert code == 1
    assert "specs/pages/en/update-document-metadata.md:1:1: error page-without-operation" in out
    assert "nothing is written" in out + err
    assert (project / "specs/openapi.yaml").read_bytes() == before
    assert not (project / "generated").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_of_a_clean_run_is_well_formed(diglot: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "a.yaml").write_text(OPENAPI, encoding="utf-8")
    code, out, _ = diglot("validate", tmp_path / "a.yaml", "--format", form)
    assert code == 0
    if form == "json":
        assert json.loads(out) == {"summary": {"errors": 0, "warnings": 0, "notes": 0, "waived": 0}, "findings": []}
    elif form == "sarif":
        assert json.loads(out)["runs"][0]["results"] == []
    elif form == "junit":
        assert fromstring(out).get("failures") == "0"
    elif form == "markdown":
        assert out.splitlines() == ["### diglot: 0 findings, 0 waived"]
    else:
        assert out == ""


# --- safety


def test_words_of_a_page_cannot_steer_a_terminal(diglot: Run, tmp_path: Path) -> None:
    page = OPENAPI.replace("/things", '"/\\e[31m\\a\\u202e"').replace("'200'", "'404'")
    (tmp_path / "a.yaml").write_text(page, encoding="utf-8")
    for command in ("read", "validate"):
        _, out, err = diglot(command, tmp_path / "a.yaml")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", out + err)


def test_no_colour_where_there_is_no_terminal(diglot: Run, project: Path) -> None:
    (project / "specs/waivers.toml").unlink(missing_ok=True)
    assert "\x1b" not in diglot("drift", "-C", project)[1]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("no_colour", [True, False])
def test_colour_on_a_terminal_unless_asked_not_to(
    project: Path, no_colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "specs/waivers.toml").unlink(missing_ok=True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    main(["drift", "-C", str(project)], out, io.StringIO())
    assert ("\x1b[" in out.getvalue()) is not no_colour


def test_an_internal_error_is_one_line(diglot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from diglot import pipeline

    monkeypatch.delenv("DIGLOT_DEBUG", raising=False)
    monkeypatch.setattr(pipeline, "read", lambda *_: 1 / 0)
    code, _, err = diglot("drift")
    assert code == 2
    one_line(err, "ZeroDivisionError")


def test_a_reader_that_has_seen_enough_is_no_error(project: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "generator")}
    command = [sys.executable, "-m", "diglot", "read", "-C", str(project), "specs/pages", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        err = process.stderr.read().decode()
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
