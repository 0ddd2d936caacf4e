"""`python -m diglot` and the `diglot` command."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def entry() -> None:
    """Run the command line on the process's own arguments and streams."""
    from diglot.cli import main
    from diglot.core.collector import ending

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still gets the line
    code = main(sys.argv[1:], sys.stdout, sys.stderr)
    ending()
    sys.exit(code)


if __name__ == "__main__":
    entry()
