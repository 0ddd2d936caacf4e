"""Schemas of a contract, compiled: the only module of the stage that knows jsonschema-rs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import jsonschema_rs


def compiled(document: Mapping[str, Any], schema: Mapping[str, Any], formats: bool = True) -> Any:
    """A validator of one schema, whose references lie in `document`; None where it does not compile.

    `formats` are left out for what is sent: how strictly a server reads one is its choice.
    """
    try:
        return jsonschema_rs.Draft202012Validator({**document, "allOf": [schema]}, validate_formats=formats)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


def compiled_at(document: Mapping[str, Any], pointer: str) -> Any:
    """A validator of the schema at a pointer of `document`; None where it does not compile."""
    return compiled(document, {"$ref": "#" + quote(pointer, safe="/~")})
