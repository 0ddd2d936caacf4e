"""On the generated server stub, whose handlers work on dictionaries.

Its choices: ordered by name, then id; documents that nobody gave values have no `doc_metadata` at all; an unknown
document is refused before an unfinished one; `null` values are kept; keywords match by lower-casing only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from dify_knowledge import models
from dify_knowledge.server import Handlers, Plain, Received, Refusal, create_app
from diglot.serve import running
from servers.authors.world import ACCOUNT, DATASETS, FIELDS, KEYS, OWNERS, SIZES, Json, records

_DONE = Plain({"result": "success"})


def _refusal(status: int, code: str) -> Refusal:
    return Refusal(status, code, f"This request was refused: {code}.")


def _display(row: Json) -> str:
    if row["indexing_status"] in ("paused", "error"):
        return str(row["indexing_status"])
    if row["indexing_status"] != "completed":
        return "queuing" if row["indexing_status"] == "waiting" else "indexing"
    return "archived" if row["archived"] else "available" if row["enabled"] else "disabled"


class Shop(Handlers[str]):
    """The handlers; who asks is a tenant's name."""

    def __init__(self, count: int) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, dict[str, Json]] = {
            key: {row["id"]: row for row in records(name, count if name == "main" else SIZES[name])}
            for key, name in DATASETS.items()
        }

    def authenticate(self, received: Received, /) -> str:
        tenant = KEYS.get(received.key or "")
        if tenant is None:
            raise Refusal(401, "unauthorized", "Who are you?", {"WWW-Authenticate": 'Bearer realm="shop"'})
        return tenant

    def admit(self, context: str, _operation: str, path: Mapping[str, str], /) -> None:
        name = DATASETS.get(path["dataset_id"].lower())
        if name is None or OWNERS[name] != context:
            raise _refusal(404, "dataset_not_found")
        if name == "closed":
            raise _refusal(403, "forbidden")

    def list_documents(
        self,
        _context: str,
        /,
        dataset_id: UUID,
        *,
        page: int = 1,
        limit: int = 20,
        keyword: str | None = None,
        status: str | None = None,
    ) -> Plain:
        size = min(limit, 100)
        with self.lock:
            rows = sorted(self.rows[str(dataset_id)].values(), key=lambda row: (row["name"], row["id"]))
            found = [row for row in rows if (keyword or "").lower() in row["name"].lower()]
            found = [row for row in found if status in (None, _display(row))]
            data = [self.shown(row) for row in found[(page - 1) * size : page * size]]
        more = page * size < len(found)
        return Plain({"data": data, "total": len(found), "page": page, "limit": size, "has_more": more})

    def shown(self, row: Json) -> Json:
        held = [
            {"id": key, "name": FIELDS[key][0], "type": FIELDS[key][1], "value": value}
            for key, value in row["values"].items()
        ]
        rest = {name: value for name, value in row.items() if name != "values"}
        return {
            **rest, "display_status": _display(row), "data_source_type": "upload_file", "data_source_info": {},
            "dataset_process_rule_id": None, "created_from": "api", "created_by": ACCOUNT, "tokens": 9, "error": None,
            "word_count": 0, "hit_count": 0, "doc_form": "text_model", **({"doc_metadata": held} if held else {}),
        }  # fmt: skip

    def batch_update_document_status(
        self, _context: str, /, dataset_id: UUID, action: str, *, document_ids: list[UUID]
    ) -> Plain:
        with self.lock:
            rows = self.rows[str(dataset_id)]
            if any(str(key) not in rows for key in document_ids):
                raise _refusal(404, "document_not_found")
            named = [rows[str(key)] for key in document_ids]
            if action == "disable" and any(row["indexing_status"] != "completed" for row in named):
                raise _refusal(400, "document_indexing")
            for row in named:
                if action == "enable":
                    row.update(enabled=True, disabled_at=None, disabled_by=None)
                elif action == "disable" and row["enabled"]:
                    row.update(enabled=False, disabled_at=int(time.time()), disabled_by=ACCOUNT)
                elif action.endswith("archive"):
                    row["archived"] = action == "archive"
        return _DONE

    def batch_update_document_metadata(
        self, _context: str, /, dataset_id: UUID, *, operation_data: list[models.DocumentMetadataOperation]
    ) -> Plain:
        with self.lock:
            rows = self.rows[str(dataset_id)]
            fields = FIELDS if DATASETS[str(dataset_id)] == "main" else {}
            for one in operation_data:
                if one.document_id.lower() not in rows:
                    raise _refusal(400, "document_not_found")
                if any(fields.get(item.id, (None,))[0] != item.name for item in one.metadata_list):
                    raise _refusal(400, "field_not_found")
            for one in operation_data:
                row = rows[one.document_id.lower()]
                kept: dict[str, Any] = dict(row["values"]) if one.partial_update else {}
                row["values"] = kept | {item.id: item.value for item in one.metadata_list}
        return _DONE


@contextmanager
def stub(count: int = 64) -> Iterator[str]:
    """The server on a free port."""
    with running(create_app(Shop(count), prefixes=("/v1",))) as url:
        yield url
