"""Bytes of a page -> fragments: what the page says of its operations, with the line of every word. Never raises."""

from diglot.read.reader import read_bytes

__all__ = ["read_bytes"]
