"""What two versions say in the same words is not walked, and nothing that differs is overlooked for that."""

from __future__ import annotations

import copy
import gc
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from diglot.core import yaml
from diglot.core.collector import paused
from diglot.core.ir import Fragment
from diglot.core.pointer import split
from diglot.core.tree import Map, walk
from diglot.drift import drift_versions
from diglot.drift.versions.equal import Equality
from diglot.drift.walk import operation
from diglot.drift.walk.operation import parties
from diglot.drift.walk.side import Place, Side
from diglot.normalize import canonical
from drift_help import BASE, fragment

TEXT = BASE.read_text(encoding="utf-8")

CHAIN = """
openapi: 3.1.1
info: {title: Chain, version: '1'}
security: [{key: []}]
paths:
  /far: {get: {responses: {'200': {$ref: '#/components/responses/Far'}}}}
  /near: {parameters: [{name: q, in: query, schema: {$ref: '#/components/schemas/C'}}], get: {responses: {}}}
  /ring: {get: {responses: {'200': {description: r, content: {a/b: {schema: {$ref: '#/components/schemas/Ring'}}}}}}}
  /none: {get: {responses: {'200': {description: n}}}}
  /kind: {get: {responses: {'200': {description: k, content: {a/b: {schema: {$ref: '#/components/schemas/Kind'}}}}}}}
  /lost: {get: {responses: {'200': {$ref: '#/components/responses/Nowhere'}}}}
  /away: {get: {responses: {'200': {$ref: 'other.yaml#/components/responses/Far'}}}}
  /loop: {get: {responses: {'200': {description: l, content: {a/b: {schema: {$ref: '#/components/schemas/Loop'}}}}}}}
components:
  responses: {Far: {description: f, content: {a/b: {schema: {$ref: '#/components/schemas/A'}}}}}
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    A: {type: array, items: {$ref: '#/components/schemas/B'}}
    B: {type: object, properties: {c: {$ref: '#/components/schemas/C'}, a: {$ref: '#/components/schemas/A'}}}
    C: {type: integer, default: 1}
    Ring: {type: object, properties: {next: {$ref: '#/components/schemas/Ring'}}}
    Loop: {$ref: '#/components/schemas/Loop'}
    Kind: {type: object, discriminator: {propertyName: of, mapping: {p: Plant, q: '#/components/schemas/Quarry'}}}
    Plant: {type: string}
    Quarry: {type: string}
"""
ALL = {
    "/far",
    "/near",
    "/ring",
    "/none",
    "/kind",
}  # but what leads nowhere, elsewhere, or in a circle: walking tells so


def equal(old: Fragment, new: Fragment) -> set[str]:
    """The paths of the operations that two versions say in the same words."""
    known = Equality()
    before, after = (parties([Side.of(each)]) for each in (old, new))
    return {str(key.route) for _, key in before if known.holds(before[_, key][0], after[_, key][0])}


@pytest.mark.parametrize(
    ("pointer", "value", "left"),
    [
        ("/info/version", "2", ALL),
        ("/components/schemas/C/default", 1.0, ALL),
        ("/components/schemas/C/default", True, ALL - {"/far", "/near"}),
        ("/components/schemas/C/default", "1", ALL - {"/far", "/near"}),
        ("/components/schemas/B/properties/b", {"type": "string"}, ALL - {"/far"}),
        ("/components/schemas/Ring/type", "array", ALL - {"/ring"}),
        ("/components/schemas/Unused", {"type": "string"}, ALL),
        ("/components/schemas/Plant/type", "integer", ALL - {"/kind"}),
        ("/components/schemas/Quarry/type", "integer", ALL - {"/kind"}),
        ("/components/responses/Nowhere", {"description": "here"}, ALL),
        ("/components/securitySchemes/key/scheme", "basic", set()),
        ("/security", [], set()),
        ("/paths/~1near/parameters/0/name", "p", ALL - {"/near"}),
        ("/paths/~1none/summary", "s", ALL - {"/none"}),
    ],
)
def test_what_is_changed_is_walked_wherever_it_is_referred_to_and_the_rest_is_not(
    pointer: str, value: Any, left: set[str]
) -> None:
    changed = fragment(CHAIN, patch=[{"op": "add", "path": pointer, "value": value}])
    assert equal(fragment(CHAIN), changed) == left
    assert equal(changed, fragment(CHAIN)) == left


def test_a_page_that_cannot_say_everything_is_always_walked() -> None:
    whole = fragment(CHAIN)
    for step in (
        {"op": "lose", "path": "/paths/~1near/get", "value": "parameters-hidden"},
        {"op": "lose", "path": "", "value": "nullability"},
        {"op": "strength", "path": "/paths/~1near", "value": "sampled"},
    ):
        assert equal(whole, fragment(CHAIN, patch=[step])) == set()
        assert equal(fragment(CHAIN, patch=[step]), whole) == set()


def changes(text: str) -> Iterator[dict[str, Any]]:
    """Every entry of a document removed, every scalar replaced by another, and by one that looks the same."""
    for pointer, value, _ in walk(yaml.load(text).value):
        if len(split(pointer)) > 1:
            yield {"op": "remove", "path": pointer}
        if not isinstance(value, dict | list):
            yield {"op": "replace", "path": pointer, "value": "other"}
        if value in (0, 1):  # Python has them equal to false and true
            yield {"op": "replace", "path": pointer, "value": int(value) if isinstance(value, bool) else bool(value)}


@pytest.mark.parametrize("text", [TEXT, CHAIN], ids=["library", "chain"])
def test_no_change_is_overlooked_for_what_is_equal(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old = fragment(text, path="old.yaml")
    versions = [fragment(text, path="new.yaml", patch=[change]) for change in changes(text)]
    found = [drift_versions([old], [new]) for new in versions]
    monkeypatch.setattr(Equality, "holds", lambda *_: False)
    assert found == [drift_versions([old], [new]) for new in versions]
    assert sum(map(len, found)) > 100


def test_what_many_operations_inherit_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = [{"url": f"https://{number}.example", "description": "One."} for number in range(40)]
    paths = {f"/shelves-{number}": {"get": {"responses": {}}} for number in range(30)}
    old = {"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "servers": servers, "paths": paths}
    new = copy.deepcopy(old)
    new["servers"][0]["url"], new["servers"][1]["description"] = "https://other.example", "Two."
    for item in new["paths"].values():
        item["get"]["deprecated"] = True
    pages = [canonical(fragment(yaml.dump(each), path=path)) for each, path in ((old, "old"), (new, "new"))]
    expanded: list[Place] = []

    def counting(server: Place) -> str:
        expanded.append(server)
        return str(server.get("url"))

    monkeypatch.setattr(operation, "_expanded", counting)
    rules = Counter(each.rule for each in drift_versions(pages[:1], pages[1:]))
    assert len(expanded) == 80
    assert rules == {"endpoint-deprecated": 30, "api-server-added": 1, "api-server-removed": 1, "text-changed": 1}
    assert drift_versions(pages[:1], pages[:1]) == ()
    assert len(expanded) == 80


def test_a_comparison_leaves_nothing_to_the_collector() -> None:
    def kept() -> int:
        return sum(isinstance(each, Map | Side) for each in gc.get_objects())

    gc.collect()
    before = kept()
    with paused():
        changed = {"op": "remove", "path": "/components/schemas/Book/properties"}
        assert drift_versions([fragment(TEXT)], [fragment(TEXT, patch=[changed])])
        assert kept() == before
