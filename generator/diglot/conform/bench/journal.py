"""What rows were before a run wrote on them, on the disk until they are so again: for the run after a crash.

The one file of this stage outside of temporary folders: `$XDG_STATE_HOME/diglot/conform/`, else below
`~/.local/state`, one file for a server and a dataset, for its owner only. It holds the members that the tests write to,
of the rows that they named, and digests of what they wrote; no key, and nothing else of a row.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from diglot.core.usage import UsageError

try:
    import fcntl
except ImportError:  # no lock where the system has none: two runs at once are then the user's to avoid
    fcntl = None  # type: ignore[assignment]

_VERSION = 1
_SYNC_EVERY = 1.0  # seconds: a killed process loses nothing, a machine that loses power at most so much

Place: TypeAlias = tuple[str, str]  # the collection's operation, and the dataset ("": the one under test)
Rows: TypeAlias = Mapping[str, Mapping[str, Any]]


@dataclass
class Journal:
    """The rows to put back, by place and id. `left` are those that an earlier run has left here.

    `failure` says why nothing can be written, where that is so; then the journal is kept in memory only.
    """

    path: Path
    server: str
    dataset: str
    rows: dict[Place, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    wrote: dict[str, set[str]] = field(default_factory=dict)
    left: set[tuple[Place, str]] = field(default_factory=set)
    failure: str = ""
    _synced: float = -math.inf

    def record(self, rows: Mapping[Place, Rows], wrote: Mapping[str, set[str]]) -> None:
        """Add rows as they were, and what is about to be written, before it is sent. What stands here already stays."""
        fresh = False
        for place, known in rows.items():
            held = self.rows.setdefault(place, {})
            for key, row in known.items():
                fresh |= key not in held
                held.setdefault(key, row)
        before = sum(map(len, self.wrote.values()))
        for item, digests in wrote.items():
            self.wrote.setdefault(item, set()).update(digests)
        if fresh or before != sum(map(len, self.wrote.values())):
            self._write(sync=fresh and time.monotonic() - self._synced > _SYNC_EVERY)

    def settle(self, place: Place, keys: Iterable[str]) -> None:
        """Strike out rows that are as they were."""
        for key in keys:
            self.rows.get(place, {}).pop(key, None)
            self.left.discard((place, key))
        self.rows = {place: rows for place, rows in self.rows.items() if rows}
        if not self.rows:
            self.wrote.clear()
            with contextlib.suppress(OSError):
                self.path.unlink()
        else:
            self._write(sync=True)

    def count(self) -> int:
        """How many rows are to be put back."""
        return sum(map(len, self.rows.values()))

    def load(self) -> None:
        """Take over what an earlier run left.

        Raises:
            UsageError: the file is not what a run writes.
        """
        try:
            document = json.loads(self.path.read_bytes())
            assert_shape(document)
        except FileNotFoundError:
            return
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(
                f"{self.path}: this journal of an interrupted run cannot be read ({type(error).__name__}); "
                "look whether the documents are as they were, and remove it"
            ) from None
        for entry in document["rows"]:
            place = (entry["operation"], entry["dataset"])
            self.rows[place] = entry["rows"]
            self.left |= {(place, key) for key in entry["rows"]}
        self.wrote = {item: set(digests) for item, digests in document["wrote"].items()}

    def _write(self, sync: bool) -> None:
        """The whole file anew, or not at all. It outlives this process; synced, a loss of power as well."""
        document = {
            "version": _VERSION,
            "server": self.server,
            "dataset": self.dataset,
            "rows": [{"operation": place[0], "dataset": place[1], "rows": rows} for place, rows in self.rows.items()],
            "wrote": {item: sorted(digests) for item, digests in self.wrote.items()},
        }
        if self.failure:
            return
        new = self.path.with_suffix(".new")
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(json.dumps(document).encode())
                file.flush()
                if sync:
                    os.fsync(file.fileno())
                    self._synced = time.monotonic()
            new.replace(self.path)
        except OSError as error:
            self.failure = error.strerror or type(error).__name__


def assert_shape(document: Any) -> None:
    """Check that a document is a journal.

    Raises:
        ValueError: it is not.
    """
    right = (
        isinstance(document, dict)
        and document.get("version") == _VERSION
        and isinstance(document.get("wrote"), dict)
        and all(isinstance(one, list) for one in document["wrote"].values())
        and isinstance(document.get("rows"), list)
        and all(
            isinstance(one, dict)
            and isinstance(one.get("operation"), str)
            and isinstance(one.get("dataset"), str)
            and isinstance(one.get("rows"), dict)
            and all(isinstance(row, dict) for row in one["rows"].values())
            for one in document["rows"]
        )
    )
    if not right:
        raise ValueError("no journal")


def digest_of(value: Any) -> str:
    """A value in a dozen letters; a number as it is read back from servers that keep only floats."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):
            value = float(value)
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def place_of(server: str, dataset: str) -> Path:
    """The file of a server and a dataset."""
    folder = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not folder.is_absolute():  # the standard says to ignore such a one
        folder = Path("~/.local/state").expanduser()
    digest = hashlib.sha256(f"{server}\n{dataset}".encode()).hexdigest()[:32]
    return folder / "diglot" / "conform" / f"{digest}.json"


@contextmanager
def opened(server: str, dataset: str) -> Iterator[Journal]:
    """The journal of a server and a dataset, with what an earlier run left in it; no other run has it meanwhile.

    Raises:
        UsageError: another run has it, or it cannot be read.
    """
    journal = Journal(place_of(server, dataset), server, dataset)
    try:
        journal.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _lock(journal.path.with_suffix(".lock"))
    except BlockingIOError:
        raise UsageError(
            f"another run tests {server} with this dataset; let it end first (it holds {journal.path})"
        ) from None
    except OSError as error:
        journal.failure = error.strerror or type(error).__name__
        yield journal
        return
    try:
        journal.load()
        yield journal
    finally:
        with contextlib.suppress(OSError):
            journal.path.with_suffix(".lock").unlink()
        os.close(lock)


def _lock(path: Path) -> int:
    """A lock that ends with the process, whatever ends it.

    Raises:
        BlockingIOError: somebody has it.
    """
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(file).st_ino:
                return file
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # its owner has removed it meanwhile: what is locked is no longer there
