"""Fuzzing: drawn input, right and wrong, for every operation; Schemathesis draws, the wire sends and judges.

The door is `fuzz`.
"""

from diglot.conform.fuzz.engine import fuzz

__all__ = ["fuzz"]
