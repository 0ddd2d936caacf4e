"""The way of a pull: where each page is published, what stands there now, what changed. Nothing is written on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diglot import files, pipeline
from diglot.core.finding import Finding
from diglot.core.rules import broken
from diglot.core.usage import UsageError
from diglot.fetch import Address, Answer, Ask, Failure, Hosts, explain, fetch
from diglot.project import Project
from diglot.upstream import memory
from diglot.upstream.addresses import Sought, look_up, seek
from diglot.upstream.copies import copies_of
from diglot.upstream.renewal import Renewal, failed, prose_only, renew

Say = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought: findings of the fetch and of the comparison, the changed files by name, what to remember.

    `pages` counts what was asked for. `blocked` says that a page failed: nothing may be written then, for a folder in
    which some pages are new and others old tells of drift that never was.
    """

    findings: tuple[Finding, ...]
    pages: int
    files: Mapping[str, bytes]
    noted: Mapping[str, Any]
    blocked: bool


def pull(project: Project, names: Iterable[str], say: Say) -> Pulled:
    """Fetch every page whose address is known and compare it with the committed copy; `names` are the hosts to ask.

    Raises:
        UsageError: no host is named, none of the named is needed, one cannot be reached, or the configuration is wrong.
    """
    hosts = Hosts.of(names)
    sought = seek(copies_of(project))
    _refuse_unnamed(sought, hosts)
    placed, findings = _through_indexes(sought, hosts, say)
    _refuse_unnamed(placed, hosts)
    renewals = []
    for each in _renewals(project, placed, hosts, say):
        if isinstance(each, Renewal):
            renewals.append(each)
        else:
            findings.append(each)
    blocked = broken(findings)
    for renewal in renewals:
        findings += [*renewal.findings, *_changes(renewal)]
    changed = {each.copy.name: each.data for each in renewals if each.data is not None}
    return Pulled(tuple(findings), len(placed), changed, _noted(renewals), blocked)


def keep(project: Project, pulled: Pulled) -> None:
    """Write what a pull brought: every changed page or, where one failed, none.

    Raises:
        UsageError: a file cannot be written.
    """
    if pulled.blocked:
        return
    files.write_all(project.root / project.config.pages, pulled.files)
    memory.remember(project, pulled.noted)


def _refuse_unnamed(sought: Sequence[Sought], hosts: Hosts) -> None:
    asked = [address for each in sought for address in each.asked]
    if not asked or any(map(hosts.allow, asked)):
        return
    places = sorted({address.place for address in asked})
    options = " ".join(f"--host {place}" for place in places)
    raise UsageError(f"pull asks only hosts that you name: {options}, or hosts = {places} in [tool.diglot]")


def _through_indexes(sought: Sequence[Sought], hosts: Hosts, say: Say) -> tuple[list[Sought], list[Finding]]:
    """Every copy that has an address, those of the indexes among them; and why the others have none."""
    wanted = dict.fromkeys(index for each in sought if not each.addresses for index in each.indexes)
    if wanted:
        say("pull-indexes", indexes=", ".join(address.shown for address in wanted))
    indexes = dict(zip(wanted, _fetched([Ask(address) for address in wanted], hosts), strict=True))
    placed: list[Sought] = []
    findings: list[Finding] = []
    told: set[Address] = set()
    for each in sought:
        failures = {index: came for index in each.indexes if isinstance(came := indexes.get(index), Failure)}
        if not each.addresses and failures:
            findings += [failed(each.copy, came) for index, came in failures.items() if index not in told]
            told |= failures.keys()
            continue
        found = each if each.addresses else look_up(each, indexes)
        if isinstance(found, Sought):
            placed.append(found)
        else:
            findings.append(found)
    return placed, findings


def _renewals(project: Project, placed: Sequence[Sought], hosts: Hosts, say: Say) -> list[Renewal | Finding]:
    """What the address of each copy gives; where that is a page for browsers, what its Markdown form gives."""
    noted = memory.recall(project)
    asks, others = [], []
    for each in placed:
        validators, addresses = memory.known(noted.get(each.copy.name), each.copy, each.addresses)
        asks.append(Ask(addresses[0], validators))
        others.append(addresses[1:])
    say("pull-pages", count=len(asks), hosts=", ".join(sorted({ask.address.place for ask in asks})))
    came = _fetched(asks, hosts)
    again = [at for at, answer in enumerate(came) if others[at] and not _usable(answer)]
    second = _fetched([Ask(others[at][0], asks[at].validators) for at in again], hosts)
    for at, answer in zip(again, second, strict=True):
        came[at] = answer if _usable(answer) else came[at]
    day = pipeline.today().isoformat()
    return [renew(each.copy, answer, day) for each, answer in zip(placed, came, strict=True)]


def _usable(came: Answer | Failure) -> bool:
    return isinstance(came, Answer) and not came.html


def _fetched(asks: Sequence[Ask], hosts: Hosts) -> list[Answer | Failure]:
    """What comes for the asks.

    Raises:
        UsageError: a host cannot be reached.
    """
    came = fetch(asks, hosts) if asks else []
    for failure in came:
        if isinstance(failure, Failure) and failure.kind == "unreachable":
            raise UsageError(explain(failure))
    return came


def _changes(renewal: Renewal) -> list[Finding]:
    """What the publisher changed since the copy was made."""
    if renewal.data is None:
        return []
    found = pipeline.drift_versions(renewal.copy.fragments, renewal.fragments)
    return found or [prose_only(renewal)]


def _noted(renewals: Iterable[Renewal]) -> dict[str, Any]:
    return {
        each.copy.name: memory.note(data, each.answer.validators)
        for each in renewals
        if (data := each.copy.data if each.data is None else each.data) is not None and each.answer.validators
    }
