"""What a run against somebody's server may do: its limits, the host it may ask, and how it is ended."""

from __future__ import annotations

import math
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from diglot.conform import Target
from diglot.core.catalogue import phrase
from diglot.core.hosts import split_host
from diglot.core.usage import UsageError
from diglot.delivery import Streams
from diglot.report import safe


def limits(arguments: Namespace) -> dict[str, Any]:
    """The flags that bound a run, as members of `Options`.

    Raises:
        UsageError: one is not a number above zero.
    """
    found = {name: _positive(name, getattr(arguments, name)) for name in ("rate", "budget", "timeout", "max_requests")}
    most = found["max_requests"]
    if most is not None:
        if not most.is_integer():
            raise UsageError(f"--max-requests {arguments.max_requests}: give a whole number")
        found["max_requests"] = int(most)
    return {name: value for name, value in found.items() if value is not None}


def _positive(name: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"--{name.replace('_', '-')} {text}: give a number above zero")
    return value


def permit(arguments: Namespace, streams: Streams, dataset: str | None) -> None:
    """See to it that a host that is not this machine may be asked: by a flag, or by whoever sits at the terminal.

    Raises:
        UsageError: nobody has allowed it.
    """
    allowed = [_host(text) for text in arguments.allow_host]
    remote = Target.parse(arguments.inputs).remote
    if remote is None or arguments.yes:
        return
    host, port = remote
    if any(name == host and number in (None, port) for name, number in allowed):
        return
    if sys.stdin is None or not (sys.stdin.isatty() and streams.err.isatty()):
        raise UsageError(f"{host} is not this machine: allow it with --allow-host {host}, or give --yes")
    question = "confirm-reading" if arguments.read_only else "confirm-writing"
    streams.err.write(safe(phrase(question, streams.language, host=host, dataset=dataset or "—")) + " ")
    streams.err.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("not confirmed: nothing was sent")


def _host(text: str) -> tuple[str, int | None]:
    host = split_host(text)
    if host is None:
        raise UsageError(f"--allow-host {text!r}: give the name of a host, as api.example.com or api.example.com:8443")
    return host


@contextmanager
def ending_as_on_ctrl_c() -> Iterator[None]:
    """SIGTERM and SIGHUP end what is done here as Ctrl-C does: with what was found, and with everything put back."""

    def end(*_: Any) -> None:
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
