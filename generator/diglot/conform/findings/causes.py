"""Which sights have one cause: the same fault at several operations, in several turns, or that follows from another."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from diglot.conform.findings.seen import Seen
from diglot.conform.findings.signature import plain, shape, signature

# By rule the args that only say in which turn the same fault was seen.
_ACTION = frozenset({"action", "inverse", "state"})
_TURNS: dict[str, frozenset[str]] = {
    "action-without-effect": _ACTION,
    "action-effect-wrong": _ACTION,
    "action-side-effect": _ACTION | {"what"},
    "action-not-undone": _ACTION,
    "action-not-idempotent": _ACTION,
    "action-unallowed-accepted": _ACTION,
    "batch-incomplete": _ACTION,
    "batch-not-atomic": _ACTION,
    "unknown-row-accepted": _ACTION,
    "filter-stale": _ACTION,
    "write-side-effect": frozenset({"what"}),
    "filter-total-wrong": frozenset({"parameter"}),
    "filter-more-wrong": frozenset({"parameter"}),
    "filter-pages-wrong": frozenset({"parameter"}),
}
# What every answer shows by itself and one function of a server is to blame for, wherever it shows.
_SHARED = frozenset({"content-type-undeclared", "secret-echoed", "status-undeclared"})
_ANSWER = frozenset(
    {"response-header-missing", "response-not-json", "response-schema-violated", "error-status-differs"}
)
_BROKEN = frozenset({"server-error", "answer-missing"})
# Laws over every operation alike: the code they test is written once.
_EVERYWHERE = ("auth.", "scope.", "input.methods", "input.media", "input.malformed")
_WIRE = _SHARED | _ANSWER | _BROKEN


def grouped(seen: Sequence[Seen]) -> list[list[Seen]]:
    """The sights by their cause, in their order; the first of each group is the one to tell."""
    groups = [[one] for one in seen]
    groups = _united(groups, _keys)
    for follows in (_follows, _answers_too):
        groups = _led(groups, follows)
    return groups


def _united(groups: list[list[Seen]], keys: Callable[[Seen], Iterable[Hashable]]) -> list[list[Seen]]:
    """The groups, those with a key in common in one."""
    known: dict[Hashable, list[Seen]] = {}
    for group in groups:
        mine = [key for one in group for key in keys(one)]
        home = next((known[key] for key in mine if key in known), None)
        if home is None:
            home = list(group)
        else:
            home += group
        known |= dict.fromkeys((key for key in mine if key not in known), home)
        known.setdefault(id(home), home)
    return list({id(group): group for group in known.values()}.values())


def _keys(one: Seen) -> Iterable[Hashable]:
    yield one.identity
    rule, args = one.breach.rule, dict(one.args)
    if _anywhere(one):
        turns = {"where"} if rule in _SHARED | _ANSWER else set()
        got = plain(str(one.breach.got).partition(",")[0]) if one.law.startswith("auth.") else ""
        yield "operations", rule, _frozen(args, turns), got
    if rule in _SHARED | _ANSWER:  # which answer is wrong, and where in it, says what is to be mended
        yield "places", rule, one.operation, _frozen(args, {"where"})
    if rule in _TURNS and one.places is None:
        yield "turns", rule, one.operation, _frozen(args, _TURNS[rule]), json.dumps(shape(one.breach.got), default=str)
    elif rule == "valid-input-refused":
        exchange = one.breach.exchange
        yield "refused", rule, one.operation, signature(exchange), exchange.request.query, exchange.request.body
    elif rule == "value-not-read-back" and len(one.breach.got or ()) > 1:  # not a value, but their number is wrong
        yield "turns", rule, one.operation


def _frozen(args: dict[str, Any], left_out: Iterable[str]) -> str:
    kept = {name: value for name, value in args.items() if name not in left_out}
    return json.dumps(kept, sort_keys=True, default=str)


def _anywhere(one: Seen) -> bool:
    """Whether the fault is of code that all operations share: then it is one wherever it shows."""
    rule = one.breach.rule
    if rule in _SHARED or (rule in _ANSWER and one.breach.exchange.status >= 400):
        return True
    if rule in _BROKEN:
        return bool(one.places) and all(not place.startswith(("query", "body /")) for place in one.places or ())
    return rule not in _WIRE and (one.law.startswith(_EVERYWHERE) or one.args.get("where") == "body /")


# By rule those that explain it at the same operation.
_LEADERS: dict[str, tuple[str, ...]] = {
    "order-unstable": ("pages-overlap-or-gap", "page-size-ignored"),
    "page-echo-wrong": ("page-size-ignored", "pages-overlap-or-gap"),
    "filter-wrong": ("pages-overlap-or-gap", "page-size-ignored"),
    "empty-page-wrong": ("total-wrong", "has-more-wrong", "filter-total-wrong", "filter-more-wrong"),
    "unknown-scope-answered": ("tenant-boundary-crossed",),
    "value-not-read-back": ("update-not-idempotent",),
}
# The same, whichever operation shows it.
_FAR_LEADERS: dict[str, tuple[str, ...]] = {
    "filter-stale": ("filter-wrong", "filters-not-combined", "filter-total-wrong", "filter-more-wrong"),
}
# The same, where both show in one exchange.
_SAME_ANSWER: dict[str, frozenset[str]] = {
    "valid-input-refused": _WIRE,
    "refusal-status-wrong": frozenset({"status-undeclared"}),
    "authentication-status-wrong": frozenset({"status-undeclared"}),
    "response-header-missing": frozenset({"challenge-missing"}),
}


def _led(groups: list[list[Seen]], follows: Callable[[Seen, Seen], bool]) -> list[list[Seen]]:
    """The groups, those that follow from another behind it."""
    leaders = {
        place: leader
        for place, group in enumerate(groups)
        for leader, other in enumerate(groups)
        if leader != place and any(follows(group[0], one) for one in other)
    }
    kept: dict[int, list[Seen]] = {}
    for place, group in enumerate(groups):
        at, path = place, {place}
        while at in leaders and leaders[at] not in path:
            at = leaders[at]
            path.add(at)
        kept.setdefault(at, list(groups[at]) if at != place else [])
        kept[at] += group if at != place or not kept[at] else []
    return [kept[place] for place in sorted(kept)]


def _follows(one: Seen, leader: Seen) -> bool:
    rule, other = one.breach.rule, leader.breach.rule
    if rule == "invalid-input-accepted":
        ignored = other in ("pages-overlap-or-gap", "page-size-ignored")
        return (
            ignored and one.operation == leader.operation and one.args["where"] == f"query {leader.args['parameter']}"
        )
    if rule == other == "tenant-boundary-crossed":  # a dataset that is answered for can be written to
        return (one.operation, one.args["case"], leader.args["case"]) == (leader.operation, "write", "other-tenant")
    if rule == "tenant-boundary-crossed" and other == "dataset-boundary-crossed":
        return one.operation == leader.operation and one.args == leader.args
    if rule == "value-not-read-back" and len(one.breach.got or ()) < 2:
        return False
    return (other in _LEADERS.get(rule, ()) and one.operation == leader.operation) or other in _FAR_LEADERS.get(
        rule, ()
    )


def _answers_too(one: Seen, leader: Seen) -> bool:
    wanted = _SAME_ANSWER.get(one.breach.rule, frozenset())
    return leader.breach.rule in wanted and not one.requests.isdisjoint(leader.requests)
