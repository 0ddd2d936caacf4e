"""Python's collector of cyclic garbage, kept off work that makes no cycles."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """No cycles are looked for within.

    Reading makes many small trees, as comparing and merging do, and keeps them: the collector would walk all of them
    again and again and find nothing to free. A seventh of the time of 1,000 pages went into that, a quarter of a
    comparison of two large specifications; peak memory is the same without. What was made within counts as old
    afterwards, or the first object that comes next would have all of it walked.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def ending() -> None:
    """To be called last: Python would look for cycles once more, only to give the memory back a moment earlier."""
    gc.freeze()


@contextlib.contextmanager
def set_aside() -> Iterator[Callable[[], int]]:
    """Gives a call that frees the cycles made since the last one; what was there before is not looked at again."""

    def free() -> int:
        freed = gc.collect()
        gc.freeze()
        return freed

    gc.freeze()
    try:
        yield free
    finally:
        gc.unfreeze()
