"""Whatever the bytes: the reader raises nothing, and each page has an operation or a finding that says why not."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from diglot.core.catalogue import message
from diglot.core.rules import RULES
from diglot.read import read_bytes

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "specs" / "pages").rglob("*.md"))]
PATHS = st.sampled_from(["a.md", "zh/a.mdx", "llms-full.txt", "a.json", "a.yaml", "a.yml", "a"])
PIECES = st.sampled_from(
    [
        *(b"````yaml get /a\n", b"```\n", b"````\n", b"~~~yaml webhook x\n", b"```json\n{", b"/*\n", b"*/\n", b"---\n"),
        *(b"# T\n", b"Source: https://x.example/a\n", b"> ## Documentation Index\n", b"> text\n", b"## AsyncAPI\n"),
        *(
            b"title: a\n",
            b"openapi: 3.1.0\n",
            b"paths:\n",
            b"  path: /a\n",
            b"  method: get\n",
            b"  /a:\n",
            b"    get:\n",
        ),
        *(
            b"      tags: [[a]]\n",
            b"      parameters: {}\n",
            b"components: &a\n",
            b"  x: *a\n",
            b"Skip to main content\n",
        ),
        *(
            b"GET\n/\na\n",
            b"Response\n",
            b"200\n",
            b"string\nrequired\n",
            b"\xff",
            b"\x00",
            b"\r",
            b"\t",
            b"\xe2\x80\xa8",
        ),
        *(b"'", b'"\\ud800"', b"{", b"}", b"[", b": ", b"- ", b"|\n", b"null\n", b"{% openapi-operation %}\n"),
    ]
)


def check(path: str, data: bytes) -> None:
    fragments = read_bytes(path, data)
    assert fragments
    for fragment in fragments:
        assert fragment.operations or fragment.findings
        assert fragment.operations or any(RULES[found.rule].severity == "error" for found in fragment.findings)
        assert fragment.dialect in {"openapi", "flat", "rendered", "fern", "unknown"}
        assert fragment.language
        lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
        for found in fragment.findings:
            assert found.location.path == path
            assert 0 <= found.location.line <= lines
            assert len(found.fingerprint) == 16
            assert message(found, "en")
            assert message(found, "zh")


@settings(max_examples=300, deadline=None)
@given(PATHS, st.binary(max_size=300))
def test_any_bytes(path: str, data: bytes) -> None:
    check(path, data)


@settings(max_examples=300, deadline=None)
@given(PATHS, st.lists(PIECES, max_size=25))
def test_any_order_of_what_pages_are_made_of(path: str, pieces: list[bytes]) -> None:
    check(path, b"".join(pieces))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A page of the project with some lines dropped, doubled, moved to the margin or replaced."""
    lines = draw(st.sampled_from(SEEDS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        change = draw(st.sampled_from(["drop", "double", "margin", "swap", "cut", "piece", "tail"]))
        line = lines[at] if lines else b""
        lines[at : at + 1] = {
            "drop": [],
            "double": [line, line],
            "margin": [line.lstrip()],
            "swap": [lines[at - 1] if lines else b"", line],
            "cut": [line[: len(line) // 2]],
            "piece": [draw(PIECES), line],
            "tail": [line.rstrip() + draw(PIECES)],
        }[change]
    return b"".join(lines)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["a.md", "zh/a.md"]), mutated())
def test_any_change_to_a_published_page(path: str, data: bytes) -> None:
    check(path, data)


@settings(max_examples=50, deadline=None)
@given(mutated())
def test_reading_twice_gives_the_same(data: bytes) -> None:
    assert read_bytes("a.md", data) == read_bytes("a.md", data)
