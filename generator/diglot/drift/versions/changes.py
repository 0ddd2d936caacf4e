"""A difference between two versions as named changes: what was added, removed, widened, narrowed. Still no opinion.

One difference may hold several: the bounds of a place are one fact, and each bound that moved is a change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot.core.rules.changes import BOUND_NAMES
from diglot.drift.walk.facts import Difference, Saying, Spot
from diglot.drift.walk.terms import text


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: its name in the rule table, the old and the new value, and what of a list it is about."""

    name: str
    old: Any = None
    new: Any = None
    item: str = ""
    part: str = ""  # of what the difference is made of, the one that changed


@dataclass(frozen=True, slots=True)
class _Moved:
    """One difference with what either version says: its value, or None where it says nothing."""

    difference: Difference
    old: Saying
    new: Saying

    @property
    def before(self) -> Any:
        return self.old.value if self.old.present else None

    @property
    def after(self) -> Any:
        return self.new.value if self.new.present else None


_KINDRED = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_SCALARS = frozenset({"string", "integer", "number", "boolean"})
_Split = Callable[[_Moved], Iterator[Change]]


def changes(difference: Difference, old: Saying, new: Saying) -> tuple[Change, ...]:
    """The changes that one difference between the old and the new version is made of."""
    split = _SPLIT.get(difference.what, _keyword)
    if difference.notes.get("keyword") and split is not _counts:
        split = _keyword  # whatever a schema calls it
    found = tuple(split(_Moved(difference, old, new)))
    return found or (Change(f"{difference.what}-rearranged", old.value, new.value),)


def _keyword(moved: _Moved) -> Iterator[Change]:
    """A keyword that is there or not, or says something else."""
    name = _KEYWORDS.get(moved.difference.what, moved.difference.what)
    turn = "added" if not moved.old.present else "removed" if not moved.new.present else "changed"
    yield Change(f"{name}-{turn}", moved.before, moved.after)


def _types(moved: _Moved) -> Iterator[Change]:
    before, after = moved.before, moved.after
    items = moved.difference.notes.get("items")
    if items is not None and _repeats(moved.difference.spot):  # `?tag=a` is a list of one
        before, after = (sorted({*value, *items}) if value == ["array"] else value for value in (before, after))
    if _is_text(moved.difference.spot):  # there, a text admits whatever a number or a truth value is written as
        before, after = (
            value and sorted({*value, *_SCALARS} if "string" in value else value) for value in (before, after)
        )
    wider, narrower = _covers(after, before), _covers(before, after)
    name = "type-generalized" if wider else "type-specialized" if narrower else "type-changed"
    yield Change(name, moved.before, moved.after)


def _is_text(spot: Spot) -> bool:
    """Whether a value travels as text: in an address or a header, by itself or as an item of a list."""
    return not spot.media and (spot.depth == 0 or (spot.depth == 1 and spot.path.endswith("[*]")))


def _repeats(spot: Spot) -> bool:
    """Whether a list of one value is written as that value is."""
    return spot.part == "query" and not spot.media and spot.depth == 0


def _covers(wide: Sequence[str] | None, narrow: Sequence[str] | None) -> bool:
    """Whether every value of the types `narrow` is one of the types `wide`; None is any type."""
    if wide is None or narrow is None:
        return wide is None
    return all(kind in wide or (kind == "integer" and "number" in wide) for kind in narrow)


def _flag(raised: str, lowered: str) -> _Split:
    def split(moved: _Moved) -> Iterator[Change]:
        yield Change(raised if moved.after else lowered)

    return split


def _enum(moved: _Moved) -> Iterator[Change]:
    """Listed values; a list of one is a constant."""
    before, after = moved.before, moved.after
    if before is None or after is None:
        single = len((before if after is None else after) or ()) == 1
        appeared, gone = ("const-added", "const-removed") if single else ("became-enum", "became-not-enum")
        yield Change(appeared if before is None else gone, before, after)
    elif len(before) == len(after) == 1:
        yield Change("const-changed", before[0], after[0])
    else:
        for name, listed, others in (("enum-value-removed", before, after), ("enum-value-added", after, before)):
            known = set(map(text, others))
            for value in (value for value in listed if text(value) not in known):
                yield Change(name, item=text(value), part=text(value))


def _bounds(moved: _Moved) -> Iterator[Change]:
    return _moved_bounds(moved.before or {}, moved.after or {})


def _counts(moved: _Moved) -> Iterator[Change]:
    """`minContains`, `maxContains`: bounds that stand among the keywords that are compared whole."""
    keyword = moved.difference.what
    before, after = ({keyword: value} if isinstance(value, int) else {} for value in (moved.before, moved.after))
    return _moved_bounds(before, after)


