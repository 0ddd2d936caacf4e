"""Values written onto rows are read back as written; a full update replaces, a partial one keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from diglot.conform.bench.fields import fields_of, rows_of, sample
from diglot.conform.bench.lab import UNKNOWN_ID, Lab, refused
from diglot.conform.bench.ledger import differences, entry, held, same, write
from diglot.conform.binding.bindings import Values
from diglot.conform.fixtures import MetadataField
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError
from diglot.conform.wire.session import Exchange

_TEXTS = (
    "diglot", "007", "0", "", " edge ", "Line\nbreak\ttab", "引用 “值” é 🙂", "'; \"quoted\" \\ %_<b>", "x" * 300,
)  # fmt: skip
_NUMBERS = (0, 1, -1, 42.5, 1741267200, 0.1)
_TIMES = (0, 1741267200)
_ROUNDS = 4

Items = Sequence[tuple[MetadataField, Any]]


def _two(lab: Lab, values: Values) -> tuple[MetadataField, MetadataField]:
    fields = fields_of(lab, values)
    if len(fields) < 2:
        raise UnmetError("two entries of [[metadata_field]] in --fixtures")
    return fields[0], fields[1]


def _put(lab: Lab, values: Values, rows: Mapping[str, Items], partial: bool | None, what: str) -> Exchange:
    entries = [
        entry(values, row, [(one.id, one.name, value) for one, value in items], partial) for row, items in rows.items()
    ]
    exchange = write(lab, values, entries)
    if not exchange.ok:
        raise UnansweredError(refused(exchange, what))
    return exchange


def _read(lab: Lab, values: Values, row: str) -> dict[str, Any]:
    return {str(key): value for key, _, value in held(values, lab.row(values.collection, row))}


def _read_back(lab: Lab, values: Values) -> Iterator[Breach]:
    """Every kind of value, each on a row of its own, is read back as written, under its field's id and name."""
    lists = {"string": _TEXTS, "number": _NUMBERS, "time": _TIMES}
    for one in {field.type: field for field in reversed(fields_of(lab, values))}.values():
        given = (*lists[one.type], None)
        rows = rows_of(lab, values, min(len(given), max(len(lab.view(values.collection).ids), 1)))
        wanted = dict(zip(rows, given, strict=False))
        exchange = _put(
            lab,
            values,
            {row: [(one, value)] for row, value in wanted.items()},
            False,
            f"{values.item_value}: {one.type}",
        )
        after = lab.view(values.collection).by_id
        for row, value in wanted.items():
            shown = [item for item in held(values, after.get(row, {})) if item[0] == one.id]
            if len(shown) != 1 or shown[0][:2] != (one.id, one.name) or not same(shown[0][2], value):
                expected, got = [one.id, one.name, value], [list(item) for item in shown]
                yield Breach(
                    "value-not-read-back", {"type": _kind(one, value)}, exchange, expected, got, "values.value"
                )
                break


def _kind(one: MetadataField, value: Any) -> str:
    return "null" if value is None else one.type


def _apart(lab: Lab, values: Values) -> Iterator[Breach]:
    """A batch gives each row its own values, and touches nothing else."""
    one, rows = fields_of(lab, values)[0], rows_of(lab, values, 3)
    before = lab.view(values.collection).by_id
    wanted = {row: [(one, sample(one, turn))] for turn, row in enumerate(rows)}
    exchange = _put(lab, values, wanted, False, f"{values.entries} = [3]")
    after = lab.view(values.collection).by_id
    if not any(values.shown in after.get(row, {}) for row in rows):
        raise UnmetError(f"rows that show {values.shown}")
    for row, items in wanted.items():
        expected = {field.id: value for field, value in items}
        got = {str(key): value for key, _, value in held(values, after.get(row, {})) if key in expected}
        if not same(got, expected):
            yield Breach("batch-values-mixed", {}, exchange, expected, got, "values.each")
            break
    changes = differences(before, after)
    others = changes.keys() - set(rows)
    fields = {name for key, change in changes.items() if key in rows for name in change} - {values.shown}
    for what in (*sorted(fields), *(["other-rows"] if others else [])):
        yield Breach(
            "write-side-effect", {"what": what}, exchange, {}, f"n = {len(changes)}", "values.each", frozenset(others)
        )


