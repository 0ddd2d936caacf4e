"""Groups, streams of events, choices between models and forms, in small contracts made up for them."""

from __future__ import annotations

import asyncio
import copy
import importlib
import io
import itertools
import json
import sys
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest

from diglot.render import Options
from diglot.render.contract.groups import Group
from diglot.render.contract.naming import item_name, property_name
from diglot.render.contract.view import build_view
from quality_help import mypy, ruff
from render_help import rendered, write

BASE = "http://zoo.example"


def cat(**more: Any) -> dict[str, Any]:
    """The schema of one animal, told by its kind."""
    return {"type": "object", "required": ["kind", "lives"], "properties": {"lives": {"type": "integer"}, **more}}


def answer(media: str, schema: Any) -> dict[str, Any]:
    return {"200": {"description": "d", "content": {media: {"schema": schema}}}}


CONTRACT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Zoo", "version": "1"},
    "paths": {
        "/ask": {
            "post": {
                "operationId": "ask",
                "tags": ["Big Questions", "Animals"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["question", "stream"],
                                "properties": {"question": {"type": "string"}, "stream": {"type": "boolean"}},
                            }
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "d",
                        "content": {
                            "application/json": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}},
                            "text/event-stream": {"schema": {"$ref": "#/components/schemas/Happening"}},
                        },
                    }
                },
            }
        },
        "/animals": {
            "get": {
                "operationId": "listAnimals",
                "tags": ["Animals"],
                "responses": answer(
                    "application/json", {"type": "array", "items": {"$ref": "#/components/schemas/Animal"}}
                ),
            },
            "post": {
                "operationId": "addAnimal",
                "tags": ["Animals"],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Food"}}},
                },
                "responses": {"204": {"description": "d"}},
            },
        },
        "/photos": {
            "post": {
                "operationId": "addPhotos",
                "tags": ["animals-of-old"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "encoding": {"note": {"contentType": "text/markdown"}},
                            "schema": {
                                "type": "object",
                                "required": ["photo"],
                                "properties": {
                                    "photo": {"type": "string", "format": "binary"},
                                    "others": {"type": "array", "items": {"type": "string", "format": "binary"}},
                                    "about": {"type": "object", "properties": {"name": {"type": "string"}}},
                                    "note": {"type": "string"},
                                    "years": {"type": "array", "items": {"type": "integer"}},
                                },
                            },
                        }
                    },
                },
                "responses": {"204": {"description": "d"}},
            }
        },
        "/map": {
            "get": {
                "operationId": "bigQuestions",
                "responses": answer("image/png", {"type": "string", "format": "binary"}),
            }
        },
    },
    "components": {
        "schemas": {
            "Happening": {
                "oneOf": [{"$ref": "#/components/schemas/Born"}, {"$ref": "#/components/schemas/Fed"}],
                "discriminator": {"propertyName": "event", "mapping": {"born": "#/components/schemas/Born"}},
            },
            "Born": {
                "type": "object",
                "required": ["event"],
                "properties": {"event": {"type": "string"}, "at": {"type": "integer"}, "born": {"type": "string"}},
            },
            "Fed": {"type": "object", "properties": {"event": {"type": "string"}, "by": {"type": "string"}}},
            "Animal": {"oneOf": [cat(kind={"const": "cat"}), cat(kind={"enum": ["dog", "wolf"]})]},
            "Food": {
                "discriminator": {"propertyName": "kind", "mapping": {"meat": "Meat", "hay": "Hay"}},
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"type": "string"}},
            },
            "Meat": {"allOf": [{"$ref": "#/components/schemas/Food"}, {"properties": {"raw": {"type": "boolean"}}}]},
            "Hay": {"allOf": [{"$ref": "#/components/schemas/Food"}]},
        }
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zoo")
    write(rendered({"en": CONTRACT}, package="zoo_client", client="Zoo", environment="ZOO"), folder)
    return folder


@pytest.fixture(scope="module")
def zoo(folder: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(folder))
    yield importlib.import_module("zoo_client")
    sys.path.remove(str(folder))


class Pieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that comes in pieces, and may break."""

    def __init__(self, pieces: list[bytes], error: Exception | None = None) -> None:
        self.pieces, self.error = pieces, error

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.error:
            raise self.error

    async def __aiter__(self) -> Any:
        for piece in self:
            yield piece


class Zoo:
    """The client, synchronous or not, before a server that always answers the same."""

    def __init__(self, zoo: ModuleType, is_async: bool) -> None:
        self.zoo, self.is_async = zoo, is_async
        self.requests: list[httpx2.Request] = []
        self.response = httpx2.Response(204)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self.response

    async def handle_async(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        return self.handle(request)

    def call(self, name: str, **arguments: Any) -> Any:
        """The result of a plain method."""
        return self.run(lambda client: getattr(client, name)(**arguments), self._awaited(name, arguments))

    def stream(self, name: str, take: int | None = None, **arguments: Any) -> list[Any]:
        """What a stream gives; after `take` of it the block is left."""

        def read(client: Any) -> list[Any]:
            with getattr(client, name)(**arguments) as stream:
                return list(itertools.islice(stream, take))

        async def read_async(client: Any) -> list[Any]:
            found: list[Any] = []
            async with await getattr(client, name)(**arguments) as stream:
                async for value in stream:
                    found.append(value)
                    if len(found) == take:
                        break
            return found

        return list(self.run(read, read_async))

    def _awaited(self, name: str, arguments: dict[str, Any]) -> Any:
        async def call(client: Any) -> Any:
            return await getattr(client, name)(**arguments)

        return call

    def run(self, call: Any, call_async: Any) -> Any:
        if not self.is_async:
            with httpx2.Client(transport=httpx2.MockTransport(self.handle)) as http:
                return call(self.zoo.Zoo("key", base_url=BASE, http_client=http, retries=0))

        async def main() -> Any:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle_async)) as http:
                return await call_async(self.zoo.AsyncZoo("key", base_url=BASE, http_client=http, retries=0))

        return asyncio.run(main())


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def caller(zoo: ModuleType, request: pytest.FixtureRequest) -> Zoo:
    return Zoo(zoo, request.param)


def events(*pieces: bytes, error: Exception | None = None, **headers: str) -> httpx2.Response:
    media = headers.get("media", "text/event-stream; charset=utf-8")
    return httpx2.Response(200, headers={"content-type": media}, stream=Pieces(list(pieces), error))


class TestGroups:
    """One class a tag."""

    def groups(self, *languages: str, tags: dict[str, list[str]] | None = None) -> list[Group]:
        documents = {}
        for language in languages:
            documents[language] = copy.deepcopy(CONTRACT)
            if language == "zh":
                for number, item in enumerate(documents[language]["paths"].values()):
                    for operation in item.values():
                        operation["tags"] = (tags or {}).get(operation["operationId"], [f"标签{number}"])
        return list(build_view(documents, Options(), {}).groups)

    def test_the_first_tag_counts_and_none_is_the_client_alone(self) -> None:
        found = [(group.name, group.attribute, [each.name for each in group.operations]) for group in self.groups("en")]
        assert found == [
            ("BigQuestions", "big_questions_", ["ask", "ask_stream"]),  # a method is called big_questions
            ("Animals", "animals", ["list_animals", "add_animal"]),
            ("AnimalsOfOld", "animals_of_old", ["add_photos"]),
            ("Untagged", "", ["big_questions", "big_questions_stream"]),
        ]

    def test_a_tag_that_has_no_ascii_is_named_by_the_english_edition_or_by_the_paths(self) -> None:
        assert [group.attribute for group in self.groups("zh", "en")][:3] == [
            "big_questions_",
            "animals",
            "animals_of_old",
        ]
        assert [group.attribute for group in self.groups("zh")] == ["ask_", "animals", "photos", "map"]

    def test_a_tag_takes_the_name_of_no_other_module(self, folder: Path) -> None:
        contract = copy.deepcopy(CONTRACT)
        common = [path.stem for path in (folder / "zoo_client").glob("_*.py") if path.stem != "__init__"]
        for name in common:
            operation = {"operationId": f"do{name}", "tags": [name], "responses": {}}
            contract["paths"][f"/tag/{name}"] = {"get": operation}
        groups = build_view({"en": contract}, Options(), {}).groups
        taken = [f"{prefix}{group.module}" for group in groups for prefix in ("_", "_async_")]
        assert len(set(taken)) == len(taken)
        own = {group.module for group in build_view({"en": CONTRACT}, Options(), {}).groups}
        fixed = {name for name in common if name.removeprefix("_async").strip("_") not in own}
        assert not fixed & set(taken)

    def test_both_ways_to_a_method_are_one_method(self, zoo: ModuleType) -> None:
        with zoo.Zoo("key", base_url=BASE) as client:
            assert client.animals._transport is client._transport
            assert type(client.animals).list_animals is zoo.Zoo.list_animals
            assert "list_animals" in dir(client)

    def test_the_code_is_typed_and_in_style(self, folder: Path) -> None:
        assert mypy(folder, "zoo_client") == ""
        assert ruff(folder, "check") == ""
        assert ruff(folder, "format", "--check") == ""


class TestNames:
    """Names of models without one."""

    @pytest.mark.parametrize(
        ("name", "one"),
        [
            ("ChatFiles", "ChatFile"), ("Categories", "Category"), ("Boxes", "Box"), ("Classes", "Class"),
            ("DocMetadata", "DocMetadataItem"), ("RowStatus", "RowStatusItem"), ("Data", "DataItem"),
            ("Analysis", "AnalysisItem"), ("ListTagsResponse", "ListTagsItem"), ("Addresses", "Address"),
            ("Series", "SeriesItem"), ("Urls", "Url"),
        ],
    )  # fmt: skip
    def test_an_item(self, name: str, one: str) -> None:
        assert item_name(name) == one

    def test_a_property(self) -> None:
        assert property_name("Select", "Select", "select") == ["SelectContent"]
        assert property_name("Order", "Order", "line_items") == ["OrderLineItems"]
        long = "CreateDocumentFromTextRequestProcessRuleRules"
        assert property_name(long, "CreateDocumentFromTextRequest", "segmentation") == [
            "CreateDocumentFromTextRequestSegmentation",
            f"{long}Segmentation",
        ]


class TestParser:
    """The HTML standard, section 9.2."""

    STREAM = (
        b"\xef\xbb\xbf: a comment\r\nid: 7\nevent: born\rdata: \xe5\x90\x8d\r\ndata:  two\ndata\n\n"
        b"retry: 1500\nevent: ping\n\nretry: 1x\nid: a\0b\nunknown: x\ndata:x:y\r\r"
        b"data: \xff\xe2\x80\xa8end\n\ndata: cut"
    )

    def expected(self, zoo: ModuleType) -> list[Any]:
        return [
            zoo.ServerSentEvent("born", "名\n two\n", "7"),
            zoo.ServerSentEvent("message", "x:y", "7", 1500),
            zoo.ServerSentEvent("message", "\ufffd\u2028end", "7", 1500),
        ]

    def test_chunks_may_end_anywhere(self, zoo: ModuleType) -> None:
        sse = importlib.import_module("zoo_client._sse")
        for size in range(1, len(self.STREAM) + 1):
            parser = sse.Parser()
            pieces = [self.STREAM[start : start + size] for start in range(0, len(self.STREAM), size)]
            assert [event for piece in pieces for event in parser.feed(piece)] == self.expected(zoo), size

    def test_an_event_without_end_is_not_kept(self, zoo: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        sse = importlib.import_module("zoo_client._sse")
        monkeypatch.setattr(sse, "MAX_EVENT", 1000)
        for piece in (b"data: " + b"x" * 90, b"data: x\n" * 12):
            parser = sse.Parser()
            with pytest.raises(sse.EventTooLong):
                list(itertools.chain.from_iterable(parser.feed(piece) for _ in range(20)))
        parser = sse.Parser()
        assert len([event for _ in range(50) for event in parser.feed(b"data: " + b"x" * 90 + b"\n\n")]) == 50


class TestEvents:
    """Answers that are read event by event."""

    def test_each_event_is_held_against_its_own_model(self, caller: Zoo) -> None:
        models = caller.zoo.models
        said = [{"event": "born", "at": 5, "more": None}, {"event": "Fed", "by": "me"}, {"event": "slept", "x": [1]}]
        caller.response = events(b": hi\n\n", *(f"data: {json.dumps(each)}\n\n".encode() for each in said))
        found = caller.stream("ask_stream", question="?")
        assert [type(each) for each in found] == [models.Born, models.Fed, caller.zoo.UnknownVariant]
        assert [each.model_dump(exclude_unset=True) for each in found] == said
        (request,) = caller.requests
        assert json.loads(request.content) == {"question": "?", "stream": True}
        assert request.headers["accept"] == "text/event-stream"
        assert caller.response.is_closed

    def test_the_plain_way_asks_for_the_whole(self, caller: Zoo) -> None:
        caller.response = httpx2.Response(200, json={"a": "!"})
        assert caller.call("ask", question="?").a == "!"
        assert json.loads(caller.requests[0].content) == {"question": "?", "stream": False}
        assert caller.requests[0].headers["accept"] == "application/json"

    @pytest.mark.parametrize(
        ("data", "pointer", "got"),
        [
            (b'{"event": "born", "at": "5"}', "/at", "'5'"),
            (b'{"event": "born", "born": 5}', "/born", "5"),
            (b'{"at": 5}', "", "{'at': 5}"),
            (b"{", "", "'{' (text/event-stream; charset=utf-8): Invalid JSON: "),
        ],
    )
    def test_an_event_that_does_not_fit_says_where(self, caller: Zoo, data: bytes, pointer: str, got: str) -> None:
        caller.response = events(b"data: " + data + b"\n\n")
        with pytest.raises(caller.zoo.ResponseInvalid) as caught:
            caller.stream("ask_stream", question="?")
        assert (caught.value.pointer, caught.value.body) == (pointer, data)
        assert caught.value.got.startswith(got)
        assert caller.response.is_closed

    def test_it_ends_at_done_and_leaving_early_gives_the_connection_back(self, caller: Zoo) -> None:
        fed = b'data: {"event": "Fed"}\n\n'
        caller.response = events(fed, b"data: [DONE]\n\n", fed)
        assert len(caller.stream("ask_stream", question="?")) == 1
        caller.response = events(fed, fed, fed)
        assert len(caller.stream("ask_stream", take=2, question="?")) == 2
        assert caller.response.is_closed

    def test_failures_come_before_the_first_event(self, caller: Zoo) -> None:
        caller.response = httpx2.Response(404, json={"code": "gone", "message": "no"})
        with pytest.raises(caller.zoo.NotFound, match="no"):
            caller.stream("ask_stream", question="?")
        caller.response = events(b"<html>", media="text/html")
        with pytest.raises(caller.zoo.ResponseInvalid, match="text/html"):
            caller.stream("ask_stream", question="?")
        caller.response = events(b"data: ", error=httpx2.ReadError("cut"))
        with pytest.raises(caller.zoo.ConnectionFailed):
            caller.stream("ask_stream", question="?")

    def test_bytes_as_they_arrive(self, caller: Zoo, tmp_path: Path) -> None:
        caller.response = httpx2.Response(200, content=b"png")
        assert caller.call("big_questions") == b"png"
        caller.response = httpx2.Response(200, headers={"content-type": "image/png"}, stream=Pieces([b"a", b"b"]))
        assert b"".join(caller.stream("big_questions_stream")) == b"ab"
        caller.response = httpx2.Response(200, stream=Pieces([b"a" * 9, b"b"]))

        async def save(client: Any) -> int:
            async with await client.big_questions_stream() as stream:
                return int(await stream.save(tmp_path / "map.png"))

        def save_sync(client: Any) -> int:
            with client.big_questions_stream() as stream:
                return int(stream.save(tmp_path / "map.png"))

        assert caller.run(save_sync, save) == 10
        assert (tmp_path / "map.png").read_bytes() == b"aaaaaaaaab"


class TestChoices:
    """Choices between models that one property makes."""

    def test_single_values_tell_options_apart(self, caller: Zoo) -> None:
        said = [{"kind": "cat", "lives": 9}, {"kind": "wolf", "lives": 1, "x": 1}, {"kind": "yak", "lives": "many"}]
        caller.response = httpx2.Response(200, json=said)
        found = caller.call("list_animals")
        assert [type(each).__name__ for each in found] == ["AnimalCat", "AnimalDogOrWolf", "UnknownVariant"]
        assert [each.model_dump(exclude_unset=True) for each in found] == said
        caller.response = httpx2.Response(200, json=[{"kind": "wolf", "lives": "1"}])
        with pytest.raises(caller.zoo.ResponseInvalid) as caught:
            caller.call("list_animals")
        assert caught.value.pointer == "/0/lives"

    def test_what_is_sent_must_be_known(self, caller: Zoo) -> None:
        models = caller.zoo.models
        for food in (models.Meat(kind="meat", raw=True), {"kind": "meat", "raw": True}):
            caller.call("add_animal", body=food)
            assert json.loads(caller.requests.pop().content) == {"kind": "meat", "raw": True}
        for wrong in ({"kind": "stone"}, {"raw": True}, {"kind": "hay", "raw": True}, 5):
            with pytest.raises(caller.zoo.InvalidArgument):
                caller.call("add_animal", body=wrong)
        assert caller.requests == []

    def test_an_option_that_is_a_choice_itself_gives_its_own_options(self) -> None:
        contract = copy.deepcopy(CONTRACT)
        contract["components"]["schemas"]["Outer"] = {
            "oneOf": [{"$ref": "#/components/schemas/Happening"}, {"$ref": "#/components/schemas/AskedAgain"}],
            "discriminator": {"propertyName": "event", "mapping": {"born": "Happening", "Fed": "Happening"}},
        }
        contract["components"]["schemas"]["AskedAgain"] = {"properties": {"event": {"type": "string"}}}
        models = build_view({"en": contract}, Options(), {}).models_by_name
        assert models["Outer"].options == (("born", "Born"), ("Fed", "Fed"), ("AskedAgain", "AskedAgain"))


class TestForms:
    """Files and fields as parts."""

    def parts(self, caller: Zoo, **arguments: Any) -> list[tuple[str, str | None, str, bytes]]:
        caller.call("add_photos", **arguments)
        request = caller.requests.pop()
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        message = message_from_bytes(head + request.content)
        found = []
        for part in message.get_payload():
            assert not isinstance(part, str)
            name = part.get_param("name", header="content-disposition")
            media = part.get_content_type() if part["content-type"] else ""
            found.append((str(name), part.get_filename(), media, bytes(part.get_payload(decode=True))))
        return found

    def test_every_kind_of_file(self, caller: Zoo, tmp_path: Path) -> None:
        path = tmp_path / "b.png"
        path.write_bytes(b"path")
        with path.open("rb") as file:
            kinds = [b"raw", io.BytesIO(b"open"), path, ("c.txt", b"named"), ("d", path, "image/x"), file]
            parts = self.parts(caller, photo=b"one", others=kinds)
        assert parts == [
            ("photo", "upload", "application/octet-stream", b"one"),
            ("others", "upload", "application/octet-stream", b"raw"),
            ("others", "upload", "application/octet-stream", b"open"),
            ("others", "b.png", "image/png", b"path"),
            ("others", "c.txt", "text/plain", b"named"),
            ("others", "d", "image/x", b"path"),
            ("others", "b.png", "image/png", b"path"),
        ]

    def test_fields_beside_files(self, caller: Zoo) -> None:
        given = self.parts(caller, photo=b"one", about={"name": "名"}, note="# x", years=[1, 2])
        assert given[:-1] == [
            ("about", None, "application/json", '{"name":"名"}'.encode()),
            ("note", None, "text/markdown", b"# x"),
            ("years", None, "", b"1"),
            ("years", None, "", b"2"),
        ]

    def test_what_is_no_file_is_not_sent(self, caller: Zoo, tmp_path: Path) -> None:
        for wrong in (5, "text", tmp_path / "absent", ("name", 5)):
            with pytest.raises(caller.zoo.InvalidArgument) as caught:
                caller.call("add_photos", photo=wrong)
            assert caught.value.argument == "photo"
        assert caller.requests == []