def _moved_bounds(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    before, after = dict(before), dict(after)
    for inclusive, exclusive in _KINDRED:
        yield from _turned(before, after, inclusive, exclusive)
    for keyword in dict.fromkeys([*before, *after]):
        one, other = before.get(keyword), after.get(keyword)
        if text(one) == text(other):
            continue
        name = BOUND_NAMES.get(keyword) or {"multipleOf": "multiple-of", "uniqueItems": "unique-items"}[keyword]
        turn = "changed" if keyword not in BOUND_NAMES else "increased" if (other or 0) > (one or 0) else "decreased"
        turn = "set" if one is None else "unset" if other is None else turn
        yield Change(f"{name}-{turn}", one, other, part=keyword)


def _turned(before: dict[str, Any], after: dict[str, Any], inclusive: str, exclusive: str) -> Iterator[Change]:
    """A bound that excludes its value where it included it, or the other way round, is one bound that moved."""
    sign = ">" if inclusive == "minimum" else "<"
    for gone, new in ((inclusive, exclusive), (exclusive, inclusive)):
        if gone not in before or new not in after or gone in after or new in before:
            continue
        one, other = before.pop(gone), after.pop(new)
        grown = other > one or (other == one and (sign == ">") == (new == exclusive))
        old, now = (
            f"{sign}{'' if key == exclusive else '='} {text(value)}" for key, value in ((gone, one), (new, other))
        )
        yield Change(f"{BOUND_NAMES[inclusive]}-{'increased' if grown else 'decreased'}", old, now, part=new)


def _listed(name: str) -> _Split:
    def split(moved: _Moved) -> Iterator[Change]:
        before, after = Counter(moved.before or ()), Counter(moved.after or ())
        for turn, listed in (("removed", before - after), ("added", after - before)):
            for value in sorted(listed):
                yield Change(f"{name}-{turn}", item=value)

    return split


def _variants(moved: _Moved) -> Iterator[Change]:
    notes = moved.difference.notes
    added = moved.new.present
    if moved.old.present and added:
        yield from _listed(str(notes.get("kind")))(moved)
        return
    # what the alternatives are to the one schema of the other version
    wider, narrower = notes.get("wider"), notes.get("narrower") or not notes.get("alone")
    if wider and notes.get("alone"):
        yield Change("wrapped-in-one-of" if added else "unwrapped-from-one-of", moved.before, moved.after)
    elif narrower:
        yield Change(f"one-of-constraint-{'added' if added else 'removed'}", moved.before, moved.after)
    else:
        yield Change("replaced-by-one-of" if added else "one-of-replaced", moved.before, moved.after)


def _unions(moved: _Moved) -> Iterator[Change]:
    yield Change("one-of-became-any-of" if "anyOf" in moved.after else "any-of-became-one-of")


def _fields(moved: _Moved) -> Iterator[Change]:
    """The names that must be present, of those that both versions have."""
    before, after = moved.before or [], moved.after or []
    requested = moved.difference.spot.direction == "request"
    filled = moved.difference.notes.get("filled", ()) if requested else ()
    for name in (name for name in after if name not in before):
        yield Change("became-required" + ("-with-default" if name in filled else ""), item=name, part=text(name))
    for name in (name for name in before if name not in after):
        yield Change("became-optional", item=name, part=text(name))


def _security(moved: _Moved) -> Iterator[Change]:
    """Alternatives, each a list of schemes that hold together; an empty one lets anybody in.

    Who could authenticate before and still can, because an alternative asks for no more than theirs, loses nothing.
    """
    anybody: frozenset[str] = frozenset()
    before, after = ([frozenset(each) for each in value or [[]]] for value in (moved.before, moved.after))
    lost = [each for each in before if not any(other <= each for other in after)]
    for each in lost:
        yield Change("security-removed" if each else "security-became-required", item=" + ".join(sorted(each)))
    if anybody in after and anybody not in before:
        yield Change("security-became-optional")
    won = [each for each in after if each and each not in before and anybody not in lost]
    for each in won:
        yield Change("security-added", item=" + ".join(sorted(each)))


_KEYWORDS = {
    "default": "default-value",
    "additional-schema": "additional-properties-schema",
    "items": "items-schema",
    "prefixItems": "prefix-items",
    "patternProperties": "pattern-property",
    "propertyNames": "property-names",
    "dependentRequired": "dependent-required",
    "dependentSchemas": "dependent-schema",
    "unevaluatedItems": "unevaluated-items",
    "unevaluatedProperties": "unevaluated-properties",
    "contentSchema": "content-schema",
    "contentMediaType": "content-media-type",
    "contentEncoding": "content-encoding",
}
_SPLIT: dict[str, _Split] = {
    "type": _types,
    "nullability": _flag("became-nullable", "became-not-nullable"),
    "enum": _enum,
    "bounds": _bounds,
    "minContains": _counts,
    "maxContains": _counts,
    "variant": _variants,
    "union-kind": _unions,
    "field-required": _fields,
    "additional-fields": _flag("additional-properties-forbidden", "additional-properties-allowed"),
    "read-only": _flag("became-read-only", "became-not-read-only"),
    "write-only": _flag("became-write-only", "became-not-write-only"),
    "deprecation": _flag("deprecated", "reactivated"),
    "parameter-required": _flag("became-required", "became-optional"),
    "body-required": _flag("became-required", "became-optional"),
    "header-required": _flag("became-required", "became-optional"),
    "servers": _listed("server"),
    "scopes": _listed("security-scope"),
    "oauth-scopes": _listed("security-component-oauth-scope"),
    "security": _security,
    "tags": _listed("tag"),
}
