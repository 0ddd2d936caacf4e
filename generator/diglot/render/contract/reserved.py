"""Names that a model or a method must not take, because something else in its scope is called so."""

from __future__ import annotations

import builtins

# What pydantic's BaseModel defines, and the modules and types that generated modules import in lower case.
FIELDS = frozenset(
    [
        "construct",
        "copy",
        "dict",
        "from_orm",
        "json",
        "model_computed_fields",
        "model_config",
        "model_construct",
        "model_copy",
        "model_dump",
        "model_dump_json",
        "model_extra",
        "model_fields",
        "model_fields_set",
        "model_json_schema",
        "model_parametrized_name",
        "model_post_init",
        "model_rebuild",
        "model_validate",
        "model_validate_json",
        "model_validate_strings",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "root",
        "schema",
        "schema_json",
        "update_forward_refs",
        "validate",
        "date",
        "models",
        "operations",
        "annotations",
    ]
)
CLASSES = frozenset(
    [
        "Annotated",
        "Any",
        "AwareDatetime",
        "BaseModel",
        "ConfigDict",
        "Field",
        "Literal",
        "Model",
        "NOT_NULL",
        "None",
        "RootModel",
        "StrictBool",
        "StrictBytes",
        "StrictFloat",
        "StrictInt",
        "StrictStr",
        "True",
        "False",
        "UUID",
        "Unset",
        "UNSET",
        "UnknownVariant",
        "Variants",
    ]
) | {name for name in dir(builtins) if name[0].isupper()}
ARGUMENTS = frozenset({"self", "models", "operations", "request", "UUID", "annotations", "deprecated"}) | {
    name for name in dir(builtins) if name[0].islower()
}
METHODS = (
    frozenset({"close", "aclose", "raw", "with_options", "api_key", "base_url", "timeout", "retries"})
    | {"authenticate", "admit", "refuse"}  # the hooks of the server stub
    | ARGUMENTS
)
GROUPS = frozenset(
    {"close", "aclose", "with_options", "raw", "transport", "property"}
    | {"bool", "bytes", "float", "int", "list", "str", "tuple", "type"}
)
"""What a client has besides its groups, and the words that its own body states types with."""
GROUP_CLASSES = frozenset({"AsyncPages", "Group", "Lazy", "Mapping", "Page", "Sequence"}) | frozenset(
    {"AsyncByteStream", "AsyncEventStream", "ByteStream", "EventStream", "FileContent", "ServerSentEvent", "Unset"}
)
"""What the module of a group imports."""
MODULES = frozenset(
    {"answer", "client", "error", "events", "failure", "forms", "group", "hooks", "lazy", "model", "paging", "position"}
    | {"request", "response", "retry", "settings", "sse", "timeout", "transport"}
)
"""The modules that every package has, without the underscore that they begin with."""