def _replace(lab: Lab, values: Values) -> Iterator[Breach]:
    """Full updates replace, partial ones keep, and to say nothing is to say false."""
    (row,), (one, other) = rows_of(lab, values, 1), _two(lab, values)
    for flag, rule in ((False, "full-update-keeps"), (True, "partial-update-drops"), (None, "partial-default-differs")):
        _put(lab, values, {row: [(one, sample(one)), (other, sample(other))]}, False, f"{values.items} = [2]")
        exchange = _put(lab, values, {row: [(one, sample(one, 1))]}, flag, f"{values.partial} = {_word(flag)}")
        expected = {one.id: sample(one, 1)} | ({other.id: sample(other)} if flag else {})
        got = _read(lab, values, row)
        if not same(got, expected):
            yield Breach(rule, {"parameter": values.partial}, exchange, expected, got, "values.partial")
            if rule == "full-update-keeps":
                return


def _word(flag: bool | None) -> str:
    return "(absent)" if flag is None else str(flag).lower()


def _clear(lab: Lab, values: Values) -> Iterator[Breach]:
    """A full update with no values leaves none; a partial one leaves all."""
    (row,), one = rows_of(lab, values, 1), fields_of(lab, values)[0]
    for flag, rule in ((True, "partial-update-drops"), (False, "full-update-keeps")):
        _put(lab, values, {row: [(one, sample(one))]}, False, f"{values.items} = [1]")
        exchange = _put(lab, values, {row: []}, flag, f"{values.items} = []")
        expected, got = ({one.id: sample(one)} if flag else {}), _read(lab, values, row)
        if not same(got, expected):
            yield Breach(rule, {"parameter": values.partial}, exchange, expected, got, "values.partial")


def _flags(lab: Lab, values: Values) -> Iterator[Breach]:
    """Each entry of a batch has a flag of its own."""
    rows, (one, other) = rows_of(lab, values, 2), _two(lab, values)
    for turn, flags in enumerate(((False, True), (True, False))):
        _put(
            lab,
            values,
            {row: [(one, sample(one)), (other, sample(other))] for row in rows},
            False,
            f"{values.entries} = [2]",
        )
        items = [(one.id, one.name, sample(one, turn + 1))]
        exchange = write(lab, values, [entry(values, row, items, flag) for row, flag in zip(rows, flags, strict=True)])
        for row, flag in zip(rows, flags, strict=True) if exchange.ok else ():
            expected = {one.id: sample(one, turn + 1)} | ({other.id: sample(other)} if flag else {})
            got = _read(lab, values, row)
            if not same(got, expected):
                yield Breach("batch-values-mixed", {}, exchange, expected, got, "values.partial")
                return


def _null(lab: Lab, values: Values) -> Iterator[Breach]:
    """A null written by a partial update is kept as a value, not passed over."""
    (row,), one = rows_of(lab, values, 1), fields_of(lab, values)[0]
    _put(lab, values, {row: [(one, sample(one))]}, False, f"{values.items} = [1]")
    exchange = _put(lab, values, {row: [(one, None)]}, True, f"{values.item_value} = null")
    got = _read(lab, values, row)
    if not same(got, {one.id: None}):
        yield Breach("value-not-read-back", {"type": "null"}, exchange, {one.id: None}, got, "values.value")


def _repeat(lab: Lab, values: Values) -> Iterator[Breach]:
    (row,), one = rows_of(lab, values, 1), fields_of(lab, values)[0]
    for flag in (False, True):
        for _ in range(2):
            exchange = _put(lab, values, {row: [(one, sample(one))]}, flag, f"{values.items} = [1]")
        shown = [item for item in held(values, lab.row(values.collection, row)) if item[0] == one.id]
        if len(shown) != 1:
            yield Breach("update-not-idempotent", {}, exchange, "n = 1", f"n = {len(shown)}", "values.each")
            return


