"""Drift: what differs between pages and languages, or between two versions; what it means; which page is stale."""

from diglot.drift.pages import drift_languages, drift_versions
from diglot.drift.server import drift_server

__all__ = ["drift_languages", "drift_server", "drift_versions"]
