"""Upstream: the pages of a project compared with, and renewed from, where they are published.

`pull` fetches and judges and writes nothing; `keep` writes what it brought. A page's address is that of the
configuration, else what the page itself says, else its one entry in the index of its site.
"""

from diglot.upstream.run import Pulled, keep, pull

__all__ = ["Pulled", "keep", "pull"]
