"""Rules of the house: what OpenAPI allows and a contract should not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diglot.core.finding import Finding
from diglot.core.grammar import walk_roles
from diglot.core.ir import OpKey
from diglot.core.pointer import resolve, split
from diglot.validate.locate import Locate


def check_house(document: Mapping[str, Any], locate: Locate) -> tuple[list[Finding], list[Finding]]:
    """The references that lead nowhere, and the rest."""
    unresolved: list[Finding] = []
    rest: list[Finding] = []
    for pointer, node, role, _ in walk_roles(document):
        if not isinstance(node, dict) or role[0] in "[{" or role == "value":
            continue
        reference = node.get("$ref")
        if isinstance(reference, str) and not _leads_somewhere(document, reference):
            unresolved.append(Finding("reference-unresolved", locate(pointer), args={"reference": reference}))
        if role == "operation" and not _has_success(node):
            tokens = split(pointer)
            rest.append(Finding("operation-without-success", locate(pointer), str(OpKey.of(tokens[-1], tokens[-2]))))
    return unresolved, rest


def _leads_somewhere(document: Mapping[str, Any], reference: str) -> bool:
    if not reference.startswith("#"):
        return False
    try:
        resolve(document, reference)
    except LookupError:
        return False
    return True


def _has_success(operation: Mapping[str, Any]) -> bool:
    responses = operation.get("responses")
    codes = responses if isinstance(responses, dict) else {}
    return any(str(code)[:1] in "23" or code == "default" for code in codes)
