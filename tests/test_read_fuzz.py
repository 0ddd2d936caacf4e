"""Damaged pages by the thousand, through the reader and every stage behind it: nothing raises, nothing is empty.

`DIGLOT_FUZZ=50000` says how many in the nightly run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest

from diglot.core.catalogue import message
from diglot.core.finding import Location
from diglot.core.ir import Fragment
from diglot.core.rules import RULES
from diglot.core.yaml import dump
from diglot.drift import drift_languages, drift_versions
from diglot.normalize import canonical, normalize
from diglot.pipeline import locator
from diglot.read import read_bytes
from diglot.read.fence import MAX_BLOCKS
from diglot.read.mintlify.notes import MAX_LOSSES
from diglot.read.reader import MAX_PAGES
from diglot.report import finding_value, render_json
from diglot.validate import validate
from fuzz_help import NIGHTLY, Mutants, corpus
from hostile_help import BOUNDED, HOSTILE

COUNT = NIGHTLY or 2_000
PART = 250
LANGUAGES = ("en", "zh")
PAGES = corpus()
MUTANTS = Mutants(PAGES)
SECONDS = 20  # ten times the aim: a slow machine stays below, what grows beyond linear never does
MEGABYTES = 500


def check_read(name: str, data: bytes) -> list[Fragment]:
    """Read one file; each of its pages has an operation, or a finding of an error that says why not."""
    fragments = read_bytes(name, data)
    assert fragments
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    for fragment in fragments:
        assert fragment.operations or any(RULES[found.rule].severity == "error" for found in fragment.findings)
        for found in fragment.findings:
            assert found.location.path == name
            assert 0 <= found.location.line <= lines
            assert message(found, "en")
            assert message(found, "zh")
    return fragments


@pytest.mark.parametrize("first", range(0, COUNT, PART))
def test_damaged_pages_are_read(first: int) -> None:
    for number in range(first, min(first + PART, COUNT)):
        name, data = MUTANTS[number]
        try:
            check_read(name, data)
        except Exception as error:
            raise AssertionError(f"page {number} ({name}): {error!r}") from error


@cache
def intact(number: int) -> list[Fragment]:
    """The pages from which the damaged one of this number was made."""
    return read_bytes(*PAGES[number % len(PAGES)])


def run_chain(number: int) -> None:
    """Take one damaged page, and the page it was made from, through every stage that works on pages."""
    damaged = read_bytes(*MUTANTS[number])
    whole = normalize([*damaged, *intact(number)], LANGUAGES)
    dump(whole.contract.document)
    one, other = ([canonical(fragment) for fragment in pages] for pages in (damaged, intact(number)))
    found = [*whole.findings, *drift_languages([*one, *other], LANGUAGES), *drift_versions(other, one)]
    found += validate(whole.contract.document, lambda pointer: Location("contract", 1, 1, pointer))
    for fragment in damaged[:2]:
        found += validate(fragment.document, locator(fragment))
    json.loads(render_json([finding_value(finding, language) for finding in found for language in LANGUAGES]))


@pytest.mark.parametrize("first", range(0, COUNT // 10, PART // 10))
def test_damaged_pages_pass_every_stage(first: int) -> None:
    for number in range(first, min(first + PART // 10, COUNT // 10)):
        try:
            run_chain(number)
        except Exception as error:
            raise AssertionError(f"page {number} ({MUTANTS[number][0]}): {error!r}") from error


MEASURE = """
import json, pathlib, re, resource, sys, time
sys.path[:0] = json.loads(sys.argv[2])
from diglot.read import read_bytes
from hostile_help import HOSTILE
name, make = HOSTILE[sys.argv[1]]
data = make().encode()
read_bytes("a.md", b"# Read once, so that everything is imported")
begin = time.process_time()
pages = read_bytes(name, data)
seconds = time.process_time() - begin
status = pathlib.Path("/proc/self/status")
if status.is_file():  # of this program alone; what `getrusage` gives there begins with the peak of who started it
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1]) / 2**10
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
silent = sum(not page.operations and not page.findings for page in pages)
print(json.dumps([len(data), len(pages), silent, seconds, peak]))
"""


def measured(kind: str) -> tuple[float, float]:
    """Read one hostile page in a process of its own: CPU seconds, and the most megabytes that the process held."""
    path = json.dumps([entry for entry in sys.path if entry])
    done = subprocess.run([sys.executable, "-c", MEASURE, kind, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    size, pages, silent, seconds, peak = json.loads(done.stdout)
    assert size >= 950_000
    assert pages > 0
    assert silent == 0
    return seconds, peak


@pytest.mark.parametrize("kind", BOUNDED)
def test_hostile_pages_stay_within_their_bounds(kind: str) -> None:
    seconds, megabytes = measured(kind)
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES


@pytest.mark.skipif(not NIGHTLY, reason="the nightly run measures every kind of hostile page")
@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_page_takes_all_memory(kind: str) -> None:
    assert measured(kind)[1] <= MEGABYTES


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# T\nSource: https://a.example/x\n\ntext\n" * (MAX_PAGES + 5), 4 * MAX_PAGES + 1),
        ("# T\n\n" + "```yaml a.yaml get /x\nopenapi: 3.0.1\npaths: {}\n```\n" * (MAX_BLOCKS + 1), 4 * MAX_BLOCKS + 3),
    ],
    ids=["pages", "blocks"],
)
def test_what_is_beyond_a_bound_is_told_with_its_line(text: str, line: int) -> None:
    findings = [finding for fragment in read_bytes("a.md", text.encode()) for finding in fragment.findings]
    (told,) = [finding for finding in findings if finding.rule == "page-too-large"]
    assert told.location.line == line


def test_a_flat_page_that_loses_without_end_is_read_until_there_is_no_room() -> None:
    query = "".join(f"        q{number}: {{schema: [{{type: string}}]}}\n" for number in range(MAX_LOSSES // 10))
    tree = "paths:\n  path: /p\n  method: get\n  type: path\n  request:\n    parameters:\n      query:\n"
    head = f"# T\n\n````yaml x get /p\n{tree}"
    (fragment,) = read_bytes("a.md", f"{head}{query}````\n".encode())
    (told,) = [finding for finding in fragment.findings if finding.rule == "page-too-large"]
    read = fragment.document["paths"]["/p"]["get"]["parameters"]
    assert len(fragment.losses) == MAX_LOSSES
    assert 100 < len(read) < MAX_LOSSES // 10
    assert told.location.line == 11 + len(read) - 1
