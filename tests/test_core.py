"""The values every stage shares: YAML and JSON with positions, pointers, fingerprints, words."""

from __future__ import annotations

import gc
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diglot.core import json as json_reader
from diglot.core import yaml as yaml_reader
from diglot.core.catalogue import catalogue, message
from diglot.core.collector import paused
from diglot.core.finding import Finding, Location
from diglot.core.ir import OpKey
from diglot.core.pointer import is_within, join, resolve, split
from diglot.core.tree import Map, Mark, Seq, copy_tree, mark_of, plain, walk
from diglot.core.usage import LANGUAGES
from diglot.core.yaml import YamlError

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
YAML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]))
YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | YAML_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(YAML_TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("12:30:45", "12:30:45"),
        ("2020-01-01", "2020-01-01"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("~", None),
        ("", None),
        ("Null", None),
        ("True", True),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int 1", 1),
        (".inf", math.inf),
        ("-9223372036854776000", -9223372036854776000),
    ],
)
def test_yaml_means_what_version_1_2_says(text: str, value: Any) -> None:
    assert yaml_reader.load(f"key: {text}").value == {"key": value}
    assert type(yaml_reader.load(f"key: {text}").value["key"]) is type(value)


def test_yaml_keeps_positions_and_keys_as_written() -> None:
    loaded = yaml_reader.load("200:\n  - a\n  - true: b\n", first_line=10, indent=2)
    assert loaded.value == {"200": ["a", {"true": "b"}]}
    assert mark_of(loaded.value, "200") == Mark(10, 3)
    assert mark_of(loaded.value["200"], 1) == Mark(12, 7)
    assert loaded.value["200"][1].marks == {"true": Mark(12, 7)}


def test_lines_are_counted_as_editors_count_them() -> None:
    loaded = yaml_reader.load('a: "x\u2028y\u0085z"\nb: 1\n')
    assert loaded.value["a"] == "x\u2028y\u0085z"
    assert loaded.value.marks["b"] == Mark(2, 1)


def test_aliases_share_one_node_and_merge_keys_merge() -> None:
    value = yaml_reader.load("a: &x {k: 1}\nb: *x\nc: {<<: *x, j: 2}\n").value
    assert value["a"] is value["b"]
    assert value["c"] == {"k": 1, "j": 2}


def test_merged_keys_follow_in_the_order_written_and_the_first_mapping_wins() -> None:
    text = "a: &a {q: 1, z: 1, b: 1}\nb: &b {z: 2, m: 2, a: 2}\nc: {<<: [*a, *b], b: 0}\n"
    merged = yaml_reader.load(text).value["c"]
    assert list(merged.items()) == [("b", 0), ("q", 1), ("z", 1), ("m", 2), ("a", 2)]
    assert (mark_of(merged, "q"), mark_of(merged, "m")) == (Mark(1, 8), Mark(2, 14))


def test_the_collector_rests_within_and_is_as_before_behind() -> None:
    assert gc.isenabled()
    with paused():
        with paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), paused():
        raise KeyError
    assert gc.isenabled()


