"""`diglot conform --self-test`: how many servers that are wrong on purpose are found, and that the right one is spared.

Each fault of `diglot.serve.faults` is served in turn and tested as any server is. The laws are tried first, as `--only
laws` does; only where they do not name the fault, the whole tool is run, which looks longer and fuzzes too. A fault
counts as killed when a finding's rule is one that may name it. The reference server is always given the whole tool.

Faults are tested side by side, a process a core. Those that show in time, and the reference server, come last and one
by one, so that no other server takes their time.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Any

from diglot import pipeline
from diglot.commands.common import project_of
from diglot.commands.consent import limits
from diglot.conform import Options, Report, Target
from diglot.conform import run as conform
from diglot.conform.outcome import ENGINES, Engine
from diglot.core.catalogue import phrase
from diglot.core.tree import plain
from diglot.core.usage import UsageError
from diglot.delivery import Outcome, Streams, deliver
from diglot.report import safe
from diglot.serve.faults import FAULTS, Fault

_ENOUGH = 0.95  # of the faults, killed
_CLEAR = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class _Trial:
    """What servers are tested with: the contract, its bindings, the options, and the engines of each run in turn."""

    document: Mapping[str, Any]
    bindings: Mapping[str, Any]
    options: Options
    runs: tuple[tuple[Engine, ...], ...]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What a run said of one server; `place` is that of the fault in the catalogue, None for the reference server."""

    place: int | None
    killed: bool
    said: tuple[str, ...]
    findings: int
    requests: int


def run(arguments: Namespace, streams: Streams) -> int:
    """Test the faults whose name or family holds the words given instead of a target (none: all of them).

    Returns 0 when at least 95 % are killed and nothing is found in the reference server, else 1.

    Raises:
        UsageError: no fault is called so, or the format is not text or JSON.
    """
    if arguments.format not in ("text", "json"):
        raise UsageError(f"--self-test has no format {arguments.format}; give --format text or json")
    words = arguments.inputs or ""
    wanted = [place for place, fault in enumerate(FAULTS) if words == fault.family or words in fault.name]
    if not wanted:
        families = ", ".join(dict.fromkeys(fault.family for fault in FAULTS))
        raise UsageError(f"no fault is called {words!r}; give a part of a name, or one of {families}")
    started = time.monotonic()
    verdicts = []
    for verdict in _verdicts(_trial(arguments), wanted):
        verdicts.append(verdict)
        _show(streams, verdicts, len(wanted) + 1)
    value = _value(verdicts, time.monotonic() - started)
    good = value["summary"]["score"] >= _ENOUGH and value["reference"] == 0
    deliver(Outcome(value=value, body=_text(value, streams.language)), arguments, streams)
    return int(not good)


def _trial(arguments: Namespace) -> _Trial:
    project = project_of(arguments)
    documents = [
        plain(pipeline.load_document(project, project.root / path))
        for path in (project.config.contract, project.config.laws)
    ]
    chosen: tuple[Engine, ...] = (arguments.only,) if arguments.only else ENGINES
    runs: tuple[tuple[Engine, ...], ...] = (chosen,) if arguments.only else (("laws",), chosen)
    options = Options(seed=arguments.seed, **limits(arguments), journal=False)
    return _Trial(documents[0], documents[1], options, runs)


def _verdicts(trial: _Trial, places: Sequence[int]) -> Iterator[_Verdict]:
    """The verdict on each fault as it comes, and at last that on the reference server."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of whatever threads there are
    pool = ProcessPoolExecutor(os.cpu_count(), context, _prepare, (trial,))
    try:
        side_by_side = [pool.submit(_judge, place) for place in places if not FAULTS[place].timed]
        for future in as_completed(side_by_side):
            yield future.result()
        for place in (*(place for place in places if FAULTS[place].timed), None):
            yield pool.submit(_judge, place).result()
    except BaseException:  # Ctrl-C too: nobody waits for servers that are still being tested
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_prepared: list[_Trial] = []


def _prepare(trial: _Trial) -> None:
    """Get a process ready: Ctrl-C is its parent's business, and what faulty servers log is nobody's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    _prepared[:] = [trial]


