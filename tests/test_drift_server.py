"""Pages against the document that a server gives of itself: what both have is compared, what one lacks is listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from diglot.drift.alignment import align
from diglot.normalize import canonical
from diglot.read import read_bytes
from fetch_help import Site, html, serving, text

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def document(*operations: str, server: str | None = "https://api.example.com/v1", **more: Any) -> dict[str, Any]:
    """An OpenAPI document with operations such as `get /things`."""
    paths: dict[str, Any] = {}
    for method, path in (operation.split(" ") for operation in operations):
        names = [part[1:-1] for part in path.split("/") if part[:1] == "{"]
        parameters: list[dict[str, Any]] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
        parameters.append({"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}})
        paths.setdefault(path, {})[method] = {"parameters": parameters, "responses": {"200": {"description": "ok"}}}
    whole = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, **more}
    return whole if server is None else {**whole, "servers": [{"url": server}]}


def swagger(*operations: str, base: str) -> dict[str, Any]:
    """A Swagger 2.0 document that says nothing of what is answered, as frameworks make them."""
    paths: dict[str, Any] = {}
    for method, path in (operation.split(" ") for operation in operations):
        names = [part[1:-1] for part in path.split("/") if part[:1] == "{"]
        parameters = [{"name": name, "in": "path", "required": True, "type": "string"} for name in names]
        parameters.append({"name": "limit", "in": "query", "type": "integer", "maximum": 100})
        paths.setdefault(path, {})[method] = {"parameters": parameters, "responses": {"200": {"description": "ok"}}}
    return {"swagger": "2.0", "basePath": base, "info": {"title": "T", "version": "1"}, "paths": paths}


def compare(diglot: Run, tmp_path: Path, site: Site, pages: Any, served: Any) -> list[tuple[str, str, str, str]]:
    """What is found: rule, operation, path of the location, path of the other."""
    (tmp_path / "pages.json").write_text(json.dumps(pages, indent=1), encoding="utf-8")
    site.acts["/v1/openapi.json"] = text(json.dumps(served, indent=1), "application/json")
    arguments = ("drift", "pages.json", "--server", f"{site.url}/v1", "-C", tmp_path, "--format", "json")
    _, out, err = diglot(*arguments)
    assert f"comparing with {site.url}/v1/openapi.json" in err
    return [
        (each["rule"], each["operation"], each["location"]["path"], (each["other"] or {"path": ""})["path"])
        for each in json.loads(out)["findings"]
    ]


GET, LIST, POST = "get /things/{id}", "get /things", "post /things"
BELOW = tuple(operation.replace(" ", " /v1") for operation in (GET, LIST, POST))


@pytest.mark.parametrize(
    "served",
    [
        document(GET, LIST, POST, server="http://127.0.0.1:5000/v1"),
        document(GET, LIST, POST, server="/v1"),
        document(GET, LIST, POST, server="/"),
        document(GET, LIST, POST, server="http://127.0.0.1/gateway/v1"),
        document(GET, LIST, POST, server="{address}"),
        document(GET, LIST, POST, server=None),
        document(*BELOW, server=None),
        document(*BELOW, server="http://127.0.0.1:5000"),
        document("get /v1/things/{thing_id}", *BELOW[1:], server="/"),
        swagger(GET, LIST, POST, base="/v1"),
        swagger(*BELOW, base="/"),
    ],
)
def test_operations_are_the_same_below_any_base_path(diglot: Run, tmp_path: Path, site: Site, served: Any) -> None:
    assert compare(diglot, tmp_path, site, document(GET, LIST, POST), served) == []


@pytest.mark.parametrize("base", [None, "/", "/v1", "http://127.0.0.1:5000/v1"])
def test_pages_may_write_the_base_path_into_their_paths(diglot: Run, tmp_path: Path, site: Site, base: str) -> None:
    paths = (GET, LIST, POST) if base and base.endswith("/v1") else BELOW
    served = document(*paths, server=base)
    assert compare(diglot, tmp_path, site, document(*BELOW, server="https://api.example.com"), served) == []


def test_whole_paths_come_before_paths_as_written(diglot: Run, tmp_path: Path, site: Site) -> None:
    served = document("get /things", "get /v1/things", server=None)
    served["paths"]["/things"]["get"]["parameters"] = []
    found = compare(diglot, tmp_path, site, document("get /things"), served)
    assert found == [("operation-undocumented", "GET /things", f"{site.url}/v1/openapi.json", "")]


def test_what_only_one_has_is_listed(diglot: Run, tmp_path: Path, site: Site) -> None:
    found = compare(diglot, tmp_path, site, document(GET, LIST), document(LIST, "delete /things/{id}"))
    assert found == [
        ("operation-undocumented", "DELETE /things/{}", f"{site.url}/v1/openapi.json", ""),
        ("operation-not-on-server", "GET /things/{}", "pages.json", ""),
    ]


def test_what_both_have_is_compared_with_both_lines(diglot: Run, tmp_path: Path, site: Site) -> None:
    served = document(*BELOW, server="/")
    served["paths"]["/v1/things"]["get"]["parameters"][0]["schema"]["maximum"] = 50
    found = compare(diglot, tmp_path, site, document(GET, LIST, POST), served)
    assert found == [("bounds-differ", "GET /things", "pages.json", f"{site.url}/v1/openapi.json")]


def test_nothing_that_both_could_share(diglot: Run, tmp_path: Path, site: Site) -> None:
    found = compare(diglot, tmp_path, site, document(LIST), document("get /books"))
    assert {each[0] for each in found} == {"operation-not-on-server", "operation-undocumented"}


def test_a_webhook_is_nothing_that_a_server_lists(diglot: Run, tmp_path: Path, site: Site) -> None:
    hook = {"webhooks": {"made": {"post": {"responses": {"200": {"description": "ok"}}}}}}
    assert compare(diglot, tmp_path, site, document(LIST, **hook), document(LIST)) == []


def test_the_pages_of_this_project_against_their_own_contract(diglot: Run, site: Site) -> None:
    site.acts["/v1/openapi.yaml"] = text((ROOT / "specs/openapi.yaml").read_bytes(), "application/yaml")
    code, out, _ = diglot("drift", "-C", ROOT, "--server", f"{site.url}/v1", "--format", "json")
    assert code in (0, 1)
    found = json.loads(out)["findings"]
    assert not [each for each in found if each["rule"] in ("operation-not-on-server", "operation-undocumented")]
    assert not [each for each in found if each["rule"].startswith("server-")]


def test_what_can_not_run(diglot: Run, tmp_path: Path, site: Site) -> None:
    for arguments, words in (
        (("a.json", "b.json", "--server", site.url), "no input"),
        (("--server", "nowhere"), "http or https URL"),
        (("--server", f"{site.url}/v1"), "no OpenAPI 3.x or Swagger 2.0 document"),
    ):
        site.acts["/v1"] = html
        code, out, err = diglot("drift", "-C", ROOT, *arguments)
        assert (code, out) == (2, "")
        assert err.startswith("diglot: ")
        assert err.count("\n") == 1
        assert words in err


def test_a_document_that_is_broken_is_a_finding(diglot: Run, tmp_path: Path, site: Site) -> None:
    site.acts["/openapi.json"] = text('{"openapi": "3.1.0", "paths": {"/things": ')
    code, out, _ = diglot("drift", "-C", ROOT, "--server", site.url)
    assert code == 1
    assert f"{site.url}/openapi.json:" in out
    assert "page-block-broken" in out


def test_losses_and_marks_follow_a_path_that_is_renamed() -> None:
    served = json.dumps(document("get /v1/things/{thing_id}", server=None), indent=1).encode()
    pages = read_bytes("pages.json", json.dumps(document(GET)).encode())
    aligned = align([canonical(each) for each in pages], [canonical(each) for each in read_bytes("x.json", served)])
    (fragment,) = aligned.document
    assert [operation.path for operation in fragment.operations] == ["/things/{thing_id}"]
    assert list(fragment.document["paths"]) == ["/things/{thing_id}"]
    assert fragment.document["paths"].marks["/things/{thing_id}"].line > 1
    assert aligned.findings == ()


def test_the_server_tells_which_of_several_pages_is_stale(diglot: Run, tmp_path: Path, site: Site) -> None:
    page = "# Things\n\n## OpenAPI\n\n````yaml get /things\n{}\n````\n"
    for name, maximum in (("right", 100), ("wrong", 10)):
        whole = document(LIST)
        whole["paths"]["/things"]["get"]["parameters"][0]["schema"]["maximum"] = maximum
        (tmp_path / "pages").mkdir(exist_ok=True)
        (tmp_path / "pages" / f"{name}.md").write_text(page.format(json.dumps(whole, indent=1)), encoding="utf-8")
    site.acts["/v1/openapi.json"] = text(json.dumps(document(LIST), indent=1), "application/json")
    arguments = ("drift", "pages", "--server", f"{site.url}/v1", "-C", tmp_path, "--format", "json")
    (found,) = json.loads(diglot(*arguments)[1])["findings"]
    assert (found["rule"], found["location"]["path"]) == ("bounds-differ", "pages/wrong.md")
    assert found["evidence"]["stale"] == "pages/wrong.md"
    assert f"likely stale: pages/wrong.md: the server ({site.url}/v1/openapi.json:" in found["message"]
    assert {each["path"]: each["says"]["maximum"] for each in found["evidence"]["pages"]} == {
        "pages/right.md": 100,
        "pages/wrong.md": 10,
        f"{site.url}/v1/openapi.json": 100,
    }
