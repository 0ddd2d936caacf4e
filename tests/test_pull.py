"""Pages renewed from where they are published: all or none, from named hosts, and one report of what changed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot import files
from diglot.core.usage import UsageError
from diglot.fetch import Limits, fetch
from diglot.read import Wanted, entries, find, nearest
from fetch_help import (
    Act,
    Site,
    drip,
    endless,
    html,
    packed,
    redirect,
    serving,
    status,
    text,
    truncated,
    versioned,
)

Run = Callable[..., tuple[int, str, str]]

INDEX_LINE = "> Fetch the complete documentation index at: {url}/llms.txt\n"


def page(title: str = "List Things", path: str = "/things", limit: str = "100", words: str = "Lists things.") -> str:
    return f"""# {title}

> {words}

## OpenAPI

````yaml openapi.json get {path}
openapi: 3.0.1
info:
  title: Things
  version: '1'
paths:
  {path}:
    get:
      summary: {title}
      operationId: listThings
      parameters:
        - name: limit
          in: query
          schema:
            type: integer
            maximum: {limit}
      responses:
        '200':
          description: ok
````
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, site: Site) -> Path:
    """Two pages with addresses in the configuration, of which the site has what is committed."""
    for name, act in {"things": page(), "books": page("List Books", "/books")}.items():
        write(tmp_path, f"en/{name}.md", act)
        site.acts[f"/en/{name}.md"] = text(act)
    configure(tmp_path, site, {"en/things.md": "/en/things.md", "en/books.md": "/en/books.md"})
    return tmp_path


def write(root: Path, name: str, body: str) -> None:
    path = root / "specs/pages" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8", newline="")


def configure(root: Path, site: Site, sources: dict[str, str], hosts: list[str] | None = None) -> None:
    lines = [f"hosts = {json.dumps([site.host] if hosts is None else hosts)}", "[sources]"]
    lines += [f"{json.dumps(name)} = {json.dumps(site.url + path)}" for name, path in sources.items()]
    (root / "diglot.toml").write_text("\n".join(lines), encoding="utf-8")


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def found(out: str) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(out)["findings"]
    return listed


def rules(out: str) -> list[object]:
    return [finding["rule"] for finding in found(out)]


def one_line(text: str, *words: str) -> None:
    last = text.splitlines()[-1]
    assert last.startswith("diglot: ")
    assert "Traceback" not in text
    for word in words:
        assert word in last


# --- nothing new, something new


def test_nothing_new(diglot: Run, project: Path, site: Site) -> None:
    before = tree(project / "specs")
    code, out, err = diglot("pull", "-C", project, "--format", "json")
    assert (code, found(out)) == (0, [])
    assert json.loads(out)["summary"] == {"errors": 0, "warnings": 0, "notes": 0, "waived": 0}
    assert "2 pages asked for; changed: nothing" in err
    assert tree(project / "specs") == before
    assert diglot("pull", "-C", project, "--check")[0] == 0


