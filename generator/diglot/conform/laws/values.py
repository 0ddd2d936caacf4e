"""Values are written onto the rows that are named, each its own; a full update replaces, a partial one keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.bench.deeds import changed_between, seen_late, watch, wrongly_refused
from diglot.conform.bench.fields import Items, agrees, entry_of, fields_of, put, read, rows_of, sample, two_fields
from diglot.conform.bench.lab import UNKNOWN_ID, Lab, Whole
from diglot.conform.bench.ledger import Rows, held, same, write
from diglot.conform.binding.bindings import Values
from diglot.conform.fixtures import MetadataField
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange

_LARGE, _MANY, _FEW = 60, 25, 3
_FULL = ("full-update-keeps", "partial-update-drops", "partial-default-differs")


def _apart(lab: Lab, values: Values) -> Iterator[Breach]:
    """A batch gives each row its own values, of every field that it names, and touches nothing else."""
    fields, known = fields_of(lab, values), len(lab.view(values.collection).ids)
    rows = rows_of(lab, values, max(min(known, _MANY), _FEW))
    # A wrong server may have marked the rows of an earlier try for good: some have to be fresh.
    fresh = [row for row in lab.view(values.collection).ids if row not in lab.worn["apart"]][:_FEW]
    rows = list(dict.fromkeys([*fresh, *rows]))[: len(rows)] if lab.worn["apart"] else rows
    lab.worn["apart"].update(rows if not lab.worn["apart"] else fresh)
    yield from _each_its_own(lab, values, fields[:2], rows)


def _large(lab: Lab, values: Values) -> Iterator[Breach]:
    """The same with every field and with many more rows."""
    fields, known = fields_of(lab, values), len(lab.view(values.collection).ids)
    yield from _each_its_own(lab, values, fields, rows_of(lab, values, max(min(known, _LARGE), _FEW)))


def _each_its_own(lab: Lab, values: Values, fields: Sequence[MetadataField], rows: Sequence[str]) -> Iterator[Breach]:
    before = lab.view(values.collection)
    wanted = {row: [(one, sample(one, turn)) for one in fields] for turn, row in enumerate(rows)}
    entries = [entry_of(values, row, items, False) for row, items in wanted.items()]
    exchange = put(lab, values, entries, f"{values.entries} = [{len(entries)}]")
    after = lab.view(values.collection)
    if not any(values.shown in after.by_id.get(row, {}) for row in rows):
        raise UnmetError(f"rows that show {values.shown}")

    def unlike(rows: Rows) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Expected and got, where they differ."""
        pairs = [
            ({one.id: value for one, value in items}, read(values, rows.get(row, {}), fields))
            for row, items in wanted.items()
            if row in rows
        ]
        return [(expected, got) for expected, got in pairs if not agrees(got, expected)]

    for expected, got in unlike(after.by_id)[:1]:
        rule, args = "batch-values-mixed", {}
        if seen_late(lab, values.collection, lambda rows: not unlike(rows)):
            rule, args = "answer-unstable", {"law": "values.apart", "rule": rule}
        yield Breach(rule, args, exchange, expected, got, "values.each")
    yield from _beyond(lab, values, before, after, rows, exchange, "values.each")


def _beyond(
    lab: Lab, values: Values, before: Whole, after: Whole, rows: Sequence[str], exchange: Exchange, source: str
) -> Iterator[Breach]:
    """What a write changed that it does not speak of."""
    changes = changed_between(before, after)
    others = changes.keys() - set(rows)
    if others:
        watch(lab, values.collection)
    fields = {name for key, change in changes.items() if key in rows for name in change} - {values.shown, ""}
    for what in (*sorted(fields), *(["other-rows"] if others else [])):
        rows_hit = others if what == "other-rows" else {key for key in changes if key in rows and what in changes[key]}
        got = f"n = {len(rows_hit)}"
        yield Breach("write-side-effect", {"what": what}, exchange, {}, got, source, frozenset(others))


