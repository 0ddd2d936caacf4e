"""`diglot conform` and `diglot serve` at the command line: exit codes, one clear line, and never a key."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from diglot.serve import demo, running
from diglot.serve.faults import FAULTS

Diglot = Callable[..., tuple[int, str, str]]
TOTALS_THE_PAGE = next(fault for fault in FAULTS if fault.name == "totals the page")
KEY = "a-key-that-nobody-may-see"
DATASET = demo().dataset


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFY_API_KEY", KEY)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    path = tmp_path / "fixtures.toml"
    known = demo()
    path.write_text(f'token = "{known.token}"\ndataset = "{known.dataset}"\n', encoding="utf-8")
    return path


@pytest.fixture
def conform(diglot: Diglot) -> Diglot:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code, out, err = diglot("conform", "-C", ROOT, *arguments)
        for key in (KEY, demo().token, demo().foreign_token):
            assert key not in out + err
        assert "Traceback" not in out + err
        return code, out, err

    return run


def line(outcome: tuple[int, str, str]) -> str:
    """The one line that a run which could not be done says."""
    code, out, err = outcome
    assert (code, out) == (2, "")
    (said,) = err.strip().splitlines()
    return said


def web_page(status: int, text: str, media: bytes = b"text/html") -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", media)]})
            await send({"type": "http.response.body", "body": text.encode()})

    return app


def test_nobody_there(conform: Diglot) -> None:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{holder.getsockname()[1]}/v1"
        said = line(conform(url, "--dataset", DATASET))
    assert url in said
    assert "is the server running" in said


def test_a_wrong_key(conform: Diglot, server: str) -> None:
    said = line(conform(server, "--dataset", DATASET))
    assert "refused the key: 401" in said


def test_a_wrong_place(conform: Diglot, server: str, fixtures: Path) -> None:
    assert "404" in line(conform(server + "/nowhere", "--fixtures", fixtures))


def test_a_web_page_is_one_finding(conform: Diglot) -> None:
    with running(web_page(200, "<h1>It works!</h1>")) as url:
        code, out, _ = conform(url, "--dataset", DATASET)
    assert code == 1
    assert "contract-not-served" in out
    assert out.count(" error ") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "fixtures.toml"),
        ("token = ", "fixtures.toml"),
        ("tokne = 'x'", "unknown key 'tokne'"),
        ("token = 'env:NOT_SET_AT_ALL'", "NOT_SET_AT_ALL is not set"),
        ("dataset = 5", "dataset must be text"),
    ],
)
def test_fixtures_that_cannot_be_used(conform: Diglot, tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "fixtures.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert said in line(conform("http://127.0.0.1:1", "--fixtures", path))


@pytest.mark.parametrize(
    "text", ["", "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {}\n", "a: [", "# A page\n"]
)
def test_a_contract_without_operations(conform: Diglot, tmp_path: Path, text: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    assert "spec.yaml" in line(conform("http://127.0.0.1:1", "--spec", path))


def test_no_contract_at_all(diglot: Diglot, tmp_path: Path) -> None:
    code, out, err = diglot("conform", "-C", tmp_path, "http://127.0.0.1:1")
    assert (code, out) == (2, "")
    assert "specs/openapi.yaml" in err
    assert "--spec" in err


@pytest.mark.parametrize("target", ["ftp://x/", "http://", "no target", "http://user:secret@host/"])
def test_no_target(conform: Diglot, target: str) -> None:
    assert "secret" not in line(conform(target, "--dataset", DATASET))


def test_a_right_server_in_json(conform: Diglot, server: str, fixtures: Path) -> None:
    code, out, _ = conform(server, "--fixtures", fixtures, "--only", "laws", "--format", "json")
    value = json.loads(out)
    assert code == 0
    assert set(value) == {"summary", "findings", "not_exercised"}
    assert set(value["summary"]) == {"requests", "seconds", "operations", "laws"}
    assert value["findings"] == []
    assert value["summary"]["operations"] == 3
    assert 100 < value["summary"]["requests"] <= 400
    assert all(set(one) == {"what", "needs"} for one in value["not_exercised"])
    assert any("empty_dataset" in one["needs"] for one in value["not_exercised"])


def test_a_wrong_server(conform: Diglot, fixtures: Path) -> None:
    with running(TOTALS_THE_PAGE.make()) as url:
        arguments = (url, "--fixtures", fixtures, "--only", "laws", "--read-only")
        code, out, _ = conform(*arguments, "--format", "json")
        chinese = conform(*arguments, "--lang", "zh")
    assert code == 1
    assert [one["rule"] for one in json.loads(out)["findings"]] == ["total-wrong"]
    assert chinese[0] == 1
    assert "total-wrong" in chinese[1]
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese[1] + chinese[2])


def test_read_only_says_what_it_left_out(conform: Diglot, server: str, fixtures: Path) -> None:
    code, out, _ = conform(server, "--fixtures", fixtures, "--only", "laws", "--read-only", "--format", "json")
    left_out = [one["what"] for one in json.loads(out)["not_exercised"] if "--read-only" in one["needs"]]
    assert code == 0
    assert any(what.startswith("action.effect") for what in left_out)


def test_a_busy_port(diglot: Diglot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, err = diglot("serve", "-C", ROOT, "--port", str(taken.getsockname()[1]))
    assert (code, out) == (2, "")
    assert "Address already in use" in err
    assert len(err.strip().splitlines()) == 1
