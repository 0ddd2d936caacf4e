"""Components that no operation leads to: two versions of one may differ all the same."""

from __future__ import annotations

from diglot.core.pointer import join
from diglot.core.tree import plain
from diglot.drift.walk.facts import Difference, Record, Saying, Spot
from diglot.drift.walk.members import components
from diglot.drift.walk.side import Side

_SCHEMAS = "/components/schemas"


def compare_unused(old: Side, new: Side, walked: Record) -> list[Difference]:
    """The schemas that only one version has, or that differ, where no operation shows it; `walked` says which do."""
    record = Record(versions=True)
    known = walked.walked(_SCHEMAS)
    before, after = (components(side.root, "schemas") for side in (old, new))
    for name in dict.fromkeys([*before, *after]):
        if join(_SCHEMAS, name) in known or any(_SCHEMAS in side.lost for side in (old, new)):
            continue
        sayings = [
            Saying.of(found[name], plain(found[name].value)) if name in found else Saying.lacking(side.root)
            for side, found in ((old, before), (new, after))
        ]
        record.fact("component", Spot("", "document"), sayings, name=name)
    return record.differences
