"""The operations of a contract as the tests need them: references resolved, pointers kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from diglot.core.ir import METHODS, OpKey
from diglot.core.pointer import join, resolve

_MAX_HOPS = 20


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation: its place is `path`, `query`, `header` or `cookie`."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation: its identity, its path template, where it stands, and what it takes and gives.

    `responses` maps a status (`200`, `4XX`, `default`) to the pointer of the response object.
    """

    key: OpKey
    path: str
    pointer: str
    parameters: tuple[Parameter, ...]
    body: Mapping[str, Any] | None
    media_types: tuple[str, ...]
    responses: Mapping[str, str]
    secured: bool

    @property
    def method(self) -> str:
        """The method, in upper case."""
        return self.key.method.upper()

    @property
    def reads(self) -> bool:
        """Whether the method promises to change nothing."""
        return self.key.method in ("get", "head")

    def placed(self, place: str) -> tuple[Parameter, ...]:
        """The parameters in one place."""
        return tuple(parameter for parameter in self.parameters if parameter.place == place)

    def declares(self, status: int) -> str | None:
        """The pointer of the response that a status falls under, or None."""
        for name in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if name in self.responses:
                return self.responses[name]
        return None


@dataclass(frozen=True, slots=True)
class Surface:
    """Every operation of a contract, and the document for whatever else is looked up in it."""

    document: Mapping[str, Any]
    endpoints: tuple[Endpoint, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Surface:
        """The operations of an OpenAPI document, in its order; what cannot be read in it is left out."""
        return cls(document, tuple(_endpoints(document)))

    def find(self, key: str) -> Endpoint | None:
        """The endpoint of a key such as `GET /datasets/{id}/documents`; the names of parameters do not matter.

        Where there is none, one that differs by a base path only: `/v1/datasets/{id}/documents`.
        """
        method, _, path = key.partition(" ")
        wanted = OpKey.of(method, path.strip())
        exact = next((endpoint for endpoint in self.endpoints if endpoint.key == wanted), None)
        alike = [endpoint for endpoint in self.endpoints if _differ_by_base(endpoint.key, wanted)]
        return exact or (alike[0] if len(alike) == 1 else None)

    def schema(self, node: Any) -> Mapping[str, Any]:
        """A schema with its reference followed; not an object: the empty schema."""
        return follow(self.document, node)


def _differ_by_base(one: OpKey, other: OpKey) -> bool:
    """Whether one of two operations is the other below a path without parameters."""
    shorter, longer = sorted((one.route, other.route), key=len)
    base = longer.removesuffix(shorter)
    return one.method == other.method and base != longer and shorter != "/" and "{}" not in base


def follow(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    """The object that `node` is or refers to within the document; the empty one where it leads nowhere."""
    return _follow(document, node, "")[0]


def _follow(document: Mapping[str, Any], node: Any, pointer: str) -> tuple[Mapping[str, Any], str]:
    for _ in range(_MAX_HOPS):
        if not isinstance(node, Mapping):
            break
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node, pointer
        if not reference.startswith("#"):
            break
        pointer = reference.removeprefix("#")
        try:
            node = resolve(document, pointer)
        except LookupError:
            break
    return {}, pointer


def _endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    paths = document.get("paths")
    for path, entry in (paths if isinstance(paths, Mapping) else {}).items():
        item, base = _follow(document, entry, join("/paths", path))
        for method in METHODS:
            if isinstance(item.get(method), Mapping):
                yield _endpoint(document, path, method, item, base)


def _endpoint(document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any], base: str) -> Endpoint:
    operation, pointer = item[method], join(base, method)
    body = follow(document, operation.get("requestBody"))
    listed = body.get("content")
    content: Mapping[str, Any] = listed if isinstance(listed, Mapping) else {}
    json_type = next((name for name in content if "json" in name), None)
    responses = operation.get("responses")
    security = operation.get("security", document.get("security"))
    return Endpoint(
        key=OpKey.of(method, path),
        path=path,
        pointer=pointer,
        parameters=tuple(_parameters(document, item, operation)),
        body=follow(document, follow(document, content[json_type]).get("schema")) if json_type else None,
        media_types=tuple(content),
        responses={
            str(status): _follow(document, response, join(pointer, "responses", status))[1]
            for status, response in (responses if isinstance(responses, Mapping) else {}).items()
        },
        secured=isinstance(security, list) and bool(security) and {} not in security,
    )


def _parameters(
    document: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]
) -> Iterator[Parameter]:
    merged: dict[tuple[str, str], Mapping[str, Any]] = {}
    for holder in (item, operation):
        listed = holder.get("parameters")
        for entry in listed if isinstance(listed, list) else []:
            parameter = follow(document, entry)
            merged[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    for (place, name), parameter in merged.items():
        schema = follow(document, parameter.get("schema"))
        said = " ".join(str(one.get("description", "")) for one in (parameter, schema))
        yield Parameter(name, place, parameter.get("required") is True, schema, said.strip())
