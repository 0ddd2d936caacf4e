"""Running recorded findings again: the recorded request where one exchange shows it, else the law on what it binds.

What a file says is data to compare with, never a place to go: paths must be those of an operation of the contract, and
credentials are only named.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from diglot.conform.bench.lab import Lab
from diglot.conform.bench.requests import bound_to
from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import NO_CREDENTIAL, Credential, near_misses
from diglot.conform.findings.places import path_values
from diglot.conform.laws.table import LAWS
from diglot.conform.laws.trial import Trial
from diglot.conform.outcome import NotExercised, Recorded
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.core.laws import PROMISES
from diglot.core.rules import RULES
from diglot.core.usage import UsageError

_SINGLE = frozenset({"wire.answer", "fuzz.refused"})
_ARGS_OF_REQUEST = ("where", "said")  # found anew with the request


def recorded(text: str, name: str) -> tuple[Recorded, ...]:
    """The findings of a file: what `--format json` or `jsonl` printed, or one finding of it.

    Raises:
        UsageError: the file holds something else; one line that says what.
    """
    entries = list(_entries(text, name))
    if not entries:
        raise UsageError(f"{name}: no finding to run again")
    return tuple(one for place, entry in enumerate(entries, 1) for one in _recorded(entry, f"{name}: finding {place}"))


def _entries(text: str, name: str) -> Iterator[Any]:
    try:
        value = json.loads(text)
    except RecursionError:
        raise UsageError(f"{name}: nested too deeply") from None
    except ValueError:
        try:
            yield from (json.loads(line) for line in text.splitlines() if line.strip())
        except (ValueError, RecursionError):
            raise UsageError(f"{name}: neither JSON nor one JSON object a line") from None
        return
    if isinstance(value, Mapping) and "findings" in value:
        value = value["findings"]
    yield from value if isinstance(value, list) else [value]


def _recorded(entry: Any, name: str) -> Iterator[Recorded]:
    """One finding, and those of the same cause that stand in its evidence."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("evidence"), Mapping):
        raise UsageError(f"{name}: not a finding of `diglot conform --format json`")
    rule, operation, args, evidence = entry.get("rule"), entry.get("operation"), entry.get("args"), entry["evidence"]
    if not isinstance(rule, str) or rule not in RULES or RULES[rule].stage != "conform":
        raise UsageError(f"{name}: no rule of `diglot conform` in it")
    if not isinstance(operation, str) or not isinstance(args, Mapping):
        raise UsageError(f"{name}: no operation and args in it")
    texts = {key: evidence.get(key) or "" for key in ("law", "during", "base_url", "dataset")}
    if not all(isinstance(value, str) for value in texts.values()):
        raise UsageError(f"{name}: law, base_url and dataset must be text")
    request = evidence.get("request")
    yield Recorded(rule, operation, dict(args), request=request if isinstance(request, Mapping) else {}, **texts)
    others = evidence.get("also")
    for other in others if isinstance(others, list) else []:
        yield from _recorded(other, name)


def replay(lab: Lab, trial: Trial) -> None:
    """Run each recorded finding again; what they do not speak of is left out of the findings.

    Raises:
        BudgetSpentError: what is left cannot be run.
    """
    tried: set[tuple[str, str]] = set()
    wanted = lab.options.replay
    for done, one in enumerate(wanted):
        trial.findings.tell("replay", one.rule, done, len(wanted))
        endpoint = lab.surface.find(one.operation)
        try:
            if endpoint is None:
                raise UnmetError("a contract that has the operation")
            if one.law in _SINGLE and one.request.get("complete") is True and _sendable(endpoint, one):
                _again(lab, trial, endpoint, one)
            else:
                _law_again(trial, endpoint, one, tried)
        except UnmetError as unmet:
            trial.not_exercised.append(NotExercised(f"{one.law or one.rule}: {one.operation}", unmet.needs))
    trial.findings.keep(lambda rule, operation, args: any(_is(one, rule, operation, args) for one in wanted))


