"""Validators for what is sent; those for what is answered stand in `answers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs


def input_validator(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """A validator for what is sent, formats aside: how strictly one is read is the server's choice.

    None where the schema does not compile.
    """
    try:
        return jsonschema_rs.Draft202012Validator({**document, "allOf": [schema]}, validate_formats=False)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None
