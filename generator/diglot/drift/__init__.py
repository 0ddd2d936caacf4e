"""Drift: what differs between pages and languages, or between two versions; what it means; which page is stale."""

from diglot.drift.alignment import Aligned, align
from diglot.drift.pages import drift_languages, drift_versions

__all__ = ["Aligned", "align", "drift_languages", "drift_versions"]
