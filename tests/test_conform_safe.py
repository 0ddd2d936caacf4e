"""A run leaves everything as it was, whatever ends it; it asks before it tests a host of others; it has limits."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conform_help import CONTRACT, LAWS
from conftest import ROOT
from diglot.cli import main
from diglot.conform import Fixtures, Options, Report, Target, run
from diglot.conform.bench.journal import Journal, digest_of, opened, place_of
from diglot.conform.bench.keeper import Keeper
from diglot.conform.bench.ledger import Ledger, same
from diglot.conform.outcome import Status
from diglot.core.usage import UsageError
from diglot.serve import running
from servers.right import DATASETS, FIELDS, KEYS, Books, Choices, asgi, known, uuid_of

LAWS_ONLY = Options(engines=("laws",))
MAIN = next(key for key, name in DATASETS.items() if name == "main")
MEMBERS = ("doc_metadata", "enabled", "archived")
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where journals are kept."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


def journals(state: Path) -> list[Path]:
    return sorted(state.rglob("*.json"))


@pytest.fixture
def books() -> Books:
    """A right server's rows, some of them with values of every type."""
    made = Books(Choices(count=60))
    tag, rank, day = FIELDS
    for number, row in enumerate(made.rows["main"]):
        row["doc_metadata"] = {tag: f"价值 {number}\u2028\U0001f600", rank: number / 7, day: None} if number % 2 else {}
    made.rows["main"][1]["doc_metadata"] = {tag: "", rank: 2**53 + 1}
    return made


@pytest.fixture
def url(books: Books) -> Iterator[str]:
    with running(asgi(books)) as base:
        yield base


def rows_of(books: Books) -> Any:
    """Everything that the server holds."""
    return deepcopy(books.rows)


def unlike(before: Any, after: Any) -> list[str]:
    """The rows that differ, values compared as JSON has them."""
    return [
        f"{name}: {old['id']}: {old} != {new}"
        for name in before
        for old, new in zip(before[name], after[name], strict=True)
        if not same(old, new)
        or list(map(type, old["doc_metadata"].values())) != list(map(type, new["doc_metadata"].values()))
    ]


def conform(url: str, options: Options = LAWS_ONLY, fixtures: Fixtures | None = None) -> Report:
    return run(Target.parse(url), CONTRACT, LAWS, fixtures or known(), options)


def interrupting(law: str, count: int = 1) -> Callable[[Status], None]:
    """A progress that presses Ctrl-C when a law begins."""
    left = [count]

    def progress(status: Status) -> None:
        if status.what == law and left[0]:
            left[0] -= 1
            raise KeyboardInterrupt

    return progress


# --- what a whole run leaves behind


def test_a_run_leaves_rows_and_values_as_they_were_and_no_journal(books: Books, url: str, state: Path) -> None:
    before = rows_of(books)
    report = conform(url)
    assert report.findings == ()
    assert books.ours
    assert unlike(before, books.rows) == []
    assert journals(state) == []