def _replace(lab: Lab, values: Values) -> Iterator[Breach]:
    """Full updates replace, partial ones keep, and to say nothing is to say false."""
    one, other = two_fields(lab, values)
    rows = rows_of(lab, values, min(len(lab.view(values.collection).ids), _FEW) or 1)
    flags = [(False, "full-update-keeps"), (True, "partial-update-drops"), (None, "partial-default-differs")]
    # Where there are fewer rows than flags, they are tried one after the other.
    for start in range(0, len(flags), len(rows)):
        tried = dict(zip(rows, flags[start:], strict=False))
        _prepare(lab, values, list(tried), [(one, sample(one)), (other, sample(other))])
        sent = {
            row: put(lab, values, [entry_of(values, row, [(one, sample(one, 1))], flag)], _flag(values, flag))
            for row, (flag, _) in tried.items()
        }
        after = lab.view(values.collection).by_id
        for row, (flag, rule) in tried.items():
            expected = {one.id: sample(one, 1)} | ({other.id: sample(other)} if flag else {})
            got = read(values, after.get(row, {}), [one, other])
            if row in after and not agrees(got, expected):
                yield Breach(rule, {"parameter": values.partial}, sent[row], expected, got, "values.partial")
                if rule == "full-update-keeps":
                    return


def _prepare(lab: Lab, values: Values, rows: Sequence[str], items: Items) -> None:
    entries = [entry_of(values, row, items, False) for row in rows]
    put(lab, values, entries, f"{values.entries} = [{len(entries)}]")


def _flag(values: Values, flag: bool | None) -> str:
    return f"{values.partial} = {'(absent)' if flag is None else str(flag).lower()}"


def _flags(lab: Lab, values: Values) -> Iterator[Breach]:
    """Each entry of a batch has a flag of its own: to replace, to keep, to clear, to add nothing, to write null."""
    one, other = two_fields(lab, values)
    old = {one.id: sample(one), other.id: sample(other)}
    new = {one.id: sample(one, 1)}
    tries: list[tuple[bool | None, Items, Mapping[str, Any], str]] = [
        (False, [(one, sample(one, 1))], new, "batch-values-mixed"),
        (True, [(one, sample(one, 1))], {**old, **new}, "batch-values-mixed"),
        (None, [(one, sample(one, 1))], new, "batch-values-mixed"),
        (True, [(one, None)], {**old, one.id: None}, "value-not-read-back"),
        (True, [], old, "partial-update-drops"),
        (False, [], {}, "full-update-keeps"),
        (True, [(other, sample(other, 1)), (one, sample(one, 1))], {**new, other.id: sample(other, 1)}, _FULL[1]),
    ]
    rows = rows_of(lab, values, 2)
    rows += [row for row in lab.view(values.collection).ids if row not in rows][: len(tries) - len(rows)]
    _prepare(lab, values, rows, [(one, sample(one)), (other, sample(other))])
    tried = list(zip(rows, tries, strict=False))
    entries = [entry_of(values, row, items, flag) for row, (flag, items, _, _) in tried]
    exchange = put(lab, values, entries, f"{values.entries} = [{len(entries)}]")
    after = lab.view(values.collection)
    for row, (_flag, _items, expected, rule) in tried:
        got = read(values, after.by_id.get(row, {}), [one, other])
        if row in after.by_id and not agrees(got, expected):
            args = {"batch-values-mixed": {}, "value-not-read-back": {"type": "null", "how": "missing"}}
            found = args.get(rule, {"parameter": values.partial})
            yield Breach(rule, found, exchange, expected, got, "values.partial")
            if rule == "batch-values-mixed":
                return


def _twice(lab: Lab, values: Values) -> Iterator[Breach]:
    """Two partial entries of one row in one batch, each of another field: in either order, both are kept."""
    (row,), (one, other) = rows_of(lab, values, 1), two_fields(lab, values)
    entries = [entry_of(values, row, [(each, sample(each, 2))], True) for each in (one, other)]
    exchange = write(lab, values, entries)
    if exchange.ok:  # to refuse a batch that names a row twice is the server's choice
        expected = {one.id: sample(one, 2), other.id: sample(other, 2)}
        after = lab.view(values.collection).by_id
        got = read(values, after.get(row, {}), [one, other])
        if row in after and not agrees(got, expected):
            yield Breach("batch-values-mixed", {}, exchange, expected, got, "values.partial")


