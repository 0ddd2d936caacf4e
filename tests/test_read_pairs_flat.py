"""Flat pages made from known OpenAPI documents: whatever the reading lacks or adds must stand in its list of losses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from diglot.core.ir import Fragment, Loss
from diglot.core.pointer import is_within, join, resolve, split
from diglot.core.tree import plain
from diglot.read import read_bytes

PAIRS = Path(__file__).parents[2] / "shared" / "pages" / "pairs"
NAMES = sorted(path.name for path in PAIRS.iterdir()) if PAIRS.is_dir() else []
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

# Losses about where a thing stands or what it is called: they explain no difference below their pointer.
BROAD = {
    *("server-level", "security-level", "parameter-order", "parameter-level", "component-name", "responses-empty"),
    "component-from-root",
}
# Members whose absence says the same as this value.
DEFAULTS: dict[str, Any] = {"deprecated": False, "nullable": False, "readOnly": False, "writeOnly": False}

pytestmark = pytest.mark.skipif(not NAMES, reason="the pairs of pages stand beside the repository, not in it")


@dataclass(frozen=True)
class Difference:
    """A place where truth and reading differ: `absent` in the reading, `added` by it, or a `changed` value."""

    kind: str
    pointer: str
    truth: Any = None
    found: Any = None


class Comparison:
    """Walks truth and reading together, behind references, and yields what differs."""

    def __init__(self, truth: dict[str, Any], fragment: Fragment) -> None:
        self.truth, self.found = truth, plain(fragment.document)
        self.losses = fragment.losses
        self.codes = {(loss.pointer, loss.code) for loss in fragment.losses}
        self._open: set[tuple[int, int]] = set()

    def differences(self) -> Iterator[Difference]:
        truth = dict(self.truth)
        found = dict(self.found)
        for section in ("paths", "webhooks"):
            yield from self._operations(truth.pop(section, {}), found.pop(section, {}), section)
        theirs, mine = truth.pop("components", {}), found.pop("components", {})
        yield from self._components(theirs, mine)
        yield from self._node(truth, found, "")

    def _operations(self, truth: Any, found: Any, section: str) -> Iterator[Difference]:
        assert list(truth) == list(found)
        for path, item in truth.items():
            pointer = join("", section, path)
            common = {key: value for key, value in item.items() if key not in METHODS and key != "parameters"}
            yield from self._node(common, {}, pointer)
            methods = {key: value for key, value in item.items() if key in METHODS}
            assert methods.keys() == found[path].keys()
            for method, operation in methods.items():
                whole = {**operation, "parameters": [*item.get("parameters", ()), *operation.get("parameters", ())]}
                yield from self._operation(whole, dict(found[path][method]), join(pointer, method), section)

    def _operation(self, truth: Any, found: Any, pointer: str, section: str) -> Iterator[Difference]:
        yield from self._parameters(truth.pop("parameters"), found.pop("parameters", []), join(pointer, "parameters"))
        asked = truth.pop("security", self.truth.get("security", []) if section == "paths" else [])
        yield from self._security(asked, found.pop("security", []), join(pointer, "security"))
        yield from self._node(truth, found, pointer)

    def _parameters(self, truth: Any, found: Any, pointer: str) -> Iterator[Difference]:
        wanted = {(item["in"], item["name"]): item for item in (self._resolved(self.truth, item) for item in truth)}
        shown = {(item["in"], item["name"]): (index, item) for index, item in enumerate(found)}
        assert shown.keys() <= wanted.keys()
        for key, parameter in wanted.items():
            if key in shown:
                index, item = shown[key]
                yield from self._node(parameter, item, join(pointer, index))
            else:
                yield Difference("absent", join(pointer, "-"), parameter)

    def _security(self, truth: Any, found: Any, pointer: str) -> Iterator[Difference]:
        assert len(truth) == len(found)
        for index, (wanted, shown) in enumerate(zip(truth, found, strict=True)):
            assert [self._scheme(name) for name in wanted] == [self._scheme(name) for name in shown]
            for (name, scopes), other in zip(wanted.items(), shown, strict=True):
                yield from self._node(scopes, shown[other], join(pointer, index, other))
                if name != other:
                    yield Difference("changed", join("/components/securitySchemes", other), name, other)

    def _components(self, truth: Any, found: Any) -> Iterator[Difference]:
        schemes = {self._scheme(name): (name, scheme) for name, scheme in found.pop("securitySchemes", {}).items()}
        for name, scheme in truth.get("securitySchemes", {}).items():
            other, shown = schemes.pop(self._scheme(name), (name, None))
            place = join("/components/securitySchemes", other)
            yield from self._node(scheme, shown, place) if shown else [Difference("absent", place, scheme)]
        assert not schemes
        for section, members in found.items():
            for name, shown in members.items():
                yield from self._node(truth[section][name], shown, join("/components", section, name))

    @staticmethod
    def _scheme(name: str) -> str:
        return name.replace("-", "_")

    def _resolved(self, document: Any, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node and not set(node) - {"$ref"}:
            node = resolve(document, node["$ref"])
        return node

    def _node(self, truth: Any, found: Any, pointer: str) -> Iterator[Difference]:
        truth, found = _bare(truth), _bare(found)
        if isinstance(truth, dict) and isinstance(found, dict):
            if (id(truth), id(found)) in self._open:
                return
            self._open.add((id(truth), id(found)))
            if truth.get("$ref") == found.get("$ref") and "$ref" in truth:
                truth, found = ({k: v for k, v in node.items() if k != "$ref"} for node in (truth, found))
            elif "$ref" in truth and "$ref" not in found:
                yield Difference("absent", join(pointer, "$ref"), truth["$ref"])
                target = resolve(self.truth, truth["$ref"])
                truth = {**target, **{k: v for k, v in truth.items() if k != "$ref"}}
                yield from self._node(truth, found, pointer)
                return
            elif "$ref" in found and "$ref" not in truth:
                yield Difference("added", join(pointer, "$ref"), found=found["$ref"])
                yield from self._node(truth, resolve(self.found, found["$ref"]), pointer)
                return
            truth = self._union(truth, found, pointer)
            yield from self._members(truth, found, pointer)
        elif isinstance(truth, list) and isinstance(found, list) and len(truth) == len(found):
            for index, (one, other) in enumerate(zip(truth, found, strict=True)):
                yield from self._node(one, other, join(pointer, index))
        elif truth != found or isinstance(truth, bool) != isinstance(found, bool):
            yield Difference("changed", pointer, truth, found)

    def _union(self, truth: Any, found: Any, pointer: str) -> Any:
        """Truth with its oneOf as anyOf, where a loss says that the two cannot be told apart."""
        kind_is_lost = (join(pointer, "anyOf"), "union-kind") in self.codes
        if kind_is_lost and "oneOf" in truth and "anyOf" in found and "anyOf" not in truth:
            return {"anyOf" if key == "oneOf" else key: value for key, value in truth.items()}
        return truth

    def _members(self, truth: dict[str, Any], found: dict[str, Any], pointer: str) -> Iterator[Difference]:
        for key in [*truth, *(key for key in found if key not in truth)]:
            place = join(pointer, key)
            if key not in found:
                if truth[key] != DEFAULTS.get(key, {} if key == "properties" else None):
                    yield Difference("absent", place, truth[key])
            elif key not in truth:
                yield Difference("added", place, found=found[key])
            else:
                yield from self._node(truth[key], found[key], place)

    def is_covered(self, difference: Difference) -> bool:
        return any(covers(loss, difference) for loss in self.losses)


def _bare(schema: Any) -> Any:
    """What stands alone in a composition says the same without it."""
    while isinstance(schema, dict) and len(schema) == 1 and not schema.keys().isdisjoint({"allOf", "oneOf", "anyOf"}):
        (members,) = schema.values()
        if not isinstance(members, list) or len(members) != 1:
            break
        (schema,) = members
    return schema


def covers(loss: Loss, difference: Difference) -> bool:
    """Whether a loss explains a difference. A loss of the document, a path or an operation as a whole explains none."""
    tokens = split(loss.pointer)
    if difference.kind != "absent" and loss.certainty == "lost":
        return False
    if len(tokens) < 1 or (tokens[0] in ("paths", "webhooks") and len(tokens) < 3):
        return False
    if tokens[0] in ("paths", "webhooks") and len(tokens) == 3 and tokens[2] in METHODS:
        return False
    if tokens[-1] in ("*", "x-*"):
        parent = split(difference.pointer)[: len(tokens)]
        fits = tokens[-1] == "*" or parent[-1].startswith("x-")
        return difference.kind == "absent" and len(parent) == len(tokens) and parent[:-1] == tokens[:-1] and fits
    if loss.code in BROAD:
        return loss.pointer == difference.pointer
    return is_within(difference.pointer, loss.pointer)


def read(name: str) -> tuple[Comparison, Fragment]:
    truth = json.loads((PAIRS / name / "truth.json").read_text("utf-8"))["openapi"]
    (fragment,) = read_bytes(f"{name}/flat.md", (PAIRS / name / "flat.md").read_bytes())
    return Comparison(truth, fragment), fragment


@pytest.mark.parametrize("name", NAMES)
def test_every_difference_is_a_loss(name: str) -> None:
    comparison, fragment = read(name)
    assert fragment.dialect == "flat"
    assert not fragment.findings
    uncovered = [difference for difference in comparison.differences() if not comparison.is_covered(difference)]
    assert uncovered == []
