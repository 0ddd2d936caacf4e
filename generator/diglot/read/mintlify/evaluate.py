"""The converter's own direction: what the flattened dialect prints for a schema. Used to test a guess against a page.

Mirrors `IncrementalEvaluator`: a schema becomes a sum of products (oneOf and anyOf add, allOf multiplies, a list of
types or `nullable` adds), each product is merged into one schema, products that contradict themselves vanish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Literal

from diglot.read.mintlify.grammar import PREFIX
from diglot.read.mintlify.merge import merge, printed

Where = Literal["request", "response"] | None
Simple = Mapping[str, Any]
Sum = list[tuple[Simple, ...]]

_STEPS = 3000  # for one root schema
_PAGE_STEPS = 100_000  # a hundred times what the longest page seen takes
_DEPTH = 40
_MAX_CHAIN = 5


class _TooComplexError(Exception):
    """The schema unfolds to more than is worth evaluating."""


class Evaluator:
    """Evaluates schemas against the schema components of one page. Bounded: gives up rather than run for long."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._components = components
        self._steps = 0
        self._left = _PAGE_STEPS
        self._named: dict[tuple[str, Where], list[dict[str, Any]] | None] = {}

    def named(self, name: str, where: Where) -> list[dict[str, Any]] | None:
        """What the page prints where component `name` is the root schema; None if it cannot be told."""
        key = (name, where)
        if key not in self._named:
            self._named[key] = self.items({"$ref": PREFIX + name}, where)
        return self._named[key]

    def items(self, schema: Any, where: Where) -> list[dict[str, Any]] | None:
        """The alternatives that the page prints for a root schema, without `required`; None if it cannot be told.

        `where` says whether read-only (request) or write-only (response) properties are left out.
        """
        self._steps = granted = min(_STEPS, self._left)
        try:
            products = self._reduce(schema, 0, frozenset())
        except _TooComplexError:
            return None
        finally:
            self._left -= granted - max(self._steps, 0)
        merged = (merge(product, lambda _name, prop: self.hides(prop, where)) for product in products)
        shown = [item for item in (printed(schema) for schema in merged if schema is not None) if item is not None]
        return shown or [{"type": "any"}]

    def target(self, ref: Any) -> Any:
        """The component behind a `$ref`, through at most five more references, or None."""
        for _ in range(_MAX_CHAIN + 1):
            if not isinstance(ref, str) or not ref.startswith(PREFIX):
                return None
            schema = self._components.get(ref.removeprefix(PREFIX))
            if not isinstance(schema, dict) or "$ref" not in schema:
                return schema
            ref = schema["$ref"]
        return None

    def hides(self, prop: Any, where: Where) -> bool:
        """Whether the page leaves a property out on this side: read-only of a request, write-only of a response."""
        if isinstance(prop, dict) and "$ref" in prop:
            prop = self.target(prop["$ref"])
        if where is None or not isinstance(prop, dict):
            return False
        return bool(prop.get("readOnly" if where == "request" else "writeOnly"))

    def _reduce(self, schema: Any, depth: int, visited: frozenset[str]) -> Sum:
        self._steps -= 1
        if depth > _DEPTH or self._steps < 0:
            raise _TooComplexError
        if not isinstance(schema, dict):
            return [({"_depth": depth},)]
        if isinstance(schema.get("$ref"), str):
            ref = schema["$ref"]
            target = self.target(ref)
            if ref in visited or not isinstance(target, dict):
                return [({},)]
            schema, visited = _entered(schema, target), visited | {ref}
        types = schema.get("type")
        kinds = [kind for kind in ("oneOf", "anyOf", "allOf") if isinstance(schema.get(kind), list)]
        if not kinds and not isinstance(types, list) and not schema.get("nullable"):
            return [({**schema, "_depth": depth},)]
        factors = [self._member_sum(schema, kind, depth, visited) for kind in kinds]
        base = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf", "allOf", "not")}
        if base:
            factors.append([({**rest, "_depth": depth},) for rest in _typed(base)])
        return self._multiply(factors)

    def _member_sum(self, schema: Simple, kind: str, depth: int, visited: frozenset[str]) -> Sum:
        sums = [self._reduce(member, depth + 1, visited) for member in schema[kind]]
        if kind != "allOf":
            return list(chain.from_iterable(sums))
        product = self._multiply(sums)
        if "refIdentifier" not in schema:
            return product
        outer = {"_within": schema["refIdentifier"]}
        return [tuple({**outer, **simple} for simple in factors) for factors in product]

    def _multiply(self, factors: Iterable[Sum]) -> Sum:
        result: Sum = [()]
        for factor in factors:
            result = [left + right for left in result for right in factor]
            self._steps -= sum(map(len, result))
            if self._steps < 0:
                raise _TooComplexError
        return result


def _entered(reference: Simple, target: Simple) -> dict[str, Any]:
    """A component as it is evaluated behind a reference: title and description beside `$ref` win over its own."""
    schema = {**target, "refIdentifier": reference["$ref"]}
    schema.update({key: reference[key] for key in ("title", "description") if reference.get(key) is not None})
    members = target.get("allOf")
    if "type" not in target and isinstance(members, list) and any(map(_is_object, members)):
        schema["type"] = "object"
    return schema


def _is_object(member: Any) -> bool:
    return isinstance(member, dict) and member.get("type") == "object"


def _typed(base: Simple) -> list[dict[str, Any]]:
    types = base.get("type")
    wanted = list(types) if isinstance(types, list) else [types]
    if base.get("nullable") and "null" not in wanted:
        wanted.append("null")
    rest = {key: value for key, value in base.items() if key != "type"}
    return [rest if kind is None else {**rest, "type": kind} for kind in wanted]