def test_others_keep_what_they_write_meanwhile(books: Books, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other fields of rows that the tests wrote to, and other rows."""
    before, told, foreign, end = rows_of(books), known(), uuid_of("field", "not-ours"), Keeper.end
    monkeypatch.setitem(FIELDS, foreign, ("owner", "string"))
    written: list[str] = []

    def others_first(keeper: Keeper) -> Any:
        mine = [row for row in books.rows["main"] if row["id"] in books.ours]
        for row in (*mine[:3], books.rows["main"][-1]):
            row["doc_metadata"] = {**row["doc_metadata"], foreign: "theirs"}
            written.append(row["id"])
        books.rows["main"][-2]["archived"] = not books.rows["main"][-2]["archived"]
        return end(keeper)

    monkeypatch.setattr(Keeper, "end", others_first)
    conform(url, replace(LAWS_ONLY, only=("values.",), progress=interrupting("values.flags")), told)
    assert len(written) == 4
    for old, new in zip(before["main"], books.rows["main"], strict=True):
        theirs = {foreign: "theirs"} if new["id"] in written else {}
        wanted = {**old, "doc_metadata": {**old["doc_metadata"], **theirs}}
        wanted["archived"] ^= new is books.rows["main"][-2]
        assert same(wanted, new), [(name, wanted[name], new[name]) for name in new if new[name] != wanted[name]]


# --- Ctrl-C


@pytest.mark.parametrize("law", ["paging.total", "action.undo", "values.read-back", "input.methods"])
def test_ctrl_c_ends_with_what_was_found_and_everything_put_back(books: Books, url: str, state: Path, law: str) -> None:
    before = rows_of(books)
    report = conform(url, replace(LAWS_ONLY, progress=interrupting(law)))
    assert report.interrupted
    assert report.findings == ()
    assert unlike(before, books.rows) == []
    assert journals(state) == []


def test_a_second_ctrl_c_leaves_the_rest_to_the_journal(
    books: Books, url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, said = rows_of(books), []

    def pressed(_ledger: Ledger) -> Any:
        raise KeyboardInterrupt

    def begin(status: Status) -> None:
        if status.what == "values.replace":
            monkeypatch.setattr(Ledger, "put_back", pressed)
            raise KeyboardInterrupt

    options = replace(LAWS_ONLY, progress=begin, say=lambda phrase, **words: said.append((phrase, words)))
    report = conform(url, options)
    monkeypatch.undo()
    os.environ["XDG_STATE_HOME"] = str(state)
    assert report.interrupted
    (path,) = journals(state)
    assert [(phrase, words["path"]) for phrase, words in said] == [("journal-kept", path)]
    assert unlike(before, books.rows)
    said.clear()
    conform(url, replace(options, progress=None, only=("paging.total", "action.empty")))
    assert [phrase for phrase, _ in said] == ["journal-replayed"]
    assert unlike(before, books.rows) == []
    assert journals(state) == []


# --- a process of its own


@pytest.fixture
def fixtures_file(tmp_path: Path) -> Path:
    told = known()
    assert told.other_tenant is not None
    lines = [f'token = "{told.token.value}"', f'dataset = "{told.dataset}"', f'other_dataset = "{told.other_dataset}"']
    lines += [
        "[other_tenant]",
        f'token = "{told.other_tenant.token.value}"',
        f'dataset = "{told.other_tenant.dataset}"',
    ]
    for one in told.metadata_fields:
        lines += ["[[metadata_field]]", f'id = "{one.id}"', f'name = "{one.name}"', f'type = "{one.type}"']
    path = tmp_path / "fixtures.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def start(url: str, fixtures_file: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "diglot", "conform", "-C", ROOT, url, "--fixtures", fixtures_file, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def once_written(books: Books, process: subprocess.Popen[str], more: int = 1) -> None:
    """Wait until the process has written to rows, and has sent some more requests."""
    ids = {row["id"] for rows in books.rows.values() for row in rows}
    while process.poll() is None and not books.ours & ids:
        time.sleep(0.001)
    reached = books.served + more
    while process.poll() is None and books.served < reached:
        time.sleep(0.0005)


@pytest.mark.parametrize("engine", ["laws", "fuzz"])
@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_is_undone_by_the_next(
    books: Books, url: str, state: Path, fixtures_file: Path, seed: int, engine: str, diglot: Command
) -> None:
    before, chance = rows_of(books), random.Random(seed)
    with start(url, fixtures_file, "--only", engine) as process:
        once_written(books, process, chance.randrange(1, 120 if engine == "laws" else 30))
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    (path,) = journals(state)
    text = path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(key not in text for key in KEYS)
    assert "word_count" not in text
    code, out, err = diglot("conform", "-C", ROOT, url, "--fixtures", fixtures_file, "--only", "laws")
    assert (code, [line for line in out.splitlines() if "error" in line]) == (0, [])
    assert "interrupted run" in err
    assert unlike(before, books.rows) == []
    assert journals(state) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_in_order(
    books: Books, url: str, state: Path, fixtures_file: Path, number: signal.Signals
) -> None:
    before = rows_of(books)
    with start(url, fixtures_file) as process:
        once_written(books, process, 40)
        process.send_signal(number)
        _, err = process.communicate()
    assert process.returncode == 2
    assert "Traceback" not in err
    assert err.strip().splitlines()[-1].startswith("interrupted")
    assert unlike(before, books.rows) == []
    assert journals(state) == []


# --- the journal


def left_behind(books: Books, url: str, state: Path) -> Path:
    """The journal of a run that was killed: two rows are not as they were."""
    tag = next(iter(FIELDS))
    first, second = books.rows["main"][1], books.rows["main"][7]
    with opened(url, MAIN) as journal:
        place = "GET /datasets/{}/documents", ""
        rows = {
            row["id"]: {name: value for name, value in books.shown(row).items() if name in MEMBERS}
            for row in (first, second)
        }
        journal.record({place: rows}, {tag: {digest_of("diglot 1")}})
    first["doc_metadata"] = {tag: "diglot 1"}
    second["archived"] = True
    (path,) = journals(state)
    return path


def test_what_was_left_behind_is_put_back_first_and_said(books: Books, url: str, state: Path) -> None:
    before, said = rows_of(books), []
    left_behind(books, url, state)
    options = replace(LAWS_ONLY, only=("action.empty",), say=lambda phrase, **words: said.append((phrase, words)))
    conform(url, options)
    (told,) = said
    assert told[0] == "journal-replayed"
    assert (told[1]["count"], told[1]["left"]) == (2, 0)
    assert unlike(before, books.rows) == []
    assert journals(state) == []


def test_what_others_wrote_since_is_theirs(books: Books, url: str, state: Path) -> None:
    path = left_behind(books, url, state)
    tag, rank, _ = FIELDS
    books.rows["main"][1]["doc_metadata"] = {tag: "somebody's", rank: 5}
    books.rows["main"].remove(books.rows["main"][7])
    conform(url, replace(LAWS_ONLY, only=("action.empty",)))
    assert books.rows["main"][1]["doc_metadata"] == {tag: "somebody's", rank: 5}
    assert not path.exists()


def test_a_run_that_only_reads_mentions_what_was_left_behind(
    books: Books, url: str, state: Path, fixtures_file: Path, diglot: Command
) -> None:
    path = left_behind(books, url, state)
    before = rows_of(books)
    code, _, err = diglot("conform", "-C", ROOT, url, "--fixtures", fixtures_file, "--read-only", "--only", "laws")
    assert code == 0
    assert str(path) in err
    assert "without --read-only" in err
    assert rows_of(books) == before
    assert path.exists()


def test_a_second_run_at_the_same_time_is_refused(books: Books, url: str, fixtures_file: Path, diglot: Command) -> None:
    with opened(url, MAIN):
        code, out, err = diglot("conform", "-C", ROOT, url, "--fixtures", fixtures_file)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "another run tests" in err
    assert books.ours == set()
    with opened(url, MAIN) as journal:  # and it is free again
        assert not journal.rows


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "rows": [5], "wrote": {}}', "[" * 9999, "\x00"])
def test_a_journal_that_cannot_be_read_is_one_line(books: Books, url: str, state: Path, text: str) -> None:
    path = place_of(url, MAIN)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read") as caught:
        conform(url)
    assert str(path) in str(caught.value)
    assert books.ours == set()
    assert path.exists()


def test_a_folder_that_cannot_be_written_is_said_and_no_more(
    books: Books, url: str, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    before, said = rows_of(books), []
    options = replace(LAWS_ONLY, only=("action.",), say=lambda phrase, **_: said.append(phrase))
    report = conform(url, options)
    assert said == ["journal-unwritable"]
    assert [one.what for one in report.not_exercised] == ["journal"]
    assert unlike(before, books.rows) == []


def test_a_server_that_does_not_take_back_what_was_left_is_one_line(books: Books, url: str, state: Path) -> None:
    path = left_behind(books, url, state)
    with (
        running(asgi(Books(replace(books.choices, lacks="metadata")))) as other,
        pytest.raises(UsageError, match="404"),
    ):
        conform(other, fixtures=replace(known(), dataset=uuid_of("nowhere")))
    assert path.exists()


def test_the_journal_keeps_the_oldest_row_and_forgets_what_is_settled(state: Path) -> None:
    place = "GET /a", ""
    with opened("http://a", "d") as journal:
        journal.record({place: {"1": {"x": 1}, "2": {"x": 1}}}, {})
        journal.record({place: {"1": {"x": 2}}}, {"f": {"0"}})
        assert json.loads(journal.path.read_text())["rows"][0]["rows"]["1"] == {"x": 1}
        journal.settle(place, ["2", "3"])
    with opened("http://a", "d") as again:
        assert again.rows == {place: {"1": {"x": 1}}}
        assert again.left == {(place, "1")}
        again.settle(place, ["1"])
        assert not again.path.exists()
    assert list((state / "diglot" / "conform").iterdir()) == []


def test_journals_differ_by_server_and_dataset() -> None:
    assert len({place_of(*pair) for pair in (("a", "b"), ("a", "c"), ("b", "b"), ("a\nb", ""))}) == 4
    assert place_of("a", "b").is_absolute()


def test_a_relative_state_folder_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "here")
    assert place_of("a", "b").is_relative_to(Path.home())


def test_a_full_disk_does_not_end_the_run(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with opened("http://a", "d") as journal:
        monkeypatch.setattr(os, "fsync", full)
        journal.record({("GET /a", ""): {"1": {}}}, {})
        assert journal.failure == "No space left on device"
        assert isinstance(journal, Journal)


# --- limits


def test_no_more_requests_than_allowed_for_both_engines(books: Books, url: str) -> None:
    before = rows_of(books)
    report = conform(url, replace(Options(max_requests=60), journal=False))
    needed_to_put_back = 20
    assert books.served == report.requests <= 60 + needed_to_put_back
    assert any("more than 60 requests" in one.needs for one in report.not_exercised)
    assert unlike(before, books.rows) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--rate", "0"),
        ("--rate", "-1"),
        ("--rate", "nan"),
        ("--rate", "fast"),
        ("--budget", "0"),
        ("--budget", "inf"),
        ("--budget", "NaN"),
        ("--timeout", "-0.5"),
        ("--timeout", ""),
        ("--max-requests", "0"),
        ("--max-requests", "1.5"),
        ("--max-requests", "-7"),
        ("--allow-host", "http://x/"),
        ("--allow-host", ""),
    ],
)
def test_limits_that_are_none_are_one_line(arguments: tuple[str, str], diglot: Command) -> None:
    code, out, err = diglot("conform", "-C", ROOT, "http://127.0.0.1:9/v1", "--dataset", "d", *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert arguments[0] in err


# --- hosts


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("http://localhost:8000/v1", None),
        ("http://LOCALHOST/v1", None),
        ("http://127.0.0.1/v1", None),
        ("http://127.255.3.4:5/v1", None),
        ("http://[::1]:8000/v1", None),
        ("https://api.example.com/v1", ("api.example.com", None)),
        ("https://API.example.com.:8443/v1", ("api.example.com", 8443)),
        ("http://localhost.example.com/", ("localhost.example.com", None)),
        ("http://127.0.0.1.example.com/", ("127.0.0.1.example.com", None)),
        ("http://0.0.0.0/", ("0.0.0.0", None)),
        ("http://10.0.0.1/", ("10.0.0.1", None)),
        ("http://[fe80::1]/", ("fe80::1", None)),
    ],
)
def test_what_is_not_this_machine(url: str, remote: tuple[str, int | None] | None) -> None:
    assert Target.parse(url).remote == remote


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    err = Terminal()
    code = main(["conform", "-C", str(ROOT), REMOTE, "--dataset", "the-dataset", *arguments], io.StringIO(), err)
    return code, err.getvalue()


REMOTE = "http://nobody.invalid:9/v1"  # RFC 6761: no such name is ever resolved
GONE_THERE = "cannot reach"


def test_a_host_of_others_is_asked_about_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = at_terminal(monkeypatch, "n\n")
    assert code == 2
    assert "nobody.invalid" in said
    assert "the-dataset" in said
    assert "changed and put back" in said
    assert GONE_THERE not in said
    assert GONE_THERE in at_terminal(monkeypatch, "y\n")[1]
    assert GONE_THERE not in at_terminal(monkeypatch, "")[1]
    assert "nothing changed" in at_terminal(monkeypatch, "n\n", "--read-only")[1]
    assert "不是本机" in at_terminal(monkeypatch, "n\n", "--lang", "zh")[1]


@pytest.mark.parametrize(
    ("arguments", "goes"),
    [
        ((), False),
        (("--allow-host", "other.invalid"), False),
        (("--allow-host", "nobody.invalid:10"), False),
        (("--allow-host", "other.invalid", "--allow-host", "NOBODY.invalid"), True),
        (("--allow-host", "nobody.invalid:9"), True),
        (("--yes",), True),
    ],
)
def test_a_host_of_others_is_allowed_by_name(arguments: tuple[str, ...], goes: bool, diglot: Command) -> None:
    code, out, err = diglot("conform", "-C", ROOT, REMOTE, "--dataset", "d", *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert (GONE_THERE in err) == goes
    assert goes or "--allow-host nobody.invalid" in err


def test_signals_are_as_before_after_a_command(diglot: Command) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    diglot("conform", "-C", ROOT, "http://127.0.0.1:9/v1", "--dataset", "d")
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before
    with contextlib.ExitStack() as stack:  # another thread has no say about signals
        outcome: list[int] = []
        thread = threading.Thread(
            target=lambda: outcome.append(
                main(["conform", "-C", str(ROOT), "http://127.0.0.1:9"], io.StringIO(), io.StringIO())
            )
        )
        thread.start()
        stack.callback(thread.join)
    assert outcome == [2]
