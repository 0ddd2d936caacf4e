"""The connection to the database: one engine, transactions that see one state, writers one after another."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import StaticPool

_BUSY_SECONDS = 30  # how long SQLite waits for another process before it gives up


class Database:
    """Transactions on the database at `url`; in-memory SQLite is one database for all threads.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, ImportError: the URL is none, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(parsed) if self._sqlite else create_engine(parsed)
        # One SQLite database takes one writer, and one in memory has one connection: threads take turns.
        self._turn: contextlib.AbstractContextManager[Any] = (
            threading.RLock() if self._sqlite else contextlib.nullcontext()
        )
        self._closed = weakref.finalize(self, self._engine.dispose)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction whose queries all see one state of the data."""
        options = {} if self._sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._turn, self._engine.connect() as connection:
            yield connection.execution_options(**options)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept as a whole when the block ends, and undone as a whole when it raises."""
        with self._turn, self._engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                yield writer

    def close(self) -> None:
        """Close every connection; a database in memory is gone."""
        self._closed()


def _sqlite_engine(url: URL) -> Engine:
    arguments: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": _BUSY_SECONDS}}
    if url.database in (None, "", ":memory:"):
        arguments["poolclass"] = StaticPool
    engine = create_engine(url, **arguments)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions by itself, and too late for the first read
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