def test_duplicate_keys_are_told_with_both_places() -> None:
    (duplicate,) = yaml_reader.load("a: 1\nb: 2\na: 3\n").duplicates
    assert (duplicate.key, duplicate.mark, duplicate.first) == ("a", Mark(3, 1), Mark(1, 1))
    (duplicate,) = json_reader.load('{"a": 1, "a": 2}').duplicates
    assert (duplicate.key, duplicate.mark, duplicate.first) == ("a", Mark(1, 10), Mark(1, 2))


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{key}: &{key} [{','.join([f'*{before}'] * 10)}]\n" for before, key in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: [", "expected", 2),
        ("x: 1\na: &a [*a]", "contains itself", 2),
        ("a: *b", "names no anchor", 1),
        ("a: !!python/object/apply:os.system [x]", "core schema", 1),
        ("a: 1\n--- \nb: 2", "second document", 2),
        ("? [1]\n: 2", "not a scalar", 1),
        ("[" * 300, "nested deeper", 1),
        ("- " * 100_000 + "x", "nested deeper", 1),
        (BOMB, "aliases unfold", 7),
        ("a: \x01", "not allowed", 1),
    ],
)
def test_yaml_that_is_broken_or_hostile_is_refused_with_its_line(text: str, words: str, line: int) -> None:
    if words == "core schema":
        text = "a: !!python/name:os.system x"
    with pytest.raises(YamlError, match=words) as caught:
        yaml_reader.load(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        *(('{"a": 1,}', 1, 9), ("[1 2]", 1, 4), ('{\n "a"}', 2, 5), ("", 1, 1), ("[" * 300, 1, 202)),
        *(("{} x", 1, 4), ("nul", 1, 1)),
    ],
)
def test_json_that_is_broken_is_refused_with_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(YamlError) as caught:
        json_reader.load(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@given(JSON_VALUES)
def test_json_reads_what_json_writes(value: Any) -> None:
    for indent in (None, 2):
        assert json_reader.load(json.dumps(value, indent=indent)).value == value


@given(YAML_VALUES)
def test_yaml_reads_what_it_writes(value: Any) -> None:
    assert yaml_reader.load(yaml_reader.dump(value)).value == value


@given(st.lists(st.text()))
def test_pointers_split_into_what_was_joined(tokens: list[str]) -> None:
    assert split(join("", *tokens)) == tokens


def test_pointers_resolve_and_nest() -> None:
    assert resolve({"a/b": [{"~": 1}]}, "#/a~1b/0/~0") == 1
    assert is_within("/a/b", "/a")
    assert not is_within("/ab", "/a")
    for missing in ("/b", "/a~1b/1", "/a~1b/x", "/a~1b/0/~0/z"):
        with pytest.raises(LookupError):
            resolve({"a/b": [{"~": 1}]}, missing)


def test_a_copy_keeps_marks_and_shares_nothing() -> None:
    tree = yaml_reader.load("a: &x [1]\nb: *x\n").value
    copied = copy_tree(tree)
    assert copied == tree
    assert copied["a"] is not copied["b"]
    assert isinstance(copied, Map)
    assert isinstance(copied["a"], Seq)
    assert [pointer for pointer, _, _ in walk(copied)] == ["", "/a", "/a/0", "/b", "/b/0"]
    assert [mark for _, _, mark in walk(copied)] == [mark for _, _, mark in walk(tree)]
    assert type(plain(copied)) is dict


def test_an_operation_keeps_its_identity_when_a_parameter_is_renamed() -> None:
    assert OpKey.of("GET", "/a/{id}/b/") == OpKey.of("get", "/a/{other}/b")
    assert OpKey.of("get", "/a/{id}") != OpKey.of("get", "/a/id")
    assert str(OpKey.of("get", "/")) == "GET /"


def test_a_fingerprint_depends_on_identity_and_nothing_else() -> None:
    first = Finding("page-block-broken", Location("a.md", 3, 1, "/x"), args={"problem": "p"})
    moved = Finding("page-block-broken", Location("b.md", 9, 7, "/x"), args={"problem": "p"}, evidence={"seen": 1})
    assert first.fingerprint == moved.fingerprint
    others = [
        Finding("page-block-empty", first.location, args=first.args),
        Finding(first.rule, Location("a.md", 3, 1, "/y"), args=first.args),
        Finding(first.rule, first.location, "GET /", args=first.args),
        Finding(first.rule, first.location, args={"problem": "q"}),
    ]
    assert len({finding.fingerprint for finding in [first, *others]}) == 5
    pages = [Finding("page-block-empty", Location(name)) for name in ("a.md", "b.md")]
    assert len({finding.fingerprint for finding in pages}) == 2


def test_words_of_a_page_are_never_a_template() -> None:
    finding = Finding("page-block-broken", Location("a.md"), args={"problem": "{0.__class__} {dialect}"})
    for language in LANGUAGES:
        assert "{0.__class__} {dialect}" in message(finding, language)


def test_both_catalogues_say_the_same_things() -> None:
    first, *rest = (catalogue(language) for language in LANGUAGES)
    for other in rest:
        assert first["rules"].keys() == other["rules"].keys()
        assert first["phrases"].keys() == other["phrases"].keys()
