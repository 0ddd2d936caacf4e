"""How far a conformance run has come: one line on a terminal, a plain line now and then elsewhere; always on stderr."""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from diglot.conform.outcome import Progress, Status
from diglot.core.catalogue import phrase
from diglot.delivery import Streams
from diglot.report import safe

_LIVE, _PLAIN = 0.1, 5.0  # seconds between two lines
_CLEAR = "\r\x1b[K"


@contextmanager
def progress(streams: Streams) -> Iterator[Progress]:
    """What to tell the status; however the block ends, nothing of a live line is left."""
    display = _Display(streams, streams.err.isatty() and os.environ.get("TERM") != "dumb")
    try:
        yield display.show
    finally:
        display.clear()


@dataclass
class _Display:
    streams: Streams
    live: bool
    _last: float = float("-inf")
    _phase: str = ""
    _shown: bool = False

    def show(self, status: Status) -> None:
        """A live line at most ten times a second; a plain one for each phase, and one in five seconds within it."""
        now = time.monotonic()
        if status.phase == self._phase and now - self._last < (_LIVE if self.live else _PLAIN):
            return
        self._last, self._phase = now, status.phase
        line = self._line(status)
        if self.live:
            line = _CLEAR + _fitted(line, shutil.get_terminal_size().columns - 1)
            self._shown = True
        self.streams.err.write(line if self.live else line + "\n")
        self.streams.err.flush()

    def clear(self) -> None:
        """Take the live line away."""
        if self._shown:
            self.streams.err.write(_CLEAR)
            self.streams.err.flush()
            self._shown = False

    def _line(self, status: Status) -> str:
        language = self.streams.language
        return safe(
            phrase(
                "progress",
                language,
                phase=phrase(f"phase-{status.phase}", language),
                place=f" {status.done + 1}/{status.of}" if status.of else "",
                what=status.what,
                requests=status.requests,
                rate=round(status.requests / max(status.seconds, 0.001)),
                findings=status.findings,
            )
        )


def _fitted(line: str, columns: int) -> str:
    """As much of a line as fits into so many columns; a Chinese character takes two."""
    width = 0
    for place, char in enumerate(line):
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if width > columns:
            return line[:place]
    return line
