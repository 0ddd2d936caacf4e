"""Fragments -> one Contract and one Overlay a language. Facts decide by strength and age; a clash is a finding."""

from diglot.normalize.additions import Addition
from diglot.normalize.canonical import canonical
from diglot.normalize.contract import Normalized, normalize
from diglot.normalize.overlay import apply

__all__ = ["Addition", "Normalized", "apply", "canonical", "normalize"]
