"""One run: reach the server, try the laws, fuzz, put everything back, and report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from diglot.conform.bench.journal import Journal, opened, place_of
from diglot.conform.bench.keeper import Keeper
from diglot.conform.bench.lab import Lab
from diglot.conform.bench.ledger import written_to
from diglot.conform.bench.recognition import stranger
from diglot.conform.bench.requests import plain_request
from diglot.conform.binding.bind import bind
from diglot.conform.binding.bindings import Bindings
from diglot.conform.binding.surface import Endpoint, Surface
from diglot.conform.credentials import Redactor
from diglot.conform.findings import Findings
from diglot.conform.fixtures import Fixtures
from diglot.conform.laws.table import selected
from diglot.conform.laws.trial import Trial
from diglot.conform.outcome import NotExercised, Options, Report
from diglot.conform.replay import replay
from diglot.conform.target import Target
from diglot.conform.wire.breach import UnmetError
from diglot.conform.wire.session import BudgetSpentError, Exchange, Request, Session
from diglot.core.tree import plain
from diglot.core.usage import UsageError

_First: TypeAlias = tuple[Endpoint | None, Exchange]
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
    by conventional names). Documents that the tests change are put back as they were; on Ctrl-C too, which ends the run
    and not the report, and by the next run where this process was killed.

    Raises:
        UsageError: the server cannot be reached or refuses the key, the application cannot be imported, the contract
            has no operations, or another run tests the same dataset.
    """
    surface = _testable(Surface.of(plain(contract)), fixtures)
    bound = bind(surface, bindings)
    started = time.monotonic()
    with target.open(_prefixes(contract)) as bases, _lab(bases, surface, bound, fixtures, options) as (lab, first):
        findings = _findings(lab)
        with _journal(target, lab) as journal:
            keeper = Keeper(lab, journal)
            trial = Trial(lab, findings, keeper.between)
            interrupted = _test(trial, keeper, first)
        trial.not_exercised += [*lab.wire.not_exercised(), *keeper.notes]
        return Report(
            requests=lab.session.sent,
            seconds=time.monotonic() - started,
            operations=len(surface.endpoints),
            laws=trial.exercised,
            findings=findings.all(),
            not_exercised=tuple(dict.fromkeys(trial.not_exercised)),
            interrupted=interrupted,
        )


def _findings(lab: Lab) -> Findings:
    facts = {"seed": lab.options.seed, "base_url": lab.session.base_url, "dataset": lab.fixtures.dataset}
    promised = lab.bindings.quoted if lab.options.profile == "documented" else None
    plainly = partial(plain_request, lab)
    return Findings(lab.session, lab.wire, lab.options, lab.bindings.sentences, facts, plainly, promised)


def _testable(surface: Surface, fixtures: Fixtures) -> Surface:
    if not surface.endpoints:
        raise UsageError("the contract has no operations: there is nothing to test")
    if not all(secret.value.isascii() and secret.value.isprintable() for secret in fixtures.secrets):
        raise UsageError("the key holds a character that no HTTP header can carry; was it copied with a line break?")
    return surface


@contextmanager
def _journal(target: Target, lab: Lab) -> Iterator[Journal | None]:
    """The journal of this server and dataset, where this run writes; one that waits is mentioned where it does not."""
    dataset = lab.fixtures.dataset or ""
    if not (lab.options.journal and target.label and written_to(lab)):
        yield None
    elif lab.options.read_only or not _writes(lab.options):
        waiting = place_of(target.label, dataset)
        if waiting.is_file() and lab.options.say:
            lab.options.say("journal-waiting", path=waiting)
        yield None
    else:
        with opened(target.label, dataset) as journal:
            yield journal


def _writes(options: Options) -> bool:
    if options.replay:
        return not all(one.operation.startswith(("GET ", "HEAD ")) for one in options.replay)
    laws = selected(options)
    return "fuzz" in options.engines or not all(law.over == "collection" and not law.writes for law in laws)


def _test(trial: Trial, keeper: Keeper, first: _First) -> bool:
    """Everything between the first call and the report. Returns whether Ctrl-C ended it."""
    lab = trial.lab
    interrupted = False
    try:
        strange = stranger(lab, *first)
        if strange is not None:
            trial.findings.add("", "", strange)
            return False
        keeper.replay()
        if _writes(lab.options) and not lab.options.read_only and not keeper.begin():
            lab.options = replace(lab.options, read_only=True)
            trial.not_exercised.append(NotExercised("—", "rows that can be listed, to put back what is written"))
        _engines(trial, keeper)
    except BudgetSpentError as spent:
        trial.not_exercised.append(NotExercised("—", spent.needs))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        trial.notice()
        interrupted = _restore(trial.findings, keeper, interrupted)
    return interrupted


def _engines(trial: Trial, keeper: Keeper) -> None:
    if trial.lab.options.replay:
        replay(trial.lab, trial)
        return
    trial.run()
    if "fuzz" in trial.lab.options.engines:
        from diglot.conform.fuzz import fuzz

        trial.not_exercised += fuzz(trial.lab, trial.findings, keeper.ledgers)


def _restore(findings: Findings, keeper: Keeper, interrupted: bool) -> bool:
    """Put everything back; a Ctrl-C on the way is heeded when it is the second. Returns whether there was one."""
    while True:
        try:
            for ledger, breach in keeper.end():
                endpoint = ledger.collection.endpoint
                findings.add(endpoint.pointer, str(endpoint.key), breach)
            return interrupted
        except KeyboardInterrupt:
            if interrupted:
                keeper.leave()
                return True
            interrupted = True


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
) -> Iterator[tuple[Lab, _First]]:
    """The bench at the first base URL that knows the API, and the first call with its answer.

    Raises:
        UsageError: none does, or the key is refused.
    """
    redactor = Redactor(fixtures.secrets)
    for base in bases:
        session = Session(base, options, redactor)
        try:
            lab = Lab(session, surface, bound, fixtures, options)
            try:
                called, exchange = _first_call(lab)
            except BudgetSpentError as spent:
                raise UsageError(f"{base} cannot be tested: that takes {spent.needs}") from None
            lab.noticed.clear()
            if exchange.status == 404 and base != bases[-1]:
                continue
            _usable(exchange, lab)
            yield lab, (called, exchange)
            return
        finally:
            session.close()


def _first_call(lab: Lab) -> _First:
    """A plain question within the contract, or any question at all where nothing is known to ask for."""
    readers = [collection.endpoint for collection in lab.bindings.collections]
    for endpoint in (*readers, *(endpoint for endpoint in lab.surface.endpoints if endpoint.reads)):
        try:
            return endpoint, lab.call(endpoint, lab.values(endpoint))
        except UnmetError:
            continue
    return None, lab.session.send(Request("GET", "/", credential=lab.key))


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
    if exchange.status == 403:
        raise UsageError(f"the server forbids it: 403 at {url}; may this key use this dataset, by API?")
    if exchange.status == 404:
        raise UsageError(
            f"the server answers 404 at {url}; check the base URL (does it end in /v1?) and the dataset (--dataset)"
        )