def _is(one: Recorded, rule: str, operation: str, args: Mapping[str, Any]) -> bool:
    if rule == "answer-unstable" != one.rule:
        return operation == one.operation and args.get("rule") == one.rule
    return (rule, operation, _kept(args)) == (one.rule, one.operation, _kept(one.args))


def _kept(args: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in args.items() if name not in _ARGS_OF_REQUEST}
    return json.dumps(kept, sort_keys=True, default=str)


def _law_again(trial: Trial, endpoint: Endpoint, one: Recorded, tried: set[tuple[str, str]]) -> None:
    name = str(one.args.get("law") or "") if one.rule == "answer-unstable" else one.law
    name = (one.during or name) if name in _SINGLE else name
    law = next((law for law in LAWS if law.name == name), None)
    if law is None:
        raise UnmetError("the law or the whole request in the record" if name not in PROMISES else f"a law {name}")
    if (name, one.operation) in tried:
        return
    tried.add((name, one.operation))
    for bound in trial.bound(law):
        if (bound if isinstance(bound, Endpoint) else bound.endpoint).key == endpoint.key:
            trial.attempt(law, bound)


def _sendable(endpoint: Endpoint, one: Recorded) -> bool:
    """Whether the record is a request to the operation, and nothing beyond it."""
    texts = [one.request.get(key, "") for key in ("method", "path", "query", "media_type", "body", "body_base64")]
    if not all(isinstance(text, str) for text in texts) or one.request.get("credential") == "drawn":
        return False
    method, path, query, media_type = texts[:4]
    plain = all(text.isascii() and text.isprintable() and " " not in text for text in (path, query))
    values = path_values(endpoint, path)
    inside = all(value not in ("", ".", "..") and not set(value) & set("/?#\\") for value in values.values())
    fits = bool(values) or path == endpoint.path
    return method == endpoint.method and plain and fits and inside and (media_type + " ").isprintable()


def _again(lab: Lab, trial: Trial, endpoint: Endpoint, one: Recorded) -> None:
    """Send the recorded request, and judge its answer as it was judged."""
    request, values = one.request, dict(path_values(endpoint, str(one.request["path"])))
    mine = lab.fixtures.dataset
    values = {name: mine if mine and value == one.dataset else value for name, value in values.items()}
    raw = _body(request)
    if raw is not None and (bound := bound_to(lab, endpoint)):
        text = raw.decode("utf-8", "replace")
        lab.touched.update(key for key in lab.view(bound.collection).ids if key in text)
    credential = _credential(lab, str(request.get("credential", "valid")))
    media_type = str(request.get("media_type") or "") or None
    exchange = lab.call(
        endpoint, values, query=str(request.get("query", "")), raw=raw, media_type=media_type, credential=credential
    )
    if one.rule == "invalid-input-accepted" and (exchange.ok or 300 <= exchange.status < 400):
        args = {"where": one.args.get("where", "")}
        found = Breach(one.rule, args, exchange, "4xx", exchange.status, "input.refused", law=one.law)
        trial.findings.notice(endpoint, found)
    trial.notice()


def _body(request: Mapping[str, Any]) -> bytes | None:
    if "body_base64" in request:
        try:
            return base64.b64decode(str(request["body_base64"]), validate=True)
        except ValueError:
            raise UnmetError("a body in the record that is base64") from None
    return str(request["body"]).encode("utf-8", "surrogatepass") if "body" in request else None


def _credential(lab: Lab, name: str) -> Credential:
    """A credential by its name; the record never holds a key."""
    known = {one.name: one for one in near_misses(lab.fixtures.token)} | {"none": NO_CREDENTIAL, "valid": lab.key}
    if lab.other_key:
        known["other-tenant"] = lab.other_key
    if name not in known:
        raise UnmetError("[other_tenant] in --fixtures" if name == "other-tenant" else f"the credential {name}")
    return known[name]
