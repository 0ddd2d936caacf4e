"""Every kind of value is read back exactly as it was written, under its field's id and name."""

from __future__ import annotations

import html
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from diglot.conform.bench.fields import TYPES, entry_of, fields_of, rows_of
from diglot.conform.bench.lab import Lab, refused
from diglot.conform.bench.ledger import held, same, write
from diglot.conform.binding.bindings import Values
from diglot.conform.fixtures import MetadataField
from diglot.conform.laws.law import Law
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import Exchange

# What every server must take: the contract sets no bound, but a sensible server might.
_TEXTS = (
    "diglot", "", "007", " edge ", "x" * 300, "Line\nbreak\ttab", "引用 “值” é 🙂", "'; \"quoted\" \\ %_<b>&amp;</b>",
    "0", "null", "true", "e\u0301 A\u030a ﬁ ²", "Straße İstanbul ΑΣ", "1e5", "{\"a\": [1]}",
    "a+b %41 \\u0041 \\n", "ASCII Ünïcode",
)  # fmt: skip
_NUMBERS = (42.5, 0, 0.1, -1, 1741267200, 123456.789, 2**53 - 1, -0.25, 1 - 2**53, 1)
_TIMES = (1741267200, 0)
# What a server may refuse; what it accepts it keeps.
_WIDE_TEXTS = ("x" * 4999 + "!", "a\r\nb\rc", "\u2028 \u200f\u200d\ufeff", "👩‍👩‍👧‍👦" * 80)
_WIDE_NUMBERS = (1e21, 1e-7, 2**53 + 1, -1.5e300)
_LONG = "".join(f"{number:06} " for number in range(10_000))
_ODD = (_LONG, "\x01\x7f", "a\0b", "\ufffe", "é" * 30_000)
_MOST_TURNS = 3
_EXACT = 2**53


def _read_back(lab: Lab, values: Values) -> Iterator[Breach]:
    """Values that every server must take, of every field, a few on a row."""
    yield from _exactly(lab, values, {"string": (*_TEXTS, None), "number": (*_NUMBERS, None), "time": (*_TIMES, None)})


def _wide(lab: Lab, values: Values) -> Iterator[Breach]:
    """Values that a server may refuse, but not alter."""
    yield from _exactly(lab, values, {"string": _WIDE_TEXTS, "number": _WIDE_NUMBERS}, bound=False)
    yield from _exactly(lab, values, {"string": (_LONG,)}, bound=False)


def _odd(lab: Lab, values: Values) -> Iterator[Breach]:
    """More of these, each in a request of its own."""
    for kind, given in (("string", (*_WIDE_TEXTS, *_ODD)), ("number", _WIDE_NUMBERS)):
        for value in given:
            yield from _exactly(lab, values, {kind: (value,)}, bound=False)


def _other_types(lab: Lab, values: Values) -> Iterator[Breach]:
    """Values of another type than the field's: taken or refused, as the server likes, but nothing breaks."""
    (row,) = rows_of(lab, values, 1)
    given = {"string": (7, 0.5), "number": ("seven", "7", ""), "time": ("2025-03-06", 1.5)}
    for one in _by_type(fields_of(lab, values)).values():
        for value in given[one.type]:
            exchange = _try(lab, values, [entry_of(values, row, [(one, value)], True)])
            if exchange.failure or exchange.status >= 500:
                yield refused(exchange, f"{one.type}: {_short(value)}")
                return


def _by_type(fields: Sequence[MetadataField]) -> dict[str, MetadataField]:
    return {one.type: one for one in reversed(fields)}


def _exactly(lab: Lab, values: Values, given: Mapping[str, Sequence[Any]], bound: bool = True) -> Iterator[Breach]:
    """Write values by type in as few requests as the rows allow and read them back. `bound`: none may be refused."""
    fields = fields_of(lab, values)
    rows = list(lab.view(values.collection).ids)
    if not rows:
        raise UnmetError("a dataset with at least 1 rows")
    plan = _spread(fields, given)
    rows = rows_of(lab, values, min(len(rows), len(plan)))
    for start in range(0, min(len(plan), _MOST_TURNS * len(rows)), len(rows)):
        wanted = dict(zip(rows, plan[start:], strict=False))
        before = lab.view(values.collection).by_id
        entries = [entry_of(values, row, items, False) for row, items in wanted.items()]
        exchange = write(lab, values, entries) if bound else _try(lab, values, entries)
        if exchange.ok:
            yield from _compared(lab, values, exchange, wanted, before)
        elif bound:
            yield _culprit(lab, values, exchange, wanted)
            return


def _try(lab: Lab, values: Values, entries: Sequence[Mapping[str, Any]]) -> Exchange:
    """Write what a server, or a proxy before it, may refuse in its own way."""
    lab.touched.update(str(one[values.row]) for one in entries)
    parameters = lab.values(values.endpoint)
    return lab.call(values.endpoint, parameters, body={values.entries: list(entries)}, strange=True)


