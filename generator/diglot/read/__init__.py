"""Bytes of a page -> fragments: what the page says of its operations, with the line of every word. Never raises."""

from diglot.read.index import Entry, Wanted, entries, find, nearest
from diglot.read.mirror import refreshed, same_text
from diglot.read.reader import read_bytes

__all__ = ["Entry", "Wanted", "entries", "find", "nearest", "read_bytes", "refreshed", "same_text"]
