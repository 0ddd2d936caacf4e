"""Models rendered in a process of their own: the same source, the same failures, and no process left behind."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from diglot.core.names import pascal
from diglot.render.code.aside import here, modeller
from diglot.render.code.models import render_models
from diglot.render.contract.shapes import Field, Model, Shape

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def models(count: int) -> list[Model]:
    """Models that know nothing of each other, with 40 fields each."""
    fields = tuple(Field(f"field_{number}", f"field_{number}", Shape("string"), required=True) for number in range(40))
    return [Model(pascal(f"model {number}"), fields) for number in range(count)]


@FORKS
@pytest.mark.parametrize("count", [0, 1, 25])
def test_the_source_is_the_same_wherever_it_is_made(count: int) -> None:
    with modeller() as begin:
        assert begin is not here
        source = begin(models(count), "client", TEMPLATES)()
    assert source == here(models(count), "client", TEMPLATES)() == render_models(models(count), "client", TEMPLATES)
    assert source.count("\nclass Model") == count


@FORKS
def test_what_fails_there_is_raised_here(tmp_path: Path) -> None:
    (tmp_path / "pydantic_v2").mkdir()
    (tmp_path / "pydantic_v2" / "BaseModel.jinja2").write_text("{% if %}", encoding="utf-8")
    for count in (1, 25):
        with modeller() as begin, pytest.raises(Exception, match="Expected an expression") as there:
            begin(models(count), "client", tmp_path)()
        with pytest.raises(type(there.value), match="Expected an expression"):
            render_models(models(count), "client", tmp_path)


@FORKS
def test_where_no_process_can_be_had_it_is_only_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", refuse)
        with modeller() as begin:
            assert begin is here


@FORKS
@pytest.mark.parametrize("count", [1, 500])
def test_a_process_that_is_killed_is_replaced_by_this_one(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    fork = os.fork

    def remembered() -> int:
        started.append(fork())
        return started[-1]

    monkeypatch.setattr(os, "fork", remembered)
    with modeller() as begin:
        os.kill(started[0], signal.SIGKILL)
        source = begin(models(count), "client", TEMPLATES)()
    assert source.count("\nclass Model") == count


@FORKS
def test_no_process_stays_behind() -> None:
    with modeller():
        pass  # nothing was asked for: pages that cannot be read
    with modeller() as begin:
        begin(models(1), "client", TEMPLATES)  # and nobody waits for it
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)


def test_beside_other_threads_nothing_is_forked() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        with modeller() as begin:
            assert begin is here
    finally:
        done.set()
        other.join()
