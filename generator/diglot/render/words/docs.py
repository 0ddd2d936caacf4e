"""The words of docstrings: the texts of the contract in every language, wrapped; encoding is left to `names`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from diglot.core.names import literal, one_newline, words
from diglot.render.contract.arguments import Argument
from diglot.render.contract.cursor import Prose, Text
from diglot.render.contract.failures import Failure
from diglot.render.contract.operations import Operation
from diglot.render.contract.shapes import Field, Model
from diglot.render.contract.view import View
from diglot.render.words import annotate, session

WIDTH = 76  # columns of a docstring's text, so that no line of the file has more than 88
_ITEM = re.compile(r"\s*([-*+|>#]|\d+[.)])\s?")
_WORD = re.compile(r"\s+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_KINDS = {
    "string": "A text.",
    "integer": "A whole number.",
    "number": "A number.",
    "boolean": "True or false.",
    "array": "A list.",
    "file": "The content of a file.",
    "literal": "One of the values of its type.",
}
_HINTS = {"uuid": "UUID", "date": "RFC 3339 date", "date-time": "RFC 3339 date and time, with offset"}


def model_text(model: Model) -> str:
    """The docstring of a class."""
    lines = list(paragraphs(model.prose)) or wrap(model.use, WIDTH)
    return "\n".join([*lines, *(["", "Deprecated."] if model.deprecated else [])])


def field_text(field: Field) -> str:
    """The docstring of a field, or an empty string."""
    return "\n".join(paragraphs(field.prose))


def operation_text(operation: Operation, view: View, *, is_async: bool) -> str:
    """The docstring of a method: summary, description, arguments, result, failures and an example."""
    lines = list(paragraphs(titled(operation)))
    if operation.description:
        lines += ["", *paragraphs(operation.description)]
    if operation.twin:
        lines += ["", *wrap(f"Gives the answer while it arrives; `{operation.twin}` gives it as a whole.", WIDTH)]
    if operation.deprecated:
        lines += ["", "Deprecated: this operation may go away."]
    if operation.arguments:
        lines += ["", "Args:"]
        for argument in operation.arguments:
            lines += hanging(f"{argument.name}: {argument_text(argument)}")
    if operation.answer.kind != "nothing":
        lines += ["", "Returns:", *hanging(_returned(operation))]
    lines += ["", "Raises:"]
    for failure in operation.failures:
        lines += hanging(f"{failure.name}: {_failure(failure)}")
    lines += hanging("InvalidArgument: an argument does not fit the contract; nothing was sent.")
    lines += hanging("ResponseInvalid: the answer does not fit the contract.")
    lines += ["", "Example:", *(f"    {line}" for line in example(operation, view, is_async=is_async))]
    return "\n".join(lines)


def titled(operation: Operation) -> Prose:
    """The summary of an operation; where the canonical language has none, its name in words stands first."""
    if operation.summary and operation.summary[0].language == operation.language:
        return operation.summary
    return (Text(operation.language, f"{' '.join(words(operation.name)).capitalize()}."), *operation.summary)


def argument_text(argument: Argument) -> str:
    """One line about one argument: the texts of the contract, then its format, range and default."""
    texts = [_sentence(" ".join(one_newline(text.text).split())) for text in argument.field.prose]
    said = [*texts, *(f"{fact}." for fact in facts(argument.field))]
    return " ".join(said) or _KINDS.get(argument.field.shape.kind, "A value of JSON.")


def facts(field: Field, default: str = "Default", deprecated: str = "Deprecated") -> Iterator[str]:
    """What the contract asserts of a value besides its type; `default` and `deprecated` are the words for that."""
    shape = field.shape
    inner = shape.parts[0] if shape.kind == "array" else shape
    if inner.format:
        yield _HINTS[inner.format]
    words = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
    for key, value in shape.limits:
        yield f"{words.get(key, key + ' =')} {literal(value)}"
    if field.default is not None:
        yield f"{default} {literal(field.default)}"
    if field.deprecated:
        yield deprecated


def example(operation: Operation, view: View, *, is_async: bool) -> list[str]:
    """Lines of an interactive session that calls the operation with the values of the contract's examples."""
    call = session.call(operation, view.models_by_name, WIDTH - 16 - 4 * is_async, is_async=is_async)
    lines = session.program([call], view.options.package, view.options.client, is_async=is_async)
    statements = [line for line in lines if line]
    return [f"{'...' if line.startswith((' ', ')')) else '>>>'} {line}" for line in statements]


