"""Models in a process of their own, where the system can fork.

datamodel-code-generator takes longer to import than pages to read, and as long to work as all the rest: a second
processor does both meanwhile, and half of a large contract more. What comes of it is the same.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Generic, NoReturn, Protocol, TypeVar

from diglot.render.code.models import assembled, render_models, rendered, warm
from diglot.render.code.portions import divided
from diglot.render.contract.shapes import Model

ResultT = TypeVar("ResultT")


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
    try:
        worker = _Worker()
    except OSError:  # no more processes, or no more files: it is only slower without
        yield here
        return
    try:
        yield worker.begin
    finally:
        worker.end()


class _Worker:
    """The other process: it waits for one job, and gives the source of its models."""

    def __init__(self) -> None:
        job, self._job = os.pipe()
        self._forked = _Forked(partial(_work, job, self._job))
        os.close(job)

    def begin(self, models: Sequence[Model], package: str, templates: Path) -> Callable[[], str]:
        try:
            with os.fdopen(os.dup(self._job), "wb") as pipe:
                pickle.dump((models, package, templates), pipe, pickle.HIGHEST_PROTOCOL)
        except OSError:  # it is gone
            return here(models, package, templates)

        def wait() -> str:
            try:
                return self._forked.result()
            except Exception:  # done again here, it shows what is wrong, and in which line
                return render_models(models, package, templates)

        return wait

    def end(self) -> None:
        """Let the process end, which it does where no job comes any more."""
        os.close(self._job)
        self._forked.end()


def _work(job: int, ours: int) -> str:
    os.close(ours)  # or the pipe would never end
    warm()
    with os.fdopen(job, "rb") as pipe:
        models, package, templates = pickle.load(pipe)  # noqa: S301 - from our own parent
    portions = divided(models)
    if len(portions) < 2:
        return assembled(rendered(portions, package, templates))
    half = _Forked(partial(rendered, portions[1::2], package, templates))  # with all that is imported by now
    own, others = rendered(portions[::2], package, templates), half.result()
    half.end()
    return assembled([part for pair in zip_longest(own, others) for part in pair if part is not None])


class _Forked(Generic[ResultT]):
    """A call in a process of its own, begun at once."""

    def __init__(self, call: Callable[[], ResultT]) -> None:
        self._answer, answer = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads that are none of Python's
            self._process = os.fork()
        if not self._process:
            _live(call, answer)
        os.close(answer)

    def result(self) -> ResultT:
        """Wait for what the call gives, or raise what it raises."""
        with os.fdopen(os.dup(self._answer), "rb") as pipe:
            is_good, said = pickle.load(pipe)  # noqa: S301 - from our own child
        if not is_good:
            raise said
        result: ResultT = said
        return result

    def end(self) -> None:
        """Wait for the process to be gone."""
        os.close(self._answer)
        os.waitpid(self._process, 0)


def _live(call: Callable[[], object], answer: int) -> NoReturn:
    """The whole life of another process; it never returns into the program that it was forked from."""
    try:
        try:
            said = (True, call())
        except Exception as error:
            said = (False, error)
        with os.fdopen(answer, "wb") as pipe:
            pickle.dump(said, pipe, pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)
