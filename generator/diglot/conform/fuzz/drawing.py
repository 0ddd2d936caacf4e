"""Drawing input with Schemathesis: it only draws, ours is the only sender.

The only module that knows Schemathesis, and what comes with it (Hypothesis, requests). Documented there are
`openapi.from_dict`, `Config`, `GenerationMode`, `schema[path][method]`, `APIOperation.as_strategy`,
`Case.as_transport_kwargs` and `Case.meta`; not documented, though no private name, is `iter_coverage_cases`: the
coverage phase has no other door but the engine, and that sends by itself.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import itertools
import json
import re
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from diglot.conform.credentials import Credential
from diglot.conform.fuzz.material import ANY, Material, document_for
from diglot.conform.wire.session import Request

_KNOWN = 0.9
_BATCH = 10
_SLOW = 1.5  # seconds of CPU for a batch: what takes longer, as rare patterns do, takes the time of the others
_STALE = 40  # this many cases in a row that were drawn before: there are no others
_HOST = "http://host"
_UTF_8 = ((0x0, 0xD7FF), (0xE000, 0x10FFFF))  # every character but the surrogates
_NAME = re.compile(r"[\w-]+")
_BOUNDARY = re.compile(r'boundary="?([^";\s]+)')
_OURS = frozenset({"authorization", "content-type"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """One request, and whether it was drawn as valid input (`positive`)."""

    request: Request
    positive: bool


class _EnoughError(KeyboardInterrupt):
    """No more of this: Hypothesis lets nothing else through at once."""


@dataclass
class Drawer:
    """Draws requests for the operations of a contract; the same seed draws the same ones.

    It stops where `over` says so. `problems` says for which operations nothing could be drawn, and why.
    """

    document: Mapping[str, Any]
    materials: Sequence[Material]
    seed: int
    credential: Credential
    over: Callable[[], bool]
    problems: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        """Load the contract into Schemathesis.

        Raises:
            Exception: whatever it raises for a contract that it cannot read.
        """
        import schemathesis

        config = schemathesis.Config.from_dict(_settings(self.seed, self.materials))
        document = document_for(self.document, self.materials)
        self._schema = schemathesis.openapi.from_dict(document, config=config)
        self._modes = list(schemathesis.GenerationMode)

    def requests(self, material: Material) -> Iterator[Drawn]:
        """The coverage phase of one operation, then drawn input without end; no request twice."""
        seen: set[Request] = set()
        stale = 0
        for case in self._cases(material):
            drawn = self._drawn(case)
            stale = stale + 1 if drawn is None or drawn.request in seen else 0
            if drawn is not None and not stale:
                seen.add(drawn.request)
                yield drawn
            if stale >= _STALE:
                break
        if seen:
            self.problems.pop(str(material.endpoint.key), None)

    def _cases(self, material: Material) -> Iterator[Any]:
        label = str(material.endpoint.key)
        modes = [mode for mode in self._modes if mode.is_negative or material.valid]
        try:
            operation = self._schema[material.endpoint.path][material.endpoint.method]
            settings = self._schema.config.generation_for(operation=operation, phase="coverage")
            yield from self._schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=settings)
            strategies = [operation.as_strategy(generation_mode=mode) for mode in modes]
        except Exception as error:  # a contract may hold anything, and so may what is raised over it
            self._note(label, error)
            return
        for turn in itertools.count():
            for strategy in tuple(strategies):
                try:
                    cases, last = self._batch(strategy, f"{self.seed} {label} {strategies.index(strategy)} {turn}")
                except Exception as error:  # as a rule: there is no wrong input to it, or no right one
                    cases, last = [], True
                    self._note(label, error)
                yield from cases
                if last:
                    strategies.remove(strategy)
            if not strategies or self.over():
                return

    def _batch(self, strategy: Any, name: str) -> tuple[list[Any], bool]:
        """Some cases of a strategy, and whether there shall be no more of it.

        The same name has the same cases: nothing is sent meanwhile, so that no answer changes them.
        """
        from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
        from hypothesis import strategies as st

        cases: list[Any] = []
        started = time.thread_time()

        def in_time() -> None:  # called before each try to draw: what fits a rare pattern takes thousands
            if self.over() or time.thread_time() - started > _SLOW:
                raise _EnoughError

        @seed(zlib.crc32(name.encode()))
        @settings(
            max_examples=_BATCH,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(st.tuples(st.builds(in_time), strategy))
        def collect(drawn: tuple[None, Any]) -> None:
            cases.append(drawn[1])

        try:
            collect()
        except _EnoughError:
            return cases, True
        return cases, False

    def _note(self, label: str, error: Exception) -> None:
        self.problems.setdefault(label, f"{type(error).__name__}: {error}".splitlines()[0][:200])

    def _drawn(self, case: Any) -> Drawn | None:
        try:
            return Drawn(_request(case, self.credential), not case.meta.generation.mode.is_negative)
        except Exception:  # what cannot be written down as a request cannot be sent: there is no more to it
            return None


@contextmanager
def own_storage() -> Iterator[None]:
    """Keep what Hypothesis caches out of the working directory, and what it warns of to ourselves."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with tempfile.TemporaryDirectory(prefix="diglot-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
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


def _settings(seed: int, materials: Sequence[Material]) -> dict[str, Any]:
    places: dict[str, Any] = {}
    for one in itertools.chain.from_iterable(material.known for material in materials):
        if all(step == ANY or _NAME.fullmatch(step) for step in one.steps):
            places.setdefault(f"{one.place}.{'.'.join(one.steps).replace('.*', '[*]')}", list(one.values))
    return {
        "seed": seed,
        "cache": {"enabled": False},
        "base-url": _HOST,
        "generation": {"database": "none", "no-shrink": True},
        "phases": {"coverage": {"unexpected-methods": []}},
        "dictionaries": {f"known{number}": {"values": values} for number, values in enumerate(places.values())},
        "parameters": {
            place: {"dictionary": f"known{number}", "probability": _KNOWN} for number, place in enumerate(places)
        },
    }


def _request(case: Any, credential: Credential) -> Request:
    """A case as it goes over the wire.

    Raises:
        Exception: it cannot be written down as HTTP.
    """
    import requests

    written = requests.Request(**case.as_transport_kwargs(base_url=_HOST)).prepare()
    target = urlsplit(str(written.url))
    body = written.body.encode() if isinstance(written.body, str) else written.body
    if not isinstance(body, bytes | None):
        raise TypeError("a body that is no text")
    body, media_type = _steady(body, _text(written.headers.get("Content-Type")))
    drawn = {*map(str.lower, case.headers or ()), "cookie"} - _OURS
    headers = tuple((name, _text(value) or "") for name, value in written.headers.items() if name.lower() in drawn)
    for value in (media_type or "", *itertools.chain.from_iterable(headers)):
        if not (value.isascii() and value.isprintable()):
            raise ValueError("a header that HTTP cannot carry")
    return Request(str(written.method), target.path, target.query, body, media_type, credential, headers)


def _text(value: str | bytes | None) -> str | None:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _steady(body: bytes | None, media_type: str | None) -> tuple[bytes | None, str | None]:
    """The same with a boundary that follows from the content: the one that was made up differs from run to run."""
    found = _BOUNDARY.search(media_type or "")
    if not found or not media_type or body is None:
        return body, media_type
    made_up = found[1].encode()
    steady = hashlib.sha256(body.replace(made_up, b"")).hexdigest()[:32]
    return body.replace(made_up, steady.encode()), media_type.replace(found[1], steady)