def _judge(place: int | None) -> _Verdict:
    """Serve one fault, or the reference server, and say what the tool finds."""
    (trial,) = _prepared
    fault = None if place is None else FAULTS[place]
    said: dict[str, None] = {}
    requests = findings = 0
    for engines in trial.runs if fault else trial.runs[-1:]:
        report = _report(trial, fault, engines)
        requests, findings = requests + report.requests, len(report.findings)
        said |= dict.fromkeys(part.rule for finding in report.findings for part in finding.parts)
        if fault and not said.keys().isdisjoint(fault.rules):
            return _Verdict(place, True, tuple(said), findings, requests)
    return _Verdict(place, False, tuple(said), findings, requests)


def _report(trial: _Trial, fault: Fault | None, engines: tuple[Engine, ...]) -> Report:
    """One run against a fresh server; where the tool refuses to test it, nothing is found."""
    with pipeline.reference_server(fault) as (url, fixtures):
        options = replace(trial.options, engines=engines)
        try:
            return conform(Target.parse(url), trial.document, trial.bindings, fixtures, options)
        except UsageError:
            return Report(0, 0.0, 0, 0, (), ())


def _show(streams: Streams, verdicts: Sequence[_Verdict], count: int) -> None:
    """One line on a terminal, written over; nothing elsewhere, where the result is enough."""
    if streams.err.isatty():
        killed = sum(verdict.killed for verdict in verdicts)
        words = phrase("self-test-progress", streams.language, done=len(verdicts), count=count, killed=killed)
        streams.err.write(_CLEAR + (words if len(verdicts) < count else ""))
        streams.err.flush()


def _value(verdicts: Sequence[_Verdict], seconds: float) -> dict[str, Any]:
    """The outcome as the JSON shape has it: `score` is the share of the faults that were killed."""
    judged = sorted((verdict.place, verdict) for verdict in verdicts if verdict.place is not None)
    families: dict[str, dict[str, int]] = {}
    survivors = []
    for place, verdict in judged:
        fault = FAULTS[place]
        counts = families.setdefault(fault.family, {"faults": 0, "killed": 0})
        counts["faults"] += 1
        counts["killed"] += verdict.killed
        if not verdict.killed:
            survivors.append({"family": fault.family, "name": fault.name, "rules": fault.rules, "found": verdict.said})
    killed = len(judged) - len(survivors)
    return {
        "summary": {
            "faults": len(judged),
            "killed": killed,
            "score": round(killed / len(judged), 4),
            "seconds": round(seconds, 3),
            "requests": sum(verdict.requests for verdict in verdicts),
        },
        "families": families,
        "survivors": survivors,
        "reference": sum(verdict.findings for verdict in verdicts if verdict.place is None),
    }


def _text(value: Mapping[str, Any], language: str) -> str:
    """The outcome in words: a line a family, the survivors, the reference server, the whole."""

    def say(key: str, **words: Any) -> str:
        return safe(phrase(key, language, **words)) + "\n"

    lines = [
        say("self-test-family", family=phrase(f"faults-{family}", language), percent=_percent(**counts), **counts)
        for family, counts in value["families"].items()
    ]
    for one in value["survivors"]:
        family = phrase(f"faults-{one['family']}", language)
        lines.append(say("self-test-survivor", family=family, name=one["name"], rules=", ".join(one["rules"])))
    summary = value["summary"]
    lines.append(say("self-test-reference", count=value["reference"]))
    percent = _percent(summary["faults"], summary["killed"])
    return "".join(lines) + say("self-test-summary", percent=percent, **summary)


def _percent(faults: int, killed: int) -> str:
    return f"{100 * killed / faults:.1f}"
