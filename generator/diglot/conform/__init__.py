"""The conform stage: a running server is tested against a contract, by laws and by fuzzing.

The door is `run`. `Target`, `Fixtures` and `Options` say what is tested, with what, and how; a `Report` comes out.
"""

from diglot.conform.fixtures import Fixtures, MetadataField, OtherTenant
from diglot.conform.outcome import ConformError, NotExercised, Options, Report
from diglot.conform.run import run
from diglot.conform.target import Target

__all__ = [
    "ConformError",
    "Fixtures",
    "MetadataField",
    "NotExercised",
    "Options",
    "OtherTenant",
    "Report",
    "Target",
    "run",
]
