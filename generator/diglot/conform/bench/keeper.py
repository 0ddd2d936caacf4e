"""Leaving everything as it was: what is noted before a write is sent, put back after it, and kept for a later run."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from diglot.conform.bench.journal import Journal, digest_of
from diglot.conform.bench.lab import MAX_ROWS, Lab
from diglot.conform.bench.ledger import Ledger, item_id, ledgers, scopes, written_to
from diglot.conform.outcome import NotExercised
from diglot.conform.wire.breach import Breach, UnansweredError, UnmetError
from diglot.conform.wire.session import BudgetSpentError, Request

_WORD = re.compile(r"[\w.:~-]+")


@dataclass
class Keeper:
    """Keeps what was there in ledgers, and in a journal on the disk as soon as a request names a row.

    `journal` is None where none is wanted. `notes` are what could not be tried or done, and why.
    """

    lab: Lab
    journal: Journal | None
    notes: list[NotExercised] = field(default_factory=list)
    ledgers: list[Ledger] = field(default_factory=list)
    _ids: dict[str, list[tuple[Ledger, str]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _complained: bool = False

    def replay(self) -> None:
        """Put back what an earlier run has left behind; what the server does not let us stays for the next run."""
        journal = self.journal
        if journal is None or not journal.rows:
            return
        count = journal.count()
        try:
            for ledger in self._left_behind(journal):
                self.lab.touched.update(ledger.before)
                self.lab.wrote.update(journal.wrote)
                journal.settle(ledger.place, set(ledger.before) - set(ledger.put_back()))
        except (BudgetSpentError, UnansweredError, UnmetError):
            self._say("journal-waiting", path=journal.path)
            needs = f"a server that lists them; {journal.path} says what they were"
            self.notes.append(NotExercised(f"putting back {count} rows of an earlier run", needs))
            return
        finally:
            self.lab.touched.clear()
            self.lab.wrote.clear()
            self.lab.sight.clear()
            self.lab.forget()
        self._say("journal-replayed", count=count, left=journal.count(), path=journal.path)

    def _left_behind(self, journal: Journal) -> Iterator[Ledger]:
        for collection in written_to(self.lab):
            self.lab.sight[collection.endpoint.key] = -(-MAX_ROWS // collection.largest)
            for scope, credential in scopes(self.lab):
                ledger = Ledger(self.lab, collection, {}, scope, credential, exact=True)
                rows = journal.rows.get(ledger.place)
                if rows:
                    ledger.before = dict(rows)
                    yield ledger

    def begin(self) -> bool:
        """Look at what is there; from then on no write leaves that is not noted first.

        Returns whether writes can be undone: false where the rows they may change cannot be listed.
        """
        for _ in range(2):
            try:
                self.ledgers = ledgers(self.lab)
            except (UnmetError, UnansweredError, BudgetSpentError):
                self.ledgers = []
            if self.ledgers or not written_to(self.lab):
                break
        for ledger in self.ledgers:
            for key in ledger.before:
                self._ids.setdefault(key.lower(), []).append((ledger, key))
        self._complain()
        self.lab.session.before_write = self.note
        return bool(self.ledgers) or not written_to(self.lab)

    def note(self, request: Request) -> None:
        """Note the rows that a request names, as they were, and the values it writes."""
        body = request.body or b""
        text = f"{request.path} {request.query} {body.decode('utf-8', 'replace')}".lower()
        named = [held for word in set(_WORD.findall(text)) & self._ids.keys() for held in self._ids[word]]
        with self._lock:
            self.lab.touched.update(key for _, key in named)
            for item, value in self._items(body) if named else ():
                self.lab.wrote.setdefault(item, set()).add(digest_of(value))
            if self.journal is not None and named:
                rows: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
                for ledger, key in named:
                    rows.setdefault(ledger.place, {})[key] = ledger.kept(key)
                self.journal.record(rows, self.lab.wrote)
                self._complain()

    def _items(self, body: bytes) -> Iterator[tuple[str, Any]]:
        """The ids of the items that a body writes, with their values."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return
        for values in self.lab.bindings.values:
            for one in _listed(document, values.entries):
                for item in _listed(one, values.items):
                    if isinstance(item, dict):
                        yield item_id(item, values), item.get(values.item_value)

    def between(self) -> None:
        """Put back the dataset under test, between two laws."""
        with contextlib.suppress(UnmetError, UnansweredError):
            for ledger in self.ledgers[:1]:
                ledger.put_back()

    def end(self) -> Iterator[tuple[Ledger, Breach]]:
        """Put everything back, whatever the budget says. Yields what does not come out the same."""
        self.lab.session.put_back()
        self.lab.forget()
        failed = False
        for ledger in self.ledgers:
            try:
                left = ledger.put_back()
                exchange = self.lab.view(ledger.collection, ledger.scope, ledger.credential).exchange
            except (UnmetError, UnansweredError, BudgetSpentError):
                failed = failed or bool(self.lab.touched & set(ledger.before))
                continue
            if left and not self.lab.witness.moved:  # else somebody may have changed them after us
                fields = sorted({name for change in left.values() for name in change})
                yield ledger, Breach("state-not-restored", {"fields": fields}, exchange, {}, dict(left))
            if self.journal is not None:
                old = {key for place, key in self.journal.left if place == ledger.place}
                self.journal.settle(ledger.place, self.lab.touched - set(left) - old)
        self.lab.noticed.clear()
        if failed:
            self.leave()

    def leave(self) -> None:
        """Say that something may not be as it was, and who puts it back."""
        count = len(self.lab.touched & {key for ledger in self.ledgers for key in ledger.before})
        if not count:
            return
        kept = self.journal is not None and not self.journal.failure
        path = self.journal.path if self.journal is not None and kept else "—"
        self._say("journal-kept" if kept else "not-put-back", count=count, path=path)
        needs = f"a server that answers; the next run on it does it from {path}" if kept else "a server that answers"
        self.notes.append(NotExercised(f"putting back {count} rows", needs))

    def _complain(self) -> None:
        """Say once that the journal cannot be written."""
        if self.journal is None or not self.journal.failure or self._complained:
            return
        self._complained = True
        self._say("journal-unwritable", path=self.journal.path, reason=self.journal.failure)
        self.notes.append(NotExercised("journal", f"a folder that can be written for {self.journal.path}"))

    def _say(self, phrase: str, **words: Any) -> None:
        say: Callable[..., None] | None = self.lab.options.say
        if say is not None:
            say(phrase, **words)


def _listed(document: Any, name: str) -> list[Any]:
    held = document.get(name) if isinstance(document, dict) else None
    return held if isinstance(held, list) else []
