"""What the tests of correct servers share: other forms of the contract, and what a server holds."""

from __future__ import annotations

import copy
import json
import urllib.request
from typing import Any

from conform_help import CONTRACT, LAWS
from diglot.conform import Fixtures
from diglot.core.tree import plain
from servers.right import known

Json = dict[str, Any]
KNOWN = known()
SPARE = Fixtures(token=KNOWN.token, dataset=KNOWN.dataset)
_SHOWN = frozenset(plain(CONTRACT)["components"]["schemas"]["Document"]["properties"])


def rows(url: str) -> dict[str, Json]:
    """Every document as the list shows it, by id: the documented members, metadata in no order, none as absent."""
    found: dict[str, Json] = {}
    page, more = 1, True
    while more:
        request = urllib.request.Request(f"{url}/datasets/{KNOWN.dataset}/documents?limit=100&page={page}")
        request.add_header("Authorization", f"Bearer {KNOWN.token.value}")
        with urllib.request.urlopen(request) as answer:
            body = json.load(answer)
        found |= {row["id"]: _settled(row) for row in body["data"]}
        page, more = page + 1, body["has_more"]
    return found


def _settled(row: Json) -> Json:
    kept = {name: value for name, value in row.items() if name in _SHOWN}
    held = sorted(kept.pop("doc_metadata", []), key=lambda one: (one["id"], one["name"]))
    return {**kept, "doc_metadata": held}


def as_published() -> Json:
    """The contract as the pages have it: no answer but the successes, and no member of an answer is required."""
    document: Json = copy.deepcopy(plain(CONTRACT))
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"] = {"200": operation["responses"]["200"]}
            _nothing_required(operation["responses"])
    _nothing_required(document["components"])
    return document


def _nothing_required(node: Any) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("required"), list):
            del node["required"]
        for value in node.values():
            _nothing_required(value)
    elif isinstance(node, list):
        for value in node:
            _nothing_required(value)


def below_v1() -> tuple[Json, Json]:
    """The contract and its laws with `/v1` in the paths and no servers."""
    document: Json = copy.deepcopy(plain(CONTRACT))
    document["paths"] = {f"/v1{path}": item for path, item in document["paths"].items()}
    del document["servers"]
    laws: Json = json.loads(json.dumps(plain(LAWS)).replace("/datasets/{dataset_id}", "/v1/datasets/{dataset_id}"))
    return document, laws
