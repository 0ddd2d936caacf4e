"""The one place that fetches: bytes from hosts that the user named, bounded in time and size.

`fetch` asks for many addresses at once, `server_document` finds the OpenAPI document that a server gives of itself.
What does not come is a `Failure`, never an exception, and `explain` says it in words.
"""

from diglot.fetch.address import Address, Hosts
from diglot.fetch.answer import Answer, Ask, Failure, Limits, Validators, explain
from diglot.fetch.client import fetch
from diglot.fetch.server import server_document

__all__ = [
    "Address",
    "Answer",
    "Ask",
    "Failure",
    "Hosts",
    "Limits",
    "Validators",
    "explain",
    "fetch",
    "server_document",
]
