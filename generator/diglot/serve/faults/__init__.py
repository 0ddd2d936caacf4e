"""Servers that are wrong on purpose, each in exactly one way: what a conformance run must find.

The door: `FAULTS`, every fault in the order of the families; none that a correct server could show.
"""

from __future__ import annotations

from diglot.serve.faults import (
    actions,
    answers,
    batches,
    bodies,
    concurrency,
    credentials,
    disclosure,
    inputs,
    isolation,
    pages,
    parameters,
    protocol,
    refused,
    search,
    sizes,
    states,
    timing,
    updates,
    values,
)
from diglot.serve.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *pages.FAULTS,
    *sizes.FAULTS,
    *search.FAULTS,
    *states.FAULTS,
    *actions.FAULTS,
    *batches.FAULTS,
    *values.FAULTS,
    *updates.FAULTS,
    *refused.FAULTS,
    *credentials.FAULTS,
    *disclosure.FAULTS,
    *parameters.FAULTS,
    *inputs.FAULTS,
    *bodies.FAULTS,
    *isolation.FAULTS,
    *concurrency.FAULTS,
    *timing.FAULTS,
    *protocol.FAULTS,
    *answers.FAULTS,
)

__all__ = ["FAULTS", "Fault"]
