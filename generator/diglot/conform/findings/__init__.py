"""From breaches to findings: one a cause, in the shortest request that shows it, with what else shows it.

The door is `Findings`.
"""

from diglot.conform.findings.gather import Findings

__all__ = ["Findings"]
