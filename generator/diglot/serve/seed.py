"""The demonstration data: the same ids, keys and rows every time, made from names by UUID version 5.

Tenant one: `dataset` (130 documents, every display status, metadata), `other_dataset` (12), `empty_dataset`, and
`api_disabled_dataset`. Tenant two: `foreign_dataset`. The keys are throw-away literals that protect nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from sqlalchemy import Table

_NAMESPACE = UUID("5e0f3c1a-7d1b-4c56-9a52-0f3d6b1c8e74")
_KEYS = {"one": "demo-key-tenant-one", "two": "demo-key-tenant-two"}
_START = 1_741_267_200  # 6 March 2025, 13:20 UTC
_MINUTE = 60

# Dataset: (tenant, number of documents, open to the API)
_DATASETS = {
    "manuals": ("one", 130, True),
    "reports": ("one", 12, True),
    "empty": ("one", 0, True),
    "closed": ("one", 3, False),
    "foreign": ("two", 8, True),
}

_FIELDS = (("author", "string"), ("version", "number"), ("reviewed_at", "time"), ("部门", "string"))

# What tempts a server to treat a name as a pattern, as SQL or as ASCII, before the plain ones.
_NAMES = (
    "guide.txt", "用户手册.pdf", "100%_done.md", "100 percent done.md", "it's \"quoted\".txt", "back\\slash.txt",
    "launch 🚀 plan.md", "ÜBERSICHT.docx", "Обзор продукта.docx", "a_b.csv", "aXb.csv",
    "; DROP TABLE documents; --.txt", "<b>bold</b>.html", "安装指南 Installation Guide.md", "年度报告 2025.xlsx",
)  # fmt: skip
_TOPICS = ("Quick Start", "常见问题", "Release Notes", "接口说明", "Troubleshooting", "价格表", "Security", "迁移指南")


class _State(NamedTuple):
    """The columns that a document's display status follows from."""

    indexing_status: str
    enabled: bool = True
    archived: bool = False


# One state a document, in turn: the first page shows every display status, and about half of all are available.
_STATES = (
    _State("completed"), _State("waiting"), _State("completed"), _State("indexing"), _State("completed"),
    _State("paused"), _State("completed"), _State("error"), _State("completed", enabled=False), _State("completed"),
    _State("completed", archived=True), _State("parsing"), _State("completed"),
    _State("completed", enabled=False, archived=True), _State("completed"), _State("splitting"), _State("completed"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MetadataField:
    """A metadata field of a dataset; `type` is `string`, `number` or `time`."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Demo:
    """Where everything is in the demonstration data. `token` opens the first four datasets, `foreign_token` the last.

    `metadata_fields` are those of `dataset`. The keys do not appear in its `repr`.
    """

    token: str = field(repr=False)
    dataset: str
    other_dataset: str
    empty_dataset: str
    api_disabled_dataset: str
    foreign_token: str = field(repr=False)
    foreign_dataset: str
    metadata_fields: tuple[MetadataField, ...]


def demo() -> Demo:
    """The ids and keys of the demonstration data."""
    return Demo(
        token=_KEYS["one"],
        dataset=_id("dataset", "manuals"),
        other_dataset=_id("dataset", "reports"),
        empty_dataset=_id("dataset", "empty"),
        api_disabled_dataset=_id("dataset", "closed"),
        foreign_token=_KEYS["two"],
        foreign_dataset=_id("dataset", "foreign"),
        metadata_fields=tuple(MetadataField(_id("field", "manuals", name), name, kind) for name, kind in _FIELDS),
    )


@cache
def rows() -> Mapping[Table, Sequence[Mapping[str, Any]]]:
    """The rows of every table, in an order that foreign keys allow."""
    from diglot.serve import schema

    return {
        schema.tenants: [{"id": _id("tenant", name), "account_id": _id("account", name)} for name in _KEYS],
        schema.api_keys: [
            {"digest": hashlib.sha256(key.encode()).hexdigest(), "tenant_id": _id("tenant", name)}
            for name, key in _KEYS.items()
        ],
        schema.datasets: [
            {"id": _id("dataset", name), "tenant_id": _id("tenant", tenant), "name": name, "api_enabled": is_open}
            for name, (tenant, _, is_open) in _DATASETS.items()
        ],
        schema.metadata_fields: [
            {"id": _id("field", dataset, name), "dataset_id": _id("dataset", dataset), "position": position}
            | {"name": name, "type": kind}
            for dataset in _DATASETS
            for position, (name, kind) in enumerate(_FIELDS, 1)
        ],
        schema.documents: [
            _document(dataset, tenant, number)
            for dataset, (tenant, size, _) in _DATASETS.items()
            for number in range(size)
        ],
        schema.document_metadata: list(_values()),
    }


def _document(dataset: str, tenant: str, number: int) -> dict[str, Any]:
    state = _STATES[number % len(_STATES)]
    name = _name(number)
    created_at = _START + number * _MINUTE
    is_off = not state.enabled
    return {
        **state._asdict(),
        **_source(dataset, tenant, number, name, created_at),
        "id": _id("document", dataset, number),
        "dataset_id": _id("dataset", dataset),
        "position": number + 1,
        "name": name,
        "folded_name": name.casefold(),
        "dataset_process_rule_id": _id("rule", dataset),
        "created_from": "api" if number % 2 else "web",
        "created_by": _id("account", tenant),
        "created_at": created_at,
        "tokens": 512 + number if state.indexing_status == "completed" else 0,
        "error": "The file could not be parsed." if state.indexing_status == "error" else None,
        "disabled_at": created_at + _MINUTE if is_off else None,
        "disabled_by": _id("account", tenant) if is_off else None,
        "word_count": 350 + number,
        "hit_count": number % 5,
        "doc_form": ("text_model", "hierarchical_model", "qa_model")[number % 3],
        "summary_index_status": None,
        "need_summary": False,
    }


def _name(number: int) -> str:
    if number < len(_NAMES):
        return _NAMES[number]
    return f"{_TOPICS[number % len(_TOPICS)]} {number:03}.md"


def _source(dataset: str, tenant: str, number: int, name: str, created_at: int) -> dict[str, Any]:
    """Where a document comes from: an uploaded file."""
    file_id = _id("file", dataset, number)
    extension = name.rpartition(".")[2]
    file = {"id": file_id, "name": name, "size": 2048 + number, "extension": extension, "mime_type": "text/plain"}
    by = {"created_by": _id("account", tenant), "created_at": created_at}
    return {
        "data_source_type": "upload_file",
        "data_source_info": {"upload_file_id": file_id},
        "data_source_detail_dict": {"upload_file": {**file, **by}},
    }


def _values() -> Iterator[dict[str, str]]:
    """Metadata on every third document: text, number and time as JSON, one of them null."""
    for dataset, (_, size, _) in _DATASETS.items():
        for number in range(0, size, 3):
            given = {"author": '"Ada Lovelace"', "version": f"{number}.5", "reviewed_at": str(_START), "部门": "null"}
            for name, value in given.items():
                yield {
                    "document_id": _id("document", dataset, number),
                    "field_id": _id("field", dataset, name),
                    "value": value,
                }


def _id(*names: str | int) -> str:
    return str(uuid5(_NAMESPACE, "/".join(map(str, names))))
