"""The only module that asks git: when files were last changed. It reads; nothing of a repository can make it do more.

A repository is as hostile as a page: its configuration may name programs to run (to verify signatures, to fetch what a
partial clone lacks), so every such door is closed by hand, and no variable of the environment can point elsewhere.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

TIMEOUT = 10.0  # seconds; a history that takes longer is not read
_MOST_NAMES = 4
_OPTIONS = ("--no-pager", "--no-replace-objects", "--literal-pathspecs")
_SETTINGS = ("core.fsmonitor=false", "log.showSignature=false", "core.hooksPath=/dev/null", "log.mailmap=false")
_LOG = ("log", "-z", "--format=%x00%cs", "--name-only", "--relative", "--no-renames", "--no-show-signature")
_CLOSED = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
}


class HistoryError(Exception):
    """The history takes longer to read than it may."""


def last_changed(root: Path, paths: Sequence[str]) -> Mapping[str, str]:
    """The day (ISO 8601, as committed) of the last commit that changed each of `paths`, which start from `root`.

    One call of git for all of them. Empty where there is no git and no repository; a file that is not committed has no
    day. In a shallow clone the oldest commit seems to have changed every file.

    Raises:
        HistoryError: it took too long; what was read by then is not given, since another machine would read more.
    """
    program = shutil.which("git")
    if program is None or not paths or not _in_repository(root):
        return {}
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = [program, *_OPTIONS, *settings, "-C", str(root), *_LOG, "--", *_folders(paths)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        run = subprocess.run(  # noqa: S603 - fixed words, then only paths behind `--`, taken literally
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            env={**environment, **_CLOSED},
        )
    except subprocess.TimeoutExpired:
        raise HistoryError from None
    except OSError:
        return {}
    days = _days(run.stdout) if run.returncode == 0 else {}
    return {path: days[name] for path in paths if (name := posixpath.normpath(path)) in days}


def _folders(paths: Sequence[str]) -> list[str]:
    """A few names that hold all the paths: git compares every commit with each of them."""
    if len(paths) <= _MOST_NAMES:
        return sorted(paths)
    folders = {posixpath.dirname(path) or "." for path in paths}
    if len(folders) > _MOST_NAMES and len({posixpath.isabs(path) for path in folders}) == 1:
        folders = {posixpath.commonpath(folders) or "."}
    return sorted(folders)


def _in_repository(root: Path) -> bool:
    """Whether git could find a repository here; most projects are asked no more than this."""
    here = root.resolve()
    return any((folder / ".git").exists() for folder in (here, *here.parents))


def _days(output: bytes) -> dict[str, str]:
    """The first, that is the newest, day named with each file.

    A commit is an empty word, its day, a line end, and its files. No file has an empty name: none can pass for a day.
    """
    days: dict[str, str] = {}
    words = iter(os.fsdecode(output).split("\0"))
    day = ""
    for word in words:
        if not word:
            day = next(words, "")
        else:
            days.setdefault(word.removeprefix("\n"), day)
    return days
