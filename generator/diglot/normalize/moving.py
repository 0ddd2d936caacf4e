"""A page whose document was rewritten: what points into the document follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from diglot.core.ir import Fragment
from diglot.core.tree import Map


def rewritten(fragment: Fragment, document: Map, moved: Callable[[str], str]) -> Fragment:
    """The fragment with another document; `moved` gives the new pointer of each place that has a strength or a loss."""
    return replace(
        fragment,
        document=document,
        strengths={moved(pointer): strength for pointer, strength in fragment.strengths.items()},
        losses=tuple(replace(loss, pointer=moved(loss.pointer)) for loss in fragment.losses),
    )
