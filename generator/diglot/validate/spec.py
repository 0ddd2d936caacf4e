"""OpenAPI law: the only module that knows openapi-spec-validator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diglot.core.finding import Finding
from diglot.core.pointer import join
from diglot.validate.locate import Locate

_MOST = 50
_LONGEST = 300


def check_spec(document: Mapping[str, Any], locate: Locate) -> list[Finding]:
    """What breaks the version of the OpenAPI Specification that the document declares; at most fifty findings."""
    from jsonschema.exceptions import best_match
    from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
    from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

    version = str(document.get("openapi") or document.get("swagger") or "")
    validators = {"2.": OpenAPIV2SpecValidator, "3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
    validator = next((found for start, found in validators.items() if version.startswith(start)), None)
    if validator is None:
        return [_finding(locate, "", f"the OpenAPI version {version!r} is not one of 2.0, 3.0 and 3.1")]
    findings: list[Finding] = []
    try:
        for error in validator(document).iter_errors():
            deepest = best_match(error.context) or error if error.context else error
            findings.append(_finding(locate, join("", *deepest.absolute_path), deepest.message))
            if len(findings) == _MOST:
                break
    except (OpenAPIValidationError, AssertionError, LookupError, TypeError, AttributeError, ValueError) as error:
        # The validator trips over documents that are wrong in ways its own checks do not expect.
        findings.append(_finding(locate, "", f"{type(error).__name__}: {error}"))
    return list({(finding.location, finding.args["problem"]): finding for finding in findings}.values())


def _finding(locate: Locate, pointer: str, problem: str) -> Finding:
    first = problem.partition("\n")[0]
    shortened = first if len(first) <= _LONGEST else first[:_LONGEST] + "…"
    return Finding("openapi-invalid", locate(pointer), args={"problem": shortened})
