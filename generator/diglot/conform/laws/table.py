"""The table of laws, in the order in which they are tried: what others presume comes first."""

from __future__ import annotations

from diglot.conform.laws import (
    actions,
    batches,
    concurrency,
    credentials,
    filters,
    hazards,
    inputs,
    isolation,
    paging,
    protocol,
    readback,
    searching,
    timing,
    values,
)
from diglot.conform.laws.law import Law
from diglot.conform.outcome import Options

LAWS: tuple[Law, ...] = (
    *protocol.FIRST,
    *timing.FIRST,
    *paging.LAWS,
    *searching.LAWS,
    *filters.LAWS,
    *credentials.LAWS,
    *isolation.READING,
    *actions.LAWS,
    *batches.LAWS,
    *values.LAWS,
    *readback.LAWS,
    *concurrency.LAWS,
    *isolation.WRITING,
    *inputs.LAWS,
    *hazards.LAWS,
    *timing.LAWS,
    *paging.CLOSER,
    *searching.CLOSER,
    *protocol.LAWS,
)


def selected(options: Options) -> tuple[Law, ...]:
    """The laws that the options ask for."""
    if "laws" not in options.engines:
        return ()
    chosen = tuple(law for law in LAWS if not options.only or law.name.startswith(options.only))
    return chosen if options.only or len(options.engines) > 1 else tuple(law for law in chosen if not law.thorough)