def paragraphs(prose: Prose, width: int = WIDTH) -> Iterator[str]:
    """The lines of a text in all its languages, one paragraph after the other, wrapped at `width` columns."""
    for number, text in enumerate(prose):
        if number:
            yield ""
        yield from wrap(text.text, width)


def wrap(text: str, width: int) -> list[str]:
    """The lines of one text of Markdown: paragraphs wrapped, list items and table rows each on their own."""
    lines: list[str] = []
    paragraph: list[str] = []
    for line in [*one_newline(text).strip().split("\n"), ""]:
        if line.strip() and not _ITEM.match(line):
            paragraph.append(line.strip())
            continue
        if paragraph:
            lines += _fill(" ".join(paragraph), width)
            paragraph = []
        lines += _fill(line.strip(), width) if line.strip() else [""]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def columns(text: str) -> int:
    """How many columns of a terminal a text takes, at most: wide characters take two, an escape up to ten."""
    if text.isascii() and text.isprintable():
        return len(text) + text.count('"') + text.count("\\")
    return sum(map(_columns, text))


@cache
def _columns(character: str) -> int:
    if character.isascii() and character.isprintable():
        return 2 if character in '"\\' else 1
    if unicodedata.category(character)[0] in "CZ":
        return 10
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@lru_cache(maxsize=4096)  # both clients say the same of an operation
def _fill(text: str, width: int) -> tuple[str, ...]:
    """Break at spaces, and between any two wide characters, as Chinese text is broken."""
    short = text.strip() if columns(text) <= width else ""
    return (short,) if short else tuple(_broken(text, width))


def _broken(text: str, width: int) -> Iterator[str]:
    line, used = "", 0
    for word in _WORD.findall(text):
        size = columns(word)
        if used and used + size > width and word not in "，。；：、！？）」』”’":
            yield line.rstrip()
            line, used = "", 0
        if line or not word.isspace():
            line, used = line + word, used + size
    if line.strip():
        yield line.rstrip()


def hanging(text: str) -> list[str]:
    """An entry of a section of a docstring, such as `Args`."""
    lines = list(_fill(text, WIDTH - 8))
    return [f"    {lines[0]}", *(f"        {line}" for line in lines[1:])]


def _returned(operation: Operation) -> str:
    said = " ".join(_sentence(" ".join(text.text.split())) for text in operation.answer.prose)
    if operation.paging:
        return f"{said} The first page; iterating over it goes on to the last row of the last page.".strip()
    if operation.answer.kind == "events":
        return f"{said} The events, to iterate over once, in a `with` block.".strip()
    if operation.answer.kind == "download":
        return f"{said} The bytes, to iterate over or to save once, in a `with` block.".strip()
    return said or "The answer."


def _failure(failure: Failure) -> str:
    said = [_sentence(" ".join(text.text.split())) for text in failure.prose]
    if not said and failure.message:
        said = [f"For example: {_sentence(' '.join(failure.message.split()))}"]
    return " ".join([f"{failure.status}{f' {failure.code}' * bool(failure.code)}.", *said])


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".!?。！？:：;；" else f"{text}."


def signature(operation: Operation) -> Iterator[tuple[Argument, str, str]]:
    """Each argument of a method with its type and its default (empty: none)."""
    for argument in operation.arguments:
        yield argument, annotate.argument(argument), annotate.default(argument)
