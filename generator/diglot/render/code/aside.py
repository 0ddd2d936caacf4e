"""Models in a process of their own, where the system can fork.

datamodel-code-generator takes longer to import than pages to read, and as long to work as all the rest: a second
processor does both meanwhile. What comes of it is the same.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from diglot.render.code.models import render_models, warm
from diglot.render.contract.shapes import Model


class Modeller(Protocol):
    """Begins to render models, as `render_models` does, and gives a call that waits for their source."""

    def __call__(self, models: Sequence[Model], package: str, templates: Path) -> Callable[[], str]:
        """Begin. What is given raises what `render_models` raises."""


def here(models: Sequence[Model], package: str, templates: Path) -> Callable[[], str]:
    """The modeller that works in this process, when it is waited for."""
    return lambda: render_models(models, package, templates)


@contextmanager
def modeller() -> Iterator[Modeller]:
    """A modeller for one set of models; where it has a process of its own, that gets ready at once."""
    # A fork takes over one thread only: what another one holds locked would stay so.
    if sys.platform != "linux" or threading.active_count() > 1:
        yield here
        return
    worker = _Worker()
    try:
        yield worker.begin
    finally:
        worker.end()


class _Worker:
    """The other process: it reads one job from a pipe, and answers through another."""

    def __init__(self) -> None:
        job, self._job = os.pipe()
        self._answer, answer = os.pipe()
        self._process = os.fork()
        if not self._process:
            os.close(self._job)
            os.close(self._answer)
            _work(job, answer)
        os.close(job)
        os.close(answer)

    def begin(self, models: Sequence[Model], package: str, templates: Path) -> Callable[[], str]:
        with os.fdopen(os.dup(self._job), "wb") as pipe:
            pickle.dump((models, package, templates), pipe, pickle.HIGHEST_PROTOCOL)
        return self._wait

    def _wait(self) -> str:
        with os.fdopen(os.dup(self._answer), "rb") as pipe:
            said = pickle.load(pipe)  # noqa: S301 - from our own child
        if isinstance(said, BaseException):
            raise said
        return str(said)

    def end(self) -> None:
        """Let the process end, which it does where no job comes any more."""
        os.close(self._job)
        os.close(self._answer)
        os.waitpid(self._process, 0)


def _work(job: int, answer: int) -> None:
    """The whole life of the other process; it never returns into the program that it was forked from."""
    try:
        warm()
        with os.fdopen(job, "rb") as pipe:
            models, package, templates = pickle.load(pipe)  # noqa: S301 - from our own parent
        try:
            said: object = render_models(models, package, templates)
        except Exception as error:
            said = error
        with os.fdopen(answer, "wb") as pipe:
            pickle.dump(said, pipe, pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)