def _refused(lab: Lab, values: Values) -> Iterator[Breach]:
    """A row or field that does not exist is refused, in any place of the batch, and nothing of it is done."""
    (row, second), one = rows_of(lab, values, 2), fields_of(lab, values)[0]
    good = entry(values, row, [(one.id, one.name, sample(one, 3))], False)
    stray = MetadataField(UNKNOWN_ID, "diglot-unknown", "string")
    bad_row = entry(values, UNKNOWN_ID, [(one.id, one.name, sample(one, 3))], False)
    bad_field = entry(values, second, [(stray.id, stray.name, "x")], True)
    mixed = entry(values, second, [(one.id, one.name, sample(one, 4)), (stray.id, stray.name, "x")], True)
    before = lab.view(values.collection).by_id
    for rule, batch in (
        ("unknown-row-accepted", [good, bad_row]),
        ("unknown-row-accepted", [bad_row, good]),
        ("unknown-field-accepted", [good, bad_field]),
        ("unknown-field-accepted", [bad_field, good]),
        ("unknown-field-accepted", [mixed]),
    ):
        exchange = write(lab, values, batch)
        if exchange.ok:
            yield Breach(rule, {"action": values.entries}, exchange, 400, exchange.status, "batch.unknown")
            return
    if changes := differences(before, lab.view(values.collection).by_id):
        yield Breach("batch-not-atomic", {"action": values.entries}, exchange, {}, changes, "batch.atomic")


def _empty(lab: Lab, values: Values) -> Iterator[Breach]:
    before = lab.view(values.collection).by_id
    exchange = write(lab, values, [])
    if not exchange.ok:
        raise UnansweredError(refused(exchange, f"{values.entries} = []"))
    if changes := differences(before, lab.view(values.collection).by_id):
        yield Breach("write-side-effect", {"what": "other-rows"}, exchange, {}, f"n = {len(changes)}", "batch.empty")


def _concurrent(lab: Lab, values: Values) -> Iterator[Breach]:
    """Two partial updates of one row at the same time, each of another field: both must be found afterwards."""
    (row,), pair = rows_of(lab, values, 1), _two(lab, values)
    clients = [lab.session.connection() for _ in pair]
    try:
        with ThreadPoolExecutor(len(pair)) as pool:
            for turn in range(1, _ROUNDS + 1):
                entries = [entry(values, row, [(one.id, one.name, sample(one, turn))], True) for one in pair]
                calls = [
                    pool.submit(write, lab, values, [body], None, None, client)
                    for body, client in zip(entries, clients, strict=True)
                ]
                answers = [call.result() for call in calls]
                if not all(answer.ok for answer in answers):
                    return  # refused or failed: the wire speaks of it; a caller who is told may try again
                expected, got = {one.id: sample(one, turn) for one in pair}, _read(lab, values, row)
                if not all(same(got.get(key), value) for key, value in expected.items()):
                    yield Breach("concurrent-update-lost", {}, answers[0], expected, got, "values.concurrent")
                    return
    finally:
        for client in clients:
            client.close()


LAWS = (
    Law("values.apart", "values", _apart, writes=True),
    Law("values.read-back", "values", _read_back, writes=True, presumes=("values.apart",)),
    Law("values.replace", "values", _replace, writes=True, presumes=("values.apart",)),
    Law("values.clear", "values", _clear, writes=True, presumes=("values.apart", "values.replace")),
    Law("values.flags", "values", _flags, writes=True, presumes=("values.apart", "values.replace")),
    Law("values.null", "values", _null, writes=True, presumes=("values.apart", "values.replace")),
    Law("values.repeat", "values", _repeat, writes=True, presumes=("values.apart",)),
    Law("values.refused", "values", _refused, writes=True, presumes=("values.apart",)),
    Law("values.empty", "values", _empty, writes=True),
    Law("values.concurrent", "values", _concurrent, writes=True, presumes=("values.replace",), once=True),
)