def _spread(
    fields: Sequence[MetadataField], given: Mapping[str, Sequence[Any]]
) -> list[list[tuple[MetadataField, Any]]]:
    """The values of each type dealt out to the fields of that type: one list of items a row."""
    queues = {kind: list(reversed(those)) for kind, those in given.items()}
    plan = []
    while any(queues.get(one.type) for one in fields):
        plan.append([(one, queues[one.type].pop()) for one in fields if queues.get(one.type)])
    return plan


def _culprit(
    lab: Lab, values: Values, exchange: Exchange, wanted: Mapping[str, Sequence[tuple[MetadataField, Any]]]
) -> Breach:
    """The breach of a refused batch: by the first of its values that is refused alone, if one is."""
    for row, items in wanted.items():
        for one, value in items:
            alone = write(lab, values, [entry_of(values, row, [(one, value)], True)])
            if not alone.ok:
                return refused(alone, f"{values.item_value}: {one.type} {_short(value)}")
    return refused(exchange, f"{values.entries} = [{len(wanted)}]")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 24 else f"{text[:8]}… ({len(text)})"


def _compared(
    lab: Lab,
    values: Values,
    exchange: Exchange,
    wanted: Mapping[str, Sequence[tuple[MetadataField, Any]]],
    before: Mapping[str, Mapping[str, Any]],
) -> Iterator[Breach]:
    after = lab.view(values.collection).by_id
    found: set[tuple[str, str]] = set()
    for row, items in wanted.items():
        for one, value in items if row in after else ():
            shown = [item for item in held(values, after[row]) if item[0] == one.id]
            right = len(shown) == 1 and shown[0][1] == one.name and _equal(value, shown[0][2])
            how = _retyped(lab, values, one, before, after[row]) if right else _how(one, value, shown)
            kind = "null" if value is None else one.type
            if how and (kind, how) not in found:
                found.add((kind, how))
                expected, got = [one.id, one.name, value], [list(item) for item in shown]
                yield Breach("value-not-read-back", {"type": kind, "how": how}, exchange, expected, got, "values.value")


def _types(values: Values, one: MetadataField, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """The types under which some rows show a field."""
    listed = [row.get(values.shown) for row in rows]
    items = [item for some in listed if isinstance(some, list) for item in some if isinstance(item, dict)]
    return {str(item["type"]) for item in items if item.get(values.item_id) == one.id and "type" in item}


def _retyped(
    lab: Lab, values: Values, one: MetadataField, before: Mapping[str, Mapping[str, Any]], row: Mapping[str, Any]
) -> str:
    """Whether a field is shown under another type than it was, or than the user says it has."""
    old, new = _types(values, one, before.values()), _types(values, one, [row])
    if one in lab.fixtures.metadata_fields and not new - set(TYPES):
        old = {one.type}
    return "type" if len(old) == 1 and new and new != old else ""


def _equal(written: Any, shown: Any) -> bool:
    """Whether a value is read back as written; integers that a double cannot hold may come back as the nearest one."""
    if isinstance(written, int) and abs(written) > _EXACT:
        return shown in (written, float(written))
    return same(shown, written)


def _how(one: MetadataField, written: Any, shown: Sequence[tuple[Any, Any, Any]]) -> str:
    """In what way a value is not what was written: two values that suffer from one cause give one word."""
    if len(shown) != 1:
        return "missing" if not shown else "repeated"
    _, name, got = shown[0]
    if name != one.name:
        return "name"
    if isinstance(written, str) and isinstance(got, str):
        return next((how for how, form in _forms(written) if form == got), _cut(written, got))
    if isinstance(written, int | float) and isinstance(got, int | float) and not isinstance(got, bool):
        return "rounded" if written - 1 < got < written + 1 else "number"
    return "null" if got is None else "json-type"


def _forms(text: str) -> Iterator[tuple[str, str]]:
    yield "trimmed", text.strip()
    yield "letter-case", text.lower()
    yield "letter-case", text.upper()
    yield "escaped", html.escape(text)
    yield "escaped", html.escape(text, quote=False)
    yield "unescaped", html.unescape(text)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield "normalised", unicodedata.normalize(form, text)


def _cut(written: str, got: str) -> str:
    return "cut" if written.startswith(got) else "text"


LAWS = (
    Law("values.read-back", "values", _read_back, writes=True, presumes=("values.apart",)),
    Law("values.wide", "values", _wide, writes=True, presumes=("values.apart", "values.read-back")),
    Law("values.odd", "values", _odd, writes=True, presumes=("values.apart", "values.read-back"), thorough=True),
    Law("values.other-types", "values", _other_types, writes=True, presumes=("values.apart",), thorough=True),
)