def test_a_change_of_the_interface_is_written_and_reported(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/en/things.md"] = text(page(limit="50"))
    code, out, err = diglot("pull", "-C", project, "--format", "json")
    assert code == 1
    (finding,) = found(out)
    assert finding["operation"] == "GET /things"
    location, other = finding["location"], finding["other"]
    assert isinstance(location, dict)
    assert isinstance(other, dict)
    assert (location["path"], location["line"]) == (f"{site.url}/en/things.md", 22)
    assert (other["path"], other["line"]) == ("specs/pages/en/things.md", 22)
    assert "changed: en/things.md" in err
    assert (project / "specs/pages/en/things.md").read_text(encoding="utf-8") == page(limit="50")
    assert diglot("pull", "-C", project)[0] == 0


def test_check_writes_nothing_and_fails_when_a_page_changed(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/en/things.md"] = text(page(words="Lists all things."))
    before = tree(project)
    code, out, _ = diglot("pull", "-C", project, "--check", "--format", "json")
    assert (code, rules(out)) == (1, ["page-text-changed"])
    assert found(out)[0]["severity"] == "note"
    assert found(out)[0]["evidence"] == {"added": 1, "removed": 1}
    assert tree(project) == before
    code, out, _ = diglot("pull", "-C", project, "--format", "json")
    assert (code, rules(out)) == (0, ["page-text-changed"])
    assert "Lists all things." in (project / "specs/pages/en/things.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("change", [lambda page: page.replace("\n", "\r\n"), lambda page: "\ufeff" + page.rstrip("\n")])
def test_line_ends_are_no_change(diglot: Run, project: Path, site: Site, change: Callable[[str], str]) -> None:
    site.acts["/en/things.md"] = text(change(page()))
    assert diglot("pull", "-C", project, "--check")[0] == 0


def test_a_page_is_written_byte_for_byte_as_published(diglot: Run, project: Path, site: Site) -> None:
    published = page(words="列出。").replace("\n", "\r\n").encode()
    site.acts["/en/things.md"] = packed(published)
    diglot("pull", "-C", project)
    assert (project / "specs/pages/en/things.md").read_bytes() == published


def test_a_source_without_a_page_makes_one(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/new"] = text(page("Get Thing", "/things/{id}"))
    configure(project, site, {"en/things.md": "/en/things.md", "en/books.md": "/en/books.md", "en/new.md": "/new"})
    assert diglot("pull", "-C", project, "--check")[0] == 1
    assert not (project / "specs/pages/en/new.md").exists()
    code, out, _ = diglot("pull", "-C", project, "--format", "json")
    assert (code, rules(out)) == (0, ["endpoint-added"])
    assert (project / "specs/pages/en/new.md").is_file()


def test_pages_whose_age_the_configuration_gives_are_named(diglot: Run, project: Path, site: Site) -> None:
    with (project / "diglot.toml").open("a", encoding="utf-8") as config:
        config.write('\n[ages]\n"en/things.md" = "2025-01-01"\n')
    site.acts["/en/things.md"] = text(page(words="Lists all things."))
    assert "[tool.diglot.ages]" not in diglot("pull", "-C", project, "--check")[2]
    assert re.search(r"\[tool\.diglot\.ages\] to \d{4}-\d\d-\d\d: en/things\.md", diglot("pull", "-C", project)[2])


# --- one that fails, and none is written


@pytest.mark.parametrize(
    ("act", "rule", "words"),
    [
        (status(404), "page-gone", "404"),
        (status(410), "page-gone", "410"),
        (status(503), "page-not-fetched", "503"),
        (truncated(page(limit="50")), "page-not-fetched", "broke off"),
        (packed(page(limit="50").encode(), cut=9), "page-not-fetched", "broke off"),
        (html, "page-unreadable", "HTML"),
        (text(page(limit="50"), "text/html"), "page-unreadable", "HTML"),
        (text(page(limit="50")[:-5]), "page-unreadable", "cut off"),
        (text("# Welcome\n"), "page-unreadable", "no API operation"),
        (text(b"\xff\xfe"), "page-unreadable", "not UTF-8"),
        (text(page(path="/others")), "page-operation-other", "GET /others"),
        (redirect("http://other.example/things.md"), "page-host-not-named", "--host other.example"),
        (redirect("/en/things.md"), "page-not-fetched", "circle"),
        (redirect("file:///etc/passwd"), "page-not-fetched", "http and https"),
    ],
)
def test_a_page_that_fails_keeps_every_page(
    diglot: Run, project: Path, site: Site, act: Act, rule: str, words: str
) -> None:
    site.acts["/en/things.md"] = act
    site.acts["/en/books.md"] = text(page("List Books", "/books", words="All books."))
    before = tree(project)
    code, out, err = diglot("pull", "-C", project, "--format", "json")
    assert code == 1
    assert rules(out) == [rule, "page-text-changed"]
    assert words in str(found(out)[0]["message"])
    assert "nothing is written" in err
    assert tree(project) == before


def test_slow_and_endless_pages_fail_in_time(
    diglot: Run, project: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Limits(total=0.6, size=100_000)
    monkeypatch.setattr("diglot.upstream.run.fetch", lambda asks, hosts: fetch(asks, hosts, quick))
    site.acts.update({"/en/things.md": drip, "/en/books.md": endless})
    before = tree(project)
    code, out, _ = diglot("pull", "-C", project, "--format", "json")
    assert (code, rules(out)) == (1, ["page-not-fetched"] * 2)
    assert tree(project) == before


def test_a_pull_that_is_interrupted_leaves_the_old_pages(
    diglot: Run, project: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, path in (("things", "/things"), ("books", "/books")):
        site.acts[f"/en/{name}.md"] = text(page(f"List {name.title()}", path, limit="7"))
    before = tree(project)
    real, done = Path.write_bytes, []

    def interrupted(path: Path, data: bytes) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(path)
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    code, _, err = diglot("pull", "-C", project)
    assert (code, err.splitlines()[-1]) == (2, "diglot: interrupted")
    assert len(done) == 1
    assert tree(project) == before


def test_ctrl_c_while_pages_are_fetched(project: Path, site: Site, root: Path) -> None:
    site.acts["/en/things.md"] = drip
    before = tree(project)
    command = [sys.executable, "-m", "diglot", "pull", "-C", str(project)]
    run = subprocess.Popen(command, cwd=root / "generator", stderr=subprocess.PIPE, text=True)
    while "/en/things.md" not in site.paths:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=10)
    assert (run.returncode, err.splitlines()[-1]) == (2, "diglot: interrupted")
    assert tree(project) == before


def test_a_folder_that_cannot_be_written_leaves_the_old_pages(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("old", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        files.write_all(tmp_path, {"a.md": b"new", "file/b.md": b"new"})
    with pytest.raises(UsageError, match="outside"):
        files.write_all(tmp_path, {"a.md": b"new", "../b.md": b"new"})
    assert tree(tmp_path) == {"a.md": b"old", "file": b""}


# --- hosts


def test_only_hosts_that_were_named(diglot: Run, project: Path, site: Site) -> None:
    configure(project, site, {"en/things.md": "/en/things.md", "en/books.md": "/en/books.md"}, hosts=[])
    code, out, err = diglot("pull", "-C", project)
    assert (code, out) == (2, "")
    one_line(err, f"--host {site.host}", "hosts = ")
    assert not site.asked
    code, _, err = diglot("pull", "-C", project, "--host", "docs.example.com")
    assert (code, site.asked) == (2, [])
    assert diglot("pull", "-C", project, "--host", site.host)[0] == 0


def test_a_page_that_leads_elsewhere_is_a_finding(diglot: Run, project: Path, site: Site) -> None:
    write(project, "en/evil.md", "# Source: http://evil.example/page?key=s3cret\n\n" + page("Evil", "/evil"))
    code, out, _ = diglot("pull", "-C", project, "--format", "json")
    assert (code, rules(out)) == (1, ["page-host-not-named"])
    assert "--host evil.example" in out
    assert "s3cret" not in out


def test_a_host_that_cannot_be_reached(diglot: Run, project: Path) -> None:
    with serving() as gone:
        configure(project, gone, {"en/things.md": "/en/things.md?key=s3cret", "en/books.md": "/en/books.md"})
    code, out, err = diglot("pull", "-C", project)
    assert (code, out) == (2, "")
    one_line(err, "cannot be reached", gone.host)
    assert "s3cret" not in err


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("hosts = 'a.example'", "wrong type"),
        ("hosts = ['https://a.example/']", "neither a name nor name:port"),
        ("sources = ['a']", "wrong type"),
        ("[sources]\n'en/things.md' = 3", "wrong type"),
        ("[sources]\n'../x.md' = 'https://a.example/x'", "names no page"),
        ("[sources]\n'x.md' = ''", "there is no page"),
        ("[sources]\n'x.html' = 'https://a.example/x'", "names no page"),
        ("[sources]\n'en/things.md' = 'file:///etc/passwd'", "http or https URL"),
        ("[sources]\n'en/things.md' = 'https://u:s3cret@a.example/x'", "keep credentials out"),
    ],
)
def test_a_configuration_that_is_wrong(diglot: Run, project: Path, site: Site, config: str, words: str) -> None:
    (project / "diglot.toml").write_text(config, encoding="utf-8")
    code, out, err = diglot("pull", "-C", project)
    assert (code, out) == (2, "")
    one_line(err, words)
    assert "s3cret" not in err
    assert not site.asked


def test_a_host_that_is_none(diglot: Run, project: Path) -> None:
    code, _, err = diglot("pull", "-C", project, "--host", "https://docs.example.com/")
    assert code == 2
    one_line(err, "name or name:port")


# --- versions


def test_a_page_that_is_current_is_not_sent_again(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/en/things.md"] = versioned(page(), '"1"')
    assert diglot("pull", "-C", project)[0] == 0
    before = tree(project)
    site.acts["/en/books.md"] = html  # whatever a 304 would hide
    site.asked.clear()
    diglot("pull", "-C", project, "--check")
    asked = {path: headers.get("If-None-Match") for path, headers in site.asked}
    assert asked == {"/en/things.md": '"1"', "/en/books.md": None}
    assert tree(project) == before


def test_a_page_that_was_changed_here_is_fetched_whole(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/en/things.md"] = versioned(page(), '"1"')
    diglot("pull", "-C", project)
    write(project, "en/things.md", page(limit="1"))
    site.asked.clear()
    assert diglot("pull", "-C", project)[0] == 0
    assert all("If-None-Match" not in headers for _, headers in site.asked)
    assert (project / "specs/pages/en/things.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("state", ["", "no json", "[]", '{"pages": 3}', '{"pages": {"en/things.md": {"etag": 1}}}'])
def test_what_was_remembered_may_be_lost(diglot: Run, project: Path, site: Site, state: str) -> None:
    (project / ".diglot").mkdir()
    (project / ".diglot/pull.json").write_text(state, encoding="utf-8")
    assert diglot("pull", "-C", project)[0] == 0


# --- where a page is published


def test_the_address_in_the_page_and_its_notes_stay(diglot: Run, tmp_path: Path, site: Site) -> None:
    notes = f"---\ntitle: 'List: Things'\nurl: {site.url}/en/things\nfetched_at: '2025-01-01T00:00:00Z'\n---\n\n"
    write(tmp_path, "en/things.md", notes + page())
    write(tmp_path, "en/books.md", f"# Source: {site.url}/en/books.md\n\n" + page("List Books", "/books"))
    site.acts.update({"/en/things": html, "/en/things.md": text(page()), "/en/books.md": text(page("B", "/books"))})
    before = (tmp_path / "specs/pages/en/things.md").read_bytes()
    code, out, _ = diglot("pull", "-C", tmp_path, "--host", site.host, "--format", "json")
    assert (code, rules(out)) == (0, ["text-changed"])
    assert sorted(site.paths) == ["/en/books.md", "/en/things", "/en/things.md"]
    assert (tmp_path / "specs/pages/en/things.md").read_bytes() == before
    renewed = (tmp_path / "specs/pages/en/books.md").read_text(encoding="utf-8")
    assert renewed == f"# Source: {site.url}/en/books.md\n\n" + page("B", "/books")
    site.acts["/en/things.md"] = text(page(limit="5"))
    assert diglot("pull", "-C", tmp_path, "--host", site.host)[0] == 1
    renewed = (tmp_path / "specs/pages/en/things.md").read_text(encoding="utf-8")
    assert renewed.startswith(notes.partition("fetched_at")[0])
    assert "2025-01-01" not in renewed
    assert renewed.endswith(page(limit="5"))


def test_a_published_page_that_tells_its_address_is_taken_as_it_is(diglot: Run, tmp_path: Path, site: Site) -> None:
    write(tmp_path, "en/things.md", f"# Source: {site.url}/en/things.md\n\n" + page())
    published = f"<!--\nSource: {site.url}/en/things.md\n-->\n\n" + page(limit="5")
    site.acts["/en/things.md"] = text(published)
    assert diglot("pull", "-C", tmp_path, "--host", site.host)[0] == 1
    assert (tmp_path / "specs/pages/en/things.md").read_text(encoding="utf-8") == published


def test_an_address_below_the_title_stays_above_the_page(diglot: Run, tmp_path: Path, site: Site) -> None:
    title, _, rest = page().partition("\n")
    write(tmp_path, "en/things.md", f"{title}\nSource: {site.url}/en/things.md\n{rest}")
    site.acts["/en/things.md"] = text(page())
    assert diglot("pull", "-C", tmp_path, "--host", site.host)[0] == 0
    renewed = (tmp_path / "specs/pages/en/things.md").read_text(encoding="utf-8")
    assert renewed == f"# Source: {site.url}/en/things.md\n\n" + page()
    assert diglot("pull", "-C", tmp_path, "--host", site.host, "--check")[0] == 0


def test_a_file_of_many_pages_has_the_address_of_none_of_them(diglot: Run, tmp_path: Path, site: Site) -> None:
    pages = [f"# Source: {site.url}/{name}.md\n\n" + page(name, f"/{name}") for name in ("a", "b")]
    write(tmp_path, "en/llms-full.txt", "\n".join(pages))
    code, out, _ = diglot("pull", "-C", tmp_path, "--host", site.host, "--format", "json")
    assert (code, rules(out), site.asked) == (1, ["page-address-unknown"], [])


def test_what_is_wrong_with_the_old_page_too_keeps_no_page_from_being_renewed(
    diglot: Run, project: Path, site: Site
) -> None:
    gitbook = '\n{% openapi-operation spec="a" path="/b" method="get" %}\n'
    write(project, "en/things.md", page() + gitbook)
    site.acts["/en/things.md"] = text(page(words="Lists all things.") + gitbook)
    code, out, _ = diglot("pull", "-C", project, "--format", "json")
    assert (code, rules(out)) == (0, ["page-text-changed"])
    site.acts["/en/books.md"] = text(page("List Books", "/books") + gitbook)
    code, out, _ = diglot("pull", "-C", project, "--format", "json")
    assert (code, rules(out)) == (1, ["page-unreadable"])


def index(*entries: tuple[str, str]) -> Act:
    lines = [f"- [{title}]({address}): what it is about" for title, address in entries]
    return text("# Site\n\n## Docs\n\n" + "\n".join(lines) + "\n", "text/plain")


@pytest.fixture
def indexed(tmp_path: Path, site: Site) -> Path:
    """An English page that points to the index of its site, and its Chinese neighbour that does not."""
    english, chinese = page() + "\n" + INDEX_LINE.format(url=site.url), page("列出事物", words="列出所有事物。")
    write(tmp_path, "en/things.md", english)
    write(tmp_path, "zh/things.md", chinese)
    site.acts.update({"/en/api/list-things.md": text(english), "/zh/api/列出": text(chinese)})
    site.acts["/zh/api/%E5%88%97%E5%87%BA.md"] = text(chinese)
    return tmp_path


def test_the_index_of_the_site_gives_the_address(diglot: Run, indexed: Path, site: Site) -> None:
    site.acts["/llms.txt"] = index(
        ("List Things", f"{site.url}/en/api/list-things.md"),
        ("List Books", f"{site.url}/en/api/list-books.md"),
        ("列出事物", "/zh/api/%E5%88%97%E5%87%BA.md"),
        ("List Things", f"{site.url}/ja/api/list-things.md"),
    )
    code, out, err = diglot("pull", "-C", indexed, "--host", site.host)
    assert (code, out) == (0, "")
    assert "2 pages asked for; changed: nothing" in err
    assert sorted(site.paths) == ["/en/api/list-things.md", "/llms.txt", "/zh/api/%E5%88%97%E5%87%BA.md"]


def test_an_index_that_does_not_tell_is_no_reason_to_guess(diglot: Run, indexed: Path, site: Site) -> None:
    site.acts["/llms.txt"] = index(
        ("List Things", f"{site.url}/en/api/list-things.md"),
        ("List things ", f"{site.url}/en/other/list-things.md"),
        ("列出书籍", f"{site.url}/zh/api/books.md"),
    )
    code, out, _ = diglot("pull", "-C", indexed, "--host", site.host, "--format", "json")
    assert (code, rules(out)) == (1, ["page-address-ambiguous", "page-address-unknown"])
    ambiguous, unknown = (str(finding["message"]) for finding in found(out))
    assert f"{site.url}/en/api/list-things.md, {site.url}/en/other/list-things.md" in ambiguous
    assert f"{site.url}/llms.txt" in unknown
    assert site.paths == ["/llms.txt"]


def test_an_entry_without_a_language_serves_where_none_has_it(diglot: Run, indexed: Path, site: Site) -> None:
    site.acts["/api/list-things.md"] = site.acts["/en/api/list-things.md"]
    site.acts["/llms.txt"] = index(
        ("List Things", f"{site.url}/api/list-things.md"), ("列出事物", f"{site.url}/zh/api/%E5%88%97%E5%87%BA.md")
    )
    assert diglot("pull", "-C", indexed, "--host", site.host)[0] == 0


def test_an_index_that_is_gone_is_said_once(diglot: Run, indexed: Path, site: Site) -> None:
    code, out, _ = diglot("pull", "-C", indexed, "--host", site.host, "--format", "json")
    assert (code, rules(out)) == (1, ["page-not-fetched"])
    assert "llms.txt answers 404" in out


def test_an_entry_on_another_host_is_not_asked(diglot: Run, indexed: Path, site: Site) -> None:
    site.acts["/llms.txt"] = index(("List Things", "http://evil.example/en/list-things.md"))
    code, _, err = diglot("pull", "-C", indexed, "--host", site.host)
    assert code == 2
    one_line(err, "--host evil.example")


def test_pages_that_nothing_tells_the_address_of(diglot: Run, tmp_path: Path) -> None:
    write(tmp_path, "en/things.md", page())
    code, out, _ = diglot("pull", "-C", tmp_path, "--host", "docs.example.com", "--lang", "zh")
    assert code == 1
    assert "page-address-unknown" in out
    assert "[tool.diglot.sources]" in out


def test_a_page_that_is_published_nowhere(diglot: Run, project: Path, site: Site) -> None:
    write(project, "en/mine.md", page("Mine", "/mine"))
    assert diglot("pull", "-C", project)[0] == 1
    with (project / "diglot.toml").open("a", encoding="utf-8") as config:
        config.write('\n"en/mine.md" = ""\n')
    assert diglot("pull", "-C", project)[0] == 0


def test_a_page_that_moved_is_renewed_and_named(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/en/things.md"] = redirect("/new/things.md", 308)
    site.acts["/new/things.md"] = text(page())
    code, out, _ = diglot("pull", "-C", project, "--format", "json")
    assert (code, rules(out)) == (0, ["page-moved"])
    assert f"{site.url}/new/things.md" in str(found(out)[0]["message"])


def test_a_hostile_index_takes_no_time() -> None:
    lines = "\n".join(f"- [List Things](/en/{number}/list-things.md)" for number in range(60_000))
    known = entries(lines + "\n- [" * 100_000, "https://a.example/llms.txt")
    wanted = Wanted.of("en", ["List Things"], ["list-things"])
    assert len(find(known, wanted)) == len(known) == 20_000
    assert len(nearest(known, Wanted.of("en", ["List Thing"], []))) == 1


# --- other formats, other pages


def test_findings_in_every_format(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/en/things.md"] = status(404)
    for form in ("text", "jsonl", "sarif", "junit", "github", "markdown", "waivers"):
        code, out, _ = diglot("pull", "-C", project, "--format", form)
        assert code == 1
        assert "page-gone" in out


def test_a_waiver_accepts_a_finding_but_not_a_changed_page(diglot: Run, project: Path, site: Site) -> None:
    site.acts["/en/things.md"] = text(page(limit="50"))
    waivers = project / "waivers.toml"
    code, out, _ = diglot("pull", "-C", project, "--check", "--format", "waivers")
    assert code == 1
    waivers.write_text(out, encoding="utf-8")
    code, out, err = diglot("pull", "-C", project, "--check", "--waivers", "waivers.toml")
    assert "1 waived" in err
    assert code == 1


_WORDS = st.text("abcdeé列 -_", max_size=6)
_SITE = st.lists(st.tuples(_WORDS, st.sampled_from(["en", "zh", "docs"]), _WORDS), max_size=8)


@given(_SITE, _WORDS, st.randoms())
def test_the_order_of_an_index_does_not_matter(listed: list[tuple[str, str, str]], title: str, order: Random) -> None:
    lines = [f"- [{name or 'x'}](/{folder}/{quote(path) or 'x'}.md)" for name, folder, path in listed]
    wanted = Wanted.of("en", [title], [title])
    first = find(entries("\n".join(lines), "https://a.example/llms.txt"), wanted)
    order.shuffle(lines)
    second = find(entries("\n".join(lines), "https://a.example/llms.txt"), wanted)
    assert {entry.url for entry in first} == {entry.url for entry in second} or _twice(listed)
    assert all(entry.language in ("en", None) for entry in first)


def _twice(listed: list[tuple[str, str, str]]) -> bool:
    """Whether one address is listed twice, of which the first counts."""
    addresses = [(folder, path or "x") for _, folder, path in listed]
    return len(set(addresses)) < len(addresses)


@given(st.text(max_size=400), st.sampled_from(["", "- [x](", "- [List](/a) "]))
def test_no_text_breaks_the_reading_of_an_index(body: str, before: str) -> None:
    known = entries(before + body, "https://a.example/llms.txt")
    assert len({entry.url for entry in known}) == len(known)
    assert isinstance([entry.slug for entry in known], list)
