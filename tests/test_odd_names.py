"""Names and schemas that Python, pydantic, Windows or a careful generator would trip over."""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import subprocess
import sys
from pathlib import Path
from typing import Any

from injection_help import is_inside
from quality_help import mypy, ruff
from render_help import rendered, write

ODD = [
    *keyword.kwlist,
    *keyword.softkwlist,
    *(name for name in dir(builtins) if name[0].islower()),
    *("__class__", "__init__", "__dict__", "__slots__", "_private", "__", "_", "", " ", "-", "1", "1a", "self", "cls"),
    *("model_config", "model_fields", "model_dump", "schema", "copy", "json", "dict", "construct", "root", "validate"),
    *(
        "NUL",
        "CON.txt",
        "COM1",
        "a/b",
        "../a",
        "A.py",
        "a.py",
        "a.PY",
        "名",
        "名称",
        "ﬁ",
        "K",
        "k",
        "\u212a",
        "ı",
        "I",
        "İ",
    ),
    *(
        "a b",
        "a-b",
        "a_b",
        "aB",
        "models",
        "operations",
        "request",
        "errors",
        "datetime",
        "date",
        "UUID",
        "Any",
        "Literal",
    ),
    *(
        "n" * 10_000,
        "n" * 10_001,
        "$ref",
        "@id",
        "x.y",
        "a[b]",
        "{a}",
        "%a",
        "\t",
        "a\nb",
        "annotations",
        "Model",
        "UNSET",
    ),
]
SCHEMAS: dict[str, Any] = {
    "EqualAsText": {"enum": [1, "1", True, "True", 1.0, None, "None"]},
    "EqualNames": {"enum": ["a-b", "a_b", "a b", "A B", "", " "]},
    "Numbers": {"type": "integer", "enum": [1, 2, -3, 10**40]},
    "Truth": {"type": "boolean", "enum": [True]},
    "Huge": {"type": "string", "enum": [f"value-{number}" for number in range(3_000)]},
    "NotRust": {"type": "object", "properties": {"a": {"type": "string", "pattern": "(?<=x)(?!y)\\1\\Z"}}},
    "NotAtAll": {"type": "object", "properties": {"a": {"type": "string", "pattern": "([{"}}},
    "Outside": {"type": "object", "properties": {"a": {"type": "integer", "minimum": 5, "maximum": 3, "default": 99}}},
    "WrongDefault": {"type": "object", "properties": {"a": {"type": "array", "items": {}, "default": {"b": 1}}}},
    "Infinite": {"type": "object", "properties": {"a": {"type": "number", "default": float("inf"), "maximum": 1e400}}},
    "Contradiction": {"allOf": [{"type": "string"}, {"type": "integer"}], "properties": {"a": {}}},
    "Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}},
    "Ping": {"type": "object", "properties": {"pong": {"$ref": "#/components/schemas/Pong"}}},
    "Pong": {"type": "array", "items": {"$ref": "#/components/schemas/Ping"}},
    "Nest": {"type": "array", "items": {"$ref": "#/components/schemas/Nest"}},
    "Circle": {"allOf": [{"$ref": "#/components/schemas/Round"}], "properties": {"a": {"type": "string"}}},
    "Round": {"allOf": [{"$ref": "#/components/schemas/Circle"}], "properties": {"b": {"type": "string"}}},
    "Itself": {"oneOf": [{"$ref": "#/components/schemas/Itself"}, {"type": "null"}]},
    "Negative": {"type": "object", "properties": {"a": {"type": "string", "minLength": -1, "maxLength": 0}}},
    "Fractions": {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"type": "integer"}, "maxItems": 2}},
    },
    "Foo1": {"type": "object", "properties": {"a-b": {"type": "string"}}},
    "foo1": {"type": "object", "properties": {"a-b": {"type": "string"}}},
    "foo-1": {"type": "object", "properties": {"a-b": {"$ref": "#/components/schemas/foo1"}}},
    "Foo1_2": {"type": "object", "properties": {"a-b": {"$ref": "#/components/schemas/Foo1"}}},
}


def odd() -> dict[str, Any]:
    """A contract in which everything that may be called anything is called everything."""
    properties = {name: {"type": "string", "description": "One."} for name in ODD}
    schemas = {f"{name}": {"type": "object", "properties": {name: {"type": "integer"}}} for name in ODD if name}
    schemas |= {**SCHEMAS, "Everything": {"type": "object", "properties": properties, "required": ODD[::2]}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Everything"}}}}
    paths = {
        f"/p{number}/{{{number}}}": {
            "get": {
                "operationId": name,
                "tags": [name],
                "parameters": [
                    {"name": f"{number}", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": name or "x", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "It.", **body}, "400": error(name)},
            }
        }
        for number, name in enumerate(ODD)
    }
    for number, name in enumerate(SCHEMAS):
        media = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}
        both = {"requestBody": media, "responses": {"200": {"description": "It.", **media}}}
        paths[f"/s{number}"] = {"post": {"operationId": f"send {name}", **both}}
    paths["/all"] = {"post": {"operationId": "all", "requestBody": body, "responses": {"204": {"description": "It."}}}}
    info = {"title": "Odd", "version": "1"}
    return {"openapi": "3.1.1", "info": info, "paths": paths, "components": {"schemas": schemas}}


def error(code: str) -> dict[str, Any]:
    """A failure with a documented code."""
    return {"description": "No.", "content": {"application/json": {"example": {"code": code, "message": "No."}}}}


def test_odd_names_and_schemas_give_a_package_that_works(tmp_path: Path) -> None:
    files = rendered({"en": odd()})
    assert all(map(is_inside, files))
    assert len({path.casefold() for path in files}) == len(files)
    write(files, tmp_path)
    assert ruff(tmp_path, "check") == ""
    assert mypy(tmp_path, "dify_knowledge") == ""
    program = (
        "import dify_knowledge.models as m, dify_knowledge._client, dify_knowledge._async_client as c, json, sys\n"
        "from pydantic import BaseModel\n"
        "models = [it for it in vars(m).values() if isinstance(it, type) and issubclass(it, BaseModel)]\n"
        "[it.model_rebuild() for it in models]\n"
        "odd = json.load(sys.stdin)\n"
        "value = {name: 'x' for name in odd}\n"
        "made = m.Everything.model_validate(value)\n"
        "assert made.model_dump(by_alias=True, exclude_unset=True) == value\n"
        "assert len(type(made).model_fields) == len(value)\n"
        "assert not made.model_extra\n"
        "client = c.AsyncDifyKnowledge(api_key='k', base_url='https://a.example')\n"
        "assert 'secret' not in repr(client)\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        input=json.dumps(ODD),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]


def test_every_class_that_is_named_is_there(tmp_path: Path) -> None:
    """What signatures and tables call a model is what the module of models calls it."""
    files = rendered({"en": odd()})
    classes = {
        node.name for node in ast.parse(files["dify_knowledge/models.py"]).body if isinstance(node, ast.ClassDef)
    }
    for path, text in files.items():
        if path.endswith(".py"):
            used = {
                node.attr
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "models"
            }
            assert used <= classes, path
