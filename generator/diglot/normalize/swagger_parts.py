"""The parts of a Swagger 2.0 operation in the words of OpenAPI 3: parameters, bodies, responses, schemas, schemes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diglot.core.tree import Map, Seq

_PARAMETER = frozenset({"name", "in", "description", "required", "allowEmptyValue", "$ref", "deprecated"})
_STYLES = {"csv": ("form", False), "multi": ("form", True), "ssv": ("spaceDelimited", False)}
_STYLES |= {"pipes": ("pipeDelimited", False)}
_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_NESTED = ("properties", "definitions", "patternProperties")


def strings(value: Any) -> list[str]:
    """The strings of a list; none where it is none."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def media_of(produces: Sequence[str]) -> list[str]:
    """The media types of an answer, JSON where the document names none."""
    return list(produces) or ["application/json"]


def is_body(parameter: Any) -> bool:
    """Whether a parameter of Swagger 2.0 is (a part of) the body."""
    return isinstance(parameter, Map) and parameter.get("in") in ("body", "formData")


def parameter_of(parameter: Any) -> Any:
    """A parameter or header whose type stands beside its name, with a schema of its own."""
    if not isinstance(parameter, Map) or "schema" in parameter or "$ref" in parameter:
        return parameter
    result, schema = Map(parameter.own), Map(parameter.own)
    for key, value in parameter.items():
        if key in _PARAMETER or (key.startswith("x-") and key != "x-nullable"):
            result.put(key, value, parameter.marks.get(key))
        elif key != "collectionFormat":
            schema.put(key, value, parameter.marks.get(key))
    if schema.get("type") == "array" and parameter.get("in") in ("query", "path", "header"):
        style, explode = _STYLES.get(str(parameter.get("collectionFormat", "csv")), ("form", False))
        if parameter["in"] == "query":
            result.put("style", style, parameter.marks.get("collectionFormat"))
        result.put("explode", explode, parameter.marks.get("collectionFormat"))
    result.put("schema", upgrade_schema(schema), parameter.marks.get("type"))
    return result


def body_of(bodies: Sequence[Map], consumes: Sequence[str]) -> Map:
    """The request body that `in: body` or `in: formData` parameters make together."""
    whole = next((body for body in bodies if body.get("in") == "body"), None)
    first = whole if whole is not None else bodies[0]
    result, content = Map(first.own), Map(first.own)
    if whole is not None:
        for key in ("description", "required"):
            if key in whole:
                result.put(key, whole[key], whole.marks.get(key))
        schema, types = whole.get("schema", Map(whole.own)), list(consumes) or ["application/json"]
    else:
        schema, types = _form(bodies), _form_types(bodies, consumes)
        if schema.get("required"):
            result.put("required", True, first.own)
    for media_type in types:
        media = Map(first.own)
        media.put("schema", upgrade_schema(schema), first.own)
        content.put(media_type, media, first.own)
    result.put("content", content, first.own)
    return result


def _form(fields: Sequence[Map]) -> Map:
    schema, properties, required = Map(fields[0].own), Map(fields[0].own), Seq(fields[0].own)
    schema.put("type", "object", fields[0].own)
    for field in fields:
        inner = parameter_of(field).get("schema", Map(field.own))
        if isinstance(inner, Map) and "description" in field:
            inner.put("description", field["description"], field.marks.get("description"))
        properties.put(str(field.get("name")), inner, field.own)
        if field.get("required") is True:
            required.add(str(field.get("name")), field.marks.get("required"))
    schema.put("properties", properties, fields[0].own)
    if required:
        schema.put("required", required, fields[0].own)
    return schema


def _form_types(fields: Sequence[Map], consumes: Sequence[str]) -> list[str]:
    named = [media_type for media_type in consumes if media_type in _FORMS]
    if any(field.get("type") == "file" for field in fields):
        return [_FORMS[1]]
    return named or [_FORMS[0]]


def response_of(response: Any, produces: Sequence[str]) -> Any:
    """A response with its schema and examples below their media types, and headers with schemas."""
    if not isinstance(response, Map) or "$ref" in response:
        return response
    result, content = Map(response.own), Map(response.own)
    examples = response.get("examples")
    named = examples if isinstance(examples, Map) else Map()
    for key, value in response.items():
        if key == "headers" and isinstance(value, Map):
            headers = Map(value.own)
            for name, header in value.items():
                headers.put(name, parameter_of(header), value.marks.get(name))
            result.put(key, headers, response.marks.get(key))
        elif key not in ("schema", "examples"):
            result.put(key, value, response.marks.get(key))
    for media_type in dict.fromkeys([*(produces if "schema" in response else ()), *named]):
        media = Map(response.own)
        if "schema" in response:
            media.put("schema", upgrade_schema(response["schema"]), response.marks.get("schema"))
        if media_type in named:
            media.put("example", named[media_type], named.marks.get(media_type))
        content.put(media_type, media, response.marks.get("schema") or response.own)
    if content:
        result.put("content", content, response.marks.get("schema") or response.own)
    return result


def upgrade_schema(schema: Any) -> Any:
    """A schema, and all below it: files are binary strings, a discriminator is an object, x-nullable is nullable."""
    if isinstance(schema, list):
        result = Seq(getattr(schema, "own", None))
        for index, item in enumerate(schema):
            result.add(upgrade_schema(item), schema.marks[index] if isinstance(schema, Seq) else None)
        return result
    if not isinstance(schema, Map):
        return schema
    upgraded = Map(schema.own)
    for key, value in schema.items():
        mark = schema.marks.get(key)
        if key in _NESTED and isinstance(value, Map):
            inner = Map(value.own)
            for name, item in value.items():
                inner.put(name, upgrade_schema(item), value.marks.get(name))
            upgraded.put(key, inner, mark)
        elif key in ("items", "allOf", "additionalProperties"):
            upgraded.put(key, upgrade_schema(value), mark)
        elif key == "x-nullable":
            upgraded.put("nullable", value, mark)
        elif key == "discriminator" and isinstance(value, str):
            named = Map(mark)
            named.put("propertyName", value, mark)
            upgraded.put(key, named, mark)
        else:
            upgraded.put(key, value, mark)
    if upgraded.get("type") == "file":
        upgraded["type"] = "string"
        upgraded.put("format", "binary", schema.marks.get("type"))
    return upgraded


def scheme_of(scheme: Any) -> Any:
    """A security scheme: `basic` is a scheme of HTTP, the one flow of OAuth 2 stands among `flows`."""
    if not isinstance(scheme, Map):
        return scheme
    result = Map(scheme.own)
    kind = scheme.get("type")
    flow = {"flow", "authorizationUrl", "tokenUrl", "scopes"} if kind == "oauth2" else set()
    for key, value in scheme.items():
        if key not in flow:
            result.put(key, value, scheme.marks.get(key))
    if kind == "basic":
        result["type"] = "http"
        result.put("scheme", "basic", scheme.marks.get("type"))
    elif kind == "oauth2":
        inner, flows = Map(scheme.own), Map(scheme.own)
        for key in ("authorizationUrl", "tokenUrl", "scopes"):
            if key in scheme:
                inner.put(key, scheme[key], scheme.marks.get(key))
        name = str(scheme.get("flow"))
        flows.put(_FLOWS.get(name, name), inner, scheme.marks.get("flow"))
        result.put("flows", flows, scheme.marks.get("flow"))
    return result