def _repeat(lab: Lab, values: Values) -> Iterator[Breach]:
    """The same update again changes nothing more, be it full or partial."""
    fields = list({one.type: one for one in reversed(fields_of(lab, values))}.values())
    rows = rows_of(lab, values, min(len(lab.view(values.collection).ids), 2) or 1)
    items = [(one, sample(one)) for one in fields]
    entries = [entry_of(values, row, items, flag) for row, flag in zip(rows, (True, False), strict=False)]
    for _ in range(2):
        exchange = put(lab, values, entries, f"{values.entries} = [{len(entries)}]")
    after = lab.view(values.collection).by_id
    for row, one in ((row, one) for row in rows if row in after for one in fields):
        shown = [item[2] for item in held(values, after[row]) if item[0] == one.id]
        if not same(shown, [sample(one)]):
            yield Breach("update-not-idempotent", {}, exchange, [sample(one)], shown, "values.each")
            return


def _refused(lab: Lab, values: Values) -> Iterator[Breach]:
    """A row or field that does not exist is refused in the midst of a batch, and nothing of it is done."""
    yield from _strays(lab, values, thorough=False)


def _refused_anywhere(lab: Lab, values: Values) -> Iterator[Breach]:
    """The same in the first and in the last place, and alone."""
    yield from _strays(lab, values, thorough=True)


def _strays(lab: Lab, values: Values, thorough: bool) -> Iterator[Breach]:
    one, rows = fields_of(lab, values)[0], rows_of(lab, values, 2)
    rows = rows_of(lab, values, 3) if len(lab.view(values.collection).ids) > len(rows) else [*rows, rows[0]]
    stray = MetadataField(UNKNOWN_ID, "diglot-unknown", "string")
    first, last = (
        entry_of(values, row, [(one, sample(one, 3))], flag) for row, flag in zip(rows[::2], (False, True), strict=True)
    )
    bad_row = entry_of(values, UNKNOWN_ID, [(one, sample(one, 3))], False)
    bad_field = entry_of(values, rows[1], [(stray, "x")], True)
    # A known name does not make an unknown field a known one.
    named = MetadataField(UNKNOWN_ID, fields_of(lab, values)[-1].name, one.type)
    mixed = entry_of(values, rows[1], [(one, sample(one, 4)), (named, sample(named))], True)
    batches = [
        ("unknown-row-accepted", [first, bad_row, last]),
        ("unknown-field-accepted", [first, bad_field, last]),
        ("unknown-field-accepted", [mixed]),
    ]
    if thorough:
        turned = entry_of(values, rows[1], [(stray, "x"), (one, sample(one, 4))], False)
        batches = [
            (rule, batch)
            for rule, bad in (("unknown-row-accepted", bad_row), ("unknown-field-accepted", bad_field))
            for batch in ([bad], [first, bad], [bad, last])
        ] + [("unknown-field-accepted", [turned])]
    before = lab.view(values.collection)
    for rule, batch in batches:
        exchange = write(lab, values, batch)
        if exchange.ok:
            yield Breach(rule, {"action": values.entries}, exchange, 400, exchange.status, "batch.unknown")
            return
        case = "unknown-row" if rule == "unknown-row-accepted" else "unknown-field"
        yield from wrongly_refused(values.endpoint, exchange, values.unknown, case, values.entries)
    if changes := changed_between(before, lab.view(values.collection)):
        yield Breach("batch-not-atomic", {"action": values.entries}, exchange, {}, changes, "batch.atomic")


def _empty(lab: Lab, values: Values) -> Iterator[Breach]:
    """A batch of no entries is accepted and changes nothing."""
    before = lab.view(values.collection)
    exchange = put(lab, values, [], f"{values.entries} = []")
    yield from _beyond(lab, values, before, lab.view(values.collection), (), exchange, "batch.empty")


LAWS = (
    Law("values.apart", "values", _apart, writes=True),
    Law("values.replace", "values", _replace, writes=True, presumes=("values.apart",)),
    Law("values.flags", "values", _flags, writes=True, presumes=("values.apart", "values.replace")),
    Law("values.twice", "values", _twice, writes=True, presumes=("values.apart", "values.replace")),
    Law("values.repeat", "values", _repeat, writes=True, presumes=("values.apart",)),
    Law("values.refused", "values", _refused, writes=True, presumes=("values.apart",)),
    Law("values.empty", "values", _empty, writes=True),
    Law("values.large", "values", _large, writes=True, presumes=("values.apart",), thorough=True),
    Law(
        "values.refused-anywhere", "values", _refused_anywhere, writes=True, presumes=("values.refused",), thorough=True
    ),
)
