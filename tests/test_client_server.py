"""The project's own generated client against the reference server, as a user would call it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest

import dify_knowledge as dk
from diglot.serve import demo, running

DEMO = demo()
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running() as base_url:
        yield base_url


@pytest.fixture
def client(server: str) -> Iterator[dk.DifyKnowledge]:
    with dk.DifyKnowledge(DEMO.token, base_url=server) as client:
        yield client


def test_a_listing_to_its_end(client: dk.DifyKnowledge) -> None:
    rows = list(client.list_documents(DEMO.dataset, limit=500))
    assert len({row.id for row in rows}) == len(rows) == 130
    page = client.list_documents(DEMO.dataset, limit=50, page=3)
    assert (len(page.data), page.total, page.has_more, page.next_page()) == (30, 130, False, None)
    assert [row.id for row in page.data] == [row.id for row in rows[100:]]
    assert list(client.list_documents(DEMO.empty_dataset)) == []


def test_filters(client: dk.DifyKnowledge) -> None:
    assert all("指南" in row.name for row in client.list_documents(DEMO.dataset, keyword="指南"))
    disabled = client.list_documents(DEMO.dataset, status="disabled")
    assert disabled.total
    assert {row.display_status for row in disabled} == {"disabled"}


def test_disable_a_batch_and_read_it_back(client: dk.DifyKnowledge) -> None:
    two = client.list_documents(DEMO.other_dataset, status="available", limit=2).data
    done = client.batch_update_document_status(DEMO.other_dataset, "disable", document_ids=[row.id for row in two])
    assert done.result == "success"
    now = {row.id: row for row in client.list_documents(DEMO.other_dataset)}
    assert [now[row.id].enabled for row in two] == [False, False]
    assert all(now[row.id].disabled_at for row in two)


def test_update_metadata_and_read_it_back(client: dk.DifyKnowledge) -> None:
    author, version, *_ = DEMO.metadata_fields
    row = client.list_documents(DEMO.dataset, limit=1).data[0]
    values = [
        dk.models.MetadataValue(id=author.id, name=author.name, value="李雷"),
        dk.models.MetadataValue(id=version.id, name=version.name, value=5),
    ]
    change = dk.models.DocumentMetadataOperation(document_id=str(row.id), metadata_list=values)
    assert client.batch_update_document_metadata(DEMO.dataset, operation_data=[change]).result == "success"
    again = client.list_documents(DEMO.dataset, limit=1).data[0].model_dump(mode="json", by_alias=True)
    assert {value["name"]: value["value"] for value in again["doc_metadata"]} == {author.name: "李雷", version.name: 5}


def test_each_refusal_is_an_exception_of_its_own(client: dk.DifyKnowledge, server: str) -> None:
    with pytest.raises(dk.NotFound) as missing:
        client.list_documents(NOBODY)
    assert (missing.value.status, missing.value.code) == (404, "not_found")
    assert missing.value.request is not None
    assert missing.value.request.url == f"{server}/datasets/{NOBODY}/documents"
    with pytest.raises(dk.Forbidden):
        client.list_documents(DEMO.api_disabled_dataset)
    with pytest.raises(dk.NotFound):
        client.list_documents(DEMO.foreign_dataset)
    with pytest.raises(dk.Unauthorized), dk.DifyKnowledge("wrong-key", base_url=server) as stranger:
        stranger.list_documents(DEMO.dataset)
    unfinished = client.list_documents(DEMO.dataset, status="indexing", limit=1).data
    with pytest.raises(dk.InvalidAction) as refused:
        client.batch_update_document_status(DEMO.dataset, "disable", document_ids=[row.id for row in unfinished])
    assert isinstance(refused.value, dk.BadRequest)


def test_a_server_that_is_down() -> None:
    with running() as base_url:
        pass
    with (
        dk.DifyKnowledge(DEMO.token, base_url=base_url, retries=0) as client,
        pytest.raises(dk.ConnectionFailed, match="is the server up"),
    ):
        client.list_documents(DEMO.dataset)


def test_two_hundred_calls_at_once(server: str) -> None:
    async def main() -> list[int]:
        async with dk.AsyncDifyKnowledge(DEMO.token, base_url=server) as client:

            async def once(number: int) -> int:
                page = await client.list_documents(DEMO.dataset, page=number % 7 + 1)
                return len(page.data)

            return list(await asyncio.gather(*(once(number) for number in range(200))))

    sizes = asyncio.run(main())
    assert sizes == [20 if number % 7 < 6 else 10 for number in range(200)]


def test_the_async_client_does_the_same(server: str) -> None:
    async def main() -> tuple[int, str]:
        async with dk.AsyncDifyKnowledge(DEMO.token, base_url=server) as client:
            rows = [row async for row in client.list_documents(DEMO.dataset, limit=100)]
            done = await client.batch_update_document_status(DEMO.dataset, "archive", document_ids=[])
            return len(rows), done.result

    assert asyncio.run(main()) == (130, "success")


def test_importing_the_package_imports_nothing_heavy() -> None:
    check = (
        "import sys, dify_knowledge\n"
        "heavy = {'pydantic', 'httpx2', 'asyncio'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "dify_knowledge.NotFound, dify_knowledge.DifyKnowledge"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", check], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
