"""What all these servers hold: the same datasets, keys and fields as `servers.right`, with harder names.

Nothing of the API is decided here: each author reads, checks, searches and answers in his own way.
"""

from __future__ import annotations

from typing import Any

from servers.right import DATASETS, FIELDS, KEYS, OWNERS, uuid_of

Json = dict[str, Any]

ACCOUNT = uuid_of("account")
FIELD_IDS = {name: key for key, (name, _) in FIELDS.items()}
NAMES = (
    "Annual Report",
    "straße.md",
    "Re\u0301sume\u0301 (old).docx",
    "Résumé (new).docx",
    "İstanbul plan.txt",
    "ΟΔΟΣ Σίσυφος.pdf",
    "50%_off [draft].csv",
    "合同 2024（终稿）.pdf",
    'O\'Brien "quoted" \\ slash',
    "🙂 emoji notes",
    "null",
    "a+b&c=d?e#f",
    "x" * 200,
    "  padded  inside ",
    "007",
    "ﬁnance ligature",
)
STATES = (
    ("completed", True, False),
    ("completed", False, False),
    ("completed", True, True),
    ("waiting", True, False),
    ("parsing", True, False),
    ("paused", True, False),
    ("error", True, False),
    ("completed", True, False),
    ("completed", False, True),
    ("splitting", True, False),
)
SIZES = {"main": 64, "other": 7, "empty": 0, "closed": 2, "foreign": 6}

__all__ = [
    "ACCOUNT",
    "DATASETS",
    "FIELDS",
    "FIELD_IDS",
    "KEYS",
    "NAMES",
    "OWNERS",
    "SIZES",
    "STATES",
    "Json",
    "records",
]


def records(dataset: str, count: int | None = None, start: int = 0) -> list[Json]:
    """The documents that a dataset begins with, under the API's names; `values` are metadata by the field's id."""
    size = SIZES[dataset] if count is None else count
    return [record(dataset, number) for number in range(start, start + size)]


def record(dataset: str, number: int) -> Json:
    """One document."""
    state, enabled, archived = STATES[number % len(STATES)]
    name = NAMES[number % len(NAMES)] + (f" {number // len(NAMES)}" if number >= len(NAMES) else "")
    off = not enabled and state == "completed"
    values = {FIELD_IDS["tag"]: f"label {number}", FIELD_IDS["rank"]: number + 0.5}
    return {
        "id": uuid_of(dataset, "document", number),
        "position": number + 1,
        "name": name,
        "created_at": 1_750_000_000 + number * 60,
        "indexing_status": state,
        "enabled": enabled,
        "archived": archived,
        "disabled_at": 1_756_000_000 + number if off else None,
        "disabled_by": ACCOUNT if off else None,
        "values": values if dataset == "main" and number % 3 == 0 else {},
    }
