"""Drift: what differs between pages and languages, or between two versions; what it means; which page is stale."""

from diglot.drift.pages import drift_languages
from diglot.drift.server import drift_server
from diglot.drift.versions.comparison import drift_versions

__all__ = ["drift_languages", "drift_server", "drift_versions"]
