"""The API of a package, read from its files: what counts as a change of it, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from diglot.core.catalogue import message
from diglot.core.examples import example
from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.core.rules.generated import API
from diglot.surface import changes, read_surface

CASES = Path(__file__).parent / "cases" / "generate"
MODELS = "from pydantic import BaseModel, ConfigDict\n\nclass Book(BaseModel):\n    title: str\n"
CLIENT = """
from . import models

class Library:
    def get_book(self, book_id: str) -> models.Book: ...
    def close(self) -> None: ...
"""
PACKAGE = {
    "library/__init__.py": 'from . import models\nfrom ._client import Library\n\n__all__ = ["Library", "models"]\n',
    "library/_client.py": CLIENT,
    "library/models.py": MODELS,
}


def compared(old: dict[str, str], new: dict[str, str]) -> list[Finding]:
    return changes(read_surface(old), read_surface(new), "generated")


def said(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """The rules and names of what changed."""
    return [f"{finding.rule} {finding.args['name']}" for finding in compared(old, new)]


def one(before: str, after: str) -> list[str]:
    """What changed in a package of one module."""
    return said({"library/__init__.py": before}, {"library/__init__.py": after})


def of_example(rule: str) -> list[Finding]:
    sample = example(RULES[rule])
    return compared({"library/__init__.py": f"{sample.before}\n"}, {"library/__init__.py": f"{sample.after}\n"})


@pytest.mark.parametrize("rule", sorted(API))
def test_the_example_of_each_rule_raises_that_rule_alone(rule: str) -> None:
    assert [finding.rule for finding in of_example(rule)] == [rule]


def test_the_examples_are_said_as_people_are_told_them(golden: Callable[[Path, str], None]) -> None:
    found = [finding for rule in RULES if rule in API for finding in of_example(rule)]
    lines = [f"{RULES[item.rule].severity} {item.rule}: {message(item)}; {message(item, 'zh')}\n" for item in found]
    golden(CASES / "examples.txt", "".join(lines))


def test_a_package_is_as_itself() -> None:
    assert said(PACKAGE, PACKAGE) == []


def test_moving_a_method_into_a_base_class_is_no_change() -> None:
    close = "def close(self, *, force: bool = False) -> None: ..."
    client = f"from ._books import Books\n\n\nclass Library(Books):\n    {close}\n"
    books = "from . import models\n\n\nclass Books:\n    def get_book(self, book_id: str) -> models.Book: ...\n"
    moved = {**PACKAGE, "library/_client.py": client, "library/_books.py": books}
    assert said(PACKAGE, moved) == ["client-argument-added Library.close"]
    without = {**moved, "library/_books.py": "class Books: ...\n"}
    assert said(moved, without) == ["client-method-removed Library.get_book"]


def test_what_a_client_holds_is_part_of_it() -> None:
    books = "class Books:\n    def get(self, book_id: str) -> str: ...\n"
    attribute = (
        "from ._books import Books\n\n\nclass Library:\n    def __init__(self) -> None:\n        self.books = Books()\n"
    )
    prop = "from ._books import Books\n\n\nclass Library:\n    @property\n    def books(self) -> Books: ...\n"
    for client in (attribute, prop):
        old = {**PACKAGE, "library/_client.py": client, "library/_books.py": books}
        new = {**old, "library/_books.py": books.replace("book_id: str", "book_id: str, page: int")}
        found = compared(old, new)
        assert [(item.rule, item.args["name"]) for item in found] == [
            ("client-argument-required-added", "Library.books.get")
        ]
        assert found[0].location.path == "generated/library/_books.py"


def test_a_finding_stands_where_the_old_file_has_it_and_what_is_new_in_the_new_one() -> None:
    new = {**PACKAGE, "library/_client.py": CLIENT.replace("get_book", "find_book")}
    places = {item.rule: (item.location.path, item.location.line) for item in compared(PACKAGE, new)}
    line = CLIENT.split("\n").index("    def get_book(self, book_id: str) -> models.Book: ...") + 1
    assert places == dict.fromkeys(
        ("client-method-removed", "client-method-added"), ("generated/library/_client.py", line)
    )


def test_the_asynchronous_twin_is_told_of_only_where_it_differs() -> None:
    sync = "class Library:\n    def get(self, id: str) -> Page: ...\n"
    twin = "class AsyncLibrary:\n    async def get(self, id: str) -> AsyncPage: ...\n"
    page = ", page: int"
    both = (sync + twin).replace("id: str", f"id: str{page}")
    assert one(sync + twin, both) == ["client-argument-required-added Library.get"]
    alone = sync + twin.replace("id: str", f"id: str{page}")
    assert one(sync + twin, alone) == ["client-argument-required-added AsyncLibrary.get"]
    assert one(sync + twin, "") == ["public-name-removed Library"]


def test_what_is_inherited_is_told_once_of_the_class_that_has_it() -> None:
    errors = (
        "class NoBook(NotFound): ...\nclass NotFound(Exception):\n    def __init__(self, status: int) -> None:\n"
        "        self.status = status\n"
    )
    other = errors.replace("status: int", "status: int, code: str").replace("self.status", "self.state")
    assert one(errors, other) == [
        "client-argument-required-added NotFound",
        "public-name-added NotFound.state",
        "public-name-removed NotFound.status",
    ]


def test_models_that_check_arguments_are_told_of_as_arguments() -> None:
    forbidden = '    model_config = ConfigDict(extra="forbid")\n'
    checked = f"class GetBookParameters(BaseModel):\n{forbidden}    book_id: str\n"
    old = {**PACKAGE, "library/models.py": MODELS + checked}
    new = {
        **PACKAGE,
        "library/_client.py": CLIENT.replace("book_id: str", "book_id: str, *, page: int = 1"),
        "library/models.py": f"{MODELS}{checked}    page: int = 1\n",
    }
    assert said(old, new) == ["client-argument-added Library.get_book"]
    assert said(PACKAGE, old) == []
    limited = {
        **old,
        "library/models.py": old["library/models.py"].replace("id: str", "id: Annotated[str, Field(le=9)]"),
    }
    assert said(old, limited) == ["field-limits-changed models.GetBookParameters"]


def test_a_name_that_is_listed_no_longer_is_gone_though_the_class_stays() -> None:
    listed = {**PACKAGE, "library/__init__.py": PACKAGE["library/__init__.py"].replace('"Library", ', "")}
    assert said(PACKAGE, listed) == ["public-name-removed Library"]
    both = {
        **PACKAGE,
        "library/__init__.py": PACKAGE["library/__init__.py"].replace(
            "models\n", "models\nfrom .models import Book\n", 1
        )
        + '__all__ = ["Book", "Library", "models"]\n',
    }
    assert said(PACKAGE, both) == ["public-name-added Book"]
    assert said(both, PACKAGE) == ["public-name-removed Book"]


def test_a_package_of_another_name_is_another_package() -> None:
    renamed = {path.replace("library/", "shelves/"): text for path, text in PACKAGE.items()}
    assert said(PACKAGE, renamed) == ["public-name-removed library", "public-name-added shelves"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("str | None", "Optional[str]"),
        ("Union[int, str]", "str | int"),
        ("'Book'", "models.Book"),
        ("StrictStr", "str"),
        ("Literal['a', 'b']", "Literal['b', 'a']"),
        ("Literal['a', 'b']", "Literal['a'] | Literal['b']"),
        ("list[Annotated[int, Strict()]]", "list[int]"),
    ],
)
def test_types_are_what_they_mean_not_how_they_are_written(before: str, after: str) -> None:
    for template in ("def get(value: {}) -> None: ...", "def get() -> {}: ...", "class A(BaseModel):\n    value: {}\n"):
        assert one(template.format(before), template.format(after)) == []


@pytest.mark.parametrize(
    ("before", "after", "taken", "given"),
    [
        ("list[Literal['a']]", "list[Literal['a', 'b']]", "argument-value-added", "enumeration-value-added"),
        ("list[str]", "list[str | None]", "client-argument-widened", "client-result-widened"),
        ("dict[str, int | str]", "dict[str, int]", "client-argument-narrowed", "client-result-narrowed"),
        ("list[int]", "list[str]", "client-argument-type-changed", "client-result-changed"),
        ("Any", "str", "client-argument-narrowed", "client-result-narrowed"),
        ("Literal['a']", "str", "client-argument-widened", "client-result-widened"),
    ],
)
def test_wider_breaks_who_reads_and_narrower_breaks_who_gives(before: str, after: str, taken: str, given: str) -> None:
    argument, result = "def get(value: {}) -> None: ...", "def get() -> {}: ..."
    assert [line.split()[0] for line in [*one(argument.format(before), argument.format(after))]] == [taken]
    assert [line.split()[0] for line in [*one(result.format(before), result.format(after))]] == [given]


def test_what_is_private_or_only_text_is_no_api() -> None:
    old = '"""One."""\n\nLIMIT = 1\n\n\ndef get() -> int:\n    """Get."""\n    return 1\n\n\ndef _help() -> int: ...\n'
    new = '"""Two."""\n\nLIMIT = 2\n\n\ndef get() -> int:\n    """Get it."""\n    return 2\n\n\nclass _Helper: ...\n'
    assert one(old, new) == []


def test_self_is_the_class_that_it_stands_for() -> None:
    named = "class Library:\n    def with_options(self) -> Library: ...\n"
    assert one(named, named.replace("-> Library", "-> Self")) == []
    moved = "class _Base:\n    def with_options(self) -> Self: ...\n\n\nclass Library(_Base): ...\n"
    assert one(named, moved) == []
    assert one(named, named.replace("-> Library", "-> list[Self]")) == ["client-result-changed Library.with_options"]


def test_arguments_that_shift_are_told_of_once() -> None:
    assert one("def get(a: int, b: int, c: int) -> None: ...", "def get(b: int, c: int) -> None: ...") == [
        "client-argument-removed get"
    ]
    assert one("def get(a: int, b: str) -> None: ...", "def get(b: str, a: int) -> None: ...") == [
        "client-argument-moved get",
        "client-argument-moved get",
    ]
    assert one("def get(*, a: int) -> None: ...", "def get(a: int) -> None: ...") == []


def test_reading_never_runs_what_it_reads(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = f"open({str(mark)!r}, 'w').close()\n\n\nclass Library:\n    open({str(mark)!r}, 'w').close()\n"
    assert list(read_surface({"library/__init__.py": text}).names) == ["Library", "library"]
    assert not mark.exists()


def test_classes_and_imports_that_run_in_circles_come_to_an_end() -> None:
    files = {
        "library/__init__.py": "from .a import B, C\nfrom . import a\n__all__ = ['B', 'C', 'a']\n",
        "library/a.py": "from .b import B\n\n\nclass C(D):\n    c: 'C'\n\n\nclass D(C): ...\n",
        "library/b.py": "from .a import B\n",
    }
    assert "C" in read_surface(files).names
