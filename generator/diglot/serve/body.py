"""The body of a request: read within bounds, as JSON without ambiguity, in the shape that the contract asks for."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from diglot.serve.errors import RefusalError, bad_request, invalid_param, unsupported_media_type

MAX_BYTES = 10_000_000  # of a body that is read as JSON
_DRAIN_BYTES = 10 * MAX_BYTES  # of a body that is only received, so that its sender can still read the answer

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise PydanticCustomError("uuid", "must be a UUID")
    return text.lower()


Uuid = Annotated[str, AfterValidator(_uuid)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class StatusBody(_Shape):
    """The documents that an action is applied to."""

    document_ids: list[Uuid]


class Entry(_Shape):
    """One value for one metadata field; a value left out is null."""

    id: Annotated[str, AfterValidator(str.lower)]
    name: str
    value: str | int | float | None = None


class DocumentOperation(_Shape):
    """The new metadata of one document."""

    document_id: Uuid
    metadata_list: list[Entry]
    partial_update: bool = False


class MetadataBody(_Shape):
    """The new metadata of several documents."""

    operation_data: list[DocumentOperation]


Shape = TypeVar("Shape", bound=_Shape)


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID as RFC 9562 writes it, in either case."""
    return _UUID.fullmatch(text) is not None


async def receive(stream: AsyncIterator[bytes]) -> bytes | None:
    """The whole body, or None when it is larger than `MAX_BYTES`; it is then received and forgotten, up to a bound."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > _DRAIN_BYTES:
            break
        if size <= MAX_BYTES:
            chunks.append(chunk)
    return b"".join(chunks) if size <= MAX_BYTES else None


def require_json(content_types: list[str], content_encodings: list[str]) -> None:
    """Refuse a body that is not declared, once, as plain JSON; parameters such as `charset` have no meaning in JSON.

    Raises:
        RefusalError: 415.
    """
    if len(content_types) != 1 or content_types[0].partition(";")[0].strip().lower() != "application/json":
        raise unsupported_media_type()
    if any(coding.strip().lower() != "identity" for coding in content_encodings):
        raise unsupported_media_type("Send the body without a content coding.")


def parse(raw: bytes | None) -> Any:
    """The JSON value (RFC 8259) that `raw` holds in UTF-8.

    Raises:
        RefusalError: 400, also for what JSON readers disagree on: a repeated key, NaN, half a surrogate pair, a number
            that is too large, nesting that is too deep.
    """
    if raw is None:
        raise bad_request(f"The body is larger than {MAX_BYTES} bytes.")
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # 1e999 and "\ud800" cannot be written back
    except (ValueError, RecursionError):
        raise bad_request("The body is not valid JSON.") from None
    return value


def shaped(shape: type[Shape], value: Any) -> Shape:
    """`value` as a `shape`.

    Raises:
        RefusalError: 400, naming the first member that does not fit, never its value.
    """
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise _misfit(error) from None


def _misfit(error: ValidationError) -> RefusalError:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"])) or "body"
    return invalid_param(f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key is repeated")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
