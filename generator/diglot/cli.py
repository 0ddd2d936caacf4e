"""Arguments in, exit code out. 0: clean; 1: findings at or above --fail-on; 2: the tool could not run."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from diglot import __version__
from diglot.core.usage import FORMATS, LANGUAGES, SEVERITIES, STAGES, UsageError

_EPILOG = (
    "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not run. Findings go to stdout, the rest to stderr."
)


def main(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Run one command; never raises, never prints a traceback."""
    try:
        arguments = parser().parse_args(list(argv))
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        from diglot.delivery import Streams

        command = importlib.import_module(f"diglot.commands.{arguments.command}")
        code: int = command.run(arguments, Streams(stdout, stderr, arguments.lang))
        stdout.flush()
        return code
    except UsageError as error:
        return _refuse(stderr, str(error))
    except KeyboardInterrupt:
        return _refuse(stderr, "interrupted")
    except BrokenPipeError:  # the reader of our output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("DIGLOT_DEBUG"):
            raise
        return _refuse(stderr, f"internal error: {type(error).__name__} (set DIGLOT_DEBUG=1 for the details)")


def _refuse(stderr: TextIO, words: str) -> int:
    line = " ".join(words.split())
    stderr.write(f"diglot: {line}\n")
    return 2


def parser() -> argparse.ArgumentParser:
    """The command line as DESIGN describes it."""
    top = argparse.ArgumentParser(
        prog="diglot",
        description="One API contract from documentation pages in several languages.",
        epilog=_EPILOG,
    )
    top.add_argument("--version", action="version", version=f"diglot {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    common = _common()

    def command(name: str, words: str, *positionals: tuple[str, str]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words, parents=[common], epilog=_EPILOG)
        for positional, meaning in positionals:
            added.add_argument("inputs", nargs=positional, metavar=meaning)
        return added

    command("run", "the whole way: read, normalize, validate, drift, generate, conform; ends with a summary")
    command("read", "what pages say: operations, facts, losses", ("+", "PAGE"))
    normalize = command("normalize", "pages -> one contract and an overlay a language", ("*", "PAGE"))
    _check(normalize)
    normalize.add_argument("--edition", metavar="LANGUAGE", help="print the document in this language; write nothing")
    command("validate", "OpenAPI law and house rules", ("?", "SPEC"))
    drift = command("drift", "where pages, languages, editions, versions or a server disagree", ("*", "OLD NEW"))
    drift.add_argument("--server", metavar="URL", help="compare with the OpenAPI document that this server gives")
    pull = command("pull", "renew the pages from where they are published; say what changed")
    _check(pull)
    pull.add_argument("--host", action="append", default=[], help="name or name:port that may be asked; repeatable")
    _generate(command("generate", "contract -> models, clients, reference", ("*", "PAGE")))
    _conform(command("conform", "test a running server against the contract", ("?", "TARGET")))
    _serve(command("serve", "run the reference server until Ctrl-C"))
    rules = command(
        "rules", "the table of rules; one rule explained; those whose id or title holds a word", ("?", "RULE")
    )
    rules.add_argument("--stage", choices=STAGES, help="only the rules of one stage")
    return top


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-C", "--project", default=".", metavar="FOLDER", help="the project's root (default: here)")
    common.add_argument("--format", choices=FORMATS, default="text", help="default: %(default)s")
    common.add_argument("--output", metavar="FILE", help="write to a file instead of stdout")
    common.add_argument("--fail-on", choices=SEVERITIES, default="warning", help="default: %(default)s")
    common.add_argument("--lang", choices=LANGUAGES, default="en", help="language of messages (default: %(default)s)")
    common.add_argument(
        "--waivers", metavar="FILE", help="accepted findings (default: those of the project, for its own pages)"
    )
    return common


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--check", action="store_true", help="write nothing; exit 1 when something would change")


def _generate(command: argparse.ArgumentParser) -> None:
    _check(command)
    command.add_argument("--into", metavar="FOLDER", help="where to write; needed when pages are given")
    command.add_argument(
        "--package", metavar="NAME", help="import name of the generated package; its client is called after it"
    )
    command.add_argument(
        "--templates", metavar="FOLDER", help="templates of yours, each in place of the one of diglot of the same name"
    )
    command.add_argument(
        "--force",
        action="store_true",
        help="overwrite generated files that were edited by hand (without it nothing is written then); "
        "a deleted file is written again, and one that was not generated is never touched",
    )


def _serve(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    command.add_argument("--port", type=int, default=8000, help="0 is any free port (default: %(default)s)")
    command.add_argument("--database", metavar="URL", help="SQLAlchemy URL (default: in memory)")


def _conform(command: argparse.ArgumentParser) -> None:
    command.add_argument("--spec", metavar="FILE", help="the contract to test against (default: the project's)")
    command.add_argument("--laws", metavar="FILE", help="laws bound to operations (default: the project's)")
    command.add_argument("--fixtures", metavar="FILE", help="TOML with key, datasets and fields to test with")
    command.add_argument("--dataset", metavar="ID", help="a dataset with documents to work on")
    command.add_argument(
        "--profile",
        choices=("documented", "strict"),
        default="strict",
        help="what counts: what the pages literally say, or all laws and complete answers (default: %(default)s)",
    )
    command.add_argument("--only", choices=("laws", "fuzz"), help="one of the two engines")
    command.add_argument(
        "--self-test",
        action="store_true",
        help="test servers that are wrong on purpose, and print how many are found; "
        "TARGET may be a family of faults or a part of a name",
    )
    command.add_argument("--read-only", action="store_true", help="send nothing that writes")
    command.add_argument("--replay", metavar="FILE", help="run only the findings of this file (json, jsonl) again")
    command.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    command.add_argument("--budget", default="60", metavar="SECONDS", help="for the whole run (default: %(default)s)")
    command.add_argument("--max-requests", default="1500", metavar="N", help="of the whole run (default: %(default)s)")
    command.add_argument("--rate", metavar="N", help="requests a second, at most (default: no limit)")
    command.add_argument("--timeout", default="10", metavar="SECONDS", help="for one request (default: %(default)s)")
    command.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="a host that may be tested; repeatable"
    )
    command.add_argument("--yes", action="store_true", help="test any host without being asked")
