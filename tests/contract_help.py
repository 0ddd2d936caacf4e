"""A server that answers every operation of a contract, and holds what arrives against that contract."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs

from diglot.core.pointer import resolve

UUID = "6f1c2c1e-0d4a-4f6e-9a53-3c8d1f7b2a10"
BINARY = bytes(range(256)) * 300
_BY_FORMAT = {"uuid": UUID, "date": "2025-01-31", "date-time": "2025-01-31T12:00:00Z", "url": "https://x.example"}
_BY_TYPE: Mapping[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}


@dataclass
class Contract:
    """One OpenAPI 3.1 document, and what is asked of it here."""

    document: dict[str, Any]

    def target(self, node: Any) -> Any:
        """What a reference refers to; any other value itself."""
        while isinstance(node, dict) and "$ref" in node:
            node = resolve(self.document, node["$ref"].removeprefix("#"))
        return node

    def problems(self, schema: Any, value: Any) -> list[str]:
        """What is wrong with a value."""
        whole = {"allOf": [schema], "components": self.document.get("components", {})}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=False)
        return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]

    def sample(self, schema: Any, *, full: bool, depth: int = 0) -> Any:
        """A value that fits: the schema's own example where that fits, else one that is made up."""
        schema = self.target(schema)
        if not isinstance(schema, dict):
            return "anything"
        example = schema.get("example", next(iter(schema.get("examples") or ()), None))
        if example is not None and not self.problems(schema, example):
            return example
        if "const" in schema or schema.get("enum"):
            return schema["const"] if "const" in schema else schema["enum"][0]
        merged: dict[str, Any] = {}
        for part in schema.get("allOf", ()):
            made = self.sample(part, full=full, depth=depth + 1)
            merged = {**merged, **made} if isinstance(made, dict) else merged
        for key in ("oneOf", "anyOf"):
            if schema.get(key) and "properties" not in schema:
                return self.sample(schema[key][0], full=full, depth=depth + 1)
        kinds = schema.get("type", "object" if "properties" in schema or merged else "string")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind == "array":
            return [self.sample(schema.get("items"), full=full, depth=depth + 1)] if depth < 8 else []
        if kind != "object":
            low = schema.get("minimum", schema.get("exclusiveMinimum"))
            made = _BY_FORMAT.get(schema.get("format", "")) or _BY_TYPE[kind]
            return max(made, low) if low is not None and isinstance(made, int | float) else made
        required = set(schema.get("required", ()))
        for key, part in schema.get("properties", {}).items():
            if key in required or (full and depth < 8):
                merged[key] = self.sample(part, full=full, depth=depth + 1)
        fewer = ({key: merged[key] for key in merged if key != left} for left in merged if left not in required)
        return next((made for made in (merged, *fewer) if not self.problems(schema, made)), merged)

    def find(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]]:
        """The operation of a request, a fixed path before one with parameters, and the values in its path."""
        for template, item in sorted(self.document["paths"].items(), key=lambda pair: pair[0].count("{")):
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
            if method in item and (match := re.fullmatch(pattern, path)):
                operation = {
                    **item[method],
                    "parameters": [*item.get("parameters", ()), *item[method].get("parameters", ())],
                }
                return operation, {key: unquote(value) for key, value in match.groupdict().items()}
        raise LookupError(f"no operation answers {method} {path}")


@dataclass
class Seen:
    """What arrived, and what is wrong with it."""

    requests: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


