"""What the command line must know before it knows what to do: its choices, and the error of a tool that cannot run.

Kept apart from everything that takes time to import, so that `diglot --help` does not.
"""

from __future__ import annotations

LANGUAGES = ("en", "zh")
SEVERITIES = ("error", "warning", "note")
STAGES = ("fetch", "read", "normalize", "render", "validate", "drift", "versions", "conform")
FORMATS = ("text", "json", "jsonl", "sarif", "junit", "github", "markdown", "waivers")


class UsageError(Exception):
    """The tool could not run: bad usage, a missing file, an unreachable server. One line for the user; exit code 2."""
