"""The tables, in portable SQL, and the one definition of `display_status`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    case,
)

NAME_LIMIT: Final = 255  # characters of a document's name
FOLDED_LIMIT: Final = 3 * NAME_LIMIT  # case folding makes three characters of one at most (Unicode, CaseFolding.txt)

metadata = MetaData()


def _reference(name: str, target: str, primary: bool = False) -> Column[str]:
    return Column(name, String(36), ForeignKey(target), primary_key=primary, nullable=False)


tenants = Table(
    "tenants",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", String(36), nullable=False),  # who acts when a key of this tenant is used
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 in hexadecimal: the key itself is not kept
    _reference("tenant_id", "tenants.id"),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", String(36), primary_key=True),
    _reference("tenant_id", "tenants.id"),
    Column("name", String(NAME_LIMIT), nullable=False),
    Column("api_enabled", Boolean, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(36), primary_key=True),
    _reference("dataset_id", "datasets.id"),
    Column("position", Integer, nullable=False),
    Column("name", String(NAME_LIMIT), nullable=False),
    # SQLite's lower() and LIKE know ASCII only, so the folded name is stored and searched.
    Column("folded_name", String(FOLDED_LIMIT), nullable=False),
    Column("data_source_type", String(32), nullable=False),
    Column("data_source_info", JSON, nullable=False),
    Column("data_source_detail_dict", JSON, nullable=False),
    Column("dataset_process_rule_id", String(36)),
    Column("created_from", String(32), nullable=False),
    Column("created_by", String(36), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("indexing_status", String(32), nullable=False),
    Column("error", Text),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_at", BigInteger),
    Column("disabled_by", String(36)),
    Column("archived", Boolean, nullable=False),
    Column("word_count", Integer, nullable=False),
    Column("hit_count", Integer, nullable=False),
    Column("doc_form", String(32), nullable=False),
    Column("summary_index_status", String(32)),
    Column("need_summary", Boolean, nullable=False),
    UniqueConstraint("dataset_id", "position"),
)

metadata_fields = Table(
    "metadata_fields",
    metadata,
    Column("id", String(36), primary_key=True),
    _reference("dataset_id", "datasets.id"),
    Column("position", Integer, nullable=False),
    Column("name", String(NAME_LIMIT), nullable=False),
    Column("type", String(16), nullable=False),
    UniqueConstraint("dataset_id", "position"),
)

document_metadata = Table(
    "document_metadata",
    metadata,
    _reference("document_id", "documents.id", primary=True),
    _reference("field_id", "metadata_fields.id", primary=True),
    # JSON text, not the JSON type: SQLite would give that column numeric affinity and round long numbers.
    Column("value", Text, nullable=False),
)

DISPLAY_STATUSES: Final = ("queuing", "indexing", "paused", "error", "available", "disabled", "archived")

display_status = case(
    (documents.c.indexing_status == "waiting", "queuing"),
    (documents.c.indexing_status.in_(("paused", "error")), documents.c.indexing_status),
    (documents.c.indexing_status != "completed", "indexing"),
    (documents.c.archived, "archived"),
    (documents.c.enabled, "available"),
    else_="disabled",
).label("display_status")

# The columns of a document as the API shows it, in the order of the contract; its metadata is added by the store.
shown = (
    documents.c.id,
    documents.c.position,
    documents.c.data_source_type,
    documents.c.data_source_info,
    documents.c.data_source_detail_dict,
    documents.c.dataset_process_rule_id,
    documents.c.name,
    documents.c.created_from,
    documents.c.created_by,
    documents.c.created_at,
    documents.c.tokens,
    documents.c.indexing_status,
    documents.c.error,
    documents.c.enabled,
    documents.c.disabled_at,
    documents.c.disabled_by,
    documents.c.archived,
    display_status,
    documents.c.word_count,
    documents.c.hit_count,
    documents.c.doc_form,
    documents.c.summary_index_status,
    documents.c.need_summary,
)
