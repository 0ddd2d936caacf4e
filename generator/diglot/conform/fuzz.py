"""Fuzzing with Schemathesis: it draws the input and knows which is valid; the wire judges each answer.

The only module that knows Schemathesis. Of its checks only the one that needs its knowledge of the input is used
(`negative_data_rejection`): everything else that one answer can show is judged by `wire`, in the same words as for the
laws. It does not ask that valid input be accepted: a documented 4xx for a rule of business is a right answer. Methods
that the contract does not know are left to the laws, which try them where they cannot do harm.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from diglot.conform.bench.fields import fields_of
from diglot.conform.bench.lab import Lab
from diglot.conform.bench.ledger import Ledger
from diglot.conform.binding.bindings import matches
from diglot.conform.binding.surface import Endpoint
from diglot.conform.credentials import Credential
from diglot.conform.findings import Findings
from diglot.conform.outcome import NotExercised
from diglot.conform.wire.breach import Breach, UnmetError
from diglot.conform.wire.session import NOT_JSON, Exchange, Request

_EXAMPLES = 6  # an operation; the time is the second bound, for slow servers
_SECONDS = 10.0
_REQUESTS = 600
_KNOWN = 0.9
_ROWS = 5
_UTF_8 = ((0x0, 0xD7FF), (0xE000, 0x10FFFF))  # every character but the surrogates
# Statuses that HTTP itself gives any server, whatever the contract says (RFC 9110, RFC 6585).
_OF_HTTP = frozenset({408, 413, 414, 429, 431})


def fuzz(lab: Lab, findings: Findings, kept: Sequence[Ledger]) -> list[NotExercised]:
    """Send drawn input to every operation for some seconds, and add what is found.

    Nothing is written to the working directory. Returns what could not be done.
    """
    seconds = min(_SECONDS, lab.options.budget - lab.session.elapsed)
    allowed = min(_REQUESTS, lab.options.max_requests - lab.session.sent)
    if seconds <= 0 or allowed <= 0:
        return [NotExercised("fuzz", "a larger budget")]
    judge = _Judge(lab, findings)
    with _own_storage():
        for recorder in _scenarios(lab, kept, seconds, allowed, judge):
            findings.tell("fuzz", recorder.label, 0, 0)
            judge.take(recorder)
    lab.forget()
    return [NotExercised(f"fuzz: {name}", reason) for name, reason in judge.problems.items()]


@contextmanager
def _own_storage() -> Iterator[None]:
    """Keep what Hypothesis caches out of the working directory."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with tempfile.TemporaryDirectory(prefix="diglot-") as folder:
        set_hypothesis_home_dir(folder)
        _plant_alphabet()
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _plant_alphabet() -> None:
    """Write down which characters UTF-8 has: Hypothesis would try every one, for seconds; it does where it must."""
    with contextlib.suppress(ImportError, OSError):
        from hypothesis.internal.charmap import charmap_file

        path = charmap_file("codec-v2-utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps([_UTF_8, []]).encode()))


def _scenarios(lab: Lab, kept: Sequence[Ledger], seconds: float, allowed: int, judge: _Judge) -> Iterator[Any]:
    """The record of each operation in each phase, until the phases, the time or the requests are over."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import events, from_schema

    config = SchemathesisConfig.from_dict(_settings(lab, _known(lab, kept)))
    schema = schemathesis.openapi.from_dict(_document(lab), config=config)
    started, fuzzed, stream = lab.session.elapsed, set(), from_schema(schema).execute()
    for event in stream:
        if isinstance(event, events.NonFatalError | events.FatalError):
            error = getattr(event, "value", None) or getattr(event, "exception", None)
            judge.problems[str(getattr(event, "label", "—"))] = _in_short(lab, error)
        if not isinstance(event, events.ScenarioFinished):
            continue
        label = event.recorder.label
        again = event.phase.value == "fuzzing" and label in fuzzed
        if event.phase.value == "fuzzing":
            fuzzed.add(label)
        lab.session.sent += len(event.recorder.interactions)
        allowed -= len(event.recorder.interactions)
        yield event.recorder
        if again or allowed <= 0 or lab.session.elapsed - started > seconds:
            stream.stop()


def _in_short(lab: Lab, error: Any) -> str:
    """An error in one short line without keys."""
    return lab.session.redactor.clean(f"{type(error).__name__}: {error}".splitlines()[0])[:200]


def _document(lab: Lab) -> Any:
    """The contract to draw from; with --read-only only what reads."""
    document = dict(lab.surface.document)
    if lab.options.read_only:
        document["paths"] = {
            path: {name: held for name, held in item.items() if name in ("get", "head", "parameters", "servers")}
            for path, item in document.get("paths", {}).items()
            if isinstance(item, dict)
        }
    return document


def _settings(lab: Lab, known: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    headers = {"Authorization": lab.key.sent} if lab.fixtures.token.value else {}
    return {
        "seed": lab.options.seed,
        "cache": {"enabled": False},
        "base-url": lab.session.base_url,
        "headers": headers,
        "request-timeout": lab.options.timeout,
        "max-redirects": 0,
        "generation": {"max-examples": _EXAMPLES, "database": "none", "no-shrink": True},
        "phases": {"stateful": {"enabled": False}, "coverage": {"unexpected-methods": []}},
        "checks": {"enabled": False, "negative_data_rejection": {"enabled": True}},
        "dictionaries": {f"known{place}": {"values": list(values)} for place, values in enumerate(known.values())},
        "parameters": {
            name: {"dictionary": f"known{place}", "probability": _KNOWN} for place, name in enumerate(known)
        },
    }


def _known(lab: Lab, kept: Sequence[Ledger]) -> dict[str, list[Any]]:
    """Known ids by where they belong, so that requests get past the first 404.

    Rows are those that an action can be undone on exactly, so that the ledger can put them back.
    """
    known: dict[str, list[Any]] = {}
    for endpoint in lab.surface.endpoints:
        for parameter in endpoint.placed("path"):
            try:
                value = lab.values(endpoint)[parameter.name]
            except UnmetError:
                continue
            if "enum" not in parameter.schema:
                known[f"path.{parameter.name}"] = [value]
    before = kept[0].before if kept else {}
    for actions in lab.bindings.actions:
        rows = [key for key, row in before.items() if matches(row, actions.actions[0].on)][:_ROWS]
        known[f"body.{actions.ids}[*]"] = rows
        lab.touched.update(rows)
    for values in lab.bindings.values:
        known[f"body.{values.entries}[*].{values.row}"] = list(before)[:_ROWS]
        lab.touched.update(list(before)[:_ROWS])
        item = f"body.{values.entries}[*].{values.items}[*]"
        try:
            fields = fields_of(lab, values) if before else []
        except UnmetError:
            fields = []
        known[f"{item}.{values.item_id}"] = [one.id for one in fields]
        known[f"{item}.{values.item_name}"] = [one.name for one in fields]
    return {name: values for name, values in known.items() if values}


@dataclass
class _Judge:
    """Turns recorded scenarios into findings."""

    lab: Lab
    findings: Findings

    def __post_init__(self) -> None:
        self.problems: dict[str, str] = {}

    def take(self, recorder: Any) -> None:
        """Judge every answer of one scenario."""
        for key, interaction in recorder.interactions.items():
            case = recorder.cases[key].value
            endpoint = self.lab.surface.find(f"{case.operation.method} {case.operation.path}")
            if endpoint is None:
                continue
            exchange = self._exchange(interaction)
            for breach in self._breaches(endpoint, case, exchange, recorder.checks.get(key, ())):
                self.findings.notice(endpoint, breach)

    def _breaches(self, endpoint: Endpoint, case: Any, exchange: Exchange, checks: Sequence[Any]) -> Iterator[Breach]:
        if exchange.failure == "too-large" or exchange.status in _OF_HTTP:
            return
        routed = not (exchange.status in (404, 405) and exchange.json is NOT_JSON and _bent(case))
        if routed and exchange.request.method == endpoint.method:
            yield from self.lab.wire.check(endpoint, exchange)
        if self.lab.session.redactor.echoed(exchange.text):
            yield Breach("secret-echoed", {}, exchange, source="auth.echo")
        for check in checks:
            if check.failure_info is not None and check.name == "negative_data_rejection":
                args = {"where": _where(case)}
                yield Breach("invalid-input-accepted", args, exchange, "4xx", exchange.status, "input.refused")

    def _exchange(self, interaction: Any) -> Exchange:
        sent, answer = interaction.request, interaction.response
        address, _, query = sent.uri.partition("?")
        path = address.removeprefix(self.lab.session.base_url)
        headers = {name.lower(): values[0] for name, values in sent.headers.items()}
        given = headers.get("authorization")
        shown = re.sub(r'([\\"$`])', r"\\\1", str(given))  # a curl line puts it in double quotes
        credential = self.lab.key if given == self.lab.key.sent else Credential("drawn", given, shown)
        request = Request(sent.method, path, query, sent.body, headers.get("content-type"), credential)
        if answer is None:
            return Exchange(request, sent.uri, 0, {}, b"", "dropped")
        received = {name.lower(): values[0] for name, values in answer.headers.items()}
        cut = "too-large" if answer.content_size > len(answer.content) else ""  # by the recorder, not by the server
        return Exchange(request, sent.uri, answer.status_code, received, answer.content, cut)


def _bent(case: Any) -> bool:
    """Whether a path parameter was drawn that may not have reached the operation: the router answered."""
    values = case.path_parameters or {}
    return any(not str(value) or set(str(value)) & set("/.%?#\\") for value in values.values())


def _where(case: Any) -> str:
    """Which part of the input was wrong, as far as the drawn case says: `query limit`, `body`."""
    meta = getattr(case, "meta", None)
    data = getattr(getattr(meta, "phase", None), "data", None)
    place, name = getattr(data, "parameter_location", None), getattr(data, "parameter", None)
    place = getattr(place, "value", place)
    if place == "body" or place is None:
        return "body" if case.operation.body else "query"
    return f"{place} {name}" if name else str(place)
