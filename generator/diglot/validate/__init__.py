"""A document -> what OpenAPI's law and the rules of the house say against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diglot.core.finding import Finding
from diglot.validate.examples import check_examples
from diglot.validate.house import check_house
from diglot.validate.locate import Locate
from diglot.validate.spec import check_spec


def validate(document: Mapping[str, Any], locate: Locate) -> list[Finding]:
    """Check one OpenAPI document; `locate` gives the Location of a JSON Pointer in it.

    Unresolved references are found first: with one, the specification's validator and the examples cannot be judged.
    """
    unresolved, house = check_house(document, locate)
    if unresolved:
        return unresolved + house
    examples = check_examples(document, locate)
    # The specification's validator judges defaults too, but cannot say where: ours does.
    law = [finding for finding in check_spec(document, locate) if finding.location.pointer or not examples]
    return law + examples + house


__all__ = ["Locate", "validate"]