@contextmanager
def serving(contract: Contract) -> Iterator[tuple[str, Seen]]:
    """The server on a free loopback port: its address, and what it has seen."""
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            parts = urlsplit(self.path)
            operation, placed = contract.find(self.command.lower(), parts.path)
            seen.requests.append((self.command, parts.path, self.headers.get("accept", "")))
            given = {"path": placed, "query": dict(parse_qsl(parts.query, keep_blank_values=True))}
            said = [*_parameters(contract, operation, given), *_body(contract, operation, self.headers, body)]
            if self.headers.get("authorization") != "Bearer key":
                said.append("no key")
            seen.problems += [f"{operation['operationId']}: {problem}" for problem in said]
            status, media, content = answer_of(contract, operation, self.headers.get("accept", ""))
            seen.answers.append(content)
            self.send_response(status)
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            if media == "text/event-stream":
                data = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in content)
            if status != 204:
                self.send_header("content-type", media or "application/json")
                self.send_header("content-length", str(len(data)))
            self.end_headers()
            if status != 204:
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the names that the base wants

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer_of(contract: Contract, operation: Mapping[str, Any], accept: str) -> tuple[int, str, Any]:
    """Status, media type and content of the answer: the contract's example where it fits its schema."""
    status, response = next((int(key), value) for key, value in operation["responses"].items() if key[0] == "2")
    content = contract.target(response).get("content", {})
    if not content:
        return status, "", {}
    media = next(kind for kind in content if kind == accept)  # the client asks for one that is declared
    schema = content[media].get("schema", {})
    if media == "text/event-stream":
        return status, media, _events(contract, schema)
    if "json" not in media:
        return status, media, BINARY
    examples = [contract.target(item).get("value") for item in content[media].get("examples", {}).values()]
    fitting = [value for value in examples if value is not None and not contract.problems(schema, value)]
    return status, media, fitting[0] if fitting else contract.sample(schema, full=True)


def _events(contract: Contract, schema: Mapping[str, Any]) -> list[Any]:
    named = re.findall(r"`(\w+)`", schema.get("description", ""))
    schemas = contract.document["components"]["schemas"]
    bases = [name for name in schemas if "discriminator" in schemas[name]]
    base = next((name for name in bases if name in named), "ChunkWorkflowEvent")
    mapping = contract.target(schemas[base])["discriminator"]["mapping"]
    events = []
    for value in [*mapping][:4]:
        made = contract.sample({"$ref": mapping[value]}, full=True)
        events.append({**made, "event": value})
    return [*events, {"event": "not_known_yet", "more": {"a": [1, None]}}]


def _parameters(
    contract: Contract, operation: Mapping[str, Any], given: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    known = {"path": set[str](), "query": set[str]()}
    for parameter in map(contract.target, operation["parameters"]):
        place, name, schema = parameter["in"], parameter["name"], contract.target(parameter.get("schema", {}))
        if place not in known:
            continue
        known[place].add(name)
        if name not in given[place]:
            if parameter.get("required"):
                yield f"{name} is missing"
            continue
        value: Any = given[place][name]
        kinds = schema.get("type")
        if {"integer", "number", "boolean"} & set(kinds if isinstance(kinds, list) else [kinds]):
            value = json.loads(value)
        if kinds == "array":
            value = [value]
        yield from contract.problems(schema, value)
    for place, names in known.items():
        yield from (f"{name} is not declared" for name in given[place] if name not in names)


def _body(contract: Contract, operation: Mapping[str, Any], headers: Any, body: bytes) -> Iterator[str]:
    wanted = contract.target(operation.get("requestBody", {})).get("content", {})
    media = (headers.get("content-type") or "").split(";")[0]
    if not wanted:
        yield from ["a body that is not declared"] * bool(body)
        return
    if media not in wanted:
        yield f"a body of {media or 'no type'}"
        return
    schema = wanted[media]["schema"]
    value = json.loads(body) if media == "application/json" else _form(headers["content-type"], body)
    yield from contract.problems(schema, value)
    yield from (
        f"{key} is not declared" for key in value if key not in contract.target(schema).get("properties", {key: 1})
    )


def _form(media: str, body: bytes) -> dict[str, Any]:
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {media}\r\n\r\n".encode() + body)
    assert isinstance(message, EmailMessage)
    return {
        str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True)).decode(
            "latin-1"
        )
        for part in message.iter_parts()
    }
