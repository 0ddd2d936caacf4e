"""View -> what stands beside the package: the reference in each language, README and pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from diglot.core.catalogue import phrases
from diglot.core.ir import File
from diglot.core.pointer import resolve
from diglot.core.usage import LANGUAGES
from diglot.render.beside.readme import render_readme
from diglot.render.contract.cursor import Node, Prose
from diglot.render.contract.operations import Operation
from diglot.render.contract.shapes import Field, Model
from diglot.render.contract.view import View
from diglot.render.templates import Templates
from diglot.render.words import annotate, docs, markdown, session
from diglot.render.words.markdown import Markdown


def render_beside(view: View, templates: Templates) -> list[File]:
    """The files of the generated tree that are no Python."""
    files = render_readme(view, templates)
    for language in view.languages:
        values = _Reference(view, language, _say(language)).values()
        files.append(File(f"reference/{language}.md", templates.markdown("reference.md.jinja", values)))
    return files


@dataclass(frozen=True, slots=True)
class _Reference:
    """The reference in one language; a text that has no translation stands in the canonical one."""

    view: View
    language: str
    say: Mapping[str, Markdown]

    def values(self) -> dict[str, Any]:
        return {
            "say": self.say,
            "digest": Markdown(self.view.digest),
            "title": markdown.cell(self._text(self.view.title) or self.view.options.client),
            "description": markdown.prose(self._text(self.view.description)),
            "base_url": markdown.code(self.view.base_url),
            "authentication": markdown.prose(self._text(self.view.key.prose) or self.view.key.header),
            "operations": [self._operation(operation) for operation in self.view.operations],
            "models": [self._model(model) for model in self.view.models if model.fields or model.key],
        }

    def _operation(self, operation: Operation) -> dict[str, Any]:
        call = session.call(operation, self.view.models_by_name, docs.WIDTH, is_async=False)
        lines = session.program([call], self.view.options.package, self.view.options.client, is_async=False)
        texts = [text for prose in (docs.titled(operation), operation.description) if (text := self._text(prose))]
        return {
            "name": markdown.code(operation.name),
            "route": markdown.code(f"{operation.method} {operation.path}"),
            "deprecated": Markdown(f" ({self.say['deprecated']})" * operation.deprecated),
            "text": markdown.prose("\n\n".join(texts)),
            "arguments": list(self._arguments(operation)),
            "answer": self._answer(operation),
            "failures": list(self._failures(operation)),
            "example": markdown.fenced("\n".join(lines), "python"),
            "examples": list(self._examples(operation)),
            "source": Markdown(f"{self.say['source']}: {self._source(operation.pointer) or '-'}"),
        }

    def _arguments(self, operation: Operation) -> Iterator[Markdown]:
        for arg in operation.arguments:
            yield _row(
                markdown.code(arg.name),
                markdown.code(arg.place),
                markdown.code(annotate.accepted(arg.field.shape)),
                self._yes(arg.field.required),
                self._meaning(arg.field),
                self._source(arg.field.pointer),
            )

    def _answer(self, operation: Operation) -> Markdown:
        answer = operation.answer
        kind = markdown.code(annotate.result(operation)) if answer.kind != "nothing" else self.say["nothing"]
        return Markdown(f"{kind} {markdown.cell(self._text(answer.prose))}".rstrip())

    def _failures(self, operation: Operation) -> Iterator[Markdown]:
        for failure in operation.failures:
            said = self._text(failure.prose) or failure.message
            status = markdown.code(f"{failure.status} {failure.code}".strip())
            yield _row(markdown.code(failure.name), status, markdown.cell(said), self._source(failure.pointer))

    def _examples(self, operation: Operation) -> Iterator[dict[str, Markdown]]:
        for example in operation.examples:
            title = example.status or self.say["request"]
            name = f" {markdown.code(example.name)}" if example.name else ""
            yield {
                "title": Markdown(f"{self.say['examples']}: {markdown.cell(title)}{name}"),
                "body": markdown.block(example.value),
            }

    def _model(self, model: Model) -> dict[str, Any]:
        rows = [
            _row(
                markdown.code(field.wire),
                markdown.code(annotate.answered(field.shape).replace("models.", "")),
                self._yes(field.required),
                self._meaning(field),
                self._source(field.pointer),
            )
            for field in model.fields
        ]
        for value, name in model.options:
            option = markdown.code(f"{model.key}: {value}")
            rows.append(_row(option, markdown.code(name), self.say["yes"], Markdown(""), self._source(model.pointer)))
        return {"name": markdown.code(model.name), "text": markdown.prose(self._text(model.prose)), "fields": rows}

    def _meaning(self, field: Field) -> Markdown:
        """What a field means, then what the contract asserts of it."""
        facts = docs.facts(field, self.say["default"], self.say["deprecated"])
        return markdown.cell(" ".join([self._text(field.prose), *(f"{fact}." for fact in facts)]).strip())

    def _text(self, prose: Prose) -> str:
        chosen = [text.text for text in prose if text.language == self.language] or [text.text for text in prose[:1]]
        return chosen[0] if chosen else ""

    def _yes(self, is_true: bool) -> Markdown:
        return self.say["yes" if is_true else "no"]

    def _source(self, pointer: str) -> Markdown:
        """The lines of the pages that say so, with how strongly they do."""
        try:
            node = Node(self.view.source, pointer, resolve(self.view.source.root.value, pointer))
        except LookupError:
            return Markdown("")
        found = [
            f"{markdown.code(f'{origin.location.path}:{origin.location.line}')} ({self.say[origin.strength]})"
            for origin in node.origins()
        ]
        return Markdown(", ".join(dict.fromkeys(found)))


def _say(language: str) -> dict[str, Markdown]:
    """The tool's own words in a language that it speaks, else in English."""
    words = phrases(language if language in LANGUAGES else "en")
    prefix = "reference-"
    return {key.removeprefix(prefix): Markdown(word) for key, word in words.items() if key.startswith(prefix)}


def _row(*cells: Markdown) -> Markdown:
    return Markdown("| " + " | ".join(cells) + " |")
