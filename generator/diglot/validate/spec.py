"""OpenAPI law: the only module that knows openapi-spec-validator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diglot.core.finding import Finding
from diglot.core.pointer import join
from diglot.validate.locate import Locate

_MOST = 50
_LONGEST = 300


class _NoFetching(dict[str, Any]):
    """Handlers of URLs that refuse every scheme; else the validator would follow even a `$ref` in a default value."""

    def __contains__(self, _scheme: object) -> bool:
        return True

    def __missing__(self, scheme: str) -> Any:
        raise LookupError(f"{scheme}: nothing is fetched")


def check_spec(document: Mapping[str, Any], locate: Locate) -> list[Finding]:
    """What breaks the version of the OpenAPI Specification that the document declares; at most fifty findings."""
    import openapi_spec_validator as law
    from jsonschema.exceptions import best_match
    from jsonschema_path import SchemaPath

    version = str(document.get("openapi") or document.get("swagger") or "")
    validators = {
        "2.": law.OpenAPIV2SpecValidator,
        "3.0": law.OpenAPIV30SpecValidator,
        "3.1": law.OpenAPIV31SpecValidator,
        "3.2": law.OpenAPIV32SpecValidator,
    }
    validator = next((found for start, found in validators.items() if version.startswith(start)), None)
    if validator is None:
        return [_finding(locate, "", f"the OpenAPI version {version!r} is not one of 2.0, 3.0, 3.1 and 3.2")]
    findings: list[Finding] = []
    try:
        for error in validator(SchemaPath.from_dict(document, handlers=_NoFetching())).iter_errors():
            deepest = best_match(error.context) or error if error.context else error
            findings.append(_finding(locate, join("", *deepest.absolute_path), deepest.message))
            if len(findings) == _MOST:
                break
    except RecursionError:
        findings.append(_finding(locate, "", "the document leads back into itself, or nests too deeply to be judged"))
    except Exception as error:  # the validator trips over documents that are wrong in ways it does not expect
        findings.append(_finding(locate, "", f"{type(error).__name__}: {error}"))
    return list({(finding.location, finding.args["problem"]): finding for finding in findings}.values())


def _finding(locate: Locate, pointer: str, problem: str) -> Finding:
    first = problem.partition("\n")[0]
    shortened = first if len(first) <= _LONGEST else first[:_LONGEST] + "…"
    return Finding("openapi-invalid", locate(pointer), args={"problem": shortened})
