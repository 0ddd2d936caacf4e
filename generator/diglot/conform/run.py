"""One run: reach the server, try the laws, fuzz, put everything back, and report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from diglot.conform.bench.lab import Lab
from diglot.conform.bench.ledger import Ledger, ledgers
from diglot.conform.bench.requests import plain_request
from diglot.conform.binding.bindings import Bindings, bind
from diglot.conform.binding.surface import Surface
from diglot.conform.credentials import Redactor
from diglot.conform.findings import Findings
from diglot.conform.fixtures import Fixtures
from diglot.conform.laws.table import selected
from diglot.conform.laws.trial import Trial
from diglot.conform.outcome import NotExercised, Options, Report
from diglot.conform.replay import replay
from diglot.conform.target import Target
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError
from diglot.conform.wire.session import BudgetSpentError, Exchange, Request, Session
from diglot.core.tree import plain
from diglot.core.usage import UsageError

_NOTHING_KNOWN, _AS_USUAL = Fixtures(), Options()


def run(
    target: Target,
    contract: Mapping[str, Any],
    bindings: Mapping[str, Any] = MappingProxyType({}),
    fixtures: Fixtures = _NOTHING_KNOWN,
    options: Options = _AS_USUAL,
) -> Report:
    """Test a running server against a contract.

    `contract` is an OpenAPI 3.1 document, `bindings` the document of `specs/laws.yaml` (empty: what the contract shows
    by conventional names). Documents that the tests change are put back as they were, on Ctrl-C too.

    Raises:
        UsageError: the server cannot be reached or refuses the key, the application cannot be imported, or the contract
            has no operations.
    """
    surface = _testable(Surface.of(plain(contract)), fixtures)
    bound = bind(surface, bindings)
    started = time.monotonic()
    with target.open(_prefixes(contract)) as bases, _lab(bases, surface, bound, fixtures, options) as lab:
        findings = _findings(lab)
        kept = _keep(lab)
        trial = Trial(lab, findings, lambda: _put_back(kept[:1]))
        try:
            _engines(lab, trial, kept)
        except BudgetSpentError as spent:
            trial.not_exercised.append(NotExercised("—", spent.needs))
        finally:
            trial.notice()
            _restore(lab, kept, findings)
        trial.not_exercised += [NotExercised(f"schema {one}", "a schema that compiles") for one in lab.wire.unusable]
        return Report(
            requests=lab.session.sent,
            seconds=time.monotonic() - started,
            operations=len(surface.endpoints),
            laws=trial.exercised,
            findings=findings.all(),
            not_exercised=tuple(dict.fromkeys(trial.not_exercised)),
        )


def _findings(lab: Lab) -> Findings:
    facts = {"seed": lab.options.seed, "base_url": lab.session.base_url, "dataset": lab.fixtures.dataset}
    return Findings(lab.session, lab.wire, lab.options, lab.bindings.sentences, facts, partial(plain_request, lab))


def _testable(surface: Surface, fixtures: Fixtures) -> Surface:
    if not surface.endpoints:
        raise UsageError("the contract has no operations: there is nothing to test")
    if not all(secret.value.isascii() and secret.value.isprintable() for secret in fixtures.secrets):
        raise UsageError("the key holds a character that no HTTP header can carry; was it copied with a line break?")
    return surface


def _engines(lab: Lab, trial: Trial, kept: list[Ledger]) -> None:
    if lab.options.replay:
        replay(lab, trial)
        return
    trial.run()
    if "fuzz" in lab.options.engines:
        from diglot.conform.fuzz import fuzz

        trial.not_exercised += fuzz(lab, trial.findings, kept)


def _prefixes(contract: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths below which an application may serve the API: those of the contract's servers, then the root."""
    found = []
    servers = contract.get("servers")
    for server in servers if isinstance(servers, list) else []:
        url = str(server.get("url", "")) if isinstance(server, Mapping) else ""
        variables = server.get("variables") if isinstance(server, Mapping) else None
        for name, variable in (variables if isinstance(variables, Mapping) else {}).items():
            if isinstance(variable, Mapping):
                url = url.replace("{" + str(name) + "}", str(variable.get("default", "")))
        try:
            found.append(urlsplit(url).path.rstrip("/"))
        except ValueError:
            continue
    return tuple(dict.fromkeys((*found, "")))


@contextmanager
def _lab(
    bases: tuple[str, ...], surface: Surface, bound: Bindings, fixtures: Fixtures, options: Options
) -> Iterator[Lab]:
    """The bench at the first base URL that knows the API.

    Raises:
        UsageError: none does, or the key is refused.
    """
    redactor = Redactor(fixtures.secrets)
    for base in bases:
        session = Session(base, options, redactor)
        try:
            lab = Lab(session, surface, bound, fixtures, options)
            exchange = _first_call(lab)
            lab.noticed.clear()
            if exchange.status == 404 and base != bases[-1]:
                continue
            _usable(exchange, lab)
            yield lab
            return
        finally:
            session.close()


def _first_call(lab: Lab) -> Exchange:
    """A plain question within the contract, or any question at all where nothing is known to ask for."""
    readers = [collection.endpoint for collection in lab.bindings.collections]
    for endpoint in (*readers, *(endpoint for endpoint in lab.surface.endpoints if endpoint.reads)):
        try:
            return lab.call(endpoint, lab.values(endpoint))
        except UnmetError:
            continue
    return lab.session.send(Request("GET", "/", credential=lab.key))


def _usable(exchange: Exchange, lab: Lab) -> None:
    url = lab.session.redactor.clean(exchange.url)
    if exchange.failure:
        raise UsageError(
            f"cannot reach {url}: {lab.session.redactor.clean(exchange.reason)}; is the server running there?"
        )
    if exchange.request.path == "/":
        return
    if exchange.status == 401:
        known = lab.fixtures.token.value != ""
        fault = "the server refused the key" if known else "the server asks for a key"
        raise UsageError(f"{fault}: 401 at {url}; give DIFY_API_KEY or --fixtures")
    if exchange.status == 404:
        raise UsageError(
            f"the server answers 404 at {url}; check the base URL (does it end in /v1?) and the dataset (--dataset)"
        )


def _keep(lab: Lab) -> list[Ledger]:
    """What is there before the tests, if they may change it."""
    laws = selected(lab.options)
    reads = "fuzz" not in lab.options.engines and all(law.over == "collection" and not law.writes for law in laws)
    if lab.options.replay:
        reads = all(one.operation.startswith(("GET ", "HEAD ")) for one in lab.options.replay)
    if lab.options.read_only or reads:
        return []
    try:
        return ledgers(lab)
    except (UnmetError, UnansweredError, BudgetSpentError):
        return []


def _put_back(kept: list[Ledger]) -> None:
    for ledger in kept:
        try:
            ledger.put_back()
        except (UnmetError, UnansweredError):
            continue


def _restore(lab: Lab, kept: list[Ledger], findings: Findings) -> None:
    """Put everything back at the end, whatever the budget says, and say so where it does not come out the same."""
    lab.session.put_back()
    lab.forget()
    for ledger in kept:
        endpoint = ledger.collection.endpoint
        try:
            left = ledger.put_back()
            exchange = lab.view(ledger.collection, ledger.scope, ledger.credential).exchange
        except (UnmetError, UnansweredError, BudgetSpentError):
            continue
        if left:
            fields = sorted({name for change in left.values() for name in change})
            breach = Breach("state-not-restored", {"fields": fields}, exchange, {}, dict(left))
            findings.add(endpoint.pointer, str(endpoint.key), breach)
    lab.noticed.clear()
