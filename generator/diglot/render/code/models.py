"""Models -> Python classes, by datamodel-code-generator: the only module that knows it.

It never sees a text of a page. It is handed a schema in which every description, constant and unusual name is a token
of ours, and each token in its output is then replaced, in one pass, by the encoded text: what a page says cannot reach
an escape that the generator forgot.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diglot.core.collector import set_aside
from diglot.core.names import checked, docstring, literal
from diglot.render.code.portions import divided, joined
from diglot.render.contract.shapes import Field, Model, Shape
from diglot.render.words.docs import field_text, model_text

_TOKEN = re.compile(r"""(?:("{3}|'|")\s*)?diglot__text__(?P<number>\d+)\b(?(1)\s*\1)""")
_KINDS: dict[type[Any], str] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_PREFIX = "#/components/schemas/"
_IMPORTS = ("pydantic.ConfigDict", "typing.Annotated", "typing.TypeAlias")  # what our templates and choices need
_OURS = ("NOT_NULL", "UnknownVariant", "Variants")


def warm() -> None:
    """Import what takes long to import."""
    from datamodel_code_generator import enums  # noqa: F401
    from datamodel_code_generator.parser import openapi  # noqa: F401


@dataclass(frozen=True, slots=True)
class Classes:
    """The source of one portion of the models: its classes with their imports, and its choices."""

    source: str
    choices: tuple[str, ...]


def render_models(models: Sequence[Model], package: str, templates: Path) -> str:
    """The source of the classes, imports included, not yet formatted."""
    return assembled(rendered(divided(models), package, templates))


def rendered(portions: Sequence[Sequence[Model]], package: str, templates: Path) -> list[Classes]:
    """The classes of each portion; what was needed for one is let go before the next."""
    warm()  # before what there is is set aside
    found: list[Classes] = []
    with set_aside() as free:
        for models in portions:
            if found:
                free()
            found.append(_classes(models, package, templates))
    return found


def assembled(portions: Sequence[Classes]) -> str:
    """One module of all portions."""
    if not portions:
        return "from __future__ import annotations\n"
    return joined([portion.source for portion in portions], [each for portion in portions for each in portion.choices])


def _classes(models: Sequence[Model], package: str, templates: Path) -> Classes:
    texts: list[str] = []
    schema = _Disarmed(texts)
    source = _render(models, package, templates, schema)
    choices = [schema.choice(model) for model in models if model.key]

    def armed(text: str) -> str:
        return _TOKEN.sub(lambda token: texts[int(token["number"])], text)

    return Classes(armed(source), tuple(map(armed, choices)))


def _render(models: Sequence[Model], package: str, templates: Path, schema: _Disarmed) -> str:
    components = {model.name: schema.component(model) for model in models}
    extras = {model.name: schema.extras(model) for model in models}
    return _generate(components, extras, package, templates, schema.aliases)


def _generate(
    components: dict[str, Any], extras: dict[str, Any], package: str, templates: Path, aliases: dict[str, str]
) -> str:
    from datamodel_code_generator import InputFileType, LiteralType, PythonVersion, generate
    from datamodel_code_generator.config import GenerateConfig
    from datamodel_code_generator.enums import DataModelType, OpenAPIScope, StrictTypes

    document = {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {}}
    config = GenerateConfig.model_construct(  # not validated: it is the same every time, and that costs 6 ms
        input_file_type=InputFileType.OpenAPI,
        openapi_scopes=[OpenAPIScope.Schemas],
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        base_class=f"{package}._model.Model",
        additional_imports=[*_IMPORTS, *(f"{package}._model.{name}" for name in _OURS)],
        custom_template_dir=templates,
        extra_template_data=defaultdict(dict, extras),
        aliases=aliases,
        enum_field_as_literal=LiteralType.All,
        strict_types=[StrictTypes.str, StrictTypes.int, StrictTypes.float, StrictTypes.bool],
        strict_nullable=True,
        use_annotated=True,
        field_constraints=True,
        use_field_description=True,
        use_typed_nullable_map_values=True,
        use_standard_collections=True,
        use_union_operator=True,
        custom_class_name_generator=str,  # our names are settled; it would join `Foo1_2` to `Foo12`
        keep_model_order=True,
        disable_timestamp=True,
        custom_file_header="#",
        formatters=[],  # ruff formats every file at once
    )
    source = generate({**document, "components": {"schemas": components}}, config=config)
    if not isinstance(source, str):
        raise TypeError("datamodel-code-generator was expected to give one module")
    return source


class _Disarmed:
    """Schemas in which nothing but tokens, checked names and numbers stands; the texts are kept aside."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self.aliases: dict[str, str] = {}

    def component(self, model: Model) -> dict[str, Any]:
        if model.key:
            return {"type": "object", "properties": {}}  # something to refer to; the class is not printed
        if model.root is not None:
            root = self._schema(model.root, model.open)
            if model.root.kind == "map":  # bare, it would give a class without fields instead of a mapping
                root = {"anyOf": [root]}
            return root
        fields = [field for field in model.fields if all(part.kind != "file" for part in field.shape.walk())]
        return {
            "type": "object",
            "properties": dict(self._property(model, field) for field in fields),
            "required": [self._wire(field) for field in fields if field.required],
            **({} if model.open else {"additionalProperties": False}),
        }

    def extras(self, model: Model) -> dict[str, Any]:
        """What the templates of a class are given besides its fields."""
        not_null = [field.name for field in model.fields if field.omissible]
        doc = self._token(docstring(model_text(model), 4))
        return {"doc": doc, "not_null": not_null, "is_choice": bool(model.key)}

    def choice(self, model: Model) -> str:
        """A choice between classes by the value of one property, as an alias."""
        names = list(dict.fromkeys(name for _, name in model.options))
        entries = ", ".join(f"{self._token(literal(value))}: {checked(name)}" for value, name in model.options)
        other = ["UnknownVariant"] * model.open
        made = ", ".join([f"{self._token(literal(model.key))}, {{{entries}}}", *other])
        alias = f"{checked(model.name)}: TypeAlias = Annotated[{' | '.join([*names, *other])}, Variants({made})]"
        return f"{alias}\n{self._token(docstring(model_text(model)))}\n"

    def _property(self, model: Model, field: Field) -> tuple[str, dict[str, Any]]:
        wire = self._wire(field)
        if wire != field.name:
            self.aliases[f"{model.name}.{wire}"] = field.name
        schema = self._schema(field.shape, model.open)
        if text := field_text(field):
            schema["description"] = self._token(docstring(text, 4))
        if field.deprecated:
            schema["deprecated"] = True
        if not field.required and fits(field.default, field.shape):
            schema["default"] = self._constant(field.default)
        return wire, schema

    def _wire(self, field: Field) -> str:
        return field.wire if field.wire == field.name else self._token(literal(field.wire))

    def _schema(self, shape: Shape, is_open: bool) -> dict[str, Any]:
        if shape.kind == "any":
            return {}
        schema = self._plain(shape, is_open)
        if not shape.nullable or shape.kind == "null":
            return schema
        if "type" in schema and "enum" not in schema:
            kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            return {**schema, "type": [*kinds, "null"]}
        return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}

    def _plain(self, shape: Shape, is_open: bool) -> dict[str, Any]:
        limits = dict(shape.limits)
        if "pattern" in limits:
            pattern = limits.pop("pattern")
            if _is_supported(pattern):
                limits["pattern"] = self._token(literal(pattern))
        if shape.kind in ("model", "choice"):
            return {"$ref": _PREFIX + shape.model}
        if shape.kind == "literal":
            return self._literal(shape, is_open)
        if shape.kind == "array":
            return {"type": "array", "items": self._part(shape.parts[0], is_open), **limits}
        if shape.kind == "map":
            return {"type": "object", "additionalProperties": self._part(shape.parts[0], is_open) or True}
        if shape.kind == "union":
            return {"anyOf": [self._part(part, is_open) for part in shape.parts]}
        if shape.kind == "number":  # a whole number stays one, or 5 would be sent as 5.0
            return {"type": ["integer", "number"], **limits}
        return {"type": shape.kind, **({"format": shape.format} if shape.format else {}), **limits}

    def _part(self, shape: Shape, is_open: bool) -> dict[str, Any]:
        """A shape within another, without its limits: with them it would be given a class, named `XItem` or `X1`."""
        return self._schema(replace(shape, limits=()), is_open)

    def _literal(self, shape: Shape, is_open: bool) -> dict[str, Any]:
        """An enumeration; what a server answers may also hold a value that the contract does not know yet."""
        kind = _KINDS[type(shape.values[0])]
        closed = {"type": kind, "enum": [self._constant(value) for value in shape.values]}
        return {"anyOf": [closed, {"type": kind}]} if is_open and not shape.closed else closed

    def _constant(self, value: Any) -> Any:
        return self._token(literal(value)) if isinstance(value, str) else value

    def _token(self, encoded: str) -> str:
        self._texts.append(encoded)
        return f"diglot__text__{len(self._texts) - 1}"


def fits(value: Any, shape: Shape) -> bool:
    """Whether `value` can be the default of a field of this shape."""
    if shape.kind == "literal":
        return value in shape.values and not isinstance(value, float)
    if isinstance(value, str):
        return shape.kind == "string" and not shape.format and not shape.limits
    return value is not None and _KINDS.get(type(value)) == shape.kind


def _is_supported(pattern: str) -> bool:
    """Whether pydantic's regular expressions know this pattern: a class with any other could not be imported."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError:
        return False
    return True
